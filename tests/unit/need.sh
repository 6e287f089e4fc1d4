#!/bin/sh
# SPDX-License-Identifier: MIT
# need.sh TOOL ARGUMENT...: runs the tool, or skips the test (77) where it is missing.
if ! command -v "$1" >/dev/null 2>&1; then
	echo "skipped: needs $1, which is not installed"
	exit 77
fi
exec "$@"
