#!/bin/bash
# SPDX-License-Identifier: MIT
# What runs inside the lab's own process and mount namespaces; lib.sh starts it.
#   inside.sh init LAB_DIR         process 1 of the lab: its /run and /proc, switch, spaces
#   inside.sh host LAB_DIR NAME    supervisor of one host: wires and boots it, over and over
#   inside.sh wire LAB_DIR NAME    (re)makes one node's network namespace
#   inside.sh port LAB_DIR LINK up|silent|down
#
# All of it dies with process 1: namespaces, mounts, hosts. Nothing is put in the machine's own
# network, /run or mount table.
set -euo pipefail

action=$1
lab=$2
network=$lab/network

rows() { # rows KIND [NODE]: the rest of the matching rows of the network file
	awk -v k="$1" -v n="${2-}" '$1 == k && (n == "" || $2 == n) {
		$1 = ""; if (n != "") $2 = ""; sub(/^ +/, ""); print }' "$network"
}

# The pid of this process as the machine sees it.
outer_pid() {
	local pid
	read -r pid _ <"$lab/proc/self/stat"
	echo "$pid"
}

# A namespace starts with what the machine has: forwarding may be on there, IPv6 may be off.
neutral_sysctls() {
	# shellcheck disable=SC2016 # $dir is the inner shell's
	ip netns exec "$1" sh -c '
		cd /proc/sys/net || exit
		echo 0 >ipv4/ip_forward
		for dir in ipv4/conf/all ipv4/conf/default; do
			echo 0 >$dir/rp_filter
			echo 1 >$dir/send_redirects
			echo 1 >$dir/accept_redirects
		done
		[ -d ipv6 ] || exit 0
		for dir in ipv6/conf/all ipv6/conf/default; do
			echo 0 >$dir/disable_ipv6
			echo 0 >$dir/forwarding
			echo 0 >$dir/accept_dad
			echo 0 >$dir/accept_ra
		done'
}

# The same address after each boot, as real hardware has.
mac_of() {
	local sum
	sum=$(printf %s "$1" | cksum)
	printf '02:57:%02x:%02x:%02x:%02x' $((${sum%% *} >> 24 & 255)) $((${sum%% *} >> 16 & 255)) \
		$((${sum%% *} >> 8 & 255)) $((${sum%% *} & 255))
}

# A switch port that is 'silent' drops every frame and keeps the carrier up; 'down' is a pulled
# cable.
set_port() { # LINK up|silent|down
	case $2 in
	up)
		ip -n switch link set "$1" up
		bridge -n switch link set dev "$1" state 3
		;;
	silent)
		ip -n switch link set "$1" up
		bridge -n switch link set dev "$1" state 0
		;;
	down) ip -n switch link set "$1" down ;;
	esac
}

make_switch() {
	local segment
	ip netns add switch
	neutral_sysctls switch
	{
		for segment in $(rows link | awk '!seen[$2]++ { print $2 }'); do
			echo "link add $segment type bridge mcast_snooping 0 forward_delay 0"
			echo "link set $segment up"
		done
		# The world's default gateway: answers ARP, forwards nothing.
		echo "address add 198.51.100.1/24 dev inet"
		echo "address add 2001:db8:1::1/64 dev inet nodad"
	} | ip -n switch -batch -
}

unwire() {
	local segment
	rows link "$1" | while read -r segment _; do
		ip -n switch link del "$1.$segment" 2>/dev/null || :
	done
	ip netns del "$1" 2>/dev/null || :
}

wire() {
	local node=$1 segment iface addresses address
	unwire "$node"
	ip netns add "$node"
	neutral_sysctls "$node"
	while read -r segment iface _; do
		echo "link add $node.$segment type veth peer name $iface netns $node" \
			"address $(mac_of "$node.$segment")"
		echo "link set $node.$segment master $segment up"
	done < <(rows link "$node") | ip -n switch -batch -
	{
		echo "link set lo up"
		while read -r segment iface addresses; do
			for address in $addresses; do
				echo "address add $address dev $iface $([[ $address != *:* ]] || echo nodad)"
			done
			echo "link set $iface up"
		done < <(rows link "$node")
		rows route "$node" | sed 's/^/route add /'
	} | ip -n "$node" -batch -
	while read -r segment _; do
		[ ! -f "$lab/cut/$node.$segment" ] || set_port "$node.$segment" \
			"$(cat "$lab/cut/$node.$segment")"
	done < <(rows link "$node")
}

# What a mobile carrier does: many behind one address, random ports, nothing unasked comes in.
make_carrier_nat() {
	ip netns exec carrier sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
	ip netns exec carrier nft -f - <<-'EOF'
		table ip carrier {
			chain postrouting {
				type nat hook postrouting priority srcnat
				oifname eth0 masquerade random
			}
			chain forward {
				type filter hook forward priority filter; policy drop
				ct state established,related accept
				iifname eth1 oifname eth0 accept
			}
			chain input {
				type filter hook input priority filter; policy accept
				iifname eth0 ct state new drop
			}
		}
	EOF
}

hosts_file() {
	printf '%s\n' '127.0.0.1 localhost' '::1 localhost ip6-localhost' "127.0.1.1 $1"
	rows name
}

