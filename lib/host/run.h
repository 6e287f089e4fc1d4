/* SPDX-License-Identifier: MIT */
/*
 * Running one command on a host: bytes in, bytes out, how it ended. Input and output are
 * interleaved, so neither side can wait for the other for ever.
 *
 * Output comes from the host and may be anything: it is not to be shown without
 * quote_display, and a command counts as done only if its output is whole. What "whole"
 * means is the caller's protocol: exit status 0 alone does not say so.
 */
#ifndef WGCTL_HOST_RUN_H
#define WGCTL_HOST_RUN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "host/session.h"

enum {
	RUN_OUT_MAX = 16 << 20,
	RUN_ERR_MAX = 64 << 10, /* the first and the last half of it are kept */
	RUN_TIMEOUT_MS = 300000,
};

/* What there is to say to a command that has had all of its input so far. */
enum run_more {
	RUN_MORE_LATER, /* nothing yet, the command works */
	RUN_MORE_HELD, /* nothing yet, the command waits for us: its timeout stands still */
	RUN_MORE_LAST, /* this, and no more after it */
};

struct run_options {
	int timeout_ms; /* for the whole command; 0: RUN_TIMEOUT_MS */

	/*
	 * Asked several times a second once all input is sent, until it gives the last of
	 * it; `*input` is borrowed until the command has ended. NULL: the input is all. It
	 * must not wait itself: nobody would answer a server that asks whether we are alive.
	 */
	enum run_more (*more)(void *context, const void **input, size_t *len);

	/*
	 * What to send where the input ends, if the command is to run on a terminal: it has
	 * no other end, and one stream for stdout and stderr. NULL: no terminal.
	 */
	const char *terminal_ending;

	/* Called for each whole line of stdout as it comes, without its end; or NULL. */
	void (*line)(void *context, const char *line, size_t len);
	void *context;
};

enum run_end {
	RUN_UNKNOWN, /* what the command did or does is not known */
	RUN_EXITED,  /* exit_status says how */
	RUN_KILLED,  /* by `signal` */
};

struct run_result {
	enum run_end end;
	int exit_status;
	char signal[16]; /* "TERM", "KILL", …, as the server names it */
	bool whole;	 /* stdout and stderr came to their end */
	struct buf out, err;
};

#define RUN_RESULT_INIT                                                                  \
	{                                                                                \
		.out = BUF_INIT, .err = BUF_INIT                                         \
	}

/*
 * Runs `command` by the user's login shell with `len` bytes of input on its stdin. 0 when
 * it ended, with whatever status. -1 with a message when that is not known: the
 * connection broke, time ran out, more than RUN_OUT_MAX came; session->fault says which
 * of the former two it was, and the session is of no use after them. `result` holds what
 * came until then.
 *
 * A command that has ended but left a child with its stdout behind ends two seconds after
 * the last output, not `whole`.
 */
int session_run(struct session *session, const char *command, const void *input,
	size_t len, const struct run_options *options, struct run_result *result,
	struct err *err);

void run_result_release(struct run_result *result);

/*
 * The same in steps, for who has to answer a program: run_start, then run_step until it
 * returns 1 (ended) or -1 (failed), then run_stop in any case.
 */
struct run {
	struct session *session;
	const struct run_options *options;
	struct run_result *result;
	struct ssh_channel_struct *channel;
	struct ssh_channel_callbacks_struct *callbacks;
	const char *input; /* borrowed; what is not yet sent */
	size_t input_len;
	bool input_ends;   /* there is no more after it */
	bool input_closed; /* and the host knows, or is about to be told */
	bool ended;	   /* its exit status has come */
	size_t reported;   /* bytes of stdout that were given out as lines */
	struct buf err_tail;
	size_t err_dropped;
	int64_t active_at; /* when something last came */
};

int run_start(struct run *run, struct session *session, const char *command,
	const struct run_options *options, struct run_result *result, struct err *err);

/* Gives it more input, which must stay until it is sent; `ends` closes its stdin then. */
void run_feed(struct run *run, const void *input, size_t len, bool ends);

/* Drops what came so far of stdout and stderr. */
void run_forget(struct run *run);

int run_step(struct run *run, struct err *err);
void run_stop(struct run *run);

#endif
