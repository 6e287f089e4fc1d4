/* SPDX-License-Identifier: MIT */
/* Site and keys to configuration. */
#include "render/nodeconf.h"

static int load_private(const struct keyring *keys, const struct node *node,
	struct key *out, struct err *err)
{
	struct key public_key;

	if (keys->load(keys->context, node->name, KEY_PRIVATE, out, err) < 0)
		return -1;
	if (key_is_zero(out))
		return 0;
	key_public(out, &public_key);
	if (!key_equals(&public_key, &node->public_key))
		return err_set(err,
			"the private key of '%s' does not belong to its public_key in "
			"site.yaml; one of the two was changed by hand",
			node->name);
	return 0;
}

static int load_preshared(const struct keyring *keys, const struct site *site,
	const struct node *spoke, struct key *out, struct err *err)
{
	if (!topology_has_preshared_key(site, spoke))
		return 0;
	if (keys->load(keys->context, spoke->name, KEY_PRESHARED, out, err) < 0)
		return -1;
	if (key_is_zero(out))
		return err_set(err,
			"the preshared key of '%s' is not in the keys folder; restore "
			"'keys/%s.psk', or set 'preshared_key: false'",
			spoke->name, spoke->name);
	return 0;
}

/* The hub reaches all spokes on its link; a spoke only has its own address on it. */
static void add_addresses(
	const struct site *site, const struct node *node, struct wgconf *out)
{
	for (size_t slot = 0; slot < SLOTS; slot++) {
		struct prefix address;

		if (!addr_is_set(&node->address[slot]))
			continue;
		address = prefix_of_host(&node->address[slot]);
		if (node->is_hub)
			address.len = site->network[slot].len;
		wgconf_add_address(out, &address);
	}
}

static int add_spoke(const struct topology *topology, const struct node *spoke,
	const struct keyring *keys, struct wgconf *out, struct err *err)
{
	struct wgconf_peer *peer = wgconf_add_peer(out);

	peer->name = spoke->name;
	peer->public_key = spoke->public_key;
	peer->persistent_keepalive = topology->site->hub.persistent_keepalive;
	topology_hub_allowed(spoke, &peer->allowed_ips);
	return load_preshared(keys, topology->site, spoke, &peer->preshared_key, err);
}

static int add_hub(const struct topology *topology, const struct node *spoke,
	const struct keyring *keys, struct wgconf *out, struct err *err)
{
	const struct node *hub = &topology->site->hub;
	struct wgconf_peer *peer = wgconf_add_peer(out);

	peer->public_key = hub->public_key;
	peer->endpoint = hub->endpoint;
	peer->persistent_keepalive = spoke->persistent_keepalive;
	topology_spoke_allowed(topology, spoke, &peer->allowed_ips);
	return load_preshared(keys, topology->site, spoke, &peer->preshared_key, err);
}

static int build_peers(const struct topology *topology, const struct node *node,
	const struct keyring *keys, struct wgconf *out, struct err *err)
{
	const struct site *site = topology->site;

	if (!node->is_hub)
		return add_hub(topology, node, keys, out, err);
	for (size_t i = 0; i < site->spoke_count; i++)
		if (add_spoke(topology, &site->spokes[i], keys, out, err) < 0)
			return -1;
	return 0;
}

int nodeconf_build(const struct topology *topology, const struct node *node,
	const struct keyring *keys, struct wgconf *out, struct err *err)
{
	struct wgconf conf = WGCONF_INIT;

	conf.public_key = node->public_key;
	conf.listen_port = node->listen_port;
	conf.mtu = node->mtu;
	add_addresses(topology->site, node, &conf);
	for (size_t i = 0; i < node->dns_count; i++)
		wgconf_add_dns(&conf, &node->dns[i]);
	if (load_private(keys, node, &conf.private_key, err) < 0 ||
		build_peers(topology, node, keys, &conf, err) < 0) {
		wgconf_release(&conf);
		return -1;
	}
	*out = conf;
	return 0;
}
