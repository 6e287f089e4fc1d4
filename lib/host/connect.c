/* SPDX-License-Identifier: MIT */
/* Opening byte streams to a destination, by TCP and by proxy command. */
#include "host/connect.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/clock.h"
#include "host/expand.h"
#include "host/resolve.h"
#include "host/spawn.h"

enum {
	ATTEMPTS_MAX = 8,
	STAGGER_MS = 250,
	SEND_BUFFER = 256 * 1024,
	PROXY_TEXT_MAX = 4096,
	KEEPALIVE_IDLE_S = 15,
	KEEPALIVE_INTERVAL_S = 10,
	KEEPALIVE_PROBES = 3,
	UNACKED_MAX_MS = 45000,
};

/* Attempts under way; an unused slot has fd -1. */
struct race {
	struct pollfd fds[ATTEMPTS_MAX + 1]; /* the last one is for cancellation */
	const struct addrinfo *addresses[ATTEMPTS_MAX];
	size_t started;
	const struct addrinfo *next;
	int64_t next_at;
	int reason; /* errno of the last failure */
};

static void set_option(int fd, int level, int name, int value)
{
	setsockopt(fd, level, name, &value, sizeof(value));
}

/* None of them is needed for a connection to work, so failures do not matter. */
static void tune(int fd)
{
	set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
#ifdef TCP_KEEPIDLE
	set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE_S);
	set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_INTERVAL_S);
	set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_PROBES);
#endif
#ifdef TCP_USER_TIMEOUT
	set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, UNACKED_MAX_MS);
#endif
}

void connection_hurry(const struct connection *connection)
{
#ifdef TCP_QUICKACK
	if (connection->tcp)
		set_option(connection->fd, IPPROTO_TCP, TCP_QUICKACK, 1);
#else
	(void)connection;
#endif
}

/* Starts on the next address; true when it is connected already. */
static void start_next(struct race *race)
{
	const struct addrinfo *address = race->next;
	struct pollfd *slot = &race->fds[race->started];

	race->next = race->started + 1 < ATTEMPTS_MAX ? address->ai_next : NULL;
	race->next_at = clock_ms() + STAGGER_MS;
	race->addresses[race->started++] = address;
	int fd =
		socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0) {
		race->reason = errno;
		race->next_at = 0;
		return;
	}
	tune(fd);
	if (connect(fd, address->ai_addr, address->ai_addrlen) && errno != EINPROGRESS) {
		race->reason = errno;
		race->next_at = 0;
		close(fd);
		return;
	}
	*slot = (struct pollfd){.fd = fd, .events = POLLOUT};
}

/* The slot that has connected, or -1; clears the slots that have failed. */
static int find_winner(struct race *race)
{
	for (size_t i = 0; i < race->started; i++) {
		struct pollfd *slot = &race->fds[i];
		int failure = 0;
		socklen_t len = sizeof(failure);

		if (slot->fd < 0 || !slot->revents)
			continue;
		getsockopt(slot->fd, SOL_SOCKET, SO_ERROR, &failure, &len);
		if (!failure)
			return (int)i;
		race->reason = failure;
		race->next_at = 0;
		close(slot->fd);
		slot->fd = -1;
	}
	return -1;
}

static bool is_over(const struct race *race)
{
	if (race->next)
		return false;
	for (size_t i = 0; i < race->started; i++)
		if (race->fds[i].fd >= 0)
			return false;
	return true;
}

/* The winning slot; -1 where all failed, and `reason` says why. */
static int run_race(struct race *race, int64_t deadline)
{
	while (!is_over(race)) {
		if (race->next && clock_left(race->next_at) == 0) {
			start_next(race);
			continue;
		}
		int64_t until =
			race->next && race->next_at < deadline ? race->next_at : deadline;
		if (poll(race->fds, ATTEMPTS_MAX + 1, clock_left(until)) < 0)
			continue;
		if (race->fds[ATTEMPTS_MAX].revents) {
			race->reason = ECANCELED;
			return -1;
		}
		int winner = find_winner(race);
		if (winner >= 0)
			return winner;
		if (!clock_left(deadline)) {
			race->reason = ETIMEDOUT;
			return -1;
		}
	}
	return -1;
}

