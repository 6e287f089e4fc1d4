/* SPDX-License-Identifier: MIT */
/* Temporary file, write, sync, rename, sync of the folder: for one file or ten thousand. */
#include "disk/batch.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium/randombytes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"

/* Beyond some files one syncfs is faster than an fsync each, whatever else it flushes. */
enum { SYNC_EACH_MAX = 16, TEMP_TRIES = 100 };

static const char temp_prefix[] = ".wgctl-";
static const char temp_suffix[] = ".tmp";

void batch_init(struct batch *batch, const struct dir *dir, size_t expected)
{
	*batch = (struct batch){.dir = dir, .sync_each = expected <= SYNC_EACH_MAX};
}

static bool is_temp_name(const char *name)
{
	size_t prefix = sizeof(temp_prefix) - 1,
	       random = BATCH_TEMP_SIZE - sizeof(temp_prefix) - sizeof(temp_suffix) + 1;

	return strlen(name) == BATCH_TEMP_SIZE - 1 &&
	       !strncmp(name, temp_prefix, prefix) &&
	       strspn(name + prefix, "0123456789abcdef") == random &&
	       !strcmp(name + prefix + random, temp_suffix);
}

/* Returns the descriptor of a new file, or -1 with errno; `temp` is "" then. */
static int create_temp(
	const struct dir *dir, mode_t mode, char temp[static BATCH_TEMP_SIZE])
{
	for (int i = 0; i < TEMP_TRIES; i++) {
		snprintf(temp, BATCH_TEMP_SIZE, "%s%08x%s", temp_prefix,
			randombytes_random(), temp_suffix);
		int fd = dir_create(dir, temp, O_WRONLY | O_EXCL, mode);

		if (fd >= 0)
			return fd;
		if (errno != EEXIST)
			break;
	}
	temp[0] = '\0';
	return -1;
}

static bool write_all(int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t put = write(fd, bytes, len);

		if (put < 0 && errno != EINTR)
			return false;
		if (put > 0) {
			bytes += put;
			len -= (size_t)put;
		}
	}
	return true;
}

static bool sync_fd(int fd)
{
	int result;

	do
		result = fsync(fd);
	while (result < 0 && errno == EINTR);
	return result == 0;
}

/* Some file systems report a failed write only when the file is closed. */
static bool close_checked(int fd, bool good)
{
	int saved = errno;
	int result = close(fd);

	if (!good) {
		errno = saved;
		return false;
	}
	return result == 0 || errno == EINTR;
}

/*
 * Looks at what has the name now: fails where it must not be replaced, else gives the
 * mode for the new file and the size of the old one.
 */
