#!/bin/sh
# SPDX-License-Identifier: MIT
# oracle_shell.sh SHELL_TOOL: each program that runs on a host is read by every shell and
# by shellcheck, and each awk program in it by every awk. Runs what it can, and is skipped
# (77) where dash, bash, busybox, shellcheck or mawk is missing.
set -eu

tool=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
: >"$dir/missing"

wrong() {
	printf '%s\n' "$*"
	: >"$dir/failed"
}

# has TOOL needed|welcome
has() {
	command -v "$1" >/dev/null 2>&1 && return 0
	[ "$2" = welcome ] || echo "$1" >>"$dir/missing"
	return 1
}

# read_by SHELL...
read_by() {
	for program in "$dir"/programs/*.sh; do
		"$@" -n "$program" >"$dir/said" 2>&1 || echo "status $?" >>"$dir/said"
		[ ! -s "$dir/said" ] ||
			wrong "$* on ${program##*/}: $(head -n 3 "$dir/said")"
	done
}

# Half of a program is none that a shell would begin with: what is cut inside of a function
# must not be read as whole.
refused_when_cut_by() {
	program=$dir/programs/host.sh
	lines=$(grep -n '^}' "$program" | tail -n 1 | cut -d: -f1)
	head -n $((lines - 1)) "$program" >"$dir/cut"
	! "$@" -n "$dir/cut" >/dev/null 2>&1 || wrong "$* reads a program that was cut"
}

# Variables are shared by functions and by templates (SC2034, SC2154), functions are called
# by a name in a variable or by one script only (SC2317), and what the templates say of
# themselves went with the comments (the rest).
checked() {
	excludes=SC2034,SC2154,SC2317,SC2015,SC2016,SC2046,SC2086,SC2116,SC2148
	for program in "$dir"/programs/*.sh; do
		shellcheck -s sh -e "$excludes" "$program" \
			>"$dir/said" 2>&1 || wrong "shellcheck on ${program##*/}: $(head -n 12 "$dir/said")"
	done
}

# Awk programs are single-quoted, behind awk and its options; some begin with functions
# from a variable, which then has to stand in front.
awk_programs() {
	awk -v base="$dir/awk/" '
	function library(line) { return line ~ /^[a-z_]+_awk=\047$/ }
	function used(from,    name, all) {
		for (name in libraries)
			if (index(from, "\"$" name "\"")) all = all libraries[name]
		return all
	}
	{
		if (!inside) {
			gsub(/ (-F|-v OFS=)\047\\t\047/, "")
			at = match($0, /(^|[|(; \t])awk( -[vF][^ \047]*( [a-z_]+="?[^ ]*)?)*[^\047|;]*\047/)
			if (library($0)) { inside = 2; name = $0; sub(/=.*/, "", name); text = ""; next }
			if (!at) next
			from = substr($0, RSTART, RLENGTH)
			rest = substr($0, RSTART + RLENGTH)
			text = used(from)
			inside = 1
		} else
			rest = $0
		end = index(rest, "\047")
		if (!end) { text = text rest "\n"; next }
		text = text substr(rest, 1, end - 1) "\n"
		if (inside == 2) libraries[name] = text
		else {
			n++
			printf "%s", text > (base n)
			close(base n)
		}
		inside = 0
	}
	END { print n + 0 }' "$1"
}

# Told to read nothing, an awk says what it thinks of the program.
parsed_by() {
	for program in "$dir"/awk/*; do
		(cd "$dir" && "$@" -v base="$dir/out" -f "$program" /dev/null /dev/null /dev/null \
			</dev/null >/dev/null 2>"$dir/said") || case $? in
		1) [ ! -s "$dir/said" ] || wrong "$*: $(cat "$dir/said" "$program")" ;;
		*) wrong "$*: $(cat "$dir/said" "$program")" ;;
		esac
	done
	echo 'BEGIN { if (1 }' >"$dir/broken"
	! "$@" -f "$dir/broken" </dev/null >/dev/null 2>&1 || wrong "$* takes anything"
}

mkdir "$dir/programs" "$dir/awk"
"$tool" "$dir/programs"
set -- "$dir"/programs/*.sh
programs=$#
[ $programs -eq 7 ] || wrong "$programs programs"
for shell in dash bash; do
	! has $shell needed || read_by $shell
	! has $shell needed || refused_when_cut_by $shell
done
! has busybox needed || read_by busybox ash
for shell in mksh ksh zsh; do
	! has $shell welcome || read_by $shell
done
! has shellcheck needed || checked

count=0
for program in deploy confirm status host; do
	found=$(awk_programs "$dir/programs/$program.sh")
	wanted=$(grep -cE '(^|[|(; 	])awk( |$)' "$dir/programs/$program.sh")
	[ "$found" -ge "$wanted" ] || wrong "$program: $found awk programs found of $wanted"
	! has mawk needed || parsed_by mawk
	! has busybox needed || parsed_by busybox awk
	! has gawk welcome || parsed_by gawk --posix
	! has original-awk welcome || parsed_by original-awk
	count=$((count + found))
	rm -f "$dir"/awk/*
done

[ ! -e "$dir/failed" ] || exit 1
if [ -s "$dir/missing" ]; then
	echo "skipped: not installed: $(sort -u "$dir/missing" | paste -s -d' ' -)"
	exit 77
fi
echo "$programs programs, $count programs of awk"
