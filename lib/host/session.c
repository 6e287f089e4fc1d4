/* SPDX-License-Identifier: MIT */
/* Opening sessions, and the one place where a session's thread waits. */
#include "host/session.h"

#include <libssh/libssh.h>
#include <libssh/server.h>
#include <poll.h>
#include <sodium/randombytes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/quote.h"
#include "host/auth.h"
#include "host/clock.h"
#include "host/handshake.h"
#include "host/hostkey.h"
#include "host/jump.h"

enum {
	HOPS_MAX = 8,
	TRIES_MAX = 5,
	RETRY_DELAY_MS = 200,
	RESOLVE_TIMEOUT_MS = 10000,
	NUDGES = 3, /* keepalives before a silent host counts as lost */
};

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/*
 * ssh_send_keepalive() does not wait for the answer: a first call sends, a second one
 * picks the answer up and does not send. Two in a row always send one.
 */
static void nudge(struct session *session)
{
	ssh_send_keepalive(session->ssh);
	ssh_send_keepalive(session->ssh);
	session->nudged_at = clock_ms();
}

/*
 * libssh reads whenever it likes, while it sends a keepalive for one: the answer may be gone
 * before anybody has polled for it.
 */
static void notice_input(struct session *session)
{
	if (!session->traffic || session->traffic->in_bytes == session->bytes_heard)
		return;
	session->bytes_heard = session->traffic->in_bytes;
	session->heard_at = clock_ms();
}

static int64_t nudge_time(const struct session *session)
{
	return later(session->heard_at, session->nudged_at) +
	       session->transport->silence_timeout_ms / NUDGES;
}

static int set_fault(struct session *session, enum session_fault fault)
{
	session->fault = fault;
	return -1;
}

/* Only a session that is logged in can be asked for a sign of life. */
static int check_time(struct session *session)
{
	int64_t now = clock_ms();
	const bool silent =
		now >= session->heard_at + session->transport->silence_timeout_ms;

	if (now >= session->deadline)
		return set_fault(session, SESSION_DEADLINE);
	if (!session->event)
		return 0;
	/* Who was stopped meanwhile, by Ctrl-Z at a question, has not asked for a sign. */
	if (silent && session->nudged_at > session->heard_at &&
		now >= nudge_time(session))
		return set_fault(session, SESSION_LOST);
	if (now >= nudge_time(session))
		nudge(session);
	return 0;
}

static int poll_until(struct session *session, bool to_write, struct pollfd *fds,
	size_t count, int64_t limit)
{
	notice_input(session);
	if (session->fault || check_time(session))
		return -1;
	bool pending = ssh_get_poll_flags(session->ssh) & SSH_WRITE_PENDING;
	short events = (short)(POLLIN | (to_write || pending ? POLLOUT : 0));
	int64_t until = sooner(session->deadline, limit);

	fds[0] = (struct pollfd){.fd = session->connection.fd, .events = events};
	fds[1] = (struct pollfd){.fd = session->transport->cancel_fd, .events = POLLIN};
	fds[2] =
		(struct pollfd){.fd = session->connection.proxy_errors, .events = POLLIN};
	if (session->event)
		until = sooner(until, nudge_time(session));
	int ready = poll(fds, count, clock_left(until));
	connection_hurry(&session->connection);
	if (ready <= 0)
		return 0;
	if (fds[1].revents)
		return set_fault(session, SESSION_CANCELLED);
	if (fds[2].revents)
		connection_take_errors(&session->connection);
	if (fds[0].revents & POLLIN)
		session->heard_at = clock_ms();
	return 0;
}

int session_poll(struct session *session, bool to_write, struct pollfd *fds, size_t count)
{
	return poll_until(session, to_write, fds, count, INT64_MAX);
}

int session_wait(struct session *session, bool to_write)
{
	struct pollfd fds[SESSION_FDS];

	return session_poll(session, to_write, fds, SESSION_FDS);
}

int session_wait_briefly(struct session *session, int most_ms)
{
	struct pollfd fds[SESSION_FDS];

	return poll_until(session, false, fds, SESSION_FDS, clock_ms() + most_ms);
}

int session_pump(struct session *session)
{
	if (session->fault)
		return -1;
	if (ssh_event_dopoll(session->event, 0) == SSH_ERROR ||
		!ssh_is_connected(session->ssh))
		return set_fault(session, SESSION_LOST);
	return 0;
}

