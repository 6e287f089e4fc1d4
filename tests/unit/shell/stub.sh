#!/bin/sh
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2154
# Plays a command of a host. Prints $world/NAME.WORDS, for the longest run of first words
# that has such a file ("-" for blanks and slashes); the file NAME.status says how it ends.
# Notes the call in $world/calls, and the input of a -restore beside it.
name=${0##*/}
echo "$name $*" >>"$world/calls"
case $name in *-restore) cat >"$world/$name.input" ;; esac
if [ "$name $1" = "wg syncconf" ]; then
	cat "$3" >"$world/wg.input"
elif [ "$name ${2-}" = "ip -batch" ]; then
	cat "$3" >"$world/ip$1.input"
fi
# shellcheck disable=SC2048,SC2086
key=$(echo $name $* | tr ' /' '--')
while :; do
	[ ! -e "$world/$key" ] || {
		cat "$world/$key"
		break
	}
	case $key in *-*) key=${key%-*} ;; *) break ;; esac
done
[ ! -e "$world/$name.status" ] || exit "$(cat "$world/$name.status")"
