# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034,SC2154
#
# Our own chains, and one jump to each.

# For awk: what of a line that -save prints is ours, in canonical words: our chains with their
# rules, and for each built-in chain how often and how far in front the jump stands (only
# other jumps of wgctl may stand before it).
# shellcheck disable=SC2016
own_awk='
function is_own(chain) {
	return sub(/^WGCTL-[A-Z]+-/, "", chain) && chain == iface
}
function own_part(    chain) {
	if (/^\*/) {
		table = substr($0, 2)
	} else if (/^:/) {
		chain = substr($1, 2)
		if (is_own(chain)) return table " chain " chain
	} else if (/^-A / && is_own($2)) {
		return table " " $0
	} else if (/^-A / && NF == 4 && $3 == "-j" && is_own($4)) {
		return table " jump " $2 " " $4 ((table, $2) in passed ? " late" : " first")
	} else if (/^-A / && !(NF == 4 && $4 ~ /^WGCTL-/)) {
		passed[table, $2]
	}
	return ""
}
'

# All that is ours, as one text.
own_rules() {
	"$1-save" >"$work/saved" 2>"$work/log" || return 1
	: >"$work/log"
	awk -v iface="$iface" "$own_awk"'
	{ part = own_part() }
	part != "" { print part }' "$work/saved"
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

# Prints what is the matter, if anything, and leaves what is ours in $work/own.
compare_rules() {
	"$1-save" >"$work/saved" 2>"$work/log" || return 1
	: >"$work/log"
	: >"$work/own"
	if ! [ -e "$run/$iface.$1.rules" ] || ! [ -e "$run/$iface.$1.own" ]; then
		echo loaded
		return
	fi
	awk -v iface="$iface" -v own="$work/own" "$own_awk"'
	FILENAME == ARGV[1] { rule[++rules] = $0; next }
	FILENAME == ARGV[2] { other += $0 != rule[++loaded]; next }
	FILENAME == ARGV[3] { kept[++keeps] = $0; next }
	{ part = own_part() }
	part != "" {
		print part > own
		drift += part != kept[++parts]
	}
	END {
		if (other || loaded != rules) print "loaded"
		else if (drift || parts != keeps) print "drift"
	}' "$rules/$iface.$1" "$run/$iface.$1.rules" "$run/$iface.$1.own" "$work/saved"
}

check_firewall() {
	for tool in iptables ip6tables; do
		has_firewall "$tool" || continue
		if ! command -v "$tool-save" >/dev/null; then
			differs firewall "loaded"
			return
		fi
		matter=$(compare_rules "$tool") || matter=unknown
		case $matter in
		'') ;;
		loaded) differs firewall "$tool loaded" ;;
		drift) differs firewall "$tool $(describe_drift)" ;;
		*) differs firewall "$tool cannot be compared" ;;
		esac
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
