/* SPDX-License-Identifier: MIT */
/*
 * What went wrong, and where. A function that can fail for several reasons returns 0 or
 * -1 and takes a `struct err *` last: untouched on success, filled on failure. Mistakes in
 * a site are collected, up to ERR_MAX of them. Only the program prints (cmd/main.c).
 *
 * Messages are lower case without a full stop, names in single quotes, the error first
 * and then what to do. They never hold a key. Text that comes from a file or a host is
 * quoted by the caller with quote_display (base/quote.h).
 */
#ifndef WGCTL_BASE_ERR_H
#define WGCTL_BASE_ERR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/alloc.h"

/* Exit statuses of the program. */
enum status {
	STATUS_DONE = 0,
	STATUS_FAILED = 1,
	STATUS_INVALID = 2,	/* wrong usage or an invalid site */
	STATUS_CHANGES = 3,	/* plan found something to change */
	STATUS_ROLLED_BACK = 4, /* deployed, but taken back */
};

/* A text that was read, under the name that messages show. Both are borrowed. */
struct source {
	const char *name;
	const char *text;
	size_t len;
};

/* A place in a source; line and column count from 1, columns in characters. */
struct pos {
	const struct source *source;
	uint32_t line, col;
};

enum { ERR_MAX = 20 };

struct err_entry {
	char *message;
	char *file; /* NULL: no place in a file */
	char *text; /* the source line without its end, NULL where there is none */
	uint32_t line, col;
};

struct err {
	struct err_entry entries[ERR_MAX];
	size_t count;	/* entries held */
	size_t dropped; /* mistakes beyond ERR_MAX */
	enum status status;
};

#define ERR_INIT                                                                         \
	{                                                                                \
		.count = 0                                                               \
	}

/* Each adds a message and returns -1. err_set means STATUS_FAILED, */
int err_set(struct err *err, const char *format, ...) PRINTF(2, 3);

/* err_errno adds ": " and the text of errno to it, */
int err_errno(struct err *err, const char *format, ...) PRINTF(2, 3);

/* err_usage and err_at mean STATUS_INVALID; err_at copies the source line of `pos`. */
int err_usage(struct err *err, const char *format, ...) PRINTF(2, 3);
int err_at(struct err *err, struct pos pos, const char *format, ...) PRINTF(3, 4);

/* Puts "outer: " before every message held. */
int err_wrap(struct err *err, const char *format, ...) PRINTF(2, 3);

/* True when a message is held. */
bool err_is_set(const struct err *err);

/*
 * Sorts the messages by file, line and column, those without a place first. Messages of
 * one place keep their order.
 */
void err_sort(struct err *err);

void err_release(struct err *err);

#endif
