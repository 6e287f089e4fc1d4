/* SPDX-License-Identifier: MIT */
/* Edits of any site that loads: the result loads, and nothing else is lost from the text. */
#include "site/edit.h"

#include <string.h>

#include "fuzz.h"

#define NEW_NAME "zz-new"

/* True where `text` is `part` with something put into it. */
static bool has_all_of(const struct buf *text, const char *part, size_t len)
{
	size_t done = 0;

	for (size_t i = 0; i < text->len && done < len; i++)
		done += text->text[i] == part[done];
	return done == len;
}

static void load(struct site *site, const struct buf *text)
{
	struct err err CLEANUP(err_release) = ERR_INIT;

	require(!site_load(site, "site.yaml", text->text, text->len, &err));
}

static bool add(const struct site *site, struct buf *out)
{
	static const char key[] = "sUmYdDQCO88SxaTRrTomyySq/feueYRZ2KUeIaHK63U=";
	const char *keys[] = {key}, *values[SLOTS];
	char texts[SLOTS][ADDR_TEXT_SIZE];
	struct addr addresses[SLOTS] = {{0}};
	struct edit_field fields[] = {
		{.key = "address", .values = values},
		{.key = "public_key", .values = keys, .count = 1},
	};
	struct err err CLEANUP(err_release) = ERR_INIT;

	if (site_free_addresses(site, addresses, &err))
		return false;
	for (size_t i = 0; i < SLOTS; i++) {
		if (!addr_is_set(&addresses[i]))
			continue;
		addr_format(&addresses[i], texts[i]);
		values[fields[0].count++] = texts[i];
	}
	bool done = !edit_add_spoke(site, NEW_NAME, fields, 2, out, NULL, &err);
	require(done == !err_is_set(&err) && done == (out->len > 0));
	return done;
}

/* A null, {} or [] gives way to an entry; what holds one already is only added to. */
static bool only_grows(const struct tree_node *node)
{
	return !node || node->count;
}

static void check_added(
	const struct site *old, const struct site *site, const struct buf *text)
{
	require(site->spoke_count == old->spoke_count + 1);
	require(site->retired_count == old->retired_count);
	require(!strcmp(site->spokes[old->spoke_count].name, NEW_NAME));
	if (only_grows(tree_get(old->tree, "spokes")))
		require(has_all_of(text, old->source.text, old->source.len));
}

/* What add put in, remove takes out again, but for the entry of `retired`. */
static void try_round_trip(const struct site *old)
{
	struct buf with CLEANUP(buf_release) = BUF_INIT;
	struct buf without CLEANUP(buf_release) = BUF_INIT;
	struct site site CLEANUP(site_release) = SITE_INIT;
	struct site last CLEANUP(site_release) = SITE_INIT;
	struct err err CLEANUP(err_release) = ERR_INIT;

	if (!add(old, &with))
		return;
	load(&site, &with);
	check_added(old, &site, &with);
	if (edit_remove_spoke(&site, NEW_NAME, &without, NULL, &err))
		return;
	load(&last, &without);
	require(last.spoke_count == old->spoke_count);
	require(last.retired_count == old->retired_count + 1);
	if (old->spoke_count && only_grows(tree_get(old->tree, "retired")))
		require(has_all_of(&without, old->source.text, old->source.len));
}

static void try_remove(const struct site *old, const char *name)
{
	struct buf text CLEANUP(buf_release) = BUF_INIT;
	struct site site CLEANUP(site_release) = SITE_INIT;
	struct err err CLEANUP(err_release) = ERR_INIT;

	if (edit_remove_spoke(old, name, &text, NULL, &err))
		return;
	load(&site, &text);
	require(site.spoke_count == old->spoke_count - 1);
	require(!site_find(&site, name));
	require(!strcmp(site.retired[old->retired_count].name, name));
}

/* There and back: all but a key written with escapes is as it was. */
static void try_rename(const struct site *old, const struct node *spoke)
{
	struct buf there CLEANUP(buf_release) = BUF_INIT;
	struct buf back CLEANUP(buf_release) = BUF_INIT;
	struct site site CLEANUP(site_release) = SITE_INIT;
	struct err err CLEANUP(err_release) = ERR_INIT;
	const struct tree_node *key = spoke->tree->key;

	if (edit_rename_spoke(old, spoke->name, NEW_NAME, &there, NULL, &err))
		return;
	load(&site, &there);
	require(!edit_rename_spoke(&site, NEW_NAME, spoke->name, &back, NULL, &err));
	if (key->end - key->begin == strlen(spoke->name) + 2 * key->quoted)
		require(back.len == old->source.len &&
			!memcmp(back.text, old->source.text, back.len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct site site CLEANUP(site_release) = SITE_INIT;
	struct err err CLEANUP(err_release) = ERR_INIT;

	if (site_load(&site, "site.yaml", (const char *)data, size, &err))
		return 0;
	if (!site_find(&site, NEW_NAME))
		try_round_trip(&site);
	for (size_t i = 0; i < site.spoke_count; i++) {
		try_remove(&site, site.spokes[i].name);
		try_rename(&site, &site.spokes[i]);
	}
	return 0;
}
