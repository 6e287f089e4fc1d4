/* SPDX-License-Identifier: MIT */
/*
 * Children of this program: one whose output is read whole, and one that stands in for a
 * network connection. No shell is involved unless the caller names one.
 */
#ifndef WGCTL_HOST_SPAWN_H
#define WGCTL_HOST_SPAWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

struct spawn_result {
	struct buf out, err;
	int status; /* as waitpid gives it */
};

#define SPAWN_RESULT_INIT                                                                \
	{                                                                                \
		BUF_INIT, BUF_INIT, 0                                                    \
	}

/*
 * Runs argv[0], sought in PATH, with nothing on stdin, until it ends; `deadline` is on
 * the clock of clock.h. Returns 0 when it ended, with whatever status; 1 when there is
 * no such program; -1 with a message when it could not be started, ran past the deadline
 * or wrote more than `max` bytes (it is killed then).
 */
int spawn_read(const char *const argv[], size_t max, int64_t deadline,
	struct spawn_result *result, struct err *err);

void spawn_result_release(struct spawn_result *result);

/*
 * Starts argv[0] with `input` as stdin and stdout and `errors` as stderr; both remain the
 * caller's. Signals are as a fresh program expects them.
 */
int spawn_on(
	const char *const argv[], int input, int errors, pid_t *pid, struct err *err);

/* Ends a child that spawn_on started: asks it to (SIGHUP), and kills it after a second. */
void spawn_end(pid_t pid);

#endif
