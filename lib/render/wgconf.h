/* SPDX-License-Identifier: MIT */
/*
 * A WireGuard configuration in the form that wg(8) and wg-quick(8) read: the structure,
 * its text (templates/wg.conf) and a strict reader of that text. What is rendered is read
 * again by the reader and compared before it leaves the program.
 *
 * It holds private and preshared keys: release it.
 */
#ifndef WGCTL_RENDER_WGCONF_H
#define WGCTL_RENDER_WGCONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "key/key.h"
#include "net/endpoint.h"
#include "net/prefix.h"
#include "net/prefixset.h"

struct wgconf_peer {
	const char *name; /* for the comment above the section; NULL: none; borrowed */
	struct key public_key;
	struct key preshared_key; /* zero: none */
	struct prefixset allowed_ips;
	struct endpoint endpoint;      /* unset: none */
	uint16_t persistent_keepalive; /* seconds, 0: off */
};

struct wgconf {
	struct key private_key;	    /* zero: none, the device has it */
	struct key public_key;	    /* its other half where known, which no text holds */
	uint16_t listen_port;	    /* 0: none */
	uint16_t mtu;		    /* 0: none */
	struct prefixset addresses; /* with host bits, not merged: in the order given */
	struct addr *dns;
	size_t dns_count;
	struct wgconf_peer *peers;
	size_t peer_count, peer_cap;
};

#define WGCONF_INIT                                                                      \
	{                                                                                \
		.listen_port = 0                                                         \
	}

/* A new zeroed peer at the end; the pointer is good until the next call. */
struct wgconf_peer *wgconf_add_peer(struct wgconf *conf);

/* Room for so many peers, where their number is known before. */
void wgconf_reserve_peers(struct wgconf *conf, size_t count);

/* Each appends a copy. The host bits of an address stay, unlike in prefixset_add. */
void wgconf_add_address(struct wgconf *conf, const struct prefix *address);
void wgconf_add_dns(struct wgconf *conf, const struct addr *server);

/*
 * Renders the text, reads it again and compares; appends it to `out`. Fails where a peer's
 * name is not a plain word, and on all that wgconf_parse refuses, in words about the text.
 */
int wgconf_format(const struct wgconf *conf, struct buf *out, struct err *err);

/*
 * Reads a configuration; stops at the first mistake. Strict where wg is lenient: unknown
 * or repeated fields, hooks (PostUp and the like), a prefix or public key given twice, a
 * peer without PublicKey or AllowedIPs, host bits in AllowedIPs, a second [Interface], a
 * cut last line are mistakes with a place. As in wg, case and indentation do not count and
 * '#' begins a comment. Names of peers are not read. Messages show neither values nor
 * lines, since a key may stand anywhere in a broken file.
 */
int wgconf_parse(const struct source *source, struct wgconf *out, struct err *err);

/*
 * The same where the interface's public key is known (NULL: not): to derive it from the
 * private one takes longer than all of the rest.
 */
int wgconf_parse_known(const struct source *source, const struct key *public_key,
	struct wgconf *out, struct err *err);

/*
 * Compares the meaning: the interface's public key, names of peers, their order and that
 * of AllowedIPs do not count;
 * the order of addresses and DNS servers does.
 */
bool wgconf_equals(const struct wgconf *a, const struct wgconf *b);

void wgconf_release(struct wgconf *conf);

#endif
