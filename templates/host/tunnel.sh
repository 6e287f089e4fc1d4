# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034,SC2154
#
# The tunnel: link, peers, endpoints, addresses, MTU.

link_exists() {
	[ -e "/sys/class/net/$iface" ]
}

# WANTED THERE FIELD [SKIP]: "- ITEM" for what is there and not in the list of wanted
# items, "+ ITEM" for what is missing, in any order. The items that are there are a field of
# each line, or all of it (0); lines that match SKIP count as none.
difference() {
	awk -v field="$3" -v skip="${4:-^$}" '
	FILENAME == ARGV[1] { wanted[$0]; next }
	$0 ~ skip { next }
	{
		item = field ? $field : $0
		if (!(item in wanted) && !(item in there)) print "-", item
		there[item]
	}
	END { for (item in wanted) if (!(item in there)) print "+", item }' "$1" "$2"
}

# ITEM: the difference in $work/ITEM.differs.
tell_difference_of() {
	sort "$work/$1.differs" | awk -v item="$1" '
		++lines[$1] <= 20 { print "detail\t" item "\t" $0 }' | tell
}

check_link() {
	link_exists || differs link "created"
}

apply_link() {
	link_exists && return 0
	rm -f "$run/$iface.endpoints"
	ip link add dev "$iface" type wireguard 2>"$work/log" && return 0
	command -v wireguard-go >/dev/null || return 1
	wireguard-go "$iface" >"$work/log" 2>&1 9>&-
}

# The lines of have.peers that count: a peer that neither the configuration nor the list
# of retired keys knows was put there by somebody else and stays, unless pruned.
owned_peers() {
	if [ "$prune" = yes ]; then
		cat "$work/have.peers"
		return
	fi
	awk 'FILENAME != ARGV[3] { known[$1]; next } $1 in known' \
		"$work/want.peers" "$retired" "$work/have.peers"
}

# Where the configuration leaves the port open, whatever port there is will do.
self_in_line() {
	read -r want_key want_port <"$work/want.self"
	read -r have_key have_port <"$work/have.self"
	[ "$want_key" = "$have_key" ] || return 1
	[ "$want_port" = - ] || [ "$want_port" = "$have_port" ]
}

check_peers() {
	link_exists || {
		differs peers "set"
		return
	}
	owned_peers >"$work/owned.peers" || {
		differs peers "cannot be compared"
		return
	}
	difference "$work/want.peers" "$work/owned.peers" 0 >"$work/peers.differs" || {
		differs peers "cannot be compared"
		return
	}
	if [ ! -s "$work/peers.differs" ]; then
		self_in_line || differs peers "key or port set"
		return
	fi
	differs peers "$(awk '
		FILENAME == ARGV[1] { want[$1] = $0; next }
		{ have[$1] = $0 }
		END {
			for (key in want) {
				if (!(key in have)) added++
				else if (want[key] != have[key]) changed++
			}
			for (key in have) if (!(key in want)) removed++
			printf "%d added, %d changed, %d removed", added, changed, removed
		}' "$work/want.peers" "$work/owned.peers")"
	awk '
	function line(sign, peer,    part) {
		split(peer, part, " ")
		return "detail\tpeers\t" sign " " part[1] " AllowedIPs " part[4] " keepalive " part[3]
	}
	FILENAME == ARGV[1] { want[$1] = $0; next }
	$1 in want && want[$1] == $0 { delete want[$1]; next }
	++lines <= 20 { print line("-", $0) }
	END { for (key in want) if (++lines <= 40) print line("+", want[key]) }' \
		"$work/want.peers" "$work/owned.peers" | tell
}

set_interface() {
	sed -i "s/^\[Interface\]\$/&\n$1 = $2/" "$work/sync"
}

