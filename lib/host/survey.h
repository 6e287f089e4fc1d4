/* SPDX-License-Identifier: MIT */
/*
 * What a hub says beside what the site wants: which spoke is there, and what differs. The
 * cost is in proportion to the number of peers, but for sorting.
 */
#ifndef WGCTL_HOST_SURVEY_H
#define WGCTL_HOST_SURVEY_H

#include "host/status.h"
#include "topology/topology.h"

/*
 * A session is dead 180 s after its handshake, and on a tunnel in use the next one comes
 * after 120 s (REJECT_AFTER_TIME and REKEY_AFTER_TIME of the WireGuard paper).
 */
enum { SURVEY_ONLINE_SECONDS = 180 };

enum presence {
	PRESENCE_ONLINE,
	PRESENCE_ASLEEP, /* was there, and is silent since */
	PRESENCE_NEVER,	 /* no handshake since the interface came up */
	PRESENCE_MISSING /* the hub has no such peer */
};

/* "online", "asleep", "never seen", "missing". */
const char *presence_name(enum presence presence);

struct survey_spoke {
	const struct node *node;
	const struct hub_peer *peer; /* NULL where it is missing */
	enum presence presence;
};

enum difference_kind {
	DIFFERENCE_INTERFACE,
	DIFFERENCE_KEY,
	DIFFERENCE_PORT,
	DIFFERENCE_PEER_MISSING,
	DIFFERENCE_PEER_RETIRED,
	DIFFERENCE_PEER_UNKNOWN,
	DIFFERENCE_ALLOWED_IPS,
	DIFFERENCE_PRESHARED_KEY,
	DIFFERENCE_FIREWALL,
	DIFFERENCE_UNIT,
	DIFFERENCE_PENDING,
	DIFFERENCE_KINDS,
};

/* "peer-missing": the kind for programs. */
const char *difference_name(enum difference_kind kind);

/* What to do about it: "run 'wgctl deploy hub'". */
const char *difference_remedy(enum difference_kind kind);

struct difference {
	enum difference_kind kind;
	char *text;	  /* "lacks the peer 'clinic'": the subject is the hub */
	const char *node; /* the spoke, or the name of a retired one, or NULL; borrowed */
};

struct survey {
	struct survey_spoke *spokes; /* all, in the order of the site */
	size_t spoke_count;
	struct difference *differences; /* by kind */
	size_t count, cap;
};

#define SURVEY_INIT                                                                      \
	{                                                                                \
		.count = 0                                                               \
	}

/* Fills `out`, which the caller releases; site and status must outlive it. */
void survey_make(
	const struct site *site, const struct hub_status *status, struct survey *out);
void survey_release(struct survey *survey);

#endif
