/* SPDX-License-Identifier: MIT */
/* A QR code as text for a terminal. */
#include "render/qr.h"

/* White and black of the 6x6x6 cube: themes change the 16 colours below it only. */
static const char colours[] = "\033[38;5;231m\033[48;5;16m";
static const char reset[] = "\033[0m\n";

/* The upper and lower half of a character in the foreground, which is white. */
static const char *cell(bool upper_is_dark, bool lower_is_dark)
{
	if (upper_is_dark)
		return lower_is_dark ? " " : "\u2584";
	return lower_is_dark ? "\u2580" : "\u2588";
}

void qr_terminal(const struct qr *qr, struct buf *out)
{
	const long begin = -QR_QUIET_ZONE, end = (long)qr->size + QR_QUIET_ZONE;

	for (long y = begin; y < end; y += 2) {
		buf_add(out, colours);
		for (long x = begin; x < end; x++)
			buf_add(out,
				cell(qr_is_dark(qr, x, y), qr_is_dark(qr, x, y + 1)));
		buf_add(out, reset);
	}
}