# What syncconf does not find in the file it removes or turns off, hence all that is to
# stay is written into it: foreign peers, the port of a peer that may have any.
apply_peers() {
	cp "$work/want.sync" "$work/sync" || return 1
	read -r want_key want_port <"$work/want.self"
	if [ "$want_port" = - ]; then
		port=$(wg show "$iface" listen-port) || return 1
		[ "$port" = 0 ] || set_interface ListenPort "$port" || return 1
	fi
	! wants_everything || set_interface FwMark "$full_table" || return 1
	owned_peers >"$work/owned.peers" || return 1
	awk '
		FILENAME == ARGV[1] || FILENAME == ARGV[2] { owned[$1]; next }
		/^\[/ { block = ""; keep = 0; inside = $0 == "[Peer]" }
		/^PublicKey = / && !($3 in owned) { keep = 1; printf "\n%s", block }
		{ if (keep) print; else block = block $0 "\n" }' \
		"$work/want.peers" "$work/owned.peers" "$work/have.sync" >>"$work/sync" || return 1
	wg syncconf "$iface" "$work/sync" 2>"$work/log"
}

# --- endpoints ---

# The running endpoint of a name, or of a peer that roams, differs from the file by right;
# so what counts is which endpoints were set last.
check_endpoints() {
	cmp -s "$work/want.endpoints" "$run/$iface.endpoints" ||
		[ ! -s "$work/want.endpoints" ] || differs endpoints "set"
}

running_endpoints() {
	wg show "$iface" endpoints | awk '$2 != "(none)" { print $1, $2 }'
}

# A name that does not resolve now is tried again by the timer; the tunnel comes up then.
apply_endpoints() {
	unresolved=
	while read -r key endpoint; do
		WG_ENDPOINT_RESOLUTION_RETRIES=0 wg set "$iface" peer "$key" endpoint "$endpoint" \
			2>"$work/log" && continue
		# The words of wg when the name is not to blame.
		! grep -q '^Unable to ' "$work/log" || return 1
		unresolved=$endpoint
	done <"$work/want.endpoints"
	mkdir -p "$run"
	cp "$work/want.endpoints" "$run/$iface.endpoints"
	running_endpoints >"$work/have.endpoints"
	[ -z "$unresolved" ] || note "endpoint $unresolved does not resolve on this host now; the host goes on trying"
}

# --- addresses and MTU ---

show_addresses() {
	: >"$work/addresses.shown"
	! link_exists || ip -o addr show dev "$iface" scope global >"$work/addresses.shown" 2>"$work/log"
}

list_addresses() {
	show_addresses && awk '{ print $4 }' "$work/addresses.shown"
}

compare_addresses() {
	show_addresses && difference "$work/want.addresses" "$work/addresses.shown" 4 \
		>"$work/addresses.differs"
}

check_addresses() {
	if ! compare_addresses; then
		differs addresses "cannot be compared"
	elif [ -s "$work/addresses.differs" ]; then
		differs addresses "$(paste -s -d' ' "$work/want.addresses")"
		! link_exists || tell_difference_of addresses
	fi
}

# What is new comes first, since with the last address its family may go.
apply_addresses() {
	compare_addresses && sort -o "$work/addresses.differs" "$work/addresses.differs" || return 1
	while read -r sign address; do
		case $sign in +) verb=add ;; *) verb=del ;; esac
		ip addr $verb "$address" dev "$iface" 2>"$work/log" || return 1
	done <"$work/addresses.differs"
}

# As wg-quick has it: what the way to the peer, or else the default route, carries, less
# 80 bytes for WireGuard over IPv6.
wanted_mtu() {
	if [ -s "$work/want.mtu" ]; then
		cat "$work/want.mtu"
		return
	fi
	peer=
	[ ! -s "$work/want.endpoints" ] || read -r _ peer <"$work/have.endpoints"
	peer=${peer%:*}
	peer=${peer#[}
	if [ -n "$peer" ]; then
		way=$(ip route get "${peer%]}" 2>/dev/null)
	else
		way=$(ip route show default 2>/dev/null)
	fi
	device=${way#*" dev "}
	device=${device%%[!A-Za-z0-9_=+.@-]*}
	if [ -n "$device" ] && [ "$device" != "$iface" ] && [ "$device" != lo ] &&
		read -r mtu 2>/dev/null <"/sys/class/net/$device/mtu" && [ "$mtu" -gt 1360 ]; then
		[ "$mtu" -le 9000 ] || mtu=9000
		echo $((mtu - 80))
	else
		echo 1420
	fi
}

check_mtu() {
	link_exists || return 0
	mtu=$(wanted_mtu)
	read -r have_mtu <"/sys/class/net/$iface/mtu"
	[ "$mtu" = "$have_mtu" ] || differs mtu "$have_mtu to $mtu"
}

apply_mtu() {
	ip link set dev "$iface" mtu "$(wanted_mtu)" 2>"$work/log"
}

check_up() {
	link_exists || return 0
	read -r flags <"/sys/class/net/$iface/flags"
	[ $((flags & 1)) = 1 ] || differs up "was down"
}

apply_up() {
	ip link set dev "$iface" up 2>"$work/log"
}
