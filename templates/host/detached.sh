# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034,SC2154
#
# Where there is no systemd: processes that outlive the session that starts them. Each has a
# name, and holds the lock of $run/IFACE.NAME, which has its pid, for as long as it lives.

# Out of the session's control group too, which elogind or a restart of sshd may end.
leave_session() {
	for procs in /sys/fs/cgroup/cgroup.procs /sys/fs/cgroup/elogind/cgroup.procs \
		/sys/fs/cgroup/openrc/cgroup.procs; do
		[ ! -w "$procs" ] || echo 0 >"$procs"
	done 2>/dev/null
	trap '' HUP
	cd /
}

# detach NAME SECONDS: runs verb NAME of $program; succeeds if it lives. It says so on the
# pipe, which ends if it does not.
detach() {
	end_detached "$1"
	mkdir -p "$run"
	pid=$(
		leave_session
		setsid /bin/sh "$program" "$1" "$iface" "${2-}" </dev/null 2>>"$run/$iface.log" 9>&- &
	)
	[ -n "$pid" ] && is_detached "$1"
}

# What such a process does first.
become_detached() {
	rm -rf "$work"
	exec 8>>"$run/$iface.$1"
	flock -n 8 || exit 1
	echo $$ >"$run/$iface.$1"
	echo $$
	exec >/dev/null
}

# The lock alone may be a child's, since BusyBox's shell does not close what it saved; the
# number alone may be another process's by now.
is_detached() {
	[ -s "$run/$iface.$1" ] && read -r pid <"$run/$iface.$1" && kill -0 "$pid" 2>/dev/null &&
		! flock -n 8 8>>"$run/$iface.$1"
}

# With its children.
end_detached() {
	[ -e "$run/$iface.$1" ] || return 0
	if is_detached "$1"; then
		kill -TERM "-$pid"
		take_lock 2 8 8>>"$run/$iface.$1" || kill -KILL "-$pid"
	fi 2>/dev/null
	rm -f "$run/$iface.$1"
}

# --- the timer that takes a change back ---

initd_arm() {
	program=$tx/host
	detach timer "$1" 2>"$work/log"
}

# What it has said is of no use any more.
initd_disarm() {
	end_detached timer
	rm -f "$run/$iface.log"
}

# By /proc/uptime, since sleep knows nothing of a host that was suspended.
verb_timer() {
	become_detached timer
	end=$(($(seconds_up) + reason))
	while left=$((end - $(seconds_up))) && [ $left -gt 0 ]; do
		sleep $left 8>&-
	done
	until /bin/sh "$tx/host" rollback "$iface" 2>"$run/$iface.log" 8>&-; do
		sleep 5 8>&-
	done
}

# --- the loop that follows a name ---

# Starts it, or ends it, as the site wants it.
set_follower() {
	{
		read -r _
		read -r follows
	} <"$etc/$iface.node"
	if [ "$follows" != yes ]; then
		end_detached follower
	elif ! is_detached follower; then
		program=$etc/host
		detach follower
	fi
}

verb_follower() {
	become_detached follower
	while sleep 30 8>&-; do
		/bin/sh "$etc/host" reresolve "$iface" 2>"$run/$iface.log" 8>&-
	done
}
