/* SPDX-License-Identifier: MIT */
/*
 * A growing string. It is always NUL-terminated, holds at most BUF_MAX bytes, and wipes
 * its memory when it grows, is cut or is released, so it may hold a secret.
 */
#ifndef WGCTL_BASE_BUF_H
#define WGCTL_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/alloc.h"

enum { BUF_MAX = 256 * 1024 * 1024 };

/* `text` is never NULL and text[len] is NUL; `size` is 0 while nothing is allocated. */
struct buf {
	char *text;
	size_t len, size;
};

extern char buf_empty[1];

#define BUF_INIT                                                                         \
	{                                                                                \
		buf_empty, 0, 0                                                          \
	}

/* Appending aborts past BUF_MAX: who reads hostile input checks its size first. */
void buf_add(struct buf *buf, const char *s);
void buf_add_mem(struct buf *buf, const void *bytes, size_t len);
void buf_add_char(struct buf *buf, char c);
void buf_addf(struct buf *buf, const char *format, ...) PRINTF(2, 3);
void buf_vaddf(struct buf *buf, const char *format, va_list args) PRINTF(2, 0);

/* Room for `len` more bytes behind the end, for a reader to fill; then buf_added. */
char *buf_reserve(struct buf *buf, size_t len);
void buf_added(struct buf *buf, size_t len);

/* Cuts the text down to its first `len` bytes. */
void buf_truncate(struct buf *buf, size_t len);

bool buf_equals(const struct buf *buf, const char *s);

/* The text, which the caller frees; the buffer is empty afterwards. */
char *buf_detach(struct buf *buf);

/* Wipes and frees; the buffer is empty and usable afterwards. */
void buf_release(struct buf *buf);

#endif
