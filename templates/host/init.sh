# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034,SC2154
#
# What starts services on this host. All that depends on it stands behind functions BY_X, of
# which systemd.sh has one set, and initd.sh with detached.sh the other, for the scripts of
# OpenRC and sysvinit. A service is "WHERE NAME": where its being enabled shows.
#
#   BY_wanted, BY_surplus     services, one a line: to be enabled and run; not to be
#   BY_enabled WHERE NAME     BY_active NAME…
#   BY_bring_up NAME…         enables and starts all that is wanted ($work/services)
#   BY_drop WHERE NAME        disables it, and stops what is ours
#   BY_stop                   stops all of this tunnel
#   BY_reload now|boot        its files have changed
#   BY_links, BY_states       what is started at boot, and what runs, as text, which
#   BY_restore_links, …       brings back from $tx
#   BY_requeue                in a boot under way: start what the links say now
#   BY_forget, BY_forget_shared   takes the services of this tunnel, or of all, off the host
#   BY_name_recovery          sets the service that goes back at boot, and its file
#   BY_link, BY_unlink WHERE NAME   enables, disables that one
#   BY_mended                 if it failed at boot, that is over
#   BY_arm SECONDS            the change is taken back then, and again for as long as that
#   BY_disarm                 fails; it counts time that has passed and not the clock's
#   BY_running NAME           whether somebody else's daemon runs

# Sets init and by; fails where a tunnel cannot be brought up at boot.
find_init() {
	if [ -d /run/systemd/system ]; then
		init=systemd
		by=systemd
		return
	fi
	by=initd
	if [ -d /run/openrc ]; then
		init=openrc
		late=default
		# Where what sets sysctls at boot is: Debian has it early.
		early=boot
		[ ! -L /etc/runlevels/sysinit/procps ] || early=sysinit
		return
	fi
	init=sysvinit
	late=2
	early=S
	read -r first </proc/1/comm
	[ "$first" = init ] && [ -d /etc/rcS.d ] && command -v update-rc.d >/dev/null
}
