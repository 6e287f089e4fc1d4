#!/bin/bash
# SPDX-License-Identifier: MIT
# wgctl status: who is connected, and what on the hub is not as the site has it; on a terminal
# again and again.
# shellcheck source=story.sh
. "$(dirname "$0")/story.sh"

status() {
	wgctl status || wrong "exit status $?"
}

# The row of a spoke, with one blank between words.
row() { # NAME
	awk -v name="$1" '$1 == name { $1 = $1; print }' "$work/out"
}

row_is() { # NAME PATTERN
	[[ $(row "$1") =~ ^$1\ $2$ ]] || wrong "the row is '$(row "$1")', not '$2'"
}

differences() {
	grep '^hub: ' "$work/out"
}

differs() { # TEXT…: exactly these
	status && same "$(printf '%s\n' "$@")" "$(differences)" 'what differs'
}

in_line() {
	status && same '' "$(differences)" 'what differs'
}

bytes='[0-9.]+ (B|KiB|MiB)'

who_is_there() {
	local seen="online ([0-9]+ seconds? ago|now|1 minute ago)"
	in_line || return 1
	row_is hospital "$seen 198\.51\.100\.20:[0-9]+ $bytes in, $bytes out" &&
		row_is clinic "$seen 198\.51\.100\.30:[0-9]+ $bytes in, $bytes out" &&
		row_is phone 'never seen never - -' &&
		same 'hospital clinic phone' "$(awk '{ print $1 }' "$work/out" | paste -sd' ')" names
}

json_holds() { # EXPRESSION over j, the document
	wgctl status --json || return 1
	python3 -c '
import json, sys
j = json.load(open(sys.argv[1]))
spoke = {s["name"]: s for s in j["spokes"]}
sys.exit(0 if eval(sys.argv[2]) else 1)' "$work/out" "$1" || wrong "not so: $1"
}

json_says() {
	json_holds 'j["site"] == "mission-hospital" and j["interface"] == "up"' &&
		json_holds 'j["listen_port"] == 51820 and not j["pending"] and not j["differences"]' &&
		json_holds 'spoke["clinic"]["state"] == "online" and spoke["clinic"]["sent"] > 0' &&
		json_holds '0 <= spoke["hospital"]["handshake_seconds_ago"] < 180' &&
		json_holds 'spoke["phone"]["handshake_seconds_ago"] is None' &&
		json_holds 'spoke["phone"]["endpoint"] is None and spoke["phone"]["received"] == 0'
}

asks_once() {
	mark hub
	in_line && one_login hub
}

leaves_no_trace() {
	leaves_alone hub status
}

# All that root's shell on the hub says goes through this.
overhear() {
	lab_exec hub sh -c 'printf "%s\n" "#!/bin/sh" "/usr/bin/sudo \"\$@\" | tee /tmp/said" \
		>/usr/local/bin/sudo && chmod 755 /usr/local/bin/sudo'
	status
	local result=$?
	lab_exec hub cat /tmp/said >"$work/said"
	lab_exec hub rm -f /usr/local/bin/sudo /tmp/said
	return $result
}

no_secret_leaves() {
	lab_exec hub sh -c 'wg show wg0 private-key; wg show wg0 preshared-keys | cut -f2' \
		>"$work/secrets"
	same 4 "$(grep -c '=$' "$work/secrets")" 'number of secrets' && overhear || return 1
	same 3 "$(grep -c "^peer$(printf '\t').*=$(printf '\t')set" "$work/said")" 'peers overheard' &&
		refuses grep -F -f "$work/secrets" "$work/said"
}

# --- what differs

deploy="run 'wgctl deploy hub'"
confirm="'wgctl confirm hub' keeps it, else it takes itself back"
prune="add it to site.yaml, or run 'wgctl deploy hub --prune' to remove it"

hub_differs() { # COMMAND-ON-HUB TEXT…
	lab_exec hub sh -c "$1" || return 1
	shift
	differs "$@"
}

stranger=$(head -c 32 /dev/zero | tr '\0' 'k' | base64)

peer_is_known_by_name() {
	lab_exec hub wg set wg0 peer "$1" remove
	differs "hub: lacks the peer 'clinic'; $deploy" && row_is clinic 'missing - - -'
}

retired_is_named() {
	local key
	key=$(public_key phone)
	wgctl remove-spoke phone || return 1
	differs "hub: still has the peer 'phone', which is retired; $deploy" &&
		! grep -q '^phone' "$work/out"
	lab_exec hub wg set wg0 peer "$key" remove
}

row_after_restart() {
	status && row_is phone 'never seen never - -' && [[ $(row clinic) != *' in, '* ]]
}

