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

# Host keys of both hops.
cp "$work/known_hosts" "$work/known.saved"
refused() {
	: >"$work/pi/log"
	: >"$work/hub/log"
	try "$1" 1 run pi true
}
grep -v ":$(cat "$work/pi/port") " "$work/known.saved" >"$work/known_hosts"
refused "the target's key is unknown"
says "host key of 'pi' is unknown"
! grep -qi "userauth-request" "$work/pi/log" || fail "a login was tried"
grep -v ":$(cat "$work/hub/port") " "$work/known.saved" >"$work/known_hosts"
refused "the hop's key is unknown"
says "jump host for 'pi': host key of 'hub' is unknown"
! grep -qi "userauth-request" "$work/hub/log" || fail "a login was tried"
make_key "$work/other" ed25519
sed "s|^\(.*:$(cat "$work/hub/port")\) .*|\1 $(cut -d' ' -f1,2 "$work/other.pub")|" \
	"$work/known.saved" >"$work/known_hosts"
refused "the hop's key has changed"
says "jump host for 'pi': host key of 'hub' has changed"
! grep -qi "userauth-request" "$work/hub/log" || fail "a login was tried"
cp "$work/known.saved" "$work/known_hosts"

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
