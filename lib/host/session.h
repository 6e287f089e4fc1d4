/* SPDX-License-Identifier: MIT */
/*
 * An ssh session with a host: resolved by the user's ssh configuration, its host key
 * checked, logged in. One thread drives one session; calls look blocking, and each ends
 * by a deadline. libssh is the transport only: it reads no configuration, opens no
 * socket, and neither it nor anything here forwards the agent or asks for a password.
 *
 * A server that hangs up before its greeting (MaxStartups) is tried again a few times.
 */
#ifndef WGCTL_HOST_SESSION_H
#define WGCTL_HOST_SESSION_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "host/connect.h"
#include "host/destination.h"
#include "host/transport.h"
#include "site/site.h"

struct jump;

/*
 * What opening a session returns where the host's key or our login was refused: trying
 * again changes nothing, and may shut us out. For all else it returns -1.
 */
enum { SESSION_REFUSED = -2 };

/* Why the session cannot go on. */
enum session_fault {
	SESSION_FINE,
	SESSION_LOST,	   /* the connection broke, or the host fell silent */
	SESSION_DEADLINE,  /* the host is there but was not ready in time */
	SESSION_CANCELLED, /* the user gave up */
};

/* Read only outside of host/. */
struct session {
	struct transport *transport;
	struct destination destination;
	struct connection connection;
	struct ssh_session_struct *ssh;
	int ssh_fd; /* libssh's own descriptor of the connection */
	struct ssh_event_struct *event;
	struct ssh_counter_struct *traffic; /* of a session that is logged in */
	uint64_t bytes_heard;
	const char *dial;  /* what the jump dials instead of the HostName, or NULL */
	struct jump *jump; /* what the connection runs through, and whether it is ours */
	bool owns_jump;
	int64_t deadline;  /* of what is going on */
	int64_t heard_at;  /* when the host last sent something */
	int64_t nudged_at; /* when it was last asked to */
	enum session_fault fault;
};

/*
 * Connects and logs in, through `via` (its ProxyJump and ProxyCommand are ignored then)
 * or as the ssh configuration says. All time limits are the transport's. The session must
 * be closed before `via` is. On failure, -1 or SESSION_REFUSED, the message names the host.
 */
int session_open(struct transport *transport, const struct ssh_target *target,
	struct jump *via, struct session **out, struct err *err);

/*
 * As session_open through `via`, but the jump dials `address` instead of the HostName. The
 * host key has to be the one that is known for the HostName: it is the same host, reached
 * another way.
 */
int session_open_at(struct transport *transport, const struct ssh_target *target,
	struct jump *via, const char *address, struct session **out, struct err *err);

/* Ends the session and what was opened for it; NULL is fine. */
void session_close(struct session *session);

/*
 * For the modules of host/ that drive a session.
 */

/*
 * Waits until there is something to read or, where asked for, room to write; keeps the
 * session alive meanwhile. -1 with the fault set when there is no point in waiting on.
 */
int session_wait(struct session *session, bool to_write);

/* The same for reading, and for so many milliseconds at most. */
int session_wait_briefly(struct session *session, int most_ms);

/*
 * The same, and watches more: `fds` has `count` items, of which the first SESSION_FDS are
 * the session's to fill in.
 */
enum { SESSION_FDS = 3 };
int session_poll(
	struct session *session, bool to_write, struct pollfd *fds, size_t count);

/* Lets libssh take in what has arrived, without waiting. -1 with the fault set. */
int session_pump(struct session *session);

/*
 * Words the fault: "lost the connection to 'pi'", "'pi' WHAT in time", "'pi': interrupted".
 * A session without a fault counts as lost. Returns -1.
 */
int session_fail(struct session *session, const char *what, struct err *err);

/* True when a packet can be written without waiting. */
bool session_is_writable(const struct session *session);

/* The time since `since` went into a question: it counts against no deadline. */
void session_excuse(struct session *session, int64_t since);

/* Appends libssh's account of the last error, safe to show. */
void session_quote_error(const struct session *session, struct buf *out);

#endif
