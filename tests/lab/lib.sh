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

# lab_up [HOST…]: makes the network, boots the hosts (hub, pi and clinic if none is named; '-' for
# none) and returns when they are ready. The lab belongs to the calling shell and dies with it.
# With LAB_NAME set it is kept until lab_down.
lab_up() {
	local tree why kind=owned owner=$BASHPID
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
	case ${1-} in
	-) ;;
	'') lab_boot hub pi clinic ;;
	*) lab_boot "$@" ;;
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

# Takes everything away. With LAB_LOGS=DIR the logs of the hosts are kept there.
lab_down() {
	local status=$? host
	[ -n "$LAB_DIR" ] && [ -d "$LAB_DIR" ] || return "$status"
	if [ -n "${LAB_LOGS-}" ]; then
		mkdir -p "$LAB_LOGS/$LAB_ID"
		cp -r "$LAB_DIR/log/." "$LAB_LOGS/$LAB_ID/"
		for host in $(sed -n 's/^node \(.*\) host$/\1/p' "$LAB_DIR/network"); do
			[ ! -f "$LAB_DIR/node/$host/nspawn" ] ||
				lab_exec "$host" journalctl --no-pager -a >"$LAB_LOGS/$LAB_ID/$host.journal" 2>&1 || :
		done
	fi
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

# --- power

# Whether sshd listens and users may log in. Reads only; starts no process.
lab_answers() {
	local file line
	lab_find_leader "$1" || return 1
	[ ! -e "/proc/$LAB_LEADER/root/run/nologin" ] || return 1
	for file in tcp tcp6; do
		while read -r line; do
			case $line in *': '*':0016 '*' 0A '*) return 0 ;; esac
		done <"/proc/$LAB_LEADER/net/$file"
	done 2>/dev/null
	return 1
}

# lab_wait_ssh HOST…: until each takes logins.
lab_wait_ssh() {
	local host
	for host; do
		lab_until "$LAB_DEADLINE" lab_answers "$host" || {
			lab_say "'$host' does not take logins; its console:"
			tail -n 20 "$LAB_DIR/log/$host" >&2
			return 1
		}
	done
}

lab_settled() {
	case $(lab_exec "$1" systemctl is-system-running --wait 2>/dev/null) in
	running | degraded) return 0 ;;
	esac
	return 1
}

# lab_wait_boot HOST…: until systemd is through with each boot, and logins are taken.
lab_wait_boot() {
	local host
	for host; do
		lab_wait_ssh "$host" || return 1
		lab_until "$LAB_DEADLINE" lab_settled "$host" ||
			{ lab_say "'$host' does not finish its boot"; return 1; }
	done
}

# lab_power_on HOST…: switches them on and returns at once.
lab_power_on() {
	local host
	for host; do
		lab_is_host "$host" || return 1
		[ ! -f "$LAB_DIR/node/$host/supervisor" ] || continue
		echo starting >"$LAB_DIR/node/$host/supervisor"
		setsid "${LAB_TAME[@]}" nsenter --target "$(<"$LAB_DIR/init")" --mount --pid -- \
			bash "$LAB_HERE/inside.sh" host "$LAB_DIR" "$host" \
			</dev/null >>"$LAB_DIR/log/$host" 2>&1 &
		disown $!
	done
}

# lab_boot HOST…: switches them on, side by side, and waits until all are ready.
lab_boot() {
	lab_power_on "$@" && lab_wait_boot "$@"
}

lab_is_off() {
	! [ -f "$LAB_DIR/node/$1/supervisor" ]
}

# lab_power_cut HOST…: the plug is pulled. What was written stays, synced or not.
lab_power_cut() {
	local host nspawn
	for host; do
		nspawn=$(cat "$LAB_DIR/node/$host/nspawn" 2>/dev/null) ||
			{ lab_say "'$host' is off"; return 1; }
		kill -KILL "$nspawn" || return 1
		! lab_find_leader "$host" || kill -KILL "$LAB_LEADER" 2>/dev/null || :
	done
	for host; do
		lab_until 20 lab_is_off "$host" || { lab_say "'$host' does not go down"; return 1; }
	done
}

