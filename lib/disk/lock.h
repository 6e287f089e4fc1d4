/* SPDX-License-Identifier: MIT */
/*
 * One program at a time changes a folder. The locks are flock() locks, which the kernel
 * drops when the program ends, however it ends: there are no stale ones.
 */
#ifndef WGCTL_DISK_LOCK_H
#define WGCTL_DISK_LOCK_H

#include "base/err.h"
#include "disk/dir.h"

enum { LOCK_WAIT_MS = 1000 };

struct lock {
	int fd; /* -1: not held */
};

#define LOCK_INIT                                                                        \
	{                                                                                \
		.fd = -1                                                                 \
	}

/*
 * Locks the file `name` in `dir`, making it where it is missing (0600), and waits for at
 * most LOCK_WAIT_MS. The holder's process id stands in the file, for the message that
 * others get; the file is never removed.
 */
int lock_take(struct lock *out, const struct dir *dir, const char *name, struct err *err);

/*
 * Locks the folder itself until it is released, for folders that get no file of ours.
 * `*held` is false where the file system has no such locks.
 */
int lock_dir(const struct dir *dir, bool *held, struct err *err);

void lock_release(struct lock *lock);

#endif
