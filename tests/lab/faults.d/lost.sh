# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# A. Configurations that lose the site: each must be undone, by the host alone.

# loses NODE: the deploy of what the site says now is taken back, and all is as before.
loses() {
	deploys_to "$STATUS_ROLLED_BACK" "$1" --prune && ends hub old && ends pi old
}

A1_pi() {
	edit_site "s|^\\(  public_key:\\) .*|\\1 $(wg_key)|" && loses hospital
}

# Some public key that nobody has the private one to.
wg_key() {
	head -c 32 /dev/urandom | base64
}

A2_pi_port() {
	edit_site 's/\(endpoint: .*\):51820/\1:51999/; s/^hub:/&\n  listen_port: 51820/' && loses hospital
}

A2_pi_address() {
	edit_site 's/\(endpoint:\) .*/\1 203.0.113.9:51820/' && loses hospital
}

A3_pi() {
	edit_site '/^  hospital:/a \    allowed_ips: [10.10.0.0/16]' && loses hospital
}

# --- rules that let go on what is under way and nothing new

# As an administrator has it who means well: what is not named is dropped.
foreign_policy() { # HOST
	lab_exec "$1" iptables-restore --noflush <<-'END'
		*filter
		-A INPUT -i lo -j ACCEPT
		-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
		-A INPUT -p icmp -j ACCEPT
		-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
		-A INPUT -j DROP
		COMMIT
	END
}

foreign_policy_goes() {
	lab_exec "$1" iptables-restore --noflush <<-'END'
		*filter
		-D INPUT -i lo -j ACCEPT
		-D INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
		-D INPUT -p icmp -j ACCEPT
		-D INPUT -p tcp -m tcp --dport 22 -j ACCEPT
		-D INPUT -j DROP
		COMMIT
	END
}

only_under_way='INPUT -p tcp -m tcp --dport 22 -m conntrack ! --ctstate ESTABLISHED -j DROP'

A4() { # HOST
	with_change "$1" "iptables -A $only_under_way" "iptables -D $only_under_way" || return 1
	use_site new
	deploys_to "$STATUS_ROLLED_BACK" "$(node_of "$1")" && both_end "$1" old
}

A5_hub() {
	local accept='WGCTL-IN-wg0 -p udp -m udp --dport 51820 -j ACCEPT'
	foreign_policy hub
	with_rules hub "iptables -D $accept" : || return 1
	use_site new
	deploys_to "$STATUS_ROLLED_BACK" hub && says 'are gone' && both_end hub old || return 1
	lab_nat_rebind
	lab_ping pi 10.49.0.1 1 60 && foreign_policy_goes hub
}

A5_hub_port() {
	edit_site 's/^hub:/&\n  listen_port: 51999/' && loses hub
}

A6_pi() {
	edit_site '/^  hospital:/a \    allowed_ips: [10.10.0.0/16, 10.49.0.0/24, 198.51.100.0/24]' &&
		loses hospital
}

A7_hub() {
	point hub applied
	use_site new
	deploy_start hub
	point_reached hub && lab_exec hub sh -c 'echo 0 >/proc/sys/net/ipv4/ip_forward' || return 1
	point_go hub
	deploy_ends "$STATUS_ROLLED_BACK" 'ip_forward' && both_end hub old
}

# The way takes what the old MTU makes of a packet, and not a fragment more.
A8_pi() {
	lab_exec carrier nft -f - <<-'END' || return 1
		table ip narrow {
			chain forward {
				type filter hook forward priority 100
				ip length > 1490 drop
			}
		}
	END
	local status=0
	edit_site '/^  hospital:/a \    mtu: 9000' && loses hospital || status=$?
	lab_exec carrier nft delete table ip narrow
	return $status
}

A9() { # HOST
	with_change "$1" 'mv /etc/sudoers /etc/sudoers.away' 'mv /etc/sudoers.away /etc/sudoers' || return 1
	use_site new
	deploys_to "$STATUS_ROLLED_BACK" "$(node_of "$1")" && both_end "$1" old
}

for host in hub pi; do
	fault "A4-new-ssh-dropped-$host" A4 $host
	fault "A9-sudo-broken-$host" A9 $host
done
fault A1-wrong-hub-key-pi A1_pi
fault A2-wrong-port-pi A2_pi_port
fault A2-wrong-address-pi A2_pi_address
fault A3-allowed-ips-without-hub-pi A3_pi
fault A5-listen-port-closed-hub A5_hub
fault A5-listen-port-moved-hub A5_hub_port
fault A6-endpoint-in-tunnel-pi A6_pi
fault A7-forwarding-off-hub A7_hub
fault A8-mtu-pi A8_pi
