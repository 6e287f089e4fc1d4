/* SPDX-License-Identifier: MIT */
/* A text on the terminal that is drawn over the one before. */
#ifndef WGCTL_CMD_SCREEN_H
#define WGCTL_CMD_SCREEN_H

#include <stddef.h>

#include "base/buf.h"

/*
 * Appends what draws the text on a terminal of so many rows, and nothing of what stood
 * there before; lines beyond the last row but one are counted instead. The text may hold
 * colours, its last line has an end.
 */
void screen_frame(struct buf *out, const char *text, size_t len, size_t rows);

/* Draws it on the terminal of stdout. */
void screen_draw(const struct buf *text);

#endif
