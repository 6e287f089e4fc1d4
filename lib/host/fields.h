/* SPDX-License-Identifier: MIT */
/* A line of a host's report, cut at its tabs. Nothing in it is trusted or NUL-terminated. */
#ifndef WGCTL_HOST_FIELDS_H
#define WGCTL_HOST_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

enum { FIELDS_MOST = 8 };

/* Borrowed from the line. */
struct fields {
	const char *text[FIELDS_MOST];
	size_t len[FIELDS_MOST];
	size_t count;
};

/* At most `most` fields, which is at most FIELDS_MOST; the last one takes the rest. */
struct fields fields_split(const char *line, size_t len, size_t most);

/* True where there is a field i and it is exactly `s`. */
bool fields_is(const struct fields *fields, size_t i, const char *s);

#endif
