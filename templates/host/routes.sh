# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034,SC2154
#
# The routes that the AllowedIPs ask for.

full_table=51820

# For awk: an address, IPv4 or IPv6, as a string of bits.
bits_awk='
function nibbles(group,    i, value, out) {
	value = 0
	for (i = 1; i <= length(group); i++)
		value = value * 16 + index("0123456789abcdef", substr(group, i, 1)) - 1
	return binary(value, 16)
}
function binary(value, width,    out) {
	out = ""
	while (width-- > 0) {
		out = (value % 2) out
		value = int(value / 2)
	}
	return out
}
function bits(addr,    part, n, i, gap, head, tail, out) {
	if (index(addr, ":") == 0) {
		split(addr, part, ".")
		return binary(part[1], 8) binary(part[2], 8) binary(part[3], 8) binary(part[4], 8)
	}
	addr = tolower(addr)
	gap = index(addr, "::")
	head = gap ? substr(addr, 1, gap - 1) : addr
	tail = gap ? substr(addr, gap + 2) : ""
	out = ""
	n = split(head, part, ":")
	for (i = 1; i <= n; i++)
		out = out nibbles(part[i])
	addr = ""
	n = split(tail, part, ":")
	for (i = 1; i <= n; i++)
		addr = addr nibbles(part[i])
	while (length(out) + length(addr) < 128)
		out = out "0000000000000000"
	return out addr
}
'

wants_everything() {
	[ -s "$work/want.full" ]
}

# AllowedIPs less what the interface's own addresses already cover, less default routes.
wanted_routes() {
	awk "$bits_awk"'
	{
		slash = index($0, "/")
		len = substr($0, slash + 1) + 0
		six = index($0, ":") > 0
		value = len ? substr(bits(substr($0, 1, slash - 1)), 1, len) : ""
	}
	FILENAME == ARGV[1] {
		own[++owns] = value
		own_six[owns] = six
		next
	}
	len == 0 { next }
	{
		for (i = 1; i <= owns; i++)
			if (own_six[i] == six && index(value, own[i]) == 1)
				next
		sub(six ? "/128$" : "/32$", "")
		if (!($0 in seen)) print
		seen[$0]
	}' "$work/want.addresses" "$work/want.allowed"
}

# What the kernel makes by itself.
not_routes=' proto kernel|^(fe80|ff00|default|multicast)'

show_routes() {
	: >"$work/routes.shown"
	link_exists || return 0
	ip -4 route show table main dev "$iface" >"$work/routes.shown" 2>"$work/log" || return 1
	[ ! -e /proc/net/if_inet6 ] ||
		ip -6 route show table main dev "$iface" >>"$work/routes.shown" 2>"$work/log"
}

list_routes() {
	show_routes && awk -v skip="$not_routes" '$0 !~ skip { print $1 }' "$work/routes.shown"
}

compare_routes() {
	show_routes && difference "$work/want.routes" "$work/routes.shown" 1 "$not_routes" \
		>"$work/routes.differs"
}

check_routes() {
	if ! compare_routes; then
		differs routes "cannot be compared"
		return
	elif [ -s "$work/routes.differs" ]; then
		differs routes "$(awk '{ n[$1]++ }
			END { printf "%d added, %d removed", n["+"], n["-"] }' "$work/routes.differs")"
		! link_exists || tell_difference_of routes
	fi
	everything_in_line || differs routes "default"
}

# Sorted, "+" comes first.
apply_routes() {
	compare_routes && sort -o "$work/routes.differs" "$work/routes.differs" || return 1
	for family in 4 6; do
		awk -v family="$family" -v dev="$iface" '
			(index($2, ":") > 0) == (family == 6) {
				print "route", $1 == "+" ? "replace" : "del", $2, "dev", dev
			}' "$work/routes.differs" >"$work/batch" || return 1
		[ ! -s "$work/batch" ] || ip "-$family" -batch "$work/batch" 2>"$work/log" || return 1
	done
	apply_everything
}

# A default route into the tunnel must not catch the tunnel's own packets: they carry a
# mark, and all without it look into a table of their own (as wg-quick does it).
full_families() {
	while read -r family; do
		[ "$family" = 6 ] && [ ! -e /proc/net/if_inet6 ] || echo "$family"
	done <"$work/want.full"
}

rules_present() {
	shown=$(ip "-$1" rule show 2>/dev/null)
	case $shown in *"not from all fwmark 0xca6c lookup $full_table"*) ;; *) return 1 ;; esac
	case $shown in *"lookup main suppress_prefixlength 0"*) ;; *) return 1 ;; esac
	[ -n "$(ip "-$1" route show table "$full_table" dev "$iface" 2>/dev/null)" ]
}

everything_in_line() {
	if wants_everything; then
		for family in $(full_families); do
			rules_present "$family" || return 1
		done
	elif [ -e "$run/$iface.full" ]; then
		return 1
	fi
}

apply_everything() {
	if wants_everything; then
		wg set "$iface" fwmark "$full_table" || return 1
		mkdir -p "$run"
		: >"$run/$iface.full"
		echo 1 >/proc/sys/net/ipv4/conf/all/src_valid_mark
		for family in $(full_families); do
			rules_present "$family" && continue
			clear_everything "$family"
			ip "-$family" route replace default dev "$iface" table "$full_table" &&
				ip "-$family" rule add not fwmark "$full_table" table "$full_table" &&
				ip "-$family" rule add table main suppress_prefixlength 0 || return 1
		done
	elif [ -e "$run/$iface.full" ]; then
		clear_everything 4
		clear_everything 6
		rm -f "$run/$iface.full"
	fi 2>"$work/log"
}

clear_everything() {
	while ip "-$1" rule del not fwmark "$full_table" table "$full_table"; do :; done
	while ip "-$1" rule del table main suppress_prefixlength 0; do :; done
	ip "-$1" route flush table "$full_table"
	return 0
} 2>/dev/null
