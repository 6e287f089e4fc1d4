/* SPDX-License-Identifier: MIT */
/*
 * A library for LD_PRELOAD that counts the calls of a program that change or open files,
 * and makes one of them go wrong:
 *
 *   FSFAULT_AT=K          the K-th call, from 1; without it calls are only counted
 *   FSFAULT_KIND=KILL     the program is killed before the call
 *   FSFAULT_KIND=TORN     a write writes half, then the program is killed; other calls work
 *   FSFAULT_KIND=EIO      the call fails with this error; ENOSPC likewise
 *   FSFAULT_KIND=SHORT    a write writes half and says so; other calls work
 *   FSFAULT_KIND=FULL     from the K-th call on, what needs space fails with ENOSPC
 *   FSFAULT_KIND=DEAD     from the K-th call on, every call fails with EIO
 *   FSFAULT_COUNT_FILE=F  each call appends a line with its number and name to F
 *
 * A close that fails has closed. Calls on the standard streams, and those that libc makes
 * inside itself (stdio, opendir), are neither counted nor changed. For 64-bit Linux.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

_Static_assert(sizeof(long) == 8, "arguments of the raw system calls fit one word each");

int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int dir, const char *path, int flags);
int __openat64_2(int dir, const char *path, int flags);

enum verdict { PROCEED, FAIL, HALF, HALF_AND_KILL };

static atomic_int calls;

static void record(int number, const char *name)
{
	const char *file = getenv("FSFAULT_COUNT_FILE");
	char line[64];

	if (!file)
		return;
	int len = snprintf(line, sizeof(line), "%d %s\n", number, name);
	long fd = syscall(SYS_openat, AT_FDCWD, file,
		O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0 || syscall(SYS_write, fd, line, len) != len)
		abort();
	syscall(SYS_close, fd);
}

/* Decides about one call; FAIL sets errno. `grows`: it needs space on the disk. */
static enum verdict judge(const char *name, bool grows)
{
	const char *at_text = getenv("FSFAULT_AT"), *kind = getenv("FSFAULT_KIND");
	int number = atomic_fetch_add(&calls, 1) + 1;
	int saved = errno;

	record(number, name);
	errno = saved;
	if (!at_text || !kind)
		return PROCEED;
	int at = (int)strtol(at_text, NULL, 10);
	if (number < at)
		return PROCEED;
	if (!strcmp(kind, "DEAD")) {
		errno = EIO;
		return FAIL;
	}
	if (!strcmp(kind, "FULL") && grows) {
		errno = ENOSPC;
		return FAIL;
	}
	if (number != at)
		return PROCEED;
	if (!strcmp(kind, "KILL"))
		kill(getpid(), SIGKILL);
	if (!strcmp(kind, "EIO") || !strcmp(kind, "ENOSPC")) {
		errno = !strcmp(kind, "EIO") ? EIO : ENOSPC;
		return FAIL;
	}
	if (!strcmp(kind, "SHORT"))
		return HALF;
	return !strcmp(kind, "TORN") ? HALF_AND_KILL : PROCEED;
}

static int open_file(const char *name, int dir, const char *path, int flags, mode_t mode)
{
	if (judge(name, flags & O_CREAT) == FAIL)
		return -1;
	return (int)syscall(SYS_openat, dir, path, flags, mode);
}

static mode_t mode_of(int flags, va_list args)
{
	return flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(args, mode_t)
								   : 0;
}

#define OPEN(name)                                                                       \
	int name(const char *path, int flags, ...)                                       \
	{                                                                                \
		va_list args;                                                            \
                                                                                         \
		va_start(args, flags);                                                   \
		mode_t mode = mode_of(flags, args);                                      \
		va_end(args);                                                            \
		return open_file("open", AT_FDCWD, path, flags, mode);                   \
	}

#define OPENAT(name)                                                                     \
	int name(int dir, const char *path, int flags, ...)                              \
	{                                                                                \
		va_list args;                                                            \
                                                                                         \
		va_start(args, flags);                                                   \
		mode_t mode = mode_of(flags, args);                                      \
		va_end(args);                                                            \
		return open_file("openat", dir, path, flags, mode);                      \
	}

OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)

/* What a fortified program calls instead. */
int __open_2(const char *path, int flags)
{
	return open_file("open", AT_FDCWD, path, flags, 0);
}

int __open64_2(const char *path, int flags)
{
	return open_file("open", AT_FDCWD, path, flags, 0);
}

int __openat_2(int dir, const char *path, int flags)
{
	return open_file("openat", dir, path, flags, 0);
}

int __openat64_2(int dir, const char *path, int flags)
{
	return open_file("openat", dir, path, flags, 0);
}

/* `offset` below 0: at the position of the descriptor. */
static ssize_t write_file(
	const char *name, int fd, const void *bytes, size_t len, off_t offset)
{
	enum verdict verdict = fd > STDERR_FILENO ? judge(name, true) : PROCEED;

	if (verdict == FAIL)
		return -1;
	if (verdict != PROCEED && len > 1)
		len /= 2;
	ssize_t put = offset < 0 ? syscall(SYS_write, fd, bytes, len)
				 : syscall(SYS_pwrite64, fd, bytes, len, offset);
	if (verdict == HALF_AND_KILL)
		kill(getpid(), SIGKILL);
	return put;
}

ssize_t write(int fd, const void *bytes, size_t len)
{
	return write_file("write", fd, bytes, len, -1);
}

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t offset)
{
	return write_file("pwrite", fd, bytes, len, offset);
}

ssize_t pwrite64(int fd, const void *bytes, size_t len, off_t offset)
{
	return write_file("pwrite", fd, bytes, len, offset);
}

int fsync(int fd)
{
	return judge("fsync", true) == FAIL ? -1 : (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
	return judge("fdatasync", true) == FAIL ? -1 : (int)syscall(SYS_fdatasync, fd);
}

int syncfs(int fd)
{
	return judge("syncfs", true) == FAIL ? -1 : (int)syscall(SYS_syncfs, fd);
}

static int rename_file(const char *name, int from_dir, const char *from, int to_dir,
	const char *to, unsigned flags)
{
	if (judge(name, true) == FAIL)
		return -1;
	return (int)syscall(SYS_renameat2, from_dir, from, to_dir, to, flags);
}

int rename(const char *from, const char *to)
{
	return rename_file("rename", AT_FDCWD, from, AT_FDCWD, to, 0);
}

int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
	return rename_file("renameat", from_dir, from, to_dir, to, 0);
}

int renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags)
{
	return rename_file("renameat2", from_dir, from, to_dir, to, flags);
}

int linkat(int from_dir, const char *from, int to_dir, const char *to, int flags)
{
	if (judge("linkat", true) == FAIL)
		return -1;
	return (int)syscall(SYS_linkat, from_dir, from, to_dir, to, flags);
}

int unlink(const char *path)
{
	if (judge("unlink", false) == FAIL)
		return -1;
	return (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

int unlinkat(int dir, const char *path, int flags)
{
	if (judge("unlinkat", false) == FAIL)
		return -1;
	return (int)syscall(SYS_unlinkat, dir, path, flags);
}

int mkdir(const char *path, mode_t mode)
{
	if (judge("mkdir", true) == FAIL)
		return -1;
	return (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}

int mkdirat(int dir, const char *path, mode_t mode)
{
	if (judge("mkdirat", true) == FAIL)
		return -1;
	return (int)syscall(SYS_mkdirat, dir, path, mode);
}

int ftruncate(int fd, off_t len)
{
	return judge("ftruncate", false) == FAIL ? -1
						 : (int)syscall(SYS_ftruncate, fd, len);
}

int ftruncate64(int fd, off_t len)
{
	return ftruncate(fd, len);
}

int close(int fd)
{
	bool failed = fd > STDERR_FILENO && judge("close", false) == FAIL;
	int saved = errno;
	int result = (int)syscall(SYS_close, fd);

	if (!failed)
		return result;
	errno = saved;
	return -1;
}
