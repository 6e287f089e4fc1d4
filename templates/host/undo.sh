# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034,SC2154
#
# Taking a change back, by what its generation holds and nothing else. Each step may be
# done twice.

# By another name for the saved file, which needs no room on a disk that may be full.
place_saved() {
	fresh=${3%/*}/.wgctl.$$.tmp
	rm -f "$fresh"
	chmod "$2" "$1" && ln "$1" "$fresh" 2>/dev/null && mv -f "$fresh" "$3" &&
		sync "${3%/*}" && return 0
	rm -f "$fresh"
	place_file "$@"
}

# Lines of $tx/files: NUMBER MODE PATH, or "- - PATH" for a file that was not there. What
# takes this up again at boot goes last, in roll_back. What place_file was at when it was
# killed may hold a key.
restore_files() {
	failed=no
	"${by}_name_recovery"
	while read -r number mode path; do
		rm -f "${path%/*}"/.wgctl.*.tmp
		if [ "$number" = - ]; then
			[ "$path" = "$recovery_file" ] || rm -f "$path" || failed=yes
		elif ! file_in_line "$tx/file.$number" "$mode" "$path"; then
			place_saved "$tx/file.$number" "$mode" "$path" || failed=yes
		fi
	done <"$tx/files"
	[ $failed = no ]
}

restore_sysctls() {
	while read -r key value; do
		[ ! -e "/proc/sys/$key" ] || [ "$(cat "/proc/sys/$key")" = "$value" ] ||
			echo "$value" >"/proc/sys/$key"
	done <"$tx/sysctls"
}

restore_firewall() {
	for tool in iptables ip6tables; do
		has_firewall "$tool" || continue
		if [ -e "$tx/$iface.$tool" ]; then
			rules=$tx
			apply_rules "$tool" || return 1
		else
			unload_rules "$tool" || return 1
		fi
	done
}

# The endpoint of a peer that roams is newer than the generation's, unless the peer has
# none now.
restore_endpoints() {
	read_conf before "$tx/live.conf"
	wg show "$iface" endpoints >"$work/endpoints"
	while read -r key endpoint; do
		if grep -qF "$key " "$tx/endpoints" ||
			grep -qxF "$key	(none)" "$work/endpoints"; then
			WG_ENDPOINT_RESOLUTION_RETRIES=0 wg set "$iface" peer "$key" \
				endpoint "$endpoint" 2>"$work/log"
		fi
	done <"$work/before.endpoints"
	rm -f "$run/$iface.endpoints"
	[ ! -e "$tx/set.endpoints" ] || cp "$tx/set.endpoints" "$run/$iface.endpoints"
}

# Exactly what ran before, whatever the file of that time says.
restore_tunnel() {
	if [ ! -e "$tx/live.conf" ]; then
		take_down
		return
	fi
	prune=yes
	conf=$tx/live.conf
	apply_link && read_wanted || return 1
	cp "$tx/addresses" "$work/want.addresses"
	cp "$tx/routes" "$work/want.routes"
	cp "$tx/mtu" "$work/want.mtu"
	failed=no
	for item in peers addresses mtu up routes; do
		in_line=yes
		"check_$item"
		[ $in_line = yes ] || "apply_$item" || failed=yes
	done
	restore_endpoints
	[ $failed = no ]
}

take_down() {
	rm -f "$run/$iface.endpoints"
	[ ! -e "$run/$iface.full" ] || {
		clear_everything 4
		clear_everything 6
		rm -f "$run/$iface.full"
	}
	! link_exists || ip link del dev "$iface" 2>"$work/log"
}

# Under the lock. At boot nothing runs yet, and the files are all there is to restore. One
# step that fails must not keep the others from bringing the host back: a disk that cannot be
# written any more says nothing about the tunnel.
go_back() {
	[ "$1" = boot ] || [ -e "$tx/live.conf" ] || "${by}_stop"
	[ -e "$tx/live.conf" ] || rm -f "$etc/$iface.endpoints"
	whole=yes
	restore_files || whole=no
	"${by}_restore_links" || whole=no
	"${by}_reload" "$1"
	if [ "$1" = boot ]; then
		"${by}_requeue"
	else
		end_probes
		restore_sysctls
		"${by}_restore_states"
		restore_tunnel || whole=no
		restore_firewall || whole=no
	fi
	[ $whole = yes ]
}

# Left by a change that was broken off before it waited. What a confirmed one has left is
# the generation before it.
forget_unbegun() {
	[ -e "$tx/token" ] || return 0
	read -r whose <"$tx/token"
	outcome=
	[ ! -e "$etc/$iface.outcome" ] || read -r outcome decided _ <"$etc/$iface.outcome"
	[ "$outcome $decided" != "confirmed $whose" ] || return 0
	[ "$1" = timer ] || "${by}_disarm"
	remove_recovery
	rm -rf "$tx"
}

# timer|boot|now and the reason. What fails is tried again, by the timer and at boot, since
# the change stays pending; and a change that is half taken back is none to confirm.
roll_back() {
	read_pending
	[ -n "$token" ] || {
		forget_unbegun "$1"
		return
	}
	rm -f "$tx/applied"
	go_back "$1" || return 1
	decide rolled-back "$token" "$2" || return 1
	[ "$1" = timer ] || "${by}_disarm"
	remove_recovery
	rm -rf "$tx"
}
