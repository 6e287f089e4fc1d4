# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034,SC2154
#
# Before a change: the generation to go back to is on disk, complete and read back, and two
# triggers are set, a timer and a service at boot (see init.sh). Only then may anything be
# touched.

save_files() {
	: >"$1/files"
	count=0
	while read -r _ _ _ path; do
		count=$((count + 1))
		if [ -e "$path" ]; then
			(umask 077 && cat "$path" >"$1/file.$count") && cmp -s "$path" "$1/file.$count" ||
				return 1
			echo "$count $(stat -c %a "$path") $path" >>"$1/files"
		else
			echo "- - $path" >>"$1/files"
		fi
	done <"$work/files"
}

save_sysctl() {
	[ ! -e "/proc/sys/$1" ] || echo "$1 $(cat "/proc/sys/$1")" >>"$into/sysctls"
}

# Also what comes along with forwarding (see sysctl.sh).
save_sysctls() {
	: >"$into/sysctls"
	each_sysctl save_sysctl || return 1
	for file in /proc/sys/net/ipv6/conf/*/accept_ra; do
		[ ! -e "$file" ] || save_sysctl "${file#/proc/sys/}"
	done
}

# For awk: of AllowedIPs the address of the peer itself, one to ping, or "-".
address_awk='
function address(allowed,    n, part, i) {
	n = split(allowed, part, ",")
	for (i = 1; i <= n; i++)
		if (sub(/\/(32|128)$/, "", part[i])) return part[i]
	return gateway
}
'

# Peers that have been heard of lately, and what they are to be from now on: KEY ADDRESS to
# the file $1, and KEY with the address that they have now to the file $2. One whose address
# changes will be silent until its own configuration is changed, and so will one under a new
# key; but those that are reached through this tunnel must not be. A sample is pinged, so
# they come first.
match_peers() {
	awk -v gateway="${gateway:--}" -v after="$1" -v before="$2" "$address_awk"'
	function match_with(key, allowed, was,    is) {
		is = index("," allowed, "," was "/") ? was : address(allowed)
		if (key in reached) {
			print key, is > after
			print key, was > before
		} else if (is == was) {
			rest[++others] = key " " is
		}
	}
	FILENAME == ARGV[1] { reached[$1]; next }
	FILENAME == ARGV[2] { retired[$1]; next }
	FILENAME == ARGV[3] { alive[$1]; next }
	FILENAME == ARGV[4] && $1 in alive && !($1 in retired) {
		was[$1] = address($4)
		n = split($4, part, ",")
		for (i = 1; i <= n; i++) owner[part[i]] = $1
	}
	FILENAME == ARGV[4] { next }
	{ stays[$1] }
	$1 in was { match_with($1, $4, was[$1]); next }
	$1 in reached { fresh[$1] = $4 }
	END {
		for (key in fresh) {
			n = split(fresh[key], part, ",")
			for (i = 1; i <= n; i++)
				if (part[i] in owner && !(owner[part[i]] in stays)) break
			if (i <= n) match_with(key, fresh[key], was[owner[part[i]]])
		}
		for (i = 1; i <= others; i++) {
			print rest[i] > after
			print rest[i] > before
		}
	}' "$work/reached" "$retired" "$work/alive" "$work/have.peers" "$work/want.peers"
}

# Those that a good change does not lose.
#   alive      KEY ADDRESS of each        answering   those of them that answer a ping
#   moved      KEY ENDPOINT WAS of those that are called elsewhere from now on
#   instead    KEY ADDRESS of peers to call, where none of those that were called stays
save_alive() {
	wg show "$iface" endpoints >"$work/endpoints"
	wg show "$iface" latest-handshakes | awk -v now="$(date +%s)" '
		$2 > 0 && now - $2 < 150 { print $1 }' >"$work/alive"
	: >"$work/were"
	match_peers "$1/alive" "$work/were"
	answering <"$work/were" >"$1/answering"
	awk 'FILENAME == ARGV[1] { was[$1] = $2; next }
		FILENAME == ARGV[2] { alive[$1]; next }
		FILENAME == ARGV[3] { same[$0]; next }
		$1 in alive && !($0 in same) { print $0, was[$1] }
		' "$work/endpoints" "$work/alive" "$1/endpoints" "$work/want.endpoints" >"$1/moved"
	grep -qF -f "$work/alive" "$1/endpoints" || return 0
	cut -d' ' -f1 "$1/endpoints" >"$work/called"
	grep -F -f "$work/called" "$1/alive" >"$work/staying"
	[ -s "$work/staying" ] || awk -v gateway="${gateway:--}" "$address_awk"'
		FILENAME == ARGV[1] { called[$1]; next }
		$1 in called { print $1, address($4) }
		' "$work/want.endpoints" "$work/want.peers" >"$1/instead"
}

save_live() {
	for list in endpoints alive answering moved instead; do
		: >"$1/$list"
	done
	link_exists || return 0
	cp "$work/have.conf" "$1/live.conf" && list_addresses >"$1/addresses" &&
		list_routes >"$1/routes" && cat "/sys/class/net/$iface/mtu" >"$1/mtu" || return 1
	[ ! -e "$run/$iface.endpoints" ] || cp "$run/$iface.endpoints" "$1/set.endpoints" || return 1
	if [ -e "$conf_path" ]; then
		read_conf before "$conf_path"
		cp "$work/before.endpoints" "$1/endpoints"
	fi
	save_alive "$1"
}

save_generation() {
	into=$1
	rm -rf "$into"
	mkdir -p "$into" && save_files "$into" && "${by}_links" >"$into/links" &&
		"${by}_states" >"$into/units" && echo "$window" >"$into/window" &&
		echo "$nonce" >"$into/token" || return 1
	"${by}_enabled" "$recovery_where" "$recovery" || : >"$into/unrecovered"
	save_sysctls || return 1
	for tool in iptables ip6tables; do
		[ ! -e "$run/$iface.$tool.rules" ] ||
			cp "$run/$iface.$tool.rules" "$into/$iface.$tool" || return 1
	done
	save_live "$into" || return 1
	cp "$(unpacked "$etc/host")" "$into/host" && flush && sh -n "$into/host"
} 2>"$work/log"

# Taken up at boot; and by a second administrator, who is told to wait.
write_pending() {
	echo "$nonce $(boot_id)" >"$pending.new" && sync "$pending.new" &&
		mv -f "$pending.new" "$pending" && sync "$etc"
}

place_recovery() {
	set -- "$(unpacked "$recovery_file")" "$recovery_mode" "$recovery_file"
	file_in_line "$@" || place_file "$@" || return 1
	"${by}_enabled" "$recovery_where" "$recovery" ||
		"${by}_link" "$recovery_where" "$recovery"
}

not_begun() {
	rm -f "$pending" "$pending.new"
	"${by}_disarm"
	remove_recovery
	rm -rf "$tx" "$tx.new"
}

begin() {
	: >"$work/log"
	"${by}_name_recovery"
	mkdir -p "$etc"
	rm -f "$etc/$iface.decided"
	save_generation "$tx.new" || {
		rm -rf "$tx.new"
		fail "cannot save what this host is like now" "nothing was changed"
	}
	rm -rf "$tx"
	if ! mv "$tx.new" "$tx" || ! place_recovery; then
		not_begun
		fail "cannot write to $etc" "nothing was changed"
	fi
	"${by}_arm" "$window" || {
		not_begun
		fail "the timer that would take the change back does not start" "nothing was changed"
	}
	write_pending || {
		not_begun
		fail "cannot write to $etc" "nothing was changed"
	}
}
