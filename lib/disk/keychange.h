/* SPDX-License-Identifier: MIT */
/*
 * What one edit of a site does to the key files: which keys come, which go. It only says
 * so; folder_commit does it, in the order that loses no key.
 */
#ifndef WGCTL_DISK_KEYCHANGE_H
#define WGCTL_DISK_KEYCHANGE_H

#include <stddef.h>

#include "base/err.h"
#include "disk/keystore.h"

/* A key file that goes. */
struct keychange_removal {
	char name[KEYSTORE_NAME_MAX + 1];
	enum key_kind kind;
};

struct keychange {
	struct keystore_entry *stores;
	size_t store_count, store_cap;
	struct keychange_removal *removals;
	size_t removal_count, removal_cap;
};

#define KEYCHANGE_INIT                                                                   \
	{                                                                                \
		.stores = NULL                                                           \
	}

/* A key of a node that has none of this kind yet. The key is copied. */
void keychange_store(struct keychange *change, const char *name, enum key_kind kind,
	const struct key *key);

/* The keys of both kinds of a node, as far as there are any. */
void keychange_remove(struct keychange *change, const char *name);

/* Moves the keys of a node, as far as there are any, to another name. */
int keychange_rename(struct keychange *change, const struct keystore *store,
	const char *name, const char *new_name, struct err *err);

/* Wipes and frees. */
void keychange_release(struct keychange *change);

#endif
