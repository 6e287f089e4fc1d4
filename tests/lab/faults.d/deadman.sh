# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# B. Each thing that can break in the midst of a good change, at each named point of it.

# starts HOST POINT [OPTION…]: the good change, held at that point.
starts() {
	local host=$1
	point "$host" "$2" || return 1
	shift 2
	use_site new
	deploy_start "$(node_of "$host")" "$@"
	point_reached "$host" || { deploy_ends 0; return 1; }
}

# is_past POINT OTHER: the one comes after the other.
is_past() {
	[ "$(points | awk -v a="$1" -v b="$2" '$1 == b { seen = 1; next } seen && $1 == a { print "yes" }')" = yes ]
}

# at_least POINT OTHER
at_least() {
	[ "$1" = "$2" ] || is_past "$1" "$2"
}

# The others must be as they were in any case.
both_end() { # HOST old|new
	ends "$1" "$2" || return 1
	case $1 in
	hub) ends pi old ;;
	pi) ends hub old ;;
	esac
}

# The answer that a probe was after may have come before the fault: what is told must be what is.
either_ends() { # HOST
	deploy_wait || return 1
	case $DEPLOY_STATUS in
	0) both_end "$1" new ;;
	"$STATUS_ROLLED_BACK") both_end "$1" old ;;
	*) wrong "exit status $DEPLOY_STATUS" ;;
	esac
}

# 10. From that moment on no packet passes; the host must help itself.
cut_at() { # HOST POINT
	starts "$1" "$2" || return 1
	lab_cut "$1"
	point_go "$1"
	until_decided "$1"
	lab_until 5 false
	lab_mend "$1"
	if at_least "$2" deciding; then
		deploy_ends 0 && both_end "$1" new
	elif [ "$2" = probing ]; then
		either_ends "$1"
	else
		deploy_ends "$STATUS_ROLLED_BACK" && both_end "$1" old
	fi
}

# 11. The laptop dies.
kill_at() { # HOST POINT
	starts "$1" "$2" || return 1
	deploy_kill
	point_go "$1"
	until_decided "$1"
	if at_least "$2" confirming; then
		both_end "$1" new
	else
		both_end "$1" old
	fi
}

# Whoever holds the lock, the eldest first, who would else take back what a child could not finish;
# and who waits at the point.
slay() { # HOST
	# shellcheck disable=SC2016 # the inner shell expands
	lab_exec "$1" sh -c '
		for fd in /proc/[0-9]*/fd/9; do
			[ "$(readlink "$fd")" != /run/wgctl/lock ] || victims="${victims-} ${fd#/proc/}"
		done
		set --
		for victim in ${victims-}; do set -- "$@" "${victim%%/*}"; done
		kill -KILL $(printf "%s\n" "$@" | sort -n) "$(cat /var/lib/lab.point/hit)" 2>/dev/null'
	return 0
}

# 12. What works on the host is killed.
slay_at() { # HOST POINT
	starts "$1" "$2" || return 1
	slay "$1"
	point_clear "$1"
	if at_least "$2" applied; then
		deploy_ends 0 && both_end "$1" new
	elif is_past waiting "$2"; then
		deploy_ends "$STATUS_FAILED" && both_end "$1" old
	else
		deploy_ends "$STATUS_ROLLED_BACK" && both_end "$1" old
	fi
}

# 13. sshd notices the loss of the link long before the window ends, and ends the session.
impatient_sshd() { # HOST
	# shellcheck disable=SC2016 # the host's shell expands
	lab_exec "$1" sh -c 'printf "ClientAliveInterval 1\nClientAliveCountMax 2\n" \
		>/etc/ssh/sshd_config.d/impatient.conf && systemctl reload ssh'
}

patient_sshd() { # HOST
	lab_exec "$1" sh -c 'rm /etc/ssh/sshd_config.d/impatient.conf && systemctl reload ssh'
}

no_session() { # HOST
	! lab_exec "$1" pgrep -f '^sshd: admin' >/dev/null
}

