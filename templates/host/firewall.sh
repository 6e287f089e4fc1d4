# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034,SC2154
#
# Our own chains, and one jump to each.

# What of the firewall is ours, as one canonical text: our chains with their rules, and for
# each built-in chain how often and how far in front the jump stands (only other jumps of
# wgctl may stand before it).
own_rules() {
	"$1-save" >"$work/saved" 2>"$work/log" || return 1
	: >"$work/log"
	awk -v iface="$iface" '
	function own(chain) {
		return sub(/^WGCTL-[A-Z]+-/, "", chain) && chain == iface
	}
	/^\*/ { table = substr($0, 2); next }
	/^:/ {
		chain = substr($1, 2)
		if (own(chain)) print table, "chain", chain
		next
	}
	/^-A / && own($2) { print table, $0; next }
	/^-A / && NF == 4 && $3 == "-j" && own($4) {
		print table, "jump", $2, $4, (table, $2) in passed ? "late" : "first"
		next
	}
	/^-A / && !(NF == 4 && $4 ~ /^WGCTL-/) { passed[table, $2] }' "$work/saved"
}

# The rule file with each "@jump CHAIN OWN" turned into what puts exactly one jump first; and
# what is ours and no longer in the file goes.
load_rules() {
	own_rules "$1" >"$work/own" || return 1
	awk '
	function drop_jumps(hook, chain,    n) {
		for (n = count[table, hook, chain]; n > 0; n--)
			print "-D", hook, "-j", chain
	}
	function drop_stale(    key, part) {
		for (key in count) {
			split(key, part, SUBSEP)
			if (part[1] == table && !(key in jumps)) drop_jumps(part[2], part[3])
		}
		for (key in there) {
			split(key, part, SUBSEP)
			if (part[1] == table && !(key in chains)) print "-F " part[2] "\n-X " part[2]
		}
	}
	FILENAME == ARGV[1] {
		if ($2 == "chain") there[$1, $3]
		if ($2 == "jump") { count[$1, $3, $4]++; where[$1, $3, $4] = $5 }
		next
	}
	/^\*/ { table = substr($0, 2) }
	/^:/ { chains[table, substr($1, 2)] }
	$1 == "@jump" {
		jumps[table, $2, $3]
		if (count[table, $2, $3] == 1 && where[table, $2, $3] == "first")
			next
		drop_jumps($2, $3)
		print "-I", $2, "1", "-j", $3
		next
	}
	$1 == "COMMIT" { drop_stale() }
	{ print }' "$work/own" "$2" >"$work/restore" || return 1
	"$1-restore" -w 20 --noflush <"$work/restore" >"$work/log" 2>&1
}

# Rules that a probe (see probe.sh) has set, or one that was killed has left.
end_probes() {
	for tool in iptables ip6tables; do
		has_firewall "$tool" || continue
		"$tool-save" -t raw 2>/dev/null | sed -n '/ wgctl-probe /s/^-A //p' |
			while read -r rule; do
				# shellcheck disable=SC2086
				"$tool" -w 20 -t raw -D $rule
			done
	done 2>"$work/log"
}

# False where this kernel runs without IPv6.
has_firewall() {
	[ "$1" = iptables ] || [ -e /proc/net/if_inet6 ]
}

describe_drift() {
	if grep -q ' late$' "$work/own"; then
		echo "jump is not first"
	elif ! grep -q ' jump ' "$work/own"; then
		echo "jump is missing"
	else
		echo "chains were changed"
	fi
}

check_firewall() {
	for tool in iptables ip6tables; do
		has_firewall "$tool" || continue
		if ! command -v "$tool-save" >/dev/null; then
			differs firewall "loaded"
			return
		fi
		if ! own_rules "$tool" >"$work/own"; then
			differs firewall "$tool cannot be compared"
		elif ! cmp -s "$rules/$iface.$tool" "$run/$iface.$tool.rules"; then
			differs firewall "$tool loaded"
		elif ! cmp -s "$work/own" "$run/$iface.$tool.own"; then
			differs firewall "$tool $(describe_drift)"
		fi
	done
}

# What the kernel shows after a load is kept as the state to compare with: it prints rules
# in words of its own. Where it shows nothing, -save and -restore are not of one kind.
apply_rules() {
	mkdir -p "$run"
	load_rules "$1" "$rules/$iface.$1" && own_rules "$1" >"$run/$iface.$1.own" || return 1
	[ -s "$run/$iface.$1.own" ] || return 1
	cp "$rules/$iface.$1" "$run/$iface.$1.rules"
}

apply_firewall() {
	for tool in iptables ip6tables; do
		! has_firewall "$tool" || apply_rules "$tool" || return 1
	done
}

unload_rules() {
	own_rules "$1" >"$work/own" || return 1
	awk '
	function end_table() {
		if (table != "") printf "%sCOMMIT\n", drop
		drop = ""
	}
	$1 != table {
		end_table()
		table = $1
		print "*" table
	}
	$2 == "jump" { print "-D", $3, "-j", $4 }
	$2 == "chain" { print "-F", $3; drop = drop "-X " $3 "\n" }
	END { end_table() }' "$work/own" >"$work/restore" || return 1
	[ ! -s "$work/own" ] || "$1-restore" -w 20 --noflush <"$work/restore" 2>"$work/log" || return 1
	rm -f "$run/$iface.$1.rules" "$run/$iface.$1.own"
}

unload_firewall() {
	for tool in iptables ip6tables; do
		! has_firewall "$tool" || unload_rules "$tool" || return 1
	done
}
