# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034,SC2154
#
# Before a change: the generation to go back to is on disk, complete and read back, and two
# triggers are set, a timer of systemd, which counts time that has passed and not the
# clock's, and a unit at boot. Only then may anything be touched.

# What is started at boot, ours and what would be in its way.
boot_links() {
	for link in sysinit.target.wants/wgctl-firewall@ multi-user.target.wants/wgctl@ \
		timers.target.wants/wgctl-reresolve@ multi-user.target.wants/wg-quick@; do
		unit=/etc/systemd/system/$link$iface
		case $link in *reresolve*) unit=$unit.timer ;; *) unit=$unit.service ;; esac
		echo "$unit $(readlink "$unit" || echo -)"
	done
}

save_files() {
	: >"$1/files"
	count=0
	while read -r _ _ _ path; do
		count=$((count + 1))
		if [ -e "$path" ]; then
			(umask 077 && cat "$path" >"$1/file.$count") && cmp -s "$path" "$1/file.$count" ||
				return 1
			echo "$count $(stat -c %a "$path") $path" >>"$1/files"
		else
			echo "- - $path" >>"$1/files"
		fi
	done <"$work/files"
}

save_sysctl() {
	[ ! -e "/proc/sys/$1" ] || echo "$1 $(cat "/proc/sys/$1")" >>"$into/sysctls"
}

# Peers that have been heard of lately: those that a good change does not lose. The column
# behind the key is an address to ping, where the peer has one.
save_alive() {
	now=$(date +%s)
	wg show "$iface" latest-handshakes | awk -v now="$now" '
		$2 > 0 && now - $2 < 150 { print $1 }' >"$work/alive.keys"
	awk 'FILENAME == ARGV[1] { alive[$1]; next }
		$1 in alive {
			n = split($4, part, ",")
			for (i = 1; i <= n; i++)
				if (part[i] ~ /\/(32|128)$/) { sub(/\/.*/, "", part[i]); break }
			print $1, i <= n ? part[i] : "-"
		}' "$work/alive.keys" "$work/have.peers"
}

save_live() {
	link_exists || return 0
	cp "$work/have.conf" "$1/live.conf" && list_addresses >"$1/addresses" &&
		list_routes >"$1/routes" && cat "/sys/class/net/$iface/mtu" >"$1/mtu" || return 1
	: >"$1/endpoints"
	if [ -e "$conf_path" ]; then
		read_conf before "$conf_path"
		cp "$work/before.endpoints" "$1/endpoints"
	fi
	save_alive >"$1/alive"
	answering <"$1/alive" >"$1/answering"
}

save_generation() {
	into=$1
	rm -rf "$into"
	mkdir -p "$into" && save_files "$into" && boot_links >"$into/links" || return 1
	: >"$into/sysctls"
	each_sysctl save_sysctl || return 1
	for tool in iptables ip6tables; do
		[ ! -e "$run/$iface.$tool.rules" ] ||
			cp "$run/$iface.$tool.rules" "$into/$iface.$tool" || return 1
	done
	save_live "$into" || return 1
	cp "$(unpacked "$etc/host")" "$into/host" && sync && sh -n "$into/host"
} 2>"$work/log"

# Taken up by the unit at boot; and by a second administrator, who is told to wait.
write_pending() {
	echo "$nonce $(boot_id)" >"$pending.new" && sync "$pending.new" &&
		mv -f "$pending.new" "$pending" && sync "$etc"
}

place_recovery() {
	unit=/etc/systemd/system/wgctl-recover@.service
	link=/etc/systemd/system/sysinit.target.wants/wgctl-recover@$iface.service
	file_in_line "$(unpacked $unit)" 644 $unit || place_file "$(unpacked $unit)" 644 $unit ||
		return 1
	[ -L "$link" ] || { mkdir -p "${link%/*}" && ln -s "$unit" "$link" && sync "${link%/*}"; }
}

start_timer() {
	unit=$(timer_unit)
	systemctl stop "$unit.timer" "$unit.service" 2>/dev/null
	systemctl reset-failed "$unit.service" 2>/dev/null
	systemd-run -q --unit="$unit" --on-active="$window" --timer-property=AccuracySec=1s \
		/bin/sh "$tx/host" rollback "$iface" 2>"$work/log" 9>&- &&
		systemctl is-active --quiet "$unit.timer"
}

begin() {
	: >"$work/log"
	mkdir -p "$etc"
	rm -f "$etc/$iface.decided"
	save_generation "$tx.new" || fail "cannot save what this host is like now" \
		"nothing was changed"
	rm -rf "$tx"
	if ! mv "$tx.new" "$tx" || ! place_recovery || ! write_pending; then
		rm -f "$pending"
		fail "cannot write to $etc" "nothing was changed"
	fi
	start_timer || {
		rm -f "$pending"
		disarm
		fail "the timer that would take the change back does not start" "nothing was changed"
	}
}
