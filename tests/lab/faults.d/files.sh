# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# C. What faults do to files, on the host at boot and on the laptop in a deploy.

# 25. A configuration that wg would take, and lose the site by it.
damage() { # HOST empty|half|gone
	# shellcheck disable=SC2016 # the host's shell expands
	lab_exec "$1" sh -c 'cd /etc/wireguard && cp wg0.conf whole && case $1 in
		empty) : >wg0.conf ;;
		half) head -c $(($(wc -c <whole) / 2)) whole >wg0.conf ;;
		gone) rm wg0.conf ;;
		esac && rm whole' sh "$2"
}

damaged_at_boot() { # HOST empty|half|gone
	use_site new
	deploys_to 0 "$(node_of "$1")" && damage "$1" "$2" || return 1
	lab_power_cut "$1"
	lab_boot "$1" && reaches "$1" && lab_exec "$1" journalctl -b -u wgctl@wg0 |
		grep -q 'is used as it was confirmed last' || wrong 'the damage is not told' || return 1
	deploys_to 0 "$(node_of "$1")" && says 'configuration' && both_end "$1" new
}

# 24. Every call of the laptop that touches a file goes wrong once, or is the last one.
fsfault=$(dirname "${WGCTL-}")/../tests/faults/fsfault.so

deploy_broken() { # KIND NUMBER NODE
	local status=0
	rm -f "$work/calls"
	echo "deploy $3 ($1 at call $2)" >"$work/command"
	lab_laptop env LD_PRELOAD="$fsfault" FSFAULT_KIND="$1" FSFAULT_AT="$2" \
		FSFAULT_COUNT_FILE="$work/calls" ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0 \
		"$STORY_PROGRAM" -C "$site" -F "$ssh_config" deploy "$3" --prune --confirm-within "$WINDOW" \
		</dev/null >"$work/out" 2>"$work/err" || status=$?
	return $status
}

site_files() {
	(cd "$site" && find . ! -name site.yaml -printf '%p %m %s %T@\n' | sort)
}

# Whoever waits is asked for at once, as an administrator does whose laptop is back.
settled() { # NODE
	! lab_exec "$(host_of "$1")" test -e /etc/wireguard/wgctl/wg0.pending ||
		wgctl confirm "$1" || wrong "confirm: exit status $?"
}

# broken_once KIND NUMBER HOST FROM TO: sets IS to what the host is in the end.
broken_once() {
	local status=0
	use_site "$5"
	deploy_broken "$1" "$2" "$(node_of "$3")" 2>/dev/null || status=$?
	case $status in
	0 | 1 | 2 | "$STATUS_ROLLED_BACK" | 137) ;;
	*) wrong "$1 at call $2: exit status $status" || return 1 ;;
	esac
	same "$FILES" "$(site_files)" "the site after $1 at call $2" && settled "$(node_of "$3")" ||
		return 1
	IS=$(generation_name "$3")
	[ "$IS $5" != 'mixed old' ] || { forward_no_ipv6 "$3" && IS=$(generation_name "$3"); }
	[ "$IS" != mixed ] || wrong "$1 at call $2: neither old nor new" || return 1
	[ $status != 0 ] || [ "$IS" = "$5" ] || wrong "$1 at call $2: said to be done, and is not"
}

each_call() { # HOST
	local kind number calls runs=0 IS=old FILES
	[ -f "$fsfault" ] || wrong "there is no '$fsfault'" || return 1
	FILES=$(site_files)
	broken_once NONE 0 "$1" old new || return 1
	calls=$(wc -l <"$work/calls")
	[ "$calls" -gt 20 ] || wrong "only $calls calls are seen" || return 1
	for kind in KILL EIO ENOSPC SHORT; do
		for ((number = 1; number <= calls; number++)); do
			case $IS in
			old) broken_once $kind $number "$1" old new || return 1 ;;
			new) broken_once $kind $number "$1" new old || return 1 ;;
			esac
			runs=$((runs + 1))
		done
	done
	echo "  $runs runs over $calls calls"
	both_end "$1" "$IS"
}

for host in hub pi; do
	fault "C24-each-call-of-deploy-$host" each_call $host
	for damage in empty half gone; do
		fault "C25-conf-$damage-$host" damaged_at_boot $host $damage
	done
done
