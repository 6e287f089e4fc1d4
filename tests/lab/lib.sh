# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# The lab of real hosts, to be sourced by bash. README.md says how it is used.
# Functions return 0, or non-zero with a word on stderr; nothing exits the caller's shell.

LAB_HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
LAB_CACHE=${LAB_CACHE:-$LAB_HERE/../../build/lab}
LAB_TMP=${TMPDIR:-/tmp}
LAB_DEADLINE=${LAB_DEADLINE:-60}
# shellcheck disable=SC2034 # for the tests
LAB_PASSWORD='correct horse' # of the user 'pw', for sudo
: "${LAB_DIR=}" "${LAB_ID=}"

lab_say() {
	echo "lab: $*" >&2
}

# lab_until SECONDS COMMAND…: runs it again and again until it succeeds; 1 at the deadline.
lab_until() {
	local end=$((${EPOCHREALTIME/[.,]/} + $1 * 1000000))
	shift
	until "$@"; do
		[ "${EPOCHREALTIME/[.,]/}" -lt "$end" ] || return 1
		sleep 0.03
	done
}

# --- whether it can run, and the tree

# Prints why the lab cannot run on this machine and returns 1, or returns 0.
lab_can_run() {
	local tool
	[ "$(uname -s)" = Linux ] || { echo "the lab needs Linux"; return 1; }
	[ "$(id -u)" = 0 ] || { echo "the lab needs root"; return 1; }
	for tool in apt-get bridge conntrack debootstrap dpkg-scanpackages flock ip nft nsenter \
		ping setpriv ssh ssh-keygen systemd-nspawn unshare; do
		command -v "$tool" >/dev/null || { echo "the lab needs '$tool'"; return 1; }
	done
	[ -c /dev/net/tun ] || { echo "the lab needs /dev/net/tun"; return 1; }
	unshare --mount --pid --fork --net bash -c 'mount -t tmpfs tmpfs /mnt && mkdir /mnt/{l,u,w,o} &&
		mount -t overlay overlay -o lowerdir=/mnt/l,upperdir=/mnt/u,workdir=/mnt/w /mnt/o' \
		2>/dev/null || { echo "the lab needs namespaces and overlayfs"; return 1; }
	unshare --net nft add table ip lab 2>/dev/null || { echo "the lab needs nftables"; return 1; }
	unshare --net ip link add br0 type bridge 2>/dev/null ||
		{ echo "the lab needs bridges"; return 1; }
}

# Prints the path of the base tree; makes it first when it is not there.
lab_base() {
	bash "$LAB_HERE/base.sh" "$LAB_CACHE"
}

# lab_can_init: 0 if hosts can have another init than systemd; else prints why not.
lab_can_init() {
	[ -d "$(lab_base)/opt/inits" ] || { echo "this release has no other init than systemd"; return 1; }
}

# --- up and down

lab_is_host() { # NODE; 0 a booted host, 1 a plain namespace, 2 no node
	local row node kind
	while read -r row node kind; do
		[ "$row $node" != "node $1" ] || { [ "$kind" = host ]; return; }
	done <"$LAB_DIR/network"
	lab_say "there is no node '$1'"
	return 2
}

# The first address of a node; with a segment, the first one there.
lab_address() { # NODE [SEGMENT]
	local row node segment address
	while read -r row node segment _ address _; do
		if [ "$row $node $segment" = "link $1 ${2:-$segment}" ]; then
			echo "${address%/*}"
			return
		fi
	done <"$LAB_DIR/network"
	lab_say "there is no node '$1'"
	return 1
}

lab_make_keys() {
	mkdir -m 700 "$LAB_DIR/home" "$LAB_DIR/home/.ssh"
	ln -s home/.ssh "$LAB_DIR/ssh"
	ssh-keygen -q -t ed25519 -N '' -C lab -f "$LAB_DIR/ssh/id_ed25519"
	: >"$LAB_DIR/ssh/config"
	: >"$LAB_DIR/ssh/known_hosts"
}

# lab_know NAME HOST: NAME (as ssh dials it) is known to have HOST's key.
lab_know() {
	echo "$1 $(cut -d' ' -f1,2 "$LAB_DIR/node/$2/ssh_host_ed25519_key.pub")" \
		>>"$LAB_DIR/ssh/known_hosts"
}

