#!/bin/sh
# SPDX-License-Identifier: MIT
# Becoming root: directly, by sudo without a password and with one, and all that sudo may
# say instead. sudo and id are stand-ins, found first in PATH.
# shellcheck source=tests/host/lib.sh
. "$(dirname "$0")/lib.sh"

bin=$work/bin
mkdir "$bin"
start_server one "SetEnv PATH=$bin:$PATH"
client one
know one

cat >"$work/script" <<'EOF'
echo 'wgctl 1'
echo "as $WHO"
cat >/dev/null
EOF

# The stand-in: FAKE_SUDO says how it behaves; calls are noted in the folder of the test.
cat >"$bin/sudo" <<'EOF'
#!/bin/sh
here=${0%/bin/sudo}
mode=$(cat "$here/mode")
echo "$*" >>"$here/calls"
deny() {
	echo "sudo: $*" >&2
	exit 1
}
# As with use_pty: another terminal than the one that sudo was called on.
run() {
	[ ! -t 0 ] || stty sane
	exec "$@"
}
WHO=root
export WHO
case $mode in
tty-*)
	[ -t 0 ] || deny "sorry, you must have a tty to run sudo"
	mode=${mode#tty-}
	;;
esac
if [ "$1" = -n ]; then
	shift
	case $mode in
	nopasswd) run "$@" ;;
	sudoers) deny "admin is not in the sudoers file." ;;
	esac
	[ "$LC_ALL" = C ] || deny "ein Passwort ist notwendig"
	deny "a password is required"
fi
[ "$1 $2" = "-S -p" ] || deny "usage"
[ "$LC_ALL" = C ] || deny "3 falsche Passworteingaben"
prompt=$3
shift 3
case $mode in
lecture) echo "We trust you have received the usual lecture" >&2 ;;
once | nopasswd) run "$@" ;;
pin) printf 'Passwort: ' >&2; sleep 5 ;;
sudoers) deny "admin is not in the sudoers file." ;;
esac
for try in 1 2 3; do
	printf '%s' "$prompt" >&2
	IFS= read -r answer || deny "no password was provided"
	echo "$answer" >>"$here/answers"
	if [ "$answer" = "s3cret\$" ]; then
		[ "$mode" != later ] || deny "admin is not allowed to execute '$*' as root"
		run "$@"
	fi
	echo "Sorry, try again." >&2
done
deny "3 incorrect password attempts"
EOF
cat >"$bin/id" <<'EOF'
#!/bin/sh
here=${0%/bin/id}
cat "$here/uid"
EOF
chmod +x "$bin/sudo" "$bin/id"

# as_root WHAT STATUS MODE OPTION…
as_root() {
	case_name=$1
	expected=$2
	echo "$3" >"$work/mode"
	shift 3
	rm -f "$work/calls" "$work/answers"
	"$tool" -F "$work/config" "$@" root one <"$work/script" >"$work/out" 2>"$work/err"
	status=$?
	[ "$status" = "$expected" ] || fail "status $status, not $expected"
	! grep -q -e LEAK -e Sanitizer "$work/err" || fail "leak"
}

calls() {
	touch "$work/calls"
	[ "$(wc -l <"$work/calls")" = "$1" ] || fail "sudo was not called $1 times"
}

echo 0 >"$work/uid"
as_root "root already" 0 broken
prints "wgctl 1"
prints "as "
calls 0

