#!/bin/bash
# SPDX-License-Identifier: MIT
# The lab's own test, without wgctl: a tunnel made by hand, reboots, faults, and nothing left behind.
set -uo pipefail
# shellcheck source=/dev/null
. "$(dirname "$(readlink -f "$0")")/lib.sh"

why=$(lab_can_run) || { echo "skipped: $why"; exit 77; }
failed=0
began=$EPOCHREALTIME

seconds_since() {
	awk -v a="${1/,/.}" -v b="${EPOCHREALTIME/,/.}" 'BEGIN { printf "%.1f s", b - a }'
}

check() { # TEXT COMMAND…
	local text=$1
	shift
	if "$@"; then
		echo "ok      $text"
	else
		echo "FAILED  $text"
		failed=$((failed + 1))
	fi
}

refuses() {
	! "$@" 2>/dev/null
}

gives() { # WANTED COMMAND…
	local wanted=$1 got
	shift
	got=$("$@" 2>&1) || :
	[ "$got" = "$wanted" ] || { echo "'$*' gives '$got', not '$wanted'" >&2; return 1; }
}

exits() { # STATUS COMMAND…
	local wanted=$1 got=0
	shift
	"$@" || got=$?
	[ "$got" = "$wanted" ] || { echo "'$*' exits with $got" >&2; return 1; }
}

# What a lab could change or leave on the machine. Other labs may be up at the same time.
machine_state() {
	ip -o link | cut -d: -f2
	ip netns list
	grep -E "overlay|nspawn|netns|wgl-$$" /proc/self/mounts
	sysctl -a 2>/dev/null | grep -E '^net\.ipv[46]\.(conf\.(all|default)|ip_forward)' |
		grep -v stable_secret
	ls -A /run/netns /run/systemd /run/systemd/nspawn /etc/netns 2>/dev/null
	ls -d /tmp/nspawn-* 2>/dev/null
}

# A process of a host is in a cgroup of the lab, so no cgroup means no process.
remains_of() { # ID
	ls -d "$LAB_TMP/$1" 2>/dev/null
	find /sys/fs/cgroup -type d -name "$1" 2>/dev/null
	pgrep -af "/$1( |/|$)"
	lab_find_strays "$1"
}

nothing_left() { # ID
	[ -z "$(remains_of "$1")" ] || { remains_of "$1" >&2; return 1; }
}

unchanged() {
	local after
	after=$(machine_state)
	[ "$after" = "$before" ] || { diff <(echo "$before") <(echo "$after") >&2; return 1; }
}

install_wireguard() { # HOST
	lab_ssh "$1" 'sudo apt-get -q update && sudo DEBIAN_FRONTEND=noninteractive apt-get -qy \
		install wireguard-tools wireguard-go iptables' >"$LAB_DIR/log/apt-$1" 2>&1 ||
		{ tail "$LAB_DIR/log/apt-$1" >&2; return 1; }
}

make_key() { # HOST
	lab_exec "$1" sh -c 'umask 077; cd /etc/wireguard && wg genkey | tee key | wg pubkey'
}

# shellcheck disable=SC2016 # the inner shell expands
configure_hub() {
	lab_exec hub sh -c 'umask 077; { echo "[Interface]"; echo "PrivateKey = $(cat /etc/wireguard/key)"
		cat; } >/etc/wireguard/wg0.conf' <<-EOF
		Address = 10.49.0.1/24
		ListenPort = 51820
		[Peer]
		PublicKey = $pi_key
		AllowedIPs = 10.49.0.2/32, 10.20.1.0/24
	EOF
}

# shellcheck disable=SC2016 # the inner shell expands
configure_pi() {
	lab_exec pi sh -c 'umask 077; { echo "[Interface]"; echo "PrivateKey = $(cat /etc/wireguard/key)"
		cat; } >/etc/wireguard/wg0.conf' <<-EOF
		Address = 10.49.0.2/32
		[Peer]
		PublicKey = $hub_key
		Endpoint = vpn.example.org:51820
		AllowedIPs = 10.49.0.1/32, 10.10.0.0/16
		PersistentKeepalive = 1
	EOF
}