# lab_power_off HOST…: an orderly shutdown.
lab_power_off() {
	local host
	for host; do
		lab_find_leader "$host" || { lab_say "'$host' is off"; return 1; }
		kill -RTMIN+4 "$LAB_LEADER"
	done
	for host; do
		lab_until "$LAB_DEADLINE" lab_is_off "$host" || { lab_say "'$host' does not go down"; return 1; }
	done
}

# How often a host was booted so far.
lab_boots() {
	cat "$LAB_DIR/node/$1/boots"
}

lab_booted_since() { # HOST COUNT
	[ "$(lab_boots "$1")" -gt "$2" ]
}

# lab_reboot HOST…: orderly; returns when all are back and ready.
lab_reboot() {
	local host
	local -A before
	for host; do
		before[$host]=$(lab_boots "$host")
		lab_exec "$host" systemctl reboot --no-block || return 1
	done
	for host; do
		lab_until "$LAB_DEADLINE" lab_booted_since "$host" "${before[$host]}" ||
			{ lab_say "'$host' does not reboot"; return 1; }
	done
	lab_wait_boot "$@"
}

# --- links

lab_port_name() { # LINK
	local row name port
	case $1 in *.*) echo "$1" && return ;; esac
	while read -r row name port; do
		[ "$row $name" != "alias $1" ] || { echo "$port"; return; }
	done <"$LAB_DIR/network"
	lab_say "there is no link '$1'"
	return 1
}

# lab_cut LINK [down]: from now on the link loses every packet; neither end notices. With 'down'
# the cable is pulled: both ends lose their carrier. Outlives reboots of the host.
lab_cut() {
	local port
	port=$(lab_port_name "$1") || return 1
	echo "${2:-silent}" >"$LAB_DIR/cut/$port"
	lab_inside port "$port" "${2:-silent}"
}

lab_mend() {
	local port
	port=$(lab_port_name "$1") || return 1
	rm -f "$LAB_DIR/cut/$port"
	lab_inside port "$port" up
}

# The carrier forgets all of its mappings: the next packet of each flow leaves from a new port.
lab_nat_rebind() {
	lab_exec carrier conntrack -F >/dev/null 2>&1
}

# --- faults

# lab_fill_disk HOST: its disk has no byte left until lab_free_disk.
lab_fill_disk() {
	lab_exec "$1" sh -c 'dd if=/dev/zero of=/var/lib/lab.fill bs=64k; dd if=/dev/zero bs=1k \
		>>/var/lib/lab.fill; ! echo x >>/var/lib/lab.fill' 2>/dev/null
}

lab_free_disk() {
	lab_exec "$1" rm -f /var/lib/lab.fill
}

# lab_clock HOST SECONDS: its wall clock stands this much off, for every program that is started or
# asks from now on; 0 sets it right. See clock.c for whom it does not reach.
lab_clock() {
	[ -f "$LAB_DIR/clock.so" ] ||
		gcc -O1 -shared -fPIC -o "$LAB_DIR/clock.so" "$LAB_HERE/clock.c" || return 1
	# shellcheck disable=SC2016 # $1 is the inner shell's
	lab_exec "$1" sh -c 'echo "$1" >/etc/lab_clock && [ -f /etc/lab_clock.so ] ||
		{ cat >/etc/lab_clock.so && echo /etc/lab_clock.so >/etc/ld.so.preload; }' \
		sh "$2" <"$LAB_DIR/clock.so"
}

# lab_name ADDRESS NAME: from now on NAME means ADDRESS to every node, also to hosts that are off.
lab_name() {
	local row node kind file
	sed -i "/^name .* $2\$/d" "$LAB_DIR/network"
	echo "name $1 $2" >>"$LAB_DIR/network"
	while read -r row node kind; do
		[ "$row" = node ] || continue
		file=$LAB_DIR/node/$node/hosts
		if [ "$kind" = host ]; then
			file=/proc/$(<"$LAB_DIR/init")/root$LAB_DIR/mnt/$node/upper/etc/hosts
			! lab_find_leader "$node" || file=/proc/$LAB_LEADER/root/etc/hosts
		fi
		[ ! -f "$file" ] || { grep -v " $2\$" "$file" && echo "$1 $2"; } >"$LAB_DIR/hosts.new"
		# In place: in a plain namespace the file itself is mounted.
		[ ! -f "$file" ] || cat "$LAB_DIR/hosts.new" >"$file"
	done <"$LAB_DIR/network"
}

