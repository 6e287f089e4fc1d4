# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034,SC2154
#
# Services by scripts in /etc/init.d, three for each tunnel (see init.sh). OpenRC and
# sysvinit differ in where the links are that start them, and in the head of the script.
# The firewall counts as active while its rules are loaded, the tunnel from the start of its
# script to the stop, which the file $run/IFACE.started shows.

initd_wanted() {
	echo "$early wgctl-firewall-$iface"
	echo "$late wgctl-tunnel-$iface"
}

initd_surplus() {
	[ "$init" = sysvinit ] || echo "$late wg-quick.$iface"
}

# Each link that starts or stops it at some time.
links_of() {
	for link in /etc/rc[S0-6].d/[SK][0-9][0-9]"$1" /etc/runlevels/*/"$1"; do
		[ ! -L "$link" ] || echo "$link"
	done
}

initd_enabled() {
	for link in /etc/rc"$1".d/S[0-9][0-9]"$2" "/etc/runlevels/$1/$2"; do
		[ ! -L "$link" ] || return 0
	done
	return 1
}

initd_link() {
	if [ "$init" = openrc ]; then
		ln -s "/etc/init.d/$2" "/etc/runlevels/$1/$2"
	else
		update-rc.d "$2" defaults >&2 && initd_enabled "$1" "$2"
	fi 2>"$work/log" && flush
}

initd_unlink() {
	links_of "$2" | while read -r link; do
		rm -f "$link"
	done
}

initd_ran() {
	case $1 in
	wgctl-firewall-*) [ -e "$run/$iface.iptables.rules" ] ;;
	*) [ -e "$run/$iface.started" ] ;;
	esac
}

initd_active() {
	for name; do
		initd_ran "$name" || return 1
	done
	if [ "$follow" = yes ]; then
		is_detached follower
	else
		! is_detached follower
	fi
}

initd_running() {
	[ -e "/run/$1.pid" ]
}

# What it starts belongs to the host and not to this session, whose signals a deploy
# ignores.
initd_run() {
	[ -x "/etc/init.d/$2" ] || return 1
	set -- PATH="$PATH" "/etc/init.d/$2" "$1"
	! env --default-signal true 2>/dev/null || set -- --default-signal "$@"
	(
		leave_session
		exec setsid env -i "$@"
	) </dev/null >>"$work/log" 2>&1 9>&-
}

# What OpenRC believes of a service that we know better may be wrong.
initd_start() {
	[ "$init" = sysvinit ] || initd_run zap "$1"
	initd_run start "$1"
}

# Called by the script, with which the tunnel has come up.
verb_follow() {
	mkdir -p "$run"
	: >"$run/$iface.started"
	set_follower || note "nothing follows the endpoint's name"
}

not_started() {
	rm -f "$run/$iface.started"
	end_detached follower
}

initd_drop() {
	initd_unlink "$@"
}

initd_bring_up() {
	while read -r where name; do
		initd_enabled "$where" "$name" || initd_link "$where" "$name" || return 1
	done <"$work/services"
	link_exists || not_started
	for name; do
		initd_ran "$name" || initd_start "$name" || return 1
	done
	set_follower
}

initd_stop() {
	initd_run stop "wgctl-tunnel-$iface"
	not_started
}

# For the numbers of the links, and not while a boot goes by them.
initd_reload() {
	[ "$1" = boot ] || [ "$init" = openrc ] || insserv >"$work/log" 2>&1
	return 0
}

# --- for the way back ---

all_links() {
	for name in "wgctl-firewall-$iface" "wgctl-tunnel-$iface" "wg-quick.$iface"; do
		links_of "$name"
	done
}

# PATH TARGET of those that are there.
initd_links() {
	all_links | while read -r link; do
		echo "$link $(readlink "$link")"
	done
}

initd_restore_links() {
	all_links | while read -r link; do
		rm -f "$link"
	done
	while read -r link target; do
		ln -s "$target" "$link" || return 1
	done <"$tx/links"
	flush
}

# NAME STATE
initd_states() {
	for name in "wgctl-firewall-$iface" "wgctl-tunnel-$iface"; do
		if initd_ran "$name"; then echo "$name active"; else echo "$name inactive"; fi
	done
}

initd_restore_states() {
	while read -r name state; do
		if [ "$state" = active ]; then
			initd_ran "$name" || initd_start "$name"
		elif [ "$name" = "wgctl-tunnel-$iface" ]; then
			initd_stop
		fi
	done <"$tx/units"
	[ ! -e "$run/$iface.started" ] || set_follower
	return 0
}

# Those scripts come after this one.
initd_requeue() {
	return 0
}

initd_name_recovery() {
	recovery=wgctl-recover-$iface
	recovery_file=/etc/init.d/$recovery
	recovery_mode=755
	recovery_where=$early
}

initd_mended() {
	return 0
}

# --- off the host ---

initd_forget() {
	initd_stop
	for name in "wgctl-recover-$iface" "wgctl-firewall-$iface" "wgctl-tunnel-$iface"; do
		[ "$init" = sysvinit ] || initd_run zap "$name"
		initd_unlink - "$name"
		rm -f "/etc/init.d/$name"
	done
	initd_reload now
}

initd_forget_shared() {
	return 0
}
