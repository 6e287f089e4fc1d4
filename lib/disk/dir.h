/* SPDX-License-Identifier: MIT */
/*
 * An open folder, and the path that messages show for it. All work in a folder goes
 * through its descriptor, so that nothing moves under our feet when the path is swapped.
 *
 * A name given to these functions is one path component: never empty, ".", ".." or with a
 * slash in it.
 */
#ifndef WGCTL_DISK_DIR_H
#define WGCTL_DISK_DIR_H

#include <dirent.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "base/err.h"

struct dir {
	int fd;	    /* -1: not open */
	char *path; /* as the user gave it, without a slash at the end; owned */
};

#define DIR_INIT                                                                         \
	{                                                                                \
		.fd = -1                                                                 \
	}

/* Opens a folder by a path of the user, whose symbolic links are followed. */
int dir_open(struct dir *out, const char *path, struct err *err);

/* Opens a folder inside another one; a symbolic link is refused. */
int dir_open_at(
	struct dir *out, const struct dir *parent, const char *name, struct err *err);

/*
 * Makes a folder with exactly this mode, less the umask where `masked`, and makes that
 * durable. One that is there already is left as it is.
 */
int dir_make(const char *path, mode_t mode, bool masked, struct err *err);
int dir_make_at(const struct dir *parent, const char *name, mode_t mode, bool masked,
	struct err *err);

/* Starts a listing of the folder, for readdir(); NULL on failure. Ends it. */
DIR *dir_list(const struct dir *dir, struct err *err);
void dir_end_list(DIR **listing);

/* Makes what was created, renamed or removed in the folder durable. */
int dir_sync(const struct dir *dir, struct err *err);

/*
 * openat() with O_CREAT that gives a new file exactly `mode`, whatever the umask is, and
 * from the first moment. Returns the descriptor, or -1 with errno. Changes the umask for
 * the time of the call, so no other thread may create files meanwhile.
 */
int dir_create(const struct dir *dir, const char *name, int flags, mode_t mode);

/* The umask of the process. */
mode_t dir_umask(void);

/*
 * Fails unless the folder is safe to keep files in: it belongs to this user or to root,
 * and not everybody may rename what is in it (a sticky folder like /tmp is fine).
 */
int dir_check_safe(const struct dir *dir, struct err *err);

/*
 * Fails unless the file or folder `name` in `dir`, or `dir` itself where that is NULL,
 * belongs to this user and is closed to all others. The message has the command that
 * mends it.
 */
int dir_check_private(
	const struct dir *dir, const char *name, const struct stat *st, struct err *err);

/*
 * The path of `name` in the folder, or of the folder where that is NULL, safe to show;
 * the caller frees it. Leaves errno alone.
 */
char *dir_show(const struct dir *dir, const char *name);

/* "a folder", "a symbolic link" and so on, for what st_mode says. */
const char *dir_kind_name(mode_t mode);

/* True for a single path component. */
bool dir_name_is_plain(const char *name);

/* Splits a path into the folder and the last component, both for the caller to free. */
void dir_split(const char *path, char **folder, char **name);

void dir_release(struct dir *dir);

#endif
