/* SPDX-License-Identifier: MIT */
/*
 * After an edit: the nodes whose configuration in the field no longer says what the site
 * says, and why.
 */
#ifndef WGCTL_TOPOLOGY_STALE_H
#define WGCTL_TOPOLOGY_STALE_H

#include "base/buf.h"
#include "topology/topology.h"

struct stale_node {
	const char *name; /* borrowed from the new site */
	char *why;	  /* "new peer 'clinic'", "AllowedIPs gain 10.20.2.0/24" */
};

struct stale {
	struct stale_node *nodes;
	size_t count, cap;
};

#define STALE_INIT                                                                       \
	{                                                                                \
		NULL, 0, 0                                                               \
	}

/*
 * Compares two states of one site. Nodes that only the new one has are not listed: they
 * are not in the field yet. The hub comes first, then the spokes in their order.
 */
void stale_compare(
	const struct site *before, const struct site *after, struct stale *out);
void stale_release(struct stale *stale);

#endif
