#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The story of the hospital. Builds wgctl and makes the site; where this machine can boot
# throwaway hosts (Linux, root), deploys to them and pings through the tunnel. Each command
# stands behind a '$' as an administrator types it, with what it prints below. Nothing is
# left behind but the build folder.
#
#   WGCTL=FILE    the program to show; nothing is built then
#   SKIPPED=N     the exit status where no hosts can be booted; 0 by default
set -eu

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
work=

leave() {
	[ -z "$work" ] || rm -rf "$work"
}
trap leave EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 141' PIPE

tell() {
	printf '\n== %s\n' "$@"
}

run() {
	printf '\n$ %s\n' "$*"
	"$@"
}

# What is built goes into the build folder, what was said meanwhile too.
build() {
	tell "What the build needs, from this machine's own packages"
	sh "$top/.ci/install.sh" build
	tell "Building in build/release"
	mkdir -p "$top/build/release"
	log=$top/build/release/run.log
	{
		cmake -S "$top" -B "$top/build/release" -D WGCTL_TESTS=OFF &&
			cmake --build "$top/build/release" --target wgctl -j "$(getconf _NPROCESSORS_ONLN)"
	} >"$log" 2>&1 || {
		tail -n 30 "$log"
		echo "run.sh: the build failed; all that it said is in $log" >&2
		exit 1
	}
	WGCTL=$top/build/release/cmd/wgctl
}

stop_here() {
	tell "The story ends here: $1." "There would follow: deploy, pings both ways, plan."
	exit "${SKIPPED:-0}"
}

[ -n "${WGCTL-}" ] || build
WGCTL=$(readlink -f "$WGCTL")
[ -x "$WGCTL" ] || { echo "run.sh: there is no program '$WGCTL'" >&2; exit 1; }
work=$(mktemp -d)
mkdir "$work/bin"
ln -s "$WGCTL" "$work/bin/wgctl"
PATH=$work/bin:$PATH
cd "$work"

tell "A site folder, with the hub's key. 'pi' and 'vpn.example.org' are hosts that ssh knows."
run wgctl -C mission init --name mission-hospital --endpoint vpn.example.org:51820 \
	--network 10.49.0.0/24 --supernet 10.20.0.0/16 --hub-subnet 10.10.0.0/16 \
	--hub-lan 10.10.1.10 --ssh admin@vpn.example.org </dev/null
run cd mission
tell "The hospital, with a network behind it, and the phone of its doctor"
run wgctl add-spoke hospital --subnet 10.20.1.0/24 --lan 10.20.1.1 --ssh pi
run wgctl add-spoke phone
run cat site.yaml
run wgctl check
run wgctl list
run wgctl show hospital
tell "What the routers at both ends must be told"
run wgctl routes
tell "What the hospital gets; its keys are masked here only"
# shellcheck disable=SC2016 # shown as it is typed
printf '\n$ %s\n' 'wgctl config hospital | sed "s/^\(Pr.*Key = \).*/\1(hidden)/"'
wgctl config hospital | sed 's/^\(Pr.*Key = \).*/\1(hidden)/'
tell "What the phone scans; the key in it is thrown away with this site"
run wgctl qr phone || echo "(so the story goes on without it)"

[ "$(uname -s)" = Linux ] || stop_here "booting hosts needs Linux"
[ "$(id -u)" = 0 ] || stop_here "booting hosts needs root; 'sudo sh $0' shows the rest"
tell "Booting hosts needs a few packages more"
sh "$top/.ci/install.sh" lab || stop_here "they cannot be installed"
why=$(bash -c '. "$1" && lab_can_run' bash "$top/tests/lab/lib.sh") || stop_here "$why"
exec bash "$here/hosts.sh" "$work"
