/* SPDX-License-Identifier: MIT */
/* The line that is drawn again and again. */
#include "progress.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/quote.h"
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
	size_t len = out_fitting(line.text, line.len, (width ? width : 80) - 1);
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
