/* SPDX-License-Identifier: MIT */
/* Differences between two states of a site, as the field sees them. */
#include "topology/stale.h"

#include <stdlib.h>
#include <string.h>

typedef int compare_fn(const void *, const void *);

/* The spokes of a site, sorted. */
struct index {
	const struct node **nodes;
	size_t count;
	compare_fn *compare;
};

static int compare_names(const void *a, const void *b)
{
	const struct node *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

static int compare_keys(const void *a, const void *b)
{
	const struct node *const *x = a, *const *y = b;

	return key_compare(&(*x)->public_key, &(*y)->public_key);
}

static void index_init(struct index *index, const struct site *site, compare_fn *compare)
{
	index->compare = compare;
	index->count = site->spoke_count;
	index->nodes = xcalloc(index->count, sizeof(*index->nodes));
	for (size_t i = 0; i < index->count; i++)
		index->nodes[i] = &site->spokes[i];
	qsort(index->nodes, index->count, sizeof(*index->nodes), compare);
}

static void index_release(struct index *index)
{
	free(index->nodes);
}

static const struct node *index_find(const struct index *index, const struct node *like)
{
	const struct node **found = bsearch(
		&like, index->nodes, index->count, sizeof(*index->nodes), index->compare);

	return found ? *found : NULL;
}

static void reason(struct buf *why, const char *text)
{
	if (why->len)
		buf_add(why, ", ");
	buf_add(why, text);
}

/* What two sets have in common at their beginnings and at their ends. */
static size_t common_head(const struct prefixset *a, const struct prefixset *b)
{
	size_t i = 0;

	while (i < a->count && i < b->count && prefix_equals(&a->items[i], &b->items[i]))
		i++;
	return i;
}

static size_t common_tail(const struct prefixset *a, const struct prefixset *b)
{
	size_t i = 0;

	while (i < a->count && i < b->count &&
		prefix_equals(&a->items[a->count - 1 - i], &b->items[b->count - 1 - i]))
		i++;
	return i;
}

/*
 * "AllowedIPs gain a, b" for what `with` has and `without` has not. The sets may be as
 * long as the site has spokes, and for each spoke differ in one place.
 */
static void prefix_reason(struct buf *why, const char *verb, const struct prefixset *with,
	const struct prefixset *without)
{
	const size_t tail = common_tail(with, without);
	bool first = true;

	for (size_t i = common_head(with, without); i + tail < with->count; i++) {
		char text[PREFIX_TEXT_SIZE];

		if (prefixset_contains(without, &with->items[i]))
			continue;
		if (first)
			reason(why, verb);
		prefix_format(&with->items[i], text);
		buf_add(why, first ? " " : ", ");
		buf_add(why, text);
		first = false;
	}
}

static bool same_addresses(const struct addr *a, const struct addr *b)
{
	return addr_equals(&a[SLOT_IPV4], &b[SLOT_IPV4]) &&
	       addr_equals(&a[SLOT_IPV6], &b[SLOT_IPV6]);
}

static bool same_dns(const struct node *a, const struct node *b)
{
	if (a->dns_count != b->dns_count)
		return false;
	for (size_t i = 0; i < a->dns_count; i++)
		if (!addr_equals(&a->dns[i], &b->dns[i]))
			return false;
	return true;
}

static bool same_subnets(const struct node *a, const struct node *b)
{
	struct prefixset x = PREFIXSET_INIT, y = PREFIXSET_INIT;

	topology_hub_allowed(a, &x);
	topology_hub_allowed(b, &y);
	bool same = prefixset_equals(&x, &y);
	prefixset_release(&x);
	prefixset_release(&y);
	return same;
}

/* What every node has of its own. */
static void compare_own(
	const struct node *before, const struct node *after, struct buf *why)
{
	if (!same_addresses(before->address, after->address))
		reason(why, "its address changed");
	if (!key_equals(&before->public_key, &after->public_key))
		reason(why, "its key changed");
	if (before->listen_port != after->listen_port)
		reason(why, "listen_port changed");
	if (before->mtu != after->mtu)
		reason(why, "mtu changed");
	if (!same_dns(before, after))
		reason(why, "dns changed");
	if (before->persistent_keepalive != after->persistent_keepalive)
		reason(why, "persistent_keepalive changed");
	if (strcmp(before->interface, after->interface) != 0)
		reason(why, "interface changed");
}

static void compare_spoke(const struct topology *before, const struct topology *after,
	const struct node *old, const struct node *new, struct buf *why)
{
	const struct node *old_hub = &before->site->hub, *new_hub = &after->site->hub;
	struct prefixset had = PREFIXSET_INIT, has = PREFIXSET_INIT;

	compare_own(old, new, why);
	if (!key_equals(&old_hub->public_key, &new_hub->public_key))
		reason(why, "the hub's key changed");
	if (!endpoint_equals(&old_hub->endpoint, &new_hub->endpoint))
		reason(why, "the hub's endpoint changed");
	if (topology_has_preshared_key(before->site, old) !=
		topology_has_preshared_key(after->site, new))
		reason(why, "preshared_key changed");
	topology_spoke_allowed(before, old, &had);
	topology_spoke_allowed(after, new, &has);
	if (!prefixset_equals(&had, &has)) {
		prefix_reason(why, "AllowedIPs gain", &has, &had);
		prefix_reason(why, "AllowedIPs lose", &had, &has);
	}
	prefixset_release(&had);
	prefixset_release(&has);
}

static bool same_peer(const struct site *before, const struct site *after,
	const struct node *old, const struct node *new)
{
	return same_subnets(old, new) && topology_has_preshared_key(before, old) ==
						 topology_has_preshared_key(after, new);
}

enum { NAMED_PEERS = 3 };

/* Names the first few peers of one kind, counts the rest. */
struct peer_list {
	const char *kind;
	size_t count;
	struct buf names;
};

static void peer_list_add(struct peer_list *list, const char *name)
{
	if (list->count++ < NAMED_PEERS)
		buf_addf(&list->names, "%s'%s'", list->count > 1 ? ", " : " ", name);
}

static void peer_list_finish(struct peer_list *list, struct buf *why)
{
	if (list->count) {
		reason(why, list->kind);
		buf_add(why, list->count > 1 ? " peers" : " peer");
		buf_add(why, list->names.text);
		if (list->count > NAMED_PEERS)
			buf_addf(why, " and %zu more", list->count - NAMED_PEERS);
	}
	buf_release(&list->names);
}

static bool same_network(const struct site *a, const struct site *b)
{
	return prefix_equals(&a->network[SLOT_IPV4], &b->network[SLOT_IPV4]) &&
	       prefix_equals(&a->network[SLOT_IPV6], &b->network[SLOT_IPV6]);
}

/* Peers are matched by key: a spoke that only has another name is the same peer. */
static void compare_hub(
	const struct site *before, const struct site *after, struct buf *why)
{
	struct index old_spokes, new_spokes;
	struct peer_list added = {"new", 0, BUF_INIT}, changed = {"changed", 0, BUF_INIT},
			 removed = {"removed", 0, BUF_INIT};

	index_init(&old_spokes, before, compare_keys);
	index_init(&new_spokes, after, compare_keys);
	compare_own(&before->hub, &after->hub, why);
	if (!same_network(before, after))
		reason(why, "network changed");
	for (size_t i = 0; i < after->spoke_count; i++) {
		const struct node *new = &after->spokes[i];
		const struct node *old = index_find(&old_spokes, new);

		if (!old)
			peer_list_add(&added, new->name);
		else if (!same_peer(before, after, old, new))
			peer_list_add(&changed, new->name);
	}
	for (size_t i = 0; i < before->spoke_count; i++)
		if (!index_find(&new_spokes, &before->spokes[i]))
			peer_list_add(&removed, before->spokes[i].name);
	peer_list_finish(&added, why);
	peer_list_finish(&changed, why);
	peer_list_finish(&removed, why);
	index_release(&old_spokes);
	index_release(&new_spokes);
}

static void add_node(struct stale *out, const char *name, struct buf *why)
{
	if (!why->len)
		return;
	out->nodes =
		array_reserve(out->nodes, &out->cap, out->count + 1, sizeof(*out->nodes));
	out->nodes[out->count++] = (struct stale_node){name, buf_detach(why)};
}

void stale_compare(const struct site *before, const struct site *after, struct stale *out)
{
	struct topology old_topology, new_topology;
	struct index old_spokes;
	struct buf why = BUF_INIT;

	topology_init(&old_topology, before);
	topology_init(&new_topology, after);
	index_init(&old_spokes, before, compare_names);
	compare_hub(before, after, &why);
	add_node(out, after->hub.name, &why);
	for (size_t i = 0; i < after->spoke_count; i++) {
		const struct node *new = &after->spokes[i];
		const struct node *old = index_find(&old_spokes, new);

		if (old)
			compare_spoke(&old_topology, &new_topology, old, new, &why);
		add_node(out, new->name, &why);
	}
	index_release(&old_spokes);
	topology_release(&old_topology);
	topology_release(&new_topology);
}

void stale_release(struct stale *stale)
{
	for (size_t i = 0; i < stale->count; i++)
		free(stale->nodes[i].why);
	free(stale->nodes);
	*stale = (struct stale)STALE_INIT;
}
