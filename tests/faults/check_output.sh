#!/bin/sh
# SPDX-License-Identifier: MIT
# The check of a folder of rendered files for every_syscall.sh: each file is whole or not
# there, and closed to others; RETRY completes them and takes away what was left.
set -eu

fail() {
	echo "$*"
	ls -lAR output
	exit 1
}

whole() {
	for file in output/*; do
		[ -e "$file" ] || continue
		[ "$(cat "$file")" = 'private and complete' ] || fail "$file is not whole"
	done
	! find output -mindepth 1 -perm /077 | grep -q . || fail "a file is open to others"
}

if [ -d output ]; then
	whole
fi
sh -ec "$RETRY" || fail "the next command failed"
whole
[ "$(cd output && printf '%s ' .wgctl* *)" = '.wgctl* clinic hospital ' ] ||
	fail "there is another file"
