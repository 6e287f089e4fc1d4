/* SPDX-License-Identifier: MIT */
/* Replacements in a text. */
#include "site/splice.h"

#include <assert.h>

static bool goes_before(const struct splice *a, const struct splice *b)
{
	if (a->begin != b->begin)
		return a->begin < b->begin;
	return a->begin == a->end && b->begin < b->end;
}

void splice_add(struct splices *splices, size_t begin, size_t end, const char *text)
{
	assert(splices->count < SPLICE_MAX && begin <= end &&
		end <= splices->source->len);
	struct splice splice = {begin, end, arena_strdup(splices->arena, text)};
	size_t at = splices->count++;

	for (; at && goes_before(&splice, &splices->items[at - 1]); at--)
		splices->items[at] = splices->items[at - 1];
	splices->items[at] = splice;
}

bool splice_apply(const struct splices *splices, struct buf *out)
{
	const struct source *source = splices->source;
	size_t done = 0;

	for (size_t i = 1; i < splices->count; i++)
		if (splices->items[i].begin < splices->items[i - 1].end)
			return false;
	for (size_t i = 0; i < splices->count; i++) {
		const struct splice *splice = &splices->items[i];

		buf_add_mem(out, source->text + done, splice->begin - done);
		buf_add(out, splice->text);
		done = splice->end;
	}
	buf_add_mem(out, source->text + done, source->len - done);
	return true;
}
