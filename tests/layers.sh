#!/bin/sh
# SPDX-License-Identifier: MIT
#
# layers.sh SOURCE CC [FLAG...]: each folder includes only what stands to its left, nobody
# includes cmd, and each header compiles alone. The rule is in lib/CMakeLists.txt.
set -eu

source=$1
shift
failed=0

# What a folder may include, itself included.
allowed() {
	case $1 in
	base) echo base ;;
	net) echo base net ;;
	key) echo base key ;;
	site) echo base net key site ;;
	topology) echo base net key site topology ;;
	render) echo base net key site topology render ;;
	disk) echo base net key site disk ;;
	host) echo base net key site topology render host ;;
	cmd) echo base net key site topology render disk host ;;
	*) return 1 ;;
	esac
}

complain() {
	echo "$*"
	failed=1
}

# Prints the folder and the name of each include of ours in a file; "." stands for a name
# without a folder. In angle brackets ours are those that begin with one of our folders.
included() {
	sed -n 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*\(["<][^">]*\)[">].*/\1/p' "$1" |
		while read -r name; do
			case $name in
			*/*) folder=${name#?} folder=${folder%%/*} ;;
			*) folder=. ;;
			esac
			case $name in
			'<'*/*) [ -d "$source/lib/$folder" ] || continue ;;
			'<'*) continue ;;
			esac
			echo "$folder ${name#?}"
		done
}

check_file() {
	file=$1 folder=$2
	words=" $(allowed "$folder") " || {
		complain "$file: layers.sh knows no folder '$folder'"
		return 0
	}
	included "$file" >"$list"
	while read -r to name; do
		[ "$folder" != cmd ] || [ "$to" != . ] || continue
		case $words in
		*" $to "*) ;;
		*) complain "$file: $folder may not include '$name'" ;;
		esac
	done <"$list"
}

check_header() {
	"$cc" -x c -std=gnu11 -fsyntax-only -D_GNU_SOURCE -Wall -Wextra -Wconversion \
		-Wshadow -Wstrict-prototypes -Wundef -Werror "$@" \
		-I "$source/lib" -I "$source/cmd" "$header" ||
		complain "$header: does not compile alone"
}

cc=$1
shift
list=$(mktemp)
trap 'rm -f "$list"' EXIT
for file in "$source"/lib/*/*.[ch]; do
	folder=$(basename "$(dirname "$file")")
	check_file "$file" "$folder"
done
for file in "$source"/cmd/*.[ch]; do
	check_file "$file" cmd
done
for header in "$source"/lib/*/*.h "$source"/cmd/*.h; do
	check_header "$@"
done
exit "$failed"