comes_back() {
	lab_exec hub systemctl restart wgctl@wg0 && row_after_restart &&
		lab_ping clinic 10.49.0.1 1 60 && status && row_is clinic 'online .*'
}

# Then all handshakes are in the future, which counts as now.
clock_is_set_back() {
	local result=0
	lab_clock hub -3600 || return 1
	status && row_is clinic 'online now .*' || result=1
	lab_clock hub 0
	return $result
}

waits() {
	lab_exec hub sh -c "echo aa bb >/etc/wireguard/wgctl/wg0.pending"
	differs "hub: has a change that waits for its confirmation; $confirm"
	local result=$?
	lab_exec hub rm /etc/wireguard/wgctl/wg0.pending
	return $result
}

# --- the hub cannot say

fails() { # STATUS TEXT
	wgctl_fails "$1" "$2" status
}

# What the hub says is not believed: no endpoint has this port.
says_nonsense() {
	lab_exec hub sh -c 'mv /usr/bin/wg /usr/bin/wg.real && printf "%s\n" "#!/bin/sh" \
		"wg.real \"\$@\" | sed \"s/:[0-9]*\t/:99999\t/\"" >/usr/bin/wg && chmod 755 /usr/bin/wg'
	fails 1 'the hub answered something that wgctl does not know: '
	local result=$?
	lab_exec hub mv /usr/bin/wg.real /usr/bin/wg
	return $result
}

set_hub_without_ssh() {
	sed -i '/^  ssh:/d' "$site/site.yaml"
}

# --- again and again

# watch_begin: status --watch on a terminal; what that has shown is in $work/out.
watch_begin() {
	local command
	echo 'status --watch' >"$work/command"
	rm -f "$work/out" "$work/keyboard"
	mkfifo "$work/keyboard"
	exec {typing}<>"$work/keyboard"
	printf -v command '%q ' "$STORY_PROGRAM" -C "$site" -F "$ssh_config" status --watch
	lab_laptop env SHELL=/bin/sh script -qefc "stty rows 12 cols 200; exec $command" "$work/out" \
		<"$work/keyboard" >/dev/null 2>&1 &
	watcher=$!
	watch_shows 30 frames 3
}

watch_shows() { # SECONDS COMMAND…
	lab_until "$@" || wrong "not within $1 s: ${*:2}; $(tail -n 12 "$work/out")"
}

watch_ends() { # STATUS [KEY]
	local status=0
	[ -z "${2-}" ] || printf '%b' "$2" >&"$typing"
	wait "$watcher" || status=$?
	exec {typing}>&-
	[ "$status" = "$1" ] || wrong "exit status $status, not $1"
}

# Ctrl-C ends it as something that was wanted.
watches() {
	mark hub
	watch_begin && watch_ends 0 '\003' && says ' asleep, 0 never seen' &&
		logged hub 1 'Accepted publickey for'
}

frames() {
	[ -f "$work/out" ] && [ "$(grep -cF 'mission-hospital at ' "$work/out")" -ge "$1" ]
}

# Since the last picture that was new; that one has nothing between its summary and its table.
lost_for() { # SECONDS
	grep -aqE "connection lost, trying again; this was ($1|[1-9][0-9]) seconds ago \(" "$work/out"
}

# The last frame that was drawn is a new one.
is_fresh() {
	! tail -n 12 "$work/out" | grep -aq 'connection lost' && frames 1
}

watch_survives_a_cut_link() {
	watch_begin || return 1
	lab_cut hub
	watch_shows 40 lost_for '[5-9]' || return 1
	lab_mend hub
	watch_shows 40 is_fresh && watch_ends 0 '\003'
}

watch_survives_a_reboot() {
	watch_begin || return 1
	lab_reboot hub || return 1
	watch_shows 10 lost_for '[1-9]' && watch_shows 60 is_fresh && watch_ends 0 '\003'
}

# While it tries, Ctrl-C ends it as well.
watch_ends_while_lost() {
	watch_begin || return 1
	lab_exec hub sh -c 'systemctl stop ssh.socket ssh; pkill sshd'
	watch_shows 30 lost_for '[1-9]' && watch_ends 0 '\003'
	local result=$?
	lab_exec hub systemctl start ssh
	lab_wait_ssh hub && return $result
}

# watch_gives_up TEXT: the connection ends, and then the hub refuses us, once.
watch_gives_up() {
	mark hub
	lab_exec hub pkill -f '^sshd: admin'
	watch_ends 1 && says "$1"
}

watch_ends_where_login_is_refused() {
	watch_begin || return 1
	lab_exec hub mv /etc/ssh/lab_keys /etc/ssh/away
	watch_gives_up "permission denied for 'admin@vpn.example.org'" &&
		logged hub 1 'Connection from ' && logged hub 0 'Accepted publickey for'
	local result=$?
	lab_exec hub mv /etc/ssh/away /etc/ssh/lab_keys
	return $result
}

