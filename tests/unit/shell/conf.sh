# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034,SC2154
# Cases of conf.sh.

none=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=

hub_conf() {
	cat <<'END'
# made by wgctl
[Interface]
PrivateKey = private=
Address = 10.49.0.1/24, fd00:49::1/64
ListenPort = 51820
MTU = 1380

# hospital
[Peer]
PublicKey = hospital=
PresharedKey = shared=
AllowedIPs = 10.49.0.2/32, 10.20.1.0/24
PersistentKeepalive = 25

# laptop
[Peer]
PublicKey = clinic=
AllowedIPs = 10.49.0.3/32, fd00:49::3/128
Endpoint = clinic.example:51820
# wgctl end 0
END
}

reads_every_list() {
	hub_conf >"$conf"
	read_conf want "$conf" || wrong "fails"
	holds "$work/want.self" <<-END
		private= 51820
	END
	holds "$work/want.peers" <<-END
		hospital= shared= 25 10.20.1.0/24,10.49.0.2/32
		clinic= $none off 10.49.0.3/32,fd00:49::3/128
	END
	holds "$work/want.addresses" <<-END
		10.49.0.1/24
		fd00:49::1/64
	END
	holds "$work/want.allowed" <<-END
		10.49.0.2/32
		10.20.1.0/24
		10.49.0.3/32
		fd00:49::3/128
	END
	holds "$work/want.endpoints" <<-END
		clinic= clinic.example:51820
	END
	holds "$work/want.mtu" <<-END
		1380
	END
	holds "$work/want.full" </dev/null
}

writes_what_syncconf_takes() {
	hub_conf >"$conf"
	read_conf want "$conf"
	holds "$work/want.sync" <<-END
		[Interface]
		PrivateKey = private=
		ListenPort = 51820

		[Peer]
		PublicKey = hospital=
		PresharedKey = shared=
		PersistentKeepalive = 25
		AllowedIPs = 10.20.1.0/24, 10.49.0.2/32

		[Peer]
		PublicKey = clinic=
		PresharedKey = $none
		PersistentKeepalive = off
		AllowedIPs = 10.49.0.3/32, fd00:49::3/128
	END
}

reads_what_hands_write() {
	printf '%s\r\n' '  [INTERFACE] ' 'privatekey=p==' '' ' # comment' '[peer]' 'PUBLICKEY=k=' \
		'allowedips = 10.1.0.0/16 ,10.0.0.0/16' '	AllowedIPs=::/0' 'AllowedIPs = (none)' \
		'AllowedIPs = 0.0.0.0/0' 'persistentkeepalive=0' >"$conf"
	read_conf want "$conf" || wrong "fails"
	holds "$work/want.self" <<-END
		p== -
	END
	holds "$work/want.peers" <<-END
		k= $none off 0.0.0.0/0,10.0.0.0/16,10.1.0.0/16,::/0
	END
	holds "$work/want.full" <<-END
		6
		4
	END
	grep -q ListenPort "$work/want.sync" && wrong "a port that nobody asked for"
}

# Two peers alike but for one line must not lend each other theirs.
keeps_peers_apart() {
	printf '%s\n' '[Interface]' 'PrivateKey = p=' '[Peer]' 'PublicKey = a=' \
		'PresharedKey = s=' 'Endpoint = e:1' 'PersistentKeepalive = 5' 'AllowedIPs = 10.1.0.0/16' \
		'[Peer]' 'PublicKey = b=' 'AllowedIPs = 10.2.0.0/16' >"$conf"
	read_conf want "$conf"
	holds "$work/want.peers" <<-END
		a= s= 5 10.1.0.0/16
		b= $none off 10.2.0.0/16
	END
	holds "$work/want.endpoints" <<-END
		a= e:1
	END
}

sorts_any_number_of_prefixes() {
	n=0
	while [ $n -lt 97 ]; do
		echo "10.$((n * 37 % 97)).0.0/16"
		n=$((n + 1))
	done >"$world/prefixes"
	{
		printf '%s\n' '[Interface]' 'PrivateKey = p=' '[Peer]' 'PublicKey = a='
		sed 's/^/AllowedIPs = /' "$world/prefixes"
	} >"$conf"
	read_conf want "$conf"
	cut -d' ' -f4 "$work/want.peers" | tr ',' '\n' >"$world/sorted"
	sort "$world/prefixes" | holds "$world/sorted"
}

forgets_the_reading_before() {
	hub_conf >"$conf"
	read_conf want "$conf"
	printf '[Interface]\nPrivateKey = p=\n' >"$conf"
	read_conf want "$conf"
	for list in peers addresses allowed endpoints mtu full; do
		[ ! -s "$work/want.$list" ] || wrong "want.$list is not empty"
	done
	holds "$work/want.self" <<-END
		p= -
	END
}

# With the last line that tells what the rest is.
sealed() {
	cat >"$world/unsealed"
	cat "$world/unsealed"
	echo "# wgctl end $(sha256sum <"$world/unsealed" | cut -d' ' -f1)"
}

# whole|cut, the configuration on stdin
is_whole() {
	cat >"$conf"
	read_conf want "$conf"
	state="cut"
	! conf_is_whole || state=whole
	is "$2" "$1" "$state"
}

knows_a_whole_configuration() {
	hub_conf | is_whole whole "as it was made"
	{
		hub_conf
		printf '[Peer]\nPublicKey = k=\n'
	} | is_whole whole "with a peer added by hand"
	hub_conf | sed '$d' | is_whole cut "without its last line"
	hub_conf | sed '/PrivateKey/d' | is_whole cut "without a key"
	hub_conf | sed '/\[Peer/,/^Allowed/d' | is_whole cut "without peers"
	hub_conf | sed '/\[Peer/,/^Allowed/d; $d' | sealed | is_whole whole "made without peers"
	hub_conf | sed '/\[Peer/,/^Allowed/d; $d' | sealed | sed 's/1380/1381/' |
		is_whole cut "changed, and without peers"
	is_whole cut "empty" </dev/null
	bytes=$(hub_conf | wc -c)
	for cut in 1 2 14 15 20; do
		hub_conf | head -c $((bytes - cut)) >"$conf"
		read_conf want "$conf"
		[ $cut -lt 3 ] || ! conf_is_whole || wrong "whole, less $cut bytes"
	done
	rm "$conf"
	! read_conf want "$conf" 2>/dev/null || wrong "reads a file that is not there"
	! conf_is_whole || wrong "a file that is not there is whole"
}

for case in reads_every_list writes_what_syncconf_takes reads_what_hands_write \
	keeps_peers_apart sorts_any_number_of_prefixes forgets_the_reading_before \
	knows_a_whole_configuration; do
	check $case
done