echo 1000 >"$work/uid"
as_root "without a password" 0 nopasswd
[ "$(cat "$work/out")" = "wgctl 1
as root" ] || fail "unexpected output"
calls 1
as_root "lines start at the greeting" 0 nopasswd -v
[ "$(head -1 "$work/out")" = "line 1: wgctl 1" ] || fail "not the greeting first"

as_root "a password, nobody to ask" 1 password
says "sudo on 'one' needs a password: run from a terminal, or allow '$user' passwordless sudo"
calls 1

as_root "the right password" 0 password -S 's3cret$'
prints "as root"
says "asked: sudo password of $user on one"
[ "$(cat "$work/answers")" = 's3cret$' ] || fail "sudo read something else"
calls 2
says_not 's3cret'
as_root "the right password, lines" 0 password -S 's3cret$' -v
[ "$(head -1 "$work/out")" = "line 1: wgctl 1" ] || fail "not the greeting first"

as_root "a wrong password" 1 password -S 'guess'
says "wrong sudo password for '$user' on 'one'"
[ "$(grep -c asked "$work/err")" = 1 ] || fail "asked more than once"
until_true 5 test -s "$work/answers"
[ "$(cat "$work/answers")" = guess ] || fail "more than the password was sent"
calls 2

as_root "no password given" 1 password -S ''
says "no sudo password given"
calls 1

as_root "a lecture" 0 lecture -S 's3cret$'
prints "as root"
says_not "lecture"

as_root "no password needed after all" 0 once -S 's3cret$'
prints "as root"
[ ! -e "$work/answers" ] || fail "sent a password that nobody asked for"

as_root "not in the sudoers" 1 sudoers -S 's3cret$'
says "'$user' may not become root on 'one'"
says_not asked
as_root "not allowed after the password" 1 later -S 's3cret$'
says "'$user' may not become root on 'one'"

as_root "another prompt than sudo's" 1 pin -S 's3cret$' -t 1500
says "sudo on 'one' asks for something else than a password: Passwort:"
[ ! -e "$work/answers" ] || fail "sent a password that sudo did not ask for"

# requiretty: over a terminal, which must neither echo nor change a byte.
as_root_alone() {
	[ "$(cat "$work/out")" = "wgctl 1
as root" ] || fail "unexpected output"
}
cat >"$work/script" <<'EOF'
echo 'wgctl 1'
echo noise >&2
echo "as $WHO"
EOF
cp "$work/script" "$work/script.saved"
as_root "requiretty" 0 tty-nopasswd
as_root_alone
calls 2
as_root "requiretty, lines" 0 tty-nopasswd -v
[ "$(grep '^line' "$work/out")" = "line 1: wgctl 1
line 1: as root" ] || fail "unexpected lines"
as_root "requiretty, a password, nobody to ask" 1 tty-password
says "sudo on 'one' needs a password: run from a terminal, or allow '$user' passwordless sudo"
[ ! -e "$work/answers" ] || fail "answered something"
as_root "requiretty, the right password" 0 tty-password -S 's3cret$'
as_root_alone
[ "$(cat "$work/answers")" = 's3cret$' ] || fail "sudo read something else"
[ "$(grep -c asked "$work/err")" = 1 ] || fail "not asked once"
says_not 's3cret'
calls 2
as_root "requiretty, a wrong password" 1 tty-password -S 'guess'
says "wrong sudo password for '$user' on 'one'"
[ "$(grep -c asked "$work/err")" = 1 ] || fail "asked more than once"
[ "$(cat "$work/answers")" = guess ] || fail "more than one attempt"
calls 2
as_root "requiretty, no password given" 1 tty-password -S ''
says "no sudo password given"
[ ! -e "$work/answers" ] || fail "answered something"
as_root "requiretty, a lecture" 0 tty-lecture -S 's3cret$'
as_root_alone
as_root "requiretty, not in the sudoers" 1 tty-sudoers -S 's3cret$'
says "'$user' may not become root on 'one'"
says_not asked
as_root "requiretty, not allowed after the password" 1 tty-later -S 's3cret$'
says "'$user' may not become root on 'one'"

# More than any terminal holds, with every byte that one may take for a command.
{
	printf '%s\n' "echo 'wgctl 1'" "cat <<'END' | cksum"
	awk 'BEGIN { for (i = 0; i < 40000; i++)
		printf "%60d\001\003\004\021\022\023\026\027\032\034\177\377\r|\n", i }'
	echo END
} >"$work/script"
as_root "requiretty, 3 MB" 0 tty-nopasswd
[ "$(sed 1d "$work/out")" = "$(sed '1,2d;$d' "$work/script" | cksum)" ] ||
	fail "something else came there"

printf '%s\n' "echo 'wgctl 1'" 'exit 7' 'echo more' >"$work/script"
as_root "requiretty, a script that ends before its end" 0 tty-nopasswd
[ "$(cat "$work/out")" = "wgctl 1" ] || fail "went on"
says "end=exited status=7"
printf '%s\n%s' "echo 'wgctl 1'" 'false' >"$work/script"
as_root "requiretty, a last line without its end" 0 tty-nopasswd
says "end=exited status=1"

# Root's shell waits for what does not come; it goes when the connection does.
printf '%s\n' "echo 'wgctl 1'" "echo \$\$ >$work/shell" "cat <<'END'" >"$work/script"
as_root "requiretty, given up" 1 tty-nopasswd -t 1500
says "'one' did not finish the command in time"
until_true 5 sh -c "! kill -0 $(cat "$work/shell")" || fail "root's shell is still there"

# What comes of a script that does not end by itself.
for mode in nopasswd tty-nopasswd; do
	printf '%s\n' "echo 'wgctl 1'" 'kill -KILL $$' >"$work/script"
	as_root "$mode, killed by a signal" 0 $mode
	[ "$(cat "$work/out")" = "wgctl 1" ] || fail "unexpected output"
	! grep -q "end=exited status=0" "$work/err" || fail "it is said to have ended well"
	printf 'printf w; kill -KILL $$\n' >"$work/script"
	as_root "$mode, killed after one byte" 1 $mode
	printf '%s\n' "echo 'wgctl 1'" 'head -c 100000000 /dev/zero' >"$work/script"
	as_root "$mode, 100 MB of output" 1 $mode
	says "'one' sends more than 16 MiB"
done
mv "$work/script.saved" "$work/script"

# The same under other login shells.
for shell in fish zsh tcsh csh dash "busybox ash"; do
	command -v "${shell%% *}" >/dev/null 2>&1 || continue
	stop_server one
	start_server one "SetEnv PATH=$bin:$PATH" \
		"ForceCommand exec $shell -c \"\$SSH_ORIGINAL_COMMAND\""
	as_root "$shell, without a password" 0 nopasswd
	[ "$(cat "$work/out")" = "wgctl 1
as root" ] || fail "unexpected output"
	as_root "$shell, with a password" 0 password -S 's3cret$'
	prints "as root"
	as_root "$shell, requiretty, with a password" 0 tty-password -S 's3cret$'
	prints "as root"
done

# A login shell that runs nothing, and one whose start-up files talk.
stop_server one
start_server one "ForceCommand echo This account is not available; exit 1"
as_root "no shell" 1 nopasswd -S 's3cret$'
says "the login shell of '$user' on 'one' did not run the script (status 1): This account is not available"
says_not asked
stop_server one
start_server one "ForceCommand echo sh: not found >&2; exit 127"
as_root "no sh" 1 nopasswd -S 's3cret$'
says "did not run the script (status 127): sh: not found"
stop_server one
start_server one "SetEnv PATH=$bin:$PATH" "PermitTTY no"
as_root "requiretty, and the server gives no terminal" 1 tty-nopasswd
says "sudo on 'one' wants a terminal (requiretty): 'one' does not let us have a terminal"
stop_server one
start_server one "SetEnv PATH=$bin:$PATH" \
	"ForceCommand echo wgctl 1 or so; echo noise; exec sh -c \"\$SSH_ORIGINAL_COMMAND\""
as_root "a talking start-up file" 0 nopasswd
[ "$(cat "$work/out")" = "wgctl 1
as root" ] || fail "unexpected output"

mv "$bin/sudo" "$work/sudo.away"
if ! command -v sudo >/dev/null 2>&1; then
	as_root "no sudo" 1 none
	says "'$user' on 'one' is not root and there is no sudo: install sudo, or log in as root"
fi
mv "$work/sudo.away" "$bin/sudo"

# The first line alone proves that root's shell runs.
echo 'echo hello' >"$work/script"
as_root "no greeting" 1 nopasswd
says_not "asked"

done_testing
