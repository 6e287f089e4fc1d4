/* SPDX-License-Identifier: MIT */
/*
 * Output for people and for programs. Results go to stdout, talk goes to stderr and obeys
 * -q and -v. Errors are not printed here but returned (see report.h). Whether stdout took
 * everything is checked once, by main, so commands need not look.
 *
 * JSON is written with base/json.h into a buffer, and the buffer with out_text.
 */
#ifndef WGCTL_CMD_OUT_H
#define WGCTL_CMD_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "cmd.h"

enum style { STYLE_PLAIN, STYLE_BOLD, STYLE_DIM, STYLE_RED, STYLE_GREEN, STYLE_YELLOW };

/*
 * True when the stream may carry colours: --color, else NO_COLOR (no-color.org), TERM and
 * whether it is a terminal.
 */
bool out_is_colored(const struct common *common, FILE *stream);

/* The bytes that switch a style on, and all styles off; "" without colours. */
const char *out_style(bool colored, enum style style);
const char *out_style_end(bool colored, enum style style);

/* Columns that text takes on a terminal; what no terminal knows counts as one. */
size_t out_width(const char *s, size_t len);

/* Bytes of the longest beginning that takes at most `room` columns. */
size_t out_fitting(const char *s, size_t len, size_t room);

/* Columns of the terminal behind the stream, 0 where there is none. */
size_t out_terminal_width(FILE *stream);

/* Text that is a result, as it is, to stdout. */
void out_text(const struct buf *text);

/* A line of talk on stderr: say unless -q, say_more only with -v (and without -q). */
void say(const struct common *common, const char *format, ...) PRINTF(2, 3);
void say_more(const struct common *common, const char *format, ...) PRINTF(2, 3);

#endif
