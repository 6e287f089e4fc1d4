#!/bin/sh
# SPDX-License-Identifier: MIT
# The check of a site folder for every_syscall.sh, run in that folder with the exit status
# of the broken command. The environment says what is right:
#
#   OLD      the site.yaml before the command ("" where there was none)
#   IS_NEW   a shell condition that is true of the new state
#   VERIFY   a command that fails where a node of site.yaml lacks a key
#   RETRY    the command again, for the old state
#   SETTLE   an edit without lasting effect, for the new state
#   KEYS     all files of keys/ at the end, in the order of ls
set -eu

fail() {
	echo "$*"
	ls -lAR .
	exit 1
}

others_may_read() {
	find . -path './keys/*' -perm /077 | grep -q .
}

! others_may_read || fail "a file in keys/ is open to others"
if eval "$IS_NEW"; then
	$VERIFY || fail "the new state lacks a key"
	next=$SETTLE
else
	[ "$1" -ne 0 ] || fail "the command reports success, but the state is the old one"
	if [ -z "$OLD" ]; then
		! [ -e site.yaml ] || fail "there is half a site.yaml"
	else
		cmp "$OLD" site.yaml || fail "site.yaml is neither old nor new"
		$VERIFY || fail "the old state lacks a key"
	fi
	next=$RETRY
fi
if [ "$1" -eq 1 ] && [ "${FAULT_KIND-}" != DEAD ] && [ "${FAULT_KIND-}" != EIO ] &&
	[ "${FAULT_KIND-}" != ENOSPC ]; then
	left=$(find . -name '.wgctl-*')
	[ -z "$left" ] || fail "a failed command left $left"
fi
sh -ec "$next" || fail "the next command failed: $next"
eval "$IS_NEW" || fail "the next command did not do it"
$VERIFY || fail "after the next command a key is missing"
! others_may_read || fail "after the next command a file in keys/ is open to others"
left=$(find . -name '.wgctl-*' -o -name .journal)
[ -z "$left" ] || fail "after the next command there is $left"
found=$(cd keys && printf '%s ' *)
[ "$found" = "$KEYS " ] || fail "keys/ has '$found' instead of '$KEYS '"
