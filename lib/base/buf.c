/* SPDX-License-Identifier: MIT */
/* The string buffer that wipes itself. */
#include "base/buf.h"

#include <assert.h>
#include <sodium/utils.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char buf_empty[1];

/* realloc() may leave a copy of the old bytes behind, hence the move by hand. */
static void grow(struct buf *buf, size_t need)
{
	size_t size = buf->size ? buf->size : 64;

	if (need > BUF_MAX) {
		fputs("wgctl: text is too large\n", stderr);
		abort();
	}
	while (size < need)
		size *= 2;
	char *text = xmalloc(size);
	memcpy(text, buf->text, buf->len + 1);
	if (buf->size) {
		sodium_memzero(buf->text, buf->size);
		free(buf->text);
	}
	buf->text = text;
	buf->size = size;
}

char *buf_reserve(struct buf *buf, size_t len)
{
	if (len > BUF_MAX || buf->len + len + 1 > buf->size)
		grow(buf, len > BUF_MAX ? len : buf->len + len + 1);
	return buf->text + buf->len;
}

void buf_added(struct buf *buf, size_t len)
{
	assert(buf->len + len < buf->size);
	buf->len += len;
	buf->text[buf->len] = '\0';
}

void buf_add_mem(struct buf *buf, const void *bytes, size_t len)
{
	if (!len)
		return;
	memcpy(buf_reserve(buf, len), bytes, len);
	buf_added(buf, len);
}

void buf_add(struct buf *buf, const char *s)
{
	buf_add_mem(buf, s, strlen(s));
}

void buf_add_char(struct buf *buf, char c)
{
	buf_add_mem(buf, &c, 1);
}

void buf_vaddf(struct buf *buf, const char *format, va_list args)
{
	va_list again;

	va_copy(again, args);
	int len = vsnprintf(NULL, 0, format, args);
	assert(len >= 0);
	char *room = buf_reserve(buf, (size_t)len);
	vsnprintf(room, (size_t)len + 1, format, again);
	va_end(again);
	buf_added(buf, (size_t)len);
}

void buf_addf(struct buf *buf, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	buf_vaddf(buf, format, args);
	va_end(args);
}

void buf_truncate(struct buf *buf, size_t len)
{
	assert(len <= buf->len);
	if (!buf->size)
		return;
	sodium_memzero(buf->text + len, buf->len - len);
	buf->len = len;
	buf->text[len] = '\0';
}

bool buf_equals(const struct buf *buf, const char *s)
{
	return strlen(s) == buf->len && !memcmp(buf->text, s, buf->len);
}

char *buf_detach(struct buf *buf)
{
	char *text = buf->size ? buf->text : xstrdup("");

	*buf = (struct buf)BUF_INIT;
	return text;
}

void buf_release(struct buf *buf)
{
	if (buf->size) {
		sodium_memzero(buf->text, buf->size);
		free(buf->text);
	}
	*buf = (struct buf)BUF_INIT;
}
