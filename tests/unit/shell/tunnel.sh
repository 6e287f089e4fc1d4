# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034,SC2154
# Cases of tunnel.sh: peers and addresses.

# A host with a tunnel that is in line with $conf.
tunnel_in_line() {
	: >"$world/link"
	printf '%s\n' '[Interface]' 'PrivateKey = private=' 'ListenPort = 51820' \
		'Address = 10.49.0.1/24' '[Peer]' 'PublicKey = a=' 'AllowedIPs = 10.49.0.2/32, 10.20.1.0/24' \
		'Endpoint = a.example:51820' '[Peer]' 'PublicKey = b=' 'AllowedIPs = 10.49.0.3/32' \
		'# wgctl end 0' >"$conf"
	printf '%s\n' '[Interface]' 'ListenPort = 51820' 'PrivateKey = private=' '' '[Peer]' \
		'PublicKey = a=' 'AllowedIPs = 10.20.1.0/24, 10.49.0.2/32' 'Endpoint = 192.0.2.1:51820' \
		'' '[Peer]' 'PublicKey = b=' 'AllowedIPs = 10.49.0.3/32' >"$world/wg-showconf"
	echo '7: wg0    inet 10.49.0.1/24 scope global wg0\       valid_lft forever' \
		>"$world/ip--o-addr-show"
	printf '%s\n' '10.49.0.0/24 proto kernel scope link src 10.49.0.1 ' '10.20.1.0/24 scope link ' \
		>"$world/ip--4-route-show-table-main"
	echo 'fe80::/64 proto kernel metric 256 pref medium' >"$world/ip--6-route-show-table-main"
	echo 'a= a.example:51820' >"$run/wg0.endpoints"
}

# A peer that neither the configuration nor the list of retired keys knows.
add_stranger() {
	printf '%s\n' '' '[Peer]' 'PublicKey = z=' 'PresharedKey = s=' 'AllowedIPs = 10.99.0.0/24' \
		'Endpoint = 192.0.2.9:1' 'PersistentKeepalive = 20' >>"$world/wg-showconf"
}

look() {
	: >"$world/differs"
	read_wanted || wrong "cannot read"
	for item in peers endpoints addresses routes; do
		"check_$item"
	done
}

says_nothing_of_what_is_in_line() {
	tunnel_in_line
	look
	holds "$world/differs" </dev/null
	add_stranger
	look
	holds "$world/differs" </dev/null
}

finds_peers_that_differ() {
	tunnel_in_line
	sed -i 's/10.49.0.3/10.49.0.4/; s/PublicKey = a=/PublicKey = c=/' "$conf"
	echo a= >"$work/retired"
	retired=$work/retired
	add_stranger
	look
	holds "$world/differs" <<-END
		peers: 1 added, 1 changed, 1 removed
		endpoints: set
	END
	sed -n 's/^detail.peers.//p' "$world/told" | sort >"$world/details"
	holds "$world/details" <<-END
		+ b= AllowedIPs 10.49.0.4/32 keepalive off
		+ c= AllowedIPs 10.20.1.0/24,10.49.0.2/32 keepalive off
		- a= AllowedIPs 10.20.1.0/24,10.49.0.2/32 keepalive off
		- b= AllowedIPs 10.49.0.3/32 keepalive off
	END
}

prunes_strangers_on_demand() {
	tunnel_in_line
	add_stranger
	prune=yes
	look
	holds "$world/differs" <<-END
		peers: 0 added, 0 changed, 1 removed
	END
}

compares_key_and_port() {
	tunnel_in_line
	sed -i 's/^ListenPort = 51820/ListenPort = 40000/' "$world/wg-showconf"
	look
	holds "$world/differs" <<-END
		peers: key or port set
	END
	sed -i '/^ListenPort/d' "$conf"
	look
	holds "$world/differs" </dev/null
	sed -i 's/private=/other=/' "$conf"
	look
	holds "$world/differs" <<-END
		peers: key or port set
	END
}

sync_keeps_strangers_and_drops_the_retired() {
	tunnel_in_line
	add_stranger
	printf '%s\n' '[Peer]' 'PublicKey = gone=' 'AllowedIPs = 10.49.0.9/32' \
		>>"$world/wg-showconf"
	echo gone= >"$work/retired"
	retired=$work/retired
	read_wanted
	apply_peers || wrong "fails"
	{
		cat "$work/want.sync"
		printf '%s\n' '' '[Peer]' 'PublicKey = z=' 'PresharedKey = s=' \
			'PersistentKeepalive = 20' 'AllowedIPs = 10.99.0.0/24'
	} | grep . >"$world/sync"
	grep . "$world/wg.input" | cmp -s - "$world/sync" || wrong "$(cat "$world/wg.input")"
}

sync_keeps_a_port_that_is_free() {
	tunnel_in_line
	sed -i '/^ListenPort/d; s|10.49.0.3/32|0.0.0.0/0|' "$conf"
	echo 40000 >"$world/wg-show-wg0-listen-port"
	read_wanted
	apply_peers || wrong "fails"
	head -n 4 "$world/wg.input" >"$world/head"
	holds "$world/head" <<-END
		[Interface]
		FwMark = 51820
		ListenPort = 40000
		PrivateKey = private=
	END
}

tells_a_name_from_a_fault() {
	tunnel_in_line
	read_wanted
	echo 1 >"$world/wg.status"
	cat >"$world/bin/wg" <<-'END'
		#!/bin/sh
		echo "Name or service not known: \`a.example:51820'" >&2
		exit 1
	END
	rm "$run/wg0.endpoints"
	apply_endpoints || wrong "a name that does not resolve is a fault"
	grep -q 'a.example:51820 does not resolve' "$world/notes" || wrong "nothing said"
	cmp -s "$run/wg0.endpoints" "$work/want.endpoints" || wrong "not kept in mind"
	rm "$run/wg0.endpoints"
	sed -i 's/Name.*51820/Unable to modify interface: No such device/' "$world/bin/wg"
	! apply_endpoints || wrong "a fault looks like a name that does not resolve"
	[ ! -e "$run/wg0.endpoints" ] || wrong "a fault counts as done"
}

finds_and_mends_addresses() {
	tunnel_in_line
	sed -i 's|^Address.*|Address = 10.49.0.7/24, fd00:49::7/64|' "$conf"
	look
	grep -qx 'addresses: 10.49.0.7/24 fd00:49::7/64' "$world/differs" || wrong "not found"
	: >"$world/calls"
	apply_addresses || wrong "fails"
	grep ' addr [ad]' "$world/calls" >"$world/changes"
	holds "$world/changes" <<-END
		ip addr add 10.49.0.7/24 dev wg0
		ip addr add fd00:49::7/64 dev wg0
		ip addr del 10.49.0.1/24 dev wg0
	END
}

for case in says_nothing_of_what_is_in_line finds_peers_that_differ \
	prunes_strangers_on_demand compares_key_and_port \
	sync_keeps_strangers_and_drops_the_retired sync_keeps_a_port_that_is_free \
	tells_a_name_from_a_fault finds_and_mends_addresses; do
	check $case
done