enable_router() { # HOST
	lab_exec "$1" sh -ec 'echo net.ipv4.ip_forward=1 >/etc/sysctl.d/90-lab.conf
		printf "%s\n" "[Unit]" DefaultDependencies=no Before=wg-quick@wg0.service \
			"[Service]" Type=oneshot RemainAfterExit=yes \
			"ExecStart=/usr/sbin/iptables -A FORWARD -i wg0 -j ACCEPT" \
			"[Install]" WantedBy=multi-user.target >/etc/systemd/system/lab-firewall.service
		systemctl daemon-reload
		systemctl -q enable --now lab-firewall wg-quick@wg0
		systemctl restart systemd-sysctl'
}

tunnel_works() {
	lab_ping cloud 10.20.1.50 3 && lab_ping device 10.10.2.20 3
}

# A hub that has lost its sessions knows no endpoint to dial, and a spoke begins a new handshake
# only 15 s after data (keepalives do not count) went unanswered: so the spoke's side goes first.
tunnel_comes_back() {
	lab_ping device 10.10.2.20 1 60 && tunnel_works
}

forward_counter() {
	lab_exec hub iptables -nvxL FORWARD | awk '/ACCEPT/ && /wg0/ { print $1 }'
}

forward_counts() {
	local first
	first=$(forward_counter)
	lab_ping device 10.10.2.20 5 && [ $(($(forward_counter) - first)) -ge 5 ]
}

loses_packets_while_cut() {
	local sent lost
	lab_ping_loss_start cloud 10.20.1.50 0.1 || return 1
	lab_cut hub
	lab_no_ping cloud 10.20.1.50 5 || return 1
	lab_mend hub
	lab_ping cloud 10.20.1.50 || return 1
	read -r sent lost < <(lab_ping_loss_stop)
	[ "$lost" -ge 5 ] && [ "$sent" -gt "$lost" ]
}

loses_none_when_nothing_happens() {
	local sent lost
	lab_ping_loss_start cloud 10.20.1.50 0.05 || return 1
	lab_ping device 10.10.2.20 10
	read -r sent lost < <(lab_ping_loss_stop)
	[ "$lost" = 0 ] && [ "$sent" -ge 10 ]
}

endpoint_of_pi() {
	lab_exec hub wg show wg0 endpoints | cut -f2
}

endpoint_differs() {
	[ "$(endpoint_of_pi)" != "$1" ]
}

nat_port_changes() {
	local old
	old=$(endpoint_of_pi)
	[ "${old%:*}" = 198.51.100.20 ] || return 1
	lab_nat_rebind
	lab_until 20 endpoint_differs "$old" && tunnel_works
}

hub_moves() {
	lab_power_off hub || return 1
	lab_readdress hub inet 198.51.100.11/24 2001:db8:1::11/64
	lab_name 198.51.100.11 vpn.example.org
	lab_boot hub && refuses lab_in_net laptop ping -c1 -W1 198.51.100.10 >/dev/null &&
		lab_exec pi ping -4 -qc1 -W2 vpn.example.org >/dev/null
}

full_disk() {
	lab_fill_disk clinic && refuses lab_exec clinic sh -c 'echo x >/etc/x' &&
		lab_free_disk clinic && lab_exec clinic sh -c 'echo x >/etc/x'
}

wrong_clock() {
	local here there
	lab_clock clinic -31536000 || return 1
	here=$(date +%s)
	there=$(lab_exec clinic date +%s)
	lab_clock clinic 0
	[ $((here - there)) -ge 31535990 ] && refuses lab_exec clinic date -s @0 >/dev/null
}

sudo_asks() {
	refuses lab_ssh pw@hub sudo -n true && lab_ssh pw@hub sudo -S -p : true <<<"$LAB_PASSWORD" &&
		refuses lab_ssh nosudo@hub sudo -n true && lab_ssh root@hub true
}

