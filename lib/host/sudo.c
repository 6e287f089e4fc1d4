/* SPDX-License-Identifier: MIT */
/* What sudo says, and what it gets for an answer. */
#include "host/sudo.h"

#include <sodium/randombytes.h>
#include <stdint.h>
#include <string.h>

#include "base/quote.h"
#include "host/clock.h"

/*
 * Single quotes mean the same to sh, bash, fish and csh. In the C locale sudo says in
 * English what is wrong. The two words, sudo's prompt and "I am root", stand here in
 * halves: who repeats the command, in a log or a message, says neither of them.
 *
 * A shell that was given a file is never interactive, not even on a terminal. What it says
 * on stderr would get mixed up with the report there.
 */
#define SUDO_COMMAND                                                                     \
	"sh -c '%sLC_ALL=C; export LC_ALL; exec sudo -S -p \"%.16s\"\"%s\" "             \
	"sh -c \"%sprintf %%s %.16s %s; echo; exec %s\"'"
#define RAW "stty raw -echo || exit; "

static const char terminal_ending[] = "\nexit\n";

enum { WORD_BYTES = 16, PROMPT_TIMEOUT_MS = 30000 };

struct word {
	char text[2 * WORD_BYTES + 1];
};

static struct word random_word(void)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t bytes[WORD_BYTES];
	struct word word = {.text = ""};

	randombytes_buf(bytes, sizeof(bytes));
	for (size_t i = 0; i < WORD_BYTES; i++) {
		word.text[2 * i] = digits[bytes[i] >> 4];
		word.text[2 * i + 1] = digits[bytes[i] & 15];
	}
	return word;
}

/* How far it has come. */
struct dialogue {
	struct run run;
	struct run_options options;
	struct word prompt, ready;
	struct buf *password; /* with the end of its line; empty: not asked for yet */
	bool terminal, prompted, is_root;
	size_t seen; /* bytes of what sudo said, before and with the prompt */
};

static const char *user_of(const struct session *session)
{
	return session->destination.user;
}

static const char *name_of(const struct session *session)
{
	return session->destination.name;
}

/* A terminal has one stream for all. */
static const struct buf *said_by_sudo(const struct dialogue *dialogue)
{
	const struct run_result *result = dialogue->run.result;

	return dialogue->terminal ? &result->out : &result->err;
}

/* Where the word ends in the text from `start`, or 0. */
static size_t find_word(const struct buf *text, size_t start, const struct word *word)
{
	const size_t len = strlen(word->text);
	const char *at = memmem(text->text + start, text->len - start, word->text, len);

	return at ? (size_t)(at - text->text) + len : 0;
}

static bool says(const struct buf *said, const char *words)
{
	return memmem(said->text, said->len, words, strlen(words));
}

bool sudo_wants_terminal(const struct buf *said)
{
	return says(said, "must have a tty");
}

int sudo_explain(const struct session *session, const struct buf *said, struct err *err)
{
	const char *user = user_of(session), *name = name_of(session);

	if (sudo_wants_terminal(said))
		return err_set(err,
			"sudo on '%s' wants a terminal: add 'Defaults:%s !requiretty' to "
			"its sudoers",
			name, user);
	if (says(said, "not in the sudoers") || says(said, "not allowed to") ||
		says(said, "may not run sudo"))
		return err_set(err,
			"'%s' may not become root on '%s': allow it in sudoers, or log in "
			"as root",
			user, name);
	return 0;
}

static int wrong_password(const struct session *session, struct err *err)
{
	return err_set(err, "wrong sudo password for '%s' on '%s'", user_of(session),
		name_of(session));
}

/* It has ended before root's shell was there. */
static int explain_end(const struct dialogue *dialogue, struct err *err)
{
	const struct session *session = dialogue->run.session;
	const struct buf *said = said_by_sudo(dialogue);
	CLEANUP(buf_release) struct buf words = BUF_INIT;

	if (sudo_explain(session, said, err))
		return -1;
	if (says(said, "incorrect password"))
		return wrong_password(session, err);
	quote_last_line(&words, said->text, said->len);
	return err_set(err, "sudo on '%s' failed (status %d)%s%s", name_of(session),
		dialogue->run.result->exit_status, words.len ? ": " : "", words.text);
}