bool session_is_writable(const struct session *session)
{
	struct pollfd fd = {.fd = session->connection.fd, .events = POLLOUT};

	return poll(&fd, 1, 0) == 1 && (fd.revents & POLLOUT);
}

void session_excuse(struct session *session, int64_t since)
{
	int64_t now = clock_ms();

	session->deadline += now - since;
	session->heard_at = now;
}

void session_quote_error(const struct session *session, struct buf *out)
{
	const struct buf *proxy = &session->connection.proxy_text;
	const char *text = ssh_get_error(session->ssh);

	if (proxy->len) {
		size_t len = strcspn(proxy->text, "\r\n");

		quote_display(out, proxy->text, len < 300 ? len : 300);
		return;
	}
	size_t len = strcspn(text, "\r\n");
	quote_display(out, text, len < 300 ? len : 300);
}

int session_fail(struct session *session, const char *what, struct err *err)
{
	CLEANUP(buf_release) struct buf reason = BUF_INIT;
	const char *name = session->destination.name;

	switch (session->fault) {
	case SESSION_DEADLINE:
		return err_set(err, "'%s' %s in time", name, what);
	case SESSION_CANCELLED:
		return err_set(err, "'%s': interrupted", name);
	case SESSION_FINE:
	case SESSION_LOST:
		break;
	}
	session->fault = SESSION_LOST;
	if (ssh_is_connected(session->ssh))
		buf_add(&reason, "no sign of life");
	else
		session_quote_error(session, &reason);
	return err_set(err, "lost the connection to '%s'%s%s", name,
		reason.len ? ": " : "", reason.text);
}

static int open_stream(struct session *session, struct err *err)
{
	const struct destination *destination = &session->destination;

	connection_close(&session->connection);
	if (session->jump) {
		const char *host = session->dial ? session->dial : destination->hostname;
		int fd;

		if (jump_connect(session->jump, host, destination->port,
			    session->deadline, &fd, err))
			return -1;
		connection_adopt(&session->connection, fd);
		return 0;
	}
	if (destination->proxy_command)
		return connection_open_proxy(&session->connection, destination, err);
	return connection_open_tcp(&session->connection, destination, session->deadline,
		session->transport->cancel_fd, err);
}

/*
 * libssh closes a descriptor that it was given when the connection breaks, and leaves it
 * open when the session ends in peace. By then the number may be another thread's.
 */
static void close_ssh_fd(struct session *session)
{
	struct stat ours, libssh;

	if (session->ssh_fd >= 0 && !fstat(session->connection.fd, &ours) &&
		!fstat(session->ssh_fd, &libssh) && ours.st_dev == libssh.st_dev &&
		ours.st_ino == libssh.st_ino)
		close(session->ssh_fd);
	session->ssh_fd = -1;
}

static void drop_ssh(struct session *session)
{
	/* Nobody may be reading at the other end, and libssh wants to say goodbye. */
	if (session->fault && session->connection.fd >= 0)
		shutdown(session->connection.fd, SHUT_RDWR);
	if (session->event) {
		ssh_event_remove_session(session->event, session->ssh);
		ssh_event_free(session->event);
		session->event = NULL;
	}
	if (session->ssh) {
		ssh_disconnect(session->ssh);
		ssh_free(session->ssh);
		session->ssh = NULL;
	}
	free(session->traffic);
	session->traffic = NULL;
	session->bytes_heard = 0;
	close_ssh_fd(session);
}

/*
 * A server that shuts down, or has not quite come up (pam_nologin), hangs up in the midst
 * of a login without a word; after too many keys it says so (RFC 4253, section 11.1).
 */
static bool was_refused(const struct session *session)
{
	return !session->fault &&
	       (ssh_is_connected(session->ssh) ||
		       strstr(ssh_get_error(session->ssh), "SSH_MSG_DISCONNECT"));
}

/* 1: the server hung up before its greeting, as it does when it is busy. */
static int try_once(struct session *session, struct err *err)
{
	const struct transport *transport = session->transport;
	int connect_ms = session->destination.connect_timeout_ms
				 ? session->destination.connect_timeout_ms
				 : transport->connect_timeout_ms;
	int64_t start = clock_ms();

	session->fault = SESSION_FINE;
	session->heard_at = start;
	session->deadline = start + connect_ms;
	if (open_stream(session, err))
		return -1;
	int rc = handshake_run(session,
		later(session->deadline, start + transport->login_timeout_ms), err);
	if (rc)
		return rc;
	if (hostkey_verify(session, err))
		return SESSION_REFUSED;
	if (auth_login(session, err))
		return was_refused(session) ? SESSION_REFUSED : -1;
	session->traffic = xcalloc(1, sizeof(*session->traffic));
	ssh_set_counters(session->ssh, session->traffic, NULL);
	session->event = ssh_event_new();
	if (!session->event || ssh_event_add_session(session->event, session->ssh))
		return session_fail(session, "", err);
	return 0;
}

