/* SPDX-License-Identifier: MIT */
/* The WireGuard configuration of a node, out of the site and its keys. */
#ifndef WGCTL_RENDER_NODECONF_H
#define WGCTL_RENDER_NODECONF_H

#include "render/wgconf.h"
#include "topology/topology.h"

/*
 * Where private and preshared keys come from. `load` gives the key of a node, and a zero
 * key where there is none on this machine; -1 with a message where it cannot be read.
 */
struct keyring {
	void *context;
	int (*load)(void *context, const char *name, enum key_kind kind, struct key *out,
		struct err *err);
};

/*
 * Fills `out`, which the caller releases. A node whose private key is not on this machine
 * gets a configuration without one. Fails where a preshared key that the site asks for is
 * missing, and where a private key does not belong to the public key of the site.
 */
int nodeconf_build(const struct topology *topology, const struct node *node,
	const struct keyring *keys, struct wgconf *out, struct err *err);

#endif