static int get_password(struct session *session, struct buf *password, struct err *err)
{
	const struct ask *ask = &session->transport->ask;
	const int64_t since = clock_ms();

	if (!ask->sudo_password)
		return err_set(err,
			"sudo on '%s' needs a password: run from a terminal, or allow '%s' "
			"passwordless sudo",
			name_of(session), user_of(session));
	if (!ask->sudo_password(
		    ask->context, user_of(session), name_of(session), password))
		return err_set(err, "no sudo password given for '%s' on '%s'",
			user_of(session), name_of(session));
	buf_add_char(password, '\n');
	session_excuse(session, since);
	return 0;
}

/* Answers what sudo has said since; -1 when there is no point in going on. */
static int answer(struct dialogue *dialogue, struct err *err)
{
	struct run *run = &dialogue->run;
	struct buf *password = dialogue->password;

	if (find_word(&run->result->out, 0, &dialogue->ready)) {
		dialogue->is_root = true;
		return 0;
	}
	const size_t end =
		find_word(said_by_sudo(dialogue), dialogue->seen, &dialogue->prompt);
	if (!end)
		return 0;
	dialogue->seen = end;
	if (dialogue->prompted)
		return wrong_password(run->session, err);
	dialogue->prompted = true;
	if (!password->len && get_password(run->session, password, err))
		return -1;
	run_feed(run, password->text, password->len, false);
	return 0;
}

/* Until root's shell waits for the script. */
static int become_root(struct dialogue *dialogue, struct err *err)
{
	struct session *session = dialogue->run.session;
	CLEANUP(err_release) struct err reason = ERR_INIT;
	const int64_t limit = clock_ms() + PROMPT_TIMEOUT_MS;
	int rc = 0;

	session->deadline = limit < session->deadline ? limit : session->deadline;
	while (!rc && !dialogue->is_root) {
		rc = run_step(&dialogue->run, &reason);
		if (answer(dialogue, err))
			return -1;
	}
	if (dialogue->is_root)
		return 0;
	if (rc == 1)
		return explain_end(dialogue, err);
	if (session->fault != SESSION_DEADLINE)
		return err_set(err, "%s", reason.entries[0].message);
	CLEANUP(buf_release) struct buf words = BUF_INIT;
	const struct buf *said = said_by_sudo(dialogue);
	quote_last_line(&words, said->text, said->len);
	return err_set(err, "sudo on '%s' asks for something else than a password: %s",
		name_of(session), words.text);
}

static int feed_script(
	struct dialogue *dialogue, const void *script, size_t len, struct err *err)
{
	const struct run_options *options = &dialogue->options;
	struct run *run = &dialogue->run;
	int timeout_ms = options->timeout_ms ? options->timeout_ms : RUN_TIMEOUT_MS;
	int rc = 0;

	run_forget(run);
	run->session->deadline = clock_ms() + timeout_ms;
	run_feed(run, script, len, !options->more);
	while (!rc)
		rc = run_step(run, err);
	return rc == 1 ? 0 : -1;
}

static int start(struct dialogue *dialogue, struct session *session,
	struct run_result *result, struct err *err)
{
	const char *raw = dialogue->terminal ? RAW : "";
	const char *prompt = dialogue->prompt.text, *ready = dialogue->ready.text;
	CLEANUP(buf_release) struct buf command = BUF_INIT;

	buf_addf(&command, SUDO_COMMAND, raw, prompt, prompt + WORD_BYTES, raw, ready,
		ready + WORD_BYTES,
		dialogue->terminal ? "sh /dev/tty 2>/dev/null" : "sh");
	if (run_start(&dialogue->run, session, command.text, &dialogue->options, result,
		    err) == 0)
		return 0;
	return dialogue->terminal
		       ? err_wrap(err, "sudo on '%s' wants a terminal (requiretty)",
				 name_of(session))
		       : -1;
}

int sudo_run(struct session *session, bool terminal, const void *script, size_t len,
	const struct run_options *options, struct run_result *result, struct err *err)
{
	CLEANUP(buf_release) struct buf password = BUF_INIT;
	struct dialogue dialogue = {
		.options = *options,
		.prompt = random_word(),
		.ready = random_word(),
		.password = &password,
		.terminal = terminal,
	};

	if (terminal)
		dialogue.options.terminal_ending = terminal_ending;
	else if (get_password(session, &password, err))
		return -1;
	int rc = start(&dialogue, session, result, err);
	if (!rc)
		rc = become_root(&dialogue, err);
	if (!rc)
		rc = feed_script(&dialogue, script, len, err);
	run_stop(&dialogue.run);
	return rc;
}
