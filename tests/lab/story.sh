# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What the tests of wgctl on the lab's hosts share: the site of the hospital, made by the program
# alone, and words to say what is expected of it. To be sourced by a test; the program is the test's
# first argument, or WGCTL.
#
# A test is a row of checks. The first that does not hold ends it, after the state of the hosts.
set -uo pipefail

# shellcheck source=/dev/null
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

STORY_PROGRAM=$(realpath -e -- "${1:-${WGCTL:?usage: $0 WGCTL}}") || exit 1
declare -A STORY_CURSOR # where the journal of each host stood at its last mark
work='' site='' ssh_config=''

# story_begin [HOST…]: a lab with these hosts, as lab_up takes them, and an empty site folder.
story_begin() {
	local why
	why=$(lab_can_run) || { echo "skipped: $why"; exit 77; }
	trap story_end EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
	work=$(mktemp -d) || exit 1
	lab_up "$@" || exit 1
	site=$work/site
	ssh_config=$work/ssh_config
	ssh_reset
	mkdir "$site"
	: >"$work/out"
	: >"$work/err"
}

story_end() {
	lab_down
	rm -rf "$work"
}

# --- saying what is expected

# check TEXT COMMAND…: one line that says what is proved.
check() {
	local text=$1 began=$EPOCHREALTIME
	shift
	if "$@"; then
		awk -v text="$text" -v a="${began/,/.}" -v b="${EPOCHREALTIME/,/.}" \
			'BEGIN { printf "ok %5.1f s  %s\n", b - a, text }'
		return
	fi
	echo "FAILED      $text"
	story_state
	exit 1
}

# What went wrong, for the one who reads the log.
wrong() {
	echo "  $*" >&2
	return 1
}

refuses() {
	! "$@" >/dev/null 2>&1 || wrong "'$*' succeeds"
}

same() { # WANTED GOT [WHAT]
	[ "$1" = "$2" ] || {
		wrong "${3:-this} is not as wanted (-) but (+):"
		diff -U1 <(echo "$1") <(echo "$2") | tail -n +4 >&2
		return 1
	}
}

story_state() {
	local node kind row
	echo "=== the last wgctl: $(cat "$work/command" 2>/dev/null)"
	cat "$work/out" "$work/err"
	[ ! -f "$site/site.yaml" ] || { echo "=== site.yaml"; cat "$site/site.yaml"; }
	while read -r row node kind; do
		if ! [ "$row $kind" = 'node host' ] || ! lab_find_leader "$node"; then continue; fi
		echo "=== $node"
		lab_exec "$node" sh -c 'date; wg show; ip -o address; ip route; ip -6 route
			iptables-save -c; ip6tables-save -c; systemctl --no-legend list-units --all "wg*"
			journalctl --no-pager -n 40 -o short-precise -u "wg*" -u ssh' </dev/null 2>&1
	done <"$LAB_DIR/network"
}

# --- the program

# wgctl ARGUMENT…: on the laptop, for the site, without a terminal; output in $work/out and
# $work/err.
wgctl() {
	local status=0
	echo "$*" >"$work/command"
	lab_laptop setsid -w "$STORY_PROGRAM" -C "$site" -F "$ssh_config" "$@" \
		</dev/null >"$work/out" 2>"$work/err" || status=$?
	! grep -qE 'Sanitizer|runtime error' "$work/err" || return 99
	return "$status"
}

# wgctl_asked PROMPT ANSWER ARGUMENT…: the same on a terminal; when PROMPT has come, ANSWER is
# typed. What the terminal has shown is in $work/out.
wgctl_asked() {
	local prompt=$1 answer=$2 command typing pid status=0
	shift 2
	echo "$*" >"$work/command"
	: >"$work/err"
	rm -f "$work/keyboard" "$work/out"
	mkfifo "$work/keyboard"
	exec {typing}<>"$work/keyboard"
	printf -v command '%q ' "$STORY_PROGRAM" -C "$site" -F "$ssh_config" "$@"
	lab_laptop env SHELL=/bin/sh script -qefc "$command" "$work/out" \
		<"$work/keyboard" >/dev/null 2>&1 &
	pid=$!
	if lab_until 20 grep -qsF "$prompt" "$work/out"; then
		echo "$answer" >&"$typing"
	else
		wrong "'$prompt' is not asked"
		kill "$pid"
	fi
	wait "$pid" || status=$?
	exec {typing}>&-
	return "$status"
}

