#!/bin/sh
# SPDX-License-Identifier: MIT
# Sessions through other sessions: ProxyJump, and many targets through one jump host.
# shellcheck source=tests/host/lib.sh
. "$(dirname "$0")/lib.sh"

start_server hub
start_server pi
start_server far
client hub
know hub
know pi
know far
client far "ProxyJump hub,pi"
client pi "ProxyJump hub"

{
	echo "Host direct"
	printf '  %s\n' "HostName 127.0.0.1" "Port $(cat "$work/pi/port")" "User $user" \
		"IdentityFile $work/id" "IdentitiesOnly yes" \
		"UserKnownHostsFile $work/known_hosts"
} >>"$work/config"

try "one hop" 0 run pi true
grep -q "direct-tcpip" "$work/hub/log" || fail "not through the hub"
try "two hops, where the second would have a hop of its own" 0 run far 'echo far'
prints far
grep -q "direct-tcpip" "$work/pi/log" || fail "not through both"

try "16 MiB through a hop" 0 echo pi 16777216
prints "same in"

# One session carries them all.
: >"$work/hub/log"
elapsed try "20 targets through one session" 0 via hub 20 direct
prints "20 sessions"
[ "$(grep -c "Accepted publickey" "$work/hub/log")" = 1 ] || fail "more than one login"
echo "20 targets through one session: $took ms"

# Host keys of both hops: whose key is refused sees no attempt to log in.
for name in hub pi; do
	grep -q "userauth-request" "$work/$name/log" || fail "the log does not show logins"
done
cp "$work/known_hosts" "$work/known.saved"
cp "$work/config" "$work/config.saved"
make_key "$work/other" ed25519
make_key "$work/other_rsa" rsa
other=$(cut -d' ' -f1,2 "$work/other.pub")
other_rsa=$(cut -d' ' -f1,2 "$work/other_rsa.pub")

# refused NAME WORDS: its host key, for that reason.
refused() {
	: >"$work/hub/log"
	: >"$work/pi/log"
	try "$1: $2" 1 run pi true
	says "'$1'"
	says "$2"
	saw_no_login "$1"
	[ "$1" = hub ] || grep -q "Accepted publickey" "$work/hub/log" ||
		fail "the hub was not logged in to"
}

# known_as NAME [LINE…]: these instead of what known_hosts has of the server.
known_as() {
	grep -v ":$(cat "$work/$1/port") " "$work/known.saved" >"$work/known_hosts"
	shift
	[ $# = 0 ] || printf '%s\n' "$@" >>"$work/known_hosts"
}

mkdir "$work/folder"
for name in pi hub; do
	where="[127.0.0.1]:$(cat "$work/$name/port")"
	key=$(cut -d' ' -f1,2 "$work/$name/host.pub")
	known_as "$name"
	refused "$name" "is unknown"
	known_as "$name" "$where $other_rsa"
	refused "$name" "is of another type"
	known_as "$name" "$where $key" "@revoked * $key"
	refused "$name" "is revoked"
	known_as "$name" "$where $other"
	refused "$name" "has changed"
	cp "$work/known.saved" "$work/known_hosts"
	{
		printf '%s\n' "Host $name" "  UserKnownHostsFile $work/folder"
		cat "$work/config.saved"
	} >"$work/config"
	refused "$name" "cannot read known hosts file '$work/folder'"
	cp "$work/config.saved" "$work/config"
done
says "jump host for 'pi': cannot verify 'hub'"

# What the hop cannot reach.
closed=$("$tool" port)
echo "Host closed
  HostName 127.0.0.1
  Port $closed
  ProxyJump hub" >>"$work/config"
try "nothing listens there" 1 run closed true
says "'hub' cannot connect to 127.0.0.1 port $closed: Connection refused"
mute=$("$tool" port)
"$tool" mute "$mute" "" &
servers="$servers $!"
sleep 0.3
echo "Host mute
  HostName 127.0.0.1
  Port $mute
  ProxyJump hub" >>"$work/config"
elapsed try "it says nothing there" 1 -c 800 run mute true
says "'mute' (127.0.0.1 port $mute) accepts connections but says nothing"
faster_than 5000
# A dead target beside good ones costs them nothing.
elapsed try "dead and good targets together" 1 -c 2500 via hub 12 direct mute direct
[ "$(grep -c "error:" "$work/err")" = 4 ] || fail "not just the dead ones failed"
faster_than 8000

echo "Host loop
  HostName 127.0.0.1
  ProxyJump loop" >>"$work/config"
try "a circle" 1 run loop true
says "leads in a circle"

stop_server hub
start_server hub "AllowTcpForwarding no"
try "forwarding is off" 1 run pi true
says "'hub' cannot connect to 127.0.0.1 port $(cat "$work/pi/port"): its ssh server does not allow forwarding"

# The hop goes away in the midst of things.
stop_server hub
start_server hub
# shellcheck disable=SC2009
cut_hub() {
	until_true 5 test -s "$work/started"
	for child in $(ps -o pid= --ppid "$(cat "$work/hub/parent")"); do
		kill -KILL "$child"
	done
}
cut_hub &
elapsed try "the hop is cut" 1 run pi "echo x >$work/started; sleep 9"
wait $!
says "lost the connection to 'pi'"
faster_than 6000

done_testing
