/* SPDX-License-Identifier: MIT */
/*
 * What a hub says of its peers and of itself: the lines that templates/host/status.sh
 * describes, read as hostile text into types. Anything that is not of that form is an
 * error. How it compares with the site is for survey.h.
 */
#ifndef WGCTL_HOST_STATUS_H
#define WGCTL_HOST_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "host/session.h"
#include "key/key.h"
#include "net/endpoint.h"
#include "net/prefix.h"
#include "site/site.h"

enum hub_tunnel { HUB_TUNNEL_MISSING, HUB_TUNNEL_DOWN, HUB_TUNNEL_UP };

struct hub_peer {
	struct key public_key;
	bool preshared_key;
	bool seen;	  /* there was a handshake, */
	uint64_t age;	  /* so many seconds ago by the hub's own clock */
	struct addr addr; /* the endpoint; not set where there is none yet */
	uint16_t port;
	uint64_t received, sent; /* bytes, as the hub counts them */
	size_t first_allowed, allowed_count;
};

enum hub_fault_kind {
	HUB_RULES_ABSENT, /* all rules of wgctl */
	HUB_RULES_CHANGED,
	HUB_RULES_UNREADABLE,
	HUB_JUMP_MISSING, /* the jump to them from `chain` of `table` */
	HUB_JUMP_LATE,	  /* or it is not the first rule there */
	HUB_UNIT_DISABLED,
	HUB_UNIT_INACTIVE,
};

enum { HUB_WORD_SIZE = 64 };

/* A thing that should be otherwise. Texts are of letters, digits and a few signs. */
struct hub_fault {
	enum hub_fault_kind kind;
	char subject[HUB_WORD_SIZE]; /* "iptables", "ip6tables"; the name of the unit */
	char table[HUB_WORD_SIZE], chain[HUB_WORD_SIZE];
};

struct hub_status {
	enum hub_tunnel tunnel;
	uint16_t listen_port;	/* 0: none */
	struct key public_key;	/* zero: none */
	struct hub_peer *peers; /* sorted by key */
	size_t peer_count, peer_cap;
	struct prefix *allowed; /* of all peers; those of one are sorted */
	size_t allowed_count, allowed_cap;
	struct hub_fault *faults;
	size_t fault_count, fault_cap;
	bool pending; /* a change waits for its confirmation */
};

#define HUB_STATUS_INIT                                                                  \
	{                                                                                \
		.tunnel = HUB_TUNNEL_MISSING                                             \
	}

/*
 * Reads the whole answer, from the greeting to the line with the nonce. `out` is
 * HUB_STATUS_INIT. Fails where the hub says that it failed, where something of another
 * form stands in it, and where its end is missing.
 */
int status_parse(const char *text, size_t len, const char *nonce, struct hub_status *out,
	struct err *err);

void status_release(struct hub_status *status);

/* The peer with that key, or NULL. */
const struct hub_peer *status_find(
	const struct hub_status *status, const struct key *public_key);

/* Asks the hub, by one exec on the session. Nothing on it is changed. */
int status_ask(struct session *session, const struct node *hub, const char *nonce,
	struct hub_status *out, struct err *err);

#endif
