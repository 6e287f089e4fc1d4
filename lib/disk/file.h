/* SPDX-License-Identifier: MIT */
/*
 * Whole files: read with a cap, replaced so that a reader, or a crash at any moment, finds
 * the old file or the new one and nothing in between. Many files at once: disk/batch.h.
 */
#ifndef WGCTL_DISK_FILE_H
#define WGCTL_DISK_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "disk/dir.h"

enum file_kind {
	FILE_PUBLIC, /* symbolic links are followed */
	FILE_SECRET, /* not followed; must belong to this user and be closed to others */
};

/*
 * Reads a regular file of at most `max` bytes into `out`, which must be empty. Pipes,
 * devices and folders are refused, without waiting for them.
 */
int file_read(const struct dir *dir, const char *name, enum file_kind kind, size_t max,
	struct buf *out, struct err *err);

/* As file_read, but a file that is not there is no mistake: `*found` says which. */
int file_find(const struct dir *dir, const char *name, enum file_kind kind, size_t max,
	struct buf *out, bool *found, struct err *err);

/* Whether there is anything of that name, a dangling symbolic link included. */
int file_exists(const struct dir *dir, const char *name, bool *found, struct err *err);

/* How a file is created. */
enum file_mode {
	FILE_MODE_KEEP,	  /* the mode of what it replaces, else 0666 less the umask */
	FILE_MODE_SECRET, /* 0600 */
	FILE_MODE_NEW,	  /* 0600, and nothing of that name may exist */
};

/*
 * Makes `name` hold exactly these bytes, durably, or leaves all as it was. Where the name
 * belongs to something else than a regular file this fails. After a failure of the last
 * step, syncing the folder, the new file is in place but may not survive a power cut.
 */
int file_replace(const struct dir *dir, const char *name, enum file_mode mode,
	const void *bytes, size_t len, struct err *err);

/* Removes a file; one that is not there is no mistake. Not durable before dir_sync. */
int file_remove(const struct dir *dir, const char *name, struct err *err);

#endif
