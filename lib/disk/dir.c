/* SPDX-License-Identifier: MIT */
/* Folders by descriptor. */
#include "disk/dir.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/quote.h"

enum { MODE_BITS = 0777 };

bool dir_name_is_plain(const char *name)
{
	return *name && !strchr(name, '/') && strcmp(name, ".") != 0 &&
	       strcmp(name, "..") != 0;
}

static size_t length_without_slashes(const char *path)
{
	size_t len = strlen(path);

	while (len > 1 && path[len - 1] == '/')
		len--;
	return len;
}

void dir_split(const char *path, char **folder, char **name)
{
	CLEANUP_FREE char *whole = xstrndup(path, length_without_slashes(path));
	const char *slash = strrchr(whole, '/');

	if (!slash) {
		*folder = xstrdup(".");
		*name = xstrdup(whole);
		return;
	}
	*folder =
		slash == whole ? xstrdup("/") : xstrndup(whole, (size_t)(slash - whole));
	*name = xstrdup(slash + 1);
}

char *dir_show(const struct dir *dir, const char *name)
{
	struct buf path = BUF_INIT;
	int saved = errno;

	if (!name || strcmp(dir->path, ".") != 0)
		quote_display(&path, dir->path, strlen(dir->path));
	if (name && path.len && path.text[path.len - 1] != '/')
		buf_add_char(&path, '/');
	if (name)
		quote_display(&path, name, strlen(name));
	errno = saved;
	return buf_detach(&path);
}

const char *dir_kind_name(mode_t mode)
{
	if (S_ISREG(mode))
		return "a regular file";
	if (S_ISDIR(mode))
		return "a folder";
	if (S_ISLNK(mode))
		return "a symbolic link";
	if (S_ISFIFO(mode))
		return "a named pipe";
	if (S_ISSOCK(mode))
		return "a socket";
	return "a device";
}

int dir_open(struct dir *out, const char *path, struct err *err)
{
	struct dir dir = {
		.fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
		.path = xstrndup(path, length_without_slashes(path)),
	};

	if (dir.fd < 0) {
		CLEANUP_FREE char *shown = dir_show(&dir, NULL);

		err_errno(err, "cannot open the folder '%s'", shown);
		dir_release(&dir);
		return -1;
	}
	*out = dir;
	return 0;
}

static char *join(const struct dir *parent, const char *name)
{
	struct buf path = BUF_INIT;

	if (strcmp(parent->path, ".") != 0)
		buf_addf(&path, "%s/", parent->path);
	buf_add(&path, name);
	return buf_detach(&path);
}

int dir_open_at(
	struct dir *out, const struct dir *parent, const char *name, struct err *err)
{
	struct stat st;

