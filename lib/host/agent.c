/* SPDX-License-Identifier: MIT */
/* Listing an agent's keys, and serving some of them to libssh. */
#include "host/agent.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "host/clock.h"

enum {
	AGENT_FAILURE = 5,
	AGENT_REQUEST_IDENTITIES = 11,
	AGENT_IDENTITIES = 12,
	AGENT_SIGN = 13,
	AGENT_MESSAGE_MAX = 256 * 1024,
};

static uint32_t get_u32(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
	       (uint32_t)bytes[2] << 8 | bytes[3];
}

static void add_u32(struct buf *buf, size_t value)
{
	const uint8_t bytes[] = {(uint8_t)(value >> 24), (uint8_t)(value >> 16),
		(uint8_t)(value >> 8), (uint8_t)value};

	buf_add_mem(buf, bytes, sizeof(bytes));
}

/* Reads or writes all of it; false at the end, on failure and at the deadline. */
static bool transfer(int fd, short direction, void *bytes, size_t len, int64_t deadline)
{
	uint8_t *at = bytes;

	while (len) {
		struct pollfd ready = {.fd = fd, .events = direction};
		int rc = poll(&ready, 1, clock_left(deadline));

		if (!rc)
			return false;
		if (rc < 0)
			continue;
		ssize_t done = direction == POLLIN
				       ? recv(fd, at, len, MSG_DONTWAIT)
				       : send(fd, at, len, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (!done || (done < 0 && errno != EAGAIN && errno != EINTR))
			return false;
		if (done > 0) {
			at += done;
			len -= (size_t)done;
		}
	}
	return true;
}

/* A message without its length in front. */
static bool receive(int fd, struct buf *message, int64_t deadline)
{
	uint8_t header[4];

	buf_truncate(message, 0);
	if (!transfer(fd, POLLIN, header, sizeof(header), deadline))
		return false;
	size_t len = get_u32(header);
	if (!len || len > AGENT_MESSAGE_MAX)
		return false;
	if (!transfer(fd, POLLIN, buf_reserve(message, len), len, deadline))
		return false;
	buf_added(message, len);
	return true;
}

static bool send_message(int fd, const struct buf *message, int64_t deadline)
{
	CLEANUP(buf_release) struct buf framed = BUF_INIT;

	add_u32(&framed, message->len);
	buf_add_mem(&framed, message->text, message->len);
	return transfer(fd, POLLOUT, framed.text, framed.len, deadline);
}

/* Takes a string (length, bytes) off the front; false where it is not whole. */
static bool take_string(
	const uint8_t **at, const uint8_t *end, const uint8_t **bytes, size_t *len)
{
	if (end - *at < 4 || get_u32(*at) > (size_t)(end - *at - 4))
		return false;
	*len = get_u32(*at);
	*bytes = *at + 4;
	*at += 4 + *len;
	return true;
}

static bool read_keys(struct agent *agent, const struct buf *answer)
{
	const uint8_t *at = (const uint8_t *)answer->text, *end = at + answer->len;

	if (answer->len < 5 || *at != AGENT_IDENTITIES)
		return false;
	uint32_t count = get_u32(at + 1);
	at += 5;
	for (uint32_t i = 0; i < count && agent->count < AGENT_KEYS_MAX; i++) {
		const uint8_t *blob, *comment;
		size_t len, comment_len;

		if (!take_string(&at, end, &blob, &len) ||
			!take_string(&at, end, &comment, &comment_len))
			return false;
		struct agent_key *key = &agent->keys[agent->count++];
		*key = (struct agent_key){.blob = xmalloc(len + 1), .len = len};
		memcpy(key->blob, blob, len);
	}
	return true;
}

static int connect_to(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	if (strlen(path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address))) {
		int reason = errno;

		close(fd);
		errno = reason;
		return -1;
	}
	return fd;
}

