/* SPDX-License-Identifier: MIT */
/* Allocation that aborts instead of failing. */
#include "base/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *checked(void *memory)
{
	if (!memory) {
		fputs("wgctl: out of memory\n", stderr);
		abort();
	}
	return memory;
}

void *xmalloc(size_t size)
{
	return checked(malloc(size ? size : 1));
}

void *xcalloc(size_t count, size_t size)
{
	return checked(calloc(count ? count : 1, size ? size : 1));
}

char *xstrdup(const char *s)
{
	return checked(strdup(s));
}

char *xstrndup(const char *s, size_t len)
{
	return checked(strndup(s, len));
}

void *array_reserve(void *array, size_t *cap, size_t need, size_t size)
{
	size_t grown = *cap ? *cap : 8;

	if (need <= *cap)
		return array;
	while (grown < need)
		grown *= 2;
	*cap = grown;
	return checked(reallocarray(array, grown, size));
}

void free_pointer(void *pointer)
{
	free(*(void **)pointer);
}
