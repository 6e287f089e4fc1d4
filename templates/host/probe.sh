# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034,SC2154
#
# Probes that a host which has lost its site does not pass. That somebody could log in to
# run them over a new connection, and become root, is the first of them.

# KEY ADDRESS lines on stdin; prints the keys that answer a ping within a second, one as
# large as the tunnel takes: small ones pass where a login would stall.
answering() {
	size=$(($(cat "/sys/class/net/$iface/mtu") - 48))
	head -n 64 | {
		while read -r key address; do
			[ "$address" = - ] || {
				ping -n -q -c 1 -W 1 -s "$size" "$address" >/dev/null 2>&1 9>&- &&
					echo "$key"
			} &
		done
		wait
	}
}

probe_rule() {
	tool=$1
	shift
	"$tool" -w 20 -t raw -I PREROUTING -p udp -m udp "$@" 2>"$work/log"
}

# An established flow passes rules that would turn a new one away, so while we look, no
# packet to the listen port counts as part of one. With a default route into the tunnel it
# is the flow that tells which packets are the tunnel's own.
ignore_flows() {
	listen_port=$(sed -n 's/^ListenPort = //p' "$conf_path")
	[ -n "$listen_port" ] && [ ! -e "$run/$iface.full" ] || return 0
	for tool in iptables ip6tables; do
		! has_firewall "$tool" || probe_rule "$tool" --dport "$listen_port" \
			-m comment --comment wgctl-probe -j CT --notrack
	done
}

# What comes from ADDRESS:PORT.
shun() {
	tool=iptables
	from=${1%:*}
	case $from in
	\[*)
		tool=ip6tables
		from=${from#?}
		from=${from%?}
		;;
	esac
	probe_rule "$tool" -s "$from" --sport "${1##*:}" -m comment --comment wgctl-probe -j DROP
}

running_endpoint() {
	wg show "$iface" endpoints | awk -v key="$1" '$1 == key && $2 != "(none)" { print $2 }'
}

# A peer that we call at a wrong endpoint is heard of all the same, as long as it calls us
# from where it was before; so that does not count.
call_anew() {
	while read -r key endpoint was; do
		if WG_ENDPOINT_RESOLUTION_RETRIES=0 wg set "$iface" peer "$key" \
			endpoint "$endpoint" 2>"$work/log"; then
			[ "$(running_endpoint "$key")" != "$was" ] || continue
		fi
		shun "$was"
	done <"$tx/moved"
}

# The keys that were heard of since $work/before.
heard() {
	wg show "$iface" transfer | awk '
		FILENAME == ARGV[1] { before[$1] = $2; next }
		$2 > before[$1] { print $1 }' "$work/before" -
}

# The keys that lines of the file $2 begin with and that the file $1 does not have.
keys_not_in() {
	awk 'FILENAME == ARGV[1] { heard[$1]; next } !($1 in heard) { print $1 }' "$1" "$2"
}

# Those who answered before must answer again, and those who are called elsewhere now must
# be heard of. Of those who were alive and silent, phones above all, one is enough: they may
# have gone to sleep meanwhile. So is one of those who are called now in the place of others.
missing_peers() {
	heard >"$work/heard"
	{
		keys_not_in "$work/answered" "$tx/answering"
		keys_not_in "$work/heard" "$tx/moved"
		for list in alive instead; do
			keys_not_in "$work/heard" "$tx/$list" >"$work/silent"
			[ "$(wc -l <"$work/silent")" != "$(wc -l <"$tx/$list")" ] || cat "$work/silent"
		done
	} | sort -u >"$work/missing"
	[ -s "$work/missing" ]
}

# So that it ends before the timer does.
probe_longest() {
	read -r longest <"$tx/window"
	longest=$((longest * 2 / 3))
	[ $longest -le 60 ] || longest=60
}

probe_peers() {
	[ -s "$tx/alive" ] || [ -s "$tx/instead" ] || return 0
	trap 'end_probes; rm -rf "$work"' EXIT
	end_probes
	ignore_flows
	call_anew
	probe_longest
	wg show "$iface" transfer >"$work/before"
	: >"$work/answered"
	end=$(($(seconds_up) + longest))
	while :; do
		cat "$tx/alive" "$tx/instead" | answering >>"$work/answered"
		missing_peers || break
		[ "$(seconds_up)" -lt "$end" ] || break
		sleep 1
	done
	end_probes
	[ ! -s "$work/missing" ] || {
		why="$(wc -l <"$work/missing") peer(s) that were connected are gone, first $(head -n 1 "$work/missing")"
		return 1
	}
}

probe_forwarding() {
	for key in net/ipv4/ip_forward net/ipv6/conf/all/forwarding; do
		! grep -q "^$key = 1" "$sysctls" 2>/dev/null || [ "$(cat "/proc/sys/$key")" = 1 ] || {
			why="$key is not 1"
			return 1
		}
	done
}

# A tunnel whose own packets are led into it works on for a while, from the kernel's memory
# of the way, and never comes up again.
probe_way() {
	mark=$(wg show "$iface" fwmark)
	[ "$mark" != off ] || mark=0
	wg show "$iface" endpoints | head -n 64 >"$work/endpoints"
	while read -r _ endpoint; do
		[ "$endpoint" != "(none)" ] || continue
		endpoint=${endpoint%:*}
		endpoint=${endpoint#[}
		case "$(ip route get "${endpoint%]}" mark "$mark" 2>/dev/null) " in
		*" dev $iface "*)
			why="the way to endpoint ${endpoint%]} leads into the tunnel itself"
			return 1
			;;
		esac
	done <"$work/endpoints"
}

# Sets why where one fails.
probe() {
	link_exists || {
		why="interface $iface is gone"
		return 1
	}
	probe_forwarding && probe_way && probe_peers
}
