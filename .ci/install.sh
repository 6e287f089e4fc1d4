#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Installs what the named groups need (build, tests, lab), from the distribution's own
# packages. Says what it installs; does nothing where all is there.
set -eu

top=$(cd "$(dirname "$0")/.." && pwd)

list() {
	case $1 in
	lab) cat "$top/tests/lab/packages" ;;
	*) cat "$top/.ci/packages/$1" ;;
	esac
}

missing() {
	for group; do
		list "$group"
	done | sort -u | while read -r package; do
		dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null |
			grep -qx installed || printf '%s ' "$package"
	done
}

if ! command -v apt-get >/dev/null; then
	echo "install.sh: this is no Debian or Ubuntu; wgctl needs what these are called here:" >&2
	for group; do list "$group"; done | sort -u | paste -s -d' ' - >&2
	exit 0
fi

packages=$(missing "$@")
[ -n "$packages" ] || exit 0
as_root=
if [ "$(id -u)" != 0 ]; then
	as_root="sudo env"
	command -v sudo >/dev/null || {
		echo "install.sh: run this as root, or install yourself: $packages" >&2
		exit 1
	}
fi
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get -q update >/dev/null

# Other releases lack one or the other; what needs it says so or skips.
known=
for package in $packages; do
	if apt-cache show "$package" >/dev/null 2>&1; then
		known="$known$package "
	else
		echo "not in this release: $package"
	fi
done
[ -n "$known" ] || exit 0
echo "installing: $known"
# shellcheck disable=SC2086
$as_root apt-get -q -y --no-install-recommends install $known >/dev/null
