/* SPDX-License-Identifier: MIT */
/* One exec on a session: a loop that writes what fits and reads what is there. */
#include "host/run.h"

#include <libssh/callbacks.h>
#include <libssh/libssh.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/clock.h"

enum {
	CHUNK = 32768, /* libssh waits until a packet is out, so it must be small */
	LINGER_MS = 2000,
	ERR_HALF = RUN_ERR_MAX / 2,
};

static void on_exit_status(
	ssh_session ssh, ssh_channel channel, int status, void *argument)
{
	struct run_result *result = argument;

	(void)ssh, (void)channel;
	result->end = RUN_EXITED;
	result->exit_status = status;
}

/* The name comes from the host; RFC 4254, section 6.10 has upper case letters only. */
static void on_exit_signal(ssh_session ssh, ssh_channel channel, const char *signal,
	int core, const char *message, const char *language, void *argument)
{
	struct run_result *result = argument;
	size_t len = strspn(signal, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

	(void)ssh, (void)channel, (void)core, (void)message, (void)language;
	result->end = RUN_KILLED;
	snprintf(result->signal, sizeof(result->signal), "%.*s",
		(int)(len < 15 ? len : 15), signal);
}

static int finish_request(struct run *run, int rc, const char *what, struct err *err)
{
	CLEANUP(buf_release) struct buf reason = BUF_INIT;
	struct session *session = run->session;

	if (rc == SSH_OK)
		return 0;
	if (session->fault || !ssh_is_connected(session->ssh))
		return session_fail(session, "did not start the command", err);
	session_quote_error(session, &reason);
	return err_set(err, "'%s' does not let us %s: %s", session->destination.name,
		what, reason.text);
}

/* The terminal is as the command makes it; its size is anyone's. */
static int request_terminal(struct run *run, struct err *err)
{
	int rc;

	while ((rc = ssh_channel_request_pty_size(run->channel, "dumb", 80, 24)) ==
		SSH_AGAIN)
		if (session_wait(run->session, false))
			break;
	return finish_request(run, rc, "have a terminal", err);
}

static const char *terminal_ending(const struct run *run)
{
	return run->options ? run->options->terminal_ending : NULL;
}

int run_start(struct run *run, struct session *session, const char *command,
	const struct run_options *options, struct run_result *result, struct err *err)
{
	int timeout_ms =
		options && options->timeout_ms ? options->timeout_ms : RUN_TIMEOUT_MS;
	int rc;

	*run = (struct run){.session = session,
		.options = options,
		.result = result,
		.err_tail = BUF_INIT,
		.input = ""};
	session->deadline = clock_ms() + timeout_ms;
	session->heard_at = run->active_at = clock_ms();
	if (session->fault)
		return session_fail(session, "did not start the command", err);
	run->channel = ssh_channel_new(session->ssh);
	run->callbacks = xcalloc(1, sizeof(*run->callbacks));
	run->callbacks->userdata = result;
	run->callbacks->channel_exit_status_function = on_exit_status;
	run->callbacks->channel_exit_signal_function = on_exit_signal;
	ssh_callbacks_init(run->callbacks);
	ssh_set_channel_callbacks(run->channel, run->callbacks);
	while ((rc = ssh_channel_open_session(run->channel)) == SSH_AGAIN)
		if (session_wait(session, false))
			break;
	if (finish_request(run, rc, "open a channel", err) ||
		(terminal_ending(run) && request_terminal(run, err)))
		return -1;
	while ((rc = ssh_channel_request_exec(run->channel, command)) == SSH_AGAIN)
		if (session_wait(session, false))
			break;
	return finish_request(run, rc, "run a command", err);
}

void run_feed(struct run *run, const void *input, size_t len, bool ends)
{
	run->input = input;
	run->input_len = len;
	run->input_ends = ends;
}

void run_forget(struct run *run)
{
	buf_truncate(&run->result->out, 0);
	buf_truncate(&run->result->err, 0);
	run->reported = 0;
}

/* A command that does not want its input may close it: its exit status tells the story. */
static void drop_input(struct run *run)
{
	run->input_len = 0;
	run->input_ends = true;
	run->input_closed = true;
}

static bool wants_to_write(const struct run *run)
{
	return run->input_len && ssh_channel_window_size(run->channel);
}

static void end_input(struct run *run)
{
	const char *ending = terminal_ending(run);

	run->input_closed = true;
	if (ending)
		run_feed(run, ending, strlen(ending), true);
	else
		ssh_channel_send_eof(run->channel);
}

static bool write_some(struct run *run)
{
	bool written = false;

	while (wants_to_write(run) && session_is_writable(run->session)) {
		uint32_t window = ssh_channel_window_size(run->channel);
		size_t len = run->input_len < CHUNK ? run->input_len : CHUNK;

		len = len < window ? len : window;
		int rc = ssh_channel_write(run->channel, run->input, (uint32_t)len);
		if (rc <= 0) {
			drop_input(run);
			return true;
		}
		run->input += rc;
		run->input_len -= (size_t)rc;
		written = true;
	}
	if (!run->input_len && run->input_ends && !run->input_closed)
		end_input(run);
	return written;
}

/* Keeps the first and the last half of stderr. */
static void keep_err(struct run *run, const char *bytes, size_t len)
{
	struct buf *head = &run->result->err, *tail = &run->err_tail;
	size_t room = ERR_HALF - head->len;
	size_t first = len < room ? len : room;

	buf_add_mem(head, bytes, first);
	buf_add_mem(tail, bytes + first, len - first);
	if (tail->len <= 2 * ERR_HALF)
		return;
	size_t excess = tail->len - ERR_HALF;
	memmove(tail->text, tail->text + excess, ERR_HALF);
	buf_truncate(tail, ERR_HALF);
	run->err_dropped += excess;
}

static void report_lines(struct run *run)
{
	const struct buf *out = &run->result->out;
	const char *newline;

	if (!run->options || !run->options->line)
		return;
	while ((newline = memchr(
			out->text + run->reported, '\n', out->len - run->reported))) {
		const char *line = out->text + run->reported;

		run->reported += (size_t)(newline - line) + 1;
		run->options->line(run->options->context, line, (size_t)(newline - line));
	}
}

static bool read_some(struct run *run)
{
	char chunk[CHUNK];
	struct buf *out = &run->result->out;
	bool any = false;
	int got;

	while (out->len <= RUN_OUT_MAX &&
		(got = ssh_channel_read_nonblocking(
			 run->channel, buf_reserve(out, CHUNK), CHUNK, 0)) > 0) {
		buf_added(out, (size_t)got);
		any = true;
	}
	if (any)
		report_lines(run);
	while ((got = ssh_channel_read_nonblocking(
			run->channel, chunk, sizeof(chunk), 1)) > 0) {
		keep_err(run, chunk, (size_t)got);
		any = true;
	}
	if (any)
		run->active_at = clock_ms();
	return any;
}

static bool has_ended(struct run *run)
{
	struct run_result *result = run->result;
	bool whole = ssh_channel_is_eof(run->channel);

	if (result->end == RUN_UNKNOWN)
		return false;
	if (!run->ended)
		run->active_at = clock_ms();
	run->ended = true;
	result->whole = whole;
	return whole || clock_ms() >= run->active_at + LINGER_MS;
}

/* A child of the command may hold its stdout for ever. */
static int wait_for_more(struct run *run)
{
	struct session *session = run->session;
	int64_t deadline = session->deadline;

	if (run->ended && run->active_at + LINGER_MS < deadline)
		session->deadline = run->active_at + LINGER_MS + 1;
	int rc = session_wait(session, wants_to_write(run));
	if (rc && session->deadline != deadline && session->fault == SESSION_DEADLINE) {
		session->fault = SESSION_FINE;
		rc = 0;
	}
	session->deadline = deadline;
	return rc;
}

enum { TICK_MS = 20 };

/* 1 where it has waited, or fed, instead of the usual wait. */
static int ask_for_more(struct run *run)
{
	const struct run_options *options = run->options;
	const int64_t since = clock_ms();
	const void *input;
	size_t len;

	if (!options || !options->more || run->input_len || run->input_ends || run->ended)
		return 0;
	enum run_more more = options->more(options->context, &input, &len);
	if (more == RUN_MORE_LAST) {
		run_feed(run, input, len, true);
		return 1;
	}
	const int rc = session_wait_briefly(run->session, TICK_MS);
	if (more == RUN_MORE_HELD)
		run->session->deadline += clock_ms() - since;
	return rc == 0;
}

int run_step(struct run *run, struct err *err)
{
	struct session *session = run->session;
	int lost = session_pump(session);
	bool busy = read_some(run);

	if (run->result->out.len > RUN_OUT_MAX)
		return err_set(err, "'%s' sends more than %d MiB",
			session->destination.name, RUN_OUT_MAX >> 20);
	if (has_ended(run))
		return 1;
	if (lost)
		return session_fail(session, "did not finish the command", err);
	if (ssh_channel_is_closed(run->channel) && !busy)
		return err_set(err, "'%s' ended the command without saying how",
			session->destination.name);
	busy |= write_some(run);
	if (busy || ask_for_more(run))
		return 0;
	if (wait_for_more(run))
		return session_fail(session, "did not finish the command", err);
	return 0;
}

void run_stop(struct run *run)
{
	struct buf *head = &run->result->err, *tail = &run->err_tail;

	if (tail->len > ERR_HALF) {
		size_t excess = tail->len - ERR_HALF;

		memmove(tail->text, tail->text + excess, ERR_HALF);
		buf_truncate(tail, ERR_HALF);
		run->err_dropped += excess;
	}
	if (run->err_dropped)
		buf_addf(head, "\n[%zu bytes left out]\n", run->err_dropped);
	buf_add_mem(head, tail->text, tail->len);
	buf_release(tail);
	if (run->channel) {
		ssh_remove_channel_callbacks(run->channel, run->callbacks);
		ssh_channel_close(run->channel);
		ssh_channel_free(run->channel);
	}
	free(run->callbacks);
}

int session_run(struct session *session, const char *command, const void *input,
	size_t len, const struct run_options *options, struct run_result *result,
	struct err *err)
{
	struct run run;
	int rc = run_start(&run, session, command, options, result, err);

	if (!rc)
		run_feed(&run, input, len, !options || !options->more);
	while (!rc)
		rc = run_step(&run, err);
	run_stop(&run);
	return rc == 1 ? 0 : -1;
}

void run_result_release(struct run_result *result)
{
	buf_release(&result->out);
	buf_release(&result->err);
}
