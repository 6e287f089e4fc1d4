# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034,SC2154
#
# The state of a change. While it waits for its confirmation the file $pending says so;
# whoever renames that under the lock has decided, confirmation or rollback.
#
#   IFACE.pending   TOKEN BOOT-ID of the change
#   IFACE.outcome   confirmed|rolled-back TOKEN WHY, of the last one
#   IFACE.tx        while it is pending, the generation to go back to: the files of before,
#                   what was running, and the program that goes back
#   IFACE.previous  the generation before the last change that was confirmed

run=/run/wgctl

boot_id() {
	cat /proc/sys/kernel/random/boot_id
}

timer_unit() {
	echo "wgctl-rollback-$iface"
}

read_pending() {
	token=
	# shellcheck disable=SC2034
	[ ! -e "$pending" ] || read -r token pending_boot <"$pending"
}

lock() {
	mkdir -p "$run"
	exec 9>"$run/lock"
	flock -w "$1" 9
}

# A change that hangs must not keep the rollback from its work: whatever holds the lock is
# part of it.
lock_by_force() {
	lock 10 && return 0
	for fd in /proc/[0-9]*/fd/9; do
		holder=${fd#/proc/}
		holder=${holder%%/*}
		[ "$holder" = "$$" ] || [ "$(readlink "$fd" 2>/dev/null)" != "$run/lock" ] ||
			kill -9 "$holder" 2>/dev/null
	done
	lock 30
}

# Each file appears whole or not at all, and with its mode from the first moment.
place_file() {
	mkdir -p "${3%/*}" || return 1
	fresh=${3%/*}/.wgctl.$$.tmp
	rm -f "$fresh"
	(umask 077 && cat "$1" >"$fresh") 2>"$work/log" && chmod "$2" "$fresh" &&
		sync "$fresh" && mv -f "$fresh" "$3" && sync "${3%/*}" && return 0
	rm -f "$fresh"
	return 1
}

# The mode as stat prints it, and root's: what else counts as changed.
file_in_line() {
	cmp -s "$1" "$3" && [ "$(stat -c '%a %u' "$3")" = "$2 0" ]
}

# confirmed|rolled-back TOKEN WHY
decide() {
	if ! printf '%s %s %s\n' "$1" "$2" "$3" >"$etc/$iface.outcome.new" ||
		! sync "$etc/$iface.outcome.new" ||
		! mv -f "$etc/$iface.outcome.new" "$etc/$iface.outcome"; then
		rm -f "$etc/$iface.outcome.new"
		# To go back is right even where the disk is too full to say why.
		[ "$1" = rolled-back ] || return 1
		rm -f "$etc/$iface.outcome"
	fi
	mv -f "$pending" "$etc/$iface.decided" && sync "$etc"
}

# What starts the recovery at boot.
name_recovery() {
	recovery=/etc/systemd/system/sysinit.target.wants/wgctl-recover@$iface.service
}

# If this change has brought it.
remove_recovery() {
	[ -e "$tx/unrecovered" ] || return 0
	name_recovery
	rm -f "$recovery"
	! grep -qxF -e '- - /etc/systemd/system/wgctl-recover@.service' "$tx/files" ||
		rm -f /etc/systemd/system/wgctl-recover@.service
}

# After that many seconds the change is taken back, and again for as long as that fails. The
# timer may be set early in a boot, before what timers wait for by default.
arm() {
	unit=$(timer_unit)
	systemctl stop "$unit.timer" "$unit.service" 2>/dev/null
	systemctl reset-failed "$unit.service" 2>/dev/null
	systemd-run -q --unit="$unit" --on-active="$1" --timer-property=AccuracySec=1s \
		--timer-property=DefaultDependencies=no --property=Restart=on-failure --property=RestartSec=5 \
		/bin/sh "$tx/host" rollback "$iface" 2>"$work/log" 9>&- &&
		systemctl is-active --quiet "$unit.timer"
}

# And a recovery that failed at boot is mended by now.
disarm() {
	systemctl stop "$(timer_unit).timer" 2>/dev/null
	systemctl reset-failed "wgctl-recover@$iface.service" 2>/dev/null
	return 0
}
