/* SPDX-License-Identifier: MIT */
/* What looks like base64 is covered. */
#include "site/mask.h"

#include <string.h>

/* Names and words are shorter, or have no capitals. */
enum { MASKED_MIN = 20 };

/* No strspn(): a line may have a million words, and it builds a table for each. */
static size_t word_length(const char *text, bool *capital)
{
	size_t len = 0;

	*capital = false;
	for (; text[len]; len++) {
		char c = text[len];

		if (c >= 'A' && c <= 'Z')
			*capital = true;
		else if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '+' &&
			 c != '/' && c != '=' && c != '_' && c != '-')
			break;
	}
	return len;
}

static void mask(char *text)
{
	while (*text) {
		bool capital;
		size_t len = word_length(text, &capital);

		if (len >= MASKED_MIN && capital)
			memset(text, '*', len);
		text += len ? len : 1;
	}
}

void mask_keys(struct err *err, size_t first)
{
	for (size_t i = first; i < err->count; i++) {
		mask(err->entries[i].message);
		if (err->entries[i].text)
			mask(err->entries[i].text);
	}
}
