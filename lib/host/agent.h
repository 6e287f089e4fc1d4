/* SPDX-License-Identifier: MIT */
/*
 * The user's ssh agent, seen through a small filter. libssh tries every key that an agent
 * holds, and waits for the agent without a deadline. So it is given a socket whose other
 * end is served here: it lists only the keys that are to be tried, in the order to try
 * them, and passes signature requests on, which fail past the deadline.
 * (https://datatracker.ietf.org/doc/html/draft-miller-ssh-agent)
 *
 * Private keys never leave the agent, and the agent is never forwarded to a host.
 */
#ifndef WGCTL_HOST_AGENT_H
#define WGCTL_HOST_AGENT_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { AGENT_KEYS_MAX = 256 };

/* A key's public half on the wire. */
struct agent_key {
	uint8_t *blob;
	size_t len;
	bool used; /* a signature of it was asked for */
};

struct agent {
	int fd; /* to the agent; -1: not open */
	struct agent_key keys[AGENT_KEYS_MAX];
	size_t count;
	size_t offered; /* the first so many are listed */
	int served;	/* our end of the socket that libssh talks to */
	int64_t deadline;
	pthread_t thread;
	bool running;
};

#define AGENT_INIT                                                                       \
	{                                                                                \
		.fd = -1, .served = -1                                                   \
	}

/* Connects to the agent's socket and reads which keys it holds. */
int agent_open(struct agent *agent, const char *path, int64_t deadline, struct err *err);

/* Moves a key to the front, behind `front` keys; false where the agent lacks it. */
bool agent_prefer(struct agent *agent, size_t front, const uint8_t *blob, size_t len);

/* Forgets a key: it is not to be offered. */
void agent_drop(struct agent *agent, const uint8_t *blob, size_t len);

/*
 * Starts to serve the first `offered` keys until agent_close, and puts the descriptor for
 * libssh in `*fd`, which is libssh's then. Nothing is signed past the deadline.
 */
int agent_serve(
	struct agent *agent, size_t offered, int64_t deadline, int *fd, struct err *err);

/* Hangs up on both sides and forgets the keys. */
void agent_close(struct agent *agent);

#endif
