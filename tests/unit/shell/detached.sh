# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2016,SC2034,SC2154
# Cases of detached.sh, with processes that are real.

# A program that is the host program's as far as detach goes: it calls become_detached.
make_program() {
	program=$world/program
	{
		echo "run='$run' iface=wg0 work='$world/gone'"
		echo ". '$host/detached.sh'"
		echo 'name=$1'
		cat
	} >"$program"
}

make_sleeper() {
	make_program <<-'END'
		become_detached "$name"
		sleep 60 8>&-
	END
}

# Or is dead, where nobody has taken note of it.
has_gone() {
	! grep -q '^State:.[^Z]' "/proc/$1/status" 2>/dev/null
}

detaches_and_ends() {
	make_sleeper
	detach sleeper || wrong "does not start"
	is_detached sleeper || wrong "is not detached"
	read -r first <"$run/wg0.sleeper"
	is "what it ignores" 1 $((0x$(sed -n 's/^SigIgn:.*\(.\)$/\1/p' "/proc/$first/status") & 1))
	detach sleeper || wrong "does not start again"
	has_gone "$first" || wrong "runs twice"
	read -r second <"$run/wg0.sleeper"
	end_detached sleeper
	has_gone "$second" || wrong "does not end"
	! is_detached sleeper || wrong "is detached"
	[ ! -e "$run/wg0.sleeper" ] || wrong "leaves its file"
}

# Under the trap of a change, signals are ignored for good.
ends_what_is_deaf() {
	make_sleeper
	(
		trap '' TERM
		detach sleeper
	) || wrong "does not start"
	read -r pid <"$run/wg0.sleeper"
	end_detached sleeper
	has_gone "$pid" || wrong "does not end"
}

tells_what_does_not_live() {
	make_program </dev/null
	! detach nothing || wrong "believes in nothing"
	make_program <<-'END'
		become_detached "$name" >"$run/told"
		cat "$run/told" >&1
	END
	! detach short || wrong "believes in what has ended"
	end_detached short
}

sees_that_it_was_killed() {
	make_program <<-'END'
		become_detached "$name"
		sleep 60 # which has the lock, too
	END
	detach sleeper || wrong "does not start"
	read -r pid <"$run/wg0.sleeper"
	kill -KILL "$pid"
	until has_gone "$pid"; do :; done
	is "the lock" 1 "$(flock -n "$run/wg0.sleeper" true; echo $?)"
	! gone_for_good || wrong "believes in what was killed"
	kill -KILL "-$pid"
}

gone_for_good() {
	is_detached sleeper && ! grep -q '^State:.Z' "/proc/$pid/status" 2>/dev/null
}

# The number in the file may be another process's by now.
spares_others() {
	sleep 60 &
	echo $! >"$run/wg0.sleeper"
	end_detached sleeper
	kill -0 $! || wrong "ends another process"
	kill $!
}

waits_where_flock_cannot() {
	real=$(command -v flock)
	cat >"$world/bin/flock" <<-END
		#!/bin/sh
		[ "\$1" != -w ] || exit 1
		exec $real "\$@"
	END
	chmod 755 "$world/bin/flock"
	take_lock 1 9 9>"$run/lock" || wrong "does not take it"
	flock -n "$run/lock" sleep 2 &
	until [ "$(pgrep -c -P $! sleep)" = 1 ]; do :; done
	! take_lock 0 9 9>"$run/lock" || wrong "takes what is held"
	take_lock 10 9 9>"$run/lock" || wrong "does not wait"
}

if command -v setsid >/dev/null && command -v flock >/dev/null; then
	for case in detaches_and_ends ends_what_is_deaf tells_what_does_not_live sees_that_it_was_killed \
		spares_others waits_where_flock_cannot; do
		check $case
	done
fi
