# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034
#
# Deciding on a change that waits: the probes pass and it stays, or it is taken back at
# once. Prints what deploy.sh prints.

# The generation that would have been gone back to is from now on the one before.
keep_change() {
	lock 30 || fail "another change is at work on this host"
	read_pending
	[ "$token" = "$1" ] || {
		tell_outcome "$1"
		return
	}
	decide confirmed "$1" "" || fail "cannot write to $etc" "deploy again"
	disarm
	rm -rf "$etc/$iface.previous"
	mv "$tx" "$etc/$iface.previous"
	sync
	say "done" "$1"
}

take_back() {
	exec 9>&-
	if sh "$tx/host" undo "$iface" "$2" >"$work/log" 2>&1; then
		say rolled-back "$2"
	else
		: >"$work/log"
		fail "$2; taking it back failed too" "it is tried again when this host restarts"
	fi
}

# What became of the change with that token.
tell_outcome() {
	outcome=
	[ ! -e "$etc/$iface.outcome" ] || read -r outcome outcome_token why <"$etc/$iface.outcome"
	case "$outcome $1" in
	"confirmed $outcome_token") say "done" "$1" ;;
	"rolled-back $outcome_token" | "rolled-back any") say rolled-back "$why" ;;
	*) fail "no change waits for confirmation on this host" ;;
	esac
}

# With the token "any": whichever change waits.
settle() {
	lock 60 || fail "the change is still at work on this host" "confirm it later"
	read_pending
	if [ -z "$token" ]; then
		tell_outcome "$1"
		return
	fi
	[ "$1" = any ] || [ "$1" = "$token" ] ||
		fail "another change waits for confirmation on this host" "that is not ours to confirm"
	set -- "$token"
	if [ ! -e "$tx/applied" ]; then
		take_back "$1" "it was interrupted"
		return
	fi
	exec 9>&-
	if probe; then
		keep_change "$1"
	else
		take_back "$1" "$why"
	fi
}

confirm() {
	say "wgctl 1"
	iface=$1
	start
	settle "$2"
}

# After `change` in one script: whoever ran it is at the host.
settle_own() {
	case $phase in
	over) exit 0 ;;
	waiting) ;;
	*) exit 1 ;;
	esac
	start
	settle "$nonce"
}

# The change waits no longer: back to what was.
abandon() {
	say "wgctl 1"
	iface=$1
	start
	lock 60 || fail "the change is still at work on this host"
	read_pending
	[ "$token" = "$2" ] || {
		tell_outcome "$2"
		return
	}
	take_back "$2" "$3"
}
