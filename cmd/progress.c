/* SPDX-License-Identifier: MIT */
/* The line that is drawn again and again. */
#include "progress.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/quote.h"
#include "base/utf8.h"
#include "out.h"

void progress_init(struct progress *progress, const struct common *common,
	const char *what, size_t total)
{
	const char *term = getenv("TERM");

	*progress = (struct progress){
		.what = what,
		.total = total,
		.terminal = !common->quiet && term && strcmp(term, "dumb") != 0 &&
			    isatty(STDERR_FILENO) == 1,
	};
}

/* The longest beginning of the text that fits into `room` columns. */
static size_t fitting(const char *s, size_t len, size_t room)
{
	size_t at = 0;

	while (at < len) {
		uint32_t c;
		size_t used = utf8_decode(s + at, len - at, &c);
		size_t next = at + (used ? used : 1);

		if (out_width(s, next) > room)
			break;
		at = next;
	}
	return at;
}

static void erase(struct progress *progress)
{
	if (progress->drawn)
		fputs("\r\033[K", stderr);
	progress->drawn = false;
}

void progress_update(struct progress *progress, size_t done, const char *note)
{
	CLEANUP(buf_release) struct buf line = BUF_INIT;
	size_t width = out_terminal_width(stderr);

	if (!progress->terminal)
		return;
	buf_addf(&line, "%s %zu/%zu", progress->what, done, progress->total);
	if (note) {
		buf_add(&line, ": ");
		quote_display(&line, note, strlen(note));
	}
	/* A line that reaches the last column wraps, and \r no longer finds its start. */
	size_t len = fitting(line.text, line.len, (width ? width : 80) - 1);
	erase(progress);
	fwrite(line.text, 1, len, stderr);
	fflush(stderr);
	progress->drawn = true;
}

void progress_line(struct progress *progress, FILE *stream, const char *format, ...)
{
	va_list args;

	erase(progress);
	fflush(stderr);
	va_start(args, format);
	vfprintf(stream, format, args);
	va_end(args);
	fputc('\n', stream);
	fflush(stream);
}

void progress_end(struct progress *progress)
{
	erase(progress);
	fflush(stderr);
}
