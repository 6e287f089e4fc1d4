/* SPDX-License-Identifier: MIT */
/* What may stand in a configuration only once, with the places where it stood. */
#ifndef WGCTL_RENDER_WGCONF_UNIQUE_H
#define WGCTL_RENDER_WGCONF_UNIQUE_H

#include <stddef.h>
#include <stdint.h>

#include "key/key.h"
#include "net/prefix.h"

/* A public key or a prefix as bytes. */
struct occurrence {
	uint8_t bytes[KEY_SIZE];
	uint32_t line, col;
};

struct occurrences {
	struct occurrence *items;
	size_t count, cap;
};

void occurrences_add_key(
	struct occurrences *list, const struct key *key, uint32_t line, uint32_t col);
void occurrences_add_prefix(struct occurrences *list, const struct prefix *prefix,
	uint32_t line, uint32_t col);

/*
 * The first in the file that stood before, in line `*before`; NULL where all are different.
 * Sorts the list.
 */
const struct occurrence *occurrences_find_repeated(
	struct occurrences *list, uint32_t *before);

void occurrences_release(struct occurrences *list);

#endif
