#!/bin/bash
# SPDX-License-Identifier: MIT
# Both families of addresses through the tunnel and around it, segments that fit, a spoke that sends
# everything through the hub, and a hub that moves to another address behind its name.
# shellcheck source=story.sh
. "$(dirname "$0")/story.sh"

add_spokes() {
	wgctl add-spoke hospital --subnet 10.20.1.0/24,fd00:10:20:1::/64 --ssh pi &&
		wgctl add-spoke clinic --subnet 10.20.2.0/24,fd00:10:20:2::/64 --ssh clinic
}

both_families_both_ways() {
	pings_both_ways && lab_ping device fd00:10:10::20 3 && lab_ping cloud fd00:10:20:1::50 3
}

# How large the segments are that the device may send to the cloud on a connection of TCP.
segment_size() {
	local pid
	lab_in_net device python3 -c '
import socket
server = socket.create_server(("10.20.1.50", 8000))
server.settimeout(20)
connection, _ = server.accept()
print(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG))' >"$work/segment" &
	pid=$!
	lab_until 20 lab_in_net cloud bash -c 'exec 3<>/dev/tcp/10.20.1.50/8000' 2>/dev/null
	wait "$pid"
	cat "$work/segment"
}

segments_fit() {
	local size
	size=$(segment_size)
	if [ "$size" -gt 1380 ] || [ "$size" -lt 1280 ]; then wrong "segments of $size bytes"; fi
}

largest_packet_passes() {
	lab_in_net device ping -qnc 2 -i 0.1 -W 1 -M 'do' -s 1392 10.10.2.20 >/dev/null &&
		! lab_in_net device ping -qnc 2 -i 0.1 -W 1 -M 'do' -s 1393 10.10.2.20 >/dev/null 2>&1
}

# --- spokes apart

widen() { # HOST PREFIX
	lab_exec "$1" wg set wg0 peer "$(public_key hub)" allowed-ips '0.0.0.0/0,::/0' &&
		lab_exec "$1" ip -6 route add "$2" dev wg0 &&
		lab_exec "$1" ip6tables -I FORWARD -j ACCEPT
}

hub_drops() {
	lab_exec hub ip6tables-save -c | awk '/-A WGCTL-FWD-wg0 -j DROP/ {
		sub(/^\[/, ""); split($0, n, ":"); print n[1] }'
}

hub_keeps_spokes_apart() {
	local before
	before=$(hub_drops)
	lab_no_ping device fd00:10:20:2::50 && lab_no_ping ward fd00:10:20:1::50 || return 1
	[ "$(hub_drops)" -ge $((before + 6)) ] || wrong 'the hub does not count them as dropped'
}

spokes_are_joined() {
	lab_ping device fd00:10:20:2::50 3 30 && lab_ping ward fd00:10:20:1::50 3 &&
		lab_ping device 10.20.2.50 3
}

# --- the outer address

endpoint() { # HOST
	lab_exec "$1" wg show wg0 endpoints | cut -f2
}

dial() { # NAME; the hub's endpoint in site.yaml
	sed -i "s/endpoint: [^ ]*/endpoint: '$1:51820'/" "$site/site.yaml"
}

over_ipv6() {
	same '[2001:db8:1::10]:51820' "$(endpoint clinic)" 'the endpoint' &&
		lab_ping ward 10.10.2.20 3 30 && lab_ping ward fd00:10:10::20 3
}

hub_moves() {
	lab_power_off hub && lab_readdress hub inet 198.51.100.11/24 2001:db8:1::11/64 || return 1
	lab_name 198.51.100.11 vpn.example.org
	lab_boot hub
}

# The timer looks every 30 s, once a handshake is 135 s old. By the Pi's clock that is now.
follows() {
	lab_clock pi 200 || return 1
	lab_ping device 10.10.2.20 3 90 || return 1
	lab_clock pi 0
	same '198.51.100.11:51820' "$(endpoint pi)" 'the endpoint'
}

# --- a spoke that sends everything through the hub

# An address that is on the laptop, and found through the hub only.
put_far_away() {
	lab_in_net laptop ip address add 203.0.113.9/32 dev lo &&
		lab_in_net laptop ip route add 10.49.0.0/24 via 198.51.100.10 &&
		lab_exec hub ip route add 203.0.113.9 via 198.51.100.50
}

# The way to the hub itself is the default route, which now points into the tunnel.
everything_through_hub() {
	lab_ping pi 203.0.113.9 3 30 2>/dev/null && both_families_both_ways
}

# Else they would go into the tunnel themselves. wireguard-go does without for as long as it
# remembers the device that the answers came from; the kernel's WireGuard does not.
own_packets_are_marked() {
	same 0xca6c "$(lab_exec pi wg show wg0 fwmark)" 'the mark'
}

default_rules_are_there() {
	lab_exec pi ip rule | grep -q suppress_prefixlength
}

story_begin hub pi clinic
command -v python3 >/dev/null || { echo 'skipped: no python3'; exit 77; }
check 'a site of both families' init_site --network fd00:10:49::/64 --supernet fd00:10:20::/48 \
	--hub-subnet fd00:10:10::/64
check 'spokes of both families' add_spokes
check 'deploy' deploy_anything hub hospital clinic
check 'cloud and device reach each other by IPv4 and IPv6' both_families_both_ways
check "the hub's entry for hospital" peer_allows hub hospital \
	10.49.0.2/32 10.20.1.0/24 fd00:10:49::2/128 fd00:10:20:1::/64
check 'the Pi has the routes that it needs' tunnel_routes pi \
	10.49.0.1 10.10.0.0/16 fd00:10:49::1 fd00:10:10::/64
check 'segments fit into the tunnel' segments_fit
check 'so does the largest packet, and none larger' largest_packet_passes

check 'the Pi widens what it sends' widen pi fd00:10:20:2::/64
check 'the clinic, too' widen clinic fd00:10:20:1::/64
check 'the hub drops it' hub_keeps_spokes_apart
check 'spoke_to_spoke goes on' set_site 'spoke_to_spoke: true'
check 'deploy of all' deploy_anything hub hospital clinic
check 'spokes reach each other' spokes_are_joined

check 'a hub behind an IPv6 address' dial vpn6.example.org
check 'deploy of clinic' deploy_anything clinic
check 'both families through a tunnel over IPv6' over_ipv6
dial vpn.example.org

check 'something far away' put_far_away
check 'the Pi does not reach it' lab_no_ping pi 203.0.113.9
check 'the Pi is to send everything through the hub' edit_spoke hospital 'allowed_ips: all'
check 'deploy of both' deploy_anything hub hospital
check 'the Pi reaches it through the hub' everything_through_hub
check 'another keepalive' edit_spoke hospital 'persistent_keepalive: 20'
check 'deploy, which changes the peer in flight' deploy_changes 'configuration, peers' hospital
check 'the Pi still reaches it' everything_through_hub
check 'packets of the tunnel itself are marked' own_packets_are_marked
check 'the Pi reboots' lab_reboot pi
check 'the Pi reaches it again' everything_through_hub
check 'there is nothing to deploy' deploy_unchanged hub hospital
check 'the Pi is to send what is for the hub' edit_spoke hospital 'allowed_ips: hub'
check 'deploy' deploy_anything hub hospital
check 'the rules for the default route are gone' refuses default_rules_are_there
check 'the Pi does not reach it' lab_no_ping pi 203.0.113.9
check 'cloud and device reach each other' both_families_both_ways

check 'the hub comes up with another address' hub_moves
check 'the Pi follows its name' follows
check 'by IPv6, too' lab_ping device fd00:10:10::20 3
