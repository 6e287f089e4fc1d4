#!/bin/sh
# SPDX-License-Identifier: MIT
# Twenty `wgctl add-spoke` in one folder at once: parallel_add.sh WGCTL. Each adds its spoke,
# or says that another wgctl is at work; the rest comes out as if they had come in turns.
set -eu

wgctl=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd "$work"

fail() {
	echo "$*"
	cat site.yaml
	exit 1
}

"$wgctl" -q init --name lab --endpoint vpn.example.org --supernet 10.20.0.0/16
for i in $(seq 20); do
	(
		status=0
		"$wgctl" -q add-spoke "spoke-$i" --subnet auto/24 2>"said-$i" || status=$?
		echo "$status" >"status-$i"
	) &
done
wait

added=0
for i in $(seq 20); do
	if [ "$(cat "status-$i")" -eq 0 ]; then
		added=$((added + 1))
		grep -q "^  spoke-$i:\$" site.yaml || fail "spoke-$i is lost"
		"$wgctl" -q config "spoke-$i" | grep -q '^PrivateKey = ' ||
			fail "spoke-$i has no key"
	else
		grep -q 'another wgctl .*is changing this site; try again' "said-$i" ||
			fail "spoke-$i: $(cat "said-$i")"
		! grep -q "^  spoke-$i:\$" site.yaml || fail "spoke-$i is there after an error"
		! [ -e "keys/spoke-$i.key" ] || fail "spoke-$i has left a key"
	fi
done
"$wgctl" -q check
[ "$added" -gt 0 ] || fail "none was added"
for field in address: public_key: subnets:; do
	distinct=$(sed -n '/^spokes:/,$p' site.yaml | grep "    $field" | sort -u | wc -l)
	[ "$distinct" -eq "$added" ] || fail "$distinct distinct values of $field"
done
[ "$(find keys -name '*.key' | wc -l)" -eq $((added + 1)) ] || fail "there is another key"
echo "$added of 20 were added, the others told that another wgctl is at work"
