/* SPDX-License-Identifier: MIT */
/* Starting programs without a shell, and ending them for certain. */
#include "host/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/clock.h"

enum { SPAWN_GRACE_MS = 1000, SPAWN_POLL_MS = 5 };

static int start(
	const char *const argv[], const int fds[static 3], pid_t *pid, int *failure)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	static const int reset[] = {SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD};
	sigset_t none, defaults;

	posix_spawn_file_actions_init(&actions);
	for (int i = 0; i < 3; i++)
		posix_spawn_file_actions_adddup2(&actions, fds[i], i);
	posix_spawnattr_init(&attributes);
	sigemptyset(&none);
	sigemptyset(&defaults);
	for (size_t i = 0; i < ARRAY_SIZE(reset); i++)
		sigaddset(&defaults, reset[i]);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &defaults);
	posix_spawnattr_setflags(
		&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	*failure = posix_spawnp(
		pid, argv[0], &actions, &attributes, (char *const *)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return *failure ? -1 : 0;
}

/* True when the child ended before the deadline. */
static bool reap(pid_t pid, int64_t deadline, int *status)
{
	for (int pause = 1;; pause += pause < SPAWN_POLL_MS) {
		pid_t ended = waitpid(pid, status, WNOHANG);

		if (ended == pid || (ended < 0 && errno != EINTR))
			return true;
		if (!clock_left(deadline))
			return false;
		poll(NULL, 0, pause);
	}
}

void spawn_end(pid_t pid)
{
	int status;

	kill(pid, SIGHUP);
	if (reap(pid, clock_ms() + SPAWN_GRACE_MS, &status))
		return;
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
}

/* Reads what is there; closes the descriptor at its end. */
static void take(struct pollfd *from, struct buf *into)
{
	char *room = buf_reserve(into, 16384);
	ssize_t got = read(from->fd, room, 16384);

	if (got > 0) {
		buf_added(into, (size_t)got);
	} else if (!got || (errno != EINTR && errno != EAGAIN)) {
		close(from->fd);
		from->fd = -1;
	}
}

static int read_both(const char *name, int out, int errors, size_t max, int64_t deadline,
	struct spawn_result *result, struct err *err)
{
	struct pollfd fds[2] = {
		{.fd = out, .events = POLLIN}, {.fd = errors, .events = POLLIN}};
	int rc = 0;

	while (!rc && (fds[0].fd >= 0 || fds[1].fd >= 0)) {
		int ready = poll(fds, 2, clock_left(deadline));

		if (!ready) {
			rc = err_set(err, "'%s' did not finish in time", name);
			break;
		}
		if (ready > 0 && fds[0].revents)
			take(&fds[0], &result->out);
		if (ready > 0 && fds[1].revents)
			take(&fds[1], &result->err);
		if (result->out.len > max || result->err.len > max)
			rc = err_set(err, "'%s' wrote too much", name);
	}
	for (int i = 0; i < 2; i++)
		if (fds[i].fd >= 0)
			close(fds[i].fd);
	return rc;
}

static void close_all(const int *fds, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

int spawn_read(const char *const argv[], size_t max, int64_t deadline,
	struct spawn_result *result, struct err *err)
{
	int out[2] = {-1, -1}, errors[2] = {-1, -1};
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int failure = 0;
	pid_t pid = 0;

	if (null < 0 || pipe2(out, O_CLOEXEC) || pipe2(errors, O_CLOEXEC))
		failure = errno;
	else
		start(argv, (int[]){null, out[1], errors[1]}, &pid, &failure);
	close_all((int[]){null, out[1], errors[1]}, 3);
	if (failure) {
		close_all((int[]){out[0], errors[0]}, 2);
		if (failure == ENOENT)
			return 1;
		return err_set(err, "cannot run '%s': %s", argv[0], strerror(failure));
	}
	int rc = read_both(argv[0], out[0], errors[0], max, deadline, result, err);
	if (!rc && reap(pid, deadline, &result->status))
		return 0;
	if (!rc)
		rc = err_set(err, "'%s' did not finish in time", argv[0]);
	kill(pid, SIGKILL);
	waitpid(pid, &result->status, 0);
	return rc;
}

void spawn_result_release(struct spawn_result *result)
{
	buf_release(&result->out);
	buf_release(&result->err);
}

int spawn_on(const char *const argv[], int input, int errors, pid_t *pid, struct err *err)
{
	int failure;

	if (start(argv, (int[]){input, input, errors}, pid, &failure))
		return err_set(err, "cannot run '%s': %s", argv[0], strerror(failure));
	return 0;
}