# What the laptop must have to reach a host: a key of the host, known, and an alias.
lab_introduce() { # HOST ADDRESS ALIAS…
	local host=$1 address=$2 name
	shift 2
	mkdir -p "$LAB_DIR/node/$host"
	ssh-keygen -q -t ed25519 -N '' -C "$host" -f "$LAB_DIR/node/$host/ssh_host_ed25519_key"
	for name in "$address" "$host" "$@"; do
		lab_know "$name" "$host"
	done
	cat >>"$LAB_DIR/ssh/config" <<-EOF
		Host $host${*:+ $*}
			HostName $address
			User admin
			IdentityFile $LAB_DIR/ssh/id_ed25519
			IdentitiesOnly yes
			UserKnownHostsFile $LAB_DIR/ssh/known_hosts
			GlobalKnownHostsFile /dev/null
	EOF
}

# Where this process may make cgroups, one folder for each hierarchy.
lab_cgroups() {
	local controllers path mount
	while IFS=: read -r _ controllers path; do
		case $controllers in
		cpuset) continue ;; # wants to be set up, and nothing uses it
		'') mount=/sys/fs/cgroup
			[ -f "$mount/cgroup.procs" ] || mount+=/unified ;;
		*) mount=/sys/fs/cgroup/${controllers#name=} ;;
		esac
		[ ! -f "$mount$path/cgroup.procs" ] || echo "${mount}${path%/}/$LAB_ID"
	done </proc/self/cgroup
}

lab_start() { # pdeathsig words, or nothing
	exec {LAB_LOCK}<"$LAB_DIR/tree"
	flock -s "$LAB_LOCK" # held by the lab: base.sh removes no tree that is in use
	setsid "${LAB_TAME[@]}" "$@" unshare --mount --pid --fork --kill-child \
		bash "$LAB_HERE/inside.sh" init "$LAB_DIR" </dev/null >"$LAB_DIR/log/init" 2>&1 &
	disown $!
	exec {LAB_LOCK}<&-
	lab_until 20 test -s "$LAB_DIR/init" || { cat "$LAB_DIR/log/init" >&2; return 1; }
}

# lab_up [HOST[:INIT]…]: makes the network, boots the hosts (hub, pi and clinic if none is named; '-'
# for none) and returns when they are ready. INIT is sysvinit or openrc, instead of systemd. The lab
# belongs to the calling shell and dies with it.
# With LAB_NAME set it is kept until lab_down.
lab_up() {
	local tree why host hosts=() kind=owned owner=$BASHPID
	[ -z "$LAB_DIR" ] || { lab_say "this shell has the lab '$LAB_ID' already"; return 1; }
	why=$(lab_can_run) || { lab_say "$why"; return 77; }
	tree=$(lab_base) || return 1
	[ -z "${LAB_NAME-}" ] || kind=kept
	LAB_ID=wgl-${LAB_NAME:-$owner}
	LAB_DIR=$LAB_TMP/$LAB_ID
	mkdir -m 755 "$LAB_DIR" || { lab_say "is the lab '$LAB_ID' up already?"; LAB_DIR=; return 1; }
	[ -n "${LAB_NAME-}" ] || [ -n "$(trap -p EXIT)" ] || lab_trap
	echo "$kind $owner $(lab_start_time "$owner")" >"$LAB_DIR/owner"
	mkdir "$LAB_DIR"/{log,node,cut}
	ln -s "$tree" "$LAB_DIR/tree"
	cp "$LAB_HERE/network" "$LAB_DIR/network"
	lab_cgroups >"$LAB_DIR/cgroups"
	lab_make_keys
	lab_introduce hub 198.51.100.10 vpn.example.org
	lab_introduce pi 192.168.77.2
	lab_introduce clinic 198.51.100.30
	lab_introduce depot 198.51.100.31
	mkdir "$LAB_DIR"/node/{laptop,carrier,cloud,device,ward}
	if [ $kind = kept ]; then lab_start; else lab_start setpriv --pdeathsig KILL; fi || return 1
	for host in "${@:-hub}"; do
		case $host in *:*) echo "${host#*:}" >"$LAB_DIR/node/${host%:*}/init" ;; esac
		hosts+=("${host%:*}")
	done
	case ${1-} in
	-) ;;
	'') lab_boot hub pi clinic ;;
	*) lab_boot "${hosts[@]}" ;;
	esac
}

