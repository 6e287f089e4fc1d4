#!/bin/sh
# SPDX-License-Identifier: MIT
#
# faults.sh RUN: the runner of golden cases must fail where a case fails, and must update
# nothing that it may not. Plays it against a made-up program.
set -eu

run=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat >"$work/wgctl" <<'END'
#!/bin/sh
case $1 in
print) echo "$2" ;;
complain) echo "$2" >&2 ;;
write) echo "$3" >"$2" ;;
sanitize) log=${ASAN_OPTIONS#log_path=} && echo report >"${log%%:*}.1" ;;
tty) [ ! -t 0 ] && ! (: </dev/tty) 2>/dev/null ;;
esac
END
chmod +x "$work/wgctl"

new_case() {
	rm -rf "$work/case"
	mkdir "$work/case"
	echo "$1" >"$work/case/cmd"
	echo "${2:-0}" >"$work/case/status"
}

passes() {
	"$run" "$work/wgctl" "$work/case" >"$work/out" 2>&1 || {
		echo "should pass: $(cat "$work/case/cmd")"
		cat "$work/out"
		exit 1
	}
}

fails() {
	! "$run" "$work/wgctl" "$work/case" >"$work/out" 2>&1 || {
		echo "should fail: $(cat "$work/case/cmd")"
		exit 1
	}
}

new_case 'wgctl print a'
fails
echo a >"$work/case/stdout"
passes
printf a >"$work/case/stdout"
fails

new_case 'wgctl complain a'
fails
echo a >"$work/case/stderr"
passes

new_case 'exit 3' 3
passes
new_case 'exit 3' 0
fails
new_case 'exit 3'
rm "$work/case/status"
fails

new_case 'wgctl write f new'
echo old >"$work/case/f"
mkdir "$work/case/after"
echo new >"$work/case/after/f"
passes
[ "$(cat "$work/case/f")" = old ]
echo other >"$work/case/after/f"
fails
new_case 'rm f'
echo old >"$work/case/f"
mkdir "$work/case/after"
echo old >"$work/case/after/f"
fails

new_case 'wgctl sanitize'
fails
GOLDEN_UPDATE=1 fails
new_case 'wgctl tty'
passes
new_case 'ls -ld keys keys/a | cut -c 1-10'
mkdir "$work/case/keys"
: >"$work/case/keys/a"
printf 'drwx------\n-rw-------\n' >"$work/case/stdout"
passes

export GOLDEN_UPDATE=1
new_case 'wgctl print a; wgctl write f new'
mkdir "$work/case/after"
: >"$work/case/after/f"
passes
[ "$(cat "$work/case/stdout")" = a ]
[ "$(cat "$work/case/after/f")" = new ]
[ ! -e "$work/case/stderr" ]
new_case 'wgctl print a; exit 1' 0
fails
[ ! -e "$work/case/stdout" ]
