/* SPDX-License-Identifier: MIT */
/*
 * Files written together into one folder: each is written whole under a temporary name,
 * all are made durable, then all get their names, then the folder is made durable. Each
 * file is old or new after a crash; of several files some may be old and some new.
 *
 * A killed program leaves files called .wgctl-XXXXXXXX.tmp behind, with mode 0600 where
 * they hold secrets; batch_sweep takes them away.
 */
#ifndef WGCTL_DISK_BATCH_H
#define WGCTL_DISK_BATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "disk/dir.h"
#include "disk/file.h"

enum { BATCH_TEMP_SIZE = sizeof(".wgctl-XXXXXXXX.tmp") };

struct batch_file {
	char *name;
	char temp[BATCH_TEMP_SIZE]; /* "" once it has its name */
	bool must_be_new;
};

struct batch {
	const struct dir *dir; /* borrowed */
	struct batch_file *files;
	size_t count, cap;
	bool sync_each; /* as they are written; else all at once by syncfs */
};

/* `expected` is about how many files will come: it decides how they are synced. */
void batch_init(struct batch *batch, const struct dir *dir, size_t expected);

/*
 * Writes a file under a temporary name; one that says the same already, with a mode that
 * will do, is left as it is. Fails where `name` belongs to something else than
 * a regular file (a symbolic link too), or to anything for FILE_MODE_NEW.
 */
int batch_add(struct batch *batch, const char *name, enum file_mode mode,
	const void *bytes, size_t len, struct err *err);

/*
 * Gives all files their names. After a failure those that have theirs keep it; the rest
 * goes with batch_release.
 */
int batch_commit(struct batch *batch, struct err *err);

/* Removes what was not committed, and frees. */
void batch_release(struct batch *batch);

/*
 * Removes the temporary files that killed programs have left in the folder: regular files
 * of this user with a name of ours. The caller holds the lock that all who write to the
 * folder take.
 */
int batch_sweep(const struct dir *dir, struct err *err);

#endif
