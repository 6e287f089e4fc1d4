/* SPDX-License-Identifier: MIT */
/* A thread that carries many connections over one ssh session. */
#include "host/jump.h"

#include <assert.h>
#include <errno.h>
#include <libssh/libssh.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/quote.h"
#include "host/clock.h"
#include "host/session.h"

enum { CHUNK = 32768, SEND_BUFFER = 256 * 1024 };

/* What somebody waits for; on the stack of who waits. Guarded by the jump's lock. */
struct request {
	bool settled;
	int fd;	      /* the connection, -1: failed */
	char *reason; /* why, for free() */
	struct link *link;
};

/* One connection, the pump's once it has left the queue. */
struct link {
	struct request
		*request; /* until it is settled or given up; guarded by the lock */
	char *host;
	uint16_t port;
	ssh_channel channel;
	int fd;		    /* the pump's end of the socket pair, -1: still opening */
	struct buf pending; /* from the channel, on its way to the socket */
	bool input_ended, output_ended;
	struct link *next;
};

struct jump {
	struct session *session;
	pthread_t thread;
	int wake;
	struct link *links; /* the pump's */
	size_t link_count;

	pthread_mutex_t lock;
	pthread_cond_t settled;
	struct link *queue; /* asked for, not yet seen by the pump */
	bool stopping, dead;
};

static void free_link(struct link *link)
{
	if (link->channel) {
		ssh_channel_close(link->channel);
		ssh_channel_free(link->channel);
	}
	if (link->fd >= 0)
		close(link->fd);
	buf_release(&link->pending);
	free(link->host);
	free(link);
}

/* "Channel opening failure: channel 43 error (2) Connection refused" */
static char *opening_failure(const struct jump *jump, const struct link *link)
{
	CLEANUP(buf_release) struct buf words = BUF_INIT;
	const char *text = ssh_get_error(jump->session->ssh);
	const char *close = strrchr(text, ')');
	struct buf reason = BUF_INIT;
	bool prohibited = strstr(text, "error (1)");

	if (close && close[1] == ' ')
		text = close + 2;
	quote_display(&words, text, strcspn(text, "\r\n"));
	buf_addf(&reason, "'%s' cannot connect to %s port %u: %s", jump_name(jump),
		link->host, link->port,
		prohibited ? "its ssh server does not allow forwarding" : words.text);
	return buf_detach(&reason);
}

/* Takes over `fd` and `reason`; false where nobody waits any more. */
static bool settle(struct jump *jump, struct link *link, int fd, char *reason)
{
	pthread_mutex_lock(&jump->lock);
	struct request *request = link->request;
	if (request) {
		request->fd = fd;
		request->reason = reason;
		request->settled = true;
		link->request = NULL;
		pthread_cond_broadcast(&jump->settled);
	}
	pthread_mutex_unlock(&jump->lock);
	if (request)
		return true;
	free(reason);
	if (fd >= 0)
		close(fd);
	return false;
}

/* False when the link is to be freed. */
static bool open_link(struct jump *jump, struct link *link)
{
	int pair[2], room = SEND_BUFFER;
	int rc = ssh_channel_open_forward(
		link->channel, link->host, link->port, "127.0.0.1", 0);

	if (rc == SSH_AGAIN)
		return true;
	if (rc != SSH_OK) {
		settle(jump, link, -1, opening_failure(jump, link));
		return false;
	}
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair)) {
		settle(jump, link, -1, xstrdup("cannot make a socket pair"));
		return false;
	}
	setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	link->fd = pair[0];
	return settle(jump, link, pair[1], NULL);
}

/* True when something moved. */
static bool move_to_channel(struct link *link, const struct session *session)
{
	char chunk[CHUNK];
	uint32_t window = ssh_channel_window_size(link->channel);

	if (link->input_ended || !window || !session_is_writable(session))
		return false;
	ssize_t got = read(link->fd, chunk, window < CHUNK ? window : CHUNK);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (got > 0 && ssh_channel_write(link->channel, chunk, (uint32_t)got) == got)
		return true;
	link->input_ended = true;
	return true;
}

