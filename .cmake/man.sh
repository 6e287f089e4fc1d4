#!/bin/sh
# SPDX-License-Identifier: MIT
# man.sh SCDOC SOURCE PAGE: makes a manual page, dated by the last change of its source, so
# that the same source makes the same page.
set -eu

if [ -z "${SOURCE_DATE_EPOCH:-}" ]; then
	folder=$(dirname "$2")
	SOURCE_DATE_EPOCH=$(git -C "$folder" log -1 --format=%ct -- "$2" 2>/dev/null || :)
	[ -n "$SOURCE_DATE_EPOCH" ] || SOURCE_DATE_EPOCH=$(date -r "$2" +%s)
	export SOURCE_DATE_EPOCH
fi
exec "$1" <"$2" >"$3"
