/* SPDX-License-Identifier: MIT */
/*
 * keys/.journal: what an edit is about to do to the key files, written before it starts
 * and removed when it is done. Where a program was killed in between, the next one that
 * holds the lock reads it and, by what site.yaml says now, either finishes or undoes:
 *
 *   site.yaml is the new text   keys that were to go are removed
 *   site.yaml is the old text   keys that had come are removed
 *   site.yaml is neither        no key is touched: somebody has edited it meanwhile
 *
 * So an edit that was cut off leaves no stray key, and no key is removed that was not
 * made by that very edit: the journal knows each new key by a hash.
 */
#ifndef WGCTL_DISK_JOURNAL_H
#define WGCTL_DISK_JOURNAL_H

#include <stddef.h>

#include "base/err.h"
#include "disk/dir.h"
#include "disk/keychange.h"
#include "disk/keystore.h"

/* The text of a site.yaml; `text` NULL: there is none. Borrowed. */
struct journal_text {
	const char *text;
	size_t len;
};

/* Durable before it returns. */
int journal_write(const struct keystore *store, struct journal_text before,
	struct journal_text after, const struct keychange *change, struct err *err);

/* Finishes or undoes what the journal says, where there is one, and removes it. */
int journal_settle(const struct keystore *store, const struct dir *site,
	struct journal_text now, struct err *err);

int journal_remove(const struct keystore *store, struct err *err);

#endif
