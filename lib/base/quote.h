/* SPDX-License-Identifier: MIT */
/* Text made safe for the place where it goes: a terminal, a shell. */
#ifndef WGCTL_BASE_QUOTE_H
#define WGCTL_BASE_QUOTE_H

#include "base/buf.h"

/*
 * Appends `len` bytes from a file or a host so that a terminal shows them and obeys none:
 * control bytes, bytes that are not UTF-8 and deceptive characters become \n, \t, \xNN or
 * \u{N}; a backslash is doubled.
 */
void quote_display(struct buf *buf, const char *s, size_t len);

/* The same of the end of the last line that says something, 300 bytes of it at most. */
void quote_last_line(struct buf *buf, const char *s, size_t len);

/* Appends one word of a POSIX shell that means exactly `s`. */
void quote_shell(struct buf *buf, const char *s);

#endif
