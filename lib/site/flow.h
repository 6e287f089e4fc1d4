/* SPDX-License-Identifier: MIT */
/*
 * Entries put into and taken out of maps and lists that are written in brackets, on one
 * line or on several. As block.h, with which it shares the meaning of its arguments.
 */
#ifndef WGCTL_SITE_FLOW_H
#define WGCTL_SITE_FLOW_H

#include "site/emit.h"
#include "site/splice.h"
#include "site/tree.h"

bool flow_append(struct splices *splices, const struct tree_node *parent,
	const struct tree_node *entry, const struct emit_style *style);

/* For a parent that is a null inside of brackets, {} or []. */
bool flow_fill(struct splices *splices, const struct tree_node *parent,
	const struct tree_node *entry, const struct emit_style *style);

bool flow_take(struct splices *splices, const struct tree_node *parent,
	const struct tree_node *entry);

#endif
