/* SPDX-License-Identifier: MIT */
/* Trees that are made. */
#include "site/build.h"

#include <string.h>

struct tree_node *build_scalar(struct arena *arena, const char *text)
{
	struct tree_node *node = arena_alloc(arena, sizeof(*node));

	node->kind = TREE_SCALAR;
	node->quoted = true;
	node->text = arena_strdup(arena, text);
	return node;
}

struct tree_node *build_collection(
	struct arena *arena, enum tree_kind kind, const char *key, bool flow)
{
	struct tree_node *node = arena_alloc(arena, sizeof(*node));

	node->kind = kind;
	node->flow = flow;
	if (key)
		node->key = build_scalar(arena, key);
	return node;
}

struct tree_node *build_copy(struct arena *arena, const struct tree_node *node)
{
	struct tree_node *copy = arena_alloc(arena, sizeof(*copy));

	*copy = *node;
	copy->next = NULL;
	return copy;
}

void build_own_children(struct arena *arena, struct tree_node *node)
{
	struct tree_node **slot = &node->first;

	for (const struct tree_node *child = node->first; child; child = child->next) {
		*slot = build_copy(arena, child);
		slot = &(*slot)->next;
	}
	*slot = NULL;
}

void build_append(struct tree_node *parent, struct tree_node *child)
{
	struct tree_node **slot = &parent->first;

	while (*slot)
		slot = &(*slot)->next;
	*slot = child;
	parent->count++;
}

void build_remove(struct tree_node *map, const char *key)
{
	struct tree_node **slot = &map->first;

	while (strcmp((*slot)->key->text, key) != 0)
		slot = &(*slot)->next;
	*slot = (*slot)->next;
	map->count--;
}

static bool children_equal(const struct tree_node *a, const struct tree_node *b)
{
	for (; a && b; a = a->next, b = b->next)
		if (!build_equals(a, b))
			return false;
	return !a && !b;
}

bool build_equals(const struct tree_node *a, const struct tree_node *b)
{
	if (a->kind != b->kind || !a->key != !b->key)
		return false;
	if (a->key && strcmp(a->key->text, b->key->text) != 0)
		return false;
	if (a->kind == TREE_SCALAR)
		return !strcmp(a->text, b->text) && tree_is_null(a) == tree_is_null(b);
	return children_equal(a->first, b->first);
}
