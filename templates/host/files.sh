# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034,SC2154
#
# The files that deploy owns. The payload brings each as `file LABEL MODE PATH COUNT` and
# COUNT lines of text.

# Splits the payload: settings to $work/settings, the keys of peers that are reached through
# this tunnel and must not be lost to $work/reached, files to $work/new by the last part of
# their path, which is theirs alone, their list to $work/files as "NAME LABEL MODE PATH". Of
# what starts services, labelled by the kind, this host's own is taken.
# Succeeds only where the last line ends it with the nonce of the first.
unpack() {
	mkdir "$work/new"
	: >"$work/settings"
	: >"$work/reached"
	: >"$work/files"
	awk -v base="$work" -v init="${init-}" '
	left > 0 {
		print > out
		if (!--left) close(out)
		next
	}
	ended { broken = 1 }
	NR == 1 { broken = !($1 == "payload" && $2 == 1); nonce = $3; next }
	$1 == "set" && $2 == "reached" { print $3 > (base "/reached"); next }
	$1 == "set" { print $2, $3 > (base "/settings"); next }
	$1 == "file" {
		name = $4
		sub(/.*\//, "", name)
		out = base "/new/" name
		left = $5
		if ($2 ~ /^(systemd|openrc|sysvinit)$/) {
			if ($2 == init) $2 = "service"
			else out = "/dev/null"
		}
		printf "" > out
		if (out != "/dev/null") print name, $2, $3, $4 > (base "/files")
		if (!left) close(out)
		next
	}
	$1 == "end" && $2 == nonce { ended = 1; next }
	{ broken = 1 }
	END { exit !(ended && !broken && left == 0) }'
}

# Where the payload's file for that path was unpacked.
unpacked() {
	echo "$work/new/${1##*/}"
}

# Peers in the configuration that is there now which the new one does not have: somebody
# else's, unless their key is retired. They stay, behind our own peers, and so are still
# there after a reboot. The last line says that the file is whole.
merge_conf() {
	old=$conf_path
	[ -e "$old" ] && [ "$prune" = no ] || old=/dev/null
	awk -v kept="$work/kept" '
	FILENAME == ARGV[1] { known[$1]; next }
	FILENAME == ARGV[2] {
		print
		if ($1 == "PublicKey") known[$3]
		if ($1 == "AllowedIPs") {
			n = split($0, part, /[ ,=]+/)
			for (i = 2; i <= n; i++) ours[part[i]]
		}
		next
	}
	function end_peer(    i, n, part) {
		if (key == "" || key in known)
			return
		printf "\n%s", block
		n = split(allowed, part, /[ ,]+/)
		for (i = 1; i <= n; i++)
			if (part[i] in ours) clash = clash " " part[i]
		print key, clash > kept
		clash = ""
	}
	/^# wgctl / || /^[ \t]*$/ { next }
	/^[ \t]*#/ { comment = comment $0 "\n"; next }
	/^[ \t]*\[/ {
		end_peer()
		key = allowed = ""
		block = comment $0 "\n"
		comment = ""
		next
	}
	{
		block = block comment $0 "\n"
		comment = ""
		at = index($0, "=")
		field = tolower(substr($0, 1, at - 1))
		value = substr($0, at + 1)
		gsub(/[ \t\r]/, "", field)
		gsub(/[ \t\r]/, "", value)
		if (field == "publickey") key = value
		if (field == "allowedips") allowed = allowed "," value
	}
	END { end_peer() }' "$retired" "$conf" "$old" >"$work/merged" || return 1
	sum=$(sha256sum "$work/merged") || return 1
	echo "# wgctl end ${sum%% *}" >>"$work/merged"
	mv "$work/merged" "$conf"
}

# Lines of the difference, "- old" and "+ new", keys masked.
tell_difference() {
	command -v diff >/dev/null || return 0
	diff -U 0 "$2" "$3" | awk -v item="$1" '
	NR <= 2 || !/^[-+]/ || /^.# wgctl / || /^.$/ { next }
	++lines > 40 { more++; next }
	{
		text = substr($0, 2)
		if (tolower(text) ~ /^[ \t]*(privatekey|presharedkey)[ \t]*=/)
			text = substr(text, 1, index(text, "=")) " (hidden)"
		gsub(/\t/, " ", text)
		print "detail\t" item "\t" substr($0, 1, 1) " " text
	}
	END { if (more) print "detail\t" item "\t(" more " more lines)" }' | tell
}

# A file that is not the one that the last deploy left.
was_edited() {
	[ -e "$1" ] && [ -e "$etc/$iface.sums" ] || return 1
	sum=$(sha256sum "$1")
	! grep -qxF "$sum" "$etc/$iface.sums"
}

# Of a file that is not in line: what is the matter.
describe_file() {
	if [ "$1" = - ]; then
		differs "$2" "$4 removed"
		return
	elif was_edited "$4"; then
		differs "$2" "$4 (edited by hand)"
	elif [ -e "$4" ]; then
		differs "$2" "$4"
	else
		differs "$2" "$4 (new)"
	fi
	case $2 in configuration | firewall | sysctl)
		[ ! -e "$4" ] || tell_difference "$2" "$4" "$work/new/$1"
		;;
	esac
}

# All files by few processes, since most deploys find nothing to do: lines of $work/files
# whose file there has other bytes, another mode or another owner. Fails where what was
# unpacked could not be summed up, rather than take no sum for the same sum.
files_out_of_line() {
	paths=
	while read -r _ _ _ path; do
		paths="$paths $path"
	done <"$work/files"
	{
		# shellcheck disable=SC2086
		stat -c '%a %u %n' $paths 2>/dev/null
		# shellcheck disable=SC2086
		(cd "$work/new" && sha256sum -- * $paths 2>/dev/null)
	} | awk '
	FILENAME == ARGV[1] {
		list[++n] = $0
		name[n] = $1
		mode[n] = $3
		path[n] = $4
		next
	}
	length($1) == 64 { sum[$2] = $1; next }
	{ state[$3] = $1 " " $2 }
	END {
		for (i = 1; i <= n; i++) {
			if (name[i] != "-" && !(name[i] in sum))
				exit 1
			if (name[i] == "-")
				differs = path[i] in state
			else
				differs = state[path[i]] != mode[i] " 0" || sum[path[i]] != sum[name[i]]
			if (differs) print list[i]
		}
	}' "$work/files" -
}

check_files() {
	files_out_of_line >"$work/files.out" || fail "cannot compare the files of this host"
	while read -r name label mode path; do
		describe_file "$name" "$label" "$mode" "$path"
	done <"$work/files.out"
}

apply_files() {
	services_changed=no
	files_out_of_line >"$work/files.out" || return 1
	while read -r name label mode path; do
		if [ "$name" = - ]; then
			rm -f "$path" || return 1
		else
			place_file "$work/new/$name" "$mode" "$path" || return 1
		fi
		[ "$label" != service ] || services_changed=yes
	done <"$work/files.out"
	[ $services_changed = no ] || "${by}_reload" now
}
