#!/bin/sh
# SPDX-License-Identifier: MIT
# .cmake/embed.cmake keeps every byte, in a table sorted by name: embed.sh CMAKE CC ROOT
set -eu

cmake=$1 cc=$2 root=$3
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
trap 'exit 1' INT TERM

mkdir -p "$folder/in/host"
byte=0
while [ $byte -lt 256 ]; do
	# shellcheck disable=SC2059
	printf "\\$(printf %03o $byte)"
	byte=$((byte + 1))
done >"$folder/in/bytes"
: >"$folder/in/empty"
# shellcheck disable=SC2016
printf 'no newline; $x "y" \\n [a;b] ${z}\r\n{{end}}' >"$folder/in/host/deploy.sh"
printf '\n\n' >"$folder/in/Zed"

"$cmake" -D ROOT="$folder/in" -D "NAMES=host/deploy.sh;bytes;empty;Zed" \
	-D OUTPUT="$folder/embedded.c" -P "$root/.cmake/embed.cmake"
cat >"$folder/main.c" <<'END'
#include <stdio.h>
#include <string.h>
#include "render/embedded.h"
int main(int argc, char **argv)
{
	for (size_t i = 0; i < embedded_count; i++) {
		const struct embedded *file = &embedded_files[i];

		if (file->data[file->len])
			return 1;
		if (argc < 2)
			puts(file->name);
		else if (!strcmp(file->name, argv[1]))
			fwrite(file->data, 1, file->len, stdout);
	}
	return 0;
}
END
"$cc" -I "$root/lib" -o "$folder/main" "$folder/main.c" "$folder/embedded.c"
[ "$("$folder/main" | tr '\n' ' ')" = "Zed bytes empty host/deploy.sh " ]
for name in host/deploy.sh bytes empty Zed; do
	"$folder/main" "$name" | cmp - "$folder/in/$name"
done
