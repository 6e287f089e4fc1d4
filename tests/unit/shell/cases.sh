# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034,SC2154
#
# cases.sh HOST_TEMPLATES SCRATCH HERE: all cases, each in a subshell and a world of its
# own. run.sh starts it.

host=$1
scratch=$2
here=$3
# By its path: busybox takes a bare name for its own applet, and then for our stand-in.
for dir in $(echo "$PATH" | tr : ' ') /usr/bin /bin; do
	real_stat=$dir/stat
	[ ! -x "$real_stat" ] || break
done

for part in state init systemd initd detached report conf tunnel routes sysctl firewall files service begin deploy; do
	# shellcheck source=/dev/null
	. "$host/$part.sh"
done

# What the functions meet: no real interface, no real /run, commands that play a host. What
# these print is in $world, by their name and first words.
link_exists() {
	[ -e "$world/link" ]
}

has_firewall() {
	:
}

differs() {
	printf '%s: %s\n' "$1" "$2" >>"$world/differs"
}

tell() {
	cat >>"$world/told"
}

fail() {
	echo "fail: $1" >>"$world/differs"
	exit 1
}

note() {
	echo "$1" >>"$world/notes"
}

new_world() {
	world=$scratch/world
	rm -rf "$world"
	mkdir -p "$world/work" "$world/etc" "$world/run" "$world/bin"
	work=$world/work
	etc=$world/etc
	run=$world/run
	iface=wg0
	conf=$work/conf
	conf_path=$etc/wg0.conf
	sysctls=$etc/sysctl
	rules=$etc
	retired=/dev/null
	prune=no
	follow=no
	init=systemd
	by=systemd
	: >"$work/log"
	: >"$world/differs"
	: >"$world/told"
	: >"$world/calls"
	for command in wg ip systemctl iptables-save ip6tables-save iptables-restore \
		ip6tables-restore; do
		cp "$here/stub.sh" "$world/bin/$command"
		chmod 755 "$world/bin/$command"
	done
	export world
	PATH=$world/bin:$PATH
	hash -r
}

wrong() {
	echo "$case_name: $*"
	: >"$scratch/failed"
}

# is WHAT WANTED GOT
is() {
	[ "$2" = "$3" ] || wrong "$1: wanted '$2', got '$3'"
}

# holds FILE, the wanted text on stdin
holds() {
	cat >"$scratch/wanted"
	cmp -s "$scratch/wanted" "$1" || {
		wrong "${1##*/} is wrong (< wanted, > is):"
		diff "$scratch/wanted" "$1"
	}
}

check() {
	case_name=$1
	(
		new_world
		"$1"
	)
	count=$((count + 1))
}

count=0
for area in conf tunnel routes firewall files peers detached faults; do
	# shellcheck source=/dev/null
	. "$here/$area.sh"
done
[ ! -e "$scratch/failed" ] || exit 1
echo "$count cases"
[ "$count" -gt 30 ]
