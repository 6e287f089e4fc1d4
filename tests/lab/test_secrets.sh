#!/bin/bash
# SPDX-License-Identifier: MIT
# No key ever stands where others could read it: not in an argument list or environment of the
# laptop or a host while wgctl works, not in what it prints, not in a journal, and in no file
# but the site's keys and the host's own folder.
# shellcheck source=story.sh
. "$(dirname "$0")/story.sh"

lab_dir=$(dirname "$(realpath "${BASH_SOURCE[0]}")")

# The hosts' processes are processes of this machine, so one watcher sees both ends.
watch_begin() {
	rm -f "$work/stop"
	python3 "$lab_dir/watch_secrets.py" "$site/keys" "$work/stop" >"$work/seen" &
	watcher=$!
}

watch_end() {
	touch "$work/stop"
	wait "$watcher"
}

nothing_seen() {
	watch_end
	same '' "$(grep -v rounds "$work/seen")" 'what the watcher saw'
	[ "$(awk '/rounds/ { print $1 }' "$work/seen")" -ge 20 ] || wrong "it looked $(tail -n 1 "$work/seen")"
}

watcher_works() {
	watch_begin
	lab_exec hub sh -c 'sleep 2; :' "$(cat "$site/keys/hub.key")"
	watch_end
	grep -q 'a key stood in the cmdline' "$work/seen"
}

run_all() {
	local command
	: >"$work/printed"
	for command in 'plan hub hospital' '-v deploy hub hospital' '--json deploy hub hospital' \
		'list' 'show hospital' '--json show hub' 'routes'; do
		# shellcheck disable=SC2086
		wgctl $command
		cat "$work/out" "$work/err" >>"$work/printed"
	done
	sed -i 's/^hub:/&\n  mtu: 1400/' "$site/site.yaml"
	wgctl -v deploy hub && wgctl rollback hub
	cat "$work/out" "$work/err" >>"$work/printed"
}

key_patterns() {
	cat "$site"/keys/*.key "$site"/keys/*.psk >"$work/patterns"
	[ -s "$work/patterns" ]
}

# journalctl takes whole boots; the files that may hold keys are left out.
no_key_on() { # HOST
	local found
	found=$(lab_exec "$1" sh -c 'cat >/run/patterns
		journalctl --no-pager | grep -cF -f /run/patterns
		grep -rlsF -f /run/patterns /run /tmp /var /home /root /etc /usr/local |
			grep -v -e ^/run/patterns -e "^/etc/wireguard/wg0.conf$" -e "^/etc/wireguard/wgctl/"
		rm /run/patterns' <"$work/patterns")
	same 0 "$found" "what holds a key on $1, journal first"
}

closed_to_others() { # HOST
	same '' "$(lab_exec "$1" find /etc/wireguard -type f -perm /077 ! -name '*.tmp')" \
		"files of $1 that others could read"
}

story_begin hub pi
make_site hospital
check 'the watcher sees a key in an argument list' watcher_works
watch_begin
check 'plan, deploy, list, show, rollback run' run_all
check 'no key was in an argument list or environment, on either side' nothing_seen
check 'keys to look for' key_patterns
check 'wgctl printed no key' refuses grep -qF -f "$work/patterns" "$work/printed"
for host in hub pi; do
	check "$host holds keys in /etc/wireguard only" no_key_on "$host"
	check "$host keeps them from other users" closed_to_others "$host"
done
