/* SPDX-License-Identifier: MIT */
/*
 * A few replacements in a text, made all at once: every byte outside of them stays as it
 * is. What to put where is for block.h (indented YAML) and flow.h (YAML in brackets).
 */
#ifndef WGCTL_SITE_SPLICE_H
#define WGCTL_SITE_SPLICE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

enum { SPLICE_MAX = 8 };

/* The bytes [begin, end) become `text`. */
struct splice {
	size_t begin, end;
	const char *text;
};

/* In the order of the text. `arena` holds the new texts; it and `source` are borrowed. */
struct splices {
	const struct source *source;
	struct arena *arena;
	struct splice items[SPLICE_MAX];
	size_t count;
};

/*
 * Insertions at the same place keep the order in which they were added, and stand before
 * a replacement that begins there. `text` is copied.
 */
void splice_add(struct splices *splices, size_t begin, size_t end, const char *text);

/* Appends the new text to `out`; false where replacements overlap, `out` is untouched. */
bool splice_apply(const struct splices *splices, struct buf *out);

#endif
