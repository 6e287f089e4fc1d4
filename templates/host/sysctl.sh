# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034,SC2154
#
# Forwarding and redirects.

# By cat, since the kernel gives such a file whole or not at all, and a shell's read takes
# it byte by byte.
sysctl_in_line() {
	[ ! -e "/proc/sys/$1" ] || [ "$(cat "/proc/sys/$1")" = "$2" ]
}

# Lines of the drop-in, in the form with slashes; and the tunnel itself sends no redirects.
each_sysctl() {
	if [ -e "$sysctls" ]; then
		while read -r key equals value; do
			case $key in '#'* | '') continue ;; esac
			[ "$equals" = = ] || continue
			"$1" "$key" "$value" || return 1
		done <"$sysctls" || return 1
	fi
	"$1" "net/ipv4/conf/$iface/send_redirects" 0
}

# Lists keys that are there, with the wanted values, for one look at all of them.
list_sysctl() {
	[ ! -e "/proc/sys/$1" ] || {
		paths="$paths /proc/sys/$1"
		values="$values$2
"
	}
}

check_sysctl() {
	paths=
	values=
	each_sysctl list_sysctl || {
		differs sysctl "cannot be compared"
		return
	}
	# shellcheck disable=SC2086
	[ -z "$paths" ] || [ "$(cat $paths)" = "${values%?}" ] || differs sysctl "set"
}

# With forwarding on, the kernel drops router advertisements, and with them the host's own
# default route, unless accept_ra is 2.
keep_router_advertisements() {
	for file in /proc/sys/net/ipv6/conf/*/accept_ra; do
		[ "$(cat "$file")" != 1 ] || echo 2 >"$file"
	done 2>/dev/null
}

set_sysctl() {
	sysctl_in_line "$1" "$2" && return 0
	[ "$1" != net/ipv6/conf/all/forwarding ] || keep_router_advertisements
	echo "$2" 2>"$work/log" >"/proc/sys/$1"
}

apply_sysctl() {
	each_sysctl set_sysctl
}
