/* SPDX-License-Identifier: MIT */
/*
 * What a host says of a deploy: the lines that templates/host/report.sh describes, read as
 * hostile text, one by one as they come. What counts is the stage that the last line
 * tells; one that names a nonce counts only with ours.
 */
#ifndef WGCTL_HOST_REPORT_H
#define WGCTL_HOST_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

enum report_stage {
	REPORT_CUT,	    /* no last line came yet */
	REPORT_READY,	    /* something differs; nothing is changed yet */
	REPORT_PENDING,	    /* changed, and waiting for confirmation */
	REPORT_DONE,	    /* in line */
	REPORT_FAILED,	    /* `why`; nothing was changed, or it says what */
	REPORT_ROLLED_BACK, /* `why`; the host is as it was before */

	/*
	 * The line "busy TEXT": not decided, since the change itself, or another, is still
	 * at work (`why`). The last line of this script, no last word: to be asked again.
	 */
	REPORT_BUSY,
};

/* One thing of the host. Texts here and below are safe to show. */
struct report_item {
	char *name; /* "peers" */
	char *why;  /* what is to change or was changed; NULL: it is in line */
};

/* A line of the difference between what is there and what is wanted. */
struct report_detail {
	char *item, *text;
};

struct report {
	enum report_stage stage;
	struct report_item *items;
	size_t count, cap;
	struct report_detail *details;
	size_t detail_count, detail_cap;
	char **notes;
	size_t note_count, note_cap;
	char *why;
	char *token;	     /* of the change that is pending */
	bool through_tunnel; /* the session comes through the tunnel that is to change */
	bool greeted, broken;
};

#define REPORT_INIT                                                                      \
	{                                                                                \
		.stage = REPORT_CUT                                                      \
	}

/* Takes one line, without its end. After a line of no known form all others are ignored. */
void report_take(struct report *report, const char *nonce, const char *line, size_t len);

/* Fails where the host said something that is not of this protocol. */
int report_check(const struct report *report, struct err *err);

/* True when at least one item was, or is to be, changed. */
bool report_has_changes(const struct report *report);

/* Appends the names of those items: "packages, peers". */
void report_changes(const struct report *report, struct buf *out);

void report_release(struct report *report);

#endif
