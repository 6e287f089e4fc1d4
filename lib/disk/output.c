/* SPDX-License-Identifier: MIT */
/* Output into folders that are not ours. */
#include "disk/output.h"

#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/quote.h"
#include "disk/batch.h"
#include "disk/file.h"
#include "disk/lock.h"

static int open_locked(struct dir *out, const char *path, struct err *err)
{
	CLEANUP(dir_release) struct dir dir = DIR_INIT;
	bool held = false;

	if (dir_open(&dir, path, err) < 0 || dir_check_safe(&dir, err) < 0 ||
		lock_dir(&dir, &held, err) < 0 || (held && batch_sweep(&dir, err) < 0))
		return -1;
	*out = dir;
	dir = (struct dir)DIR_INIT;
	return 0;
}

int output_open(struct dir *out, const char *path, struct err *err)
{
	if (dir_make(path, S_IRWXU, false, err) < 0)
		return -1;
	return open_locked(out, path, err);
}

int output_file(const char *path, const void *bytes, size_t len, struct err *err)
{
	CLEANUP(dir_release) struct dir dir = DIR_INIT;
	CLEANUP_FREE char *folder = NULL;
	CLEANUP_FREE char *name = NULL;

	dir_split(path, &folder, &name);
	if (!dir_name_is_plain(name) || path[strlen(path) - 1] == '/') {
		CLEANUP(buf_release) struct buf shown = BUF_INIT;

		quote_display(&shown, path, strlen(path));
		return err_set(err, "'%s' does not name a file", shown.text);
	}
	if (open_locked(&dir, folder, err) < 0)
		return -1;
	return file_replace(&dir, name, FILE_MODE_SECRET, bytes, len, err);
}
