# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034,SC2154
#
# What deploy and confirm say, on standard output and in lines of tab-separated fields:
#   wgctl 1                      the greeting
#   changed|unchanged ITEM WHY   one thing of the host, as it is or will be
#   detail ITEM TEXT             a line of the difference
#   note TEXT                    worth knowing
#   through tunnel               this session comes through the tunnel that is to change
#   ready NONCE                  all was looked at, something differs; nothing is changed yet
#   pending TOKEN SECONDS        changed; it is taken back then unless confirmed before
#   busy TEXT                    something is still at work; ask again
#   failed TEXT                  what went wrong; nothing was changed, or it says what
#   rolled-back TEXT             what went wrong; all is as it was before
#   done NONCE                   all is in line

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

# The last line that a failing command has left tells most. Inside of a change the text is
# kept for who takes the change back.
fail() {
	reason=$(grep '[^[:space:]]' "$work/log" 2>/dev/null | tail -n 1 | tr '\t' ' ')
	reason="$1${reason:+: $reason}${2:+; $2}"
	if [ "${in_change-}" = yes ]; then
		printf '%s\n' "$reason" >"$work/failure"
	else
		say failed "$reason"
	fi
	exit 1
}

busy() {
	say busy "$1"
	exit 1
}

# By the program that the generation before has brought along. The lock is let go for it.
take_back() {
	exec 9>&-
	if sh "$tx/host" undo "$iface" "$1" >"$work/log" 2>&1; then
		say rolled-back "$1"
	else
		: >"$work/log"
		fail "$1; taking it back failed too" "this host goes on trying"
	fi
}

# Needs iface.
name_paths() {
	etc=/etc/wireguard/wgctl
	tx=$etc/$iface.tx
	pending=$etc/$iface.pending
	conf_path=/etc/wireguard/$iface.conf
	sysctls=/etc/sysctl.d/90-wgctl-$iface.conf
}

start() {
	PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
	LC_ALL=C
	export PATH LC_ALL
	umask 077
	work=$(mktemp -d /run/wgctl.XXXXXXXX 2>/dev/null) || {
		say failed "cannot write to /run: this needs root, and room there"
		exit 1
	}
	trap 'rm -rf "$work"' EXIT
	trap 'exit 1' HUP INT TERM
	: >"$work/log"
	find_init || fail "this host runs neither systemd nor OpenRC nor sysvinit" \
		"wgctl cannot bring a tunnel up at its boot"
	[ -z "${iface-}" ] || name_paths
}
