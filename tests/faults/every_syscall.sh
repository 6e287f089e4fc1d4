#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs a command again and again, each time in a fresh copy of a folder, and breaks it at
# its first, second, … last call that touches a file, in each of the ways of fsfault.c.
# After each run CHECK is run in the copy with the command's exit status as its argument;
# it fails where neither the old nor the new state is complete.
#
#   every_syscall.sh -l LIBRARY -s FOLDER -c CHECK [-k KINDS] [-m MAX] COMMAND…
#
# KINDS is a list such as "KILL EIO"; -m ends the loop at the MAX-th call. The program under
# test has to be dynamically linked; AddressSanitizer is told to accept the library.
set -eu
umask 022

kinds='KILL TORN EIO ENOSPC SHORT FULL DEAD'
max=100000
library='' folder='' check=''
while getopts l:s:c:k:m: option; do
	case $option in
	l) library=$OPTARG ;;
	s) folder=$OPTARG ;;
	c) check=$OPTARG ;;
	k) kinds=$OPTARG ;;
	m) max=$OPTARG ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
if [ -z "$library" ] || [ -z "$folder" ] || [ -z "$check" ] || [ $# -eq 0 ]; then
	echo "usage: $0 -l LIBRARY -s FOLDER -c CHECK [-k KINDS] [-m MAX] COMMAND…" >&2
	exit 2
fi

work=$(mktemp -d)
trap 'chmod -R u+rwx "$work"; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# attempt KIND NUMBER COMMAND…: leaves the copy in $work/site and prints the exit status.
attempt() {
	chmod -R u+rwx "$work"
	rm -rf "$work/site" "$work/calls"
	cp -Rp "$folder" "$work/site"
	kind=$1 number=$2
	shift 2
	status=0
	exec 2>/dev/null # where the shell says "Killed"
	(
		cd "$work/site"
		ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0
		FSFAULT_KIND=$kind FSFAULT_AT=$number FSFAULT_COUNT_FILE=$work/calls
		export ASAN_OPTIONS FSFAULT_KIND FSFAULT_AT FSFAULT_COUNT_FILE
		# env, since the assignment alone would load the library into this shell.
		exec env LD_PRELOAD="$library" "$@"
	) >"$work/output" 2>&1 </dev/null || status=$?
	echo "$status"
}

# passes KIND NUMBER STATUS: the verdict on the copy.
passes() {
	if [ "$1" = KILL ] && [ "$3" -ne 137 ]; then
		echo "was not killed, but ended with status $3" >"$work/verdict"
		return 1
	fi
	if [ "$3" -gt 1 ] && [ "$3" -ne 137 ]; then
		echo "ended with status $3" >"$work/verdict"
		return 1
	fi
	(cd "$work/site" && FAULT_KIND=$1 "$check" "$3") >"$work/verdict" 2>&1 </dev/null
}

status=$(attempt NONE 0 "$@")
if [ "$status" -ne 0 ] || ! [ -s "$work/calls" ]; then
	echo "without a fault the command ends with status $status:" >&2
	cat "$work/output" >&2
	exit 1
fi
if ! passes NONE 0 "$status"; then
	echo "without a fault the check fails:" >&2
	cat "$work/verdict" >&2
	exit 1
fi
calls=$(wc -l <"$work/calls")
[ "$calls" -le "$max" ] || calls=$max

runs=0 bad=0
for kind in $kinds; do
	number=1
	while [ "$number" -le "$calls" ]; do
		status=$(attempt "$kind" "$number" "$@")
		runs=$((runs + 1))
		if ! passes "$kind" "$number" "$status"; then
			bad=$((bad + 1))
			echo "$kind at call $(sed -n "${number}p" "$work/calls"), status $status:"
			sed 's/^/    /' "$work/output" "$work/verdict"
		fi
		number=$((number + 1))
	done
done
echo "$runs runs over $calls calls, $bad bad"
[ "$runs" -gt 0 ] && [ "$bad" -eq 0 ]
