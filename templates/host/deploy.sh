# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034,SC2154
#
# Brings one host in line with its payload. Two steps, so that who reads the report of the
# first can decide on the second: `look` takes the payload on its standard input, compares
# and changes nothing; `change` does it, as a transaction.

differs() {
	printf '%s\t%s\n' "$1" "$2" >>"$todo"
}

# Lines of detail on stdin: told at the first look, not when the change looks again.
tell() {
	if [ "$phase" = over ]; then cat; else cat >/dev/null; fi
}

# --- before anything is touched ---

read_settings() {
	while read -r name value; do
		case $name in
		interface) iface=$value ;;
		site) site=$value ;;
		node) node=$value ;;
		prune) prune=$value ;;
		follow) follow=$value ;;
		nonce) nonce=$value ;;
		gateway) gateway=$value ;;
		esac
	done <"$work/settings"
	name_paths
}

use_unpacked() {
	rules=$work/new
	conf=$work/new/${conf_path##*/}
	sysctls=$work/new/${sysctls##*/}
	retired=$work/new/$iface.retired
}

private_key_of() {
	sed -n 's/^[[:space:]]*[Pp][Rr][Ii][Vv][Aa][Tt][Ee][Kk][Ee][Yy][[:space:]]*=[[:space:]]*//p' "$1"
}

# This host is what the site believes it to be: it carries our mark under the same name, or
# the same key, or nothing at all on this interface.
identify() {
	mark=
	[ ! -e "$etc/$iface.node" ] || read -r mark <"$etc/$iface.node"
	[ "$mark" != "$site $node" ] || return 0
	if [ -e "$conf_path" ]; then
		[ "$(private_key_of "$conf_path")" != "$(private_key_of "$conf")" ] || return 0
		: >"$work/log"
		[ -z "$mark" ] || fail "this host is '${mark#* }' of site '${mark% *}'" \
			"to make it '$node', first run 'sh $etc/host remove $iface' on it"
		fail "'$conf_path' on this host was not made by wgctl" \
			"move it away, or give '$node' another 'interface' in site.yaml"
	fi
	! link_exists || fail "this host has an interface '$iface' that is not wgctl's" \
		"remove it, or give '$node' another 'interface' in site.yaml"
}

# A route of the tunnel that the host already has elsewhere would take its place.
check_clashes() {
	wanted_routes >"$work/want.routes"
	{
		ip -4 route show table main
		ip -6 route show table main
	} 2>/dev/null | awk -v dev="$iface" '
	FILENAME == ARGV[1] { want[$1]; next }
	!($1 in want) { next }
	{
		for (i = 1; i < NF; i++)
			if ($i == "dev" && $(i + 1) != dev) print $1, "on", $(i + 1)
	}' "$work/want.routes" - >"$work/clashes"
	[ ! -s "$work/clashes" ] || fail "route $(head -n 1 "$work/clashes") is in the way" \
		"the tunnel needs it: renumber one of the two networks"
}

check_kept_peers() {
	[ -e "$work/kept" ] || return 0
	while read -r key clash; do
		[ -z "$clash" ] || fail "peer $key, which this site does not know, has $clash" \
			"deploy with --prune to remove it, or add it to site.yaml"
	done <"$work/kept"
	note "kept $(wc -l <"$work/kept") peer(s) that this site does not know; --prune removes them"
}

# firewalld keeps rules of its own in nftables, which ours in iptables cannot overrule.
check_firewalld() {
	if [ ! -x /usr/sbin/firewalld ] || ! "${by}_running" firewalld; then
		return
	fi
	note "firewalld runs on this host and has to be told: firewall-cmd --permanent --zone=trusted --add-interface=$iface"
	port=$(sed -n 's/^ListenPort = //p' "$conf")
	[ -z "$port" ] || note "and firewall-cmd --permanent --add-port=$port/udp; then firewall-cmd --reload"
}

# --- look ---

items="firewall sysctl link endpoints peers addresses mtu up routes service"

# Writes what differs to the file $1.
look_at_all() {
	todo=$1
	: >"$todo"
	check_packages
	check_files
	if [ -n "$packages" ]; then
		differs tunnel "set up"
		return
	fi
	read_tunnel || fail "cannot read interface '$iface'"
	for item in $items; do
		"check_$item"
	done
}

# Before the packages are there, all that they are for is one item.
report() {
	set -- packages configuration program firewall sysctl
	if [ -n "$packages" ]; then
		set -- "$@" tunnel service
	else
		set -- "$@" link peers endpoints addresses mtu up routes service
	fi
	awk -F'\t' -v OFS='\t' -v items="$*" '
	$1 in why { why[$1] = why[$1] ", " $2; next }
	{ why[$1] = $2 }
	END {
		n = split(items, item, " ")
		for (i = 1; i <= n; i++)
			if (item[i] in why) print "changed", item[i], why[item[i]]
			else print "unchanged", item[i]
	}' "$work/differs"
}

# A change that waits is ours to confirm only if it brought all that we want.
report_waiting() {
	[ ! -s "$work/differs" ] || fail "another change waits for confirmation on this host" \
		"'wgctl confirm $node' keeps it; else it takes itself back"
	say pending "$token" 0
}

look_in_peace() {
	read_settings
	use_unpacked
	lock 10 || fail "another deploy is at work on this host" "try again when it has finished"
	identify
	merge_conf || fail "cannot read '$conf_path'"
	check_kept_peers
	check_firewalld
	read_conf want "$conf"
	conf_is_complete || fail "the configuration that arrived is not whole"
	look_at_all "$work/differs"
	report
	report_stage
}

last_outcome() {
	cat "$etc/$iface.outcome" 2>/dev/null
	return 0
}

# Who looked may take long to decide, or be gone: the lock is not kept meanwhile.
lock_again() {
	lock 10 || fail "another deploy is at work on this host" "try again when it has finished"
	for other in "$etc"/*.pending; do
		[ ! -e "$other" ] || [ "$other" = "$pending" ] ||
			fail "a change of tunnel '$(basename "$other" .pending)' waits for its confirmation" \
				"nothing was changed; deploy again when that is decided"
	done
	read_pending
	if [ -n "$token" ] || ! last_outcome | cmp -s - "$work/outcome"; then
		fail "another deploy has changed this host meanwhile" "look again"
	fi
}

# What sshd has told the login shell; sudo keeps it from root.
session_origin() {
	pid=$$
	while [ "$pid" -gt 1 ]; do
		origin=$(tr '\0' '\n' <"/proc/$pid/environ" | sed -n 's/^SSH_CONNECTION=\([^ %]*\).*/\1/p')
		[ -z "$origin" ] || break
		pid=$(sed -n 's/^PPid:[[:space:]]*//p' "/proc/$pid/status")
	done 2>/dev/null
	echo "$origin"
}

report_way() {
	origin=$(session_origin)
	[ -n "$origin" ] || return 0
	case "$(ip route get "$origin" 2>/dev/null) " in
	*" dev $iface "*) say through tunnel ;;
	esac
}

# What comes next.
report_stage() {
	read_pending
	if [ -n "$token" ]; then
		report_waiting
	elif [ -s "$work/differs" ]; then
		check_clashes
		report_way
		phase=ready
		last_outcome >"$work/outcome"
		exec 9>&-
		say ready "$nonce"
	else
		say "done" "$nonce"
	fi
}

look() {
	say "wgctl 1"
	phase=over
	start
	unpack || fail "what arrived is not whole" "nothing was changed; try again"
	look_in_peace </dev/null
}

# --- change ---

apply() {
	: >"$work/log"
	"apply_$1" 2>>"$work/log" || fail "cannot bring '$1' in line"
}

# An earlier item may have brought a later one in line: the unit that makes the link, above
# all, so that a user-space WireGuard belongs to the unit and not to this session.
apply_all() {
	in_change=yes
	apply files
	todo=$work/still
	for item in firewall sysctl service endpoints peers addresses mtu up routes; do
		[ "$item" != endpoints ] || read_tunnel || fail "cannot read interface '$iface'"
		: >"$todo"
		"check_$item"
		[ ! -s "$todo" ] || apply "$item"
	done
	: >"$work/log"
	look_at_all "$work/still"
	[ ! -s "$work/still" ] || fail "does not stay in line: $(paste -s -d' ' "$work/still")"
	: >"$tx/applied"
	flush
}

# What of it fails is taken back at once. In a process group of its own, which the one who
# takes it back by force can end.
transact() {
	if (apply_all); then
		say pending "$nonce" "$window"
		return
	fi
	take_back "$(cat "$work/failure" 2>/dev/null || echo "it was interrupted")"
}

# A connection that is lost meanwhile must not leave packages half installed.
install_what_is_missing() {
	[ -n "$packages" ] || return 0
	trap '' HUP
	apply packages </dev/null
	trap 'exit 1' HUP
}

# Outlives the connection: nothing of it listens to signals, and what it says goes to a
# file first.
change() {
	[ "$phase" = ready ] || return 0
	window=$1
	todo=$work/differs
	lock_again </dev/null
	install_what_is_missing
	read_tunnel </dev/null || fail "cannot read interface '$iface'"
	begin </dev/null
	said=$run/$iface.said
	trap - EXIT
	(
		trap '' HUP INT TERM PIPE
		trap 'rm -rf "$work"' EXIT
		transact
	) </dev/null >"$said" 2>/dev/null &
	exec 9>&-
	wait $!
	cat "$said"
	phase=failed
	! grep -q '^pending' "$said" || phase=waiting
}

# Back to the generation before the last change, as a change of its own.
revert() {
	say "wgctl 1"
	phase=over
	iface=$1
	nonce=$2
	start
	: >"$work/log"
	previous=$etc/$iface.previous
	[ -e "$previous/files" ] || fail "there is no generation before the last change"
	! grep -qxF -e "- - $conf_path" "$previous/files" ||
		fail "before the last change there was no tunnel here" \
			"'sh $etc/host remove $iface' on this host takes all of it off"
	mkdir "$work/new"
	while read -r number mode path; do
		name=${path##*/}
		if [ "$number" = - ]; then
			name=-
		else
			cp "$previous/file.$number" "$work/new/$name"
		fi
		case $path in
		"$conf_path") label=configuration ;;
		*tables) label=firewall ;;
		*/sysctl.d/*) label=sysctl ;;
		*/systemd/* | */init.d/*) label=service ;;
		*) label=program ;;
		esac
		echo "$name $label $mode $path"
	done <"$previous/files" >"$work/files"
	{
		read -r site node
		read -r follow
		read -r gateway
	} <"$(unpacked "$etc/$iface.node")"
	prune=no
	lock 10 || fail "another deploy is at work on this host" "try again when it has finished"
	use_unpacked
	read_conf want "$conf"
	conf_is_whole || fail "the configuration before the last change is not whole"
	cut -d' ' -f1 "$work/want.peers" >"$work/reached"
	look_at_all "$work/differs"
	report
	report_stage
}
