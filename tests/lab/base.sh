#!/bin/bash
# SPDX-License-Identifier: MIT
# base.sh CACHE: makes the tree that every booted host of the lab starts from, or finds it made
# already, and prints its path. The name holds a hash of this file, so a changed recipe makes
# a new tree.
set -euo pipefail

# Bare on purpose: what a deploy has to install is only in /opt/debs, as packages.
include=systemd,systemd-sysv,dbus,openssh-server,sudo,iproute2,iputils-ping,procps,kmod
offered=(wireguard-tools wireguard-go iptables nftables conntrack)
# For the hosts that are to have another init (see inside.sh); the two exclude each other. Ubuntu has
# neither.
sysvinit=(sysvinit-core sysv-rc startpar initscripts orphan-sysvinit-scripts)
openrc=(sysvinit-core openrc initscripts orphan-sysvinit-scripts busybox)

die() {
	echo "lab base: $*" >&2
	exit 1
}

# Prints 'URI SUITE COMPONENT' for each source of this machine's own release.
archive_sources() {
	apt-get indextargets --format "\$(REPO_URI) \$(RELEASE) \$(COMPONENT)" \
		'Created-By: Packages' | while read -r uri suite component; do
		case $suite in
		"$codename" | "$codename"-*) ;;
		*) continue ;;
		esac
		case $uri in
		mirror+file:*)
			uri=${uri#mirror+file:}
			read -r uri _ <"${uri%/}" || continue
			;;
		esac
		echo "$uri $suite $component"
	done | sort -u
}

# debootstrap downloads with wget, which knows nothing of apt's settings.
export_proxies() {
	local http_value='' https_value='' ca=''
	eval "$(apt-config shell http_value Acquire::http::Proxy \
		https_value Acquire::https::Proxy ca Acquire::https::CAInfo)"
	case $http_value in '' | DIRECT) ;; *) export http_proxy=$http_value ;; esac
	case ${https_value:=$http_value} in '' | DIRECT) ;; *) export https_proxy=$https_value ;; esac
	[ -z "$ca" ] || { echo "ca_certificate = $ca" >"$work/wgetrc" && export WGETRC=$work/wgetrc; }
}

bootstrap() {
	local uri components=() args=(--variant=minbase "--include=$include")
	uri=$(awk -v s="$codename" '$2 == s && $3 == "main" { print $1; exit }' "$work/sources")
	[ -n "$uri" ] || die "no apt source of this machine has '$codename main'"
	mapfile -t components < <(awk -v s="$codename" -v u="$uri" '$2 == s && $1 == u { print $3 }' \
		"$work/sources")
	args+=("--components=$(IFS=,; echo "${components[*]}")")
	[ ! -r "$keyring" ] || args+=("--keyring=$keyring")
	debootstrap "${args[@]}" "$codename" "$tree" "$uri" >"$work/log" 2>&1 ||
		{ tail -n 20 "$work/log" >&2; die "debootstrap failed"; }
}

