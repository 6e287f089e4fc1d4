/* SPDX-License-Identifier: MIT */
/*
 * Single values of a site: each function takes a node of the tree and gives it as a type,
 * or reports why it cannot, with a suggestion, and returns false.
 */
#ifndef WGCTL_SITE_VALUE_H
#define WGCTL_SITE_VALUE_H

#include "base/buf.h"
#include "site/record.h"

/* For a value of `field` that is one or a list of something. */
typedef void value_reader(struct record *record, const struct tree_node *item);

/* Calls `read` on each item of a list, or on the single value. An empty list is none. */
void value_each(struct record *record, const struct tree_node *value, value_reader *read);

typedef bool value_prefix_reader(
	struct record *record, const struct tree_node *item, struct prefix *out);

/*
 * The prefixes of a list, or the single one, as `read` takes them; those it refuses are
 * left out. They live in the site's arena. Returns how many there are.
 */
size_t value_prefixes(struct record *record, const struct tree_node *value,
	value_prefix_reader *read, const struct site_prefix **out);

/* Reports "'VALUE' " and the rest. */
void value_refuse(struct record *record, const struct tree_node *value,
	const char *format, ...) PRINTF(3, 4);

/* Appends a text of the file as messages show it: escaped, and cut where it is long. */
void value_show(struct buf *out, const char *text);

/* The text of a scalar that is not empty, or NULL. Borrowed from the tree. */
const char *value_text(struct record *record, const struct tree_node *value);

bool value_bool(struct record *record, const struct tree_node *value, bool *out);
bool value_number(struct record *record, const struct tree_node *value, uint16_t min,
	uint16_t max, uint16_t *out);

/* Any address that a host can have: no loopback, multicast, link-local and the like. */
bool value_address(
	struct record *record, const struct tree_node *value, struct addr *out);

/* Without host bits. */
bool value_prefix(
	struct record *record, const struct tree_node *value, struct prefix *out);

/* As value_prefix, and hosts can have every address of it. */
bool value_network(
	struct record *record, const struct tree_node *value, struct prefix *out);

/* A public key that one can talk to. */
bool value_key(struct record *record, const struct tree_node *value, struct key *out);

#endif
