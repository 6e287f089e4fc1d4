# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034,SC2154
#
# Deciding on a change that waits: the probes pass and it stays, or it is taken back at
# once. Prints what deploy.sh prints.

# The generation that would have been gone back to is from now on the one before.
keep_change() {
	lock 30 || busy "another change is at work on this host"
	read_pending
	if [ "$token" != "$1" ]; then
		tell_outcome "$1"
		return
	elif [ ! -e "$tx/applied" ]; then
		take_back "it was half taken back"
		return
	fi
	decide confirmed "$1" "" || fail "cannot write to $etc" "deploy again"
	tidy_up "$1"
	say "done" "$nonce"
}

# May have been broken off the first time. The copy is what a boot uses if somebody, or a
# disk, has damaged the file.
tidy_up() {
	"${by}_disarm"
	whose=
	[ ! -e "$tx/token" ] || read -r whose <"$tx/token"
	[ "$whose" = "$1" ] || return 0
	place_file "$conf_path" 600 "$etc/$iface.confirmed"
	awk '{ print $NF }' "$tx/files" | xargs sha256sum >"$etc/$iface.sums" 2>/dev/null
	rm -rf "$etc/$iface.previous"
	mv "$tx" "$etc/$iface.previous"
	flush
}

# What became of the change with that token, or of the last one.
tell_outcome() {
	outcome=
	[ ! -e "$etc/$iface.outcome" ] ||
		read -r outcome outcome_token why <"$etc/$iface.outcome"
	[ "$1" = any ] || [ "$1" = "$outcome_token" ] || outcome=
	case $outcome in
	confirmed)
		[ -n "$token" ] || tidy_up "$outcome_token"
		note "the last change is confirmed already"
		say "done" "$nonce"
		;;
	rolled-back) say rolled-back "$why" ;;
	*)
		# The change itself may still be on its way here: it finds another outcome, and stops.
		[ "$1" = any ] || [ -n "$token" ] || echo "broken-off $1" >"$etc/$iface.outcome"
		exec 9>&-
		[ ! -e "$tx/host" ] || sh "$tx/host" forget "$iface" 2>/dev/null
		[ "$1" = any ] || fail "it was broken off before anything was changed" "deploy again"
		fail "no change waits for confirmation on this host"
		;;
	esac
}

# With the token "any": whichever change waits.
settle() {
	lock 60 || busy "the change is still at work on this host"
	read_pending
	if [ -z "$token" ]; then
		tell_outcome "$1"
		return
	fi
	[ "$1" = any ] || [ "$1" = "$token" ] ||
		fail "another change waits for confirmation on this host" "it is not ours to confirm"
	set -- "$token"
	if [ ! -e "$tx/applied" ]; then
		take_back "it was interrupted"
		return
	fi
	exec 9>&-
	if probe; then
		keep_change "$1"
	else
		take_back "$why"
	fi
}

# INTERFACE TOKEN NONCE
confirm() {
	say "wgctl 1"
	iface=$1
	nonce=$3
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

# INTERFACE TOKEN NONCE WHY: the change waits no longer.
abandon() {
	say "wgctl 1"
	iface=$1
	nonce=$3
	start
	lock 60 || busy "the change is still at work on this host"
	read_pending
	if [ "$token" = "$2" ]; then
		take_back "$4"
	else
		tell_outcome "$2"
	fi
}
