/* SPDX-License-Identifier: MIT */
/*
 * The model of a site: what site.yaml says, in types. Loading reports every mistake in the
 * file with its place, first those of single fields, then those of the whole (overlaps,
 * addresses and keys used twice). After a good load the model is constant.
 *
 * The model holds no private key and touches no file. What follows from it (AllowedIPs,
 * routes, firewall) is for topology/.
 */
#ifndef WGCTL_SITE_SITE_H
#define WGCTL_SITE_SITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "key/key.h"
#include "net/addr.h"
#include "net/endpoint.h"
#include "net/prefix.h"
#include "site/tree.h"

enum { NAME_MAX_LENGTH = 63, INTERFACE_MAX_LENGTH = 15 };
enum { LISTEN_PORT_DEFAULT = 51820, KEEPALIVE_DEFAULT = 25 };

/* One address or prefix of each family at most, in this order. */
enum { SLOT_IPV4 = 0, SLOT_IPV6 = 1, SLOTS = 2 };

/* Which routes a spoke takes into the tunnel. */
enum scope {
	SCOPE_DEFAULT, /* hub, or site where spokes may reach spokes */
	SCOPE_HUB,     /* the hub's tunnel address and the networks behind it */
	SCOPE_SITE,    /* the peer network, the hub's subnets, the supernet */
	SCOPE_ALL,     /* everything */
	SCOPE_LIST,    /* exactly what `allowed_ips` lists */
};

/* A prefix as the file gives it, with its place for later checks. */
struct site_prefix {
	struct prefix prefix;
	struct pos pos;
};

/* How ssh reaches a host; NULL and 0 where the file leaves it to the ssh configuration. */
struct ssh_target {
	const char *user;
	const char *host;
	uint16_t port;
	bool via_hub; /* through the hub's own ssh, to the tunnel address */
	struct pos pos;
};

/* The hub or a spoke. */
struct node {
	const char *name; /* "hub" for the hub */
	struct pos pos;
	const struct tree_node *tree;
	bool is_hub;
	struct addr address[SLOTS]; /* tunnel addresses */
	struct pos address_pos[SLOTS];
	struct key public_key; /* zero where the file has none */
	struct pos public_key_pos;
	struct endpoint endpoint; /* the hub only */
	struct addr lan_address[SLOTS];
	const struct site_prefix *subnets;
	size_t subnet_count;
	struct ssh_target ssh; /* see node_has_ssh */
	const char *interface;
	uint16_t listen_port; /* 0: any */
	uint16_t mtu;	      /* 0: by the path */
	const struct addr *dns;
	size_t dns_count;
	bool preshared_key;
	uint16_t persistent_keepalive; /* seconds, 0: off */
	enum scope scope;
	const struct site_prefix *allowed_ips; /* SCOPE_LIST */
	size_t allowed_ips_count;
};

/* A spoke that is gone; its addresses are not handed out again. */
struct retired {
	const char *name;
	struct addr address[SLOTS];
	struct key public_key; /* zero where unknown */
	struct pos pos;
};

struct site {
	struct arena arena;
	struct source source; /* the text, in the arena */
	const struct tree_node *tree;
	const char *name;
	struct prefix network[SLOTS];
	struct pos network_pos[SLOTS];
	const struct site_prefix *supernets;
	size_t supernet_count;
	bool spoke_to_spoke;
	struct node hub;
	struct node *spokes;
	size_t spoke_count;
	const struct retired *retired;
	size_t retired_count;
};

#define SITE_INIT                                                                        \
	{                                                                                \
		.arena = ARENA_INIT                                                      \
	}

/*
 * Reads a site from text; `name` is what messages call it ("site.yaml"). The text is
 * copied. On failure `err` holds up to ERR_MAX mistakes in the order of the file.
 */
int site_load(struct site *site, const char *name, const char *text, size_t len,
	struct err *err);

void site_release(struct site *site);

/*
 * The node of that name ("hub" or a spoke), or NULL. Binary search is not needed: linear.
 */
const struct node *site_find(const struct site *site, const char *name);

/* The node with that public key, or NULL. */
const struct node *site_find_key(const struct site *site, const struct key *public_key);

/* As site_find, but says "no node 'hosptal' in site.yaml; did you mean 'hospital'?". */
int site_get(const struct site *site, const char *name, const struct node **out,
	struct err *err);

/* True where the site says how ssh reaches the node, so that it can be deployed. */
bool node_has_ssh(const struct node *node);

/* True for a name that a spoke may have: [a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?, not hub, all. */
bool site_name_is_valid(const char *name);

/* True for an interface name that Linux and wg-quick take. */
bool interface_name_is_valid(const char *name);

/* Words of `allowed_ips`: "hub", "site", "all"; NULL for the rest. */
const char *scope_name(enum scope scope);

/* "[user@]host[:port]", IPv6 in brackets; the strings live in the arena. */
bool ssh_target_parse(struct arena *arena, const char *s, struct ssh_target *out);

/*
 * Allocation out of the site, where neither a live nor a retired node has been: the
 * lowest free address of the peer network in each family it has, and the lowest free
 * subnet of length `len` in a supernet of the family.
 */
int site_free_addresses(
	const struct site *site, struct addr out[static SLOTS], struct err *err);
int site_free_subnet(const struct site *site, enum family family, unsigned len,
	struct prefix *out, struct err *err);

#endif
