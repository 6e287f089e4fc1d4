#!/bin/sh
# SPDX-License-Identifier: MIT
# The check of `wgctl render -o output` for every_syscall.sh: each file is what `wgctl config`
# prints or is not there, and is closed to others; RETRY completes them and leaves no other.
set -eu

fail() {
	echo "$*"
	ls -lAR output
	exit 1
}

whole() {
	for file in output/*.conf; do
		[ -e "$file" ] || continue
		name=${file##*/}
		wgctl -q config "${name%.conf}" | cmp - "$file" || fail "$file is not whole"
	done
	! find output -mindepth 1 -perm /077 | grep -q . || fail "a file is open to others"
}

if [ -d output ]; then
	whole
fi
sh -ec "$RETRY" || fail "the next command failed"
whole
[ "$(cd output && printf '%s ' .wgctl* *)" = '.wgctl* clinic.conf hospital.conf hub.conf ' ] ||
	fail "there is another file, or too few"
