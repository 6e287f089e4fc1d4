/* SPDX-License-Identifier: MIT */
/* Collecting messages with their places. */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

static struct err_entry *add_entry(struct err *err, enum status status,
	const char *format, va_list args) PRINTF(3, 0);

/* NULL where the message is one too many. */
static struct err_entry *add_entry(
	struct err *err, enum status status, const char *format, va_list args)
{
	struct buf text = BUF_INIT;

	if (err->status == STATUS_DONE)
		err->status = status;
	if (err->count == ERR_MAX) {
		err->dropped++;
		return NULL;
	}
	buf_vaddf(&text, format, args);
	struct err_entry *entry = &err->entries[err->count++];
	*entry = (struct err_entry){.message = buf_detach(&text)};
	return entry;
}

int err_set(struct err *err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_entry(err, STATUS_FAILED, format, args);
	va_end(args);
	return -1;
}

int err_usage(struct err *err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_entry(err, STATUS_INVALID, format, args);
	va_end(args);
	return -1;
}

int err_errno(struct err *err, const char *format, ...)
{
	const char *reason = strerror(errno);
	va_list args;

	va_start(args, format);
	struct err_entry *entry = add_entry(err, STATUS_FAILED, format, args);
	va_end(args);
	if (entry) {
		struct buf text = BUF_INIT;

		buf_addf(&text, "%s: %s", entry->message, reason);
		free(entry->message);
		entry->message = buf_detach(&text);
	}
	return -1;
}

static char *source_line(const struct source *source, uint32_t line)
{
	const char *at = source->text, *end = source->text + source->len;

	/* No column counts a byte-order mark. */
	if (end - at >= 3 && !memcmp(at, "\xef\xbb\xbf", 3))
		at += 3;
	for (uint32_t i = 1; i < line && at < end; i++) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));

		at = newline ? newline + 1 : end;
	}
	const char *stop = memchr(at, '\n', (size_t)(end - at));
	size_t len = (size_t)((stop ? stop : end) - at);
	if (len && at[len - 1] == '\r')
		len--;
	return xstrndup(at, len);
}

int err_at(struct err *err, struct pos pos, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	struct err_entry *entry = add_entry(err, STATUS_INVALID, format, args);
	va_end(args);
	if (entry && pos.source) {
		entry->file = xstrdup(pos.source->name);
		entry->line = pos.line;
		entry->col = pos.col;
		if (pos.line && pos.source->text)
			entry->text = source_line(pos.source, pos.line);
	}
	return -1;
}

int err_wrap(struct err *err, const char *format, ...)
{
	struct buf outer = BUF_INIT;
	va_list args;

	va_start(args, format);
	buf_vaddf(&outer, format, args);
	va_end(args);
	for (size_t i = 0; i < err->count; i++) {
		struct buf text = BUF_INIT;

		buf_addf(&text, "%s: %s", outer.text, err->entries[i].message);
		free(err->entries[i].message);
		err->entries[i].message = buf_detach(&text);
	}
	buf_release(&outer);
	return -1;
}

bool err_is_set(const struct err *err)
{
	return err->count > 0;
}

static bool is_before(const struct err_entry *a, const struct err_entry *b)
{
	const int files =
		a->file && b->file ? strcmp(a->file, b->file) : !!a->file - !!b->file;

	if (files)
		return files < 0;
	return a->line != b->line ? a->line < b->line : a->col < b->col;
}

/* Not qsort(), which may swap two messages of one place. */
void err_sort(struct err *err)
{
	for (size_t i = 1; i < err->count; i++) {
		const struct err_entry entry = err->entries[i];
		size_t at = i;

		for (; at && is_before(&entry, &err->entries[at - 1]); at--)
			err->entries[at] = err->entries[at - 1];
		err->entries[at] = entry;
	}
}

void err_release(struct err *err)
{
	for (size_t i = 0; i < err->count; i++) {
		free(err->entries[i].message);
		free(err->entries[i].file);
		free(err->entries[i].text);
	}
	*err = (struct err)ERR_INIT;
}
