#!/bin/sh
# SPDX-License-Identifier: MIT
# format.sh SOURCE: every C file is as .clang-format has it. Other versions of clang-format
# than 14 decide otherwise in places, so only that one is asked.
set -eu

cd "$1"
command -v clang-format-14 >/dev/null || { echo "skipped: needs clang-format-14"; exit 77; }
find cmd lib tests -name '*.[ch]' -exec clang-format-14 --dry-run -Werror {} +
