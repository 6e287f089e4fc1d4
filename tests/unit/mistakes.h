/* SPDX-License-Identifier: MIT */
/* Mistakes in a text, as "LINE:COLUMN: message" lines. */
#ifndef WGCTL_TEST_MISTAKES_H
#define WGCTL_TEST_MISTAKES_H

#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "unit.h"

struct mistake {
	const char *text;
	const char *messages; /* without the end of the last line */
};

static inline void assert_messages(const struct mistake *want, const struct err *err)
{
	CLEANUP(buf_release) struct buf seen = BUF_INIT;

	for (size_t i = 0; i < err->count; i++)
		buf_addf(&seen, "%s%u:%u: %s", i ? "\n" : "", err->entries[i].line,
			err->entries[i].col, err->entries[i].message);
	if (strcmp(seen.text, want->messages) != 0)
		fail_msg("for\n%s\nexpected\n%s\nbut got\n%s", want->text, want->messages,
			seen.text);
}

#endif
