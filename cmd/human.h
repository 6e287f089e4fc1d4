/* SPDX-License-Identifier: MIT */
/* Numbers in the words of people. Programs get the numbers themselves. */
#ifndef WGCTL_CMD_HUMAN_H
#define WGCTL_CMD_HUMAN_H

#include <stdint.h>

#include "base/buf.h"

/* Appends how long ago that was, rounded down: "now", "1 minute ago", "3 days ago". */
void human_ago(struct buf *out, uint64_t seconds);

/* Appends a size, rounded down, with a decimal up to 10: "0 B", "1.2 MiB", "3 GiB". */
void human_size(struct buf *out, uint64_t bytes);

/* Appends a duration in seconds with one decimal: "0.4 s", "312.0 s". */
void human_seconds(struct buf *out, uint64_t ms);

#endif