# lab_fleet COUNT: boots h01, h02 … on the internet segment.
lab_fleet() {
	local i name hosts=()
	for ((i = 1; i <= $1; i++)); do
		name=$(printf 'h%02d' "$i")
		hosts+=("$name")
		[ ! -d "$LAB_DIR/node/$name" ] || continue
		printf '%s\n' "node $name host" \
			"link $name inet eth0 198.51.100.$((100 + i))/24 2001:db8:1::$((100 + i))/64" \
			"route $name default via 198.51.100.1" >>"$LAB_DIR/network"
		lab_introduce "$name" "198.51.100.$((100 + i))"
	done
	lab_grant_inotify "$1"
	lab_boot "${hosts[@]}"
}

# Each booted host holds some five inotify instances, all counted as root's, of which the kernel
# grants 128. The last lab that needed more puts the machine's value back.
lab_grant_inotify() { # HOSTS
	local limit=/proc/sys/fs/inotify/max_user_instances file
	for file in "$LAB_TMP"/wgl-*/inotify "$limit"; do
		[ ! -f "$file" ] || break
	done
	if [ "$file" != "$limit" ] || [ "$(<$limit)" -lt $((128 + 8 * $1)) ]; then
		cat "$file" >"$LAB_DIR/inotify.new"
		mv "$LAB_DIR/inotify.new" "$LAB_DIR/inotify"
	fi
	[ "$(<$limit)" -ge $((128 + 8 * $1)) ] || echo $((128 + 8 * $1)) >$limit
}

lab_trap() {
	trap lab_down EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
}

# The time at which a process began, so that a reused pid is not taken for the old process.
lab_start_time() {
	local stat
	read -r stat <"/proc/$1/stat" || return
	# shellcheck disable=SC2086 # split on purpose; the name in parentheses is cut off first
	set -- ${stat##*)}
	echo "${20}"
} 2>/dev/null

# Prints the pids that carry the lab's mark outside its process namespace: what tests have started
# on the laptop and left there.
lab_find_strays() { # LAB_ID
	grep -lzx "LAB_ID=$1" /proc/[0-9]*/environ 2>/dev/null | cut -d/ -f3 | grep -vx "$BASHPID" || :
}

lab_kill_strays() { # LAB_ID
	local pid
	while read -r pid; do
		kill -KILL "$pid" 2>/dev/null || :
	done < <(lab_find_strays "$1")
}

lab_gone() {
	! [ -e "/proc/$1/ns/pid" ]
}

lab_remove() { # DIR, of a lab
	local dir=$1 pid=
	[ ! -s "$dir/init" ] || pid=$(<"$dir/init")
	# Its environment tells whether this pid is still what it was.
	if [ -n "$pid" ] && grep -qzxF "$dir" "/proc/$pid/cmdline" 2>/dev/null; then
		kill -KILL "$pid"
		lab_until 20 lab_gone "$pid" || lab_say "process $pid does not die"
	fi
	lab_kill_strays "${dir##*/}"
	lab_until 10 lab_remove_cgroups "$dir" || lab_say "cgroups of '${dir##*/}' are still in use"
	if [ -f "$dir/inotify" ]; then
		mv "$dir/inotify" "$dir/limit"
		compgen -G "$LAB_TMP/wgl-*/inotify" >/dev/null ||
			cat "$dir/limit" >/proc/sys/fs/inotify/max_user_instances
	fi
	rm -rf --one-file-system "$dir"
}

lab_remove_cgroups() { # DIR
	local cgroup
	[ -f "$1/cgroups" ] || return 0
	while read -r cgroup; do
		case $cgroup in
		*/wgl-*) [ ! -d "$cgroup" ] || find "$cgroup" -depth -type d -exec rmdir {} + || return 1 ;;
		esac
	done <"$1/cgroups"
} 2>/dev/null

lab_keep_logs() {
	local row node to=$LAB_LOGS/$LAB_ID
	mkdir -p "$to"
	cp -r "$LAB_DIR/log/." "$to/"
	while read -r row node _; do
		if [ "$row" = node ] && [ -f "$LAB_DIR/node/$node/nspawn" ]; then
			lab_exec "$node" journalctl --no-pager -a </dev/null >"$to/$node.journal" 2>&1 || :
		fi
	done <"$LAB_DIR/network"
}

# Takes everything away. With LAB_LOGS=DIR the logs of the hosts are kept there.
lab_down() {
	local status=$?
	[ -n "$LAB_DIR" ] && [ -d "$LAB_DIR" ] || return "$status"
	[ -z "${LAB_LOGS-}" ] || lab_keep_logs
	lab_remove "$LAB_DIR"
	LAB_DIR='' LAB_ID=''
	return "$status"
}

