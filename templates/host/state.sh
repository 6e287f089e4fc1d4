# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034,SC2154
#
# The state of a change. While it waits for its confirmation the file $pending says so;
# whoever renames that under the lock has decided, confirmation or rollback.
#
#   IFACE.pending   TOKEN BOOT-ID of the change
#   IFACE.outcome   confirmed|rolled-back TOKEN WHY, of the last one; or "broken-off TOKEN"
#   IFACE.tx        while it is pending, the generation to go back to: the files of before,
#                   what was running, and the program that goes back
#   IFACE.previous  the generation before the last change that was confirmed

run=/run/wgctl

boot_id() {
	cat /proc/sys/kernel/random/boot_id
}

read_pending() {
	token=
	# shellcheck disable=SC2034
	[ ! -e "$pending" ] || read -r token pending_boot <"$pending"
}

# By no clock that somebody may set.
seconds_up() {
	cut -d. -f1 /proc/uptime
}

# SECONDS FD; BusyBox's flock knows no -w.
take_lock() {
	read -r began _ </proc/uptime
	flock -w "$1" "$2" 2>/dev/null && return 0
	until flock -n "$2" 2>/dev/null; do
		[ "$(seconds_up)" -lt $((${began%.*} + $1)) ] || return 1
		sleep 1
	done
}

lock() {
	[ -d "$run" ] || mkdir -p "$run"
	exec 9>"$run/lock"
	take_lock "$1" 9
}

# All that was written there is on the disk. Other file systems are left out: one that is
# mounted through this very tunnel would make a plain sync wait for ever.
flush() {
	sync -f "$etc" 9>&-
}

# A change that hangs must not keep the rollback from its work: whatever holds the lock is
# part of it, by whatever number: a shell that runs something without it keeps it aside.
# What does not end even so hangs in the kernel, and does nothing more.
lock_by_force() {
	lock 10 && return 0
	exec 9>&-
	for fds in /proc/[0-9]*/fd; do
		holder=${fds#/proc/}
		case "$(ls -l "$fds" 2>/dev/null)" in
		*" -> $run/lock"*) kill -9 "${holder%/fd}" 2>/dev/null ;;
		esac
	done
	lock 30
	return 0
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

# What goes back at boot, if this change has brought it.
remove_recovery() {
	"${by}_mended"
	[ -e "$tx/unrecovered" ] || return 0
	"${by}_name_recovery"
	"${by}_unlink" "$recovery_where" "$recovery"
	! grep -qxF -e "- - $recovery_file" "$tx/files" || rm -f "$recovery_file"
}
