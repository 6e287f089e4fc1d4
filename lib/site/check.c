/* SPDX-License-Identifier: MIT */
/* Addresses and keys of all nodes together. */
#include "site/check.h"

#include <stdlib.h>

#include "site/overlap.h"

/* A tunnel address or a key that somebody has. */
struct use {
	struct addr addr;
	const struct key *key;
	struct pos pos;
	const char *owner;
	bool retired;
};

struct uses {
	struct use *items;
	size_t count;
};

static void uses_release(struct uses *uses)
{
	free(uses->items);
}

static int compare_pos(const struct pos *a, const struct pos *b)
{
	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	return (a->col > b->col) - (a->col < b->col);
}

/* Of the same address those in use come first, in the order of the file. */
static int compare_addresses(const void *a, const void *b)
{
	const struct use *x = a, *y = b;
	int order = addr_compare(&x->addr, &y->addr);

	if (order)
		return order;
	if (x->retired != y->retired)
		return x->retired ? 1 : -1;
	return compare_pos(&x->pos, &y->pos);
}

static int compare_keys(const void *a, const void *b)
{
	const struct use *x = a, *y = b;
	int order = key_compare(x->key, y->key);

	return order ? order : compare_pos(&x->pos, &y->pos);
}

static void add_addresses(struct uses *uses, const struct addr *slots,
	const struct use *like, const struct pos *places)
{
	for (size_t slot = 0; slot < SLOTS; slot++) {
		if (!addr_is_set(&slots[slot]))
			continue;
		struct use *use = &uses->items[uses->count++];

		*use = *like;
		use->addr = slots[slot];
		if (places)
			use->pos = places[slot];
	}
}

static void add_node_addresses(struct uses *uses, const struct node *node)
{
	const struct use like = {.owner = node->name};

	add_addresses(uses, node->address, &like, node->address_pos);
}

/* `at` is one of a group with the same address, which `first` begins and `last` ends. */
static void report_address(const struct use *first, const struct use *at,
	const struct use *last, struct err *err)
{
	char text[ADDR_TEXT_SIZE];

	addr_format(&at->addr, text);
	if (at != first)
		err_at(err, at->pos, "address '%s' is already used by '%s' (line %u)",
			text, first->owner, first->pos.line);
	else if (last->retired)
		err_at(err, at->pos,
			"address '%s' was that of '%s', which is retired (line %u); take "
			"another",
			text, last->owner, last->pos.line);
}

static void check_addresses_once(const struct site *site, struct err *err)
{
	size_t most = (1 + site->spoke_count + site->retired_count) * SLOTS;
	CLEANUP(uses_release) struct uses uses = {xcalloc(most, sizeof(struct use)), 0};

	add_node_addresses(&uses, &site->hub);
	for (size_t i = 0; i < site->spoke_count; i++)
		add_node_addresses(&uses, &site->spokes[i]);
	for (size_t i = 0; i < site->retired_count; i++) {
		const struct retired *gone = &site->retired[i];
		const struct use like = {.owner = gone->name ? gone->name : "",
			.pos = gone->pos,
			.retired = true};

		add_addresses(&uses, gone->address, &like, NULL);
	}
	qsort(uses.items, uses.count, sizeof(*uses.items), compare_addresses);
	for (size_t i = 0, end; i < uses.count; i = end) {
		for (end = i + 1; end < uses.count; end++)
			if (!addr_equals(&uses.items[i].addr, &uses.items[end].addr))
				break;
		for (size_t k = i; k < end && !uses.items[k].retired; k++)
			report_address(&uses.items[i], &uses.items[k],
				&uses.items[end - 1], err);
	}
}

static void add_key(struct uses *uses, const struct node *node)
{
	if (!key_is_zero(&node->public_key))
		uses->items[uses->count++] = (struct use){.key = &node->public_key,
			.pos = node->public_key_pos,
			.owner = node->name};
}

static void check_keys_once(const struct site *site, struct err *err)
{
	CLEANUP(uses_release)
	struct uses uses = {xcalloc(1 + site->spoke_count, sizeof(struct use)), 0};

	add_key(&uses, &site->hub);
	for (size_t i = 0; i < site->spoke_count; i++)
		add_key(&uses, &site->spokes[i]);
	qsort(uses.items, uses.count, sizeof(*uses.items), compare_keys);
	for (size_t i = 1, first = 0; i < uses.count; i++) {
		const struct use *before = &uses.items[first];

		if (key_compare(before->key, uses.items[i].key) != 0)
			first = i;
		else
			err_at(err, uses.items[i].pos,
				"public key is already used by '%s' (line %u)",
				before->owner, before->pos.line);
	}
}

static void check_reserved(const struct prefix *network, const struct addr *addr,
	struct pos pos, struct err *err)
{
	char text[ADDR_TEXT_SIZE], around[PREFIX_TEXT_SIZE];
	const char *what = "network";

	if (!prefix_reserves(network, addr))
		return;
	if (addr->family == FAMILY_IPV6)
		what = "subnet-router anycast";
	else if (!addr_equals(addr, &network->addr))
		what = "broadcast";
	addr_format(addr, text);
	prefix_format(network, around);
	err_at(err, pos, "address '%s' is the %s address of %s", text, what, around);
}

static void check_in_network(
	const struct site *site, const struct node *node, size_t slot, struct err *err)
{
	const struct prefix *network = &site->network[slot];
	const struct addr *addr = &node->address[slot];
	char text[ADDR_TEXT_SIZE], around[PREFIX_TEXT_SIZE];

	if (!addr_is_set(addr))
		return;
	if (prefix_contains_addr(network, addr)) {
		check_reserved(network, addr, node->address_pos[slot], err);
		return;
	}
	addr_format(addr, text);
	prefix_format(network, around);
	if (prefix_is_set(network))
		err_at(err, node->address_pos[slot],
			"address '%s' is outside the network %s", text, around);
	else
		err_at(err, node->address_pos[slot],
			"address '%s' is in no network: 'network' has no %s prefix", text,
			slot == SLOT_IPV4 ? "IPv4" : "IPv6");
}

static void check_node_in_network(
	const struct site *site, const struct node *node, struct err *err)
{
	for (size_t slot = 0; slot < SLOTS; slot++)
		check_in_network(site, node, slot, err);
}

void site_check(const struct site *site, struct err *err)
{
	bool has_network = prefix_is_set(&site->network[SLOT_IPV4]) ||
			   prefix_is_set(&site->network[SLOT_IPV6]);

	if (has_network) {
		check_node_in_network(site, &site->hub, err);
		for (size_t i = 0; i < site->spoke_count; i++)
			check_node_in_network(site, &site->spokes[i], err);
	}
	check_addresses_once(site, err);
	check_keys_once(site, err);
	overlap_check(site, err);
}
