/* SPDX-License-Identifier: MIT */
/*
 * Files that a command writes where the user says: configurations, pictures of them. They
 * hold keys, so each is 0600 from the first moment, and what a killed program has left of
 * them in that folder is removed before anything is written.
 */
#ifndef WGCTL_DISK_OUTPUT_H
#define WGCTL_DISK_OUTPUT_H

#include <stddef.h>

#include "base/err.h"
#include "disk/dir.h"

/*
 * Opens a folder for output through disk/batch.h, makes it (0700) where it is missing, and
 * keeps other runs of this program out of it until it is released. A folder that others
 * could tamper with is refused.
 */
int output_open(struct dir *out, const char *path, struct err *err);

/* Writes one file, replacing a regular file of that name, durably or not at all. */
int output_file(const char *path, const void *bytes, size_t len, struct err *err);

#endif
