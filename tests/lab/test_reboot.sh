#!/bin/bash
# SPDX-License-Identifier: MIT
# The tunnel comes back without help: after a reboot of either end and of both, orderly or by the
# plug, with a hub that is off, a name that does not resolve yet, and a firewall that is up first.
# shellcheck source=story.sh
. "$(dirname "$0")/story.sh"

# The device asks first: a hub that has lost its sessions knows no address of the Pi.
comes_back() {
	lab_ping device 10.10.2.20 1 60 && pings_both_ways
}

plug_is_pulled() { # HOST…
	lab_power_cut "$@" && lab_boot "$@"
}

nothing_failed() { # HOST
	same '' "$(lab_exec "$1" systemctl --failed --plain --no-legend)" "failed units of '$1'"
}

moment() { # HOST UNIT PROPERTY: microseconds since boot
	lab_exec "$1" systemctl show -P "$3Monotonic" "$2"
}

# The kernel must not forward before it is told what.
firewall_is_first() { # HOST
	local loaded
	loaded=$(moment "$1" wgctl-firewall@wg0.service ActiveEnterTimestamp)
	[ "$loaded" -gt 0 ] &&
		[ "$loaded" -le "$(moment "$1" network-pre.target ActiveEnterTimestamp)" ] ||
		wrong 'it is not loaded before the network' || return 1
	[ "$loaded" -le "$(moment "$1" systemd-sysctl.service InactiveExitTimestamp)" ] ||
		wrong 'it is not loaded before forwarding' || return 1
	[ "$loaded" -le "$(moment "$1" wgctl@wg0.service InactiveExitTimestamp)" ] ||
		wrong 'it is not loaded before the tunnel'
}

unit_is() { # HOST STATE
	same "$2" "$(lab_exec "$1" systemctl is-active wgctl@wg0.service)" 'the unit'
}

hub_is_unknown_to_pi() {
	same '(none)' "$(lab_exec pi wg show wg0 endpoints | cut -f2)" 'the endpoint'
}

story_begin hub pi
check 'the site' make_site hospital
check 'deploy on bare hosts' deploy_changes \
	'packages, configuration, program, firewall, sysctl, tunnel, service' hub hospital
check 'cloud and device reach each other' pings_both_ways

check 'the Pi reboots' lab_reboot pi
check 'cloud and device reach each other again' comes_back
check 'no unit has failed on the Pi' nothing_failed pi
check 'its firewall is up before network, forwarding and tunnel' firewall_is_first pi

check 'the plug of the hub is pulled' plug_is_pulled hub
check 'cloud and device reach each other again' comes_back
check 'no unit has failed on the hub' nothing_failed hub
check 'its firewall is up before network, forwarding and tunnel' firewall_is_first hub

check 'both reboot' lab_reboot hub pi
check 'cloud and device reach each other again' comes_back
check 'the plugs of both are pulled' plug_is_pulled hub pi
check 'cloud and device reach each other again' comes_back
check 'there is nothing to deploy' deploy_unchanged hub hospital

# The Pi wakes up alone, without its resolver, and with nothing to remember.
lab_power_off hub
lab_exec pi sed -i '/vpn.example.org/d' /etc/hosts
check 'the plug of the Pi is pulled; the hub is off and its name does not resolve' plug_is_pulled pi
check 'its tunnel is up all the same' unit_is pi active
check 'it knows no hub yet' hub_is_unknown_to_pi
check 'the hub is switched on' lab_boot hub
lab_name 198.51.100.10 vpn.example.org
check 'cloud and device reach each other once the name resolves' comes_back
check 'there is nothing to deploy' deploy_unchanged hub hospital
