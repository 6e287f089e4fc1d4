#!/bin/bash
# SPDX-License-Identifier: MIT
# Hosts that are not bare: a tunnel by wg-quick is taken over, rules and tunnels of others stay,
# what would be in the way is refused before anything is changed, and all can be taken off again.
# shellcheck source=story.sh
. "$(dirname "$0")/story.sh"

# As an administrator does who has no wgctl on that machine: the configuration, and wg-quick.
set_up_by_hand() { # HOST NAME
	wgctl config "$2" || return 1
	lab_exec "$1" sh -c 'umask 077; cat >/etc/wireguard/wg0.conf' <"$work/out" &&
		lab_exec "$1" systemctl -q enable --now wg-quick@wg0
}

link_number() { # HOST
	lab_exec "$1" cat /sys/class/net/wg0/ifindex
}

# What wg-quick has made on a host, as text.
by_hand() { # HOST
	# shellcheck disable=SC2016 # the host's shell expands
	lab_exec "$1" sh -c 'sha256sum /etc/wireguard/wg0.conf; stat -c %a /etc/wireguard/wg0.conf
		cat /sys/class/net/wg0/ifindex /sys/class/net/wg0/mtu
		wg showconf wg0 | sort; ip -o addr show dev wg0; ip route show dev wg0 table all
		for unit in wg-quick@wg0 wgctl@wg0 wgctl-firewall@wg0; do
			systemctl is-enabled $unit; systemctl is-active $unit
		done
		iptables-save | sed -n "/WGCTL/p"; ls /etc/wireguard /etc/sysctl.d' 2>&1
}

is_pending() { # HOST
	lab_exec "$1" test -e /etc/wireguard/wgctl/wg0.pending
}

# The laptop dies before it confirms; what the timer does then is done at once.
not_taken_over() {
	local before
	before=$(by_hand clinic)
	lab_laptop_start "$STORY_PROGRAM" -C "$site" -F "$ssh_config" --yes deploy clinic
	lab_until 20 lab_exec clinic test -e /etc/wireguard/wgctl/wg0.tx/applied
	kill -KILL "$LAB_PID"
	lab_until 20 is_pending clinic && ! [ "$before" = "$(by_hand clinic)" ] ||
		wrong 'nothing was taken over' || return 1
	lab_exec clinic sh -c 'sh /etc/wireguard/wgctl/wg0.tx/host rollback wg0 &&
		systemctl stop wgctl-rollback-wg0.timer; rm -r /etc/wireguard/wgctl' || return 1
	same "$before" "$(by_hand clinic)" 'the tunnel of wg-quick'
}

taken_over_in_flight() {
	local link handshake
	link=$(link_number clinic)
	handshake=$(handshake clinic)
	[ "$handshake" -gt 0 ] && deploy_anything clinic || return 1
	same "$link" "$(link_number clinic)" 'the link' || return 1
	[ "$(handshake clinic)" -ge "$handshake" ] || wrong 'the handshake is lost'
}

units_are() { # HOST
	same 'disabled
enabled
enabled' "$(lab_exec "$1" systemctl is-enabled wg-quick@wg0 wgctl@wg0 wgctl-firewall@wg0)" units
}

make_nft_table() { # HOST
	lab_exec "$1" nft -f - <<-'END'
		table inet mine {
			set away { type ipv4_addr; elements = { 192.0.2.1, 192.0.2.7 } }
			chain forward {
				type filter hook forward priority 5; policy accept;
				ip saddr @away counter drop
			}
		}
	END
}

foreign_state() { # HOST
	foreign_rules "$1"
	lab_exec "$1" nft list table inet mine
}

foreign_is_the_same() { # HOST
	same "$foreign" "$(foreign_state "$1")" 'the rules of others'
}

# A tunnel that has nothing to do with ours.
make_foreign_tunnel() { # HOST
	lab_exec "$1" sh -c 'umask 077; cat >/etc/wireguard/wg0.conf' <<-'END'
		[Interface]
		PrivateKey = yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=
		Address = 172.20.0.1/24
		ListenPort = 7777
		[Peer]
		PublicKey = xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=
		AllowedIPs = 172.20.0.2/32
	END
	lab_exec "$1" systemctl -q enable --now wg-quick@wg0
}

foreign_tunnel() { # HOST
	lab_exec "$1" sh -c 'wg showconf wg0 && ip -o addr show dev wg0 && cat /etc/wireguard/wg0.conf &&
		systemctl is-enabled wg-quick@wg0' | grep -v fe80:
}

