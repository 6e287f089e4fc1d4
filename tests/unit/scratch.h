/* SPDX-License-Identifier: MIT */
/* A scratch folder to work in, for tests that touch files. */
#ifndef WGCTL_TEST_SCRATCH_H
#define WGCTL_TEST_SCRATCH_H

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "unit.h"

static inline int scratch_remove(
	const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

/* Makes an empty folder the current one, with a plain umask. */
static inline int scratch_set_up(void **state)
{
	char *path = strdup("/tmp/wgctl-test-XXXXXX");

	umask(022);
	if (!path || !mkdtemp(path) || chdir(path) < 0)
		return -1;
	*state = path;
	return 0;
}

static inline int scratch_tear_down(void **state)
{
	char *path = *state;
	int result = chdir("/") || nftw(path, scratch_remove, 16, FTW_DEPTH | FTW_PHYS);

	free(path);
	return result;
}

/* Makes a file with exactly this mode. */
static inline void scratch_put(const char *name, const char *text, mode_t mode)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

/* Fails unless the file holds exactly the text. */
static inline void scratch_expect(const char *name, const char *text)
{
	char found[4096];
	FILE *file = fopen(name, "re");

	assert_case(file, name);
	size_t len = fread(found, 1, sizeof(found) - 1, file);
	fclose(file);
	found[len] = '\0';
	assert_string_equal(found, text);
}

static inline mode_t scratch_mode(const char *name)
{
	struct stat st;

	assert_case(lstat(name, &st) == 0, name);
	return st.st_mode & 07777;
}

static inline int scratch_is_temp(
	const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	return !strncmp(path + at->base, ".wgctl-", 7);
}

static inline void scratch_expect_no_temps(void)
{
	assert_int_equal(nftw(".", scratch_is_temp, 16, FTW_PHYS), 0);
}

/* Fails unless there is one message and it has this part; forgets it. */
static inline void scratch_expect_message(struct err *err, const char *part)
{
	assert_int_equal(err->count, 1);
	if (!strstr(err->entries[0].message, part))
		fail_msg("'%s' does not say '%s'", err->entries[0].message, part);
	err_release(err);
}

#endif
