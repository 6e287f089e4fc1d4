#!/bin/bash
# SPDX-License-Identifier: MIT
# What can go wrong on the way to a host and on it: each is told, nothing is lost, the other hosts
# are served, and once it is mended the same deploy goes through.
# shellcheck source=story.sh
. "$(dirname "$0")/story.sh"

all_items='packages, configuration, program, firewall, sysctl, tunnel, service'

known_hosts() {
	ssh_reset
	ssh_first 'Host clinic' "UserKnownHostsFile $work/known_hosts"
}

fingerprint() { # HOST
	lab_exec "$1" ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub | awk '{ print $2 }'
}

nobody_tried_to_log_in() { # HOST
	[ "$(journal_of "$1" | grep -c 'Connection from ')" -ge 1 ] ||
		wrong 'the connection is not in the journal' || return 1
	logged "$1" 0 'Accepted key' && logged "$1" 0 'Accepted publickey' &&
		logged "$1" 0 'Failed' && logged "$1" 0 'authenticating user'
}

host_key_is_recorded() {
	grep -qF "$(lab_exec clinic cut -d' ' -f2 /etc/ssh/ssh_host_ed25519_key.pub)" \
		"$work/known_hosts"
}

accepts_on_terminal() {
	wgctl_asked 'Trust it?' yes deploy clinic --yes && says "$(fingerprint clinic)" &&
		says 'clinic: unchanged'
}

change_host_key() { # HOST
	lab_exec "$1" sh -c 'rm /etc/ssh/ssh_host_ed25519_key* && ssh-keygen -q -t ed25519 -N "" \
		-f /etc/ssh/ssh_host_ed25519_key && systemctl restart ssh' && lab_wait_ssh "$1"
}

# others_are_served TEXT: clinic fails for that reason within 15 seconds; hub and depot are served.
others_are_served() {
	local began=$SECONDS
	deploy_fails "$1" clinic hub depot || return 1
	[ $((SECONDS - began)) -le 15 ] || wrong "it takes $((SECONDS - began)) s" || return 1
	same 'depot: changed (mtu)
hub: changed (mtu)' "$(grep -v ^clinic "$work/out" | sort)" 'the report'
}

spoil_hub_and_depot() {
	lab_exec hub ip link set wg0 mtu 1300 && lab_exec depot ip link set wg0 mtu 1300
}

without_apt_sources() {
	lab_exec clinic mv /etc/apt/sources.list /etc/apt/away
	deploy_fails "cannot bring 'packages' in line" clinic --accept-new-host-key || return 1
	lab_exec clinic mv /etc/apt/away /etc/apt/sources.list
}

with_read_only_folder() {
	lab_exec clinic mount --bind -o ro /etc/wireguard /etc/wireguard &&
		lab_exec clinic mount -o remount,bind,ro /etc/wireguard || return 1
	deploy_fails 'Read-only file system' clinic || return 1
	lab_exec clinic umount /etc/wireguard
}

with_full_disk() {
	lab_fill_disk clinic
	deploy_fails 'No space left on device' clinic || return 1
	lab_free_disk clinic
}

without_systemd() {
	lab_exec clinic mv /run/systemd/system /run/systemd/away
	deploy_fails 'this host does not run systemd' clinic || return 1
	lab_exec clinic mv /run/systemd/away /run/systemd/system
}

# Another deploy holds the lock until the test lets go.
waits_for_the_lock() {
	local holder waiter
	lab_exec clinic ip link set wg0 mtu 1300
	lab_exec clinic flock /run/wgctl/lock sh -c \
		'touch /run/held; while [ -e /run/held ]; do sleep 0.1; done' &
	holder=$!
	lab_until 10 lab_exec clinic test -e /run/held || return 1
	lab_laptop setsid -w "$STORY_PROGRAM" -C "$site" -F "$ssh_config" deploy clinic \
		</dev/null >"$work/out" 2>"$work/err" &
	waiter=$!
	lab_until 10 lab_exec clinic sh -c 'pgrep -f "^flock -w 10 9"' >/dev/null ||
		wrong 'it does not wait for the lock' || return 1
	same 1300 "$(lab_exec clinic cat /sys/class/net/wg0/mtu)" 'the MTU while the lock is held'
	lab_exec clinic rm /run/held
	wait "$holder"
	wait "$waiter" || return 1
	says 'clinic: changed (mtu)'
}

story_begin hub clinic depot
check 'the site' make_site clinic depot
check 'deploy of hub and depot' deploy_changes "$all_items" hub depot

: >"$work/known_hosts"
known_hosts
mark clinic
check 'an unknown host key is refused where there is no terminal' leaves_alone clinic \
	deploy_fails "host key of 'clinic' is unknown (ssh-ed25519 $(fingerprint clinic))" clinic
check 'before any login' nobody_tried_to_log_in clinic
check 'and is not recorded' same '' "$(cat "$work/known_hosts")" known_hosts
check 'a bare host without apt sources stays as it was' leaves_alone clinic without_apt_sources
: >"$work/known_hosts"
check '--accept-new-host-key records it' deploy_changes "$all_items" clinic --accept-new-host-key
check 'it is recorded' host_key_is_recorded
check 'and known from then on' deploy_unchanged clinic
: >"$work/known_hosts"
check 'on a terminal it is asked for' accepts_on_terminal
check 'and recorded' host_key_is_recorded
check 'the host has another key all of a sudden' change_host_key clinic
mark clinic
check 'a changed host key is refused' leaves_alone clinic \
	deploy_fails "host key of 'clinic' has changed" clinic
check 'even with --accept-new-host-key' \
	deploy_fails "host key of 'clinic' has changed" clinic --accept-new-host-key
check 'before any login' nobody_tried_to_log_in clinic
check 'the old key stays on record' refuses host_key_is_recorded
lab_exec clinic sed "s/^/198.51.100.30 /" /etc/ssh/ssh_host_ed25519_key.pub >"$work/known_hosts"

check 'ward reaches the cloud' lab_ping ward 10.10.2.20 3 30
check 'a new configuration for clinic' edit_spoke clinic 'persistent_keepalive: 20'
check 'a full disk: the host stays as it was' leaves_alone clinic with_full_disk
check 'a read-only folder: the host stays as it was' leaves_alone clinic with_read_only_folder
check 'a host without systemd: it stays as it was' leaves_alone clinic without_systemd
check 'its tunnel has worked on' lab_ping ward 10.10.2.20 3 1
check 'after all that the deploy goes through' deploy_changes 'configuration, peers' clinic
check 'a deploy waits for another one' waits_for_the_lock

ssh_first 'Host clinic' 'ConnectTimeout 3' # the default, 10 s, would do as well
check 'something is amiss on the others' spoil_hub_and_depot
lab_cut clinic
check 'a host that does not answer is given up, the others are served' \
	others_are_served "clinic"
lab_mend clinic
check 'something is amiss on the others' spoil_hub_and_depot
lab_exec clinic systemctl stop ssh
check 'a host that refuses is given up, the others are served' others_are_served 'refused'
lab_exec clinic systemctl start ssh
