#!/bin/sh
# SPDX-License-Identifier: MIT
# Breaks each kind of edit of lib/disk at every call: disk.sh TOOL LIBRARY [EDIT…]
set -eu
umask 022

here=$(cd "$(dirname "$0")" && pwd)
tool=$1
library=$2
shift 2
[ $# -gt 0 ] || set -- init add remove rename render

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
mkdir "$work/none" "$work/site"
(cd "$work/site" && "$tool" init && "$tool" add clinic)

OLD=$work/site/site.yaml
VERIFY="$tool verify"
SETTLE="$tool add passing; $tool remove passing"
export OLD IS_NEW VERIFY RETRY SETTLE KEYS

# break_all FOLDER ARGUMENT…: the tool with these arguments is to be done again by RETRY.
break_all() {
	folder=$1
	shift
	RETRY="$tool $*"
	echo "$*:"
	"$here/every_syscall.sh" -l "$library" -s "$work/$folder" \
		-c "${check-$here/check_site.sh}" "$tool" "$@"
}

for edit; do
	case $edit in
	init)
		OLD='' IS_NEW='[ -e site.yaml ]' KEYS='hospital.key hospital.psk hub.key'
		break_all none init
		OLD=$work/site/site.yaml
		;;
	add)
		IS_NEW='grep -q "^  phone:" site.yaml'
		KEYS='clinic.key clinic.psk hospital.key hospital.psk hub.key phone.key phone.psk'
		break_all site add phone
		;;
	remove)
		IS_NEW='! grep -q "^  clinic:" site.yaml'
		KEYS='hospital.key hospital.psk hub.key'
		break_all site remove clinic
		;;
	rename)
		IS_NEW='grep -q "^  ward:" site.yaml'
		KEYS='hospital.key hospital.psk hub.key ward.key ward.psk'
		break_all site rename clinic ward
		;;
	render)
		check=$here/check_output.sh
		break_all site render output
		unset check
		;;
	*)
		echo "no such edit: $edit" >&2
		exit 2
		;;
	esac
done