download() { # FOLDER PACKAGE…
	mkdir -p "$tree/opt/$1"
	"${apt[@]}" install --download-only "${@:2}" >"$work/log" 2>&1 ||
		{ tail -n 20 "$work/log" >&2; die "apt cannot download ${*:2}"; }
	mv "$work"/apt/archives/*.deb "$tree/opt/$1/"
}

# The machine's own apt downloads, so its proxies, certificates and keys are used as they are.
download_offered() {
	local option='' apt
	[ ! -r "$keyring" ] || option="[signed-by=$keyring] "
	awk -v o="$option" '{ print "deb " o $1, $2, $3 }' "$work/sources" >"$work/apt.list"
	mkdir -p "$work/apt/lists/partial" "$work/apt/archives/partial"
	apt=(apt-get -q -o "Dir::Etc::sourcelist=$work/apt.list" -o Dir::Etc::sourceparts=/dev/null
		-o "Dir::State::lists=$work/apt/lists" -o "Dir::State::status=$tree/var/lib/dpkg/status"
		-o "Dir::State::extended_states=$work/apt/extended"
		-o "Dir::Cache=$work/apt" -o APT::Sandbox::User=root -o Debug::NoLocking=true
		-o Acquire::Retries=3)
	apt+=(-y --no-install-recommends)
	"${apt[@]}" update >"$work/log" 2>&1 || { tail -n 20 "$work/log" >&2; die "apt cannot update"; }
	download debs "${offered[@]}"
	if [ "$ID" != ubuntu ]; then
		download inits "${sysvinit[@]}"
		download inits "${openrc[@]}"
	fi
	(cd "$tree/opt/debs" && dpkg-scanpackages -m . >Packages) 2>"$work/log" ||
		{ cat "$work/log" >&2; die "dpkg-scanpackages failed"; }
	rm -rf "$tree"/etc/apt/sources.list.d/* "$tree"/var/lib/apt/lists/* "$tree"/var/cache/apt/*
	echo 'deb [trusted=yes] file:/opt/debs ./' >"$tree/etc/apt/sources.list"
}

add_users() {
	local user
	for user in admin pw nosudo; do
		chroot "$tree" useradd -m -s /bin/bash "$user"
	done
	# The one password of the lab; lib.sh knows it as LAB_PASSWORD.
	echo 'pw:correct horse' | chroot "$tree" chpasswd -c SHA512
	printf '%s\n' 'admin ALL=(ALL:ALL) NOPASSWD: ALL' 'pw ALL=(ALL:ALL) ALL' \
		>"$tree/etc/sudoers.d/lab"
	chmod 0440 "$tree/etc/sudoers.d/lab"
}

configure() {
	local unit
	cat >"$tree/etc/ssh/sshd_config.d/lab.conf" <<-'EOF'
		AuthorizedKeysFile .ssh/authorized_keys /etc/ssh/lab_keys
		LogLevel VERBOSE
		PrintLastLog no
		PrintMotd no
		UseDNS no
	EOF
	sed -i '/pam_motd\|pam_mail/d' "$tree/etc/pam.d/sshd"
	rm -f "$tree"/etc/ssh/ssh_host_* "$tree/etc/hostname" "$tree/etc/resolv.conf"
	: >"$tree/etc/resolv.conf"
	: >"$tree/etc/machine-id"
	rm -f "$tree/var/lib/dbus/machine-id"
	echo 'LANG=C.UTF-8' >"$tree/etc/default/locale"
	mkdir -p "$tree/var/log/journal" "$tree/etc/systemd/journald.conf.d"
	printf '[Journal]\nSystemMaxUse=16M\nRateLimitIntervalSec=0\n' \
		>"$tree/etc/systemd/journald.conf.d/lab.conf"
	# apt's own timers would take the lock from under a deploy at random times.
	for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer fstrim.timer \
		e2scrub_all.timer e2scrub_reap.service console-getty.service getty.target \
		systemd-firstboot.service; do
		ln -sf /dev/null "$tree/etc/systemd/system/$unit"
	done
}

build() {
	tree=$work/tree
	keyring=/usr/share/keyrings/$ID-archive-keyring.gpg
	archive_sources >"$work/sources"
	export_proxies
	export DEBIAN_FRONTEND=noninteractive LC_ALL=C
	bootstrap
	download_offered
	add_users
	configure
	mv "$tree" "$done_tree"
}

# Trees of older recipes; one that a lab runs on is locked by it.
prune() {
	local old
	for old in "$cache"/base-*/; do
		[ "${old%/}" = "$done_tree" ] || flock -xn "$old" rm -rf --one-file-system "$old" || :
	done
}

# shellcheck source=/dev/null
. /etc/os-release
codename=${VERSION_CODENAME:?the release of this machine has no code name}
mkdir -p "${1:?usage: base.sh CACHE}"
cache=$(cd "$1" && pwd)
key=$(cat "$0" <(echo "$codename $(dpkg --print-architecture)") | sha256sum | cut -c1-16)
done_tree=$cache/base-$key
work=$cache/base.tmp

case ${2-} in
build)
	build
	;;
'')
	exec 9>"$cache/base.lock"
	if ! [ -d "$done_tree" ]; then
		flock 9
		if ! [ -d "$done_tree" ]; then
			echo "lab base: making $done_tree (about a minute, once)" >&2
			rm -rf --one-file-system "$work"
			mkdir "$work"
			# Own process and mount namespaces: an interrupted run leaves no process, no mount.
			setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child --mount-proc \
				bash "$0" "$cache" build 9>&-
			rm -rf --one-file-system "$work"
			prune
		fi
	fi
	echo "$done_tree"
	;;
esac
