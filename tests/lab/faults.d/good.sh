# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# Changes that look like a loss, and are none: they must stay.

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

fault G1-live-spoke-removed-hub live_spoke_removed
