/* SPDX-License-Identifier: MIT */
/*
 * Trees that are made, not parsed: what an edit adds, and what its text must say in the
 * end. The new nodes live in the arena and have no place in a text.
 */
#ifndef WGCTL_SITE_BUILD_H
#define WGCTL_SITE_BUILD_H

#include "base/arena.h"
#include "site/tree.h"

/* A scalar that is text whatever it looks like, never null. */
struct tree_node *build_scalar(struct arena *arena, const char *text);

/* An empty map or list; `key` may be NULL. */
struct tree_node *build_collection(
	struct arena *arena, enum tree_kind kind, const char *key, bool flow);

/* A copy that shares key and children with the node, and has no next one. */
struct tree_node *build_copy(struct arena *arena, const struct tree_node *node);

/* Gives the node copies of its children, whose order and keys may then be changed. */
void build_own_children(struct arena *arena, struct tree_node *node);

void build_append(struct tree_node *parent, struct tree_node *child);

/* Takes the entry of that key, which is there, out of a map. */
void build_remove(struct tree_node *map, const char *key);

/* True where both say the same, in the same order, in whatever style. */
bool build_equals(const struct tree_node *a, const struct tree_node *b);

#endif