session_ends() { # HOST
	starts "$1" filtering || return 1
	lab_exec "$1" pgrep -f '^sshd: admin' >/dev/null || wrong 'there is no session' || return 1
	lab_cut "$1"
	lab_until 20 no_session "$1" || wrong 'sshd does not end the session' || return 1
	point_go "$1"
	until_decided "$1" || return 1
	lab_mend "$1"
	deploy_ends "$STATUS_ROLLED_BACK"
}

impatient() { # HOST
	local status=0
	impatient_sshd "$1" && session_ends "$1" || status=$?
	patient_sshd "$1"
	[ $status = 0 ] && both_end "$1" old
}

# The same where sudo wants a terminal: the session has one, and its end hangs it up.
on_terminal() { # HOST
	local status=0
	lab_exec "$1" sh -c 'echo "Defaults requiretty" >/etc/sudoers.d/terminal' &&
		impatient_sshd "$1" && session_ends "$1" || status=$?
	lab_exec "$1" rm /etc/sudoers.d/terminal
	patient_sshd "$1"
	[ $status = 0 ] && both_end "$1" old
}

# 14. The plug is pulled.
power_at() { # HOST POINT
	starts "$1" "$2" || return 1
	lab_power_cut "$1"
	lab_boot "$1" || return 1
	point_clear "$1"
	if at_least "$2" decided; then
		deploy_ends 0 && both_end "$1" new
	elif is_past waiting "$2"; then
		deploy_ends "$STATUS_FAILED" && both_end "$1" old
	else
		deploy_ends "$STATUS_ROLLED_BACK" && both_end "$1" old
	fi
}

# goes_back HOST POINT [hold|kill|fail]: the laptop is dead, and the host goes back until that point.
goes_back() {
	starts "$1" applied || return 1
	deploy_kill
	point "$1" "$2" "${3:-hold}" 1 && point_reached "$1" || return 1
}

power_while_undoing() { # HOST POINT
	goes_back "$1" "$2" || return 1
	lab_power_cut "$1"
	lab_boot "$1" || return 1
	point_clear "$1"
	both_end "$1" old
}

# Started again by systemd.
slay_while_undoing() { # HOST POINT
	goes_back "$1" "$2" || return 1
	slay "$1"
	point_clear "$1"
	until_decided "$1" && both_end "$1" old
}

# 22. The rollback itself fails half-way, again and again. What is told must be so; once the cause is
# gone the host mends itself.
fails_to_go_back() { # HOST
	starts "$1" applied || return 1
	deploy_kill
	point_rule "$1" wg before 0 fail 'syncconf *' && point_reached "$1" &&
		lab_until 30 tried_again "$1" || wrong 'it is not tried again' || return 1
	lab_exec "$1" test -e /etc/wireguard/wgctl/wg0.pending || wrong 'it has given up' || return 1
	[ "$1" != hub ] || says_so_while_undoing || return 1
}

tried_again() { # HOST
	[ "$(lab_exec "$1" systemctl show -P NRestarts wgctl-rollback-wg0.service)" -ge 2 ]
}

says_so_while_undoing() {
	wgctl_fails "$STATUS_FAILED" 'taking it back failed too' confirm hub &&
		wgctl_fails "$STATUS_FAILED" 'another change waits for confirmation' deploy hub
}

rollback_heals() { # HOST
	fails_to_go_back "$1" || return 1
	point_clear "$1"
	until_decided "$1" && both_end "$1" old
}

boot_heals() { # HOST
	fails_to_go_back "$1" || return 1
	lab_power_cut "$1"
	lab_power_on "$1"
	lab_until 20 lab_exec "$1" rm -f "$POINT/rule" 2>/dev/null && lab_wait_boot "$1" &&
		both_end "$1" old
}

# No file can be put back, and yet what runs can be.
has_old_mtu() { # HOST
	[ "$(lab_exec "$1" cat /sys/class/net/wg0/mtu)" = 1420 ]
}