static bool move_from_channel(struct link *link)
{
	if (!link->pending.len) {
		int got = ssh_channel_read_nonblocking(
			link->channel, buf_reserve(&link->pending, CHUNK), CHUNK, 0);

		if (got > 0)
			buf_added(&link->pending, (size_t)got);
	}
	if (!link->pending.len) {
		if (link->output_ended || !ssh_channel_is_eof(link->channel))
			return false;
		shutdown(link->fd, SHUT_WR);
		link->output_ended = true;
		return true;
	}
	ssize_t put = send(link->fd, link->pending.text, link->pending.len,
		MSG_NOSIGNAL | MSG_DONTWAIT);
	if (put < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (put < 0) {
		/* Nobody reads it any more. */
		buf_truncate(&link->pending, 0);
		link->input_ended = true;
		return true;
	}
	memmove(link->pending.text, link->pending.text + put,
		link->pending.len - (size_t)put);
	buf_truncate(&link->pending, link->pending.len - (size_t)put);
	return true;
}

/* An ssh session never closes one direction only: when its end is gone, so is the link. */
static bool is_finished(const struct link *link)
{
	return link->input_ended || (link->output_ended && !link->pending.len);
}

/* False when the link is over; sets `*moved` when there may be more to do at once. */
static bool step_link(struct jump *jump, struct link *link, bool *moved)
{
	if (link->fd < 0) {
		if (!open_link(jump, link))
			return false;
		if (link->fd < 0)
			return true;
	}
	*moved |= move_to_channel(link, jump->session);
	*moved |= move_from_channel(link);
	return !is_finished(link);
}

static bool step_links(struct jump *jump)
{
	struct link **at = &jump->links;
	bool moved = false;

	while (*at) {
		struct link *link = *at;

		if (step_link(jump, link, &moved)) {
			at = &link->next;
			continue;
		}
		*at = link->next;
		jump->link_count--;
		free_link(link);
	}
	return moved;
}

/* False when the pump is to stop. */
static bool take_queue(struct jump *jump)
{
	uint64_t count;

	while (read(jump->wake, &count, sizeof(count)) > 0)
		;
	pthread_mutex_lock(&jump->lock);
	struct link *queue = jump->queue;
	bool stopping = jump->stopping;
	jump->queue = NULL;
	pthread_mutex_unlock(&jump->lock);
	while (queue) {
		struct link *link = queue;

		queue = link->next;
		link->channel = ssh_channel_new(jump->session->ssh);
		link->next = jump->links;
		jump->links = link;
		jump->link_count++;
	}
	return !stopping;
}

static int wait_for_bytes(struct jump *jump)
{
	size_t count = SESSION_FDS + 1 + jump->link_count;
	CLEANUP_FREE struct pollfd *fds = xcalloc(count, sizeof(*fds));
	size_t at = SESSION_FDS;
	bool writable = session_is_writable(jump->session), to_write = false;

	fds[at++] = (struct pollfd){.fd = jump->wake, .events = POLLIN};
	for (const struct link *link = jump->links; link; link = link->next) {
		struct pollfd *fd = &fds[at++];

		fd->fd = -1;
		if (link->fd < 0)
			continue;
		if (!link->input_ended && ssh_channel_window_size(link->channel)) {
			fd->events |= writable ? POLLIN : 0;
			to_write |= !writable;
		}
		if (link->pending.len)
			fd->events |= POLLOUT;
		fd->fd = fd->events ? link->fd : -1;
	}
	return session_poll(jump->session, to_write, fds, count);
}

static char *lost_reason(const struct jump *jump)
{
	struct buf reason = BUF_INIT;

	buf_addf(&reason, "lost the connection to jump host '%s'", jump_name(jump));
	return buf_detach(&reason);
}

/* Whoever waits, or comes later, is told. */
static void end_all(struct jump *jump)
{
	pthread_mutex_lock(&jump->lock);
	jump->dead = true;
	pthread_mutex_unlock(&jump->lock);
	take_queue(jump);
	while (jump->links) {
		struct link *link = jump->links;

		jump->links = link->next;
		settle(jump, link, -1, lost_reason(jump));
		free_link(link);
	}
}

static void free_jump(struct jump *jump)
{
	session_close(jump->session);
	if (jump->wake >= 0)
		close(jump->wake);
	pthread_mutex_destroy(&jump->lock);
	pthread_cond_destroy(&jump->settled);
	free(jump);
}

static void *pump(void *argument)
{
	struct jump *jump = argument;
	struct session *session = jump->session;

	session->deadline = INT64_MAX;
	session->heard_at = clock_ms();
	while (take_queue(jump)) {
		bool lost = session_pump(session);
		bool moved = step_links(jump);

		if (lost || (!moved && wait_for_bytes(jump)))
			break;
	}
	end_all(jump);
	return NULL;
}

int jump_open(struct session *session, struct jump **out, struct err *err)
{
	struct jump *jump = xcalloc(1, sizeof(*jump));
	pthread_condattr_t attributes;

	jump->session = session;
	jump->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	pthread_mutex_init(&jump->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&jump->settled, &attributes);
	pthread_condattr_destroy(&attributes);
	if (jump->wake >= 0 && !pthread_create(&jump->thread, NULL, pump, jump)) {
		*out = jump;
		return 0;
	}
	free_jump(jump);
	return err_set(err, "cannot start a thread for a jump host");
}

/* False where the deadline has passed; the lock is held. */
static bool await(struct jump *jump, struct request *request, int64_t deadline)
{
	struct timespec until = {.tv_sec = (time_t)(deadline / 1000),
		.tv_nsec = (long)(deadline % 1000) * 1000000};
	int rc = 0;

	while (!request->settled && !rc)
		rc = pthread_cond_timedwait(&jump->settled, &jump->lock, &until);
	/* An unsettled request has a link, which must not write to it any more. */
	if (!request->settled)
		request->link->request = NULL;
	return request->settled;
}

static void enqueue(
	struct jump *jump, const char *host, uint16_t port, struct request *request)
{
	struct link *link = xcalloc(1, sizeof(*link));
	uint64_t one = 1;

	*link = (struct link){.request = request,
		.host = xstrdup(host),
		.port = port,
		.fd = -1,
		.pending = BUF_INIT,
		.next = jump->queue};
	request->link = link;
	jump->queue = link;
	if (write(jump->wake, &one, sizeof(one)) < 0)
		assert(errno == EAGAIN);
}

bool jump_is_dead(struct jump *jump)
{
	pthread_mutex_lock(&jump->lock);
	bool dead = jump->dead;
	pthread_mutex_unlock(&jump->lock);
	return dead;
}

int jump_connect(struct jump *jump, const char *host, uint16_t port, int64_t deadline,
	int *fd, struct err *err)
{
	struct request request = {.fd = -1};
	bool in_time = true;

	pthread_mutex_lock(&jump->lock);
	if (jump->dead) {
		request.reason = lost_reason(jump);
	} else {
		enqueue(jump, host, port, &request);
		in_time = await(jump, &request, deadline);
	}
	pthread_mutex_unlock(&jump->lock);
	if (!in_time)
		return err_set(err, "'%s' did not connect to %s port %u in time",
			jump_name(jump), host, port);
	if (request.fd < 0) {
		err_set(err, "%s", request.reason);
		free(request.reason);
		return -1;
	}
	*fd = request.fd;
	return 0;
}

const char *jump_name(const struct jump *jump)
{
	return jump->session->destination.name;
}

void jump_close(struct jump *jump)
{
	uint64_t one = 1;

	if (!jump)
		return;
	pthread_mutex_lock(&jump->lock);
	jump->stopping = true;
	if (write(jump->wake, &one, sizeof(one)) < 0)
		assert(errno == EAGAIN);
	pthread_mutex_unlock(&jump->lock);
	pthread_join(jump->thread, NULL);
	free_jump(jump);
}
