#!/bin/sh
# SPDX-License-Identifier: MIT
#
# run.sh WGCTL CASE: passes one golden case (README.md says what is in its folder). With
# GOLDEN_UPDATE=1 it writes what it saw into the case, provided that the exit status is the
# one expected.
set -eu

wgctl=$1
case_dir=$2
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

fail() {
	echo "$(basename "$case_dir"): $*"
	exit 1
}

# The case without its expectations, with the modes that git does not keep.
make_site() {
	mkdir "$work/site" "$work/home" "$work/bin" "$work/seen"
	ln -s "$wgctl" "$work/bin/wgctl"
	for file in "$case_dir"/* "$case_dir"/.[!.]*; do
		case ${file##*/} in
		cmd | stdout | stderr | status | after) ;;
		*) [ ! -e "$file" ] || cp -RL "$file" "$work/site/" ;;
		esac
	done
	if [ -d "$work/site/keys" ]; then
		chmod 700 "$work/site/keys"
		find "$work/site/keys" -type f -exec chmod 600 {} +
	fi
}

# Reports of sanitizers go to files of their own, so that no expectation can hold one.
run_command() {
	cp "$case_dir/cmd" "$work/cmd"
	status=0
	(
		cd "$work/site"
		umask 022
		exec setsid -w env -i TZ=UTC LC_ALL=C.UTF-8 HOME="$work/home" \
			PATH="$work/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin" \
			ASAN_OPTIONS="log_path=$work/sanitizer:exitcode=99" \
			UBSAN_OPTIONS="log_path=$work/sanitizer:print_stacktrace=1" \
			sh "$work/cmd" </dev/null >"$work/seen/stdout" 2>"$work/seen/stderr"
	) || status=$?
	for report in "$work"/sanitizer*; do
		[ ! -e "$report" ] || { cat "$report" && fail "a sanitizer has reported"; }
	done
}

# A file that is not there means that nothing is expected to be written.
compare() {
	expected=$1 seen=$2
	[ -e "$expected" ] || expected=/dev/null
	[ -e "$seen" ] || { echo "missing: ${1##*/}" && return 1; }
	cmp -s "$expected" "$seen" || { diff -u "$expected" "$seen" || :; return 1; }
}

update() {
	if [ -s "$2" ]; then
		cmp -s "$1" "$2" || cp "$2" "$1"
	else
		rm -f "$1"
	fi
}

each_expectation() {
	for stream in stdout stderr; do
		"$1" "$case_dir/$stream" "$work/seen/$stream" || result=1
	done
	[ -d "$case_dir/after" ] || return 0
	(cd "$case_dir/after" && find . -type f) >"$work/after"
	while read -r file; do
		"$2" "$case_dir/after/$file" "$work/site/$file" || result=1
	done <"$work/after"
}

update_after() {
	[ -e "$2" ] || { echo "missing: ${1##*/}" && return 1; }
	cmp -s "$1" "$2" || cp "$2" "$1"
}

[ -x "$wgctl" ] || fail "cannot run '$wgctl'"
[ -e "$case_dir/cmd" ] || fail "the case has no file 'cmd'"
[ -e "$case_dir/status" ] || fail "the case has no file 'status'; write the exit status"
make_site
run_command
result=0
if [ "$status" != "$(cat "$case_dir/status")" ]; then
	cat "$work/seen/stdout" "$work/seen/stderr"
	fail "exit status $status, expected $(cat "$case_dir/status")"
fi
if [ "${GOLDEN_UPDATE:-}" = 1 ]; then
	each_expectation update update_after
else
	each_expectation compare compare
fi
[ "$result" = 0 ] || fail "differs from what is expected"