says() {
	grep -qF -e "$1" "$work/out" "$work/err" || wrong "wgctl does not say: $1"
}

says_not() {
	! grep -F -e "$1" "$work/out" "$work/err" >&2 || wrong "wgctl says: $1"
}

# wgctl_fails STATUS TEXT ARGUMENT…: with that status, and the text in what it says.
wgctl_fails() {
	local wanted=$1 text=$2 status=0
	shift 2
	wgctl "$@" || status=$?
	[ "$status" = "$wanted" ] || wrong "exit status $status, not $wanted" || return 1
	says "$text"
}

# deploy_says OUTCOME NAME…: each host's line is 'NAME: OUTCOME', and nothing else is reported.
deploy_says() {
	local outcome=$1 name
	shift
	wgctl deploy "$@" || wrong "exit status $?" || return 1
	same "$(for name; do [[ $name = -* ]] || echo "$name: $outcome"; done | sort)" \
		"$(sort "$work/out")" 'the report'
}

deploy_unchanged() { # NAME…
	deploy_says unchanged "$@"
}

# deploy_changes 'ITEM, ITEM' NAME…: exactly these items, in the program's order.
deploy_changes() {
	local items=$1
	shift
	deploy_says "changed ($items)" "$@"
}

# deploy_anything NAME…: whatever it is that has to be changed, it succeeds, and a second deploy
# finds nothing.
deploy_anything() {
	wgctl deploy "$@" || wrong "exit status $?" || return 1
	deploy_unchanged "$@"
}

# deploy_fails TEXT NAME [OPTION…]: this host fails, with the text in its reason.
deploy_fails() {
	local text=$1 status=0
	shift
	wgctl deploy "$@" || status=$?
	[ "$status" = 1 ] || wrong "exit status $status, not 1" || return 1
	grep -qF "$1: failed (" "$work/out" || wrong "'$1' is not said to have failed" || return 1
	says "$text"
}

# ssh_first LINE…: comes before all else in the ssh configuration, so it wins.
ssh_first() {
	{ printf '%s\n' "$@" && cat "$ssh_config"; } >"$work/ssh_config.new"
	mv "$work/ssh_config.new" "$ssh_config"
}

ssh_reset() {
	printf '%s\n' 'Host *' "Include $LAB_DIR/ssh/config" >"$ssh_config"
}

# --- the site of the hospital

# shellcheck disable=SC2120 # most take it as it is
init_site() { # [OPTION…]
	wgctl init --name mission-hospital --endpoint vpn.example.org:51820 --network 10.49.0.0/24 \
		--supernet 10.20.0.0/16 --hub-subnet 10.10.0.0/16 --hub-lan 10.10.1.10 \
		--ssh admin@vpn.example.org "$@" </dev/null
}

add_hospital() {
	wgctl add-spoke hospital --subnet 10.20.1.0/24 --lan 10.20.1.1 --ssh pi
}

add_clinic() {
	wgctl add-spoke clinic --subnet 10.20.2.0/24 --lan 10.20.2.1 --ssh clinic
}

add_depot() {
	wgctl add-spoke depot --subnet 10.20.3.0/24 --lan 10.20.3.1 --ssh depot
}

make_site() { # NAME…
	local name
	# shellcheck disable=SC2119
	init_site || return 1
	for name; do
		"add_$name" || return 1
	done
}

