# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034,SC2154
#
# The units that bring the tunnel up at boot.

# WANTED-BY UNIT, one a line, as `systemctl enable` links them.
wanted_units() {
	echo "sysinit.target wgctl-firewall@$iface.service"
	echo "multi-user.target wgctl@$iface.service"
	[ "$follow" = no ] || echo "timers.target wgctl-reresolve@$iface.timer"
}

surplus_units() {
	[ "$follow" = yes ] || echo "timers.target wgctl-reresolve@$iface.timer"
	echo "multi-user.target wg-quick@$iface.service"
}

enabled() {
	[ -L "/etc/systemd/system/$1.wants/$2" ]
}

unit_names() {
	"$1" | cut -d' ' -f2
}

check_service() {
	all_active=
	wanted_units >"$work/units"
	while read -r target unit; do
		enabled "$target" "$unit" || differs service "$unit enabled"
		all_active="$all_active active"
	done <"$work/units"
	surplus_units >"$work/units"
	while read -r target unit; do
		! enabled "$target" "$unit" || differs service "$unit disabled"
	done <"$work/units"
	# shellcheck disable=SC2046
	set -- $(systemctl is-active $(unit_names wanted_units))
	if ! link_exists || [ " $*" != "$all_active" ]; then
		differs service "started"
	fi
}

apply_service() {
	wanted_units >"$work/units"
	surplus_units | while read -r target unit; do
		! enabled "$target" "$unit" || systemctl -q disable "$unit" || exit 1
		case $unit in wgctl-*) systemctl -q stop "$unit" ;; esac
	done 2>"$work/log" || return 1
	# shellcheck disable=SC2046
	set -- $(unit_names wanted_units)
	systemctl -q enable "$@" 2>"$work/log" || return 1
	systemctl reset-failed "$@" 2>/dev/null
	# Active, and yet its link is gone: somebody has deleted it.
	link_exists || systemctl stop "wgctl@$iface.service" 2>/dev/null
	systemctl start "$@" 2>"$work/log" 9>&- && return 0
	journalctl -q -n 10 -o cat -u "wgctl@$iface.service" >>"$work/log" 2>/dev/null
	return 1
}
