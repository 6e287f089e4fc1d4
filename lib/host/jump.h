/* SPDX-License-Identifier: MIT */
/*
 * Connections that leave from another host: each is a direct-tcpip channel (RFC 4254,
 * section 7.2) of one session that is already logged in. ProxyJump uses it, and so does
 * everything that reaches spokes through the hub: many targets share one session.
 *
 * A thread of its own pumps bytes between the channels and socket pairs; it alone touches
 * the session. What travels is the target's own ssh session, encrypted end to end.
 */
#ifndef WGCTL_HOST_JUMP_H
#define WGCTL_HOST_JUMP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct jump;
struct session;

/* Takes the session over: jump_close closes it, and so does a failure here. */
int jump_open(struct session *session, struct jump **out, struct err *err);

/*
 * Connects to host and port as the jump host sees them. May be called from several
 * threads at once. The descriptor is the caller's.
 */
int jump_connect(struct jump *jump, const char *host, uint16_t port, int64_t deadline,
	int *fd, struct err *err);

/* True when the session is lost, and with it all its connections. */
bool jump_is_dead(struct jump *jump);

/* The name of the jump host, borrowed. */
const char *jump_name(const struct jump *jump);

/* Ends all connections that are left, and the session. NULL is fine. */
void jump_close(struct jump *jump);

#endif
