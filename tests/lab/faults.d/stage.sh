# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2154
# What the cases share: a hub and a Pi that run generation 'old', the site that makes them 'new', and
# words for what must hold in the end. Sourced by the worker of tests/lab/faults, after story.sh, whose
# variables it uses; the cases use its own.

WINDOW=30 # the shortest that wgctl allows
STATUS_FAILED=1
STATUS_CHANGES=3
STATUS_ROLLED_BACK=4

host_of() { # NODE
	case $1 in hospital) echo pi ;; *) echo "$1" ;; esac
}

node_of() { # HOST
	case $1 in pi) echo hospital ;; *) echo "$1" ;; esac
}

# --- the two generations

# The same site, and nearly nothing of it the same on a host: IPv6 in the tunnel, another network at
# the hub, another MTU, an endpoint by address, a peer more, spokes that see each other, a port.
make_new_site() {
	sed -e 's/^network: .*/network: [10.49.0.0\/24, "fd00:10:49::\/64"]/' \
		-e 's/^spoke_to_spoke: .*/spoke_to_spoke: true/' \
		-e 's/\(endpoint:\) .*/\1 198.51.100.10:51820/' \
		-e 's/\( address:\) 10.49.0.\([0-9]*\)$/\1 [10.49.0.\2, "fd00:10:49::\2"]/' \
		-e 's/\( subnets:\) \[*10.10.0.0\/16\]*/\1 [10.10.0.0\/16, 10.30.0.0\/16]/' \
		-e 's/^  hospital:/&\n    listen_port: 51900/' \
		-e 's/^hub:/defaults:\n  mtu: 1380\n  persistent_keepalive: 20\n\n&/' \
		"$work/old.yaml" >"$site/site.yaml" &&
		wgctl add-spoke extra --subnet 10.20.9.0/24 --lan 10.20.9.1 &&
		mv "$site/site.yaml" "$work/new.yaml"
}

use_site() { # old|new
	cp "$work/$1.yaml" "$site/site.yaml"
}

# edit_site SED-WORDS…: the old site, and one thing in it wrong.
edit_site() {
	use_site old && sed -i "$@" "$site/site.yaml" || return 1
	! cmp -s "$work/old.yaml" "$site/site.yaml" || wrong 'the site is not changed'
}

# All that a deploy changes on a host, as text. What a reboot or roaming changes by right is left
# out: the port of a spoke, the endpoints that the hub has seen.
generation_of() { # HOST
	# shellcheck disable=SC2016 # the inner shell expands
	lab_exec "$1" sh -c '
		cd /etc
		find wireguard systemd/system sysctl.d \( -name "*wg*" -o -path "wireguard/*" \) \
			! -path "wireguard/wgctl/*.tx*" ! -path "wireguard/wgctl/*.previous*" \
			! -name "*.outcome" ! -name "*.decided" ! -name "wgctl-recover@*" |
			LC_ALL=C sort | while read -r file; do
			stat -c "%N %A %U" "$file"
			[ ! -f "$file" ] || [ -L "$file" ] || sha256sum "$file"
		done
		for tool in iptables ip6tables; do
			echo "= $tool"
			$tool-save | sed -n "/WGCTL-/s/ \[[0-9:]*\]\$//p"
		done
		cd /proc/sys/net
		echo "= sysctl"
		cat ipv4/ip_forward ipv6/conf/all/forwarding ipv4/conf/all/send_redirects \
			ipv4/conf/default/send_redirects
		grep -s . ipv4/conf/wg0/send_redirects ipv6/conf/*/accept_ra
		[ -d /sys/class/net/wg0 ] || exit 0
		echo "= tunnel"
		for what in private-key allowed-ips preshared-keys persistent-keepalive; do
			wg show wg0 $what | tr "\t" " " | awk "{ n = split(\$0, word); for (i = 3; i <= n; i++)
				for (j = i; j > 2 && word[j - 1] > word[j]; j--) {
					held = word[j]; word[j] = word[j - 1]; word[j - 1] = held }
				for (i = 1; i <= n; i++) printf \"%s \", word[i]; print \"\" }" | sort
		done
		[ "$1" = pi ] && wg show wg0 endpoints || wg show wg0 listen-port
		ip -o link show wg0 | sed "s/^[0-9]*: //; s/ state .*//"
		ip -o addr show dev wg0 scope global | sed "s/^[0-9]*: //"
		{ ip -4 route show dev wg0 table all; ip -6 route show dev wg0 table all; } |
			grep -v -e fe80 -e ff00 -e anycast | sort
		ip rule
		echo "= units"
		for unit in wgctl@wg0 wgctl-firewall@wg0 wgctl-reresolve@wg0.timer; do
			echo "$unit $(systemctl is-active $unit)"
		done' sh "$1" 2>/dev/null
}

