# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034,SC2154
# A helper that fails, or dies, never makes a host look as if it were in line, and nothing
# is done by half of what it should have said.

# break_tool NAME HOW
break_tool() {
	rm -f "$world/bin/$1"
	{
		echo '#!/bin/sh'
		case $2 in
		fails) echo 'exit 2' ;;
		dies) echo 'kill -9 $$' ;;
		esac
	} >"$world/bin/$1"
	chmod 755 "$world/bin/$1"
	hash -r
}

# Made once, since it takes many processes.
host_in_line() {
	if [ -e "$scratch/in_line" ]; then
		rm -rf "$world"
		cp -Rp "$scratch/in_line" "$world"
		return
	fi
	new_world
	tunnel_in_line
	firewall_in_line
	files_in_line
	echo "net/ipv4/ip_forward = $(cat /proc/sys/net/ipv4/ip_forward)" >"$sysctls"
	printf 'active\nactive\n' >"$world/systemctl-is-active"
	cp -Rp "$world" "$scratch/in_line"
}

# For check_service: all units that are wanted, no others.
systemd_enabled() {
	case $2 in wg-quick@* | wgctl-reresolve@*) return 1 ;; esac
}

host_is_in_line() {
	host_in_line
	read_wanted || wrong "cannot read"
	for item in $every_item; do
		"check_$item"
	done
	holds "$world/differs" </dev/null
}

# spoil ITEM: lets that item, and it alone, differ
spoil() {
	case $1 in
	firewall) saved_rules | sed '/^-A WGCTL/d' >"$world/iptables-save" ;;
	sysctl) echo "net/ipv4/ip_forward = 7" >"$sysctls" ;;
	peers) sed -i 's|^AllowedIPs = 10.49.0.3/32|&, 10.49.0.4/32|' "$conf" ;;
	endpoints) echo none >"$run/wg0.endpoints" ;;
	addresses) sed -i 's/^Address = .*/Address = 10.49.0.2\/24/' "$conf" ;;
	routes) : >"$world/ip--4-route-show-table-main" ;;
	service) printf 'active\nfailed\n' >"$world/systemctl-is-active" ;;
	files) echo other >"$etc/one" ;;
	esac
}

every_item="firewall sysctl peers endpoints addresses routes service files"

# The item differs, and with that tool broken somebody still says so.
never_hides_a_difference() {
	for item in $every_item; do
		for broken in none awk sort cmp comm cut grep sed paste head cat sha256sum stat wg ip \
			iptables-save ip6tables-save systemctl; do
			host_in_line
			spoil "$item"
			break_tool $broken fails
			(look_one "$item") 2>/dev/null
			[ -s "$world/differs" ] || wrong "$item differs, $broken fails: nobody says so"
		done
	done
}

look_one() {
	if ! read_wanted; then
		echo "read: fails" >>"$world/differs"
		return
	fi
	"check_$1"
}

# Nothing differs, but what would tell so is broken: unknown is not in line.
needs_to_know() {
	for pair in firewall:iptables-save firewall:ip6tables-save firewall:awk \
		sysctl:cat peers:wg peers:awk addresses:ip addresses:awk \
		routes:ip routes:awk service:systemctl files:sha256sum files:stat files:awk; do
		for how in fails dies; do
			host_in_line
			break_tool "${pair#*:}" $how
			(look_one "${pair%:*}") 2>/dev/null
			[ -s "$world/differs" ] || wrong "${pair%:*} in line, ${pair#*:} $how: nobody says so"
		done
	done
}

# refuses_without TOOL CALL FUNCTION ARGUMENT...: it fails, and does not come to that call
refuses_without() {
	host_in_line
	spoil peers
	spoil routes
	new_conf >"$world/new.conf"
	old_conf >"$conf_path"
	read_wanted
	: >"$world/calls"
	break_tool "$1" fails
	call=$2
	without=$1
	shift 2
	! ("$@") 2>/dev/null || wrong "$* succeeds without $without"
	! grep -q "$call" "$world/calls" || wrong "$* without $without comes to '$call'"
}

does_nothing_by_half() {
	for broken in awk cp; do
		refuses_without $broken '^wg syncconf' apply_peers
	done
	for broken in awk sort ip; do
		refuses_without $broken ' -batch ' apply_routes
	done
	for broken in awk sort ip; do
		refuses_without $broken ' addr [ad]' apply_addresses
	done
	for broken in awk iptables-save; do
		refuses_without $broken '-restore' apply_rules iptables
		refuses_without $broken '-restore' unload_rules iptables
	done
	refuses_without cmp nothing file_in_line "$work/new/one" 644 "$etc/one"
	for broken in awk sha256sum mv; do
		refuses_without $broken nothing merge_conf
	done
	for broken in awk sha256sum; do
		refuses_without $broken nothing apply_files
	done
	refuses_without awk nothing unpack
	refuses_without awk nothing read_conf want "$conf"
}

# A configuration that was read in part is none.
forgets_what_it_read_in_part() {
	tunnel_in_line
	break_tool awk fails
	! read_conf want "$conf" || wrong "succeeds"
	! conf_is_complete || wrong "is complete"
}

for case in host_is_in_line never_hides_a_difference needs_to_know does_nothing_by_half \
	forgets_what_it_read_in_part; do
	check $case
done
