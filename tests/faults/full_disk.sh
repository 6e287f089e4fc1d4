#!/bin/sh
# SPDX-License-Identifier: MIT
# Edits a site folder on a file system that is full: full_disk.sh TOOL. Skipped (77) where
# no small file system can be mounted.
set -eu
umask 022

tool=$1
if [ "${2-}" != inside ]; then
	if ! unshare -m sh -c 'mount -t tmpfs -o size=256k none /mnt' 2>/dev/null; then
		echo "skipped: needs root, to mount a small file system"
		exit 77
	fi
	exec unshare -m "$0" "$tool" inside
fi

fail() {
	echo "$*"
	ls -lAR .
	exit 1
}

mount -t tmpfs -o size=256k none /mnt
cd /mnt
"$tool" init
cp -Rp . "/tmp/full-disk-$$"
trap 'rm -rf "/tmp/full-disk-$$" "/tmp/full-disk-$$.out"' EXIT
good=0 bad=0

# Leaves 0, 1, 2, … pages of the file system free.
for free in 0 1 2 3 4 5; do
	dd if=/dev/zero of=filler bs=4096 count=100 2>/dev/null || true
	truncate -s "-$((free * 4096))" filler
	if "$tool" add "spoke$free" 2>"/tmp/full-disk-$$.out"; then
		good=$((good + 1))
		rm filler
	else
		bad=$((bad + 1))
		rm filler
		grep -q ": No space left on device$" "/tmp/full-disk-$$.out" ||
			fail "the message is: $(cat "/tmp/full-disk-$$.out")"
		! grep -q "spoke$free" site.yaml || fail "site.yaml is the new one"
		for name in "keys/spoke$free".* .wgctl-* keys/.wgctl-* keys/.journal; do
			! [ -e "$name" ] || fail "$name was left"
		done
		"$tool" verify
		"$tool" add "spoke$free"
	fi
	"$tool" verify
done
if [ "$good" -eq 0 ] || [ "$bad" -eq 0 ]; then
	fail "$good edits passed and $bad did not"
fi
cmp keys/hub.key "/tmp/full-disk-$$/keys/hub.key"
echo "$bad edits failed on a full disk and lost nothing, $good passed"