# --- beginning and end of a case

# What a deploy of the old site leaves on from the new one.
forward_no_ipv6() { # HOST
	# shellcheck disable=SC2016 # the inner shell expands
	lab_exec "$1" sh -c 'echo 0 >/proc/sys/net/ipv6/conf/all/forwarding
		for file in /proc/sys/net/ipv6/conf/*/accept_ra; do
			[ "$(cat "$file")" != 2 ] || echo 1 >"$file"
		done'
}

go_to_old() {
	local host
	use_site old || return 1
	wgctl deploy hub hospital --prune --confirm-within 60 ||
		wrong "deploy of the old site: exit status $?: $(cat "$work/out" "$work/err")" || return 1
	for host in hub pi; do
		forward_no_ipv6 "$host" || return 1
		[ ! -f "$work/old.$host" ] || is_generation "$host" old || return 1
	done
}

# A lab with a hub and a Pi, which the laptop reaches through the hub alone; both generations are
# known of both.
stage_begin() {
	story_begin hub pi
	make_site hospital && sed -i 's/^    ssh: pi$/    ssh: {user: admin, via: hub}/' \
		"$site/site.yaml" || return 1
	grep -q '^spoke_to_spoke' "$site/site.yaml" || set_site 'spoke_to_spoke: false'
	cp "$site/site.yaml" "$work/old.yaml"
	make_new_site || return 1
	lab_know 10.49.0.2 pi
	ssh_first 'Host 10.49.0.2' 'User admin' "IdentityFile $LAB_DIR/ssh/id_ed25519" \
		'IdentitiesOnly yes' "UserKnownHostsFile $LAB_DIR/ssh/known_hosts"
}

stage_deploy() {
	local host generation
	sed 's/{user: admin, via: hub}/pi/' "$work/old.yaml" >"$site/site.yaml"
	wgctl deploy hub hospital || { cat "$work/out" "$work/err" >&2; return 1; }
	points_install hub pi
	lab_cut desk
	lab_ping pi 10.49.0.1 1 30 || return 1
	for generation in new old; do
		if [ $generation = new ]; then
			use_site new && wgctl deploy hub hospital
		else
			go_to_old
		fi || { cat "$work/out" "$work/err" >&2; return 1; }
		for host in hub pi; do
			generation_of "$host" >"$work/$generation.$host" || return 1
		done
	done
	for host in hub pi; do
		! cmp -s "$work/old.$host" "$work/new.$host" || wrong 'the two generations are one' || return 1
	done
}

# Whatever the last case has left: links, power, points; then the old generation again.
stage_reset() {
	local link host
	deploy_abort
	for link in hub pi carrier laptop; do
		lab_mend "$link"
	done
	for host in hub pi; do
		! lab_is_off "$host" || lab_boot "$host" || return 1
		point_clear "$host"
		points_install "$host"
	done
	reaches pi || return 1
	go_to_old
}

# --- a deploy in the background

# deploy_start NODE [OPTION…]
deploy_start() {
	echo "deploy $*" >"$work/command"
	note_outcome hub
	note_outcome pi
	lab_laptop_start "$STORY_PROGRAM" -C "$site" -F "$ssh_config" deploy "$@" \
		--confirm-within "$WINDOW" </dev/null >"$work/out" 2>"$work/err"
	DEPLOY_PID=$LAB_PID
	DEPLOY_BEGAN=$SECONDS
}

deploy_kill() {
	kill -KILL "$DEPLOY_PID"
	wait "$DEPLOY_PID" 2>/dev/null
	DEPLOY_PID=
}

deploy_abort() {
	[ -z "${DEPLOY_PID-}" ] || deploy_kill 2>/dev/null
	return 0
}

# By itself, soon after the window at the latest; sets DEPLOY_STATUS.
deploy_wait() {
	DEPLOY_STATUS=0
	lab_until $((WINDOW + 40 + DEPLOY_BEGAN - SECONDS)) has_ended "$DEPLOY_PID" ||
		wrong 'wgctl does not end' || return 1
	wait "$DEPLOY_PID" || DEPLOY_STATUS=$?
	DEPLOY_PID=
	echo "  wgctl: exit status $DEPLOY_STATUS after $((SECONDS - DEPLOY_BEGAN)) s: $(cat "$work/out")"
	! grep -E 'Sanitizer|runtime error' "$work/err"
}

# deploy_ends STATUS [TEXT]
deploy_ends() {
	deploy_wait || return 1
	[ "$DEPLOY_STATUS" = "$1" ] || wrong "exit status $DEPLOY_STATUS, not $1" || return 1
	[ $# = 1 ] || says "$2"
}

has_ended() { # PID
	local stat
	{ read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 0
	[[ $stat = *') Z '* ]]
}

# deploys_to STATUS NODE…: in the foreground, with the short window.
deploys_to() {
	local wanted=$1
	shift
	deploy_start "$@"
	deploy_ends "$wanted"
}

# --- what must hold in the end

can_log_in() { # HOST
	local jump=() name=$1
	[ "$1" != pi ] || { jump=(-J hub) name=10.49.0.2; }
	lab_laptop timeout 10 ssh -F "$ssh_config" -o BatchMode=yes -o ConnectTimeout=5 \
		"${jump[@]}" "$name" sudo -n true 2>>"$work/ssh.log" </dev/null
}

# By a new login, and root. A hub that lost its power has lost its sessions, which it takes the Pi up
# to two minutes to find out.
reaches() { # HOST
	: >"$work/ssh.log"
	lab_until 150 can_log_in "$1" ||
		wrong "no login on '$1': $(tail -n 1 "$work/ssh.log")"
}

is_generation() { # HOST old|new
	generation_of "$1" >"$work/is"
	cmp -s "$work/$2.$1" "$work/is" || {
		wrong "'$1' is not as in its $2 generation (-) but (+):"
		diff -U0 "$work/$2.$1" "$work/is" | tail -n +3 >&2
		return 1
	}
}

# Prints old, new or mixed.
generation_name() { # HOST
	generation_of "$1" >"$work/is"
	for generation in old new; do
		! cmp -s "$work/$generation.$1" "$work/is" || { echo $generation; return; }
	done
	echo mixed
}

# Nothing waits, nothing ticks, nothing of a probe or of a half-written file is left.
nothing_waits() { # HOST
	# shellcheck disable=SC2016 # the inner shell expands
	same '' "$(lab_exec "$1" sh -c '
		ls -d /etc/wireguard/wgctl/*.pending /etc/wireguard/wgctl/*.tx /etc/wireguard/.wgctl* \
			/etc/wireguard/wgctl/.wgctl* /etc/wireguard/wgctl/*.pending.new
		systemctl --no-legend list-units --all "wgctl-rollback-*"
		systemctl --no-legend --failed list-units
		iptables-save | grep -e wgctl-probe; ip6tables-save | grep -e wgctl-probe' 2>/dev/null)" \
		"what is left on '$1'"
}

plan_says() { # HOST old|new STATUS
	local status=0
	use_site "$2"
	wgctl plan "$(node_of "$1")" || status=$?
	[ "$status" = "$3" ] ||
		wrong "plan for the $2 site: exit status $status, not $3: $(cat "$work/out" "$work/err")"
}

# ends HOST old|new: reachable, in that generation and in no other, and wgctl knows.
ends() {
	local host=$1 generation=$2
	case $generation in
	old) set -- new ;;
	new) set -- old ;;
	esac
	reaches "$host" && is_generation "$host" "$generation" && nothing_waits "$host" &&
		plan_says "$host" "$generation" 0 && plan_says "$host" "$1" "$STATUS_CHANGES"
}

# How the last change ended, with its token.
outcome_of() { # HOST
	lab_exec "$1" cat /etc/wireguard/wgctl/wg0.outcome 2>/dev/null
}

note_outcome() { # HOST
	outcome_of "$1" >"$work/outcome.$1"
	return 0
}

# The one that deploy_start has started is over on the host; whether that is reachable is another matter.
is_decided() { # HOST
	lab_exec "$1" test ! -e /etc/wireguard/wgctl/wg0.pending 2>/dev/null &&
		! outcome_of "$1" | cmp -s - "$work/outcome.$1"
}

until_decided() { # HOST
	lab_until $((WINDOW + 25)) is_decided "$1" || wrong "'$1' has not decided"
}
