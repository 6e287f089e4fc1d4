#!/bin/bash
# SPDX-License-Identifier: MIT
# Spokes that run without systemd, one under sysvinit and one under OpenRC, keep the same promises:
# the tunnel comes back after a restart, behind its firewall, and a change that nobody confirms is
# taken back, by a process of its own or at boot. The second of them has BusyBox's shell and tools, and so
# comes as close to Alpine as Debian's packages do.
# shellcheck source=story.sh
. "$(dirname "$0")/story.sh"

spokes=(pi clinic)
year=31536000

node_of() { # HOST
	case $1 in pi) echo hospital ;; *) echo "$1" ;; esac
}

on_both() { # COMMAND…, which takes a host last
	local host
	for host in "${spokes[@]}"; do
		"$@" "$host" || wrong "on '$host'" || return 1
	done
}

all_ping() {
	pings_both_ways && lab_ping cloud 10.20.2.50 3 30
}

# --- what a host is like

generation() { # HOST
	# shellcheck disable=SC2016 # the inner shell expands
	lab_exec "$1" sh -c '
		cd /etc
		sha256sum wireguard/wg0.conf wireguard/wgctl/host wireguard/wgctl/wg0.*tables init.d/wgctl-*
		ls rc?.d/*wgctl* runlevels/*/wgctl*
		cat /sys/class/net/wg0/mtu
		wg show wg0 allowed-ips
		ip route show dev wg0
		cat /run/wgctl/wg0.*tables.own
		ls /run/wgctl/wg0.started' 2>/dev/null
}

keep_generation() { # HOST
	generation "$1" >"$work/generation.$1"
}

is_as_before() { # HOST
	same "$(cat "$work/generation.$1")" "$(generation "$1")" "'$1'"
}

waits() { # HOST
	lab_exec "$1" test -e /etc/wireguard/wgctl/wg0.pending
}

waits_no_more() { # HOST
	! waits "$1"
}

goes_back() { # HOST
	lab_until 60 waits_no_more "$1" || wrong 'the change is not taken back' || return 1
	is_as_before "$1"
}

# Of the processes that stand in for systemd: those of this verb.
processes() { # HOST VERB
	lab_exec "$1" pgrep -f "^/bin/sh /etc/wireguard/wgctl/[a-z0-9.]*/*host $2 wg0"
}

has_processes() { # COUNT VERB HOST
	same "$1" "$(processes "$3" "$2" | wc -l)" "count of '$2'"
}

# But for what became of the change.
is_bare() { # HOST
	same '' "$(lab_exec "$1" sh -c 'ls /etc/wireguard/*.conf /etc/sysctl.d/*wgctl* /etc/init.d/wgctl*
		find /etc/rc?.d /etc/runlevels -name "*wgctl*"; ls -A /run/wgctl | grep -v lock
		iptables-save | grep WGCTL; ip link show dev wg0' 2>/dev/null)" "what is left on '$1'"
}

no_trace() { # HOST
	same '' "$(lab_exec "$1" sh -c 'find / -xdev -name "*wgctl*"; ls -d /run/wgctl*
		grep -l wgctl /etc/init.d/.depend.*; pgrep -fa wgctl | grep -v "sh -c"
		iptables-save | grep WGCTL; ip link show dev wg0' 2>/dev/null)" "what is left on '$1'"
}

# --- boot

# /etc/default/sysctl is read by what sets the sysctls at boot, right before it does.
watch_boot() { # HOST
	lab_exec "$1" tee /etc/default/sysctl >/dev/null <<-'END'
		{
			iptables-save | grep -c -e '-A WGCTL-'
			ls -d /sys/class/net/wg0
		} >/run/lab.before 2>/dev/null
	END
}

