/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a site: the tree's places lie in the text and in each other, a mistake has
 * its place, and what is loaded is loaded again from the same text.
 */
#include <string.h>

#include "base/alloc.h"
#include "fuzz.h"
#include "site/site.h"

static void check_node(const struct source *source, const struct tree_node *node)
{
	size_t children = 0;

	require(node->begin <= node->end && node->end <= source->len);
	require(node->pos.line >= 1 && node->pos.col >= 1);
	require((node->kind == TREE_SCALAR) == (node->text != NULL));
	for (const struct tree_node *at = node->first; at; at = at->next) {
		require((node->kind == TREE_MAP) == (at->key != NULL));
		require(at->begin >= node->begin && at->end <= node->end);
		require(!at->key || at->key->end <= at->begin);
		require(!at->next || at->end <= at->next->begin);
		check_node(source, at);
		children++;
	}
	require(children == node->count);
}

static void check_mistakes(const struct err *err)
{
	require(err->count > 0 && err->count <= ERR_MAX);
	require(err->status == STATUS_INVALID);
	for (size_t i = 0; i < err->count; i++) {
		require(*err->entries[i].message);
		require(err->entries[i].line >= 1 && err->entries[i].col >= 1);
	}
}

static void check_site(const struct site *site)
{
	struct addr addresses[SLOTS];
	struct err err = ERR_INIT;

	require(site->name && site_name_is_valid(site->name));
	require(!key_is_zero(&site->hub.public_key));
	for (size_t i = 0; i < site->spoke_count; i++) {
		const struct node *spoke = &site->spokes[i];

		require(site_name_is_valid(spoke->name));
		require(interface_name_is_valid(spoke->interface));
		require(site_find(site, spoke->name) == spoke);
	}
	if (site_free_addresses(site, addresses, &err))
		check_mistakes(&err);
	err_release(&err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(site_release) struct site site = SITE_INIT;
	CLEANUP(arena_release) struct arena arena = ARENA_INIT;
	CLEANUP(err_release) struct err err = ERR_INIT, tree_err = ERR_INIT;
	const struct source source = {"site.yaml", (const char *)data, size};
	struct tree_node *root;

	if (tree_parse(&arena, &source, &root, &tree_err))
		check_mistakes(&tree_err);
	else
		check_node(&source, root);
	if (site_load(&site, source.name, source.text, size, &err))
		check_mistakes(&err);
	else
		check_site(&site);
	return 0;
}