# A process that keeps the mount namespace of a plain node: own /run, the machine's /proc (so that
# what is started in it needs no process namespace, and its pid is the caller's), no resolver.
hold_space() {
	hosts_file "$1" >"$lab/node/$1/hosts"
	# shellcheck disable=SC2016 # $1 and $2 are the inner shell's
	setsid nsenter --net="/run/netns/$1" unshare --mount bash -c '
		mount -t tmpfs tmpfs /run
		mount --bind "$1/node/$2/hosts" /etc/hosts
		[ ! -e /etc/resolv.conf ] || mount --bind /dev/null /etc/resolv.conf
		mount -t sysfs sysfs /sys
		read -r pid _ <"$1/proc/self/stat"
		mount --rbind "$1/proc" /proc
		echo "$pid" >"$1/node/$2/pid.new"
		mv "$1/node/$2/pid.new" "$1/node/$2/pid"
		exec sleep infinity' hold "$lab" "$1" </dev/null >>"$lab/log/$1" 2>&1 &
}

run_init() {
	local node
	mkdir -p "$lab/proc" "$lab/mnt"
	mount --rbind /proc "$lab/proc"
	mount -t proc proc /proc
	mount -t tmpfs -o mode=755 tmpfs /run
	mkdir /run/boot
	make_switch
	for node in $(rows node | awk '$2 == "space" { print $1 }'); do
		wire "$node"
		hold_space "$node"
	done
	make_carrier_nat
	outer_pid >"$lab/init.new"
	mv "$lab/init.new" "$lab/init"
	while :; do
		sleep 1000000 &
		wait $! || :
	done
}

# A cgroup of its own in each hierarchy: hosts that share one would stop each other's units.
enter_cgroups() {
	local dir
	while read -r dir; do
		mkdir -p "$dir/$name"
		echo 0 >"$dir/$name/cgroup.procs"
	done <"$lab/cgroups"
}

# As somebody would do it by hand. At the end of a boot there is /run/lab.booted.
change_init() { # ROOT sysvinit|openrc
	chroot "$1" env DEBIAN_FRONTEND=noninteractive sh -es "$2" <<-'EOF'
		cd /opt/inits
		case $1 in
		sysvinit) set -- sysv-rc_*.deb startpar_*.deb ;;
		openrc) set -- libeinfo1_*.deb librc1_*.deb openrc_*.deb busybox_*.deb ;;
		esac
		dpkg --remove --force-depends --force-remove-protected systemd-sysv
		dpkg --install insserv_*.deb initscripts_*.deb orphan-sysvinit-scripts_*.deb \
			sysvinit-core_*.deb "$@"
		dpkg --purge systemd
		sed -i /getty/d /etc/inittab
		echo 'lab:2345:once:/bin/touch /run/lab.booted' >>/etc/inittab
	EOF
}

# Runs in a mount namespace of its own; never returns.
boot_once() {
	local root=/run/boot/$name disk=$lab/mnt/$name tries=0
	enter_cgroups
	mkdir -p "$root"
	# The mount of a boot that was cut short lives until its last process is gone.
	until mount -t overlay overlay -o \
		"lowerdir=$lab/tree,upperdir=$disk/upper,workdir=$disk/work" "$root"; do
		[ $((tries += 1)) -lt 100 ] || exit 1
		sleep 0.05
	done
	if [ -f "$lab/node/$name/init" ] && [ ! -e "$root/etc/inittab" ]; then
		change_init "$root" "$(cat "$lab/node/$name/init")"
	fi
	outer_pid >"$lab/node/$name/nspawn.new"
	mv "$lab/node/$name/nspawn.new" "$lab/node/$name/nspawn"
	# nspawn killed in mid-flight leaves a folder in /tmp.
	mount -t tmpfs tmpfs /tmp
	# Without the right to set the clock or load modules: both are the machine's.
	SYSTEMD_NSPAWN_API_VFS_WRITABLE=network exec setsid systemd-nspawn -q -D "$root" --boot \
		--register=no --keep-unit --link-journal=no --resolv-conf=off --timezone=off \
		--network-namespace-path="/run/netns/$name" --machine="$name" --hostname="$name" \
		--capability=all --drop-capability=CAP_SYS_TIME,CAP_SYS_MODULE \
		--bind=/dev/net/tun --console=read-only </dev/null
}

make_disk() {
	local disk=$lab/mnt/$name
	mkdir "$disk"
	mount -t tmpfs -o "size=${LAB_DISK:-256M},mode=755" tmpfs "$disk"
	mkdir -p "$disk/work" "$disk/upper/etc/ssh"
	cp "$lab/node/$name/ssh_host_ed25519_key" "$lab/node/$name/ssh_host_ed25519_key.pub" \
		"$disk/upper/etc/ssh/"
	cp "$lab/ssh/id_ed25519.pub" "$disk/upper/etc/ssh/lab_keys"
	echo "$name" >"$disk/upper/etc/hostname"
	tr -d - </proc/sys/kernel/random/uuid >"$disk/upper/etc/machine-id"
	hosts_file "$name" >"$disk/upper/etc/hosts"
}

run_host() {
	local boots=0 status state=$lab/node/$name
	[ -d "$lab/mnt/$name/upper" ] || make_disk
	[ ! -f "$state/boots" ] || boots=$(cat "$state/boots")
	while :; do
		# A new network namespace for each boot: rules, routes and sysctls would survive in an old one.
		wire "$name"
		status=0
		echo "--- boot $((boots += 1))"
		echo "$boots" >"$state/boots"
		unshare --mount bash "$0" boot "$lab" "$name" || status=$?
		rm -f "$state/nspawn"
		unwire "$name"
		[ "$status" = 133 ] || break # what nspawn says when the host wants to reboot
	done
	rm -f "$state/supervisor"
}

name=${3-}
case $action in
init) run_init ;;
host) run_host ;;
boot) boot_once ;;
wire) wire "$name" ;;
port) set_port "$3" "$4" ;;
esac
