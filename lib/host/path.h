/* SPDX-License-Identifier: MIT */
/*
 * The way to a host: straight by ssh, or through the hub. All who go through the hub share
 * one session with it, opened when the first needs it and again when it was lost.
 */
#ifndef WGCTL_HOST_PATH_H
#define WGCTL_HOST_PATH_H

#include <pthread.h>
#include <stdbool.h>

#include "base/err.h"
#include "host/session.h"
#include "site/site.h"

struct path {
	struct transport *transport;
	const struct node *hub;
	pthread_mutex_t lock;
	struct hub_link *link; /* the one in use, or NULL */

	/* Who comes while the link is being opened shares what comes of it. */
	pthread_cond_t opened;
	bool opening;
	unsigned openings;  /* so many have ended */
	int result;	    /* of the last, as session_open's, */
	struct err failure; /* and why it failed */
};

void path_init(struct path *path, struct transport *transport, const struct node *hub);

/* All sessions must be closed. */
void path_release(struct path *path);

/* A session with a node, and what it runs through. */
struct path_session {
	struct session *session;
	struct path *path;
	struct hub_link *link; /* NULL: straight */
};

/*
 * Opens a new connection and logs in; fails as session_open does. A node that is reached
 * through the hub is dialled at its tunnel address; a host named in site.yaml beside that
 * only says which keys, user and host key the ssh configuration has for it.
 */
int path_open(struct path *path, const struct node *node, struct path_session *out,
	struct err *err);

void path_close(struct path_session *session);

#endif
