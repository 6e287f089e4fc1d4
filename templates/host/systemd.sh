# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034,SC2154
#
# Services by units of systemd (see init.sh).

# As `systemctl enable` links them.
systemd_wanted() {
	echo "sysinit.target wgctl-firewall@$iface.service"
	echo "multi-user.target wgctl@$iface.service"
	[ "$follow" = no ] || echo "timers.target wgctl-reresolve@$iface.timer"
}

systemd_surplus() {
	[ "$follow" = yes ] || echo "timers.target wgctl-reresolve@$iface.timer"
	echo "multi-user.target wg-quick@$iface.service"
}

systemd_enabled() {
	[ -L "/etc/systemd/system/$1.wants/$2" ]
}

systemd_active() {
	all_active=
	for unit; do
		all_active="$all_active active"
	done
	# shellcheck disable=SC2046
	set -- $(systemctl is-active "$@")
	[ " $*" = "$all_active" ]
}

systemd_running() {
	systemctl -q is-active "$1"
}

systemd_drop() {
	! systemd_enabled "$1" "$2" || systemctl -q disable "$2" || return 1
	case $2 in wgctl-*) systemctl -q stop "$2" ;; esac
	return 0
}

systemd_bring_up() {
	systemctl -q enable "$@" 2>"$work/log" || return 1
	systemctl reset-failed "$@" 2>/dev/null
	# Active, and yet its link is gone: somebody has deleted it.
	link_exists || systemctl stop "wgctl@$iface.service" 2>/dev/null
	systemctl start "$@" 2>"$work/log" 9>&- && return 0
	journalctl -q -n 10 -o cat -u "wgctl@$iface.service" >>"$work/log" 2>/dev/null
	return 1
}

systemd_stop() {
	systemctl stop "wgctl@$iface.service" "wgctl-firewall@$iface.service" \
		"wgctl-reresolve@$iface.timer" 2>/dev/null
	systemctl reset-failed "wgctl@$iface.service" "wgctl-firewall@$iface.service" 2>/dev/null
	return 0
}

systemd_reload() {
	systemctl daemon-reload 2>"$work/log"
}

# --- for the way back ---

# PATH TARGET, or "PATH -": ours and what would be in its way.
systemd_links() {
	for link in sysinit.target.wants/wgctl-firewall@ multi-user.target.wants/wgctl@ \
		timers.target.wants/wgctl-reresolve@ multi-user.target.wants/wg-quick@; do
		unit=/etc/systemd/system/$link$iface
		case $link in *reresolve*) unit=$unit.timer ;; *) unit=$unit.service ;; esac
		echo "$unit $(readlink "$unit" || echo -)"
	done
}

systemd_restore_links() {
	while read -r path target; do
		rm -f "$path"
		[ "$target" = - ] || { mkdir -p "${path%/*}" && ln -s "$target" "$path"; }
	done <"$tx/links"
	flush
}

# UNIT STATE
systemd_states() {
	for unit in wgctl-firewall@$iface.service wgctl@$iface.service \
		wgctl-reresolve@$iface.timer; do
		echo "$unit $(systemctl is-active "$unit")"
	done
}

# What ran runs again, the rest does not.
systemd_restore_states() {
	while read -r unit state; do
		case $state in
		inactive | failed | unknown) systemctl stop "$unit" 2>/dev/null ;;
		*) systemctl start "$unit" 2>"$work/log" ;;
		esac
	done <"$tx/units"
	return 0
}

# What is to start in this boot was read before the links were put back.
systemd_requeue() {
	while read -r path target; do
		if [ "$target" = - ]; then
			systemctl --no-block stop "${path##*/}"
		else
			systemctl --no-block start "${path##*/}"
		fi
	done <"$tx/links" 2>"$work/log"
	return 0
}

systemd_name_recovery() {
	recovery_file=/etc/systemd/system/wgctl-recover@.service
	recovery_mode=644
	recovery_where=sysinit.target
	recovery=wgctl-recover@$iface.service
}

systemd_link() {
	folder=/etc/systemd/system/$1.wants
	mkdir -p "$folder" && ln -s "/etc/systemd/system/${2%@*}@.${2##*.}" "$folder/$2" &&
		sync "$folder"
}

systemd_unlink() {
	rm -f "/etc/systemd/system/$1.wants/$2"
}

# It may be set early in a boot, before what timers wait for by default.
systemd_arm() {
	unit=wgctl-rollback-$iface
	systemctl stop "$unit.timer" "$unit.service" 2>/dev/null
	systemctl reset-failed "$unit.service" 2>/dev/null
	systemd-run -q --unit="$unit" --on-active="$1" --timer-property=AccuracySec=1s \
		--timer-property=DefaultDependencies=no --property=Restart=on-failure \
		--property=RestartSec=5 \
		/bin/sh "$tx/host" rollback "$iface" 2>"$work/log" 9>&- &&
		systemctl is-active --quiet "$unit.timer"
}

systemd_disarm() {
	systemctl stop "wgctl-rollback-$iface.timer" "wgctl-rollback-$iface.service" 2>/dev/null
	return 0
}

systemd_mended() {
	systemctl reset-failed "wgctl-recover@$iface.service" 2>/dev/null
	return 0
}

# --- off the host ---

systemd_forget() {
	set -- "wgctl@$iface.service" "wgctl-firewall@$iface.service" \
		"wgctl-reresolve@$iface.timer" "wgctl-recover@$iface.service"
	systemctl disable --now "$@" >"$work/log" 2>&1
	systemctl reset-failed "$@" >"$work/log" 2>&1
	return 0
}

systemd_forget_shared() {
	for unit in wgctl@.service wgctl-firewall@.service wgctl-recover@.service \
		wgctl-reresolve@.service wgctl-reresolve@.timer; do
		rm -f "/etc/systemd/system/$unit"
	done
	systemctl daemon-reload
}
