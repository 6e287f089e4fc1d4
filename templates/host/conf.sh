# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034,SC2154
#
# The configuration file, read into lists. The parts of the host program (conf, tunnel,
# routes, sysctl, firewall) share these variables:
#   iface    the interface            conf     the configuration to go by
#   etc      wgctl's own folder       work     a private folder, gone at the end
#   rules    where the rule files are sysctls  the sysctl drop-in
#   retired  keys that are to go      prune    yes: so are keys that nobody knows
# For each thing X of the host there is check_X, which compares what is wanted with what is
# there, changes nothing, and calls `differs X WHY` where they part; and apply_X, which
# brings it in line. Deploy and boot use the same ones. Where a helper fails nothing is
# known, and that counts as a difference: hence no pipes out of what may fail.

# Splits a configuration into lists: NAME.peers (one canonical line a peer),
# NAME.sync (what wg takes: without endpoints, and explicit about what is off, since
# wg before 2026 leaves an omitted keepalive or preshared key as it was), NAME.addresses,
# NAME.allowed, NAME.full (families with a default route), NAME.endpoints, NAME.self
# (private key, port), NAME.mtu. What could not be read to its end is no configuration.
read_conf() {
	split_conf "$1" "$2" && return 0
	: >"$work/$1.self"
	: >"$work/$1.peers"
	return 1
}

split_conf() {
	for list in peers sync addresses allowed full endpoints self mtu; do
		: >"$work/$1.$list"
	done
	awk -v base="$work/$1" '
	function trim(s) {
		gsub(/^[ \t]+|[ \t\r]+$/, "", s)
		return s
	}
	function sorted(list, separator,    part, n, i, gap, swapped, held, out) {
		n = split(list, part, " ")
		for (gap = n; gap > 1 || swapped; ) {
			gap = gap > 1 ? int(gap / 1.3) : 1
			swapped = 0
			for (i = 1; i + gap <= n; i++) {
				if (part[i] "" <= part[i + gap] "")
					continue
				held = part[i]
				part[i] = part[i + gap]
				part[i + gap] = held
				swapped = 1
			}
		}
		out = part[1]
		for (i = 2; i <= n; i++)
			out = out separator part[i]
		return out
	}
	function end_peer() {
		if (key == "")
			return
		print key, psk, keepalive, sorted(allowed, ",") > (base ".peers")
		print "\n[Peer]\nPublicKey = " key "\nPresharedKey = " psk > (base ".sync")
		print "PersistentKeepalive = " keepalive > (base ".sync")
		print "AllowedIPs = " sorted(allowed, ", ") > (base ".sync")
		if (endpoint != "")
			print key, endpoint > (base ".endpoints")
	}
	function end_interface() {
		if (own != "")
			print sorted(own, "\n") > (base ".addresses")
		print private, port > (base ".self")
		print "[Interface]" > (base ".sync")
		if (private != "-")
			print "PrivateKey = " private > (base ".sync")
		if (port != "-")
			print "ListenPort = " port > (base ".sync")
	}
	BEGIN {
		private = port = "-"
		none = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
	}
	/^[ \t]*(#|$)/ { next }
	/^\[/ {
		if (tolower(trim($0)) == "[peer]" && !peers++)
			end_interface()
		end_peer()
		key = endpoint = allowed = ""
		psk = none
		keepalive = "off"
		next
	}
	{
		at = index($0, "=")
		field = tolower(trim(substr($0, 1, at - 1)))
		value = trim(substr($0, at + 1))
	}
	field == "privatekey" { private = value }
	field == "listenport" { port = value }
	field == "mtu" { print value > (base ".mtu") }
	field == "address" {
		n = split(value, part, /[ \t]*,[ \t]*/)
		for (i = 1; i <= n; i++)
			own = own " " part[i]
	}
	field == "publickey" { key = value }
	field == "presharedkey" { psk = value }
	field == "endpoint" { endpoint = value }
	field == "persistentkeepalive" { keepalive = value == "0" ? "off" : value }
	field == "allowedips" && value != "(none)" {
		n = split(value, part, /[ \t]*,[ \t]*/)
		for (i = 1; i <= n; i++) {
			allowed = allowed " " part[i]
			print part[i] > (base ".allowed")
			if (part[i] == "0.0.0.0/0") print 4 > (base ".full")
			if (part[i] == "::/0") print 6 > (base ".full")
		}
	}
	END {
		if (!peers)
			end_interface()
		end_peer()
	}' "$2"
}

# Nobody has touched it since it was made.
conf_is_sealed() {
	sum=$(sed '$d' "$conf" | sha256sum) && [ "$(tail -n 1 "$conf")" = "# wgctl end ${sum%% *}" ]
}

# A key of its own and a peer at least: with less, wg would wipe what runs; unless it was
# made so, for a hub that has no spokes.
conf_is_complete() {
	want_key=-
	read -r want_key want_port <"$work/want.self"
	[ "$want_key" != - ] || return 1
	[ -s "$work/want.peers" ] || conf_is_sealed
}

# A file cut short by a full disk or a power cut is still a valid configuration to wg, one
# that loses the site; hence the line at its end. Somebody may have added more by hand.
conf_is_whole() {
	grep -q '^# wgctl end ' "$conf" 2>/dev/null && conf_is_complete
}

# What the checks share, once the configuration has been read.
read_tunnel() {
	: >"$work/have.conf"
	if link_exists; then
		wg showconf "$iface" >"$work/have.conf" 2>"$work/log" || return 1
	fi
	read_conf have "$work/have.conf" || return 1
	wanted_routes >"$work/want.routes"
}

read_wanted() {
	read_conf want "$conf" && read_tunnel
}
