#!/bin/sh
# SPDX-License-Identifier: MIT
# Logging in: key files, agents, passphrases, certificates, and what is said when none fit.
# shellcheck source=tests/host/lib.sh
. "$(dirname "$0")/lib.sh"
need ssh-agent ssh-add

start_server one
know one
for i in 1 2 3 4 5 6 7 8; do
	make_key "$work/wrong$i" ed25519
done
make_key "$work/locked" ed25519 "open sesame"
make_key "$work/rsa" rsa
make_key "$work/ecdsa" ecdsa

with_agent() {
	eval "$(ssh-agent -s)" >/dev/null
	servers="$servers $SSH_AGENT_PID"
	ssh-add -q "$@" 2>/dev/null
}

without_agent() {
	kill "$SSH_AGENT_PID"
	unset SSH_AUTH_SOCK SSH_AGENT_PID
}

# In these the file of the common part is not what is tried.
client_with() {
	{
		echo "Host one"
		printf '  %s\n' "$@"
		printf '  %s\n' "HostName 127.0.0.1" "Port $(cat "$work/one/port")" \
			"User $user" "UserKnownHostsFile $work/known_hosts"
	} >"$work/config"
}

allow() {
	cat "$@" >"$work/authorized_keys"
}

for type in id rsa ecdsa; do
	allow "$work/$type.pub"
	client_with "IdentityFile $work/$type"
	try "a key file: $type" 0 run one true
done

allow "$work/id.pub"
client_with "IdentityFile $work/wrong1" "IdentityFile $work/id"
try "the second key file" 0 run one true

client_with "IdentityFile $work/wrong1"
: >"$work/one/log"
try "a wrong key" 1 run one true
says "permission denied for '$user@one' (publickey): tried key '$work/wrong1'"

client_with "IdentityFile $work/missing"
try "no key" 1 run one true
says "tried no key, as there is neither a key file nor an agent"

client_with "IdentityFile $work/id"
chmod 644 "$work/id"
try "a key file that others can read" 1 run one true
says "others can read it, chmod 600"
chmod 600 "$work/id"

client_with "IdentityFile $work/id" "PubkeyAuthentication no"
try "no public keys wanted" 1 run one true
says "PubkeyAuthentication off"

# Passphrases.
allow "$work/locked.pub"
client_with "IdentityFile $work/locked"
try "a passphrase, nobody to ask" 1 run one true
says "key '$work/locked' (needs a passphrase: add it to ssh-agent)"
try "a passphrase" 0 -P "open sesame" run one true
says "asked: passphrase of $work/locked"
: >"$work/one/log"
try "a wrong passphrase" 1 -P "close sesame" run one true
says "(wrong passphrase)"
[ "$(grep -c "asked:" "$work/err")" = 1 ] || fail "asked more than once"
says_not "close sesame"
try "no passphrase given" 1 -P "" run one true
says "(no passphrase given)"
allow "$work/id.pub"
try "nobody is asked about a key that the server does not want" 1 -P "open sesame" \
	run one true
says_not "asked"

# The agent.
with_agent "$work/id"
client_with "IdentityFile $work/missing"
try "the agent" 0 run one true
allow "$work/wrong1.pub"
try "a wrong key in the agent" 1 run one true
says "tried agent with 1 key"
allow "$work/id.pub"
client_with "IdentityFile $work/wrong1" "IdentitiesOnly yes"
try "IdentitiesOnly keeps the agent's other keys back" 1 run one true
says "agent with 0 of its 1 key"
client_with "IdentityFile $work/missing" "IdentityAgent none"
try "IdentityAgent none" 1 run one true
says "neither a key file nor an agent"
client_with "IdentityFile $work/missing" "IdentityAgent $SSH_AUTH_SOCK"
try "IdentityAgent PATH" 0 run one true
without_agent
client_with "IdentityFile $work/missing" "IdentityAgent $work/nothing"
try "an agent that is not there" 1 run one true
says "agent (does not answer)"

# An agent with more keys than the server takes: the one that the configuration names
# comes first, by its public half.
with_agent "$work/wrong1" "$work/wrong2" "$work/wrong3" "$work/wrong4" "$work/wrong5" \
	"$work/wrong6" "$work/wrong7" "$work/wrong8" "$work/id"
