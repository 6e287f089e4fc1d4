/* SPDX-License-Identifier: MIT */
/* Locks that die with the process. */
#include "disk/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/num.h"

enum { POLL_MS = 5, PID_TEXT_SIZE = 24 };

/* True when the lock is held; else errno, EWOULDBLOCK where another one has kept it. */
static bool lock_fd(int fd)
{
	const struct timespec pause = {.tv_nsec = POLL_MS * 1000000L};

	for (int waited = 0;; waited += POLL_MS) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return true;
		if ((errno != EWOULDBLOCK && errno != EINTR) || waited >= LOCK_WAIT_MS)
			return false;
		nanosleep(&pause, NULL);
	}
}

static void write_pid(int fd)
{
	char text[PID_TEXT_SIZE];
	int len = snprintf(text, sizeof(text), "%ld\n", (long)getpid());

	if (ftruncate(fd, 0) < 0 || pwrite(fd, text, (size_t)len, 0) < len)
		return; /* others only miss our number */
}

static int report_holder(int fd, struct err *err)
{
	char text[PID_TEXT_SIZE] = "";
	uint64_t pid = 0;

	if (pread(fd, text, sizeof(text) - 1, 0) > 0)
		text[strcspn(text, "\n")] = '\0';
	if (!num_parse(text, 1, INT32_MAX, &pid))
		return err_set(err, "another wgctl is changing this site; "
				    "try again when it has finished");
	return err_set(err,
		"another wgctl (pid %lu) is changing this site; "
		"try again when it has finished",
		(unsigned long)pid);
}

/* Somebody may have removed the file and made another one while we waited. */
static bool is_still(const struct dir *dir, const char *name, int fd)
{
	struct stat held, there;

	return fstat(fd, &held) == 0 &&
	       fstatat(dir->fd, name, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
	       held.st_dev == there.st_dev && held.st_ino == there.st_ino;
}

static int open_lock(
	struct lock *lock, const struct dir *dir, const char *name, struct err *err)
{
	struct stat st;

	lock->fd = dir_create(dir, name, O_RDWR | O_NONBLOCK, 0600);
	if (lock->fd >= 0 && fstat(lock->fd, &st) == 0 && S_ISREG(st.st_mode))
		return 0;
	CLEANUP_FREE char *shown = dir_show(dir, name);
	if (lock->fd >= 0)
		return err_set(err, "'%s' is not a regular file; remove it", shown);
	return err_errno(err, "cannot open the lock '%s'", shown);
}

int lock_take(struct lock *out, const struct dir *dir, const char *name, struct err *err)
{
	CLEANUP(lock_release) struct lock lock = LOCK_INIT;

	do {
		lock_release(&lock);
		if (open_lock(&lock, dir, name, err) < 0)
			return -1;
		if (!lock_fd(lock.fd)) {
			if (errno == EWOULDBLOCK)
				return report_holder(lock.fd, err);
			CLEANUP_FREE char *shown = dir_show(dir, name);
			return err_errno(err, "cannot lock '%s'", shown);
		}
	} while (!is_still(dir, name, lock.fd));
	write_pid(lock.fd);
	*out = lock;
	lock.fd = -1;
	return 0;
}

/* NFS locks only what is open for writing, which a folder never is: EBADF. */
int lock_dir(const struct dir *dir, bool *held, struct err *err)
{
	*held = lock_fd(dir->fd);
	if (*held || errno == EBADF || errno == EINVAL || errno == ENOLCK ||
		errno == EOPNOTSUPP)
		return 0;
	CLEANUP_FREE char *shown = dir_show(dir, NULL);
	if (errno == EWOULDBLOCK)
		return err_set(err,
			"another program is writing to the folder '%s'; "
			"try again when it has finished",
			shown);
	return err_errno(err, "cannot lock the folder '%s'", shown);
}

void lock_release(struct lock *lock)
{
	if (lock->fd >= 0)
		close(lock->fd);
	lock->fd = -1;
}