# lab_readdress HOST SEGMENT ADDRESS/LENGTH…: the host, which is off, will come up with these.
lab_readdress() {
	lab_is_off "$1" || { lab_say "'$1' is on"; return 1; }
	sed -i "s|^\(link $1 $2 [^ ]*\) .*|\1 ${*:3}|" "$LAB_DIR/network"
	lab_know "${3%/*}" "$1"
}

# --- pings

# A destination: an address, or a node for its address on a segment that both are on, or its first.
lab_target() { # FROM TO
	local segment
	case $2 in *[.:]*) echo "$2" && return ;; esac
	segment=$(awk -v from="$1" -v to="$2" '$1 != "link" { next }
		$2 == from { seen[$3] }
		$2 == to { want[$3] }
		END { for (s in want) if (s in seen) { print s; exit } }' "$LAB_DIR/network")
	lab_address "$2" "$segment"
}

# A command of this machine in a node's network, nothing else of the node.
lab_in_net() { # NODE COMMAND…
	nsenter --net="/proc/$(<"$LAB_DIR/init")/root/run/netns/$1" -- "${@:2}"
}

# lab_ping FROM TO [COUNT [SECONDS]]: 0 once COUNT (1) replies in a row came, 1 after SECONDS (15).
lab_ping() {
	local to
	to=$(lab_target "$1" "$2") || return 1
	lab_until "${4:-15}" lab_in_net "$1" ping -q -n -i 0.1 -c "${3:-1}" -W 1 "$to" >/dev/null 2>&1 ||
		{ lab_say "no ping from '$1' to '$2'"; return 1; }
}

# lab_no_ping FROM TO [COUNT]: 0 if not one of COUNT (3) packets is answered within a second.
lab_no_ping() {
	local to
	to=$(lab_target "$1" "$2") || return 1
	! lab_in_net "$1" ping -q -n -i 0.1 -c "${3:-3}" -W 1 "$to" >/dev/null 2>&1 ||
		{ lab_say "'$1' reaches '$2'"; return 1; }
}

# lab_ping_loss_start FROM TO [INTERVAL]: pings every INTERVAL (0.1) seconds until the stop.
lab_ping_loss_start() {
	local to
	to=$(lab_target "$1" "$2") || return 1
	LAB_PING_LOG=$LAB_DIR/log/ping-$1-$to
	lab_ping "$1" "$to" || return 1
	nsenter --net="/proc/$(<"$LAB_DIR/init")/root/run/netns/$1" -- \
		env LAB_ID="$LAB_ID" ping -n -i "${3:-0.1}" "$to" >"$LAB_PING_LOG" 2>&1 &
	LAB_PING_PID=$!
}

lab_ping_advanced() { # LINES
	[ "$(grep -c 'icmp_seq=.*time=' "$LAB_PING_LOG")" -gt "$1" ]
}

# Prints 'SENT LOST'; a packet that is under way when the stop comes is waited for.
lab_ping_loss_stop() {
	local seen
	seen=$(grep -c 'icmp_seq=.*time=' "$LAB_PING_LOG") || :
	lab_until 3 lab_ping_advanced "$seen" || :
	kill -INT "$LAB_PING_PID"
	wait "$LAB_PING_PID" || :
	# Without a reply at the end, what ping itself says it has sent is the count.
	awk -v alive="$(lab_ping_advanced "$seen" && echo 1 || echo 0)" '
		/icmp_seq=.*time=/ {
			n = $0; sub(/.*icmp_seq=/, "", n); sub(/ .*/, "", n)
			if (!(n in got)) { got[n]; count++ }
			if (n + 0 > last) last = n + 0
		}
		/packets transmitted/ { sent = $1 }
		END { if (alive) sent = last; print sent, sent - count }' "$LAB_PING_LOG"
}