# Takes away what runs that were killed outright have left.
lab_sweep() {
	local dir kind pid start
	for dir in "$LAB_TMP"/wgl-*/; do
		dir=${dir%/}
		if ! [ -f "$dir/owner" ] || ! [ -O "$dir" ]; then continue; fi
		read -r kind pid start <"$dir/owner"
		[ "$kind" = owned ] || continue
		[ "$(lab_start_time "$pid")" != "$start" ] || continue
		lab_say "sweeping '${dir##*/}'"
		lab_remove "$dir"
	done
}

# --- running things

# The process 1 of a booted host, as this machine numbers it, in LAB_LEADER. What was found is
# kept in a file: the kernel's list of children is now and then read short.
lab_find_leader() { # HOST
	local nspawn old child children=() key value state=$LAB_DIR/node/$1
	LAB_LEADER=
	{ read -r nspawn <"$state/nspawn"; } 2>/dev/null || return 1
	{ read -r old LAB_LEADER <"$state/leader"; } 2>/dev/null
	[ "${old-}" != "$nspawn" ] || [ ! -e "/proc/$LAB_LEADER/ns/pid" ] || return 0
	LAB_LEADER=
	{ read -ra children <"/proc/$nspawn/task/$nspawn/children"; } 2>/dev/null
	for child in "${children[@]}"; do
		while read -r key value; do
			[ "$key" != NSpid: ] || [ "${value##*[[:space:]]}" != 1 ] || LAB_LEADER=$child
		done <"/proc/$child/status"
	done 2>/dev/null
	[ -n "$LAB_LEADER" ] && echo "$nspawn $LAB_LEADER" >"$state/leader"
}

# The clock and the modules are the machine's: nothing that runs in a lab may touch them.
LAB_TAME=(setpriv --bounding-set "-sys_time,-sys_module")
LAB_CLEAN_ENV=(env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
	USER=root LOGNAME=root SHELL=/bin/bash LANG=C.UTF-8)

# lab_exec NODE COMMAND…: as root on a node, stdin and exit status passed through.
lab_exec() {
	local node=$1 rc=0
	shift
	lab_is_host "$node" || rc=$?
	case $rc in
	0)
		lab_find_leader "$node" || { lab_say "'$node' is off"; return 125; }
		"${LAB_TAME[@]}" nsenter --target "$LAB_LEADER" --mount --uts --ipc --net --pid \
			--cgroup -- "${LAB_CLEAN_ENV[@]}" "$@"
		;;
	1) lab_entry "$node" && "${LAB_ENTER[@]}" "$@" ;;
	*) return 125 ;;
	esac
}

# The words in LAB_ENTER put a command into a plain namespace. They enter no process namespace and
# fork nothing, so the pid of a command in the background is its own.
lab_entry() { # NODE
	local pid
	pid=$(<"$LAB_DIR/node/$1/pid") || return 125
	LAB_ENTER=("${LAB_TAME[@]}" nsenter --target "$pid" --mount --net --wdns="$PWD" --
		env -u SSH_AUTH_SOCK LAB_ID="$LAB_ID" LAB_DIR="$LAB_DIR" HOME="$LAB_DIR/home")
}

# lab_laptop COMMAND…: on the administrator's laptop, in the current folder.
lab_laptop() {
	lab_exec laptop "$@"
}

# lab_laptop_start COMMAND…: the same in the background; its pid is in LAB_PID. Redirect it yourself.
lab_laptop_start() {
	lab_entry laptop || return
	"${LAB_ENTER[@]}" "$@" &
	# shellcheck disable=SC2034 # for the caller
	LAB_PID=$!
}

# lab_ssh [USER@]HOST COMMAND…: OpenSSH from the laptop.
lab_ssh() {
	lab_laptop ssh -F "$LAB_DIR/ssh/config" -o BatchMode=yes "$@"
}

# lab_inside ACTION …: inside.sh in the lab's own namespaces.
lab_inside() {
	nsenter --target "$(<"$LAB_DIR/init")" --mount --pid -- \
		bash "$LAB_HERE/inside.sh" "$1" "$LAB_DIR" "${@:2}"
}

# shellcheck source=/dev/null
. "$LAB_HERE/faults.sh"