# A run that is killed outright: its processes die at once, the rest is swept.
killed_run_leaves_nothing() {
	local pid dir
	bash -c '. "$0/lib.sh"; lab_up clinic && lab_laptop_start sleep 1000 && echo "$LAB_DIR" &&
		wait' "$LAB_HERE" >"$LAB_DIR/killed" 2>/dev/null &
	pid=$!
	lab_until 60 test -s "$LAB_DIR/killed" || return 1
	dir=$(<"$LAB_DIR/killed")
	kill -KILL "$pid"
	wait "$pid" 2>/dev/null
	lab_until 10 lab_gone "$(<"$dir/init")" || return 1
	lab_sweep 2>/dev/null
	nothing_left "${dir##*/}" && lab_settled hub
}

before=$(machine_state)
lab_base >/dev/null || exit 1
echo "base tree: $(seconds_since "$began")"
began=$EPOCHREALTIME
lab_up || { echo "FAILED  lab_up"; exit 1; }
echo "three hosts booted: $(seconds_since "$began")"

check 'a status passes through' exits 7 lab_exec hub sh -c 'exit 7'
check 'a status passes through, in a plain namespace' exits 7 lab_laptop sh -c 'exit 7'
check 'stdin passes through' gives words lab_exec pi cat <<<words
check 'a node that is not there' exits 125 lab_exec nobody true 2>/dev/null
check 'no unit failed' gives '' lab_exec hub systemctl --failed --plain --no-legend
check 'sudo with a password, without, and root' sudo_asks
check 'hosts are bare' refuses lab_exec hub sh -c 'command -v wg || command -v iptables'
check 'there are no modules' refuses lab_exec hub modprobe wireguard
check 'the carrier drops what comes unasked' lab_no_ping hub 100.64.0.2
check 'the Pi dials out' lab_ping pi hub
check 'IPv6 on the internet' lab_ping laptop 2001:db8:1::10
check 'IPv6 in a LAN' lab_ping device fd00:10:20:1::1
check 'a full disk' full_disk
check 'a wrong clock' wrong_clock

step=$EPOCHREALTIME
install_wireguard hub &
pid=$!
check 'packages install offline, Pi' install_wireguard pi
check 'packages install offline, hub' wait "$pid"
echo "packages installed on two hosts: $(seconds_since "$step")"
hub_key=$(make_key hub)
pi_key=$(make_key pi)
configure_hub
configure_pi
check 'units, hub' enable_router hub
check 'units, Pi' enable_router pi
check 'the tunnel, both ways' tunnel_works
check 'each host has its own /run' refuses lab_exec clinic test -e /run/wireguard
check 'sysctls are each host'\''s own' gives 0 lab_exec clinic cat /proc/sys/net/ipv4/ip_forward
check 'forwarded packets pass iptables' forward_counts
check 'ip6tables' lab_exec hub ip6tables -A FORWARD -p icmpv6 -j ACCEPT
check 'no loss where nothing happens' loses_none_when_nothing_happens
check 'loss is counted while a link is cut' loses_packets_while_cut
check 'a new port at the carrier' nat_port_changes

lab_cut desk
check 'a cut link' lab_no_ping laptop 192.168.77.2
lab_exec hub iptables -A INPUT -m comment --comment stale -j ACCEPT
step=$EPOCHREALTIME
check 'the Pi reboots' lab_reboot pi
echo "orderly reboot: $(seconds_since "$step")"
check 'the tunnel is back' tunnel_works
check 'the cut outlives the reboot' lab_no_ping laptop 192.168.77.2
lab_mend desk
check 'a mended link' lab_ping laptop 192.168.77.2
step=$EPOCHREALTIME
check 'the plug of the hub is pulled' lab_power_cut hub
check 'a host without power is silent' lab_no_ping laptop hub
check 'the hub boots' lab_boot hub
echo "power cut and boot: $(seconds_since "$step")"
check 'the tunnel is back' tunnel_comes_back
check 'no rule of the boot before is left' refuses lab_exec hub sh -c 'iptables -S | grep stale'
check 'a hub with another address behind its name' hub_moves
check 'a killed run leaves nothing' killed_run_leaves_nothing

id=$LAB_ID
lab_down
check 'nothing is left of the lab' nothing_left "$id"
check 'the machine is as it was' unchanged
echo "all: $(seconds_since "$began")"
[ "$failed" = 0 ] || { echo "$failed failed"; exit 1; }
