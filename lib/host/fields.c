/* SPDX-License-Identifier: MIT */
/* Tabs. */
#include "host/fields.h"

#include <assert.h>
#include <string.h>

struct fields fields_split(const char *line, size_t len, size_t most)
{
	struct fields fields = {.count = 0};
	const char *end = line + len;

	assert(most > 0 && most <= FIELDS_MOST);
	for (;;) {
		const char *tab = memchr(line, '\t', (size_t)(end - line));
		const char *stop = tab && fields.count + 1 < most ? tab : end;

		fields.text[fields.count] = line;
		fields.len[fields.count++] = (size_t)(stop - line);
		if (stop == end)
			return fields;
		line = stop + 1;
	}
}

bool fields_is(const struct fields *fields, size_t i, const char *s)
{
	return i < fields->count && fields->len[i] == strlen(s) &&
	       !memcmp(fields->text[i], s, fields->len[i]);
}
