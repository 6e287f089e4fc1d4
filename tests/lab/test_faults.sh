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

host_key_is_recorded() {
	grep -qF "$(lab_exec clinic cut -d' ' -f2 /etc/ssh/ssh_host_ed25519_key.pub)" \
		"$work/known_hosts"
}

accepts_on_terminal() {
	wgctl_asked 'Trust it?' yes deploy clinic --yes && says "$(fingerprint clinic)" &&
		says 'clinic: unchanged'
}

# others_are_served TEXT: clinic fails for that reason within 15 seconds; hub and depot are served.
others_are_served() {
	local began=$SECONDS
	deploy_fails "$1" clinic hub depot || return 1
	[ $((SECONDS - began)) -le 15 ] || wrong "it takes $((SECONDS - began)) s" || return 1
	same 'depot: changed (mtu)
hub: changed (mtu)' "$(grep -v ^clinic "$work/out" | sort)" 'the report'
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

# Its change begins and fails: the others are not put at the same risk.
failed_change_stops_the_others() {
	spoil hub clinic depot || return 1
	lab_exec hub mount --bind -o ro /etc/wireguard /etc/wireguard &&
		lab_exec hub mount -o remount,bind,ro /etc/wireguard || return 1
	deploy_fails 'Read-only file system' hub clinic depot || return 1
	same 'clinic: to change (not changed, since the deploy was stopped)
depot: to change (not changed, since the deploy was stopped)' \
		"$(grep -v ^hub "$work/out" | sort)" 'the report' || return 1
	lab_exec hub umount /etc/wireguard
}

with_unknown_init() {
	lab_exec clinic mv /run/systemd/system /run/systemd/away
	deploy_fails 'this host runs neither systemd nor OpenRC nor sysvinit' clinic || return 1
	lab_exec clinic mv /run/systemd/away /run/systemd/system
}

# The window begins when the change waits, not when it was asked for: here the packages take longer
# than the window, and than what wgctl gives a host to go back.
with_slow_packages() {
	lab_exec clinic sh -c 'printf "%s\n" "#!/bin/sh" "[ \"\$*\" != \"-q update\" ] || sleep 62" \
		"exec /usr/bin/apt-get \"\$@\"" \
		>/usr/local/sbin/apt-get && chmod 755 /usr/local/sbin/apt-get'
	deploy_changes "$all_items" clinic --accept-new-host-key --confirm-within=30 || return 1
	lab_exec clinic rm /usr/local/sbin/apt-get
}

# While a change waits the host takes nobody's key, and has lost us too if so wanted.
lets_nobody_in() { # HOST [AND-THEN]
	lab_exec "$1" systemd-run -q sh -c "pending=/etc/wireguard/wgctl/wg0.pending
		until [ -e \$pending ]; do sleep 0.02; done
		mv /etc/ssh/lab_keys /etc/ssh/lab_keys.away
		${2-}
		while [ -e \$pending ]; do sleep 0.05; done
		mv /etc/ssh/lab_keys.away /etc/ssh/lab_keys"
}

refused_at_most() { # HOST COUNT
	local count
	count=$(journal_of "$1" | grep -c 'authenticating user .*\[preauth\]')
	((count >= 1 && count <= $2)) || wrong "$count logins are refused, not 1 to $2"
}

# Who is refused does not try on: it is taken back at once, over the connection that is still there.
refused_login_takes_back() {
	local began=$SECONDS
	mark clinic
	lets_nobody_in clinic || return 1
	wgctl_fails 4 'clinic: rolled back (' deploy clinic || return 1
	[ $((SECONDS - began)) -le 20 ] || wrong "it takes $((SECONDS - began)) s" || return 1
	refused_at_most clinic 1 && is_spoilt clinic
}

# Without that connection the host has to do it; when it must have, it is asked what became of it.
refused_login_is_tried_once_more() {
	mark clinic
	lets_nobody_in clinic 'until grep -q pending /run/wgctl/wg0.said; do sleep 0.05; done
		pkill -f "^sshd: admin"' || return 1
	wgctl_fails 4 'clinic: rolled back (' deploy clinic --confirm-within 30 || return 1
	refused_at_most clinic 2 && is_spoilt clinic
}

# A server that drops who gives no sign of life for two seconds; the user reads for six.
impatient_server() { # HOST
	lab_exec "$1" sh -c 'printf "%s\n" "ClientAliveInterval 1" "ClientAliveCountMax 2" \
		>/etc/ssh/sshd_config.d/impatient.conf && systemctl restart ssh' && lab_wait_ssh "$1"
}

# The first answer is none, so it is asked again.
answers_late() { # NAME…
	local pid status=0
	: >"$work/out"
	wgctl_asked 'Change this?' 'let me see' deploy "$@" &
	pid=$!
	lab_until 20 grep -qsF 'let me see' "$work/out" || wrong 'it is not asked' || return 1
	sleep 6
	echo yes >"$work/keyboard"
	wait "$pid" || status=$?
	same 0 "$status" 'exit status' && says '2 hosts: 2 changed'
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

# --- hosts that are dead, refuse, say nothing, or are slow, beside healthy ones

# Nobody has this address; packets to it are lost on the way.
nowhere=198.51.100.98

make_bad_company() {
	lab_exec laptop ip neigh replace $nowhere lladdr 02:00:00:00:00:98 dev eth0 nud permanent
	lab_laptop python3 -c 'import signal, socket
server = socket.create_server(("198.51.100.50", 2222))
signal.pause()' 2>/dev/null &
	wgctl add-spoke dead --ssh $nowhere && wgctl add-spoke silent --ssh 198.51.100.50:2222 &&
		wgctl add-spoke refusing --ssh 198.51.100.50:1 && deploy_anything hub
}

make_slow() { # HOST
	lab_exec "$1" sh -c 'printf "%s\n" "#!/bin/sh" "sleep 1" "exec /usr/bin/sudo \"\$@\"" \
		>/usr/local/bin/sudo && chmod 755 /usr/local/bin/sudo'
}

spoil() { # HOST…
	local host
	for host; do
		lab_exec "$host" ip link set wg0 mtu 1300 || return 1
	done
}

is_spoilt() { # HOST
	same 1300 "$(lab_exec "$1" cat /sys/class/net/wg0/mtu)" "the MTU of '$1'"
}

# Each line with the second in which it came.
deploy_all_timed() {
	local began=$SECONDS line
	echo 'deploy --all' >"$work/command"
	lab_laptop setsid -w "$STORY_PROGRAM" -C "$site" -F "$ssh_config" deploy --all \
		</dev/null 2>"$work/err" |
		while IFS= read -r line; do echo "$((SECONDS - began)) $line"; done >"$work/out"
	return "${PIPESTATUS[0]}"
}

came() { # LEAST MOST TEXT: a line that begins so, within these seconds
	local second
	second=$(awk -v text="$3" '{ at = $1; sub(/^[0-9]+ /, "") } index($0, text) == 1 { print at }' \
		"$work/out")
	((${second:--1} >= $1 && second <= $2)) || wrong "'$3' does not come after $1 to $2 s"
}

# The deadline is the default, 10 s.
costs_its_own_deadline() {
	local status=0
	deploy_all_timed || status=$?
	same 1 "$status" 'exit status' &&
		came 0 4 'hub: unchanged' && came 0 4 'refusing: failed (' &&
		came 0 8 'depot: changed (mtu)' && came 0 8 'clinic: changed (mtu)' &&
		came 9 13 'dead: failed (' && came 9 13 'silent: failed (' &&
		says '6 hosts: 1 unchanged, 2 changed, 3 failed'
}

on_terminal() { # ARGUMENT…
	local command
	echo "$*" >"$work/command"
	: >"$work/err"
	printf -v command '%q ' "$STORY_PROGRAM" -C "$site" -F "$ssh_config" "$@"
	lab_laptop env SHELL=/bin/sh script -qefc "stty cols 100; exec $command" "$work/out" \
		</dev/null >/dev/null 2>&1
}

# The table as 'NAME RESULT WHAT', with the whole seconds of each host in `took`.
declare -A took
table() {
	local name result seconds unit what
	sed -e 's/\r$//' -e 's/.*\x1b\[K//' "$work/out" | sed -n '/^NAME /,/ hosts: /p' |
		sed '1d;$d' >"$work/table"
	while read -r name result seconds unit what; do
		[ "$unit" = s ] || wrong "no time: $name $result $seconds $unit" || return 1
		took[$name]=${seconds%.*}
		echo "$name $result $what"
	done <"$work/table" >"$work/rows"
}

# Spokes wait until the hub is known to need no change, as long as that takes, and no longer; who
# goes through it waits for one attempt, not for one after the other.
hub_costs_its_own_deadline() {
	local began=$SECONDS status=0 name
	on_terminal deploy --all --yes --color never || status=$?
	same 1 "$status" 'exit status' && table || return 1
	[ $((SECONDS - began)) -le 18 ] || wrong "it takes $((SECONDS - began)) s" || return 1
	same 'hub failed
clinic changed mtu
depot changed mtu
dead failed
silent failed
refusing failed
far-1 failed
far-2 failed
far-3 failed' "$(sed 's/\( failed\) .*/\1/' "$work/rows")" 'the table' || return 1
	says "far-3: failed (on the way through the hub: " &&
		says '9 hosts: 2 changed, 7 failed' || return 1
	for name in hub dead silent far-1 far-2 far-3; do
		[[ ${took[$name]} =~ ^(9|1[0-3])$ ]] || wrong "'$name' took ${took[$name]} s" || return 1
	done
	for name in clinic depot; do
		[ "${took[$name]}" -le 8 ] || wrong "'$name' took ${took[$name]} s" || return 1
	done
}

# Ctrl-C ends the wait for the hub, and nobody takes that for his turn.
interrupted_before_its_turn() {
	local host
	echo 'deploy --all, and Ctrl-C after 4 s' >"$work/command"
	lab_laptop timeout --foreground -s INT 4 "$STORY_PROGRAM" -C "$site" -F "$ssh_config" deploy --all \
		</dev/null >"$work/out" 2>"$work/err"
	says_not ': changed' && says_not ': unknown' && says 'hub: failed (' || return 1
	for host in clinic depot; do
		is_spoilt "$host" || return 1
	done
}

add_far_ones() {
	local i
	for i in 1 2 3; do
		wgctl add-spoke "far-$i" --via-hub || return 1
	done
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
check '--accept-new-host-key records it, though the packages take their time' with_slow_packages
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
check 'an init that wgctl does not know: the host stays as it was' \
	leaves_alone clinic with_unknown_init
check 'its tunnel has worked on' lab_ping ward 10.10.2.20 3 1
check 'after all that the deploy goes through' deploy_changes 'configuration, peers' clinic
check 'a deploy waits for another one' waits_for_the_lock

check 'a change that fails on the hub stops the others' failed_change_stops_the_others
check 'it is mended' deploy_anything hub clinic depot
check 'something is amiss' spoil clinic
check 'a host that refuses the new login goes back' refused_login_takes_back
check 'and is asked once more where the connection is lost, too' refused_login_is_tried_once_more
check 'something is amiss' spoil clinic depot
check 'sshd on clinic is impatient' impatient_server clinic
check 'sshd on depot is impatient' impatient_server depot
check 'a question that takes its time loses no session' answers_late clinic depot

ssh_first 'Host clinic' 'ConnectTimeout 3' # the default, 10 s, would do as well
check 'something is amiss on the others' spoil hub depot
lab_cut clinic
check 'a host that does not answer is given up, the others are served' \
	others_are_served "clinic"
lab_mend clinic
check 'something is amiss on the others' spoil hub depot
lab_exec clinic systemctl stop ssh
check 'a host that refuses is given up, the others are served' others_are_served 'refused'
lab_exec clinic systemctl start ssh

check 'spokes that are dead, say nothing and refuse' make_bad_company
check 'a spoke that is slow' make_slow clinic
check 'something is amiss on the healthy ones' spoil clinic depot
check 'each costs its own deadline and nothing more' costs_its_own_deadline
check 'spokes behind the hub' add_far_ones
check 'something is amiss on the healthy ones' spoil clinic depot
ssh_first 'Host vpn.example.org' "HostName $nowhere"
check 'what is interrupted while the hub is waited for changes nothing' interrupted_before_its_turn
check 'a dead hub costs its own deadline and nothing more' hub_costs_its_own_deadline
