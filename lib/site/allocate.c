/* SPDX-License-Identifier: MIT */
/* Free addresses and subnets of a site. */
#include "net/prefixset.h"
#include "site/site.h"

static void add_hosts(struct prefixset *used, const struct addr slots[static SLOTS])
{
	for (size_t slot = 0; slot < SLOTS; slot++) {
		struct prefix host;

		if (!addr_is_set(&slots[slot]))
			continue;
		host = prefix_of_host(&slots[slot]);
		prefixset_add(used, &host);
	}
}

static void add_subnets(struct prefixset *used, const struct node *node)
{
	for (size_t i = 0; i < node->subnet_count; i++)
		prefixset_add(used, &node->subnets[i].prefix);
}

int site_free_addresses(
	const struct site *site, struct addr out[static SLOTS], struct err *err)
{
	CLEANUP(prefixset_release) struct prefixset used = PREFIXSET_INIT;
	struct addr found[SLOTS] = {0};
	char text[PREFIX_TEXT_SIZE];

	add_hosts(&used, site->hub.address);
	for (size_t i = 0; i < site->spoke_count; i++)
		add_hosts(&used, site->spokes[i].address);
	for (size_t i = 0; i < site->retired_count; i++)
		add_hosts(&used, site->retired[i].address);
	prefixset_merge(&used);
	for (size_t slot = 0; slot < SLOTS; slot++) {
		const struct prefix *network = &site->network[slot];

		if (!prefix_is_set(network) ||
			prefixset_find_free_addr(&used, network, &found[slot]))
			continue;
		prefix_format(network, text);
		return err_at(err, site->network_pos[slot],
			"no address is free in the network %s; give the site a larger one",
			text);
	}
	for (size_t slot = 0; slot < SLOTS; slot++)
		out[slot] = found[slot];
	return 0;
}

int site_free_subnet(const struct site *site, enum family family, unsigned len,
	struct prefix *out, struct err *err)
{
	CLEANUP(prefixset_release) struct prefixset used = PREFIXSET_INIT;
	const char *name = family == FAMILY_IPV4 ? "IPv4" : "IPv6";
	bool has_supernet = false;

	/* The peer network and the hub's subnets overlap no supernet. */
	for (size_t i = 0; i < site->spoke_count; i++)
		add_subnets(&used, &site->spokes[i]);
	prefixset_merge(&used);
	for (size_t i = 0; i < site->supernet_count; i++) {
		const struct prefix *supernet = &site->supernets[i].prefix;

		if (supernet->addr.family != family)
			continue;
		has_supernet = true;
		if (prefixset_find_free(&used, supernet, len, out))
			return 0;
	}
	if (!has_supernet)
		return err_usage(err,
			"%s has no %s 'supernet' to take a subnet from; add one, or name the "
			"subnet",
			site->source.name, name);
	return err_usage(
		err, "no %s subnet of length /%u is free in the supernet", name, len);
}
