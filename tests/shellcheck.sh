#!/bin/sh
# SPDX-License-Identifier: MIT
# Usage: shellcheck.sh SOURCE. Checks every script of the source, those without .sh too.
set -eu

cd "$1"
command -v shellcheck >/dev/null || { echo "skipped: needs shellcheck"; exit 77; }

scripts() {
	git ls-files -co --exclude-standard 2>/dev/null || find . -type f ! -path './build*'
}

# A file without a first line of its own is a part of another, for sh unless it says so.
scripts | while read -r file; do
	[ -f "$file" ] || continue
	first=$(head -c 64 "$file" | tr -d '\0' | head -n 1)
	case $first in
	'#!'*bash*) echo "bash $file" ;;
	'#!'*sh*) echo "sh $file" ;;
	*)
		case $file in *.sh) ;; *) continue ;; esac
		shell=$(sed -n 's/^# shellcheck shell=\([a-z]*\).*/\1/p' "$file" | head -n 1)
		echo "${shell:-sh} $file"
		;;
	esac
done | {
	failed=0 count=0
	while read -r shell file; do
		count=$((count + 1))
		shellcheck -x -P SCRIPTDIR -s "$shell" "$file" </dev/null || failed=1
	done
	echo "$count scripts"
	[ "$count" -gt 0 ] && exit "$failed"
}
