# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2016,SC2034,SC2154
# Cases of files.sh, and how deploy.sh reports what differs.

payload() {
	cat <<'END'
payload 1 abcdef
set site s
set nonce abcdef
file configuration 600 /etc/wireguard/wg0.conf 3
[Interface]
end abcdef
file program 700 /etc/x 9
file program 600 /etc/wireguard/wgctl/wg0.retired 0
file sysctl 644 /etc/sysctl.d/90-wgctl-wg0.conf 1
# made by wgctl
end abcdef
END
}

unpacks() {
	rm -rf "$work/new"
	unpack 2>/dev/null
}

unpacks_a_payload() {
	payload >"$world/payload"
	unpacks <"$world/payload" || wrong "fails"
	holds "$work/settings" <<-END
		site s
		nonce abcdef
	END
	holds "$work/files" <<-END
		wg0.conf configuration 600 /etc/wireguard/wg0.conf
		wg0.retired program 600 /etc/wireguard/wgctl/wg0.retired
		90-wgctl-wg0.conf sysctl 644 /etc/sysctl.d/90-wgctl-wg0.conf
	END
	holds "$work/new/wg0.conf" <<-END
		[Interface]
		end abcdef
		file program 700 /etc/x 9
	END
	holds "$work/new/wg0.retired" </dev/null
	is "where it is" "$work/new/wg0.conf" "$(unpacked /etc/wireguard/wg0.conf)"
}

# What starts services comes for each kind of init, and the host takes its own.
takes_what_fits_its_init() {
	cat >"$world/payload" <<-'END'
		payload 1 abcdef
		file systemd 644 /etc/systemd/system/wgctl@.service 1
		[Unit]
		file openrc 755 /etc/init.d/wgctl-tunnel-wg0 1
		#!/sbin/openrc-run
		file sysvinit 755 /etc/init.d/wgctl-tunnel-wg0 1
		#!/bin/sh
		end abcdef
	END
	unpacks <"$world/payload" || wrong "fails"
	echo 'wgctl@.service service 644 /etc/systemd/system/wgctl@.service' | holds "$work/files"
	is "what is unpacked" "wgctl@.service" "$(ls "$work/new")"
	for init in openrc sysvinit; do
		unpacks <"$world/payload" || wrong "fails"
		echo 'wgctl-tunnel-wg0 service 755 /etc/init.d/wgctl-tunnel-wg0' | holds "$work/files"
	done
	echo '#!/bin/sh' | holds "$work/new/wgctl-tunnel-wg0"
}

# All but the last end of line is needed.
refuses_a_payload_cut_anywhere() {
	payload >"$world/payload"
	most=$(($(wc -c <"$world/payload") - 2))
	cut=0
	while [ $cut -le $most ]; do
		head -c $cut "$world/payload" >"$world/cut"
		! unpacks <"$world/cut" || wrong "takes $cut bytes"
		cut=$((cut + 1))
	done
	head -c $cut "$world/payload" >"$world/cut"
	unpacks <"$world/cut" || wrong "refuses $cut bytes"
}

# refuses SED WHAT
refuses() {
	payload | sed "$1" >"$world/bad"
	! unpacks <"$world/bad" || wrong "takes $2"
}

refuses_another_payload() {
	refuses '1d' "one without its first line"
	refuses '1s/1/2/' "another version"
	refuses '$s/abcdef/abcdee/' "another nonce"
	refuses '$s/$/\nset prune yes/' "lines behind the end"
	refuses '$s/$/\nend abcdef/' "two ends"
	refuses 's/conf 3$/conf 2/' "a file with more lines than it says"
	refuses 's/retired 0/retired 1/' "a file with fewer lines than it says"
	refuses '2s/set/sett/' "unknown lines"
	refuses '2s/.*//' "empty lines"
}

# merge NEW OLD: into $conf
merge() {
	cat >"$conf"
	rm -f "$work/kept"
	merge_conf || wrong "fails"
}

new_conf() {
	printf '%s\n' '[Interface]' 'PrivateKey = p=' '' '# a' '[Peer]' 'PublicKey = a=' \
		'AllowedIPs = 10.49.0.2/32, 10.20.1.0/24'
}

old_conf() {
	printf '%s\n' '# made by wgctl' '[Interface]' 'PrivateKey = old=' '' '[Peer]' \
		'PublicKey = a=' 'AllowedIPs = 10.49.0.2/32' '' '# by hand' '# for the printer' \
		'  [peer] ' 'publickey=z=' 'AllowedIPs = 10.99.0.0/24,10.98.0.0/24' '# inside' \
		'Endpoint = z.example:1' '' '[Peer]' 'PublicKey = gone=' 'AllowedIPs = 10.49.0.9/32' \
		'# wgctl end 00'
}

