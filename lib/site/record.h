/* SPDX-License-Identifier: MIT */
/*
 * A map of the site that is being read into the model: which one, what it fills, and where
 * mistakes go. What may stand in it is in the table of fields.c.
 */
#ifndef WGCTL_SITE_RECORD_H
#define WGCTL_SITE_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "site/site.h"
#include "site/tree.h"

/* Where a field may stand, as bits. */
enum place {
	PLACE_SITE = 1 << 0,
	PLACE_HUB = 1 << 1,
	PLACE_SPOKE = 1 << 2,
	PLACE_DEFAULTS = 1 << 3,
	PLACE_RETIRED = 1 << 4,
	PLACE_SSH = 1 << 5,
	PLACE_NODE = PLACE_HUB | PLACE_SPOKE,
	PLACE_SHARED = PLACE_NODE | PLACE_DEFAULTS,
};

/* Of the targets, the one that belongs to the place is set; in PLACE_SSH ssh and node. */
struct record {
	struct site *site;
	struct err *err;
	enum place place;
	const struct tree_node *map;
	struct node *node;
	struct retired *retired;
	struct ssh_target *ssh;
	/* Of fields by their place in the table: had mistakes; were perhaps mistyped. */
	uint64_t faulty, meant;
};

/* Reads every field of record->map by the table; mistakes go to record->err. */
void record_read(struct record *record);

/* True where the map has the field and no mistake was found in it. */
bool record_is_sound(const struct record *record, const char *field);

/*
 * Reports each of these fields that the map does not have, but for those that an unknown
 * field seems to be; `who` is the map's name.
 */
void record_require(struct record *record, struct pos pos, const char *who,
	const char *const *fields, size_t count);

/* Messages held and dropped so far: grows with each mistake. */
size_t record_mistakes(const struct record *record);

#endif
