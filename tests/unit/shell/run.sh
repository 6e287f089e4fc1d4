#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh HOST_TEMPLATES SHELL AWK: tests the functions of the host program under that shell
# and with that awk; skipped (77) where one of them is missing. "busybox" as the shell
# brings busybox's other tools too.
set -eu

host=$1
shell=$2
awk=$3
here=$(cd "$(dirname "$0")" && pwd)

for tool in "$shell" "$awk"; do
	command -v "$tool" >/dev/null || {
		echo "skipped: needs $tool, which is not installed"
		exit 77
	}
done

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
bin=$scratch/bin
mkdir "$bin"

# wrap NAME COMMAND...
wrap() {
	name=$1
	shift
	printf '#!/bin/sh\nexec %s "$@"\n' "$*" >"$bin/$name"
	chmod 755 "$bin/$name"
}

case $awk in
busybox) wrap awk "$(command -v busybox)" awk ;;
gawk) wrap awk "$(command -v gawk)" --posix ;;
*) wrap awk "$(command -v "$awk")" ;;
esac
if [ "$shell" = busybox ]; then
	for tool in cat chmod cmp comm cp cut diff grep head mkdir mv paste rm sed sha256sum sort \
		stat tail tr wc; do
		! busybox --list | grep -qx "$tool" || wrap "$tool" "$(command -v busybox)" "$tool"
	done
	set -- busybox ash
else
	set -- "$shell"
fi
LC_ALL=C PATH=$bin:$PATH "$@" "$here/cases.sh" "$host" "$scratch" "$here"