cp "$work/id.pub" "$work/named.pub"
client_with "IdentityFile $work/named"
try "many keys, one named" 0 run one true
client_with "IdentityFile $work/missing"
elapsed try "many keys, none named" 1 run one true
faster_than 5000
says "agent with 6 of its 9 keys"
stop_server one
start_server one "MaxAuthTries 3"
elapsed try "many keys, MaxAuthTries 3" 1 run one true
faster_than 5000
says "'one' hung up on '$user@one' (Received SSH_MSG_DISCONNECT: 2:Too many authentication failures)"
says "IdentitiesOnly"
without_agent

# An agent that accepts and never answers.
"$tool" port >"$work/unused"
if command -v python3 >/dev/null 2>&1; then
	python3 - "$work/deaf" <<'PYTHON' &
import socket, sys, time
s = socket.socket(socket.AF_UNIX)
s.bind(sys.argv[1])
s.listen(5)
time.sleep(60)
PYTHON
	servers="$servers $!"
	until_true 5 test -S "$work/deaf"
	client_with "IdentityFile $work/missing" "IdentityAgent $work/deaf"
	elapsed try "an agent that does not answer" 1 -c 1000 -L 1500 run one true
	faster_than 6000
fi

# Certificates.
make_key "$work/ca" ed25519
make_key "$work/signed" ed25519
ssh-keygen -q -s "$work/ca" -I test -n "$user" "$work/signed.pub" 2>/dev/null
printf 'cert-authority %s\n' "$(cat "$work/ca.pub")" >"$work/authorized_keys"
client_with "IdentityFile $work/signed"
try "a certificate beside its key" 0 run one true
mv "$work/signed-cert.pub" "$work/elsewhere.pub"
try "no certificate" 1 run one true
client_with "IdentityFile $work/signed" "CertificateFile $work/elsewhere.pub"
try "CertificateFile" 0 run one true
client_with "IdentityFile $work/wrong1" "CertificateFile $work/elsewhere.pub"
try "a certificate of another key is not offered" 1 run one true
says_not "certificate"

# The server wants more than a key.
allow "$work/id.pub"
stop_server one
start_server one "AuthenticationMethods publickey,keyboard-interactive" \
	"KbdInteractiveAuthentication yes"
client_with "IdentityFile $work/id"
try "more than a key" 1 run one true
says "is asked for more than a key (keyboard-interactive), which is not supported"
stop_server one
start_server one "AuthenticationMethods keyboard-interactive" \
	"KbdInteractiveAuthentication yes"
try "anything but a key" 1 run one true
says "permission denied for '$user@one' (keyboard-interactive)"
stop_server one
start_server one "AuthenticationMethods publickey,publickey"
client_with "IdentityFile $work/id" "IdentityFile $work/rsa"
try "two keys, of which the second is denied" 1 run one true
says "permission denied for '$user@one' (publickey)"
cat "$work/rsa.pub" >>"$work/authorized_keys"
try "two keys" 0 run one true

# What the server says is never printed raw.
printf '\033[2J\033]0;banner\007' >"$work/banner"
stop_server one
start_server one "Banner $work/banner"
try "a banner" 0 run one true
says_not "banner"
client_with "IdentityFile $work/wrong1"
try "a banner, and no login" 1 run one true
says "permission denied"
says_not "$(printf '\033')"

if command -v dropbear >/dev/null 2>&1; then
	"$tool" port >"$work/dropbear.port"
	dropbearkey -t ed25519 -f "$work/dropbear.key" >/dev/null 2>&1
	if [ "$(id -u)" = 0 ] && [ "$(stat -c %u "$HOME")" = 0 ]; then
		# It reads ~/.ssh/authorized_keys only, which is not ours to touch.
		dropbear -F -E -r "$work/dropbear.key" -p "127.0.0.1:$(cat "$work/dropbear.port")" \
			-P "$work/dropbear.pid" 2>"$work/dropbear.log" &
		servers="$servers $!"
		until_true 5 test -s "$work/dropbear.pid"
		{
			echo "Host drop"
			printf '  %s\n' "HostName 127.0.0.1" \
				"Port $(cat "$work/dropbear.port")" \
				"IdentityFile $work/wrong1" "IdentitiesOnly yes" \
				"UserKnownHostsFile $work/known_hosts"
		} >>"$work/config"
		try "dropbear: unknown" 1 run drop true
		says "host key of 'drop' is unknown"
		try "dropbear: wrong key" 1 -a run drop true
		says "permission denied for '$user@drop'"
	fi
fi

done_testing
