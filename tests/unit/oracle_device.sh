#!/bin/sh
# SPDX-License-Identifier: MIT
# A real device, given what wgconf_format writes, tells the same back (wg showconf), and
# our reader reads that. The device is wireguard-go's in a network namespace of its own.
set -eu

tool=$1
device=wgor$$

skip() {
	echo "skipped: $1"
	exit 77
}

for program in wg wireguard-go unshare; do
	command -v "$program" >/dev/null || skip "no $program"
done
[ "$(id -u)" = 0 ] || skip "not root"
[ -c /dev/net/tun ] || skip "no /dev/net/tun"
if [ "${2-}" != inside ]; then
	unshare -n -m mount -t tmpfs none /run 2>/dev/null || skip "no namespaces"
	exec unshare -n -m sh "$0" "$tool" inside
fi

folder=$(mktemp -d)
mount -t tmpfs none /run
mkdir /run/wireguard
WG_PROCESS_FOREGROUND=1 LOG_LEVEL=silent wireguard-go -f "$device" >/dev/null 2>&1 &
driver=$!
trap 'kill $driver; wait $driver || true; rm -r "$folder"' EXIT
trap 'exit 1' INT TERM

tries=0
until wg show "$device" >/dev/null 2>&1; do
	tries=$((tries + 1))
	[ $tries -lt 200 ] || skip "wireguard-go does not start"
	sleep 0.05
done

seed=1000
while [ $seed -lt 1060 ]; do
	"$tool" random $seed | sed 's/h[0-9]*\.example\.org/192.0.2.1/' >"$folder/whole.conf"
	grep -Ev '^(Address|MTU|DNS) = ' "$folder/whole.conf" >"$folder/device.conf"
	# Port 0 would become a random one.
	grep -q ListenPort "$folder/device.conf" ||
		sed -i 's/^\[Interface\]$/&\nListenPort = 51820/' "$folder/device.conf"
	wg setconf "$device" "$folder/device.conf"
	wg showconf "$device" >"$folder/shown.conf"
	"$tool" same-device "$folder/device.conf" "$folder/shown.conf" || {
		echo "seed $seed: the device has something else"
		diff "$folder/device.conf" "$folder/shown.conf" || true
		exit 1
	}
	seed=$((seed + 1))
done
echo "60 configurations come back from the device"