/* Waits for a while that differs from session to session; false when cancelled. */
static bool back_off(const struct session *session, unsigned tries)
{
	struct pollfd cancel = {.fd = session->transport->cancel_fd, .events = POLLIN};
	uint32_t delay = (uint32_t)RETRY_DELAY_MS << tries;

	delay = delay / 2 + randombytes_uniform(delay);
	return poll(&cancel, 1, (int)delay) == 0;
}

static int connect_and_login(struct session *session, struct err *err)
{
	CLEANUP(buf_release) struct buf server = BUF_INIT;
	int rc = 1;

	if (session->jump)
		buf_addf(&server, "%s > ", jump_name(session->jump));
	buf_addf(&server, "%s:%u", session->destination.hostname,
		session->destination.port);
	for (unsigned tries = 0; rc == 1 && tries < TRIES_MAX; tries++) {
		if (tries && !back_off(session, tries - 1))
			return err_set(
				err, "'%s': interrupted", session->destination.name);
		transport_enter(session->transport, server.text);
		rc = try_once(session, err);
		transport_leave(session->transport, server.text);
		if (rc)
			drop_ssh(session);
	}
	if (rc == 1)
		return err_set(err,
			"'%s' hangs up before its greeting: its ssh server is busy or "
			"refuses this machine",
			session->destination.name);
	return rc;
}

/* How to get there, other than straight. */
struct way {
	struct jump *via;
	const char *dial;	   /* what `via` dials, NULL: the HostName */
	const char *jump_override; /* instead of the destination's ProxyJump */
	unsigned depth;
};

static int open_through(struct transport *transport, const struct ssh_target *target,
	const struct way *way, struct session **out, struct err *err);

/* Opens the session that ProxyJump names, and takes its place as the jump of ours. */
static int open_hop(
	struct session *session, const char *proxy_jump, unsigned depth, struct err *err)
{
	struct ssh_target hop;
	struct session *last;
	struct way way = {.depth = depth + 1};

	if (depth == HOPS_MAX)
		return err_set(err, "ProxyJump of '%s' leads in a circle",
			session->destination.name);
	if (destination_split_jump(&session->destination.arena, proxy_jump, &hop,
		    &way.jump_override, err))
		return -1;
	const int rc = open_through(session->transport, &hop, &way, &last, err);
	if (rc) {
		err_wrap(err, "jump host for '%s'", session->destination.name);
		return rc;
	}
	if (jump_open(last, &session->jump, err))
		return -1;
	session->owns_jump = true;
	return 0;
}

static int open_through(struct transport *transport, const struct ssh_target *target,
	const struct way *way, struct session **out, struct err *err)
{
	struct session *session = xcalloc(1, sizeof(*session));
	struct destination *destination = &session->destination;

	session->transport = transport;
	session->connection = (struct connection)CONNECTION_INIT;
	session->jump = way->via;
	session->dial = way->dial;
	session->ssh_fd = -1;
	int rc = destination_resolve(destination, target, transport->config_file,
		transport->ssh_program, clock_ms() + RESOLVE_TIMEOUT_MS, err);
	const char *proxy_jump =
		way->jump_override ? way->jump_override : destination->proxy_jump;
	if (!rc && !way->via && proxy_jump)
		rc = open_hop(session, proxy_jump, way->depth, err);
	if (!rc)
		rc = connect_and_login(session, err);
	session->dial = NULL;
	if (rc)
		session_close(session);
	else
		*out = session;
	return rc;
}

int session_open(struct transport *transport, const struct ssh_target *target,
	struct jump *via, struct session **out, struct err *err)
{
	const struct way way = {.via = via};

	return open_through(transport, target, &way, out, err);
}

int session_open_at(struct transport *transport, const struct ssh_target *target,
	struct jump *via, const char *address, struct session **out, struct err *err)
{
	const struct way way = {.via = via, .dial = address};

	return open_through(transport, target, &way, out, err);
}

void session_close(struct session *session)
{
	if (!session)
		return;
	drop_ssh(session);
	connection_close(&session->connection);
	if (session->owns_jump)
		jump_close(session->jump);
	destination_release(&session->destination);
	free(session);
}
