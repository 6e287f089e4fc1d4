#!/bin/sh
# SPDX-License-Identifier: MIT
# The host key policy: what is accepted, what is refused, and that a refused server never
# sees an attempt to log in.
# shellcheck source=tests/host/lib.sh
. "$(dirname "$0")/lib.sh"

start_server one
make_key "$work/other_ed25519" ed25519
make_key "$work/other_rsa" rsa
key=$(cut -d' ' -f1,2 "$work/one/host.pub")
other=$(cut -d' ' -f1,2 "$work/other_ed25519.pub")
other_rsa=$(cut -d' ' -f1,2 "$work/other_rsa.pub")
fingerprint=$(ssh-keygen -lf "$work/one/host.pub" | cut -d' ' -f2)
port=$(cat "$work/one/port")
where="[127.0.0.1]:$port"
client one

# refused WHAT OPTION…: fails, and the log has no attempt to log in.
refused() {
	what=$1
	shift
	: >"$work/one/log"
	try "$what" 1 "$@" run one true
	saw_no_login one
}

known() {
	# shellcheck disable=SC2059
	printf "$@" >"$work/known_hosts"
}

# The log shows attempts when there are some, or the tests above would pass for nothing.
known '%s %s\n' "$where" "$key"
: >"$work/one/log"
try "a known key" 0 run one true
grep -q "userauth-request" "$work/one/log" || fail "the log does not show logins"

known ''
refused "unknown, nobody to ask"
says "host key of 'one' is unknown (ssh-ed25519 $fingerprint): connect once with ssh, or pass --accept-new-host-key"
[ ! -s "$work/known_hosts" ] || fail "recorded a key that was refused"

refused "unknown, answered no" -k no
says "asked: host key of one ssh-ed25519 $fingerprint"
says "host key of 'one' was not accepted"
[ ! -s "$work/known_hosts" ] || fail "recorded a key that was refused"

try "unknown, answered yes" 0 -k yes run one true
[ "$(cat "$work/known_hosts")" = "$where $key" ] || fail "not recorded"
try "known from then on" 0 run one true
case_name="ssh reads what was recorded"
ssh -F "$work/config" -o BatchMode=yes one true 2>"$work/err" || fail "ssh refuses it"

known '%s %s' other.example "$other"
try "recorded behind a last line without its end" 0 -a run one true
printf '%s %s\n%s %s\n' other.example "$other" "$where" "$key" |
	cmp -s - "$work/known_hosts" || fail "known_hosts is spoilt"

known '%s %s\n' "$where" "$other"
refused "changed" -a -k yes
says "host key of 'one' has changed"
says "'$work/known_hosts' line 1"
says_not asked

known '\n# a comment\n%s %s\n' "$where" "$other_rsa"
refused "another type" -a -k yes
says "host key of 'one' is of another type"
says "'$work/known_hosts' line 3 has ssh-rsa"

known '%s %s\n%s %s\n' "$where" "$other" "$where" "$key"
try "a right and a wrong key" 0 run one true

known '%s %s\n@revoked * %s\n' "$where" "$key" "$key"
refused "revoked" -a -k yes
says "is revoked by '$work/known_hosts' line 2"

known '@revoked %s %s\n' "$where" "$key"
refused "revoked and not known" -a -k yes
says "is revoked"

known '@cert-authority * %s\n' "$key"
refused "an authority is not a host key"
says "is unknown"

known '%s %s\r\n' "$where" "$key"
try "lines that end in CRLF" 0 run one true

known '%s %s\n' "127.0.0.1" "$key"
try "known by the name without the port, as ssh takes it" 0 run one true
known '%s %s\n' "127.0.0.1" "$other"
refused "another key without the port says nothing"
says "is unknown"

known '%s %s\n' "$where" "$key"
ssh-keygen -q -H -f "$work/known_hosts" >/dev/null 2>&1
grep -q '^|1|' "$work/known_hosts" || fail "ssh-keygen did not hash"
try "a hashed name" 0 run one true
known '%s %s\n' "$where" "$other"
ssh-keygen -q -H -f "$work/known_hosts" >/dev/null 2>&1
refused "a hashed name, changed" -a
says "has changed"

known '%s %s\n' "*,!$where,!127.*" "$key"
refused "a pattern that leaves it out"
says "is unknown"
known '%s %s\n' "[127.0.0.*]:*" "$key"
try "a pattern" 0 run one true

chmod 000 "$work/known_hosts"
rm "$work/known_hosts"
mkdir "$work/known_hosts"
refused "a file that cannot be read" -a
says "cannot verify 'one': cannot read known hosts file '$work/known_hosts'"
rmdir "$work/known_hosts"

# The types that are known are asked for first.
make_key "$work/one/host_rsa" rsa
stop_server one
start_server one "HostKey $work/one/host_rsa"
known '%s %s\n' "$where" "$(cut -d' ' -f1,2 "$work/one/host_rsa.pub")"
try "only the rsa key is known" 0 run one true

# Other settings of the ssh configuration.
cp "$work/config" "$work/config.saved"
: >"$work/config"
client one "HostKeyAlias the-hub"
known '%s %s\n' "the-hub" "$key"
try "HostKeyAlias" 0 run one true
known '%s %s\n' "$where" "$key"
refused "HostKeyAlias, only the address known"
: >"$work/config"
client one "UserKnownHostsFile $work/new/known $work/second"
known ''
printf '%s %s\n' "$where" "$key" >"$work/second"
try "the second file" 0 run one true
rm "$work/second"
try "record into the first file, which is new" 0 -a run one true
[ "$(cat "$work/new/known")" = "$where $key" ] || fail "not recorded"
[ "$(stat -c %a "$work/new")/$(stat -c %a "$work/new/known")" = 700/600 ] ||
	fail "made with the wrong modes"
: >"$work/config"
client one "GlobalKnownHostsFile $work/global"
printf '%s %s\n' "$where" "$key" >"$work/global"
known ''
try "a global file" 0 run one true
: >"$work/config"
client one "StrictHostKeyChecking no"
known '%s %s\n' "$where" "$other"
refused "StrictHostKeyChecking no weakens nothing"
says "has changed"
: >"$work/config"
client one "StrictHostKeyChecking yes"
known ''
refused "StrictHostKeyChecking yes asks nothing" -k yes
says_not "asked"
: >"$work/config"
client one "RevokedHostKeys $work/revoked"
known '%s %s\n' "$where" "$key"
echo "$key" >"$work/revoked"
refused "RevokedHostKeys"
says "is revoked by '$work/revoked'"
ssh-keygen -q -k -f "$work/revoked" "$work/other_rsa.pub"
refused "RevokedHostKeys that cannot be read"
says "not supported"
mv "$work/config.saved" "$work/config"

# Twenty sessions meet the same unknown key: one question, one line.
known ''
try "asked once for all" 0 -k yes many 20 one
prints ", 1 questions"
[ "$(wc -l <"$work/known_hosts")" = 1 ] || fail "recorded more than once"

done_testing
