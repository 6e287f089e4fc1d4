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

# The peer that the Pi is to the hub, under a key that is not the Pi's.
A1_hub() {
	edit_site "/^  hospital:/,/public_key/s|^\\(    public_key:\\) .*|\\1 $(wg_key)|" && loses hub
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

A2_hub() {
	edit_site 's/^hub:/&\n  listen_port: 51999/' && loses hub
}

A3_pi() {
	edit_site '/^  hospital:/a \    allowed_ips: [10.10.0.0/16]' && loses hospital
}

A3_hub() {
	edit_site 's/^\(    address:\) 10.49.0.2$/\1 10.49.0.77/' && loses hub
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

listen_port_open='WGCTL-IN-wg0 -p udp -m udp --dport 51820 -j ACCEPT'

A5_hub() {
	foreign_policy hub
	with_rules hub "iptables -D $listen_port_open" : || return 1
	use_site new
	deploys_to "$STATUS_ROLLED_BACK" hub && says 'are gone' && both_end hub old || return 1
	lab_nat_rebind
	lab_ping pi 10.49.0.1 1 60 && foreign_policy_goes hub
}

# The hub takes nothing new, and the change sends the Pi's packets from another port: a new flow. The
# old port must come back, for it is the only one that still passes.
A5_pi() {
	foreign_policy hub
	# shellcheck disable=SC2086 # words of a rule
	lab_exec hub iptables -D $listen_port_open || return 1
	edit_site '/^  hospital:/a \    listen_port: 51901' &&
		deploys_to "$STATUS_ROLLED_BACK" hospital && ends pi old || return 1
	use_site old
	deploys_to 0 hub && foreign_policy_goes hub && both_end hub old
}

A6_pi() {
	edit_site '/^  hospital:/a \    allowed_ips: [10.10.0.0/16, 10.49.0.0/24, 198.51.100.0/24]' &&
		loses hospital
}

# The network that the Pi is behind, as if it were one behind the Pi.
A6_hub() {
	edit_site -e '/^supernet:/d' \
		-e 's|^\(    subnets:\) .*|\1 [10.20.1.0/24, 198.51.100.16/28]|' && loses hub
}

A7() { # HOST
	point "$1" applied
	use_site new
	deploy_start "$(node_of "$1")"
	point_reached "$1" && lab_exec "$1" sh -c 'echo 0 >/proc/sys/net/ipv4/ip_forward' || return 1
	point_go "$1"
	deploy_ends "$STATUS_ROLLED_BACK" 'ip_forward' && both_end "$1" old
}

strict_ways() { # 0|1
	local way
	for way in all eth0; do
		lab_exec pi sh -c "echo $1 >/proc/sys/net/ipv4/conf/$way/rp_filter" || return 1
	done
}

# With strict filtering and a default route into the tunnel, what the hub sends seems to come the
# wrong way, but for the mark of its flow.
strict_filtering() {
	local sed_word='/^  hospital:/a \    allowed_ips: all'
	edit_site "$sed_word" && deploys_to 0 hospital && reaches pi ||
		wrong 'strict filtering alone costs the site' || return 1
	go_to_old && point pi applied && edit_site "$sed_word" || return 1
	deploy_start hospital
	point_reached pi && lab_exec pi sh -c 'echo 0 >/proc/sys/net/ipv4/conf/all/src_valid_mark' ||
		return 1
	point_go pi
	deploy_ends "$STATUS_ROLLED_BACK" && both_end pi old
}

A7_rp_filter() {
	local status=0
	strict_ways 1 && strict_filtering || status=$?
	strict_ways 0
	return $status
}

# The way takes what the old MTU makes of a packet, and not a fragment more.
narrow_way() { # COMMAND…
	local status=0
	lab_exec carrier nft -f - <<-'END' || return 1
		table ip narrow {
			chain forward {
				type filter hook forward priority 100
				ip length > 1490 drop
			}
		}
	END
	"$@" || status=$?
	lab_exec carrier nft delete table ip narrow
	return $status
}

A8_hub() {
	edit_site 's/^hub:/&\n  mtu: 9000/' && narrow_way loses hub
}

A8_pi() {
	edit_site '/^  hospital:/a \    mtu: 9000' && narrow_way loses hospital
}

A9() { # HOST
	with_change "$1" 'mv /etc/sudoers /etc/sudoers.away' 'mv /etc/sudoers.away /etc/sudoers' || return 1
	use_site new
	deploys_to "$STATUS_ROLLED_BACK" "$(node_of "$1")" && both_end "$1" old
}

for host in hub pi; do
	fault "A4-new-ssh-dropped-$host" A4 $host
	fault "A7-forwarding-off-$host" A7 $host
	fault "A9-sudo-broken-$host" A9 $host
done
fault A1-wrong-peer-key-hub A1_hub
fault A1-wrong-hub-key-pi A1_pi
fault A2-wrong-port-hub A2_hub
fault A2-wrong-port-pi A2_pi_port
fault A2-wrong-address-pi A2_pi_address
fault A3-allowed-ips-without-spoke-hub A3_hub
fault A3-allowed-ips-without-hub-pi A3_pi
fault A5-listen-port-closed-hub A5_hub
fault A5-listen-port-closed-pi A5_pi
fault A6-endpoint-in-tunnel-hub A6_hub
fault A6-endpoint-in-tunnel-pi A6_pi
fault A7-rp-filter-pi A7_rp_filter
fault A8-mtu-hub A8_hub
fault A8-mtu-pi A8_pi
