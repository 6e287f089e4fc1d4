# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# What the cases of this folder share: servers and keys of their own in a folder that goes
# away at the end, and a few words to say what is expected. Use: . lib.sh TOOL
set -u

tool=$1
work=$(mktemp -d)
user=$(id -un)
servers=
failures=0
unset SSH_AUTH_SOCK SSH_ASKPASS

finish() {
	for pid in $servers; do
		kill "$pid" 2>/dev/null
	done
	rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM HUP

need() {
	for program in "$@"; do
		if ! command -v "$program" >/dev/null 2>&1; then
			echo "skipped: no $program"
			exit 77
		fi
	done
}

# sshd insists on being called by its full path, and on this folder where it is root. It
# stays, since other tests may be using it.
PATH=$PATH:/usr/sbin:/sbin
need ssh sshd ssh-keygen
sshd=$(command -v sshd)
[ "$(id -u)" != 0 ] || mkdir -p /run/sshd

# make_key FILE TYPE [PASSPHRASE]
make_key() {
	ssh-keygen -q -t "$2" -N "${3-}" -C "$(basename "$1")" -f "$1"
}

# until_true SECONDS COMMAND…: polls.
until_true() {
	tries=$(($1 * 20))
	shift
	until "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || return 1
		sleep 0.05
	done
}

# start_server NAME [LINE…]: an sshd with host key NAME/host; its port is in NAME/port,
# its log in NAME/log. Each LINE goes to its configuration.
start_server() {
	name=$1
	shift
	dir=$work/$name
	mkdir -p "$dir"
	[ -f "$dir/host" ] || make_key "$dir/host" ed25519
	[ -f "$dir/port" ] || "$tool" port >"$dir/port"
	port=$(cat "$dir/port")
	{
		printf '%s\n' "$@"
		printf '%s\n' "Port $port" "ListenAddress 127.0.0.1" "HostKey $dir/host" \
			"PidFile $dir/pid" "StrictModes no" "UsePAM no" \
			"PasswordAuthentication no" "KbdInteractiveAuthentication no" \
			"PermitRootLogin yes" "AuthorizedKeysFile $work/authorized_keys" \
			"LogLevel DEBUG1" "UseDNS no"
	} >"$dir/config"
	"$sshd" -D -f "$dir/config" -E "$dir/log" &
	echo $! >"$dir/parent"
	servers="$servers $!"
	until_true 10 test -s "$dir/pid" || {
		echo "sshd does not start:"
		cat "$dir/log"
		exit 1
	}
}

stop_server() {
	kill "$(cat "$work/$1/parent")"
	wait "$(cat "$work/$1/parent")" 2>/dev/null
	rm -f "$work/$1/pid"
}

# saw_no_login NAME: the server's log has a connection that ended, and no attempt to log in.
saw_no_login() {
	until_true 5 grep -q "Connection closed by\|Disconnected from\|Connection reset" \
		"$work/$1/log" || fail "'$1' saw no connection end"
	! grep -qi "userauth-request\|Accepted\|Failed\|authenticating user" \
		"$work/$1/log" || fail "'$1' saw an attempt to log in"
}

# client NAME [LINE…]: makes host NAME of the client's configuration mean that server.
# LINEs come first, so they win.
client() {
	name=$1
	shift
	{
		echo "Host $name"
		printf '  %s\n' "$@"
		printf '  %s\n' "HostName 127.0.0.1" "Port $(cat "$work/$name/port")" \
			"User $user" "IdentityFile $work/id" "IdentitiesOnly yes" \
			"UserKnownHostsFile $work/known_hosts" "GlobalKnownHostsFile /dev/null"
	} >>"$work/config"
}

# know NAME: puts the server's key into known_hosts.
know() {
	echo "[127.0.0.1]:$(cat "$work/$1/port") $(cut -d' ' -f1,2 "$work/$1/host.pub")" \
		>>"$work/known_hosts"
}

fail() {
	echo "FAILED: $case_name: $*"
	echo "--- stdout"
	head -c 2000 "$work/out"
	echo "--- stderr"
	head -c 3000 "$work/err"
	echo "---"
	failures=$((failures + 1))
}

# try WHAT STATUS OPTION…: runs the tool on the configuration, expects the exit status.
try() {
	case_name=$1
	expected=$2
	shift 2
	"$tool" -F "$work/config" "$@" >"$work/out" 2>"$work/err" </dev/null
	status=$?
	[ "$status" = "$expected" ] || fail "status $status, not $expected"
	! grep -q -e LEAK -e Sanitizer "$work/err" || fail "leak"
}

says() {
	grep -qF -e "$1" "$work/err" || fail "stderr lacks: $1"
}

says_not() {
	! grep -qF -e "$1" "$work/err" || fail "stderr has: $1"
}

prints() {
	grep -qF -e "$1" "$work/out" || fail "stdout lacks: $1"
}

# elapsed COMMAND…: runs it, leaves the seconds in $took.
elapsed() {
	started=$(date +%s%N)
	"$@"
	took=$((($(date +%s%N) - started) / 1000000))
}

faster_than() {
	[ "$took" -lt "$1" ] || fail "took $took ms, not under $1"
}

done_testing() {
	[ "$failures" = 0 ] && echo "all passed"
	exit "$failures"
}

make_key "$work/id" ed25519
cp "$work/id.pub" "$work/authorized_keys"
: >"$work/known_hosts"
: >"$work/config"
