#!/bin/sh
# SPDX-License-Identifier: MIT
# oracle_key.sh KEY_TOOL [SEED]: compares lib/key with wg(8), and quote_shell with what
# real shells read. Runs what it can, and is skipped (77) where a tool was missing.
set -eu

tool=$1
seed=${2:-20}
pairs=50
strings=5000
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failed=0
missing=

has() {
	if ! command -v "$1" >/dev/null 2>&1; then
		case "$missing " in
		*" $1 "*) ;;
		*) missing="$missing $1" ;;
		esac
		return 1
	fi
}

wrong() {
	printf '%s\n' "$1"
	failed=1
}

public_keys() {
	"$tool" generate "$pairs" >"$dir/pairs"
	[ "$(wc -l <"$dir/pairs")" -eq "$pairs" ] || wrong "not $pairs pairs of keys"
	while read -r private public; do
		wanted=$(printf '%s\n' "$private" | wg pubkey)
		[ "$public" = "$wanted" ] ||
			wrong "public key is $public, wg pubkey says $wanted"
	done <"$dir/pairs"
}

# Texts that are keys, nearly keys, and no keys at all. wg pubkey passes over white space
# behind a key, which key_parse leaves to its caller: no such text is here.
key_texts() {
	zeros=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
	digits='A B C D E F G H I J K L M N O P Q R S T U V W X Y Z a b c d e f g h i j k l m
		n o p q r s t u v w x y z 0 1 2 3 4 5 6 7 8 9 + /'
	for digit in $digits; do
		printf '%s%s=\n' "$zeros" "$digit"
	done
	for byte in 01 11 40 41 54 55 72 75 100 133 140 173 177 200 202 300 301 303 341 377; do
		printf '%s\\%s=\n' "$zeros" "$byte"
		printf 'AAAAA\\%s%s=\n' "$byte" "${zeros#AAAAA}"
	done | while read -r line; do
		# shellcheck disable=SC2059
		printf "$line\n"
	done
	printf '%s\n' A AAAA = == "$zeros" "${zeros}A" "${zeros}AA" "${zeros}==" \
		"${zeros}A==" "${zeros}AA=" "${zeros}AAA" "${zeros}A=A" "${zeros}A= A" \
		"${zeros#A}A=" "${zeros#A}==" "${zeros#A}A==" "=${zeros}A" " ${zeros#A}A=" \
		"${zeros#AA}=AA=" "${zeros#AAAA}====" "${zeros}A=${zeros}A=" \
		0000000000000000000000000000000000000000000000000000000000000000 \
		'(none)'
	"$tool" generate 5 | tr ' ' '\n'
}

accepted_texts() {
	key_texts >"$dir/texts"
	"$tool" check <"$dir/texts" >"$dir/answers"
	while IFS= read -r line; do
		if printf '%s\n' "$line" | wg pubkey >/dev/null 2>&1; then
			echo yes
		else
			echo no
		fi
	done <"$dir/texts" >"$dir/wanted"
	for answer in yes no; do
		grep -q "$answer" "$dir/wanted" || wrong "wg pubkey says $answer to no text"
	done
	diff "$dir/wanted" "$dir/answers" >"$dir/differ" || {
		wrong "key_parse (>) and wg pubkey (<) differ, by line of the texts:"
		cat "$dir/differ" "$dir/texts"
	}
}

# shell_reads LOCALE SHELL...
shell_reads() {
	locale=$1
	shift
	LC_ALL=$locale "$@" "$dir/script" >"$dir/read" 2>&1 || wrong "$* failed"
	cmp "$dir/raw" "$dir/read" ||
		wrong "$* in locale $locale reads other strings, seed $seed"
}

if has wg; then
	public_keys
	accepted_texts
fi
"$tool" quote "$seed" "$strings" "$dir/raw" >"$dir/script"
for locale in C C.UTF-8; do
	for shell in dash bash; do
		if has "$shell"; then
			shell_reads "$locale" "$shell"
		fi
	done
	if has busybox; then
		shell_reads "$locale" busybox sh
	fi
done

[ "$failed" -eq 0 ] || exit 1
if [ -n "$missing" ]; then
	echo "skipped: not installed:$missing"
	exit 77
fi
echo "$pairs pairs, $(wc -l <"$dir/texts") texts, $strings strings in each shell"
