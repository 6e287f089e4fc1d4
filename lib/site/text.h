/* SPDX-License-Identifier: MIT */
/*
 * The characters of a text before anything reads it: it must be UTF-8, and what stands in
 * it must be what a reader sees. A byte-order mark at the beginning is allowed.
 */
#ifndef WGCTL_SITE_TEXT_H
#define WGCTL_SITE_TEXT_H

#include "base/err.h"

/*
 * Reports each control character and each deceptive one (tabs and line ends are fine), and
 * the first byte that is not UTF-8, after which it stops.
 */
int text_check(const struct source *source, struct err *err);

/* How many bytes at the beginning of `s` are printable ASCII: nearly all, most often. */
size_t text_plain_length(const char *s, size_t len);

/* Length of the byte-order mark at the beginning: 3, or 0 where there is none. */
size_t text_mark_length(const struct source *source);

#endif
