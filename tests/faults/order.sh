#!/bin/sh
# SPDX-License-Identifier: MIT
# Traces the system calls of an edit and asserts their order: order.sh TOOL. Skipped (77)
# where strace is missing or may not trace.
set -eu
umask 022

tool=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd "$work"

if ! command -v strace >/dev/null 2>&1; then
	echo "skipped: needs strace, which is not installed"
	exit 77
fi
if ! strace -o trace true 2>/dev/null; then
	echo "skipped: strace may not trace here"
	exit 77
fi

# trace UMASK ARGUMENT…: one line an event, with paths relative to the site folder:
#   create NAME FLAGS MODE, write NAME, sync NAME, rename NAME NEW, unlink NAME, chmod …
trace() {
	mask=$1
	shift
	(
		umask "$mask"
		ASAN_OPTIONS=detect_leaks=0 exec strace -f -y -s 0 -o "$work/trace" -e \
			trace=open,openat,creat,write,pwrite64,fsync,fdatasync,syncfs,rename,renameat,renameat2,link,linkat,unlink,unlinkat,chmod,fchmod,fchmodat \
			"$tool" "$@"
	)
	sed -E -e 's/^[0-9]+ +//' -e '/ = -1 /d' -e "s#<$work/site>#<.>#g" \
		-e "s#<$work/site/#<#g" -e 's/AT_FDCWD<[^>]*>, //' "$work/trace" |
		sed -nE \
			-e 's/^open(at)?\(([0-9]+<([^>]*)>, )?"([^"]*)", ([A-Z_|]*O_CREAT[A-Z_|]*), ([0-7]+).*/create \3\/\4 \5 \6/p' \
			-e 's/^p?write(64)?\([0-9]+<([^>]*)>.*/write \2/p' \
			-e 's/^(fsync|fdatasync|syncfs)\([0-9]+<([^>]*)>.*/sync \2/p' \
			-e 's/^rename(at2?)?\([0-9]+<([^>]*)>, "([^"]*)", [0-9]+<([^>]*)>, "([^"]*)".*/rename \2\/\3 \4\/\5/p' \
			-e 's/^unlink(at)?\([0-9]+<([^>]*)>, "([^"]*)".*/unlink \2\/\3/p' \
			-e 's/^(f?chmod(at)?\(.*)/chmod \1/p' -e 's/^(creat|link(at)?)\(.*/other \1/p' |
		sed -e 's# \./# #g' >"$work/events"
}

# sequence EVENT…: these events, as patterns of a whole line, come in this order.
sequence() {
	line=0
	for event; do
		found=$(tail -n "+$((line + 1))" "$work/events" | grep -nEm1 "^$event\$") || {
			echo "umask $mask: after line $line there is no '$event' in:"
			cat -n "$work/events"
			exit 1
		}
		line=$((line + ${found%%:*}))
	done
}

never() {
	if grep -E "^$1" "$work/events"; then
		echo "umask $mask: there must be no such event: $1"
		exit 1
	fi
}

flags='O_WRONLY\|O_CREAT\|O_EXCL\|O_NOCTTY\|O_NOFOLLOW\|O_CLOEXEC'
for mask in 000 022 077 0777; do
	rm -rf site
	mkdir site
	cd site
	trace "$mask" init
	temp=$(sed -nE 's#^rename keys/(.*) keys/hub\.key$#\1#p' "$work/events")
	sequence "create keys/$temp $flags 0600" "write keys/$temp" "sync keys/$temp" \
		"rename keys/$temp keys/hub\.key" 'sync keys' 'rename .* \.gitignore' \
		'sync \.'
	never chmod
	never other
	chmod 640 site.yaml # a mode to keep

	trace "$mask" add clinic
	for key in key psk; do
		# The journal is durable before a key comes, keys are before the site names them.
		sequence 'rename keys/.* keys/\.journal' 'sync keys' \
			"rename keys/.* keys/clinic\.$key" 'sync keys' \
			'rename .* site\.yaml' 'sync \.' 'unlink keys/\.journal'
		temp=$(sed -nE "s#^rename keys/(.*) keys/clinic\.$key\$#\1#p" "$work/events")
		sequence "create keys/$temp $flags 0600" "write keys/$temp" "sync keys/$temp" \
			"rename keys/$temp keys/clinic\.$key" 'sync keys'
	done
	temp=$(sed -nE 's#^rename (.*) site\.yaml$#\1#p' "$work/events")
	sequence "create $temp $flags 0640" "write $temp" "sync $temp" \
		"rename $temp site\.yaml" 'sync \.'
	never chmod
	never other
	if grep '^create' "$work/events" | grep -v ' keys/\.lock ' | grep -qv O_EXCL; then
		echo "a file is created without O_EXCL"
		exit 1
	fi

	trace "$mask" remove clinic
	sequence 'sync keys' 'rename .* site\.yaml' 'sync \.' 'unlink keys/clinic\.key' \
		'sync keys' 'unlink keys/\.journal'
	sequence 'rename .* site\.yaml' 'sync \.' 'unlink keys/clinic\.psk' 'sync keys' \
		'unlink keys/\.journal'
	never chmod

	# Killed before its first key goes, and finished by the next edit: the new site.yaml
	# is made durable before the keys of the old one go.
	"$tool" add ward
	if (
		ASAN_OPTIONS=detect_leaks=0 strace -f -o "$work/trace" -e trace=unlinkat \
			-e inject=unlinkat:error=EIO:signal=KILL:when=1 "$tool" remove ward ||
			exit 1
	) 2>/dev/null; then
		echo "umask $mask: the edit was not killed"
		exit 1
	fi
	trace "$mask" add clinic
	sequence 'sync \.' 'unlink keys/ward\.key' 'unlink keys/ward\.psk' 'sync keys' \
		'unlink keys/\.journal' 'rename keys/.* keys/\.journal'

	trace "$mask" render output
	temp=$(sed -nE 's#^rename output/(.*) output/hospital$#\1#p' "$work/events")
	sequence "create output/$temp $flags 0600" "write output/$temp" \
		'sync output' "rename output/$temp output/hospital" 'sync output'
	never chmod
	cd ..
done
echo "the order holds with 4 umasks"
