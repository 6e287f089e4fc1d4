/* SPDX-License-Identifier: MIT */
/*
 * The site folder on this machine: site.yaml, keys/ and .gitignore. Opened for reading, it
 * gives the site, and its keys where asked. Opened for an edit, it is locked until it is
 * released, what a killed program left is put in order, and folder_commit changes it so
 * that a crash at any moment leaves the old site or the new one, with all keys it names.
 *
 * What a change should be is made elsewhere (site/edit.h); this only puts it on disk.
 */
#ifndef WGCTL_DISK_FOLDER_H
#define WGCTL_DISK_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "disk/dir.h"
#include "disk/keychange.h"
#include "disk/keystore.h"
#include "disk/lock.h"
#include "site/site.h"

struct folder {
	struct dir dir;
	struct keystore keys;
	struct lock lock;
	char *site_name;  /* "site.yaml", with the folder where that is not "." */
	struct site site; /* empty where is_new */
	bool is_new;
};

#define FOLDER_INIT                                                                      \
	{                                                                                \
		.dir = DIR_INIT, .keys = KEYSTORE_INIT, .lock = LOCK_INIT,               \
		.site = SITE_INIT                                                        \
	}

/*
 * Loads the site in the folder `path`. Mistakes in site.yaml are all in `err`. `out` is
 * FOLDER_INIT before, here and below, and is again after a failure; it must not be moved.
 */
int folder_open(struct folder *out, const char *path, struct err *err);

/* Opens `keys` of a folder that was opened for reading, for commands that need a key. */
int folder_open_keys(struct folder *folder, struct err *err);

/*
 * As folder_open with its keys, for an edit: waits at most a second for another one's to
 * finish.
 */
int folder_edit(struct folder *out, const char *path, struct err *err);

/* Fails where `path` cannot become a site folder because it is one. Changes nothing. */
int folder_check_new(const char *path, struct err *err);

/*
 * Makes `path` where it is missing, and keys/ in it, and locks it. There is no site.yaml
 * before folder_commit, and none may be there.
 */
int folder_init(struct folder *out, const char *path, struct err *err);

/*
 * Puts the new text of site.yaml, which has been checked, and the changed keys on disk: new
 * keys first, then site.yaml, then the removal of keys. A new folder gets its .gitignore.
 * Fails, with nothing changed, where site.yaml is not the one that was loaded any more, or
 * a new key's file exists already. Keys change only where the text does. Once for each
 * open; the loaded site stays as it was.
 */
int folder_commit(struct folder *folder, const char *text, size_t len,
	const struct keychange *change, struct err *err);

void folder_release(struct folder *folder);

#endif