# set_site WORDS…: each a line 'field: value' of the top level; takes the place of a line that is
# there.
set_site() {
	local line
	for line; do
		sed -i "/^${line%%:*}:/d" "$site/site.yaml"
		sed -i "/^site:/a $line" "$site/site.yaml"
	done
}

# edit_spoke NAME LINE: one more line in a spoke, or another value in one.
edit_spoke() {
	sed -i -e "/^  $1:\$/,/^  [a-z]/{/^    ${2%%:*}:/d}" -e "/^  $1:\$/a \    $2" "$site/site.yaml"
}

public_key() { # NAME
	awk -v name="$1" '/^(  )?[a-z0-9-]+:$/ { inside = $1 == name ":" }
		inside && $1 == "public_key:" { print $2 }' "$site/site.yaml"
}

# --- the hosts

# peer_allows HOST NAME PREFIX…: the peer's AllowedIPs there are exactly these.
peer_allows() {
	local host=$1 key
	key=$(public_key "$2")
	shift 2
	same "$(printf '%s\n' "$@" | sort)" "$(lab_exec "$host" wg show wg0 allowed-ips |
		awk -v key="$key" '$1 == key { for (i = 2; i <= NF; i++) print $i }' | sort)" \
		"AllowedIPs on $host"
}

# peers_of HOST NAME…: these peers and no others.
peers_of() {
	local host=$1 name
	shift
	same "$(for name; do public_key "$name"; done | sort)" \
		"$(lab_exec "$host" wg show wg0 peers | sort)" "peers of $host"
}

tunnel_routes() { # HOST PREFIX…: the routes into the tunnel are exactly these
	local host=$1
	shift
	same "$(printf '%s\n' "$@" | sort)" \
		"$({ lab_exec "$host" ip -4 route show dev wg0 table all
			lab_exec "$host" ip -6 route show dev wg0 table all; } |
			awk '/proto kernel/ || /^(local|broadcast|multicast|fe80|ff00|anycast)/ { next }
				{ print $1 }' | sort)" "routes of $host"
}

# Rules and chains that are not wgctl's, as text, without counters.
foreign_rules() { # HOST
	lab_exec "$1" sh -c 'iptables-save; ip6tables-save' |
		sed -e '/WGCTL-/d' -e '/^#/d' -e 's/ \[[0-9:]*\]$//'
}

# Rules such as a cloud image, a container runtime and an administrator leave, with a REJECT at
# the end of each chain that wgctl needs.
make_foreign_rules() { # HOST
	lab_exec "$1" iptables-restore --noflush <<-'END' || return 1
		*nat
		:MY-NAT - [0:0]
		-A PREROUTING -j MY-NAT
		-A MY-NAT -p tcp -m tcp --dport 8080 -j REDIRECT --to-ports 80
		COMMIT
		*mangle
		-A FORWARD -m comment --comment "mine, not yours" -j MARK --set-xmark 0x4/0x4
		COMMIT
		*filter
		:FORWARD DROP [0:0]
		:MY-CHAIN - [0:0]
		-A INPUT -i lo -j ACCEPT
		-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
		-A INPUT -p icmp -j ACCEPT
		-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
		-A INPUT -j REJECT --reject-with icmp-host-prohibited
		-A FORWARD -i eth7 -j MY-CHAIN
		-A FORWARD -j REJECT --reject-with icmp-host-prohibited
		-A MY-CHAIN -s 172.17.0.0/16 -m limit --limit 5/min -j LOG --log-prefix "mine: "
		-A MY-CHAIN -j RETURN
		COMMIT
	END
	lab_exec "$1" ip6tables-restore --noflush <<-'END'
		*mangle
		-A POSTROUTING -o eth7 -j MARK --set-xmark 0x4/0x4
		COMMIT
		*filter
		:MY-CHAIN - [0:0]
		-A INPUT -p ipv6-icmp -j ACCEPT
		-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
		-A INPUT -j REJECT --reject-with icmp6-adm-prohibited
		-A FORWARD -j REJECT --reject-with icmp6-adm-prohibited
		-A MY-CHAIN -s fd00:172::/64 -j DROP
		COMMIT
	END
}