firewall_was_first() { # HOST
	local before
	mapfile -t before < <(lab_exec "$1" cat /run/lab.before)
	[ "${before[0]-0}" -gt 0 ] || wrong 'no rules before the sysctls' || return 1
	same '' "${before[1]-}" 'the tunnel before the sysctls' &&
		same 1 "$(lab_exec "$1" cat /proc/sys/net/ipv4/ip_forward)" 'forwarding'
}

# --- changes that nobody confirms

is_applied() { # HOST
	lab_exec "$1" test -e /etc/wireguard/wgctl/wg0.tx/applied
}

# The host is changed, nobody can log in to confirm it, and the laptop dies.
dies_at() { # HOST
	local status=0
	lab_laptop_start "$STORY_PROGRAM" -C "$site" -F "$ssh_config" --yes deploy \
		"$(node_of "$1")" --confirm-within 30 </dev/null >"$work/out.$1" 2>&1
	lab_until 30 waits "$1" && lab_exec "$1" touch /run/nologin
	lab_until 30 is_applied "$1" || { cat "$work/out.$1" >&2; status=1; }
	kill -9 "$LAB_PID"
	wait "$LAB_PID" 2>/dev/null
	lab_exec "$1" rm -f /run/nologin
	return "$status"
}

laptop_dies() { # MTU
	local host pids=() status=0
	for host in "${spokes[@]}"; do
		edit_spoke "$(node_of "$host")" "mtu: $1" || return 1
	done
	for host in "${spokes[@]}"; do
		dies_at "$host" &
		pids+=($!)
	done
	for host in "${pids[@]}"; do
		wait "$host" || status=1
	done
	return "$status"
}

# A session and a group of its own, no terminal, deaf to SIGHUP, with nothing of the login open.
timer_stands_alone() { # HOST
	local pid
	pid=$(processes "$1" timer) || wrong 'there is no timer' || return 1
	# shellcheck disable=SC2016 # the inner shell expands
	same "$pid $pid 0 / 1" "$(lab_exec "$1" sh -c '
		set -- "$1" $(sed "s/.*) //" "/proc/$1/stat")
		echo "$4 $5 $6 $(readlink "/proc/$1/cwd")" \
			"$((0x$(sed -n "s/^SigIgn:.*\(.\)$/\1/p" "/proc/$1/status") & 1))"' sh "$pid")" \
		'group, session, terminal, folder, deafness' &&
		same '' "$(lab_exec "$1" ls -l "/proc/$pid/fd" | grep -e pipe: -e socket: -e /dev/pts)" \
			'what it has open'
}

# From now on the first thing that goes back is killed in the midst of it.
kill_on_the_way_back() { # HOST
	lab_exec "$1" sh -c 'cat >/usr/local/sbin/ip && chmod 755 /usr/local/sbin/ip' <<-'END'
		#!/bin/sh
		rm /usr/local/sbin/ip
		parent=$PPID
		while [ "$parent" -gt 1 ]; do
			if grep -qz '^rollback$' /proc/$parent/cmdline; then
				echo killed >/run/lab.killed
				kill -9 "$parent"
			fi
			parent=$(sed 's/.*) //' /proc/$parent/stat | cut -d' ' -f2)
		done
		exit 1
	END
}

timer_dies() { # HOST
	lab_exec "$1" kill -KILL "-$(processes "$1" timer)"
}

removes() { # HOST
	lab_exec "$1" sh /etc/wireguard/wgctl/host remove wg0 2>/dev/null
}

runs_script() { # HOST
	wgctl script "$(node_of "$1")" && mv "$work/out" "$work/script" &&
		lab_ssh "$1" sudo sh <"$work/script" >"$work/out" 2>"$work/err" &&
		grep -q '^done' "$work/out"
}

# Of Alpine's tools those that programs on hosts call; its flock knows no -w.
gets_busybox() { # HOST
	lab_exec "$1" sh -es <<-'END'
		cd /usr/local/sbin
		for tool in awk cat chmod cmp cp cut date diff env grep head id kill ln ls mkdir mktemp mv \
			paste ping readlink rm rmdir sed setsid sha256sum sh sleep sort stat sync tail tr uniq \
			wc xargs; do
			ln -s /bin/busybox $tool
		done
		printf '#!/bin/dash\n[ "$1" != -w ] || exit 1\nexec /usr/bin/flock "$@"\n' >flock
		chmod 755 flock
		ln -sf busybox /bin/sh
	END
}

