/* SPDX-License-Identifier: MIT */
/* Many independent pieces of work on a few threads. */
#ifndef WGCTL_HOST_CREW_H
#define WGCTL_HOST_CREW_H

#include <stddef.h>

/*
 * Calls work(context, i) once for each i below `count`, in that order as threads come
 * free, at most `workers` at a time, and returns when all have returned. Where no thread
 * can be made, fewer do it, at the least the caller's own.
 */
void crew_run(size_t workers, size_t count, void (*work)(void *context, size_t i),
	void *context);

#endif
