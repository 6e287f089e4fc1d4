# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034,SC2154
# Cases of routes.sh.

# bits ADDRESS LENGTH: the first bits of an address
bits() {
	awk "$bits_awk"'BEGIN { print substr(bits(ARGV[1]), 1, ARGV[2]) }' "$1" "$2"
}

reads_addresses_as_bits() {
	is 10.49.0.1 00001010001100010000000000000001 "$(bits 10.49.0.1 128)"
	is 255.255.255.255 11111111111111111111111111111111 "$(bits 255.255.255.255 128)"
	zeros=$(printf '%0128d' 0)
	is :: "$zeros" "$(bits :: 200)"
	is ::1 "${zeros%?}1" "$(bits ::1 200)"
	is 1:: "0000000000000001${zeros#????????????????}" "$(bits 1:: 200)"
	is fD00:49::2 "1111110100000000000000000100100$((1))" "$(bits fD00:49::2 32)"
	is 1:2:3:4:5:6:7:8 "$(printf '%016d' 1 10 11 100 101 110 111 1000)" \
		"$(bits 1:2:3:4:5:6:7:8 200)"
	is 1:2::7:8 "$(printf '%016d' 1 10 0 0 0 0 111 1000)" "$(bits 1:2::7:8 200)"
	is ab89:cdef:: 10101011100010011100110111101111 "$(bits ab89:cdef:: 32)"
}

routes_what_the_interface_does_not_cover() {
	printf '%s\n' 10.49.0.1/24 fd00:49::1/64 a31::1/16 >"$work/want.addresses"
	printf '%s\n' 10.49.0.2/32 10.49.0.128/25 10.49.0.0/24 10.49.0.0/16 10.49.1.5/32 10.20.1.0/24 \
		10.49.5.0/24 0.0.0.0/0 ::/0 fd00:49::2/128 fd00:49:0:0:8000::/65 fd00:49:0:1::/64 \
		fd00:49::/32 2001:db8::1/128 10.20.1.0/24 a31:1::/32 49.128.0.0/9 >"$work/want.allowed"
	wanted_routes >"$work/want.routes" || wrong "fails"
	sort -o "$work/want.routes" "$work/want.routes"
	holds "$work/want.routes" <<-END
		10.20.1.0/24
		10.49.0.0/16
		10.49.1.5
		10.49.5.0/24
		2001:db8::1
		49.128.0.0/9
		fd00:49:0:1::/64
		fd00:49::/32
	END
}

mends_routes_of_both_families() {
	tunnel_in_line
	echo '10.77.0.0/16 scope link ' >>"$world/ip--4-route-show-table-main"
	printf '%s\n' 'fd00:77::/48 metric 1024 pref medium' 'ff00::/8 metric 256' \
		>>"$world/ip--6-route-show-table-main"
	sed -i 's|10.49.0.3/32|10.49.0.3/32, 10.21.0.0/16, fd00:21::/48|' "$conf"
	[ -e /proc/net/if_inet6 ] || return 0
	read_wanted
	check_routes
	holds "$world/differs" <<-END
		routes: 2 added, 2 removed
	END
	apply_routes || wrong "fails"
	holds "$world/ip-4.input" <<-END
		route replace 10.21.0.0/16 dev wg0
		route del 10.77.0.0/16 dev wg0
	END
	holds "$world/ip-6.input" <<-END
		route replace fd00:21::/48 dev wg0
		route del fd00:77::/48 dev wg0
	END
}

looks_for_the_rules_of_a_default_route() {
	tunnel_in_line
	sed -i 's|10.49.0.3/32|0.0.0.0/0|' "$conf"
	read_wanted
	check_routes
	grep -qx 'routes: default' "$world/differs" || wrong "missing rules are not found"
	printf '%s\n' '0: from all lookup local' '1: from all lookup main suppress_prefixlength 0' \
		'2: not from all fwmark 0xca6c lookup 51820' >"$world/ip--4-rule-show"
	everything_in_line && wrong "no route in the table"
	echo 'default scope link' >"$world/ip--4-route-show-table-51820"
	everything_in_line || wrong "all is there"
	sed -i 's|0.0.0.0/0|10.49.0.3/32|' "$conf"
	read_wanted
	everything_in_line || wrong "never had one"
	: >"$run/wg0.full"
	everything_in_line && wrong "rules are left over"
}

for case in reads_addresses_as_bits routes_what_the_interface_does_not_cover \
	mends_routes_of_both_families looks_for_the_rules_of_a_default_route; do
	check $case
done
