/* SPDX-License-Identifier: MIT */
/*
 * Entries put into and taken out of maps and lists that are written by indentation, in
 * the style of what stands around them. What was there before is only known by the places
 * in its tree; that the result is right is for the caller to check.
 */
#ifndef WGCTL_SITE_BLOCK_H
#define WGCTL_SITE_BLOCK_H

#include "site/emit.h"
#include "site/splice.h"
#include "site/tree.h"

/*
 * Adds the entry behind the last one, under the comments that belong to that. `style`
 * gives what cannot be seen from the file. False for a layout that is not understood.
 */
bool block_append(struct splices *splices, const struct tree_node *parent,
	const struct tree_node *entry, const struct emit_style *style);

/* As block_append, for a parent that is a null, {} or []. */
bool block_fill(struct splices *splices, const struct tree_node *parent,
	const struct tree_node *entry, const struct emit_style *style);

/* Takes a map's entry out, with its comments; {} stays behind for the last one. */
bool block_take(struct splices *splices, const struct tree_node *parent,
	const struct tree_node *entry);

#endif
