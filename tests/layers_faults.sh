#!/bin/sh
# SPDX-License-Identifier: MIT
# layers_faults.sh LAYERS CC: layers.sh must see each way to break its rule.
set -eu

layers=$1
cc=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A sound tree: site includes base and itself, cmd includes site and its own header.
sound() {
	rm -rf "$work/tree"
	mkdir -p "$work/tree/lib/base" "$work/tree/lib/site" "$work/tree/lib/host" \
		"$work/tree/cmd"
	echo 'int base(void);' >"$work/tree/lib/base/base.h"
	echo '#include "base/base.h"' >"$work/tree/lib/site/site.h"
	echo '#include "site/site.h"' >"$work/tree/lib/site/site.c"
	echo 'int host(void);' >"$work/tree/lib/host/host.h"
	echo '#include "site/site.h"' >"$work/tree/cmd/cmd.h"
	echo '#include "cmd.h"' >"$work/tree/cmd/main.c"
}

expect() {
	status=0
	sh "$layers" "$work/tree" "$cc" >"$work/out" 2>&1 || status=$?
	[ "$status" = "$1" ] || {
		echo "$2: exit status $status, not $1"
		cat "$work/out"
		exit 1
	}
}

breaks() {
	sound
	echo "$2" >>"$work/tree/$1"
	expect 1 "$1 with $2"
}

sound
expect 0 'a sound tree'
breaks lib/base/base.h '#include "site/site.h"'
breaks lib/site/site.c '#include "host/host.h"'
breaks lib/site/site.c '#  include <host/host.h>'
breaks lib/site/site.c '#include "cmd/cmd.h"'
breaks lib/site/site.c '#include "../cmd/cmd.h"'
breaks lib/site/site.c '#include "site.h"'
breaks lib/host/host.h 'size_t needs_stddef(void);'
breaks lib/host/host.h 'int old_style();'
sound
mkdir "$work/tree/lib/other"
echo 'int other(void);' >"$work/tree/lib/other/other.h"
expect 1 'a folder that no rule names'
