/* SPDX-License-Identifier: MIT */
/*
 * A YAML text as a tree of nodes that remember where they stand, made from libyaml's
 * events. Only the plain part of YAML is taken: mappings with scalar keys, lists, scalars.
 * Refused with a place and a reason: anchors, aliases, merge keys, tags, several
 * documents, repeated keys, control and deceptive characters, nesting deeper than
 * TREE_DEPTH, texts larger than TREE_SIZE, bytes that are not UTF-8.
 *
 * Every scalar is a string; what it means is for the reader of the tree to say.
 */
#ifndef WGCTL_SITE_TREE_H
#define WGCTL_SITE_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

enum { TREE_DEPTH = 32, TREE_SIZE = 64 * 1024 * 1024 };

enum tree_kind { TREE_SCALAR, TREE_LIST, TREE_MAP };

struct tree_node {
	enum tree_kind kind;
	struct pos pos;
	size_t begin,
		end; /* bytes of the source: [begin, end) without trailing comments */
	const char *text;	 /* scalar: its value; maps and lists: NULL */
	bool quoted;		 /* scalar written in quotes or as a block */
	bool flow;		 /* map or list written as {} or [] */
	struct tree_node *key;	 /* the key, where the node is a value in a map */
	struct tree_node *first; /* children in the order of the file */
	struct tree_node *next;
	size_t count; /* number of children */
};

/*
 * Parses the whole text. The nodes, and the strings in them, live in the arena and refer
 * to `source`, which must live as long. An empty text gives an empty map. Syntax errors
 * stop at the first; other mistakes are collected. `*root` is untouched on failure.
 */
int tree_parse(struct arena *arena, const struct source *source, struct tree_node **root,
	struct err *err);

/* The value under `key` in a map, or NULL. Linear: for maps with few keys. */
struct tree_node *tree_get(const struct tree_node *map, const char *key);

/* True for a plain scalar that stands for nothing: empty, ~ or null. */
bool tree_is_null(const struct tree_node *node);

#endif
