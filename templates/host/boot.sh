# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034,SC2154
#
# What units and init scripts run: /etc/wireguard/wgctl/host VERB INTERFACE. Each verb may
# be run again at any time.

die() {
	printf 'wgctl: %s: %s\n' "$iface" "$1" >&2
	[ ! -s "$work/log" ] || sed 's/^/wgctl: /' "$work/log" >&2
	exit 1
}

note() {
	printf 'wgctl: %s: %s\n' "$iface" "$1" >&2
}

differs() {
	in_line=no
}

tell() {
	cat >/dev/null
}

bring_in_line() {
	for item; do
		in_line=yes
		: >"$work/log"
		"check_$item"
		[ $in_line = yes ] || "apply_$item" || die "cannot bring '$item' in line"
	done
}

verb_firewall() {
	bring_in_line firewall sysctl
}

# The configuration; where that is not whole, as it was confirmed last. Nothing is refused
# halfway: with neither, the tunnel is left as it is.
read_whole_conf() {
	read_conf want "$conf"
	! conf_is_whole || return 0
	damaged=$conf
	conf=$etc/$iface.confirmed
	read_conf want "$conf" 2>/dev/null
	conf_is_whole || die "'$damaged' is not whole; deploy it again"
	note "'$damaged' is not whole; it is used as it was confirmed last; deploy it again"
}

verb_up() {
	read_whole_conf
	bring_in_line link
	read_tunnel || die "cannot read the interface"
	bring_in_line endpoints peers addresses mtu up routes sysctl
	recall_endpoints
}

# Where peers were when the tunnel went down. The hub of a spoke behind NAT can then speak
# first, while the mapping is still there; else it takes the spoke up to two minutes to
# notice that its session is gone.
keep_endpoints() {
	wg show "$iface" endpoints 2>/dev/null | grep -v '(none)' >"$etc/$iface.endpoints"
}

recall_endpoints() {
	[ -e "$etc/$iface.endpoints" ] || return 0
	wg show "$iface" endpoints >"$work/endpoints"
	while read -r key endpoint; do
		! grep -qxF "$key	(none)" "$work/endpoints" ||
			wg set "$iface" peer "$key" endpoint "$endpoint" 2>"$work/log"
	done <"$etc/$iface.endpoints"
	rm -f "$etc/$iface.endpoints"
}

verb_down() {
	! link_exists || keep_endpoints
	[ ! -e "$run/$iface.started" ] || not_started
	take_down || die "cannot delete the interface"
}

# The timer: nobody has confirmed the change.
verb_rollback() {
	if ! lock_by_force || ! roll_back timer "it was not confirmed in time"; then
		die "cannot take the change back; it is tried again"
	fi
}

# At boot, before anything comes up. The timer is for the case that this fails, or hangs.
verb_recover() {
	read_pending
	[ -n "$token" ] && [ "$pending_boot" != "$(boot_id)" ] || return 0
	"${by}_arm" 120
	roll_back boot "this host restarted before it was confirmed" && return 0
	again="when this host restarts"
	! "${by}_arm" 30 || again="in 30 s"
	die "cannot take the change back; it is tried again $again"
}

# On request of who made the change; REASON is the third argument.
verb_undo() {
	lock_by_force || die "another change is at work"
	roll_back now "$reason" || die "cannot take the change back"
}

# What is left of a change that was broken off before it waited.
verb_forget() {
	lock 10 || die "another change is at work"
	read_pending
	[ -n "$token" ] || forget_unbegun now
}

# A peer behind a name may have moved. Handshakes come every 120 s on a live tunnel, and
# are given up after 180.
verb_reresolve() {
	now=$(date +%s)
	read_whole_conf
	wg show "$iface" latest-handshakes >"$work/handshakes" 2>"$work/log" || die "no interface"
	while read -r key endpoint; do
		last=$(awk -v key="$key" '$1 == key { print $2 }' "$work/handshakes")
		[ $((now - ${last:-0})) -gt 135 ] || [ "${last:-0}" -gt "$now" ] || continue
		WG_ENDPOINT_RESOLUTION_RETRIES=0 wg set "$iface" peer "$key" endpoint "$endpoint" \
			2>"$work/log" || note "endpoint $endpoint does not resolve now"
	done <"$work/want.endpoints"
}

# Takes everything off this host that deploy has put there, but the packages. The mark of
# the tunnel goes last, so that a removal that was broken off can be run again.
verb_remove() {
	[ -e "$etc/$iface.node" ] || die "this tunnel was not made by wgctl"
	lock 30 || die "another change is at work on this host"
	"${by}_disarm"
	"${by}_forget"
	take_down || die "cannot delete the interface"
	unload_firewall || die "cannot take the firewall chains off"
	forwarded=no
	! grep -q forward "$sysctls" 2>/dev/null || forwarded=yes
	alone=yes
	for mark in "$etc"/*.node; do
		[ "$mark" = "$etc/$iface.node" ] || alone=no
	done
	rm -f "$conf" "$sysctls" "$run/$iface".*
	[ $alone = no ] || remove_shared
	rm -rf "$etc/$iface".*
	[ $alone = no ] || { rm -f "$etc/host" && rmdir "$etc"; }
	[ $forwarded = no ] || note "forwarding stays on until this host restarts"
}

# What all tunnels of this host have in common, but this program.
remove_shared() {
	rm -rf "$run"
	"${by}_forget_shared"
}

boot() {
	PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
	LC_ALL=C
	export PATH LC_ALL
	umask 077
	iface=${2-}
	case $iface in '' | *[!a-zA-Z0-9_=+.-]*) verb= ;; *) verb=${1-} ;; esac
	etc=/etc/wireguard/wgctl
	conf=/etc/wireguard/$iface.conf
	tx=$etc/$iface.tx
	pending=$etc/$iface.pending
	reason=${3-}
	rules=$etc
	sysctls=/etc/sysctl.d/90-wgctl-$iface.conf
	retired=/dev/null
	prune=no
	work=$(mktemp -d /run/wgctl.XXXXXXXX) || exit 1
	trap 'rm -rf "$work"' EXIT
	trap 'exit 1' HUP INT TERM
	: >"$work/log"
	exec </dev/null
	find_init || :
	case $verb in
	up | down | firewall | reresolve | remove | rollback | recover | undo | forget) "verb_$verb" ;;
	follow | follower | timer) "verb_$verb" ;;
	*)
		echo "usage: $0 up|down|firewall|reresolve|remove INTERFACE" >&2
		exit 2
		;;
	esac
}

boot "$@"
