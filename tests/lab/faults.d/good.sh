# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# Changes that look like a loss, and are none: they must stay. And what is told of the way beforehand.

# On a copy of the site folder, since the keys go with it.
removes_spoke() {
	cp -a "$site" "$site.kept" && use_site old && wgctl remove-spoke hospital &&
		deploys_to 0 hub && says 'changed (' && peers_of hub
}

live_spoke_removed() {
	local status=0
	removes_spoke || status=$?
	rm -rf "$site" && mv "$site.kept" "$site" || return 1
	[ $status = 0 ] || return 1
	use_site old
	deploys_to 0 hub && both_end hub old
}

# Through the hub, by wgctl or by ssh's own jump: the way runs through what is going to change.
own_way='(reached through the tunnel that this changes)'

plan_knows_its_way() {
	plan_says pi new "$STATUS_CHANGES" && says "hospital $own_way" || return 1
	ssh_first 'Host jumped' 'HostName 10.49.0.2' 'HostKeyAlias pi' 'ProxyJump hub' 'User admin' \
		"IdentityFile $LAB_DIR/ssh/id_ed25519" "UserKnownHostsFile $LAB_DIR/ssh/known_hosts"
	sed -i 's/{user: admin, via: hub}/jumped/' "$work/new.yaml"
	plan_says pi new "$STATUS_CHANGES"
	local status=$?
	sed -i 's/ssh: jumped/ssh: {user: admin, via: hub}/' "$work/new.yaml"
	[ $status = 0 ] && says "hospital $own_way" && plan_says hub new "$STATUS_CHANGES" &&
		says_not "$own_way"
}

fault G2-plan-knows-its-way-pi plan_knows_its_way
fault G1-live-spoke-removed-hub live_spoke_removed
