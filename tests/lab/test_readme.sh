#!/bin/bash
# SPDX-License-Identifier: MIT
# The README's commands against hosts, one after the other as they stand there: from init to the
# pings, the script that is carried to a host, and the way to take all of it off again.
# shellcheck source=story.sh
. "$(dirname "$0")/story.sh"

top=$(realpath "$(dirname "$0")/../..")

# The Pi's user, as the README has it.
make_user() { # HOST USER
	# shellcheck disable=SC2016 # the inner shell expands
	lab_exec "$1" sh -c 'useradd -m -s /bin/bash "$1" &&
		echo "$1 ALL=(ALL:ALL) NOPASSWD: ALL" >"/etc/sudoers.d/$1"' sh "$2"
}

# As the administrator types it on the laptop; another ssh configuration stands in for his own.
# shellcheck disable=SC2317 # called by eval
readme_works() (
	wgctl() { lab_laptop setsid -w "$STORY_PROGRAM" -F "$ssh_config" "$@" </dev/null; }
	ssh() { lab_laptop ssh -F "$ssh_config" -o BatchMode=yes "$@" </dev/null; }
	scp() { lab_laptop scp -q -F "$ssh_config" -o BatchMode=yes "$@" </dev/null; }
	ping() { lab_ping cloud "${!#}" 3 60; }
	sh() { [ -f "$top/$1" ]; }
	sudo() { :; }
	cmake() { :; }
	count=0
	cd "$work" || exit 1
	# Without -r, since a backslash at its end continues a line.
	# shellcheck disable=SC2162
	while read line <&3; do
		count=$((count + 1))
		echo "$line" >"$work/command"
		eval "$line" >"$work/out" 2>"$work/err" || wrong "'$line': exit status $?" || exit 1
	done 3< <(command sh "$top/tests/readme.sh" --blocks "$top")
	[ "$count" -ge 20 ] || wrong "only $count commands"
)

# All but the packages, which the Pi had not.
nothing_remains() { # HOST
	same '' "$(lab_exec "$1" sh -c 'ls -d /sys/class/net/wg0 /run/wgctl* /etc/wireguard/*
		find /etc -name "*wgctl*"; iptables-save | grep WGCTL; ip6tables-save | grep WGCTL
		systemctl --no-legend list-units --all "wgctl*"' 2>/dev/null)" 'what is left'
}

# The slip of the README, with a shorter window than the usual one.
slip_is_taken_back() {
	local shown
	shown=$(grep '^hospital: rolled back' "$top/README.md") || wrong 'the README has no such line' ||
		return 1
	edit_spoke hospital 'allowed_ips: [10.10.0.0/16]'
	wgctl_fails 4 "$shown" deploy hospital --confirm-within 30 && lab_ping cloud 10.20.1.50 3
}

story_begin hub pi
ssh_first 'Host 192.168.77.2' 'HostName 192.168.77.2' "IdentityFile $LAB_DIR/ssh/id_ed25519" \
	'IdentitiesOnly yes' "UserKnownHostsFile $LAB_DIR/ssh/known_hosts"
check 'the Pi has a user of the name' make_user pi pi
check 'each command of the README does what it is there for' readme_works
check 'the last of them leaves nothing on the Pi' nothing_remains pi

site=$work/mission
check 'the Pi at the desk once more' edit_spoke hospital 'ssh: pi@192.168.77.2'
check 'deploy' deploy_anything hub hospital
check 'cloud and device reach each other' pings_both_ways
check 'the Pi is reached through the hub' edit_spoke hospital \
	'ssh: {user: pi, host: 192.168.77.2, via: hub}'
lab_cut desk
check 'what locks the laptop out is taken back, in the words of the README' slip_is_taken_back
