/* SPDX-License-Identifier: MIT */
/*
 * Memory for a short-lived program: allocation that cannot fail (it aborts with a
 * word), growing arrays, and locals that clean up after themselves.
 */
#ifndef WGCTL_BASE_ALLOC_H
#define WGCTL_BASE_ALLOC_H

#include <stddef.h>

/* Runs `release` on the address of the variable when it goes out of scope. */
#define CLEANUP(release) __attribute__((cleanup(release)))

/* For a `char *` (or any pointer from malloc) that is to be freed at the end of scope. */
#define CLEANUP_FREE CLEANUP(free_pointer)

#define PRINTF(text, first) __attribute__((__format__(__printf__, text, first)))

/* Number of elements of a real array; a pointer does not compile. */
#define ARRAY_SIZE(array)                                                                \
	(sizeof(array) / sizeof((array)[0]) +                                            \
		0 * sizeof(char[1 - 2 * __builtin_types_compatible_p(__typeof__(array),  \
						__typeof__(&(array)[0]))]))

/* Hands the pointer over: its value, and NULL stays behind. */
#define TAKE(pointer)                                                                    \
	({                                                                               \
		__typeof__(pointer) taken_ = (pointer);                                  \
		(pointer) = NULL;                                                        \
		taken_;                                                                  \
	})

/* As malloc, calloc, strdup and strndup, but never NULL. */
void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t len);

/*
 * Makes room for `need` items of `size` bytes in the array, which was `*cap` items long,
 * and returns it; the new items are not initialised. Growth is geometric.
 */
void *array_reserve(void *array, size_t *cap, size_t need, size_t size);

/* The cleanup behind CLEANUP_FREE: frees what `*pointer` points to. */
void free_pointer(void *pointer);

#endif
