#!/bin/sh
# SPDX-License-Identifier: MIT
#
# readme.sh WGCTL SOURCE: the commands of the README work as they are written. Its blocks of
# shell are run one after the other, as one script, in an empty folder; what needs hosts is
# only asked for its help, which fails for an option that does not exist. The lab runs the
# same blocks against hosts.
# readme.sh --blocks SOURCE: prints these blocks.
set -eu

# The blocks of the README that are marked as shell.
blocks() {
	awk '/^```/ { inside = $0 == "```sh"; next } inside' "$1/README.md"
}

if [ "$1" = --blocks ]; then
	blocks "$2"
	exit
fi
# Without a terminal nothing is asked.
[ "${READ_ALONE-}" = yes ] || READ_ALONE=yes exec setsid -w sh "$0" "$@" </dev/null

wgctl=$(readlink -f "$1")
source=$(cd "$2" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

complain() {
	echo "$*"
	failed=1
}

# What the script calls instead of the programs of these names.
cat >"$work/stubs" <<'END'
wgctl() {
	echo "wgctl $*"
	ran=$((ran + 1))
	case " $* " in
	*" plan "* | *" deploy "* | *" confirm "* | *" rollback "* | *" status "*)
		"$program" "$@" --help >/dev/null
		;;
	*) "$program" "$@" ;;
	esac
}
sh() {
	[ -f "$source/$1" ] || { echo "there is no $1"; return 1; }
}
sudo() { :; }
cmake() { :; }
scp() { [ -s "$1" ]; }
ssh() { :; }
ping() { :; }
END

mkdir "$work/laptop"
{
	cat "$work/stubs"
	blocks "$source"
	# shellcheck disable=SC2016 # for that script
	echo 'echo "$ran commands"'
} >"$work/script"
(cd "$work/laptop" && program=$wgctl source=$source ran=0 sh -eu "$work/script") \
	>"$work/log" 2>&1 || { cat "$work/log"; complain "a command of the README fails"; }
grep -q '^1[0-9] commands$' "$work/log" || complain "the README has not some 10 to 19 commands"

# Commands within a line: their options exist.
# shellcheck disable=SC2016 # the backticks are the README's
grep -o '`wgctl [^`]*`' "$source/README.md" | tr -d '`' | sort -u >"$work/inline"
[ "$(wc -l <"$work/inline")" -ge 8 ] || complain "the README names too few commands"
while read -r _ words; do
	# shellcheck disable=SC2086 # words of a command line
	"$wgctl" $words --help >/dev/null 2>"$work/log" ||
		complain "'wgctl $words' of the README: $(cat "$work/log")"
done <"$work/inline"

# Options in the table of commands belong to the command of their row.
grep '^| `' "$source/README.md" | while IFS='|' read -r _ command does _; do
	name=$(echo "$command" | sed 's/^ *`\([a-z-]*\).*/\1/')
	"$wgctl" "$name" --help >"$work/help" 2>&1 || continue
	echo "$command $does" | grep -oE -e '--[a-z-]+' | while read -r option; do
		grep -q -e "$option\\>" "$work/help" || echo "$name has no $option"
	done
done >"$work/options"
[ ! -s "$work/options" ] || complain "the README's table: $(cat "$work/options")"

# The site of the README is a good one.
mkdir "$work/site"
awk '/^```/ { inside = $0 == "```yaml"; next } inside' "$source/README.md" >"$work/site/site.yaml"
"$wgctl" -C "$work/site" check >"$work/log" 2>&1 ||
	complain "the README's site.yaml: $(cat "$work/log")"

while read -r package; do
	grep -q -w -e "$package" "$source/README.md" || complain "$package: not in the README"
done <"$source/.ci/packages/build"
exit "$failed"
