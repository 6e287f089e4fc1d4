#!/bin/bash
# SPDX-License-Identifier: MIT
# The hospital, end to end: from bare hosts to pings both ways, through a firewall that keeps
# spokes apart, and a second deploy that leaves everything as it was.
# shellcheck source=story.sh
. "$(dirname "$0")/story.sh"

host_is_bare() { # HOST
	refuses lab_exec "$1" sh -c 'command -v wg || command -v iptables || ls -d /etc/wireguard'
}

# Without those of link-local addresses, which a user-space tunnel has and the kernel's has not.
routes_of() { # HOST
	{ lab_exec "$1" ip -4 route && lab_exec "$1" ip -6 route; } | grep -v ^fe80: |
		sed 's/ *$//' | sort
}

# The routes of the Pi are those that it had, and two more.
pi_routes_are_exact() {
	same "$({ echo "$pi_routes"; echo '10.10.0.0/16 dev wg0 scope link'
		echo '10.49.0.1 dev wg0 scope link'; } | sort)" "$(routes_of pi)" 'routes of the Pi'
}

configuration_is_as_printed() { # HOST NAME
	wgctl config "$2" || return 1
	same "$(<"$work/out")" "$(lab_exec "$1" grep -v '^# wgctl end' /etc/wireguard/wg0.conf)" \
		'wg0.conf'
}

files_are_private() { # HOST
	same '600 root' "$(lab_exec "$1" stat -c '%a %U' /etc/wireguard/wg0.conf)" 'wg0.conf' &&
		same '' "$(lab_exec "$1" find /etc/wireguard -perm /077 ! -type d)" 'readable files'
}

# The NAT is on the spoke's side, so the spoke keeps it open.
keepalive_is() { # HOST SECONDS|off
	same "$2" "$(lab_exec "$1" wg show wg0 persistent-keepalive | cut -f2 | sort -u)" 'keepalive'
}

cloud_comes_through_new_port() {
	lab_nat_rebind
	lab_ping cloud 10.20.1.50 3 40
}

# Whoever reads the logs of either end learns no key.
no_key_in_sight() {
	local key
	wgctl deploy hub clinic -v --json || return 1
	for key in "$site"/keys/*; do
		if lab_exec hub journalctl -q | grep -qF -f "$key" ||
			grep -qF -f "$key" "$work/out" "$work/err"; then
			wrong "'${key##*/}' is in a log" || return 1
		fi
	done
}

# shellcheck disable=SC2016 # the inner shell expands
sends_no_redirects() { # HOST
	same '0 0 0' "$(lab_exec "$1" sh -c 'cd /proc/sys/net/ipv4/conf
		echo $(cat all/send_redirects default/send_redirects wg0/send_redirects)')" send_redirects
}

# --- spoke to spoke

spokes_are_apart() {
	lab_no_ping device 10.20.2.50 && lab_no_ping ward 10.20.1.50 && lab_no_ping pi 10.49.0.3
}

# What the owner of a spoke can do to get at another one: more AllowedIPs and routes at both ends.
widen() { # HOST PREFIX
	lab_exec "$1" wg set wg0 peer "$(public_key hub)" allowed-ips \
		"10.10.0.0/16,10.49.0.0/24,10.20.0.0/16" &&
		lab_exec "$1" ip route add "$2" dev wg0 && lab_exec "$1" ip route add 10.49.0.0/24 dev wg0 &&
		lab_exec "$1" iptables -I FORWARD -j ACCEPT
}

hub_drops() {
	lab_exec hub iptables-save -c | awk '/-A WGCTL-FWD-wg0 -j DROP/ {
		sub(/^\[/, ""); split($0, n, ":"); print n[1] }'
}

hub_keeps_spokes_apart() {
	local before
	before=$(hub_drops)
	spokes_are_apart || return 1
	[ "$(hub_drops)" -ge $((before + 6)) ] || wrong 'the hub does not count them as dropped'
}

# Out of the tunnel, towards what is not behind the hub.
hub_is_no_way_out() {
	lab_exec pi wg set wg0 peer "$(public_key hub)" allowed-ips \
		"10.10.0.0/16,10.49.0.0/24,10.20.0.0/16,198.51.100.50/32"
	lab_exec pi ip route add 198.51.100.50 dev wg0
	lab_exec laptop ip route add 10.49.0.0/24 via 198.51.100.10
	lab_no_ping pi 198.51.100.50
}

spokes_are_joined() {
	lab_ping device 10.20.2.50 3 60 && lab_ping ward 10.20.1.50 3 && lab_ping pi 10.49.0.3
}

# --- the second deploy

second_deploy_is_quiet() {
	mark hub pi clinic
	deploy_unchanged hub hospital clinic
}

received() { # HOST: bytes through its tunnel
	lab_exec "$1" wg show wg0 transfer | awk '{ sum += $2 } END { print sum + 0 }'
}

passed() { # packets that the hub's own rules have seen
	lab_exec hub iptables-save -c | awk '/WGCTL-FWD/ && /ESTABLISHED/ {
		sub(/^\[/, ""); split($0, n, ":"); print n[1] }'
}

