/* SPDX-License-Identifier: MIT */
/*
 * The folder keys/ of a site, 0700: NAME.key holds a node's private key, NAME.psk its
 * preshared key with the hub, each 0600 and as `wg genkey` prints it. A key that others
 * could read, or that is not plainly a file of this user, is refused. No message holds
 * what such a file says.
 *
 * Names are node names, valid by site_name_is_valid. Which nodes there are is not known
 * here, nor the order in which keys and site.yaml must change: see disk/folder.h.
 */
#ifndef WGCTL_DISK_KEYSTORE_H
#define WGCTL_DISK_KEYSTORE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "disk/dir.h"
#include "disk/file.h"
#include "key/key.h"

enum { KEYSTORE_NAME_MAX = 63, KEYSTORE_FILE_SIZE = KEYSTORE_NAME_MAX + sizeof(".key") };

/* keys/ itself; not open where the site has no such folder, which holds no key then. */
struct keystore {
	struct dir dir;
};

#define KEYSTORE_INIT                                                                    \
	{                                                                                \
		.dir = DIR_INIT                                                          \
	}

/* A key under its name. */
struct keystore_entry {
	char name[KEYSTORE_NAME_MAX + 1];
	enum key_kind kind;
	struct key key;
};

/* Opens keys/ in the site folder; keystore_make makes it first where it is missing. */
int keystore_open(struct keystore *out, const struct dir *site, struct err *err);
int keystore_make(struct keystore *out, const struct dir *site, struct err *err);

/* Reads a key; one that is not there is no mistake: `*found` says which. */
int keystore_find(const struct keystore *store, const char *name, enum key_kind kind,
	struct key *out, bool *found, struct err *err);

/* As keystore_find, but the key has to be there. */
int keystore_load(const struct keystore *store, const char *name, enum key_kind kind,
	struct key *out, struct err *err);

int keystore_exists(const struct keystore *store, const char *name, enum key_kind kind,
	bool *found, struct err *err);

/*
 * Writes keys, durably before it returns, with one sync for many. With FILE_MODE_NEW no
 * existing key is replaced, and nothing is written where one exists; FILE_MODE_SECRET
 * replaces. After a failure some of them may have been written.
 */
int keystore_store(const struct keystore *store, const struct keystore_entry *entries,
	size_t count, enum file_mode mode, struct err *err);

/* Removes a key; one that is not there is no mistake. Not durable before dir_sync. */
int keystore_remove(const struct keystore *store, const char *name, enum key_kind kind,
	struct err *err);

/*
 * The names that have a key of this kind, sorted; the array and its strings are the
 * caller's. Files that are not called like a key are passed over.
 */
int keystore_list(const struct keystore *store, enum key_kind kind, char ***names,
	size_t *count, struct err *err);
void keystore_free_list(char **names, size_t count);

/* The file's name in keys/, such as "hospital.psk". */
void keystore_file_name(
	const char *name, enum key_kind kind, char out[static KEYSTORE_FILE_SIZE]);

/* The reverse; false for the name of anything else. */
bool keystore_parse_file_name(
	const char *file, char name[static KEYSTORE_NAME_MAX + 1], enum key_kind *kind);

void keystore_entry_wipe(struct keystore_entry *entry);
void keystore_release(struct keystore *store);

#endif
