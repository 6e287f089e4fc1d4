/* SPDX-License-Identifier: MIT */
/*
 * The firewall policy of a node: which new connections it forwards from and to its tunnel.
 * What is not listed is dropped there; packets of connections that were let in pass, and
 * other forwarding on the host is none of wgctl's business.
 */
#ifndef WGCTL_TOPOLOGY_POLICY_H
#define WGCTL_TOPOLOGY_POLICY_H

#include "topology/topology.h"

/*
 * New connections from a prefix on one side to a prefix on the other. An unset prefix is
 * any address of the family; WireGuard has by then checked that a packet out of the tunnel
 * has a source address of its peer.
 */
struct policy_pass {
	enum family family;
	bool from_tunnel, to_tunnel;
	struct prefix from, to;
};

struct policy {
	uint16_t listen_port; /* UDP, open to all; 0: none */
	bool forwards[SLOTS]; /* the node forwards packets of the family */
	bool marks;	      /* it tells the tunnel's own packets by a mark */
	struct policy_pass *passes;
	size_t count, cap;
};

#define POLICY_INIT                                                                      \
	{                                                                                \
		.count = 0                                                               \
	}

/* Fills `out`, which the caller releases. */
void policy_derive(
	const struct topology *topology, const struct node *node, struct policy *out);
void policy_release(struct policy *policy);

#endif