	assert(dir_name_is_plain(name));
	int fd =
		openat(parent->fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0) {
		CLEANUP_FREE char *shown = dir_show(parent, name);

		if ((errno == ENOTDIR || errno == ELOOP) &&
			fstatat(parent->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
			return err_set(err, "'%s' is %s, not a folder; move it away",
				shown, dir_kind_name(st.st_mode));
		return err_errno(err, "cannot open the folder '%s'", shown);
	}
	*out = (struct dir){.fd = fd, .path = join(parent, name)};
	return 0;
}

/* Other threads get stricter modes than they asked for meanwhile, never wider ones. */
static mode_t narrow_umask(mode_t mode)
{
	return umask(MODE_BITS & ~mode);
}

mode_t dir_umask(void)
{
	mode_t mask = narrow_umask(0);

	umask(mask);
	return mask;
}

int dir_create(const struct dir *dir, const char *name, int flags, mode_t mode)
{
	assert(dir_name_is_plain(name));
	mode_t mask = narrow_umask(mode);
	int fd = openat(
		dir->fd, name, flags | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY, mode);
	int saved = errno;
	umask(mask);
	errno = saved;
	return fd;
}

int dir_make_at(const struct dir *parent, const char *name, mode_t mode, bool masked,
	struct err *err)
{
	mode_t exact = masked ? mode & ~dir_umask() : mode;
	mode_t mask = narrow_umask(exact);
	int failed = mkdirat(parent->fd, name, exact) < 0 ? errno : 0;

	umask(mask);
	if (!failed)
		return dir_sync(parent, err);
	if (failed == EEXIST)
		return 0;
	CLEANUP_FREE char *shown = dir_show(parent, name);
	errno = failed;
	return err_errno(err, "cannot make the folder '%s'", shown);
}

int dir_make(const char *path, mode_t mode, bool masked, struct err *err)
{
	CLEANUP(dir_release) struct dir parent = DIR_INIT;
	CLEANUP_FREE char *folder = NULL;
	CLEANUP_FREE char *name = NULL;
	struct stat st;

	if (stat(path, &st) == 0)
		return 0;
	dir_split(path, &folder, &name);
	if (dir_open(&parent, folder, err) < 0)
		return -1;
	return dir_make_at(&parent, name, mode, masked, err);
}

/* Through an own descriptor, since a listing moves and closes the one it gets. */
DIR *dir_list(const struct dir *dir, struct err *err)
{
	int fd = openat(dir->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *listing = fd < 0 ? NULL : fdopendir(fd);

	if (listing)
		return listing;
	CLEANUP_FREE char *shown = dir_show(dir, NULL);
	err_errno(err, "cannot list the folder '%s'", shown);
	if (fd >= 0)
		close(fd);
	return NULL;
}

void dir_end_list(DIR **listing)
{
	if (*listing)
		closedir(*listing);
	*listing = NULL;
}

/* Some network and FUSE file systems cannot sync a folder and say EINVAL. */
int dir_sync(const struct dir *dir, struct err *err)
{
	int result;

	do
		result = fsync(dir->fd);
	while (result < 0 && errno == EINTR);
	if (result == 0 || errno == EINVAL)
		return 0;
	CLEANUP_FREE char *shown = dir_show(dir, NULL);
	return err_errno(err, "cannot make the changes in '%s' durable", shown);
}

int dir_check_safe(const struct dir *dir, struct err *err)
{
	CLEANUP_FREE char *shown = dir_show(dir, NULL);
	struct stat st;

	if (fstat(dir->fd, &st) < 0)
		return err_errno(err, "cannot examine the folder '%s'", shown);
	if (st.st_uid != geteuid() && st.st_uid != 0)
		return err_set(err,
			"the folder '%s' belongs to another user (uid %lu); "
			"run wgctl as that user, or use a folder of your own",
			shown, (unsigned long)st.st_uid);
	if (st.st_mode & S_IWOTH && !(st.st_mode & S_ISVTX))
		return err_set(err,
			"everybody may change what is in the folder '%s'; run: chmod o-w '%s'",
			shown, shown);
	return 0;
}

int dir_check_private(
	const struct dir *dir, const char *name, const struct stat *st, struct err *err)
{
	if (st->st_uid == geteuid() && !(st->st_mode & (S_IRWXG | S_IRWXO)))
		return 0;
	CLEANUP_FREE char *shown = dir_show(dir, name);
	if (st->st_uid != geteuid())
		return err_set(err,
			"'%s' belongs to another user (uid %lu); run wgctl as that user, "
			"or run: chown %lu '%s'",
			shown, (unsigned long)st->st_uid, (unsigned long)geteuid(),
			shown);
	return err_set(err, "'%s' is open to other users (mode %04o); run: chmod %s '%s'",
		shown, (unsigned)st->st_mode & 07777,
		S_ISDIR(st->st_mode) ? "700" : "600", shown);
}

void dir_release(struct dir *dir)
{
	if (dir->fd >= 0)
		close(dir->fd);
	free(dir->path);
	*dir = (struct dir)DIR_INIT;
}
