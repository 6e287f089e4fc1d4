#!/bin/bash
# SPDX-License-Identifier: MIT
# The worst day that one host can have in a deploy: the laptop dies before it can confirm, and
# the disk is full by the time that the host has to go back.
# shellcheck source=story.sh
. "$(dirname "$0")/story.sh"

generation() {
	lab_exec hub sh -c 'cat /etc/wireguard/wg0.conf; wg show wg0 allowed-ips
		cat /sys/class/net/wg0/mtu; ls /etc/systemd/system/*.wants | grep wgctl'
}

laptop_dies_when_applied() {
	local status=0
	lab_laptop_start "$STORY_PROGRAM" -C "$site" -F "$ssh_config" --yes deploy hub \
		--confirm-within 30
	lab_until 20 lab_exec hub test -e /etc/wireguard/wgctl/wg0.tx/applied || status=1
	kill -9 "$LAB_PID"
	return "$status"
}

disk_is_full() {
	refuses lab_exec hub sh -c 'echo full >/etc/full'
}

story_begin hub
init_site || exit 1
add_hospital || exit 1
check 'deploy' wgctl deploy hub
before=$(generation)
sed -i 's/^hub:/&\n  mtu: 1400/' "$site/site.yaml"
check 'a change is applied, and then the laptop dies' laptop_dies_when_applied
check 'it waits for its confirmation' lab_exec hub test -e /etc/wireguard/wgctl/wg0.pending
check 'the disk of the hub fills up' lab_fill_disk hub
check 'it is full' disk_is_full
check 'the hub goes back by itself' \
	lab_until 60 lab_exec hub test ! -e /etc/wireguard/wgctl/wg0.pending
check 'to exactly what it was before' same "$before" "$(generation)"
check 'there is room again' lab_free_disk hub
check 'the next deploy goes well' wgctl deploy hub
check 'and says what it changed' says 'hub: changed (configuration, mtu)'
