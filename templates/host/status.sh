# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034,SC2154
#
# What a hub says of its peers and of itself, on standard output and in lines of
# tab-separated fields; "-" is nothing:
#   wgctl 1                                   the greeting
#   interface up|down|missing PORT KEY        its own public key
#   peer KEY PSK AGE ENDPOINT IN OUT ALLOWED  PSK: set or none; seconds since the last
#                                             handshake; bytes; AllowedIPs, commas between
#   firewall TOOL absent|changed|unreadable   our rules, or some of them
#   firewall TOOL missing|late TABLE CHAIN    the jump to our rules
#   unit NAME disabled|inactive
#   pending                                   a change waits for its confirmation
#   failed TEXT                               the hub cannot be asked; nothing follows
#   end NONCE                                 nothing was cut off
# Of keys only public ones are told.

# By the clock of this host, which has stamped the handshakes. One in the future was a
# moment ago, before the clock was set back.
tell_tunnel() {
	wg show "$iface" dump 2>/dev/null | awk -v state="$1" -v now="$(date +%s)" '
	BEGIN { FS = OFS = "\t" }
	function known(field) {
		return field == "(none)" ? "-" : field
	}
	NR == 1 {
		print "interface", state, $3, known($2)
		next
	}
	{
		age = $5 == 0 ? "-" : now > $5 ? sprintf("%.0f", now - $5) : 0
		sub(/%[^]]*/, "", $3)
		print "peer", $1, $2 == "(none)" ? "none" : "set", age, known($3), $6, $7, known($4)
	}
	END { if (!NR) print "interface", "missing", "-", "-" }'
}

differs() {
	state=down
}

tell_interface() {
	state=up
	check_up
	tell_tunnel $state
}

# Jumps that are not where they belong, by the rules that were deployed.
tell_jumps() {
	awk -v tool="$1" '
	BEGIN { OFS = "\t" }
	FILENAME == ARGV[1] {
		if ($2 == "jump") { count[$1, $3, $4]++; where[$1, $3, $4] = $5 }
		next
	}
	/^\*/ { table = substr($0, 2) }
	$1 != "@jump" { next }
	!((table, $2, $3) in count) { print "firewall", tool, "missing", table, $2; next }
	count[table, $2, $3] > 1 || where[table, $2, $3] == "late" {
		print "firewall", tool, "late", table, $2
	}' "$work/own" "$2"
}

tell_rules() {
	tell_jumps "$1" "$etc/$iface.$1" >"$work/jumps"
	cat "$work/jumps"
	[ -s "$work/jumps" ] || cmp -s "$work/own" "$run/$iface.$1.own" ||
		say firewall "$1" changed
}

tell_firewall() {
	for tool in iptables ip6tables; do
		has_firewall "$tool" || continue
		: >"$work/own"
		if command -v "$tool-save" >/dev/null && ! own_rules "$tool" >"$work/own"; then
			say firewall "$tool" unreadable
		elif [ ! -s "$work/own" ] || [ ! -e "$etc/$iface.$tool" ]; then
			say firewall "$tool" absent
		else
			tell_rules "$tool"
		fi
	done
}

# The hub does not follow anybody.
tell_services() {
	follow=no
	"${by}_wanted" >"$work/services"
	while read -r where name; do
		if ! "${by}_enabled" "$where" "$name"; then
			say unit "$name" disabled
		elif ! "${by}_active" "$name"; then
			say unit "$name" inactive
		fi
	done <"$work/services"
}

# INTERFACE NONCE
status() {
	say "wgctl 1"
	iface=$1
	nonce=$2
	start
	tell_interface
	tell_firewall
	tell_services
	[ ! -e "$pending" ] || say pending
	say end "$nonce"
}
