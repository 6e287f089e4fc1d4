#!/bin/sh
# SPDX-License-Identifier: MIT
# Two programs add spokes to one site at the same time: parallel.sh TOOL [TIMES]
set -eu
umask 022

tool=$1
times=${2:-100}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd "$work"
"$tool" init

add_all() {
	i=0
	while [ "$i" -lt "$times" ]; do
		"$tool" add "$1-$i"
		i=$((i + 1))
	done
}

add_all a &
one=$!
add_all b &
two=$!
wait "$one"
wait "$two"

"$tool" verify
for field in address public_key; do
	# The hub and the spoke of init have one each.
	distinct=$(grep "$field:" site.yaml | sort -u | wc -l)
	if [ "$distinct" -ne $((2 * times + 2)) ]; then
		echo "there are $distinct distinct values of $field"
		exit 1
	fi
done
echo "$((2 * times)) spokes, each with its address and keys"