static int describe_failure(const struct destination *destination,
	const struct addrinfo *list, int reason, struct err *err)
{
	char address[64] = "";

	getnameinfo(list->ai_addr, list->ai_addrlen, address, sizeof(address), NULL, 0,
		NI_NUMERICHOST);
	if (reason == ECANCELED)
		return err_set(err, "'%s': interrupted", destination->name);
	return err_set(err, "cannot connect to '%s' (%s%s port %u): %s",
		destination->name, address,
		list->ai_next ? " and its other addresses," : "", destination->port,
		reason == ETIMEDOUT ? "no answer" : strerror(reason));
}

int connection_open_tcp(struct connection *connection,
	const struct destination *destination, int64_t deadline, int cancel_fd,
	struct err *err)
{
	struct addrinfo *list;

	if (resolve_host(destination->hostname, destination->port, destination->family,
		    deadline, &list, err))
		return -1;
	struct race race = {.next = list};
	for (size_t i = 0; i < ATTEMPTS_MAX; i++)
		race.fds[i].fd = -1;
	race.fds[ATTEMPTS_MAX] = (struct pollfd){.fd = cancel_fd, .events = POLLIN};
	int winner = run_race(&race, deadline);
	if (winner >= 0) {
		const struct addrinfo *address = race.addresses[winner];

		connection->fd = race.fds[winner].fd;
		connection->tcp = true;
		race.fds[winner].fd = -1;
		getnameinfo(address->ai_addr, address->ai_addrlen, connection->address,
			sizeof(connection->address), NULL, 0, NI_NUMERICHOST);
	}
	for (size_t i = 0; i < ATTEMPTS_MAX; i++)
		if (race.fds[i].fd >= 0)
			close(race.fds[i].fd);
	int rc = winner >= 0 ? 0 : describe_failure(destination, list, race.reason, err);
	freeaddrinfo(list);
	return rc;
}

static int proxy_command_line(
	const struct destination *destination, struct buf *command, struct err *err)
{
	char port[8];

	snprintf(port, sizeof(port), "%u", destination->port);
	const struct expand_token tokens[] = {{'h', destination->hostname},
		{'n', destination->name}, {'p', port}, {'r', destination->user}};
	if (destination->proxy_fdpass)
		return err_set(
			err, "'%s': ProxyUseFdpass is not supported", destination->name);
	buf_add(command, "exec ");
	return expand_tokens("ProxyCommand", destination->proxy_command, tokens,
		ARRAY_SIZE(tokens), command, err);
}

int connection_open_proxy(struct connection *connection,
	const struct destination *destination, struct err *err)
{
	CLEANUP(buf_release) struct buf command = BUF_INIT;
	int pair[2], errors[2];

	if (proxy_command_line(destination, &command, err))
		return -1;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return err_errno(err, "cannot make a socket pair");
	if (pipe2(errors, O_CLOEXEC)) {
		close(pair[0]);
		close(pair[1]);
		return err_errno(err, "cannot make a pipe");
	}
	const char *const argv[] = {"/bin/sh", "-c", command.text, NULL};
	int rc = spawn_on(argv, pair[1], errors[1], &connection->proxy, err);
	close(pair[1]);
	close(errors[1]);
	if (rc) {
		close(pair[0]);
		close(errors[0]);
		return -1;
	}
	connection_adopt(connection, pair[0]);
	fcntl(errors[0], F_SETFL, O_NONBLOCK);
	connection->proxy_errors = errors[0];
	return 0;
}

void connection_adopt(struct connection *connection, int fd)
{
	int flags = fcntl(fd, F_GETFL);

	/* A packet must fit, so that writing it never waits (see session_is_writable). */
	set_option(fd, SOL_SOCKET, SO_SNDBUF, SEND_BUFFER);
	fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	connection->fd = fd;
}

void connection_take_errors(struct connection *connection)
{
	char chunk[1024];
	ssize_t got;

	if (connection->proxy_errors < 0)
		return;
	while ((got = read(connection->proxy_errors, chunk, sizeof(chunk))) > 0) {
		if (connection->proxy_text.len > PROXY_TEXT_MAX)
			buf_truncate(&connection->proxy_text, 0);
		buf_add_mem(&connection->proxy_text, chunk, (size_t)got);
	}
	if (!got || (errno != EAGAIN && errno != EINTR)) {
		close(connection->proxy_errors);
		connection->proxy_errors = -1;
	}
}

void connection_close(struct connection *connection)
{
	if (connection->fd >= 0)
		close(connection->fd);
	if (connection->proxy)
		spawn_end(connection->proxy);
	if (connection->proxy_errors >= 0)
		close(connection->proxy_errors);
	buf_release(&connection->proxy_text);
	*connection = (struct connection)CONNECTION_INIT;
}