disk_turns_read_only() { # HOST
	starts "$1" applied || return 1
	deploy_kill
	lab_exec "$1" sh -c 'mount --bind /etc /etc && mount -o remount,bind,ro /etc' || return 1
	point_go "$1"
	lab_until $((WINDOW + 25)) has_old_mtu "$1" && reaches "$1" &&
		lab_exec "$1" test -e /etc/wireguard/wgctl/wg0.pending
	local status=$?
	lab_exec "$1" umount -l /etc
	[ $status = 0 ] || wrong 'what runs is not put back' || return 1
	until_decided "$1" && both_end "$1" old
}

# What is wrong is still wrong at boot: the unit fails, and the timer that it sets does better.
boot_fails_first() { # HOST
	starts "$1" applied || return 1
	deploy_kill
	point_rule "$1" mv before 0 fail '* /etc/wireguard/wg0.conf' || return 1
	lab_power_cut "$1"
	lab_boot "$1" || return 1
	point_hit "$1" || wrong 'the recovery at boot did not fail' || return 1
	point_clear "$1"
	until_decided "$1" && both_end "$1" old
}

# 15. By the clock of the host the window ends never, or is long over.
clock_steps() { # HOST SECONDS
	lab_clock "$1" 0
	lab_reboot "$1" && reaches pi && starts "$1" applied || return 1
	lab_clock "$1" "$2"
	deploy_kill
	point_go "$1"
	until_decided "$1" || return 1
	[ $((SECONDS - DEPLOY_BEGAN)) -ge $((WINDOW - 2)) ] || wrong 'the window was cut short' || return 1
	both_end "$1" old || return 1
	lab_clock "$1" 0
	starts "$1" applied || return 1
	lab_clock "$1" "$2"
	point_go "$1"
	deploy_ends 0 && both_end "$1" new
}

steps_clock() { # HOST SECONDS
	local status=0
	clock_steps "$@" || status=$?
	lab_clock "$1" 0
	return $status
}

# An orderly restart, which stops the units of the new generation before it starts those of the old;
# and neither the timer nor what waits for it may hold it up.
reboot_while_it_waits() { # HOST
	local began
	starts "$1" applied || return 1
	deploy_kill
	point_go "$1"
	lab_until 10 lab_exec "$1" grep -q ^pending /run/wgctl/wg0.said || wrong 'it does not wait' || return 1
	began=$SECONDS
	lab_reboot "$1" || return 1
	[ $((SECONDS - began)) -le 20 ] || wrong "the restart takes $((SECONDS - began)) s" || return 1
	both_end "$1" old
}

# refused HOST TEXT: the good change is not even begun.
refused() {
	use_site new
	deploys_to "$STATUS_FAILED" "$(node_of "$1")" && says "$2" && says 'nothing was changed'
}

# goes_through HOST: the same deploy, once nothing is in its way.
goes_through() {
	deploys_to 0 "$(node_of "$1")" && both_end "$1" new
}

# 16. No room for the generation to go back to.
disk_full() { # HOST
	lab_fill_disk "$1"
	leaves_alone "$1" refused "$1" 'cannot save what this host is like now' || return 1
	lab_free_disk "$1"
	goes_through "$1"
}

# 17. The timer runs out in the moment in which the probes have passed. That the host looks for the
# end of a hold every 50 ms, and we wait up to 30 ms, puts now the one first and now the other; by
# then the program of the rollback may be gone. The true timer, which has more time, is stopped.
race_once() { # old|new
	point_rule hub iptables after 1 hold '*-t raw -D *'
	use_site "$1"
	deploy_start hub --prune
	point_reached hub || return 1
	lab_exec hub sh -c "touch $POINT/go; sleep 0.0$((RANDOM % 4))
		sh /etc/wireguard/wgctl/wg0.tx/host rollback wg0
		systemctl stop wgctl-rollback-wg0.timer" 2>/dev/null
	deploy_wait
}

timer_is_over() { # HOST
	lab_exec "$1" sh -c '! systemctl --no-legend list-units --all "wgctl-rollback-*" | grep -q .'
}

