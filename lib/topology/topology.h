/* SPDX-License-Identifier: MIT */
/*
 * What follows from a site: who is reached through which peer. Route scope comes from the
 * shape of the network and never from access rules, so that a change of policy does not
 * void a configuration that is already in the field.
 *
 * The parts that every spoke shares are computed once, so that a site of 100,000 spokes
 * costs in proportion.
 */
#ifndef WGCTL_TOPOLOGY_TOPOLOGY_H
#define WGCTL_TOPOLOGY_TOPOLOGY_H

#include "net/prefixset.h"
#include "site/site.h"

/* The site must outlive it. All sets are merged. */
struct topology {
	const struct site *site;
	struct prefixset network;	/* the peer network */
	struct prefixset hub_addresses; /* the hub's tunnel addresses as host prefixes */
	struct prefixset hub_subnets;	/* the networks behind the hub */
	struct prefixset spoke_subnets; /* the networks behind all spokes */
	struct prefixset spoke_side;	/* the supernets, or spoke_subnets without them */
	struct prefixset everywhere;	/* network, hub_subnets and spoke_side */
};

void topology_init(struct topology *topology, const struct site *site);
void topology_release(struct topology *topology);

/* The scope of a spoke, the default resolved. */
enum scope topology_scope(const struct site *site, const struct node *spoke);

/* True where the hub and this spoke share a preshared key. */
bool topology_has_preshared_key(const struct site *site, const struct node *spoke);

/*
 * AllowedIPs of the hub's entry for a spoke: its tunnel addresses as host prefixes, then
 * its subnets, merged and sorted. Appends to `out`, which is not to be merged afterwards.
 */
void topology_hub_allowed(const struct node *spoke, struct prefixset *out);

/*
 * AllowedIPs of a spoke's entry for the hub, by its scope, merged and sorted. `out` must be
 * empty.
 */
void topology_spoke_allowed(
	const struct topology *topology, const struct node *spoke, struct prefixset *out);

/*
 * What a router beside the node must send to it: beside the hub the spokes' networks and
 * the peer network, behind a spoke what that spoke reaches through the tunnel. Merged and
 * sorted; empty where the node has no network behind it, or takes everything.
 */
void topology_router_routes(
	const struct topology *topology, const struct node *node, struct prefixset *out);

#endif
