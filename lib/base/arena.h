/* SPDX-License-Identifier: MIT */
/*
 * An arena: many small allocations with one end. Everything reachable from a site lives
 * in the site's arena. It does not wipe, so it holds no secret.
 */
#ifndef WGCTL_BASE_ARENA_H
#define WGCTL_BASE_ARENA_H

#include <stddef.h>

struct arena {
	struct arena_chunk *chunks;
};

#define ARENA_INIT                                                                       \
	{                                                                                \
		NULL                                                                     \
	}

/* Zeroed memory that lives until arena_release; aligned for any type. */
void *arena_alloc(struct arena *arena, size_t size);

/* `count` zeroed items of `size` bytes; aborts where the product overflows. */
void *arena_array(struct arena *arena, size_t count, size_t size);

/* A NUL-terminated copy of `len` bytes, or of a string. */
char *arena_strndup(struct arena *arena, const char *s, size_t len);
char *arena_strdup(struct arena *arena, const char *s);

/* Frees all at once; the arena is empty and usable afterwards. */
void arena_release(struct arena *arena);

#endif
