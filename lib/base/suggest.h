/* SPDX-License-Identifier: MIT */
/* "Did you mean": the known word nearest to a mistyped one. */
#ifndef WGCTL_BASE_SUGGEST_H
#define WGCTL_BASE_SUGGEST_H

#include <stddef.h>

/*
 * The word of `words` that is fewest edits (insert, delete, replace, swap neighbours) from
 * `typed`, or NULL where none is near enough to be meant. Borrowed from `words`.
 */
const char *suggest_nearest(const char *typed, const char *const *words, size_t count);

#endif
