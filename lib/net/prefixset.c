/* SPDX-License-Identifier: MIT */
/* Sets of prefixes as sorted lists without overlap. */
#include "net/prefixset.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static void reserve(struct prefixset *set, size_t count)
{
	set->items = array_reserve(set->items, &set->cap, count, sizeof(set->items[0]));
}

void prefixset_add(struct prefixset *set, const struct prefix *prefix)
{
	assert(prefix_is_set(prefix));
	const struct prefix clean = prefix_around(&prefix->addr, prefix->len);

	reserve(set, set->count + 1);
	set->items[set->count++] = clean;
}

void prefixset_add_all(struct prefixset *set, const struct prefixset *other)
{
	const size_t count = other->count;

	if (!count)
		return;
	reserve(set, set->count + count);
	memcpy(set->items + set->count, other->items, count * sizeof(set->items[0]));
	set->count += count;
}

static int compare_items(const void *a, const void *b)
{
	return prefix_compare(a, b);
}

/* True for the two halves of one prefix, which is then `*joined`. */
static bool join(const struct prefix *a, const struct prefix *b, struct prefix *joined)
{
	if (!a->len || a->len != b->len)
		return false;
	const struct prefix parent = prefix_around(&a->addr, a->len - 1u);
	if (!prefix_contains(&parent, b))
		return false;
	*joined = parent;
	return true;
}

void prefixset_merge(struct prefixset *set)
{
	struct prefix *items = set->items;
	size_t kept = 0;

	if (!set->count)
		return;
	qsort(items, set->count, sizeof(items[0]), compare_items);
	for (size_t i = 0; i < set->count; i++) {
		if (kept && prefix_contains(&items[kept - 1], &items[i]))
			continue;
		items[kept++] = items[i];
		while (kept > 1 &&
			join(&items[kept - 2], &items[kept - 1], &items[kept - 2]))
			kept--;
	}
	set->count = kept;
}

/* How many items of the merged set begin at or before the address. */
static size_t count_up_to(const struct prefixset *set, const struct addr *addr)
{
	size_t low = 0, high = set->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (addr_compare(&set->items[middle].addr, addr) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The items from the result up to `*end` are those that overlap the prefix. */
static size_t find_overlaps(
	const struct prefixset *set, const struct prefix *prefix, size_t *end)
{
	const struct prefix first = prefix_around(&prefix->addr, prefix->len);
	const struct addr last = prefix_last(prefix);
	size_t begin = count_up_to(set, &first.addr);

	if (begin && prefix_overlaps(&set->items[begin - 1], prefix))
		begin--;
	*end = count_up_to(set, &last);
	return begin;
}

/* Puts `count` items in the place of `gone` ones. */
static void replace(struct prefixset *set, size_t at, size_t gone,
	const struct prefix *items, size_t count)
{
	const size_t tail = set->count - at - gone;

	reserve(set, at + count + tail);
	memmove(set->items + at + count, set->items + at + gone, tail * sizeof(*items));
	memcpy(set->items + at, items, count * sizeof(*items));
	set->count = at + count + tail;
}

/*
 * What is left of the item at `at` around the hole: at each length on the way down the
 * half without the hole. Halves below it come first to last, those above last to first.
 */
static void split(struct prefixset *set, size_t at, const struct prefix *hole)
{
	struct prefix pieces[128];
	const unsigned from = set->items[at].len;
	const size_t count = hole->len - from;
	size_t below = 0, above = count;

	for (unsigned len = from + 1; len <= hole->len; len++) {
		struct prefix half = prefix_around(&hole->addr, len);
		const unsigned bit = 0x80u >> (len - 1) % 8;
		uint8_t *byte = &half.addr.bytes[(len - 1) / 8];
		const bool hole_is_upper = *byte & bit;

		*byte ^= (uint8_t)bit;
		pieces[hole_is_upper ? below++ : --above] = half;
	}
	replace(set, at, 1, pieces, count);
}

void prefixset_subtract(struct prefixset *set, const struct prefix *hole)
{
	size_t end, begin = find_overlaps(set, hole, &end);

	if (begin == end)
		return;
	if (set->items[begin].len < hole->len)
		split(set, begin, hole);
	else
		replace(set, begin, end - begin, set->items, 0);
}

bool prefixset_contains(const struct prefixset *set, const struct prefix *prefix)
{
	size_t end, begin = find_overlaps(set, prefix, &end);

	return begin < end && prefix_contains(&set->items[begin], prefix);
}

bool prefixset_overlaps(const struct prefixset *set, const struct prefix *prefix)
{
	size_t end, begin = find_overlaps(set, prefix, &end);

	return begin < end;
}

bool prefixset_equals(const struct prefixset *a, const struct prefixset *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		if (!prefix_equals(&a->items[i], &b->items[i]))
			return false;
	}
	return true;
}

/* The first free prefix of the pool at `start`, which is aligned, or behind it. */
static bool find_free_from(const struct prefixset *used, const struct prefix *pool,
	const struct prefix *start, struct prefix *out)
{
	struct prefix at = *start;
	size_t end, i = find_overlaps(used, pool, &end);

	while (i < end) {
		const struct prefix *item = &used->items[i];

		if (!prefix_overlaps(item, &at)) {
			if (addr_compare(&item->addr, &at.addr) > 0)
				break;
			i++;
			continue;
		}
		const struct addr last = prefix_last(item->len < at.len ? item : &at);
		if (!addr_next(&last, &at.addr) || !prefix_contains(pool, &at))
			return false;
	}
	*out = at;
	return true;
}

bool prefixset_find_free(const struct prefixset *used, const struct prefix *pool,
	unsigned len, struct prefix *out)
{
	if (!prefix_is_set(pool) || len < pool->len || len > addr_bits(&pool->addr))
		return false;
	const struct prefix clean = prefix_around(&pool->addr, pool->len);
	const struct prefix start = prefix_around(&clean.addr, len);
	return find_free_from(used, pool, &start, out);
}

bool prefixset_find_free_addr(
	const struct prefixset *used, const struct prefix *pool, struct addr *out)
{
	if (!prefix_is_set(pool))
		return false;
	const struct prefix clean = prefix_around(&pool->addr, pool->len);
	struct prefix at = prefix_of_host(&clean.addr);

	/* What is reserved is the first address and the last, and nothing follows that. */
	if (prefix_reserves(pool, &at.addr))
		addr_next(&at.addr, &at.addr);
	if (!find_free_from(used, pool, &at, &at) || prefix_reserves(pool, &at.addr))
		return false;
	*out = at.addr;
	return true;
}

void prefixset_release(struct prefixset *set)
{
	free(set->items);
	*set = (struct prefixset)PREFIXSET_INIT;
}
