/* SPDX-License-Identifier: MIT */
/* Drawing without flicker: nothing is erased before something else stands in its place. */
#include "screen.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "out.h"

enum { ROWS_DEFAULT = 24 };

/* Control sequences that all terminals of today know (ECMA-48; DECAWM is of the VT100). */
#define HOME	    "\033[H"
#define ERASE_LINE  "\033[K"
#define ERASE_BELOW "\033[J"
#define CUT_LINES   "\033[?7l"
#define WRAP_LINES  "\033[?7h"

static size_t count_lines(const char *text, size_t len)
{
	size_t lines = 0;

	for (size_t i = 0; i < len; i++)
		lines += text[i] == '\n';
	return lines;
}

void screen_frame(struct buf *out, const char *text, size_t len, size_t rows)
{
	const size_t lines = count_lines(text, len);
	const size_t room = rows > 2 ? rows - 1 : 1;
	const size_t shown = lines > room ? room - 1 : lines;
	const char *newline;

	buf_add(out, HOME CUT_LINES);
	for (size_t i = 0; i < shown && (newline = memchr(text, '\n', len)); i++) {
		const size_t line = (size_t)(newline - text);

		buf_add_mem(out, text, line);
		buf_add(out, ERASE_LINE "\n");
		text += line + 1;
		len -= line + 1;
	}
	if (lines > shown)
		buf_addf(out, "and %zu more lines" ERASE_LINE "\n", lines - shown);
	buf_add(out, ERASE_BELOW WRAP_LINES);
}

void screen_draw(const struct buf *text)
{
	CLEANUP(buf_release) struct buf frame = BUF_INIT;
	struct winsize size;
	const bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row;

	screen_frame(&frame, text->text, text->len, known ? size.ws_row : ROWS_DEFAULT);
	out_text(&frame);
	fflush(stdout);
}