keeps_the_peers_of_others() {
	old_conf >"$conf_path"
	echo gone= >"$work/retired"
	retired=$work/retired
	new_conf | merge
	{
		new_conf
		printf '%s\n' '' '# by hand' '# for the printer' '  [peer] ' 'publickey=z=' \
			'AllowedIPs = 10.99.0.0/24,10.98.0.0/24' '# inside' 'Endpoint = z.example:1'
	} >"$world/merged"
	echo "# wgctl end $(sha256sum <"$world/merged" | cut -d' ' -f1)" >>"$world/merged"
	holds "$conf" <"$world/merged"
	holds "$work/kept" <<-END
		z= 
	END
	cp "$conf" "$conf_path"
	new_conf | merge
	holds "$conf" <"$world/merged"
}

keeps_nothing_else() {
	old_conf >"$conf_path"
	prune=yes
	new_conf | merge
	sed '$d' "$conf" >"$world/merged"
	new_conf | holds "$world/merged"
	[ ! -e "$work/kept" ] || wrong "kept something"
	prune=no
	rm "$conf_path"
	new_conf | merge
	sed '$d' "$conf" >"$world/merged"
	new_conf | holds "$world/merged"
}

finds_what_a_kept_peer_takes() {
	old_conf | sed 's|10.98.0.0/24|10.20.1.0/24|' >"$conf_path"
	echo gone= >"$work/retired"
	retired=$work/retired
	new_conf | merge
	holds "$work/kept" <<-END
		z=  10.20.1.0/24
	END
	(check_kept_peers)
	grep -q '^fail: peer z=.* has 10.20.1.0/24$' "$world/differs" || wrong "is let pass"
}

# The owner of all files here is whoever runs this: as if it were root.
own_stat() {
	cat >"$world/bin/stat" <<-END
		#!/bin/sh
		"$real_stat" "\$@" | sed "s/ $(id -u) / \${owner-0} /"
	END
	chmod 755 "$world/bin/stat"
}

# Three files that are as they are to be, one that is to be absent.
files_in_line() {
	own_stat
	mkdir -p "$work/new"
	: >"$work/files"
	for name in one two three; do
		echo "$name" >"$work/new/$name"
		cp "$work/new/$name" "$etc/$name"
		chmod 644 "$etc/$name"
		echo "$name program 644 $etc/$name" >>"$work/files"
	done
	echo "- service - $etc/absent" >>"$work/files"
}

# out_of_line NAME...
out_of_line() {
	files_out_of_line >"$work/out" || wrong "fails"
	is "out of line" "$*" "$(sed 's/.*etc.//' "$work/out" | paste -s -d' ' -)"
}

compares_files() {
	files_in_line
	out_of_line
	echo other >"$etc/one"
	rm "$etc/three"
	: >"$etc/absent"
	out_of_line one three absent
	cp "$work/new/one" "$etc/one"
	chmod 600 "$etc/two"
	out_of_line two three absent
	chmod 644 "$etc/two"
	owner=77
	export owner
	out_of_line one two three absent
}

brings_files_in_line() {
	files_in_line
	echo other >"$etc/one"
	chmod 600 "$etc/two"
	rm "$etc/three"
	: >"$etc/absent"
	apply_files || wrong "fails"
	out_of_line
	is "the mode" 644 "$(stat -c %a "$etc/two")"
}

masks_keys() {
	printf '%s\n' 'PrivateKey = secret1' 'PublicKey = a=' >"$world/old"
	printf '%s\n' ' presharedkey=secret2' 'PublicKey = b=' '# wgctl end 1' >"$world/new"
	tell_difference configuration "$world/old" "$world/new"
	! grep secret "$world/told" || wrong "shows a key"
	grep -qx 'detail.configuration.+ PublicKey = b=' "$world/told" || wrong "shows nothing"
	! grep 'wgctl end' "$world/told" || wrong "shows its own mark"
}

# What differs without a word differs nevertheless.
reports_each_difference() {
	printf 'peers\t\nroutes\t1 added\nroutes\tdefault\nprogram\t\nprogram\t\n' >"$work/differs"
	todo=$work/differs
	report >"$world/report"
	printf '%s\n' unchanged+packages unchanged+configuration changed+program+,+ \
		unchanged+firewall unchanged+sysctl unchanged+link changed+peers+ unchanged+endpoints \
		unchanged+addresses unchanged+mtu unchanged+up changed+routes+1_added,_default \
		unchanged+service | tr '+_' '\t ' | sed 's/,	$/, /' | holds "$world/report"
}

for case in unpacks_a_payload takes_what_fits_its_init refuses_a_payload_cut_anywhere refuses_another_payload \
	keeps_the_peers_of_others keeps_nothing_else finds_what_a_kept_peer_takes compares_files \
	brings_files_in_line masks_keys reports_each_difference; do
	check $case
done
