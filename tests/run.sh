#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Passes the tests: installs what they need, builds with sanitizers, runs every rung that
# this machine can run. A test that cannot run here says why and counts as skipped.
# With arguments, these go to ctest: sh tests/run.sh -R unit/
set -eu

cd "$(dirname "$0")/.."
sh .ci/install.sh build tests lab
cmake -C .cmake/dev.cmake -B build
cmake --build build -j "$(nproc)"
ctest --test-dir build --output-on-failure -j "$(nproc)" "$@"