watch_ends_where_host_key_changes() {
	watch_begin || return 1
	lab_exec hub sh -c 'mv /etc/ssh/ssh_host_ed25519_key /root/ &&
		ssh-keygen -q -t ed25519 -N "" -f /etc/ssh/ssh_host_ed25519_key && systemctl restart ssh'
	lab_wait_ssh hub
	watch_gives_up "host key of 'vpn.example.org' has changed"
}

hub_is_bare() {
	status && row_is phone 'missing - - -' &&
		same "hub: has no WireGuard interface 'wg0'; $deploy" "$(differences | head -n 1)" 'the first' &&
		says 'hub: has none of its iptables rules loaded' && says_not 'lacks the peer'
}

story_begin hub pi clinic

check 'the site, one spoke of it a phone' make_site hospital clinic
check 'add-spoke phone' wgctl add-spoke phone
check 'a hub that nothing was deployed on' hub_is_bare
check 'deploy' deploy_anything hub hospital clinic
check 'both are connected' pings_both_ways
check 'the clinic too' lab_ping clinic 10.49.0.1
check 'who is there' who_is_there
check 'the same as JSON' json_says
check 'in one connection and one exec' asks_once
check 'it changes nothing' leaves_no_trace
check 'no private and no preshared key leaves the hub' no_secret_leaves

check 'a peer that nobody knows' hub_differs "wg set wg0 peer '$stranger' allowed-ips 10.49.0.99/32" \
	"hub: has a peer that this site does not know, $stranger; $prune"
lab_exec hub wg set wg0 peer "$stranger" remove
check 'AllowedIPs of somebody else' hub_differs \
	"wg set wg0 peer '$(public_key clinic)' allowed-ips 10.49.0.3/32" \
	"hub: has AllowedIPs 10.49.0.3/32 for 'clinic' instead of 10.20.2.0/24, 10.49.0.3/32; $deploy"
check 'a preshared key is gone' hub_differs "wg set wg0 peer '$(public_key clinic)' \
	allowed-ips 10.49.0.3/32,10.20.2.0/24 preshared-key /dev/null" \
	"hub: has no preshared key for 'clinic'; $deploy"
check 'a peer is gone' peer_is_known_by_name "$(public_key clinic)"
check 'deploy mends it' deploy_changes peers hub
check 'another port' hub_differs 'wg set wg0 listen-port 51999' \
	"hub: listens on port 51999 instead of 51820; $deploy"
check 'the interface is down' hub_differs 'wg set wg0 listen-port 51820; ip link set wg0 down' \
	"hub: interface 'wg0' is down; $deploy"
check 'deploy mends it' deploy_anything hub
check 'a rule in front of ours' hub_differs 'iptables -I FORWARD -j ACCEPT' \
	"hub: has another iptables rule in front of the jump to its own in FORWARD of table filter; $deploy"
check 'the jump is gone' hub_differs \
	'iptables -D FORWARD -j ACCEPT; ip6tables -t mangle -D FORWARD -j WGCTL-MSS-wg0' \
	"hub: has no jump to its ip6tables rules in FORWARD of table mangle; $deploy"
check 'our own rules are edited' hub_differs \
	'ip6tables -t mangle -A FORWARD -j WGCTL-MSS-wg0; iptables -F WGCTL-FWD-wg0' \
	"hub: has other iptables rules than were deployed; $deploy"
check 'deploy mends it' deploy_changes firewall hub
check 'a unit is off at boot' hub_differs 'systemctl -q disable wgctl@wg0' \
	"hub: does not start 'wgctl@wg0.service' at boot: it is not enabled; $deploy"
check 'deploy mends it' deploy_changes service hub
check 'a change waits' waits
check 'the tunnel is restarted, the clinic comes back' comes_back
check 'the clock of the hub is set back' clock_is_set_back
check 'a retired peer is named' retired_is_named
check 'all is in line' in_line

check 'drawn again and again on one login, until Ctrl-C' watches
check 'the link is cut and mended: it goes on by itself' watch_survives_a_cut_link
check 'the hub reboots: it goes on by itself' watch_survives_a_reboot
check 'Ctrl-C ends it while the connection is lost' watch_ends_while_lost
check 'a login that is refused ends it at once' watch_ends_where_login_is_refused
check 'an answer that is none' says_nonsense
ssh_first 'Host vpn.example.org' 'Port 2222'
check 'the hub cannot be reached' fails 1 'vpn.example.org'
ssh_reset
check 'another host key ends it at once' watch_ends_where_host_key_changes
check 'the hub without ssh' set_hub_without_ssh
check 'it cannot be asked' fails 2 "the hub has no 'ssh' in site.yaml"
