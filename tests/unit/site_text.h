/* SPDX-License-Identifier: MIT */
/* Sites out of texts, and sets of prefixes as texts. */
#ifndef WGCTL_TEST_SITE_TEXT_H
#define WGCTL_TEST_SITE_TEXT_H

#include <string.h>

#include "base/buf.h"
#include "net/prefixset.h"
#include "site/site.h"
#include "site_keys.h"
#include "unit.h"

/* Fails the test where the text is no good site. */
static inline void site_of_text(struct site *site, const char *text)
{
	CLEANUP(err_release) struct err err = ERR_INIT;

	if (site_load(site, "site.yaml", text, strlen(text), &err) < 0)
		fail_msg("line %u: %s, in\n%s", err.entries[0].line,
			err.entries[0].message, text);
}

/* "10.49.0.2/32, 10.20.1.0/24", in the order of the set. */
static inline void assert_prefixes(
	const struct prefixset *set, const char *wanted, const char *what)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT;

	for (size_t i = 0; i < set->count; i++) {
		char one[PREFIX_TEXT_SIZE];

		prefix_format(&set->items[i], one);
		buf_addf(&text, "%s%s", i ? ", " : "", one);
	}
	if (strcmp(text.text, wanted) != 0)
		fail_msg("for\n%s\nexpected %s\nbut got  %s", what, wanted, text.text);
}

#endif
