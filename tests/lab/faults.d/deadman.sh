# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# B. Each thing that can break in the midst of a good change, at each named point of it.

# The link by which a host is reached.
link_of() { # HOST
	echo "$1"
}

# starts HOST POINT [OPTION…]: the good change, held at that point.
starts() {
	local host=$1
	point "$host" "$2" || return 1
	shift 2
	use_site new
	deploy_start "$(node_of "$host")" "$@"
	point_reached "$host" || { deploy_ends 0; return 1; }
}

# is_past POINT OTHER: the one comes after the other.
is_past() {
	[ "$(points | awk -v a="$1" -v b="$2" '$1 == b { seen = 1; next } seen && $1 == a { print "yes" }')" = yes ]
}

# at_least POINT OTHER
at_least() {
	[ "$1" = "$2" ] || is_past "$1" "$2"
}

# The others must be as they were in any case.
both_end() { # HOST old|new
	ends "$1" "$2" || return 1
	case $1 in
	hub) ends pi old ;;
	pi) ends hub old ;;
	esac
}

# 10. From that moment on no packet passes; the host must help itself.
cut_at() { # HOST POINT
	starts "$1" "$2" || return 1
	lab_cut "$(link_of "$1")"
	point_go "$1"
	until_decided "$1"
	lab_until 5 false
	lab_mend "$(link_of "$1")"
	if at_least "$2" deciding; then
		deploy_ends 0 && both_end "$1" new
	else
		deploy_ends "$STATUS_ROLLED_BACK" && both_end "$1" old
	fi
}

# 11. The laptop dies.
kill_at() { # HOST POINT
	starts "$1" "$2" || return 1
	deploy_kill
	point_go "$1"
	until_decided "$1"
	if at_least "$2" confirming; then
		both_end "$1" new
	else
		both_end "$1" old
	fi
}

# Whoever holds the lock, and who waits at the point.
slay() { # HOST
	# shellcheck disable=SC2016 # the inner shell expands
	lab_exec "$1" sh -c '
		for fd in /proc/[0-9]*/fd/9; do
			[ "$(readlink "$fd")" != /run/wgctl/lock ] || victims="${victims-} ${fd#/proc/}"
		done
		set -- "$(cat /var/lib/lab.point/hit)"
		for victim in ${victims-}; do set -- "$@" "${victim%%/*}"; done
		kill -KILL "$@" 2>/dev/null'
	return 0
}

# 12. What works on the host is killed.
slay_at() { # HOST POINT
	starts "$1" "$2" || return 1
	slay "$1"
	point_clear "$1"
	if at_least "$2" applied; then
		deploy_ends 0 && both_end "$1" new
	elif is_past waiting "$2"; then
		deploy_ends "$STATUS_FAILED" && both_end "$1" old
	else
		deploy_ends "$STATUS_ROLLED_BACK" && both_end "$1" old
	fi
}

# 14. The plug is pulled.
power_at() { # HOST POINT
	starts "$1" "$2" || return 1
	lab_power_cut "$1"
	lab_boot "$1" || return 1
	point_clear "$1"
	if at_least "$2" decided; then
		deploy_ends 0 && both_end "$1" new
	elif is_past waiting "$2"; then
		deploy_ends "$STATUS_FAILED" && both_end "$1" old
	else
		deploy_ends "$STATUS_ROLLED_BACK" && both_end "$1" old
	fi
}

# 21. On a host that was bare there is nothing to go back to but that.
bare_state() { # HOST
	lab_exec "$1" sh -c 'find /etc/wireguard /etc/systemd/system /etc/sysctl.d -name "*wg*" \
			! -name wgctl ! -path "*/wireguard" ! -name "wg0.outcome" ! -name "wg0.decided" | sort
		iptables-save | grep WGCTL; ip6tables-save | grep WGCTL
		ls -d /sys/class/net/wg0; ip rule; ip route; ip -6 route | grep -v fe80
		cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding
		systemctl --no-legend list-units --all "wgctl*" | grep -v slice' 2>/dev/null
}

for host in hub pi; do
	while read -r name _; do
		case $name in
		undoing | restoring) continue ;;
		esac
		fault "B10-cut-$host-$name" cut_at $host "$name"
		fault "B11-kill-wgctl-$host-$name" kill_at $host "$name"
		fault "B12-kill-script-$host-$name" slay_at $host "$name"
		fault "B14-power-$host-$name" power_at $host "$name"
	done < <(points)
done
