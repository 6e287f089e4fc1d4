/* SPDX-License-Identifier: MIT */
/*
 * Progress of long work. On a terminal stderr one line is drawn again and again; elsewhere
 * nothing is shown but the lines of progress_line. Quiet draws nothing.
 */
#ifndef WGCTL_CMD_PROGRESS_H
#define WGCTL_CMD_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/alloc.h"
#include "cmd.h"

struct progress {
	const char *what; /* "deploying" */
	size_t total;
	bool terminal, drawn;
};

void progress_init(struct progress *progress, const struct common *common,
	const char *what, size_t total);

/* `done` of the total are through; `note` says what goes on, or is NULL. */
void progress_update(struct progress *progress, size_t done, const char *note);

/* A whole line that stays, to stdout or stderr, without tearing the drawn one. */
void progress_line(struct progress *progress, FILE *stream, const char *format, ...)
	PRINTF(3, 4);

/* Takes the drawn line away. */
void progress_end(struct progress *progress);

#endif
