#!/bin/bash
# SPDX-License-Identifier: MIT
#
# hosts.sh FOLDER: the second half of the story, on booted hosts. Called by run.sh, whose
# folder with the site it removes at the end. The network is that of tests/lab/README.md.
set -euo pipefail

# shellcheck source=../../tests/lab/lib.sh
. "$(dirname "$0")/../../tests/lab/lib.sh"

work=$1

leave() {
	lab_down || : # returns the status of before
	rm -rf "$work"
}
trap leave EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 141' PIPE

tell() {
	printf '\n== %s\n' "$@"
}

# comes_back FROM ADDRESS: what the story waits for, within two minutes.
comes_back() {
	lab_until 120 lab_ping "$@" || {
		echo "hosts.sh: $1 does not reach $2" >&2
		exit 1
	}
}

# on NODE COMMAND…: shown with the node that it runs on.
on() {
	local node=$1
	shift
	printf '\n%s$ %s\n' "$node" "$*"
	lab_exec "$node" "$@"
}

# The ssh configuration that says where these hosts are stands in for ~/.ssh/config.
wgctl() {
	printf '\nlaptop$ wgctl %s\n' "$*"
	lab_laptop "$work/bin/wgctl" -C "$work/mission" -F "$LAB_DIR/ssh/config" "$@" </dev/null
}

tell "Booting hosts, bare, without WireGuard: hub, and pi behind a carrier's NAT"
lab_up hub pi
tell "The hub first; then the Pi, which stands on the desk, by its cable"
wgctl deploy hub
wgctl deploy hospital
tell "The cable is gone; from here on the Pi can only be reached through the tunnel"
lab_cut desk
comes_back cloud 10.20.1.50
on cloud ping -c 3 10.20.1.50
on device ping -c 3 10.10.2.20
on hub wg show
on pi ip route
tell "Both restart, and the tunnel comes back by itself"
lab_reboot hub pi
comes_back device 10.10.2.20
on cloud ping -c 3 10.20.1.50
lab_mend desk
tell "There is nothing left to do"
wgctl plan
wgctl deploy hub hospital
tell "That was the story. The hosts and the site are taken away."
