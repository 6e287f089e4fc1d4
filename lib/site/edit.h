/* SPDX-License-Identifier: MIT */
/*
 * Changes to the text of a site.yaml that keep every byte they need not touch: comments,
 * order, quoting, line ends, a missing final newline. Each takes a loaded site and adds the
 * whole new text to `out`. That has been loaded again and says what the old one said plus
 * the change; else the edit fails, `out` is untouched, and `err` has the mistakes of
 * the new text, or what to change by hand where the layout is beyond wgctl. Nothing is
 * written here. The new site itself, as it was loaded, goes to `after`, which the caller
 * has initialised and releases; NULL: nobody wants it.
 */
#ifndef WGCTL_SITE_EDIT_H
#define WGCTL_SITE_EDIT_H

#include "base/buf.h"
#include "base/err.h"
#include "site/site.h"

/* A field of a new spoke: `values` has one scalar, or several for a list. */
struct edit_field {
	const char *key;
	const char *const *values;
	size_t count;
	bool list; /* write a list even of one */
	bool map;  /* the values are keys and values in turn, for a map */
};

/*
 * Appends a spoke with these fields in this order behind the last one, in the style of
 * the file (block or flow, its indentation). Values are quoted where YAML needs it.
 */
int edit_add_spoke(const struct site *site, const char *name,
	const struct edit_field *fields, size_t count, struct buf *out,
	struct site *after, struct err *err);

/*
 * Takes the spoke out, with the comment lines that belong to it (those directly above in
 * the column of its name, those below that are deeper), and adds it to `retired`.
 */
int edit_remove_spoke(const struct site *site, const char *name, struct buf *out,
	struct site *after, struct err *err);

/* Changes the spoke's name and every place that refers to it. */
int edit_rename_spoke(const struct site *site, const char *name, const char *new_name,
	struct buf *out, struct site *after, struct err *err);

#endif