int agent_open(struct agent *agent, const char *path, int64_t deadline, struct err *err)
{
	CLEANUP(buf_release) struct buf message = BUF_INIT;

	agent->fd = connect_to(path);
	if (agent->fd < 0)
		return err_errno(err, "cannot reach the ssh agent at '%s'", path);
	buf_add_char(&message, AGENT_REQUEST_IDENTITIES);
	if (send_message(agent->fd, &message, deadline) &&
		receive(agent->fd, &message, deadline) && read_keys(agent, &message))
		return 0;
	agent_close(agent);
	return err_set(err, "the ssh agent at '%s' does not answer", path);
}

bool agent_prefer(struct agent *agent, size_t front, const uint8_t *blob, size_t len)
{
	for (size_t i = front; i < agent->count; i++) {
		struct agent_key key = agent->keys[i];

		if (key.len != len || memcmp(key.blob, blob, len))
			continue;
		memmove(&agent->keys[front + 1], &agent->keys[front],
			(i - front) * sizeof(key));
		agent->keys[front] = key;
		return true;
	}
	return false;
}

void agent_drop(struct agent *agent, const uint8_t *blob, size_t len)
{
	if (!agent_prefer(agent, 0, blob, len))
		return;
	free(agent->keys[0].blob);
	agent->count--;
	memmove(agent->keys, agent->keys + 1, agent->count * sizeof(agent->keys[0]));
}

static void answer_list(const struct agent *agent, struct buf *message)
{
	buf_truncate(message, 0);
	buf_add_char(message, AGENT_IDENTITIES);
	add_u32(message, agent->offered);
	for (size_t i = 0; i < agent->offered; i++) {
		add_u32(message, agent->keys[i].len);
		buf_add_mem(message, agent->keys[i].blob, agent->keys[i].len);
		add_u32(message, 0);
	}
}

/* Passes a request to sign on, if it is for a key that was listed. */
static bool answer_sign(struct agent *agent, struct buf *message)
{
	const uint8_t *at = (const uint8_t *)message->text + 1, *blob;
	const uint8_t *end = (const uint8_t *)message->text + message->len;
	size_t len;

	if (!take_string(&at, end, &blob, &len))
		return false;
	for (size_t i = 0; i < agent->offered; i++) {
		struct agent_key *key = &agent->keys[i];

		if (key->len != len || memcmp(key->blob, blob, len))
			continue;
		key->used = true;
		if (send_message(agent->fd, message, agent->deadline) &&
			receive(agent->fd, message, agent->deadline))
			return true;
		/* An answer that comes later must not be taken for the next one's. */
		shutdown(agent->fd, SHUT_RDWR);
		return false;
	}
	return false;
}

/*
 * Past the deadline libssh still gets answers, that it failed: it waits for one without a
 * deadline, and writing to a closed socket it would raise SIGPIPE.
 */
static void *serve(void *argument)
{
	struct agent *agent = argument;
	struct buf message = BUF_INIT;

	while (receive(agent->served, &message, INT64_MAX)) {
		char type = message.text[0];

		if (type == AGENT_REQUEST_IDENTITIES) {
			answer_list(agent, &message);
		} else if (type != AGENT_SIGN || !answer_sign(agent, &message)) {
			buf_truncate(&message, 0);
			buf_add_char(&message, AGENT_FAILURE);
		}
		if (!send_message(agent->served, &message, INT64_MAX))
			break;
	}
	buf_release(&message);
	return NULL;
}

int agent_serve(
	struct agent *agent, size_t offered, int64_t deadline, int *fd, struct err *err)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return err_errno(err, "cannot make a socket pair");
	agent->offered = offered;
	agent->deadline = deadline;
	agent->served = pair[0];
	if (pthread_create(&agent->thread, NULL, serve, agent)) {
		close(pair[1]);
		return err_set(err, "cannot start a thread for the ssh agent");
	}
	agent->running = true;
	*fd = pair[1];
	return 0;
}

void agent_close(struct agent *agent)
{
	if (agent->served >= 0)
		shutdown(agent->served, SHUT_RDWR);
	if (agent->running)
		pthread_join(agent->thread, NULL);
	if (agent->served >= 0)
		close(agent->served);
	if (agent->fd >= 0)
		close(agent->fd);
	for (size_t i = 0; i < agent->count; i++)
		free(agent->keys[i].blob);
	*agent = (struct agent)AGENT_INIT;
}
