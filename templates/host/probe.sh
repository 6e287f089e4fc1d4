# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034,SC2154
#
# Probes that a host which has lost its site does not pass. That somebody could log in to
# run them over a new connection, and become root, is the first of them.

# KEY ADDRESS lines on stdin; prints the keys that answer a ping within a second.
answering() {
	head -n 64 | {
		while read -r key address; do
			[ "$address" = - ] || {
				ping -n -q -c 1 -W 1 "$address" >/dev/null 2>&1 9>&- && echo "$key"
			} &
		done
		wait
	}
}

# An established flow passes rules that would turn a new one away, so while we look, no
# packet to the listen port counts as part of one.
untracked="-p udp -m udp --dport"

ignore_flows() {
	listen_port=$(sed -n 's/^ListenPort = //p' "$conf_path")
	[ -n "$listen_port" ] || return 0
	for tool in iptables ip6tables; do
		# shellcheck disable=SC2086
		! has_firewall "$tool" || "$tool" -w 20 -t raw -I PREROUTING $untracked \
			"$listen_port" -m comment --comment wgctl-probe -j CT --notrack 2>/dev/null
	done
	return 0
}

count_flows() {
	[ -n "${listen_port-}" ] || return 0
	for tool in iptables ip6tables; do
		# shellcheck disable=SC2086
		while has_firewall "$tool" && "$tool" -w 20 -t raw -D PREROUTING $untracked \
			"$listen_port" -m comment --comment wgctl-probe -j CT --notrack; do :; done
	done 2>/dev/null
	return 0
}

# The keys of $tx/alive that were heard of since $work/before.
heard() {
	wg show "$iface" transfer | awk '
		FILENAME == ARGV[1] { before[$1] = $2; next }
		FILENAME == ARGV[2] { alive[$1]; next }
		$1 in alive && $2 > before[$1] { print $1 }' "$work/before" "$tx/alive" -
}

# Those who answered before must be heard of again. Of those who were alive and silent,
# phones above all, one is enough: they may have gone to sleep meanwhile.
missing_peers() {
	heard >"$work/heard"
	grep -vxF -f "$work/heard" "$tx/answering" >"$work/missing"
	[ -s "$tx/answering" ] || [ -s "$work/heard" ] || cut -d' ' -f1 "$tx/alive" >"$work/missing"
	[ -s "$work/missing" ]
}

probe_peers() {
	[ -s "$tx/alive" ] || return 0
	ignore_flows
	wg show "$iface" transfer >"$work/before"
	left=45
	while :; do
		answering <"$tx/alive" >/dev/null
		missing_peers || break
		left=$((left - 1))
		[ $left -gt 0 ] || break
		sleep 1
	done
	count_flows
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

# Sets why where one fails.
probe() {
	link_exists || {
		why="interface $iface is gone"
		return 1
	}
	probe_forwarding && probe_peers
}
