#!/bin/bash
# SPDX-License-Identifier: MIT
# Deploys to a network that is in use: no packet of others is lost, peers of others stay, drift is
# mended, and two deploys at once do not mix.
# shellcheck source=story.sh
. "$(dirname "$0")/story.sh"

# no_loss COMMAND…: not one packet of a ping at 100 ms between cloud and device is lost meanwhile.
no_loss() {
	local sent lost status=0
	lab_ping_loss_start cloud 10.20.1.50 0.1 || return 1
	"$@" || status=$?
	lab_ping device 10.10.2.20 10
	read -r sent lost < <(lab_ping_loss_stop)
	[ "$sent" -ge 10 ] || wrong "only $sent packets were sent" || return 1
	[ "$lost" = 0 ] || wrong "$lost of $sent packets are lost" || return 1
	return "$status"
}

add_depot_to_hub() {
	add_depot && deploy_changes 'configuration, peers, routes' hub
}

remove_depot_from_hub() {
	wgctl remove-spoke depot && deploy_anything hub
}

# --- drift

on_hub() {
	lab_exec hub sh -c "$1"
}

# mends ITEMS COMMAND: after the shell command on the hub, deploy changes exactly these items, the
# ping loses nothing, and a second deploy nothing.
mends() {
	on_hub "$2" || wrong "'$2' fails" || return 1
	deploy_changes "$1" hub && deploy_unchanged hub && pings_both_ways
}

mends_without_loss() {
	on_hub "$2" || wrong "'$2' fails" || return 1
	no_loss deploy_changes "$1" hub && deploy_unchanged hub
}

# --- peers of others

stranger=pNZvH1ObJ0eHJbtUEzJCPRRT0FWKyrJhYbGAqKDm9Sg=
in_file=cbW9FgjYVWY0PDJbFMGzDVcAZrlZ6sXu+tjFCUDy3lw=

add_strangers() {
	on_hub "wg set wg0 peer $stranger allowed-ips 10.49.0.200/32 persistent-keepalive 7"
	on_hub "cat >>/etc/wireguard/wg0.conf" <<-EOF2
		
		# a laptop, by hand
		[Peer]
		PublicKey = $in_file
		AllowedIPs = 10.49.0.201/32
	EOF2
}

stranger_is() { # kept|gone
	case $1 in
	kept)
		same "$stranger	10.49.0.200/32
$in_file	10.49.0.201/32" "$(on_hub 'wg show wg0 allowed-ips' |
			grep -F -e "$stranger" -e "$in_file" | sort -r)" 'peers of others' &&
			same 'every 7 s' "every $(on_hub 'wg show wg0 persistent-keepalive' |
				awk -v key="$stranger" '$1 == key { print $2 }') s" 'its keepalive' &&
			same 1 "$(on_hub "grep -c '$in_file' /etc/wireguard/wg0.conf")" 'the file' &&
			same 1 "$(on_hub "grep -c 'a laptop, by hand' /etc/wireguard/wg0.conf")" 'its comment'
		;;
	gone)
		same '' "$(on_hub 'wg show wg0 peers; cat /etc/wireguard/wg0.conf' |
			grep -F -e "$stranger" -e "$in_file")" 'peers of others'
		;;
	esac
}

notes_kept_peers() {
	wgctl deploy hub && says '--prune removes them'
}

conflict_is_refused() {
	on_hub "cat >>/etc/wireguard/wg0.conf" <<-EOF2
		[Peer]
		PublicKey = $in_file
		AllowedIPs = 10.20.1.0/24
	EOF2
	leaves_alone hub deploy_fails "which this site does not know, has 10.20.1.0/24" hub
}

retired_is_gone() { # KEY
	refuses on_hub "wg show wg0 peers | grep -F '$1' || grep -F '$1' /etc/wireguard/wg0.conf"
}

# --- two at once

both_end() {
	[ -f "$work/rc.1" ] && [ -f "$work/rc.2" ]
}

