# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Named points in the life of a change, at which a host can be held, hurt or cut off. What runs on
# the host is the product as it is: it calls its tools by PATH, where a wrapper of ours comes first
# and knows the point by the tool and its arguments.

# NAME, then the tool, before|after it, which such call counts, and a pattern for its arguments; in
# the order in which a good change passes them.
points() {
	cat <<-'END'
		saving      cp         before 1 */wg0.tx.new/live.conf
		armed       systemctl  after  1 is-active --quiet wgctl-rollback-wg0.timer
		waiting     mv         after  1 *wg0.pending.new *wg0.pending
		copying     mv         before 1 */etc/wireguard/wgctl/wg0.ip6tables
		filtering   ip6tables-restore before 1 *
		syncing     wg         before 1 syncconf wg0 *
		routing     ip         before 1 -4 -batch *
		applied     sync       after  2 -f *
		confirming  mktemp     before 2 -d /run/wgctl.*
		probing     ping       after  2 *
		deciding    mv         before 1 *wg0.outcome.new *
		told        mv         after  1 *wg0.outcome.new *
		decided     mv         after  1 *wg0.pending *wg0.decided
		keeping     mv         before 1 *wg0.tx *wg0.previous
		undoing     systemctl  before 1 daemon-reload
		restoring   wg         before 2 syncconf wg0 *
	END
}

POINT_TOOLS=(cp mv systemctl systemd-run sync wg ip iptables iptables-restore ip6tables-restore
	mktemp ping)
POINT=/var/lib/lab.point # survives a power cut

# shellcheck disable=SC2016 # the host's shell expands
POINT_WRAPPER='#!/bin/sh
point='$POINT'
me=${0##*/}
hit=
if [ -f $point/rule ]; then
	read -r tool when nth action pattern <$point/rule
	if [ "$tool" = "$me" ]; then
		# shellcheck disable=SC2254
		case $* in $pattern)
			echo x >>$point/count
			count=$(/usr/bin/wc -l <$point/count)
			[ "$nth" != 0 ] && [ "$count" != "$nth" ] || hit=$when
			;;
		esac
	fi
fi
reach() {
	echo $PPID >$point/hit
	case $action in
	hold) while [ -d $point ] && [ ! -e $point/go ]; do sleep 0.05; done ;;
	kill) kill -KILL $PPID; exit 1 ;;
	fail) exit 1 ;;
	esac
}
[ "$hit" != before ] || reach
[ "$hit" = after ] || exec "REAL" "$@"
"REAL" "$@"
status=$?
reach
exit $status'

# Of the tools that are there by now.
points_install() { # HOST…
	local host
	for host; do
		# shellcheck disable=SC2016 # the host's shell expands
		lab_exec "$host" sh -c 'cat >/tmp/wrapper
			for tool; do
				rm -f "/usr/local/sbin/$tool"
				real=$(command -v "$tool") || continue
				sed "s|REAL|$real|" /tmp/wrapper >"/usr/local/sbin/$tool"
				chmod 755 "/usr/local/sbin/$tool"
			done' sh "${POINT_TOOLS[@]}" <<<"$POINT_WRAPPER" || return 1
	done
}

# point HOST NAME [hold|kill|fail [NTH]]: from now on; NTH 0 means each time.
point() {
	local name tool when nth pattern
	point_clear "$1"
	while read -r name tool when nth pattern; do
		[ "$name" = "$2" ] || continue
		point_rule "$1" "$tool" "$when" "${4:-$nth}" "${3:-hold}" "$pattern"
		return
	done < <(points)
	wrong "there is no point '$2'"
}

point_rule() { # HOST TOOL before|after NTH hold|kill|fail PATTERN
	point_clear "$1"
	# shellcheck disable=SC2016 # the host's shell expands
	lab_exec "$1" sh -c 'mkdir -p "$1" && echo "$2" >"$1/rule.new" && mv "$1/rule.new" "$1/rule"' \
		sh "$POINT" "${*:2}"
}

point_hit() { # HOST
	lab_exec "$1" test -e "$POINT/hit" 2>/dev/null
}

point_reached() { # HOST
	lab_until "${2:-60}" point_hit "$1" || wrong "'$1' does not come to the point"
}

point_go() { # HOST
	lab_exec "$1" sh -c "rm -f $POINT/rule; touch $POINT/go"
}

point_clear() { # HOST
	lab_exec "$1" sh -c "touch $POINT/go; rm -f $POINT/rule; rm -rf $POINT" 2>/dev/null
	return 0
}

# with_change HOST NEW OLD: each time the peers of the new generation were set the host runs the shell
# command NEW, and OLD when those of the old one were; so what a change does wrong is undone together
# with it.
with_change() {
	# shellcheck disable=SC2016 # the host's shell expands
	lab_exec "$1" sh -c 'rm -f /usr/local/sbin/wg; cat >/usr/local/sbin/wg && chmod 755 /usr/local/sbin/wg' <<-EOF2
		#!/bin/sh
		/usr/bin/wg "\$@" || exit
		[ "\$1" = syncconf ] || exit 0
		if grep -q fd00:10:49: "\$3"; then $2; else $3; fi >/dev/null 2>&1
		exit 0
	EOF2
}

# with_rules: the same, when the hub's firewall is loaded, before it is looked at.
with_rules() {
	# shellcheck disable=SC2016 # the host's shell expands
	lab_exec "$1" sh -c 'rm -f /usr/local/sbin/iptables-restore; cat >/usr/local/sbin/iptables-restore &&
		chmod 755 /usr/local/sbin/iptables-restore' <<-EOF2
		#!/bin/sh
		text=\$(cat)
		printf '%s\n' "\$text" | /usr/sbin/iptables-restore "\$@" || exit
		case \$text in
		*10.30.0.0/16*) $2 ;;
		*) $3 ;;
		esac >/dev/null 2>&1
		exit 0
	EOF2
}
