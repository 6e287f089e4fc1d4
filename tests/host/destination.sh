#!/bin/sh
# SPDX-License-Identifier: MIT
# What the ssh configuration says, compared with ssh's own answer.
# shellcheck source=tests/host/lib.sh
. "$(dirname "$0")/lib.sh"

home=$(getent passwd "$(id -u)" | cut -d: -f6)
mkdir "$work/parts"
cat >"$work/parts/hub" <<EOF
Host hub
  HostName hub.example.net
  Port 2222
  User admin
  HostKeyAlias the-hub
EOF
cat >"$work/config" <<EOF
Include $work/parts/*
Host pi
  HostName %h.example.net
  ProxyJump admin@hub:2222,second
  IdentityFile ~/keys/%r@%n
  IdentityFile %d/other
  CertificateFile ~/keys/cert.pub
  IdentitiesOnly yes
  UserKnownHostsFile ~/known/%h /etc/known
  ConnectTimeout 7
  StrictHostKeyChecking yes
Match host pi.example.net exec "true"
  User matched
Host proxied
  ProxyCommand nc %h %p
Host injected
  HostName \$(touch\${IFS}$work/pwned)
EOF

try "an alias, Match, tokens" 0 resolve pi
prints "hostname pi.example.net"
prints "user matched"
prints "port 22"
prints "proxyjump admin@hub:2222,second"
prints "identityfile $home/keys/matched@pi"
prints "identityfile $home/other"
prints "certificatefile $home/keys/cert.pub"
prints "userknownhostsfile $home/known/pi.example.net"
prints "userknownhostsfile /etc/known"
prints "identitiesonly 1"
prints "strict 1"
prints "connecttimeout 7000"

try "Include" 0 resolve hub
prints "hostname hub.example.net"
prints "user admin"
prints "port 2222"
prints "hostkeyalias the-hub"

try "user and port given" 0 -l root -p 22022 resolve hub
prints "user root"
prints "port 22022"

try "a host that the file does not know" 0 resolve 2001:db8::1
prints "hostname 2001:db8::1"
prints "identityfile $home/.ssh/id_ed25519"
prints "userknownhostsfile $home/.ssh/known_hosts"

try "a proxy command" 0 resolve proxied
prints "proxycommand nc %h %p"

# What we say is what ssh says.
case_name="as ssh -G"
for host in pi hub proxied; do
	"$tool" -F "$work/config" resolve "$host" | grep -E '^(hostname|user|port) ' | sort \
		>"$work/out"
	ssh -T -G -F "$work/config" -- "$host" | grep -E '^(hostname|user|port) ' | sort \
		>"$work/err"
	cmp -s "$work/out" "$work/err" || fail "differs from ssh -G $host"
done

try "a HostName that a shell would run" 1 resolve injected
says "is not a plain host name"
# shellcheck disable=SC2016
for bad in -oProxyCommand=x 'a;b' 'a b' 'a$b' "a'b" '' 'a/b' '|x'; do
	try "a bad host '$bad'" 1 resolve "$bad"
	says "is not a plain host name"
done
try "a bad user" 1 -l 'x;y' resolve hub
says "'x;y' is not a plain user name"
try "an option as a user" 1 -l '-x' resolve hub
says "is not a plain user name"

try "a file that is not there" 1 -F "$work/none" resolve hub
says "ssh cannot resolve 'hub': Can't open user config file $work/none"
printf 'Host hub\n  Nonsense yes\n' >"$work/bad"
try "a file that ssh refuses" 1 -F "$work/bad" resolve hub
says "ssh cannot resolve 'hub': $work/bad: line 2: Bad configuration option"

# Without an ssh program, libssh's parser.
try "by libssh" 0 -N resolve hub
prints "hostname hub.example.net"
prints "user admin"
prints "port 2222"
try "by libssh, user and port given" 0 -N -l root -p 1 resolve hub
prints "user root"
prints "port 1"
prints "identityfile $home/.ssh/id_ed25519"

[ ! -e "$work/pwned" ] || fail "something was run"
done_testing
