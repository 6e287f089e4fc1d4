#!/bin/bash
# SPDX-License-Identifier: MIT
#
# deploy.sh WGCTL [-n RUNS] [HOSTS…]: what a deploy costs beside `ssh HOST true`, for so many
# spokes at once (1, 10 and 30), directly and through the hub, on the hosts of tests/lab. Prints a
# table: the median of RUNS of each, least and most, and the median over that of ssh. All kinds
# take turns, so that what else the machine does meets them alike. Skips, with status 77, where the
# lab cannot run.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
program=${1:?usage: $0 WGCTL [-n RUNS] [HOSTS…]}
shift
runs=5
[ "${1-}" != -n ] || { runs=$2; shift 2; }
[ $# -gt 0 ] || set -- 1 10 30

# shellcheck source=../lab/story.sh
. "$here/../lab/story.sh" "$program"

most=$(printf '%s\n' "$@" | sort -n | tail -n 1)
mtu=1300

host() { # NUMBER
	printf 'h%02d' "$1"
}

fail() {
	echo "$*" >&2
	cat "$work/out" "$work/err" >&2
	exit 1
}

# Two folders of one site: in the second, spokes are reached through the hub.
make_sites() {
	local i name
	make_site || fail 'cannot make the site'
	for ((i = 1; i <= most; i++)); do
		name=$(host "$i")
		wgctl add-spoke "$name" --address "10.49.0.$((i + 1))" --ssh "$name" ||
			fail "cannot add '$name'"
		edit_spoke "$name" "mtu: $mtu"
		ssh_first "Host t-$name" "HostName 10.49.0.$((i + 1))" "HostKeyAlias $name" 'User admin' \
			"IdentityFile $LAB_DIR/ssh/id_ed25519" "UserKnownHostsFile $LAB_DIR/ssh/known_hosts"
	done
	wgctl deploy hub || fail 'cannot deploy the hub'
	# ssh -J dials it as often as there are spokes.
	lab_exec hub sh -c 'echo MaxStartups 200 >/etc/ssh/sshd_config.d/bench.conf &&
		systemctl reload ssh' || fail 'cannot prepare the hub'
	cp -r "$site" "$work/via"
	sed -i 's/^    ssh: \(.*\)/    ssh: {host: \1, via: hub}/' "$work/via/site.yaml"
}

# All in one file, since the next deploy is of the other folder.
change_mtu() {
	mtu=$((mtu + 1))
	sed -i "s/^    mtu: .*/    mtu: $mtu/" "$site/site.yaml" "$work/via/site.yaml"
}

# once KIND COMMAND…: its seconds go to the file of the kind.
once() {
	local kind=$1 began=$EPOCHREALTIME
	shift
	"${LAB_ENTER[@]}" "$@" </dev/null >"$work/out" 2>"$work/err" || fail "$kind: exit status $?"
	awk -v a="${began/,/.}" -v b="${EPOCHREALTIME/,/.}" 'BEGIN { printf "%.6f\n", b - a }' \
		>>"$work/times.$kind"
}

# ssh_all KIND PREFIX COUNT OPTION…: as many at once as there are.
ssh_all() {
	local kind=$1 prefix=$2 count=$3
	shift 3
	# shellcheck disable=SC2016 # the inner shell expands
	once "$kind" bash -c 'prefix=$1 count=$2; shift 2
		for ((i = 1; i <= count; i++)); do printf "%sh%02d\n" "$prefix" "$i"; done |
			xargs -P "$count" -I{} ssh -o BatchMode=yes "$@" {} true' \
		bash "$prefix" "$count" -F "$ssh_config" "$@"
}

name_hosts() { # COUNT; in names
	local i
	names=()
	for ((i = 1; i <= $1; i++)); do names+=("$(host "$i")"); done
}

deploy_all() { # KIND FOLDER OUTCOME COUNT
	local names
	name_hosts "$4"
	once "$1" setsid -w "$STORY_PROGRAM" -C "$2" -F "$ssh_config" deploy "${names[@]}"
	[ "$(grep -c ": $3" "$work/out")" = "$4" ] || fail "$1: not all are $3"
}

measure() { # COUNT
	local turn names
	name_hosts "$1"
	wgctl deploy "${names[@]}" || fail 'the first deploy fails'
	for ((turn = 0; turn <= runs; turn++)); do
		ssh_all ssh '' "$1"
		ssh_all ssh-curve25519 '' "$1" -o KexAlgorithms=curve25519-sha256
		deploy_all unchanged "$site" unchanged "$1"
		change_mtu
		deploy_all changed "$site" changed "$1"
		ssh_all ssh-jump t- "$1" -J hub
		deploy_all unchanged-via "$work/via" unchanged "$1"
		change_mtu
		deploy_all changed-via "$work/via" changed "$1"
		# The first turn is for caches.
		[ "$turn" -gt 0 ] || rm "$work"/times.*
	done
}

# KIND COUNT FLOOR
row() {
	sort -n "$work/times.$1" | awk -v kind="$1" -v count="$2" -v floor="$(median "$3")" '
		{ time[NR] = $1 }
		END {
			median = time[int((NR + 1) / 2)]
			printf "%5d %-15s %9.3f %8.3f %8.3f %8.2f\n", count, kind, median, time[1],
				time[NR], median / floor
		}'
}

median() { # KIND
	sort -n "$work/times.$1" | awk '{ time[NR] = $1 } END { print time[int((NR + 1) / 2)] }'
}

print_rows() { # COUNT
	local kind
	for kind in ssh ssh-curve25519 unchanged changed; do row "$kind" "$1" ssh; done
	for kind in ssh-jump unchanged-via changed-via; do row "$kind" "$1" ssh-jump; done
	rm "$work"/times.*
}

story_begin hub
lab_fleet "$most" || exit 1
make_sites
lab_entry laptop || exit 1
echo 'hosts kind             median s    least     most    x ssh'
for count; do
	measure "$count"
	print_rows "$count"
done
