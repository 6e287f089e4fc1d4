/* SPDX-License-Identifier: MIT */
/* The list of keys that come and go. */
#include "disk/keychange.h"

#include <assert.h>
#include <sodium/utils.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static void set_name(char out[static KEYSTORE_NAME_MAX + 1], const char *name)
{
	size_t len = strlen(name);

	assert(len <= KEYSTORE_NAME_MAX);
	memcpy(out, name, len + 1);
}

/* Moved by hand, since realloc() may leave a copy of the keys behind. */
static void make_room(struct keychange *change)
{
	size_t cap = change->store_cap ? change->store_cap * 2 : 8;

	if (change->store_count < change->store_cap)
		return;
	struct keystore_entry *stores = xcalloc(cap, sizeof(*stores));
	if (change->store_count) {
		size_t size = change->store_count * sizeof(*stores);

		memcpy(stores, change->stores, size);
		sodium_memzero(change->stores, size);
	}
	free(change->stores);
	change->stores = stores;
	change->store_cap = cap;
}

void keychange_store(struct keychange *change, const char *name, enum key_kind kind,
	const struct key *key)
{
	make_room(change);
	struct keystore_entry *entry = &change->stores[change->store_count++];
	set_name(entry->name, name);
	entry->kind = kind;
	entry->key = *key;
}

static void remove_one(struct keychange *change, const char *name, enum key_kind kind)
{
	change->removals = array_reserve(change->removals, &change->removal_cap,
		change->removal_count + 1, sizeof(change->removals[0]));
	struct keychange_removal *removal = &change->removals[change->removal_count++];
	set_name(removal->name, name);
	removal->kind = kind;
}

void keychange_remove(struct keychange *change, const char *name)
{
	for (enum key_kind kind = 0; kind < KEY_KINDS; kind++)
		remove_one(change, name, kind);
}

int keychange_rename(struct keychange *change, const struct keystore *store,
	const char *name, const char *new_name, struct err *err)
{
	for (enum key_kind kind = 0; kind < KEY_KINDS; kind++) {
		CLEANUP(key_wipe) struct key key = {{0}};
		bool found = false;

		if (keystore_find(store, name, kind, &key, &found, err) < 0)
			return -1;
		if (!found)
			continue;
		keychange_store(change, new_name, kind, &key);
		remove_one(change, name, kind);
	}
	return 0;
}

void keychange_release(struct keychange *change)
{
	if (change->stores)
		sodium_memzero(
			change->stores, change->store_cap * sizeof(change->stores[0]));
	free(change->stores);
	free(change->removals);
	*change = (struct keychange)KEYCHANGE_INIT;
}