outcome_is() { # HOST confirmed|rolled-back
	same "$2" "$(lab_exec "$1" cut -d' ' -f1 /etc/wireguard/wgctl/wg0.outcome)" 'the outcome'
}

race() { # RUNS
	local runs=$1 run is=old next confirmed=0
	for ((run = 1; run <= runs; run++)); do
		next=old
		[ $is = new ] || next=new
		race_once $next || return 1
		case $DEPLOY_STATUS in
		0)
			outcome_is hub confirmed || return 1
			is=$next confirmed=$((confirmed + 1))
			[ $is = new ] || forward_no_ipv6 hub
			;;
		"$STATUS_ROLLED_BACK") outcome_is hub rolled-back || return 1 ;;
		*) wrong "exit status $DEPLOY_STATUS" || return 1 ;;
		esac
		is_generation hub $is && nothing_waits hub || return 1
	done
	echo "  $confirmed of $runs confirmed"
	[ "$runs" -lt 50 ] || { [ $confirmed -gt 0 ] && [ $confirmed -lt "$runs" ]; } ||
		wrong 'that was no race' || return 1
	both_end hub $is
}

# A rollback that began while the probes ran, and was broken off.
half_taken_back() { # HOST
	starts "$1" probing && lab_exec "$1" rm /etc/wireguard/wgctl/wg0.tx/applied || return 1
	point_go "$1"
	deploy_ends "$STATUS_ROLLED_BACK" 'half taken back' && both_end "$1" old
}

# Another tunnel of the host, whose files this one shares, may still go back.
other_tunnel_waits() { # HOST
	lab_exec "$1" touch /etc/wireguard/wgctl/wg7.pending
	refused "$1" "a change of tunnel 'wg7' waits for its confirmation" || return 1
	lab_exec "$1" rm /etc/wireguard/wgctl/wg7.pending
	goes_through "$1"
}

# 18. From a laptop of his own, and another site.
second_operator() { # HOST
	local site=$work/second/site work=$work/second
	rm -rf "$work"
	mkdir "$work" && cp -a "${work%/*}/site" "$site" &&
		sed 's/1380/1340/; s/10\.30\./10.31./' "${work%/*}/new.yaml" >"$site/site.yaml" || return 1
	wgctl_fails "$STATUS_FAILED" 'another change waits for confirmation on this host' \
		deploy "$(node_of "$1")"
}

while_it_waits() { # HOST
	starts "$1" confirming && second_operator "$1" || return 1
	point_go "$1"
	deploy_ends 0 && both_end "$1" new
}

# 19. Nothing would take the change back.
no_timer() { # HOST
	point_rule "$1" systemd-run before 0 fail '*'
	leaves_alone "$1" refused "$1" 'the timer that would take the change back does not start' ||
		return 1
	point_clear "$1"
	goes_through "$1"
}

dead_timer() { # HOST
	lab_exec "$1" sh -c 'rm -f /usr/local/sbin/systemd-run; cat >/usr/local/sbin/systemd-run &&
		chmod 755 /usr/local/sbin/systemd-run' <<-'END'
		#!/bin/sh
		/usr/bin/systemd-run "$@" && systemctl stop wgctl-rollback-wg0.timer
	END
	leaves_alone "$1" refused "$1" 'the timer that would take the change back does not start' ||
		return 1
	points_install "$1"
	goes_through "$1"
}

# 21. A host that was bare has nothing to go back to but that.
make_bare() { # HOST
	lab_mend desk
	lab_exec "$1" sh /etc/wireguard/wgctl/host remove wg0 && forward_no_ipv6 "$1" &&
		lab_exec "$1" sh -c 'echo 0 >/proc/sys/net/ipv4/ip_forward' || return 1
	sed -i 's/{user: admin, via: hub}/pi/' "$site/site.yaml"
}

make_whole() { # HOST
	deploys_to 0 "$(node_of "$1")" || return 1
	lab_cut desk
	lab_ping pi 10.49.0.1 1 150
}

