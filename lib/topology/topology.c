/* SPDX-License-Identifier: MIT */
/* AllowedIPs and routes out of the shape of the site. */
#include "topology/topology.h"

static void add_site_prefixes(
	struct prefixset *set, const struct site_prefix *prefixes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		prefixset_add(set, &prefixes[i].prefix);
}

static void add_addresses(
	struct prefixset *set, const struct addr addresses[static SLOTS])
{
	for (size_t slot = 0; slot < SLOTS; slot++) {
		struct prefix host;

		if (!addr_is_set(&addresses[slot]))
			continue;
		host = prefix_of_host(&addresses[slot]);
		prefixset_add(set, &host);
	}
}

void topology_init(struct topology *topology, const struct site *site)
{
	*topology = (struct topology){.site = site};
	for (size_t slot = 0; slot < SLOTS; slot++)
		if (prefix_is_set(&site->network[slot]))
			prefixset_add(&topology->network, &site->network[slot]);
	add_addresses(&topology->hub_addresses, site->hub.address);
	add_site_prefixes(
		&topology->hub_subnets, site->hub.subnets, site->hub.subnet_count);
	for (size_t i = 0; i < site->spoke_count; i++)
		add_site_prefixes(&topology->spoke_subnets, site->spokes[i].subnets,
			site->spokes[i].subnet_count);
	prefixset_merge(&topology->network);
	prefixset_merge(&topology->hub_addresses);
	prefixset_merge(&topology->hub_subnets);
	prefixset_merge(&topology->spoke_subnets);
	if (site->supernet_count)
		add_site_prefixes(
			&topology->spoke_side, site->supernets, site->supernet_count);
	else
		prefixset_add_all(&topology->spoke_side, &topology->spoke_subnets);
	prefixset_merge(&topology->spoke_side);
	prefixset_add_all(&topology->everywhere, &topology->network);
	prefixset_add_all(&topology->everywhere, &topology->hub_subnets);
	prefixset_add_all(&topology->everywhere, &topology->spoke_side);
	prefixset_merge(&topology->everywhere);
}

void topology_release(struct topology *topology)
{
	prefixset_release(&topology->network);
	prefixset_release(&topology->hub_addresses);
	prefixset_release(&topology->hub_subnets);
	prefixset_release(&topology->spoke_subnets);
	prefixset_release(&topology->spoke_side);
	prefixset_release(&topology->everywhere);
}

enum scope topology_scope(const struct site *site, const struct node *spoke)
{
	if (spoke->scope != SCOPE_DEFAULT)
		return spoke->scope;
	return site->spoke_to_spoke ? SCOPE_SITE : SCOPE_HUB;
}

bool topology_has_preshared_key(const struct site *site, const struct node *spoke)
{
	return site->hub.preshared_key && spoke->preshared_key;
}

void topology_hub_allowed(const struct node *spoke, struct prefixset *out)
{
	struct prefixset subnets = PREFIXSET_INIT;

	add_addresses(out, spoke->address);
	add_site_prefixes(&subnets, spoke->subnets, spoke->subnet_count);
	prefixset_merge(&subnets);
	prefixset_add_all(out, &subnets);
	prefixset_release(&subnets);
}

/* With a supernet the one prefix stands for all sites, the spoke's own included: its LAN
 * is the longer match. Without one, the spoke's own networks must be left out, and the set
 * is as long as the site has spokes: it is copied, not merged anew for each. */
static void add_whole_site(
	const struct topology *topology, const struct node *spoke, struct prefixset *out)
{
	prefixset_add_all(out, &topology->everywhere);
	if (!topology->site->supernet_count)
		for (size_t i = 0; i < spoke->subnet_count; i++)
			prefixset_subtract(out, &spoke->subnets[i].prefix);
}

static void add_everything(struct prefixset *out)
{
	static const struct prefix everything[] = {
		{.addr = {.family = FAMILY_IPV4}},
		{.addr = {.family = FAMILY_IPV6}},
	};

	for (size_t i = 0; i < ARRAY_SIZE(everything); i++)
		prefixset_add(out, &everything[i]);
}

void topology_spoke_allowed(
	const struct topology *topology, const struct node *spoke, struct prefixset *out)
{
	switch (topology_scope(topology->site, spoke)) {
	case SCOPE_ALL:
		add_everything(out);
		break;
	case SCOPE_LIST:
		add_site_prefixes(out, spoke->allowed_ips, spoke->allowed_ips_count);
		prefixset_merge(out);
		break;
	case SCOPE_SITE:
		add_whole_site(topology, spoke, out);
		break;
	case SCOPE_DEFAULT:
	case SCOPE_HUB:
		prefixset_add_all(out, &topology->hub_addresses);
		prefixset_add_all(out, &topology->hub_subnets);
		prefixset_merge(out);
		break;
	}
}

void topology_router_routes(
	const struct topology *topology, const struct node *node, struct prefixset *out)
{
	if (!node->subnet_count)
		return;
	if (node->is_hub) {
		prefixset_add_all(out, &topology->network);
		prefixset_add_all(out, &topology->spoke_side);
		prefixset_merge(out);
	} else if (topology_scope(topology->site, node) != SCOPE_ALL) {
		topology_spoke_allowed(topology, node, out);
	}
}
