/* SPDX-License-Identifier: MIT */
/*
 * The lines of a YAML text: where they begin and end, and which comment and blank lines
 * go with an entry of a map or list. Lines end in \n or \r\n.
 */
#ifndef WGCTL_SITE_LINES_H
#define WGCTL_SITE_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "site/tree.h"

/* No such place. */
#define LINES_NONE ((size_t)-1)

/*
 * The lines of an entry, as places in the text. A line begins at its first byte and ends
 * before its line break.
 */
struct lines {
	size_t col;	     /* where the entry starts in its line, from 0 */
	size_t top;	     /* beginning of its first line or of the comments above it */
	size_t bottom;	     /* end of its last line or of the comments below it */
	size_t blank_top;    /* beginning of the blank lines above `top`; or `top` */
	size_t blank_bottom; /* end of the blank lines below `bottom`; or `bottom` */
};

/* The line that holds the byte `at`. */
size_t lines_begin(const struct source *source, size_t at);
size_t lines_end(const struct source *source, size_t at);

/* End of the line above the one that begins at `begin`, which is not the first. */
size_t lines_end_above(const struct source *source, size_t begin);

/* The line break of the file, which is that of its first line. */
const char *lines_break(const struct source *source);

/* True where nothing but blanks stands before, or a comment at most behind, `at`. */
bool lines_starts_at(const struct source *source, size_t at);
bool lines_stops_at(const struct source *source, size_t at);

/* The next byte from `at` on that is no blank, line break or comment; at most the end. */
size_t lines_skip(const struct source *source, size_t at);

/* The colon behind a key, or LINES_NONE where it does not follow in the same line. */
size_t lines_colon(const struct source *source, const struct tree_node *key);

/* Behind the last byte of a node; blank lines that end a block scalar are left out. */
size_t lines_node_end(const struct source *source, const struct tree_node *node);

/* True for a line that is a comment starting in column `col`. */
bool lines_is_comment(const struct source *source, size_t at, size_t col);

/*
 * The lines of the entry in the bytes [start, end). Comments in its own column directly
 * above it belong to it, as far as they stand below the line of the byte `floor`. So do
 * comments below it that are indented deeper; with `level`, those directly below in its
 * own column too. False where it shares its lines with something else.
 */
bool lines_find(const struct source *source, size_t start, size_t end, size_t floor,
	bool level, struct lines *out);

/*
 * Takes in the blank lines that have lost their purpose once these lines are gone, which
 * are those of the first or the last entry of their parent, or of both.
 */
void lines_take_blank(struct lines *lines, bool first, bool last);

#endif
