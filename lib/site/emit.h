/* SPDX-License-Identifier: MIT */
/*
 * Tree nodes written as YAML: the new lines of an edit, not whole files. Only `kind`,
 * `text`, `key`, `flow` and the children of a node matter. Scalars are quoted where YAML
 * needs it: `::1`, `fd00::`, `a: b`, `null`.
 */
#ifndef WGCTL_SITE_EMIT_H
#define WGCTL_SITE_EMIT_H

#include "base/buf.h"
#include "site/tree.h"

struct emit_style {
	const char *newline;
	size_t step; /* columns from a map to what it holds */
	char quote;  /* of keys; 0: none. With '"' values are quoted as JSON wants it */
};

/* A scalar; `flow` for one inside of brackets. */
void emit_scalar(struct buf *out, const char *text, bool flow);

/* The node in one line, behind "key: " where it has a key. */
void emit_flow(
	struct buf *out, const struct tree_node *node, const struct emit_style *style);

/*
 * The node as lines indented by `col`: the item of a list behind "- ", a value behind its
 * key. There is no line break at the end.
 */
void emit_block(struct buf *out, const struct tree_node *node, size_t col,
	const struct emit_style *style);

#endif
