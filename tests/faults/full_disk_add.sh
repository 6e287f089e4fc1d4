#!/bin/sh
# SPDX-License-Identifier: MIT
# `wgctl add-spoke` on a disk with no room left: full_disk_add.sh WGCTL. Skipped (77) where
# no small file system can be mounted.
set -eu

wgctl=$1
if [ "${2-}" != inside ]; then
	if ! unshare -m mount -t tmpfs -o size=256k none /mnt 2>/dev/null; then
		echo "skipped: needs root, to mount a small file system"
		exit 77
	fi
	exec unshare -m "$0" "$wgctl" inside
fi

mount -t tmpfs -o size=256k none /mnt
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd /mnt

fail() {
	echo "$*"
	ls -lAR .
	exit 1
}

"$wgctl" -q init --name lab --endpoint vpn.example.org
"$wgctl" -q add-spoke clinic
cp -Rp . "$work/before"
good=0 bad=0
for free in 0 1 2 3 4 5 6; do
	dd if=/dev/zero of=filler bs=4096 count=100 2>/dev/null || true
	truncate -s "-$((free * 4096))" filler
	status=0
	"$wgctl" -q add-spoke "spoke-$free" 2>"$work/said" || status=$?
	rm filler
	if [ "$status" -eq 0 ]; then
		good=$((good + 1))
	else
		bad=$((bad + 1))
		[ "$status" -eq 1 ] || fail "exit status $status"
		grep -q "^wgctl: cannot .*: No space left on device\$" "$work/said" ||
			fail "the message is: $(cat "$work/said")"
		cmp site.yaml "$work/before/site.yaml" || fail "site.yaml has changed"
		diff -r -x .lock keys "$work/before/keys" || fail "keys have changed"
		"$wgctl" -q add-spoke "spoke-$free" || fail "it does not work with room"
	fi
	"$wgctl" -q config "spoke-$free" | grep -q '^PrivateKey = ' || fail "a key is lost"
	"$wgctl" -q config clinic | grep -q '^PrivateKey = ' || fail "an old key is lost"
	rm -rf "$work/before"
	cp -Rp . "$work/before"
done
if [ "$good" -eq 0 ] || [ "$bad" -eq 0 ]; then
	fail "$good edits passed and $bad did not"
fi
echo "$bad edits failed on a full disk and lost nothing, $good passed"
