/* SPDX-License-Identifier: MIT */
/* Colours, widths and talk. */
#include "out.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "base/utf8.h"

bool out_is_colored(const struct common *common, FILE *stream)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	if (common->color != COLOR_AUTO)
		return common->color == COLOR_ALWAYS;
	if ((no_color && *no_color) || !term || !strcmp(term, "dumb"))
		return false;
	return isatty(fileno(stream)) == 1;
}

const char *out_style(bool colored, enum style style)
{
	static const char *const on[] = {
		[STYLE_PLAIN] = "",
		[STYLE_BOLD] = "\033[1m",
		[STYLE_DIM] = "\033[2m",
		[STYLE_RED] = "\033[31m",
		[STYLE_GREEN] = "\033[32m",
		[STYLE_YELLOW] = "\033[33m",
	};

	return colored ? on[style] : "";
}

const char *out_style_end(bool colored, enum style style)
{
	return colored && style != STYLE_PLAIN ? "\033[m" : "";
}

size_t out_width(const char *s, size_t len)
{
	size_t width = 0;

	while (len) {
		uint32_t c = 0;
		size_t used = utf8_decode(s, len, &c);
		int columns = used ? wcwidth((wchar_t)c) : 1;

		width += columns < 0 ? 1 : (size_t)columns;
		s += used ? used : 1;
		len -= used ? used : 1;
	}
	return width;
}

size_t out_fitting(const char *s, size_t len, size_t room)
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

size_t out_terminal_width(FILE *stream)
{
	struct winsize size;

	if (ioctl(fileno(stream), TIOCGWINSZ, &size) != 0)
		return 0;
	return size.ws_col;
}

void out_text(const struct buf *text)
{
	fwrite(text->text, 1, text->len, stdout);
}

static void talk(const char *format, va_list args) PRINTF(1, 0);

static void talk(const char *format, va_list args)
{
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
}

void say(const struct common *common, const char *format, ...)
{
	va_list args;

	if (common->quiet)
		return;
	va_start(args, format);
	talk(format, args);
	va_end(args);
}

void say_more(const struct common *common, const char *format, ...)
{
	va_list args;

	if (common->quiet || !common->verbose)
		return;
	va_start(args, format);
	talk(format, args);
	va_end(args);
}
