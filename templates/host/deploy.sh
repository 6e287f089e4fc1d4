# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034
#
# Brings one host in line with its payload, which comes on standard input. Speaks lines of
# tab-separated fields on standard output and nothing else:
#   wgctl 1                      the greeting
#   changed|unchanged ITEM WHY   one thing of the host
#   note TEXT                    worth knowing
#   failed TEXT                  what went wrong; nothing follows
#   done NONCE                   all is in line; nothing follows
# Stages: look at everything, then change what differs, then look again.

say() {
	kind=$1
	shift
	printf '%s' "$kind"
	[ $# = 0 ] || printf '\t%s' "$@"
	echo
}

note() {
	say note "$1"
}

# The last line that a failing command has left tells most.
fail() {
	reason=$(grep '[^[:space:]]' "$work/log" 2>/dev/null | tail -n 1 | tr '\t' ' ')
	say failed "$1${reason:+: $reason}${2:+; $2}"
	exit 1
}

differs() {
	printf '%s\t%s\n' "$1" "$2" >>"$todo"
}

listed() {
	cut -f1 "$todo" | grep -qxF "$1"
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
		esac
	done <"$work/settings"
	conf_path=/etc/wireguard/$iface.conf
	rules=$work/rules
	conf=$(unpacked "$conf_path")
	sysctls=$(unpacked "/etc/sysctl.d/90-wgctl-$iface.conf")
	retired=$(unpacked "$etc/$iface.retired")
	mkdir "$rules"
	for tool in iptables ip6tables; do
		ln -s "$(unpacked "$etc/$iface.$tool")" "$rules/$iface.$tool"
	done
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

# --- the items, in the order in which they are brought in line ---

items="firewall sysctl link peers endpoints addresses mtu up routes service"

# Writes what differs to the file $1.
look() {
	todo=$1
	: >"$todo"
	check_packages
	check_files
	if listed packages; then
		differs tunnel "set up"
		return
	fi
	read_wanted || fail "cannot read interface '$iface'"
	for item in $items; do
		"check_$item"
	done
}

apply() {
	: >"$work/log"
	"apply_$1" || fail "cannot bring '$1' in line"
}

# An earlier item may have brought a later one in line: the unit that makes the link, above
# all, so that a user-space WireGuard belongs to the unit and not to this session.
change() {
	check_clashes
	! listed packages || apply packages
	apply files
	todo=$work/still
	for item in firewall sysctl service peers endpoints addresses mtu up routes; do
		[ "$item" != peers ] || read_wanted || fail "cannot read interface '$iface'"
		: >"$todo"
		"check_$item"
		[ ! -s "$todo" ] || apply "$item"
	done
}

report() {
	for item in packages configuration program firewall sysctl tunnel link peers endpoints \
		addresses mtu up routes service; do
		awk -F'\t' -v OFS='\t' -v item="$item" '
		$1 == item { why = why (why == "" ? "" : ", ") $2 }
		END { if (why == "") print "unchanged", item; else print "changed", item, why }' \
			"$work/differs"
	done
}

lock() {
	mkdir -p "$run"
	exec 9>"$run/lock"
	flock -w 10 9 || fail "another deploy is at work on this host" "try again when it has finished"
}

main() {
	say "wgctl 1"
	PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
	LC_ALL=C
	export PATH LC_ALL
	umask 077
	etc=/etc/wireguard/wgctl
	work=$(mktemp -d /run/wgctl.XXXXXXXX) || { say failed "cannot write to /run"; exit 1; }
	trap 'rm -rf "$work"' EXIT
	trap 'exit 1' HUP INT TERM
	: >"$work/log"
	[ "$(id -u)" = 0 ] || fail "this needs root" "run it with sudo"
	unpack || fail "what arrived is not whole" "nothing was changed; try again"
	exec </dev/null
	[ -d /run/systemd/system ] || fail "this host does not run systemd" \
		"wgctl brings tunnels up at boot by its units only"
	read_settings
	lock
	identify
	merge_conf || fail "cannot read '$conf_path'"
	check_kept_peers
	read_conf want "$conf"
	conf_is_whole "$conf" || fail "the configuration that arrived is not whole"
	look "$work/differs"
	if [ -s "$work/differs" ]; then
		change
		look "$work/still"
		[ ! -s "$work/still" ] || fail "does not stay in line: $(paste -s -d' ' "$work/still")"
	fi
	report
	say "done" "$nonce"
}
