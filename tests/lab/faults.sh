# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What can happen to the lab's hosts and links, and pings that see it; part of lib.sh.

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

# Another init than systemd.
lab_has_init() { # HOST
	[ -f "$LAB_DIR/node/$1/init" ]
}

lab_settled() {
	if lab_has_init "$1"; then
		lab_exec "$1" test -e /run/lab.booted
		return
	fi
	case $(lab_exec "$1" systemctl is-system-running --wait 2>/dev/null) in
	running | degraded) return 0 ;;
	esac
	return 1
}

# lab_wait_boot HOST…: until each is through with its boot, and logins are taken.
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
		if lab_has_init "$host"; then
			lab_exec "$host" init 0
		else
			kill -RTMIN+4 "$LAB_LEADER"
		fi
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
	local boots
	boots=$(lab_boots "$1")
	[ "${boots:-0}" -gt "$2" ] # empty while it is written
}

# lab_reboot HOST…: orderly; returns when all are back and ready.
lab_reboot() {
	local host
	local -A before
	for host; do
		before[$host]=$(lab_boots "$host")
		if lab_has_init "$host"; then
			lab_exec "$host" init 6
		else
			lab_exec "$host" systemctl reboot --no-block
		fi || return 1
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
