/* SPDX-License-Identifier: MIT */
/* Whole files by name in an open folder. */
#include "disk/file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "disk/batch.h"

enum { READ_STEP = 64 * 1024 };

static void close_fd(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static int check(const struct dir *dir, const char *name, enum file_kind kind, size_t max,
	int fd, size_t *size, struct err *err)
{
	struct stat st;
	const bool known = fstat(fd, &st) == 0;
	const bool regular = known && S_ISREG(st.st_mode);

	if (regular && (uint64_t)st.st_size <= max) {
		*size = (size_t)st.st_size;
		return kind == FILE_SECRET ? dir_check_private(dir, name, &st, err) : 0;
	}
	CLEANUP_FREE char *shown = dir_show(dir, name);
	if (!known)
		return err_errno(err, "cannot examine '%s'", shown);
	if (!regular)
		return err_set(err, "'%s' is %s, not a regular file", shown,
			dir_kind_name(st.st_mode));
	return err_set(err, "'%s' is too large: %lld bytes, at most %zu are read", shown,
		(long long)st.st_size, max);
}

/* The size is a hint: the file may grow while it is read. False with errno. */
static bool read_all(int fd, size_t size, size_t max, struct buf *out)
{
	size_t step = size + 1;

	while (out->len <= max) {
		ssize_t got = read(fd, buf_reserve(out, step), step);

		if (got == 0)
			return true;
		if (got < 0 && errno != EINTR)
			return false;
		if (got < 0)
			continue;
		buf_added(out, (size_t)got);
		/* Room is left where the size was right, and what is left is enough. */
		step = (size_t)got < step ? step - (size_t)got : READ_STEP;
	}
	errno = EFBIG;
	return false;
}

/* Without O_NONBLOCK the open of a named pipe would wait for a writer. */
int file_find(const struct dir *dir, const char *name, enum file_kind kind, size_t max,
	struct buf *out, bool *found, struct err *err)
{
	int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
	CLEANUP(buf_release) struct buf text = BUF_INIT;
	size_t size = 0;

	assert(dir_name_is_plain(name) && !out->len);
	CLEANUP(close_fd)
	const int fd =
		openat(dir->fd, name, kind == FILE_SECRET ? flags | O_NOFOLLOW : flags);
	if (fd < 0 && errno == ENOENT) {
		*found = false;
		return 0;
	}
	if (fd < 0) {
		CLEANUP_FREE char *shown = dir_show(dir, name);

		if (errno == ELOOP && kind == FILE_SECRET)
			return err_set(err, "'%s' is a symbolic link, not a regular file",
				shown);
		if (errno == ENXIO)
			return err_set(
				err, "'%s' is a socket, not a regular file", shown);
		return err_errno(err, "cannot open '%s'", shown);
	}
	if (check(dir, name, kind, max, fd, &size, err) < 0)
		return -1;
	if (!read_all(fd, size, max, &text)) {
		CLEANUP_FREE char *shown = dir_show(dir, name);

		return err_errno(err, "cannot read '%s'", shown);
	}
	buf_release(out);
	*out = text;
	text = (struct buf)BUF_INIT;
	*found = true;
	return 0;
}

int file_read(const struct dir *dir, const char *name, enum file_kind kind, size_t max,
	struct buf *out, struct err *err)
{
	bool found = false;

	if (file_find(dir, name, kind, max, out, &found, err) < 0)
		return -1;
	if (found)
		return 0;
	CLEANUP_FREE char *shown = dir_show(dir, name);
	errno = ENOENT;
	return err_errno(err, "cannot open '%s'", shown);
}

int file_exists(const struct dir *dir, const char *name, bool *found, struct err *err)
{
	struct stat st;

	assert(dir_name_is_plain(name));
	if (fstatat(dir->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		*found = true;
		return 0;
	}
	if (errno == ENOENT) {
		*found = false;
		return 0;
	}
	CLEANUP_FREE char *shown = dir_show(dir, name);
	return err_errno(err, "cannot examine '%s'", shown);
}

int file_replace(const struct dir *dir, const char *name, enum file_mode mode,
	const void *bytes, size_t len, struct err *err)
{
	CLEANUP(batch_release) struct batch batch;

	batch_init(&batch, dir, 1);
	if (batch_add(&batch, name, mode, bytes, len, err) < 0)
		return -1;
	return batch_commit(&batch, err);
}

int file_remove(const struct dir *dir, const char *name, struct err *err)
{
	assert(dir_name_is_plain(name));
	if (unlinkat(dir->fd, name, 0) == 0 || errno == ENOENT)
		return 0;
	CLEANUP_FREE char *shown = dir_show(dir, name);
	return err_errno(err, "cannot remove '%s'", shown);
}
