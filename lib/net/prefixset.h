/* SPDX-License-Identifier: MIT */
/*
 * A set of prefixes of both families, kept as a sorted list. After prefixset_merge it is
 * the shortest such list: contained prefixes are dropped, adjacent halves joined. All
 * work is O(n log n) or better, so that sites of 100,000 spokes stay quick.
 */
#ifndef WGCTL_NET_PREFIXSET_H
#define WGCTL_NET_PREFIXSET_H

#include <stdbool.h>
#include <stddef.h>

#include "net/prefix.h"

struct prefixset {
	struct prefix *items;
	size_t count, cap;
};

#define PREFIXSET_INIT                                                                   \
	{                                                                                \
		NULL, 0, 0                                                               \
	}

/* Appends, unsorted; host bits are cleared. */
void prefixset_add(struct prefixset *set, const struct prefix *prefix);
void prefixset_add_all(struct prefixset *set, const struct prefixset *other);

/* Sorts, drops what is contained, joins what is adjacent. */
void prefixset_merge(struct prefixset *set);

/* The rest need merged sets. */

/* Takes every address of `hole` from the set, which stays merged. */
void prefixset_subtract(struct prefixset *set, const struct prefix *hole);

bool prefixset_contains(const struct prefixset *set, const struct prefix *prefix);
bool prefixset_overlaps(const struct prefixset *set, const struct prefix *prefix);
bool prefixset_equals(const struct prefixset *a, const struct prefixset *b);

/*
 * The first prefix of length `len` inside `pool` that overlaps nothing in `used`; false
 * where there is none or `len` does not fit the pool.
 */
bool prefixset_find_free(const struct prefixset *used, const struct prefix *pool,
	unsigned len, struct prefix *out);

/*
 * The first address of `pool` that is in none of `used` and that the pool does not
 * reserve (prefix_reserves).
 */
bool prefixset_find_free_addr(
	const struct prefixset *used, const struct prefix *pool, struct addr *out);

void prefixset_release(struct prefixset *set);

#endif
