/* SPDX-License-Identifier: MIT */
/* Sorted, a prefix that contains another stands before it: one pass finds all. */
#include "site/overlap.h"

#include <stdlib.h>

#include "net/prefixset.h"

enum kind { KIND_NETWORK, KIND_SUPERNET, KIND_SUBNET };

struct claim {
	enum kind kind;
	struct prefix prefix;
	struct pos pos;
	const struct node *owner; /* of a subnet */
};

struct claims {
	struct claim *items;
	size_t count;
};

static void claims_release(struct claims *claims)
{
	free(claims->items);
}

static int compare_claims(const void *a, const void *b)
{
	const struct claim *x = a, *y = b;
	int order = prefix_compare(&x->prefix, &y->prefix);

	if (order)
		return order;
	if (x->pos.line != y->pos.line)
		return x->pos.line < y->pos.line ? -1 : 1;
	return (x->pos.col > y->pos.col) - (x->pos.col < y->pos.col);
}

static void add(struct claims *claims, enum kind kind, const struct site_prefix *prefixes,
	size_t count, const struct node *owner)
{
	for (size_t i = 0; i < count; i++)
		claims->items[claims->count++] = (struct claim){.kind = kind,
			.prefix = prefixes[i].prefix,
			.pos = prefixes[i].pos,
			.owner = owner};
}

static void add_networks(struct claims *claims, const struct site *site)
{
	for (size_t slot = 0; slot < SLOTS; slot++) {
		struct site_prefix network = {
			site->network[slot], site->network_pos[slot]};

		if (prefix_is_set(&network.prefix))
			add(claims, KIND_NETWORK, &network, 1, NULL);
	}
}

static bool is_later(const struct claim *a, const struct claim *b)
{
	if (a->pos.line != b->pos.line)
		return a->pos.line > b->pos.line;
	return a->pos.col > b->pos.col;
}

/* The mistake is where the second of the two stands in the file. */
static void report(const struct claim *a, const struct claim *b, struct err *err)
{
	static const char *const names[] = {[KIND_NETWORK] = "network",
		[KIND_SUPERNET] = "supernet",
		[KIND_SUBNET] = "subnet"};
	const struct claim *later = is_later(a, b) ? a : b, *other = later == a ? b : a;
	char text[PREFIX_TEXT_SIZE], other_text[PREFIX_TEXT_SIZE];

	prefix_format(&later->prefix, text);
	prefix_format(&other->prefix, other_text);
	if (other->owner)
		err_at(err, later->pos, "%s %s overlaps %s of '%s' (line %u)",
			names[later->kind], text, other_text, other->owner->name,
			other->pos.line);
	else
		err_at(err, later->pos, "%s %s overlaps the %s %s (line %u)",
			names[later->kind], text, names[other->kind], other_text,
			other->pos.line);
}

/* Reports what the last prefix that nothing contains overlaps; `kind` is in each pair. */
static void sweep(struct claims *claims, const enum kind *kind, struct err *err)
{
	const struct claim *cover = NULL;

	qsort(claims->items, claims->count, sizeof(*claims->items), compare_claims);
	for (size_t i = 0; i < claims->count; i++) {
		const struct claim *at = &claims->items[i];

		if (!cover || !prefix_contains(&cover->prefix, &at->prefix))
			cover = at;
		else if (!kind || cover->kind == *kind || at->kind == *kind)
			report(cover, at, err);
	}
}

static size_t count_subnets(const struct site *site)
{
	size_t count = site->hub.subnet_count;

	for (size_t i = 0; i < site->spoke_count; i++)
		count += site->spokes[i].subnet_count;
	return count;
}

static void check_subnets(const struct site *site, struct err *err)
{
	CLEANUP(claims_release)
	struct claims claims = {
		xcalloc(SLOTS + count_subnets(site), sizeof(struct claim)), 0};

	add_networks(&claims, site);
	add(&claims, KIND_SUBNET, site->hub.subnets, site->hub.subnet_count, &site->hub);
	for (size_t i = 0; i < site->spoke_count; i++)
		add(&claims, KIND_SUBNET, site->spokes[i].subnets,
			site->spokes[i].subnet_count, &site->spokes[i]);
	sweep(&claims, NULL, err);
}

static void check_supernets(const struct site *site, struct err *err)
{
	const enum kind kind = KIND_SUPERNET;
	CLEANUP(claims_release)
	struct claims claims = {
		xcalloc(SLOTS + site->hub.subnet_count + site->supernet_count,
			sizeof(struct claim)),
		0};

	add_networks(&claims, site);
	add(&claims, KIND_SUBNET, site->hub.subnets, site->hub.subnet_count, &site->hub);
	add(&claims, KIND_SUPERNET, site->supernets, site->supernet_count, NULL);
	sweep(&claims, &kind, err);
}

static void report_outside(
	const struct site *site, const struct site_prefix *subnet, struct err *err)
{
	const struct prefix *supernet = NULL;
	char text[PREFIX_TEXT_SIZE], around[PREFIX_TEXT_SIZE];
	size_t count = 0;

	/* Two are enough to know that there is more than one. */
	for (size_t i = 0; i < site->supernet_count && count < 2; i++)
		if (site->supernets[i].prefix.addr.family == subnet->prefix.addr.family) {
			supernet = &site->supernets[i].prefix;
			count++;
		}
	prefix_format(&subnet->prefix, text);
	if (count == 1) {
		prefix_format(supernet, around);
		err_at(err, subnet->pos, "subnet %s is outside the supernet %s", text,
			around);
	} else if (count) {
		err_at(err, subnet->pos, "subnet %s is outside every supernet", text);
	} else {
		err_at(err, subnet->pos,
			"subnet %s is outside the supernet, which has no %s prefix", text,
			subnet->prefix.addr.family == FAMILY_IPV4 ? "IPv4" : "IPv6");
	}
}

static void check_inside(
	const struct site *site, const struct prefixset *supernets, struct err *err)
{
	for (size_t i = 0; i < site->spoke_count; i++) {
		const struct node *spoke = &site->spokes[i];

		for (size_t k = 0; k < spoke->subnet_count; k++)
			if (!prefixset_contains(supernets, &spoke->subnets[k].prefix))
				report_outside(site, &spoke->subnets[k], err);
	}
}

void overlap_check(const struct site *site, struct err *err)
{
	CLEANUP(prefixset_release) struct prefixset supernets = PREFIXSET_INIT;

	check_subnets(site, err);
	if (!site->supernet_count)
		return;
	check_supernets(site, err);
	for (size_t i = 0; i < site->supernet_count; i++)
		prefixset_add(&supernets, &site->supernets[i].prefix);
	prefixset_merge(&supernets);
	check_inside(site, &supernets, err);
}
