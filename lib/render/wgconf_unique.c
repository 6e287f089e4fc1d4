/* SPDX-License-Identifier: MIT */
/* Repetition found by sorting. */
#include "render/wgconf_unique.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static_assert(sizeof(struct prefix) <= KEY_SIZE, "a prefix fits");

static void add(struct occurrences *list, const void *bytes, size_t len, uint32_t line,
	uint32_t col)
{
	list->items = array_reserve(
		list->items, &list->cap, list->count + 1, sizeof(list->items[0]));
	struct occurrence *item = &list->items[list->count++];
	*item = (struct occurrence){.line = line, .col = col};
	memcpy(item->bytes, bytes, len);
}

void occurrences_add_key(
	struct occurrences *list, const struct key *key, uint32_t line, uint32_t col)
{
	add(list, key->bytes, sizeof(key->bytes), line, col);
}

void occurrences_add_prefix(struct occurrences *list, const struct prefix *prefix,
	uint32_t line, uint32_t col)
{
	static_assert(sizeof(*prefix) == sizeof(prefix->addr.family) +
						 sizeof(prefix->addr.bytes) +
						 sizeof(prefix->len),
		"a prefix has no padding");
	add(list, prefix, sizeof(*prefix), line, col);
}

static int compare_places(const struct occurrence *a, const struct occurrence *b)
{
	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	return (a->col > b->col) - (a->col < b->col);
}

static int compare(const void *a, const void *b)
{
	const struct occurrence *x = a, *y = b;
	int order = memcmp(x->bytes, y->bytes, sizeof(x->bytes));

	return order ? order : compare_places(x, y);
}

const struct occurrence *occurrences_find_repeated(
	struct occurrences *list, uint32_t *before)
{
	const struct occurrence *found = NULL;

	if (list->count)
		qsort(list->items, list->count, sizeof(list->items[0]), compare);
	for (size_t i = 1; i < list->count; i++) {
		const struct occurrence *last = &list->items[i - 1], *item = last + 1;

		if (memcmp(last->bytes, item->bytes, sizeof(item->bytes)) != 0)
			continue;
		if (!found || compare_places(item, found) < 0) {
			found = item;
			*before = last->line;
		}
	}
	return found;
}

void occurrences_release(struct occurrences *list)
{
	free(list->items);
	*list = (struct occurrences){.count = 0};
}
