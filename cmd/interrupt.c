/* SPDX-License-Identifier: MIT */
/* A signal handler that writes into a pipe. */
#include "interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

/* A signal handler has no other way to know. */
static volatile sig_atomic_t pipe_end = -1;

static void on_signal(int number)
{
	const int saved = errno;

	if (write(pipe_end, "!", 1) < 0)
		_exit(128 + number);
	signal(number, SIG_DFL);
	errno = saved;
}

int interrupt_catch(int *fd, struct err *err)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
	int ends[2];

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return err_errno(err, "cannot make a pipe");
	pipe_end = ends[1];
	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	*fd = ends[0];
	return 0;
}