static int check_target(const struct dir *dir, const char *name, enum file_mode mode,
	mode_t *bits, off_t *size, struct err *err)
{
	struct stat st;
	bool found = fstatat(dir->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0;

	if (!found && errno == ENOENT) {
		*bits = mode == FILE_MODE_KEEP ? 0666 & ~dir_umask() : 0600;
		return 0;
	}
	CLEANUP_FREE char *shown = dir_show(dir, name);
	if (!found)
		return err_errno(err, "cannot examine '%s'", shown);
	if (mode == FILE_MODE_NEW)
		return err_set(err, "'%s' exists already; move it away", shown);
	if (!S_ISREG(st.st_mode))
		return err_set(err,
			"'%s' is %s, which wgctl does not replace; name a regular file",
			shown, dir_kind_name(st.st_mode));
	*bits = mode == FILE_MODE_KEEP ? st.st_mode & 0777 : 0600;
	*size = st.st_size;
	return 0;
}

/*
 * Equal files stay: ext4 takes some ten times as long to replace ten thousand files as to
 * make them.
 */
static bool is_equal(const struct dir *dir, const char *name, enum file_mode mode,
	const void *bytes, size_t len)
{
	CLEANUP(err_release) struct err ignored = ERR_INIT;
	CLEANUP(buf_release) struct buf text = BUF_INIT;
	enum file_kind kind = mode == FILE_MODE_KEEP ? FILE_PUBLIC : FILE_SECRET;
	bool found = false;

	return file_find(dir, name, kind, len, &text, &found, &ignored) == 0 && found &&
	       text.len == len && !memcmp(text.text, bytes, len);
}

/* Writes, syncs where each file is synced, and closes; false with errno. */
static bool fill(int fd, const void *bytes, size_t len, bool sync)
{
	return close_checked(fd, write_all(fd, bytes, len) && (!sync || sync_fd(fd)));
}

int batch_add(struct batch *batch, const char *name, enum file_mode mode,
	const void *bytes, size_t len, struct err *err)
{
	struct batch_file file = {.must_be_new = mode == FILE_MODE_NEW};
	off_t size = -1;
	mode_t bits = 0;

	assert(dir_name_is_plain(name));
	if (check_target(batch->dir, name, mode, &bits, &size, err) < 0)
		return -1;
	if (size == (off_t)len && is_equal(batch->dir, name, mode, bytes, len))
		return 0;
	int fd = create_temp(batch->dir, bits, file.temp);
	if (fd < 0) {
		CLEANUP_FREE char *shown = dir_show(batch->dir, NULL);

		return err_errno(err, "cannot create a file in '%s'", shown);
	}
	batch->files = array_reserve(
		batch->files, &batch->cap, batch->count + 1, sizeof(batch->files[0]));
	file.name = xstrdup(name);
	batch->files[batch->count++] = file;
	if (fill(fd, bytes, len, batch->sync_each))
		return 0;
	CLEANUP_FREE char *shown = dir_show(batch->dir, name);
	return err_errno(err, "cannot write '%s'", shown);
}

/* Where there is no syncfs, a second descriptor syncs what the first one wrote. */
static bool sync_again(const struct batch *batch, const struct batch_file *file)
{
	int fd = openat(batch->dir->fd, file->temp, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);

	return fd >= 0 && close_checked(fd, sync_fd(fd));
}

static int sync_files(const struct batch *batch, struct err *err)
{
	if (batch->sync_each || !batch->count)
		return 0;
#ifdef __linux__
	if (syncfs(batch->dir->fd) == 0)
		return 0;
#else
	errno = ENOSYS;
#endif
	bool good = errno == ENOSYS;
	for (size_t i = 0; good && i < batch->count; i++)
		good = sync_again(batch, &batch->files[i]);
	if (good)
		return 0;
	CLEANUP_FREE char *shown = dir_show(batch->dir, NULL);
	return err_errno(err, "cannot make the files in '%s' durable", shown);
}

/* Not every file system knows RENAME_NOREPLACE; the caller's lock has to do there. */
static bool rename_new(const struct dir *dir, const char *from, const char *to)
{
#ifdef RENAME_NOREPLACE
	if (renameat2(dir->fd, from, dir->fd, to, RENAME_NOREPLACE) == 0)
		return true;
	if (errno != EINVAL && errno != ENOSYS)
		return false;
#endif
	if (faccessat(dir->fd, to, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
		errno = EEXIST;
		return false;
	}
	return renameat(dir->fd, from, dir->fd, to) == 0;
}

static bool rename_file(const struct dir *dir, const struct batch_file *file)
{
	if (file->must_be_new)
		return rename_new(dir, file->temp, file->name);
	return renameat(dir->fd, file->temp, dir->fd, file->name) == 0;
}

int batch_commit(struct batch *batch, struct err *err)
{
	if (sync_files(batch, err) < 0)
		return -1;
	for (size_t i = 0; i < batch->count; i++) {
		struct batch_file *file = &batch->files[i];

		if (!rename_file(batch->dir, file)) {
			CLEANUP_FREE char *shown = dir_show(batch->dir, file->name);

			return err_errno(err, "cannot write '%s'", shown);
		}
		file->temp[0] = '\0';
	}
	return dir_sync(batch->dir, err);
}

void batch_release(struct batch *batch)
{
	for (size_t i = 0; i < batch->count; i++) {
		if (batch->files[i].temp[0])
			unlinkat(batch->dir->fd, batch->files[i].temp, 0);
		free(batch->files[i].name);
	}
	free(batch->files);
	*batch = (struct batch){.dir = NULL};
}

int batch_sweep(const struct dir *dir, struct err *err)
{
	CLEANUP(dir_end_list) DIR *listing = dir_list(dir, err);
	const struct dirent *entry;
	struct stat st;

	if (!listing)
		return -1;
	while ((entry = readdir(listing))) {
		if (!is_temp_name(entry->d_name) ||
			fstatat(dir->fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
			!S_ISREG(st.st_mode) || st.st_uid != geteuid())
			continue;
		if (file_remove(dir, entry->d_name, err) < 0)
			return -1;
	}
	return 0;
}
