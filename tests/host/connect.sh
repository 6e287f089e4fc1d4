#!/bin/sh
# SPDX-License-Identifier: MIT
# Reaching a server: several addresses, proxy commands, servers that say nothing, refuse,
# hang up, or are busy.
# shellcheck source=tests/host/lib.sh
. "$(dirname "$0")/lib.sh"

start_server one
client one
know one
port=$(cat "$work/one/port")

closed=$("$tool" port)
echo "Host closed
  HostName 127.0.0.1
  Port $closed" >>"$work/config"
elapsed try "nothing listens" 1 run closed true
says "cannot connect to 'closed' (127.0.0.1 port $closed): Connection refused"
faster_than 3000

echo "Host nowhere
  HostName no-such-host.invalid" >>"$work/config"
try "no such name" 1 run nowhere true
says "cannot find the address of 'no-such-host.invalid'"

# An address of a documentation network: packets to it go nowhere.
echo "Host dead
  HostName 192.0.2.1" >>"$work/config"
elapsed try "no answer at all" 1 -c 700 run dead true
says "cannot connect to 'dead' (192.0.2.1 port 22): "
faster_than 4000

# A server that accepts and says nothing.
mute=$("$tool" port)
"$tool" mute "$mute" "" &
servers="$servers $!"
echo "Host mute
  HostName 127.0.0.1
  Port $mute" >>"$work/config"
until_true 5 "$tool" -F "$work/config" -c 1 run mute true || :
elapsed try "a server that says nothing" 1 -c 800 run mute true
says "'mute' (127.0.0.1 port $mute) accepts connections but says nothing: is an ssh server behind that port?"
faster_than 4000

# One that greets, and then says nothing.
stuck=$("$tool" port)
"$tool" mute "$stuck" "SSH-2.0-stuck
" &
servers="$servers $!"
echo "Host stuck
  HostName 127.0.0.1
  Port $stuck" >>"$work/config"
sleep 0.3
elapsed try "a server that stops after its greeting" 1 -c 800 -L 1200 run stuck true
says "'stuck' did not complete the ssh handshake in time"
faster_than 5000

# One that is no ssh server at all.
http=$("$tool" port)
"$tool" mute "$http" "HTTP/1.0 400 Bad Request
Server: x

" &
servers="$servers $!"
echo "Host http
  HostName 127.0.0.1
  Port $http" >>"$work/config"
sleep 0.3
elapsed try "a web server" 1 -c 800 run http true
faster_than 5000

# One that hangs up at once: tried a few times, then given up.
busy=$("$tool" port)
"$tool" mute "$busy" "close" &
servers="$servers $!"
echo "Host busy
  HostName 127.0.0.1
  Port $busy" >>"$work/config"
sleep 0.3
elapsed try "a server that hangs up" 1 run busy true
says "'busy' hangs up before its greeting"
faster_than 20000

# Loopback has two addresses where the machine has IPv6; sshd listens on one of them.
if getent ahosts localhost 2>/dev/null | grep -q '^::1 ' &&
	getent ahosts localhost | grep -q '^127'; then
	echo "Host both
  HostName localhost
  Port $port
  IdentityFile $work/id
  HostKeyAlias both
  UserKnownHostsFile $work/known_both" >>"$work/config"
	echo "both $(cut -d' ' -f1,2 "$work/one/host.pub")" >"$work/known_both"
	elapsed try "::1 refuses, 127.0.0.1 does not" 0 run both true
	faster_than 4000
else
	echo "not tried: localhost has one address only"
fi

# Forty at once, to a server that drops connections beyond five unauthenticated ones.
stop_server one
start_server one "MaxStartups 5:100:5"
try "forty sessions, MaxStartups 5" 0 many 40 one
prints "40 sessions"

# A proxy command.
if command -v nc >/dev/null 2>&1; then
	{
		echo "Host proxied"
		printf '  %s\n' "ProxyCommand nc %h %p" "HostName 127.0.0.1" "Port $port" \
			"User $user" "IdentityFile $work/id" "IdentitiesOnly yes" \
			"UserKnownHostsFile $work/known_hosts"
	} >>"$work/config"
	try "a proxy command" 0 run proxied 'echo through'
	prints through
fi
echo "Host broken
  HostName 127.0.0.1
  ProxyCommand echo no way to %h >&2; exit 1" >>"$work/config"
try "a proxy command that fails" 1 run broken true
says "no way to 127.0.0.1"
echo "Host hanging
  HostName 127.0.0.1
  ProxyCommand sleep 30.417" >>"$work/config"
elapsed try "a proxy command that hangs" 1 -c 800 run hanging true
says "says nothing"
faster_than 4000
case_name="no child is left"
! pgrep -f 'sleep 30.417' >"$work/out" 2>&1 || fail "the proxy command still runs"

done_testing
