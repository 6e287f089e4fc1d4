# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034,SC2154
#
# What must be installed, by the host's own package manager.

kernel_has_wireguard() {
	[ -d /sys/module/wireguard ] || modprobe -q wireguard 2>/dev/null && return 0
	ip link add dev wgctl-probe type wireguard 2>/dev/null || return 1
	ip link del dev wgctl-probe
}

# BusyBox has an `ip` of its own, which does not do; and no host of systemd has that.
has_iproute() {
	command -v ip >/dev/null || return 1
	[ "$by" = systemd ] || ip -V 2>/dev/null | grep -q iproute2
}

# Every manager that is known has these packages under these names.
missing_packages() {
	command -v wg >/dev/null || printf 'wireguard-tools '
	command -v iptables-restore >/dev/null || printf 'iptables '
	has_iproute || printf 'iproute2 '
	link_exists || command -v wireguard-go >/dev/null || kernel_has_wireguard ||
		printf 'wireguard-go '
}

# Sets packages.
check_packages() {
	packages=$(missing_packages)
	[ -z "$packages" ] || differs packages "${packages% }"
}

install_packages() {
	if command -v apt-get >/dev/null; then
		set -- apt-get -q -y -o DPkg::Lock::Timeout=120 --no-install-recommends install "$@"
		DEBIAN_FRONTEND=noninteractive "$@" ||
			{ apt-get -q update && DEBIAN_FRONTEND=noninteractive "$@"; }
	elif command -v dnf >/dev/null; then
		dnf -q -y install "$@"
	elif command -v zypper >/dev/null; then
		zypper -q -n install "$@"
	elif command -v pacman >/dev/null; then
		pacman -Sy --noconfirm --needed "$@"
	elif command -v apk >/dev/null; then
		apk -q add "$@"
	else
		echo "no package manager that wgctl knows"
		return 1
	fi
}

apply_packages() {
	# shellcheck disable=SC2086
	install_packages $packages >"$work/log" 2>&1 9>&- && [ -z "$(missing_packages)" ]
}