never_confirmed() { # HOST
	deploy_start "$(node_of "$1")"
	point_reached "$1" || return 1
	deploy_kill
	point_go "$1"
	until_decided "$1" && outcome_is "$1" rolled-back && lab_until 20 timer_is_over "$1" &&
		! lab_exec "$1" test -e /sys/class/net/wg0
}

first_deploy() { # HOST
	make_bare "$1" || return 1
	point "$1" applied
	leaves_alone "$1" never_confirmed "$1" && nothing_waits "$1" && make_whole "$1"
}

first_deploy_without_timer() { # HOST
	make_bare "$1" || return 1
	point_rule "$1" systemd-run before 0 fail '*'
	leaves_alone "$1" deploys_to "$STATUS_FAILED" "$(node_of "$1")" &&
		says 'nothing was changed' || return 1
	point_clear "$1"
	make_whole "$1"
}

# 20. Where no table of the firewall is loaded there is nothing to save, and yet what the change
# brings must go.
no_tables() { # HOST
	# shellcheck disable=SC2016 # the host's shell expands
	lab_in_net "$1" nft flush ruleset && same '' "$(lab_exec "$1" sh -c 'iptables-save; ip6tables-save')" rules
}

lets_all_through() { # HOST
	same '' "$(lab_exec "$1" sh -c 'iptables-save; ip6tables-save' |
		grep -v -e '^[#*]' -e '^COMMIT' -e '^:[A-Z]* ACCEPT ')" 'rules that are left'
}

without_tables() { # HOST
	make_bare "$1" && no_tables "$1" || return 1
	point "$1" applied
	never_confirmed "$1" && nothing_waits "$1" && lets_all_through "$1" && make_whole "$1"
}

# 23. The tunnel over which the host is reached comes back with the hub, which takes the host up to two
# minutes to find out.
hub_restarts() {
	# shellcheck disable=SC2034 # it is starts' and deploy_ends'
	local WINDOW=240
	starts pi applied || return 1
	lab_power_cut hub
	lab_boot hub || return 1
	point_go pi
	deploy_ends 0 && both_end pi new
}

for host in hub pi; do
	while read -r name _; do
		case $name in
		undoing | restoring) continue ;;
		esac
		fault "B10-cut-$host-$name" cut_at $host "$name"
		fault "B11-kill-wgctl-$host-$name" kill_at $host "$name"
		fault "B12-kill-script-$host-$name" slay_at $host "$name"
		fault "B14-power-$host-$name" power_at $host "$name"
	done < <(points)
	fault "B14-reboot-$host" reboot_while_it_waits $host
	for name in undoing restoring; do
		fault "B12-kill-rollback-$host-$name" slay_while_undoing $host $name
		fault "B14-power-$host-$name" power_while_undoing $host $name
	done
	fault "B13-session-ends-$host" impatient $host
	fault "B13-session-ends-tty-$host" on_terminal $host
	fault "B15-clock-forward-$host" steps_clock $host 31536000
	fault "B15-clock-back-$host" steps_clock $host -31536000
	fault "B20-no-tables-$host" without_tables $host
	fault "B21-first-deploy-$host" first_deploy $host
	fault "B22-rollback-fails-$host" rollback_heals $host
	fault "B22-rollback-fails-until-boot-$host" boot_heals $host
	fault "B22-disk-read-only-$host" disk_turns_read_only $host
	fault "B22-recovery-fails-$host" boot_fails_first $host
	fault "B19-no-timer-bare-$host" first_deploy_without_timer $host
	fault "B16-disk-full-$host" disk_full $host
	fault "B17-half-taken-back-$host" half_taken_back $host
	fault "B18-other-tunnel-$host" other_tunnel_waits $host
	fault "B18-second-operator-$host" while_it_waits $host
	fault "B19-no-timer-$host" no_timer $host
	fault "B19-dead-timer-$host" dead_timer $host
done
fault B17-confirm-races-timer race 200
fault B17-confirm-races-timer-5 race 5
fault B23-hub-restarts-pi hub_restarts
