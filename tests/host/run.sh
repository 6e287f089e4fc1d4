#!/bin/sh
# SPDX-License-Identifier: MIT
# Running commands: exit statuses, signals, output of all sizes, lost connections.
# shellcheck source=tests/host/lib.sh
. "$(dirname "$0")/lib.sh"

start_server one
client one
know one

try "a command" 0 run one 'echo out; echo err >&2'
prints out
says err
says "end=exited status=0 signal= whole=1 fault=fine"

try "an exit status" 0 run one 'exit 37'
says "end=exited status=37"

try "killed by a signal" 0 run one 'kill -KILL $$'
says "end=killed status=0 signal=KILL"

try "three commands on one session" 0 run one 'echo 1st' 'echo 2nd' 'echo 3rd'
prints 1st
prints 2nd
prints 3rd

printf 'to the host\n' >"$work/in"
case_name="input"
"$tool" -F "$work/config" run one 'cat' <"$work/in" >"$work/out" 2>"$work/err"
cmp -s "$work/in" "$work/out" || fail "input did not come back"

try "16 MiB there and back" 0 echo one 16777216
prints "same in"

elapsed try "100 MB of output" 1 run one 'head -c 100000000 /dev/zero'
says "'one' sends more than 16 MiB"
faster_than 20000

try "output of one byte" 0 run one 'printf w'
prints w
says "whole=1"

try "stderr keeps its ends" 0 run one \
	'echo first >&2; head -c 100000000 /dev/zero | tr "\0" x >&2; echo last >&2'
says first
says last
says "bytes left out]"
[ "$(wc -c <"$work/err")" -lt 70000 ] || fail "kept too much of stderr"

try "a command that closes its input" 0 run one 'exec <&-; exit 5'
says "status=5"
case_name="a command that does not read"
head -c 8000000 /dev/zero >"$work/in"
"$tool" -F "$work/config" run one 'exit 6' <"$work/in" >"$work/out" 2>"$work/err" ||
	fail "status $?"
says "status=6"

try "lines as they come" 0 -v run one 'echo one; printf "two\nthree"'
prints "line 1: one"
prints "line 1: two"

elapsed try "a child that holds stdout" 0 run one 'sleep 9 & echo started'
says "end=exited status=0 signal= whole=0"
prints started
faster_than 6000

elapsed try "a silent command past its time" 1 -t 700 run one 'sleep 9'
says "'one' did not finish the command in time"
says "fault=deadline"
faster_than 3000

elapsed try "a silent command within its time" 0 -s 9000 run one 'sleep 12; echo finished'
prints finished

# The connection ends in the midst of a command.
cut_connection() {
	until_true 5 test -s "$work/child"
	kill -KILL "$(cat "$work/child")"
}
cut_connection &
# shellcheck disable=SC2016
elapsed try "the connection is cut" 1 run one \
	'printf w; sleep 0.2; echo $PPID >'"$work"'/child; sleep 9'
wait $!
says "lost the connection to 'one'"
says "end=unknown status=0 signal= whole=0"
says "fault=lost"
prints w
faster_than 5000

# The server is stopped, not ended: nothing comes any more, not even a reset.
rm "$work/child"
stop_connection() {
	until_true 5 test -s "$work/child"
	kill -STOP "$(cat "$work/child")"
}
stop_connection &
# shellcheck disable=SC2016
elapsed try "the host falls silent" 1 -s 1500 run one \
	'echo $PPID >'"$work"'/child; sleep 9'
wait $!
kill -KILL "$(cat "$work/child")"
says "lost the connection to 'one': no sign of life"
says "fault=lost"
faster_than 6000

# The same where there may be more to say, and where the command waits for it.
for more in later held; do
	rm "$work/child"
	stop_connection &
	# shellcheck disable=SC2016
	elapsed try "the host falls silent before it is told more ($more)" 1 -m $more -s 1500 run one \
		'echo $PPID >'"$work"'/child; sleep 9'
	wait $!
	kill -KILL "$(cat "$work/child")"
	says "lost the connection to 'one': no sign of life"
	faster_than 6000
	elapsed try "a silent command that may be told more ($more)" 0 -m $more -s 900 run one \
		'sleep 3; echo finished'
	prints finished
done

elapsed try "a command that may be told more, past its time" 1 -m later -t 700 run one 'sleep 9'
says "'one' did not finish the command in time"
faster_than 3000

try "the time stands still for a command that waits" 0 -m held -t 700 run one \
	'sleep 2; echo finished'
prints finished

# Ctrl-Z at a question: the silence is ours.
case_name="stopped for longer than the host may be silent"
"$tool" -F "$work/config" -m held -s 900 run one \
	'echo started >'"$work"'/started; sleep 3; echo finished' \
	>"$work/out" 2>"$work/err" </dev/null &
stopped=$!
until_true 5 test -s "$work/started"
kill -STOP $stopped
sleep 2
kill -CONT $stopped
wait $stopped || fail "status $?"
prints finished

# A descriptor that becomes readable stops everything.
mkfifo "$work/cancel"
cancelled() { # OPTION…
	case_name="cancelled $*"
	(
		exec 3<>"$work/cancel"
		(sleep 0.5 && echo x >&3) &
		exec "$tool" -F "$work/config" -x 3 "$@" run one 'sleep 9'
	) >"$work/out" 2>"$work/err" </dev/null && fail "was not cancelled"
	says "'one': interrupted"
}
cancelled
cancelled -m later
cancelled -m held

# A server that wants signs of life, each second.
start_server strict "ClientAliveInterval 1" "ClientAliveCountMax 2"
client strict
know strict
try "who waits answers the server" 0 -m held run strict 'sleep 5; echo finished'
prints finished

done_testing