# Forwarding between networks that are none of the tunnel's business.
other_forwarding_passes() {
	lab_in_net cloud ip route add 198.51.100.50 via 10.10.1.10 &&
		lab_in_net laptop ip route add 10.10.0.0/16 via 198.51.100.10 &&
		lab_ping cloud 198.51.100.50 && lab_ping laptop 10.10.2.20
}

take_off() { # HOST INTERFACE
	lab_exec "$1" sh /etc/wireguard/wgctl/host remove "$2"
}

# What is left of wgctl after that, but packages and what the kernel was told.
remains() { # HOST INTERFACE
	lab_exec "$1" sh -c 'iptables-save | grep WGCTL; ip6tables-save | grep WGCTL
		find /etc -name "*wgctl*"; find /run -maxdepth 2 -name "*wgctl-*"; ls -d /sys/class/net/'"$2"'
		systemctl --no-legend list-units --all "wgctl*" "system-wgctl*" | grep -v slice' 2>/dev/null
}

nothing_remains() { # HOST INTERFACE
	same '' "$(remains "$1" "$2")" 'what is left'
}

story_begin hub clinic depot
check 'the site' make_site clinic depot
check 'deploy of the hub' deploy_anything hub
check 'forwarding that is not of the tunnel passes' other_forwarding_passes

check 'packages on clinic' install_on clinic wireguard-tools wireguard-go iptables nftables
check 'rules of others on clinic' make_foreign_rules clinic
check 'a table of nft on clinic' make_nft_table clinic
check 'clinic is set up by hand, with wg-quick' set_up_by_hand clinic clinic
check 'it reaches the cloud' lab_ping clinic 10.10.2.20 3 30
foreign=$(foreign_state clinic)
check 'a deploy that nobody confirms gives it back to wg-quick' not_taken_over
check 'it reaches the cloud still' lab_ping clinic 10.10.2.20 3 30
check 'rules of others are the same byte for byte' foreign_is_the_same clinic
check 'deploy takes over what wg-quick had made, without an interruption' taken_over_in_flight
check 'its unit gives way to ours' units_are clinic
check 'rules of others are the same byte for byte' foreign_is_the_same clinic
check 'the networks reach each other past a REJECT' lab_ping ward 10.10.2.20 3
check 'the other way, too' lab_ping cloud 10.20.2.50 3
check 'clinic reboots' lab_reboot clinic
check 'the networks reach each other after it' lab_ping ward 10.10.2.20 3 60
check 'there is nothing to deploy' deploy_unchanged clinic

ssh_first 'Host depot' 'HostName 198.51.100.30' 'HostKeyAlias clinic'
check 'a host that is another node is refused' leaves_alone clinic deploy_fails \
	"this host is 'clinic' of site 'mission-hospital'" depot
ssh_reset
ssh_first 'Host vpn.example.org' 'HostName 198.51.100.30' 'HostKeyAlias clinic'
check 'for the hub, too' leaves_alone clinic deploy_fails \
	"this host is 'clinic' of site 'mission-hospital'" hub
ssh_reset

check "another route to the hub's network on depot" \
	lab_exec depot ip route add 10.10.0.0/16 via 198.51.100.1
check 'a route in the way is refused, before packages are installed' leaves_alone depot \
	deploy_fails 'route 10.10.0.0/16 on eth0 is in the way' depot
lab_exec depot ip route del 10.10.0.0/16
check 'packages on depot' install_on depot wireguard-tools wireguard-go iptables
check 'a tunnel wg0 of somebody else on depot' make_foreign_tunnel depot
tunnel=$(foreign_tunnel depot)
check 'its file is not overwritten' leaves_alone depot deploy_fails \
	"'/etc/wireguard/wg0.conf' on this host was not made by wgctl" depot
lab_exec depot mv /etc/wireguard/wg0.conf /etc/wireguard/away
check 'nor is a running interface' leaves_alone depot deploy_fails \
	"this host has an interface 'wg0' that is not wgctl's" depot
lab_exec depot mv /etc/wireguard/away /etc/wireguard/wg0.conf
check 'another interface in site.yaml' edit_spoke depot 'interface: wg7'
check 'deploy next to it' deploy_anything depot
check 'both tunnels are up' lab_ping depot 10.10.2.20 3 30
check "somebody else's is the same" same "$tunnel" "$(foreign_tunnel depot)" 'the tunnel'

check 'all is taken off depot again' take_off depot wg7
check 'nothing is left' nothing_remains depot wg7
check "somebody else's tunnel is the same" same "$tunnel" "$(foreign_tunnel depot)" 'the tunnel'
check 'all is taken off the hub' take_off hub wg0
check 'nothing is left' nothing_remains hub wg0
check 'a deploy brings it back' deploy_anything hub
check 'the networks reach each other' lab_ping ward 10.10.2.20 3 60