install_on() { # HOST PACKAGE…
	local host=$1
	shift
	lab_exec "$host" sh -c 'apt-get -q update &&
		DEBIAN_FRONTEND=noninteractive apt-get -qy install "$@"' sh "$@" >"$work/apt" 2>&1 ||
		{ tail "$work/apt" >&2; return 1; }
}

# All that a deploy might touch on a host, as text; how the last change ended is no part of it.
state_of() { # HOST
	# shellcheck disable=SC2016 # the inner shell expands
	lab_exec "$1" sh -c '
		find /etc -xdev \( -type f -o -type l \) -printf "%p %m %u %s %T@ %l\n" |
			grep -v "^/etc/wireguard/wgctl/[^/]*\.\(decided\|outcome\) " | sort
		dpkg-query -W | sort
		ip -o link; ip -o address; ip rule; ip route show table all; ip -6 route show table all
		iptables-save; ip6tables-save
		for what in private-key listen-port allowed-ips preshared-keys persistent-keepalive; do
			wg show wg0 $what | sort
		done
		systemctl --no-legend list-units "wg*"
		ls -d /run/wgctl.* /run/wireguard/*
		cd /proc/sys/net
		cat ipv4/ip_forward ipv6/conf/all/forwarding ipv4/conf/*/send_redirects' 2>/dev/null |
		sed -e '/^#/d' -e 's/ \[[0-9:]*\]$//' -e 's/ expires [0-9]*sec//'
}

# leaves_alone HOST COMMAND…: the command succeeds and leaves the host as it was.
leaves_alone() {
	local host=$1 before
	shift
	before=$(state_of "$host")
	"$@" || return 1
	same "$before" "$(state_of "$host")" "'$host'"
}

# mark HOST…: journal_of tells what came after.
mark() {
	local host
	for host; do
		lab_exec "$host" journalctl --sync
		STORY_CURSOR[$host]=$(lab_exec "$host" journalctl -q -n 0 --show-cursor |
			sed -n 's/^-- cursor: //p')
	done
}

journal_of() { # HOST
	lab_exec "$1" journalctl --sync
	lab_exec "$1" journalctl -q -o cat --after-cursor "${STORY_CURSOR[$1]}"
}

# logged HOST COUNT TEXT: so many lines with the text since the mark.
logged() {
	same "$2" "$(journal_of "$1" | grep -cF -e "$3")" "count of '$3' in the journal of $1"
}

# Since the mark the program has come once, and has run one thing.
one_login() { # HOST
	logged "$1" 1 'Accepted publickey for' && logged "$1" 1 'Starting session: ' &&
		logged "$1" 1 'Connection from '
}

# Since the mark somebody has connected, and has left before saying who it is.
nobody_tried_to_log_in() { # HOST
	[ "$(journal_of "$1" | grep -c 'Connection from ')" -ge 1 ] ||
		wrong 'the connection is not in the journal' || return 1
	logged "$1" 0 'Accepted key' && logged "$1" 0 'Accepted publickey' &&
		logged "$1" 0 'Failed' && logged "$1" 0 'authenticating user'
}

change_host_key() { # HOST
	lab_exec "$1" sh -c 'rm /etc/ssh/ssh_host_ed25519_key* && ssh-keygen -q -t ed25519 -N "" \
		-f /etc/ssh/ssh_host_ed25519_key && systemctl restart ssh' && lab_wait_ssh "$1"
}

handshake() { # HOST: the newest, in seconds since 1970
	lab_exec "$1" wg show wg0 latest-handshakes | awk '$2 > n { n = $2 } END { print n + 0 }'
}

# --- the way through

pings_both_ways() {
	lab_ping device 10.10.2.20 3 60 && lab_ping cloud 10.20.1.50 3
}
