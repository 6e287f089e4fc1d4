#!/bin/sh
# SPDX-License-Identifier: MIT
#
# help.sh WGCTL SOURCE: help goes to stdout in at most 80 columns, a wrong option to stderr
# with status 2, and every command is in the manual page, the README and completion, with
# its options.
set -eu
export LC_ALL=C.UTF-8

wgctl=$1
source=$2
man=$source/cmd/wgctl.1.scd
readme=$source/README.md
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

complain() {
	echo "$*"
	failed=1
}

# Runs wgctl with the words; stdout and stderr are in $work, the status in $status.
run() {
	status=0
	"$wgctl" "$@" >"$work/stdout" 2>"$work/stderr" </dev/null || status=$?
}

# help_is_fine WORD...: the help that these words ask for.
help_is_fine() {
	run "$@"
	[ "$status" = 0 ] || complain "wgctl $*: exit status $status"
	[ -s "$work/stdout" ] || complain "wgctl $*: nothing on stdout"
	[ ! -s "$work/stderr" ] || complain "wgctl $*: talks on stderr"
	[ "$(wc -L <"$work/stdout")" -le 80 ] || complain "wgctl $*: wider than 80 columns"
}

usage_is_refused() {
	run "$@"
	[ "$status" = 2 ] || complain "wgctl $*: exit status $status, not 2"
	[ ! -s "$work/stdout" ] || complain "wgctl $*: writes to stdout"
	[ "$(wc -l <"$work/stderr")" = 1 ] || complain "wgctl $*: not one line on stderr"
}

# The part of the manual page about a command, up to the next one.
man_section() {
	awk -v name="*$1*" '
		/^[*#]/ { inside = ($1 == name) }
		inside' "$man"
}

check_command() {
	help_is_fine "$1" --help
	cp "$work/stdout" "$work/help"
	help_is_fine help "$1"
	cmp -s "$work/help" "$work/stdout" || complain "help $1 and $1 --help differ"
	usage_is_refused "$1" --no-such-option
	man_section "$1" >"$work/section"
	[ -s "$work/section" ] || complain "$1: not in $man"
	sed -n '/^options:/,/^$/s/^ .\{5\}--\([a-z-]*\).*/\1/p' "$work/help" >"$work/options"
	for shell in bash zsh fish; do
		grep -q -w -e "$1" "$work/$shell" || complain "$1: not in completion $shell"
	done
	while read -r option; do
		grep -q -F -e "*--$option*" "$work/section" ||
			complain "$1 --$option: not in $man"
		for shell in bash zsh; do
			grep -q -e "--$option\\>" "$work/$shell" ||
				complain "$1 --$option: not in completion $shell"
		done
		grep -q -e "-l $option\\>" "$work/fish" ||
			complain "$1 --$option: not in completion fish"
	done <"$work/options"
	grep -q -E "^\\|.*\`$1[ \`]" "$readme" || complain "$1: not in a table of $readme"
}

for shell in bash zsh fish; do
	"$wgctl" completion "$shell" >"$work/$shell"
done
"$wgctl" __complete commands >"$work/commands"
[ -s "$work/commands" ] || complain "no commands"
while read -r name; do
	check_command "$name"
done <"$work/commands"

help_is_fine
help_is_fine --help
help_is_fine help
help_is_fine --version
while read -r name; do
	"$wgctl" --help | grep -q "^  $name " || complain "$name: not in --help"
done <"$work/commands"
grep -q __complete "$work/commands" && complain "__complete is not hidden"
usage_is_refused --no-such-option
usage_is_refused no-such-command
usage_is_refused help no-such-command

# Output that cannot be written is an error, whatever was to be written.
status=0
"$wgctl" --help >/dev/full 2>"$work/stderr" || status=$?
[ "$status" = 1 ] || complain "--help >/dev/full: exit status $status, not 1"
grep -q "cannot write to standard output" "$work/stderr" ||
	complain "--help >/dev/full: does not say why"
status=0
"$wgctl" --help >&- 2>"$work/stderr" || status=$?
[ "$status" = 1 ] || complain "--help with a closed stdout: exit status $status, not 1"

# The words for completion never come with an error.
run -C "$work/no-such-folder" __complete nodes
[ "$status" = 0 ] || complain "__complete nodes without a site: exit status $status"
[ ! -s "$work/stdout" ] || complain "__complete nodes without a site: writes to stdout"
[ ! -s "$work/stderr" ] || complain "__complete nodes without a site: talks on stderr"
exit "$failed"