# Each would find the drift; the one that comes second finds it mended, confirms what waits, or is
# told that somebody else is at work.
two_at_once() {
	local i
	on_hub 'ip route del 10.20.1.0/24 dev wg0; ip link set wg0 mtu 1300; wg set wg0 listen-port 1'
	for i in 1 2; do
		{
			lab_laptop setsid -w "$STORY_PROGRAM" -C "$site" -F "$ssh_config" deploy hub \
				</dev/null >"$work/out.$i" 2>&1
			echo $? >"$work/rc.$i"
		} &
	done
	lab_until 100 both_end || wrong 'they do not end' || return 1
	cat "$work"/out.? >"$work/out"
	same 1 "$(grep -cx 'hub: changed (peers, mtu, routes)' "$work/out")" 'deploys that changed it' &&
		same 1 "$(grep -cE '^hub: (unchanged|changed|failed \(another .*)$' "$work/out")" 'the others' &&
		deploy_unchanged hub
}

story_begin hub pi clinic
check 'the site' make_site hospital clinic
check 'deploy' deploy_anything hub hospital clinic
check 'cloud and device reach each other' pings_both_ways

check 'a third spoke on the hub costs no packet of another' no_loss add_depot_to_hub
depot_key=$(public_key depot)
check 'its peer is there' peer_allows hub depot 10.49.0.4/32 10.20.3.0/24
check 'strangers on the hub' add_strangers
check 'deploy keeps them, and says so' notes_kept_peers
check 'the strangers are there' stranger_is kept
check 'a deploy after that changes nothing' deploy_unchanged hub
check 'a spoke that goes costs no packet of another' no_loss remove_depot_from_hub
check 'its peer is gone' retired_is_gone "$depot_key"
check 'the strangers are still there' stranger_is kept
check 'the hub reboots' lab_reboot hub
check 'the stranger of the file is there after it' on_hub "wg show wg0 peers | grep -qF $in_file"
check 'a stranger who takes what is a spoke'\''s is refused, before anything is changed' \
	conflict_is_refused
check '--prune removes strangers' deploy_anything hub --prune
check 'they are gone' stranger_is gone
check 'cloud and device reach each other' pings_both_ways

check 'a lost address' mends 'addresses, routes' 'ip addr del 10.49.0.1/24 dev wg0'
check 'an address too many' mends_without_loss addresses 'ip addr add 10.99.0.1/24 dev wg0'
check 'a lost route' mends routes 'ip route del 10.20.1.0/24 dev wg0'
check 'a route too many' mends_without_loss routes 'ip route add 10.77.0.0/24 dev wg0'
check 'another MTU' mends_without_loss mtu 'ip link set wg0 mtu 1300'
check 'another port' mends peers 'wg set wg0 listen-port 4444'
check 'a lost peer' mends_without_loss peers "wg set wg0 peer $(public_key clinic) remove"
check 'other AllowedIPs' mends_without_loss peers \
	"wg set wg0 peer $(public_key clinic) allowed-ips 10.49.0.3/32,10.66.0.0/24"
check 'an interface that is down' mends 'up, routes' 'ip link set wg0 down'
check 'forwarding turned off' mends sysctl 'echo 0 >/proc/sys/net/ipv4/ip_forward'
check 'redirects turned on' mends_without_loss sysctl \
	'echo 1 >/proc/sys/net/ipv4/conf/all/send_redirects'
check 'flushed chains' mends firewall 'iptables -F'
check 'a second jump' mends_without_loss firewall 'iptables -A FORWARD -j WGCTL-FWD-wg0'
check 'a rule more in our chain' mends_without_loss firewall \
	'ip6tables -I WGCTL-FWD-wg0 -j ACCEPT'
check 'a file edited by hand' mends_without_loss configuration \
	'sed -i "s/51820/51821/" /etc/wireguard/wg0.conf'
check 'a file that others may read' mends_without_loss configuration \
	'chmod 644 /etc/wireguard/wg0.conf'
check 'a lost sysctl file' mends_without_loss sysctl 'rm /etc/sysctl.d/90-wgctl-wg0.conf'
check 'a unit that is not enabled' mends_without_loss service \
	'systemctl -q disable wgctl@wg0.service'
check 'a deleted interface comes back' mends \
	'link, peers, addresses, routes, service' 'ip link del wg0'
check 'of two deploys at once one mends it' two_at_once
check 'cloud and device reach each other' pings_both_ways
