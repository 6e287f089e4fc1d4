/* SPDX-License-Identifier: MIT */
/*
 * What a host says of a deploy: the lines that templates/host/deploy.sh prints, read as
 * hostile text. A run counts as done only when its last line repeats the nonce.
 */
#ifndef WGCTL_HOST_REPORT_H
#define WGCTL_HOST_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

/* One thing of the host. Texts here and below are safe to show. */
struct report_item {
	char *name; /* "peers" */
	char *why;  /* what was changed; NULL: nothing, it was in line */
};

struct report {
	struct report_item *items;
	size_t count, cap;
	char **notes;
	size_t note_count, note_cap;
	char *failure; /* what went wrong, and what to do */
	bool done;
};

#define REPORT_INIT                                                                      \
	{                                                                                \
		.count = 0                                                               \
	}

/*
 * Reads the whole output of a run. Fails where it is not of this protocol, or ends before
 * its end; a failure that the host reports is no error here.
 */
int report_parse(const char *text, size_t len, const char *nonce, struct report *out,
	struct err *err);

/* True when at least one item was changed. */
bool report_has_changes(const struct report *report);

/* Appends the names of the changed items: "packages, peers". */
void report_changes(const struct report *report, struct buf *out);

void report_release(struct report *report);

#endif
