# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034,SC2154
#
# The services that bring the tunnel up at boot, by whatever starts services here (init.sh).

check_service() {
	"${by}_wanted" >"$work/services"
	names=
	while read -r where name; do
		"${by}_enabled" "$where" "$name" || differs service "$name enabled"
		names="$names $name"
	done <"$work/services"
	"${by}_surplus" >"$work/surplus"
	while read -r where name; do
		! "${by}_enabled" "$where" "$name" || differs service "$name disabled"
	done <"$work/surplus"
	# shellcheck disable=SC2086
	if ! link_exists || ! "${by}_active" $names; then
		differs service "started"
	fi
}

# By the lists that check_service has left.
apply_service() {
	while read -r where name; do
		"${by}_drop" "$where" "$name" || return 1
	done <"$work/surplus" 2>"$work/log"
	# shellcheck disable=SC2086
	"${by}_bring_up" $names
}