# The timer starts, and is killed before it can be relied on.
timer_is_killed() { # HOST
	lab_exec "$1" sh -c 'cd /usr/local/sbin && rm -f setsid && cat >setsid && chmod 755 setsid' <<-'END'
		#!/bin/dash
		case $* in *' timer wg0 '*) ;; *) exec /usr/bin/setsid "$@" ;; esac
		/usr/bin/setsid "$@" &
		until [ -s /run/wgctl/wg0.timer ]; do sleep 0.1; done
		kill -9 $!
	END
	deploy_fails 'the timer that would take the change back does not start; nothing was changed' \
		"$(node_of "$1")" || return 1
	lab_exec "$1" rm /usr/local/sbin/setsid
}

is_refused_without_timer() { # HOST
	leaves_alone "$1" timer_is_killed "$1"
}

why=$(lab_can_run && lab_can_init) || { echo "skipped: $why"; exit 77; }
story_begin hub pi:sysvinit clinic:openrc
check 'the site' make_site hospital clinic
check 'one of them has the tools of BusyBox' gets_busybox clinic
check 'deploy of the hub' wgctl deploy hub

check 'a first deploy of both, and the laptop dies' laptop_dies 1400
check 'the plug is pulled' lab_power_cut pi clinic
check 'they start again' lab_boot pi clinic
check 'and are as they were' on_both is_bare
check 'and start once more' lab_reboot pi clinic

check 'deploy' deploy_changes 'configuration, program, firewall, sysctl, link, peers, endpoints,'\
' addresses, routes, service' hospital clinic
check 'a second deploy changes nothing' deploy_unchanged hub hospital clinic
check 'cloud, device and ward reach each other' all_ping
check 'one process follows the name of the hub' on_both has_processes 1 follower
check 'none waits to go back' on_both has_processes 0 timer

on_both watch_boot
check 'both restart' lab_reboot pi clinic
check 'cloud, device and ward reach each other again' all_ping
check 'the firewall was up before sysctls and tunnel' on_both firewall_was_first
check 'one process follows the name of the hub' on_both has_processes 1 follower
check 'there is nothing to deploy' deploy_unchanged hospital clinic

on_both keep_generation
check 'a change, and the laptop dies' laptop_dies 1380
check 'both wait' on_both waits
check 'by a process that stands alone' on_both timer_stands_alone
check 'the clock of one jumps a year ahead' lab_clock pi $year
check 'the other is to be killed on the way back' kill_on_the_way_back clinic
check 'no confirmation comes: both go back' on_both goes_back
check 'one of them was killed, and tried again' lab_exec clinic test -e /run/lab.killed
check 'the clock is right again' lab_clock pi 0
check 'none waits to go back' on_both has_processes 0 timer
check 'cloud, device and ward reach each other' all_ping

check 'another change, and the laptop dies' laptop_dies 1360
check 'one of the timers dies too' timer_dies clinic
check 'the plug is pulled' lab_power_cut pi clinic
check 'they start again' lab_boot pi clinic
check 'as before the change' on_both goes_back
check 'cloud, device and ward reach each other' all_ping

check 'without a timer a change is refused' on_both is_refused_without_timer
check 'with one it is made' deploy_changes 'configuration, mtu' hospital clinic
check 'and taken back on demand' wgctl rollback hospital
check 'wholly' is_as_before pi

check 'all of it is removed' on_both removes
check 'without a trace' on_both no_trace
check 'script NAME sets them up again' on_both runs_script
check 'cloud, device and ward reach each other' all_ping
check 'there is nothing to deploy' deploy_unchanged hospital clinic
