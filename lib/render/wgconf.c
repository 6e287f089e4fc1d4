/* SPDX-License-Identifier: MIT */
/* The configuration as a structure: growing, comparing, wiping. */
#include "render/wgconf.h"

#include <sodium/utils.h>
#include <stdlib.h>
#include <string.h>

static void free_wiped(void *memory, size_t size)
{
	if (memory)
		sodium_memzero(memory, size);
	free(memory);
}

/* By hand, since realloc() may leave a copy of the keys behind. */
void wgconf_reserve_peers(struct wgconf *conf, size_t count)
{
	if (count <= conf->peer_cap)
		return;
	struct wgconf_peer *peers = xcalloc(count, sizeof(*peers));
	if (conf->peer_count)
		memcpy(peers, conf->peers, conf->peer_count * sizeof(*peers));
	free_wiped(conf->peers, conf->peer_cap * sizeof(*peers));
	conf->peers = peers;
	conf->peer_cap = count;
}

struct wgconf_peer *wgconf_add_peer(struct wgconf *conf)
{
	if (conf->peer_count == conf->peer_cap)
		wgconf_reserve_peers(conf, conf->peer_cap ? 2 * conf->peer_cap : 4);
	return &conf->peers[conf->peer_count++];
}

void wgconf_add_address(struct wgconf *conf, const struct prefix *address)
{
	struct prefixset *set = &conf->addresses;

	set->items = array_reserve(
		set->items, &set->cap, set->count + 1, sizeof(set->items[0]));
	set->items[set->count++] = *address;
}

void wgconf_add_dns(struct wgconf *conf, const struct addr *server)
{
	size_t cap = conf->dns_count;

	conf->dns =
		array_reserve(conf->dns, &cap, conf->dns_count + 1, sizeof(conf->dns[0]));
	conf->dns[conf->dns_count++] = *server;
}

static bool same_prefixes(const struct prefix *a, const struct prefix *b, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!prefix_equals(&a[i], &b[i]))
			return false;
	}
	return true;
}

static int compare_prefixes(const void *a, const void *b)
{
	return prefix_compare(a, b);
}

static struct prefix *sorted_prefixes(const struct prefixset *set)
{
	struct prefix *items = xcalloc(set->count, sizeof(*items));

	memcpy(items, set->items, set->count * sizeof(*items));
	qsort(items, set->count, sizeof(*items), compare_prefixes);
	return items;
}

static bool same_set(const struct prefixset *a, const struct prefixset *b)
{
	if (a->count != b->count)
		return false;
	if (same_prefixes(a->items, b->items, a->count))
		return true;
	CLEANUP_FREE struct prefix *x = sorted_prefixes(a);
	CLEANUP_FREE struct prefix *y = sorted_prefixes(b);
	return same_prefixes(x, y, a->count);
}

static bool same_peer(const struct wgconf_peer *a, const struct wgconf_peer *b)
{
	return key_equals(&a->public_key, &b->public_key) &&
	       key_equals(&a->preshared_key, &b->preshared_key) &&
	       a->persistent_keepalive == b->persistent_keepalive &&
	       endpoint_equals(&a->endpoint, &b->endpoint) &&
	       same_set(&a->allowed_ips, &b->allowed_ips);
}

static int compare_peers(const void *a, const void *b)
{
	const struct wgconf_peer *const *x = a, *const *y = b;

	return key_compare(&(*x)->public_key, &(*y)->public_key);
}

static const struct wgconf_peer **sorted_peers(const struct wgconf *conf)
{
	const struct wgconf_peer **peers = xcalloc(conf->peer_count, sizeof(*peers));

	for (size_t i = 0; i < conf->peer_count; i++)
		peers[i] = &conf->peers[i];
	qsort(peers, conf->peer_count, sizeof(*peers), compare_peers);
	return peers;
}

static bool same_peers_in_order(const struct wgconf *a, const struct wgconf *b)
{
	for (size_t i = 0; i < a->peer_count; i++) {
		if (!same_peer(&a->peers[i], &b->peers[i]))
			return false;
	}
	return true;
}

static bool same_peers(const struct wgconf *a, const struct wgconf *b)
{
	if (same_peers_in_order(a, b))
		return true;
	CLEANUP_FREE const struct wgconf_peer **x = sorted_peers(a);
	CLEANUP_FREE const struct wgconf_peer **y = sorted_peers(b);

	for (size_t i = 0; i < a->peer_count; i++) {
		if (!same_peer(x[i], y[i]))
			return false;
	}
	return true;
}

static bool same_dns(const struct wgconf *a, const struct wgconf *b)
{
	for (size_t i = 0; i < a->dns_count; i++) {
		if (!addr_equals(&a->dns[i], &b->dns[i]))
			return false;
	}
	return true;
}

bool wgconf_equals(const struct wgconf *a, const struct wgconf *b)
{
	return key_equals(&a->private_key, &b->private_key) &&
	       a->listen_port == b->listen_port && a->mtu == b->mtu &&
	       a->addresses.count == b->addresses.count && a->dns_count == b->dns_count &&
	       a->peer_count == b->peer_count &&
	       same_prefixes(
		       a->addresses.items, b->addresses.items, a->addresses.count) &&
	       same_dns(a, b) && same_peers(a, b);
}

void wgconf_release(struct wgconf *conf)
{
	for (size_t i = 0; i < conf->peer_count; i++)
		prefixset_release(&conf->peers[i].allowed_ips);
	free_wiped(conf->peers, conf->peer_cap * sizeof(conf->peers[0]));
	prefixset_release(&conf->addresses);
	free(conf->dns);
	sodium_memzero(conf, sizeof(*conf));
}
