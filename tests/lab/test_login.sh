#!/bin/bash
# SPDX-License-Identifier: MIT
# The ways to become root on a host: as root, by sudo with and without a password, and by the
# script that is carried there; and that a script cut short changes nothing.
# shellcheck source=story.sh
. "$(dirname "$0")/story.sh"

all_items='packages, configuration, program, firewall, sysctl, tunnel, service'

log_in_as() { # USER
	ssh_reset
	ssh_first 'Host clinic' "User $1"
}

run_script() { # HOST [BYTES of it]
	local status
	lab_ssh "$1" sudo sh < <(head -c "${2:-1000000}" "$work/script") >"$work/out" 2>"$work/err"
	status=$?
	echo "script | ssh $1 sudo sh" >"$work/command"
	return "$status"
}

script_of() { # NAME
	wgctl script "$1" && mv "$work/out" "$work/script"
}

run_cut() { # BYTES; what counts is what it leaves
	run_script depot "$1" || :
}

# In the program, where the payload starts, within a file of it, and just before the end.
cut_scripts_change_nothing() {
	local size payload bytes
	size=$(stat -c %s "$work/script")
	payload=$(grep -bm1 '^payload ' "$work/script" | cut -d: -f1)
	for bytes in $((payload / 3)) $((payload - 20)) $((payload + 5)) $((payload + 200)) \
		$(((payload + size) / 2)) $((size - 60)); do
		leaves_alone depot run_cut "$bytes" ||
			wrong "cut after $bytes of $size bytes" || return 1
		! grep -q ^done "$work/out" || wrong "it says 'done'" || return 1
		[ "$bytes" -lt $((payload + 5)) ] || says "what arrived is not whole" || return 1
	done
}

script_changes_something() {
	run_script clinic && grep -q "^changed" "$work/out" && grep -q "^done" "$work/out"
}

script_changes_nothing() {
	run_script clinic && refuses grep "^changed" "$work/out" && grep -q "^done" "$work/out"
}

spoils() { # HOST: something for a deploy to mend
	lab_exec "$1" ip route del 10.10.0.0/16 dev wg0
}

asked_for_password() {
	wgctl_asked "password of 'pw' on 'clinic', for sudo" "$1" deploy clinic --yes
}

answer_is_not_shown() {
	! grep -qF "$1" "$work/out" || wrong 'the terminal shows the password'
}

right_password() {
	asked_for_password "$LAB_PASSWORD" && answer_is_not_shown "$LAB_PASSWORD" &&
		says 'clinic: changed (routes)'
}

# What a host that is in line costs here: sudo is tried without the password first.
again_with_password() {
	mark clinic
	asked_for_password "$LAB_PASSWORD" && says 'clinic: unchanged' &&
		logged clinic 1 'Accepted publickey for pw' &&
		logged clinic 2 'Starting session: '
}

wrong_password() {
	local status=0
	asked_for_password 'not this one' || status=$?
	[ "$status" = 1 ] || wrong "exit status $status, not 1" || return 1
	says "wrong sudo password for 'pw' on 'clinic'" && answer_is_not_shown 'not this one'
}

tells_no_password() { # HOST
	refuses lab_exec "$1" sh -c "journalctl -q | grep -F '$LAB_PASSWORD'"
}

nosudo_on_terminal() {
	local status=0
	wgctl_asked "password of 'nosudo' on 'clinic', for sudo" 'any' deploy clinic --yes || status=$?
	[ "$status" = 1 ] || wrong "exit status $status, not 1" || return 1
	says 'clinic: failed ('
}

# As Red Hat had it for long: no terminal, no sudo; and it lectures whoever it asks.
wants_terminal() { # HOST
	lab_exec "$1" sh -c 'echo "Defaults requiretty, lecture=always" >/etc/sudoers.d/terminal'
}

# With use_pty, as Debian has it, the terminal of root's shell is another one than ours.
keeps_terminal() { # HOST
	lab_exec "$1" sh -c 'echo "Defaults !use_pty" >>/etc/sudoers.d/terminal'
}

unchanged_with_password() {
	asked_for_password "$LAB_PASSWORD" && says 'clinic: unchanged'
}

changed_without_password() {
	mark clinic
	deploy_changes routes clinic && logged clinic 4 'Starting session: ' &&
		logged clinic 2 'admin : no tty ;'
}

one_wrong_password() {
	mark clinic
	wrong_password && logged clinic 1 'pam_unix(sudo:auth): authentication failure'
}

story_begin hub clinic depot
check 'the site' make_site clinic depot

check 'script prints a program that sh can read' script_of depot
check 'a script that was cut short changes nothing' cut_scripts_change_nothing
check 'script for clinic' script_of clinic
check 'script | ssh sudo sh sets up a bare host' script_changes_something
check 'the script run again changes nothing' script_changes_nothing
check 'and leaves deploy nothing to do' deploy_unchanged clinic

ssh_first 'Host vpn.example.org' 'User root'
sed -i 's/admin@vpn/vpn/' "$site/site.yaml"
mark hub
check 'deploy as root on a bare host' deploy_changes "$all_items" hub
check 'nobody but root has logged in' logged hub 0 'Accepted publickey for admin'
mark hub
check 'a second deploy as root changes nothing' deploy_unchanged hub
check 'in one connection and one exec' one_login hub
check 'sudo was not called' logged hub 0 'COMMAND='
check 'the tunnel of the script and that of the deploy meet' lab_ping ward 10.10.2.20 3 60

log_in_as pw
check 'something is amiss' spoils clinic
check 'sudo wants a password: without a terminal it is refused' leaves_alone clinic \
	deploy_fails "sudo on 'clinic' needs a password: run from a terminal" clinic
check 'with a wrong password it is refused' leaves_alone clinic wrong_password
mark clinic
check 'with the right password it is done' right_password
check 'a second deploy with the password changes nothing' again_with_password
check 'no password in the log of the host' tells_no_password clinic

log_in_as nosudo
check 'something is amiss' spoils clinic
check 'a user without sudo is refused' leaves_alone clinic \
	deploy_fails "needs a password" clinic
check 'a user without sudo is told so on a terminal' leaves_alone clinic nosudo_on_terminal
log_in_as admin
check 'an administrator mends it' deploy_changes routes clinic

check 'sudo on clinic wants a terminal' wants_terminal clinic
check 'a second deploy over a terminal changes nothing' deploy_unchanged clinic
check 'something is amiss' spoils clinic
check 'a deploy over a terminal changes it, and is confirmed' changed_without_password
log_in_as pw
check 'something is amiss' spoils clinic
check 'with a password, without a terminal here it is refused' leaves_alone clinic \
	deploy_fails "sudo on 'clinic' needs a password: run from a terminal" clinic
check 'with a wrong password it is refused, after one attempt' leaves_alone clinic \
	one_wrong_password
check 'with the right password it is done' right_password
check 'and nothing is left to do' unchanged_with_password
check "sudo runs root's shell on our own terminal" keeps_terminal clinic
check 'there is nothing to do with the password' unchanged_with_password
log_in_as admin
check 'something is amiss' spoils clinic
check 'without one, it is mended' changed_without_password
check 'no password in the log of the host, still' tells_no_password clinic
