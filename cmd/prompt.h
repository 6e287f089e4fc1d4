/* SPDX-License-Identifier: MIT */
/*
 * Questions to the person at the terminal. They are asked on /dev/tty, so that stdin and
 * stdout may be files; nothing here decides whether a question is right (--yes, --quiet).
 *
 * Each returns -1 where there is no terminal, "no answer" at the end of input (Ctrl-D) and
 * "interrupted" at Ctrl-C; other signals that end a program end it, with the terminal put
 * back as it was.
 */
#ifndef WGCTL_CMD_PROMPT_H
#define WGCTL_CMD_PROMPT_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

/* True when there is a terminal to ask on. */
bool prompt_available(void);

/*
 * Asks "question [fallback]: " and appends the line to `answer`, without its end and the
 * blanks around it. An empty line means the fallback; without one (NULL) it asks again.
 */
int prompt_line(
	const char *question, const char *fallback, struct buf *answer, struct err *err);

/* Asks "question [y/N] " (or [Y/n]) until the answer is yes, no or nothing. */
int prompt_yes_no(const char *question, bool fallback, bool *answer, struct err *err);

/* Asks "question: " without echo; the answer may be empty and keeps its blanks. */
int prompt_secret(const char *question, struct buf *answer, struct err *err);

#endif