nothing_is_reset() {
	local handshake bytes packets foreign
	handshake=$(handshake hub)
	bytes=$(received hub)
	packets=$(passed)
	foreign=$(lab_exec hub iptables -nvxL INPUT 2 | awk '{ print $1 }')
	[ "$handshake" -gt 0 ] && [ "$bytes" -gt 0 ] && [ "$packets" -gt 0 ] ||
		wrong 'there is nothing to reset' || return 1
	wgctl deploy --all && [ "$(handshake hub)" -ge "$handshake" ] &&
		[ "$(received hub)" -ge "$bytes" ] && [ "$(passed)" -ge "$packets" ] &&
		[ "$(lab_exec hub iptables -nvxL INPUT 2 | awk '{ print $1 }')" -ge "$foreign" ]
}

foreign_rules_are_the_same() {
	same "$foreign" "$(foreign_rules hub)" 'the rules of others'
}

first_in_chain() { # HOST
	same '-A INPUT -j WGCTL-IN-wg0
-A FORWARD -j WGCTL-FWD-wg0' "$(lab_exec "$1" sh -c 'iptables -S INPUT | grep -m1 ^-A
		iptables -S FORWARD | grep -m1 ^-A')" 'the first rules'
}

story_begin hub pi clinic

check 'the hosts are bare: hub' host_is_bare hub
check 'the hosts are bare: Pi' host_is_bare pi
pi_routes=$(routes_of pi)
check 'init makes the site without a question' init_site
check 'add-spoke hospital' add_hospital
check 'add-spoke clinic' add_clinic
check 'deploy on bare hosts, by sudo: packages, firewall, tunnel, units' deploy_changes \
	'packages, configuration, program, firewall, sysctl, tunnel, service' hub hospital clinic
lab_cut desk
check 'cloud and device reach each other, the desk link cut' pings_both_ways
check 'the Pi reaches the hub in the tunnel' lab_ping pi 10.49.0.1
check "the hub's entry for hospital" peer_allows hub hospital 10.49.0.2/32 10.20.1.0/24
check "the hub's entry for clinic" peer_allows hub clinic 10.49.0.3/32 10.20.2.0/24
check 'the hub has these peers only' peers_of hub hospital clinic
check "the Pi's entry for the hub" peer_allows pi hub 10.49.0.1/32 10.10.0.0/16
check 'the Pi has exactly the routes that it needs' pi_routes_are_exact
check 'the hub has the routes to its spokes only' tunnel_routes hub 10.20.1.0/24 10.20.2.0/24
check 'the configuration on the hub is what config prints' configuration_is_as_printed hub hub
check 'the configuration on the Pi is what config prints' configuration_is_as_printed pi hospital
check 'what holds keys is for root only: hub' files_are_private hub
check 'what holds keys is for root only: Pi' files_are_private pi
check 'the Pi keeps the NAT open' keepalive_is pi 25
check 'the hub has no need to' keepalive_is hub off
check 'no key is in a log' no_key_in_sight
check 'the hub sends no redirects' sends_no_redirects hub

check 'the carrier forgets; the cloud gets through again by itself' cloud_comes_through_new_port

check 'spokes do not reach each other' spokes_are_apart
check 'the Pi widens what it sends' widen pi 10.20.2.0/24
check 'the clinic, too' widen clinic 10.20.1.0/24
check 'the hub drops it' hub_keeps_spokes_apart
check 'the hub is no way out to the internet' hub_is_no_way_out

ssh_first 'Host pi' 'HostName 10.49.0.2' 'ProxyJump hub' 'HostKeyAlias pi'
check 'spoke_to_spoke goes on' set_site 'spoke_to_spoke: true'
check 'deploy of all, the Pi through the tunnel' deploy_anything hub hospital clinic
check 'spokes reach each other' spokes_are_joined
check 'cloud and device still do' pings_both_ways
check 'spoke_to_spoke goes off' set_site 'spoke_to_spoke: false'
check 'deploy of all' deploy_anything hub hospital clinic
check 'spokes are apart again' spokes_are_apart
check 'the Pi has exactly the routes that it needs, again' pi_routes_are_exact

ssh_reset
lab_mend desk
check 'rules of others on the hub' make_foreign_rules hub
check 'a rule in front of ours is seen' lab_exec hub iptables -I FORWARD -j REJECT
foreign=$(foreign_rules hub)
check 'only the firewall is changed then' deploy_changes firewall hub
check 'our chains come first' first_in_chain hub
check 'the rules of others are the same byte for byte' foreign_rules_are_the_same
check 'cloud and device reach each other in spite of them' pings_both_ways

check 'a second deploy changes nothing' second_deploy_is_quiet
check 'in one connection and one exec: hub' one_login hub
check 'in one connection and one exec: Pi' one_login pi
check 'in one connection and one exec: clinic' one_login clinic
check 'handshakes and counters go on' nothing_is_reset
check 'the rules of others are still the same' foreign_rules_are_the_same
