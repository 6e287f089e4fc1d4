#!/bin/bash
# SPDX-License-Identifier: MIT
# A host with another key than the one that is known, first on the way and behind the hub: wgctl
# leaves before the host hears who it is.
# shellcheck source=story.sh
. "$(dirname "$0")/story.sh"

all_items='packages, configuration, program, firewall, sysctl, tunnel, service'

# What nobody_tried_to_log_in looks for is there when somebody does.
shows_logins() { # HOST
	! nobody_tried_to_log_in "$1" 2>/dev/null || wrong "a login is not seen in the journal of $1"
}

refused() { # HOST NAME: the host's key is said to have changed
	local name
	for name in "$2" "$2 --accept-new-host-key"; do
		# shellcheck disable=SC2086 # two words
		deploy_fails "host key of '$1' has changed" $name || return 1
	done
}

learn_key() { # HOST ADDRESS
	lab_exec "$1" sed "s/^/$2 /" /etc/ssh/ssh_host_ed25519_key.pub >>"$work/known_hosts"
}

story_begin hub pi
check 'the site' make_site hospital
check 'deploy of hub and Pi' deploy_changes "$all_items" hub hospital
check 'the Pi is reached through the hub now' edit_spoke hospital 'ssh: {host: pi, via: hub}'
check 'the Pi calls' lab_ping pi 10.49.0.1 3 30
mark hub pi
check 'with the right keys there is nothing to do' deploy_unchanged hospital
check 'a login is seen on the hub' shows_logins hub
check 'a login is seen on the Pi' shows_logins pi

check 'the hub has another key all of a sudden' change_host_key hub
mark hub pi
check 'deploy to the hub is refused' refused vpn.example.org hub
check 'deploy through the hub is refused' refused vpn.example.org hospital
check 'the hub saw no attempt to log in' nobody_tried_to_log_in hub
check 'nobody has connected to the Pi' logged pi 0 'Connection from '

learn_key hub 198.51.100.10
learn_key pi 192.168.77.2
ssh_first 'Host *' "UserKnownHostsFile $work/known_hosts"
check 'with its new key the hub is let in' deploy_unchanged hub hospital
check 'the Pi has another key all of a sudden' change_host_key pi
mark hub pi
check 'deploy through the hub is refused' refused pi hospital
check 'the hub was logged in to' shows_logins hub
check 'the Pi saw no attempt to log in' nobody_tried_to_log_in pi
