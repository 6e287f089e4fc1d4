/* SPDX-License-Identifier: MIT */
/* Becoming root on a host, by the least that it takes. */
#include "host/root.h"

#include <sodium/randombytes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/quote.h"
#include "host/clock.h"

/*
 * Single quotes mean the same to sh, bash, fish and csh. The line "wgctl sudo" tells a
 * login shell that runs commands from one that does not. In the C locale sudo says in
 * English what is wrong.
 */
#define NOT_ROOT "wgctl sudo"

static const char by_sudo_alone[] =
	"sh -c 'if [ \"$(id -u)\" = 0 ]; then exec sh; fi; echo \"" NOT_ROOT "\"; "
	"LC_ALL=C; export LC_ALL; "
	"command -v sudo >/dev/null 2>&1 || exit 127; exec sudo -n sh'";

/* The two words are random and of hexadecimal digits: sudo's prompt, and "I am root". */
#define BY_PASSWORD                                                                      \
	"sh -c 'LC_ALL=C; export LC_ALL; "                                               \
	"exec sudo -S -p \"%s\" sh -c \"echo %s; exec sh\"'"

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

/* Where the line starts in the text, or NULL. */
static const char *find_line(const struct buf *buf, const char *line)
{
	size_t len = strlen(line);
	const char *at = buf->text, *end = buf->text + buf->len;

	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));

		if (!newline)
			return NULL;
		if ((size_t)(newline - at) == len && !memcmp(at, line, len))
			return at;
		at = newline + 1;
	}
	return NULL;
}

static void drop_front(struct buf *buf, size_t len)
{
	memmove(buf->text, buf->text + len, buf->len - len);
	buf_truncate(buf, buf->len - len);
}

static bool cut_to_greeting(struct run_result *result)
{
	const char *greeting = find_line(&result->out, ROOT_GREETING);

	if (!greeting)
		return false;
	drop_front(&result->out, (size_t)(greeting - result->out.text));
	return true;
}

/* Holds lines back until the greeting. */
struct filter {
	const struct run_options *options;
	bool greeted;
};

static void pass_line(void *context, const char *line, size_t len)
{
	struct filter *filter = context;

	if (len == strlen(ROOT_GREETING) && !memcmp(line, ROOT_GREETING, len))
		filter->greeted = true;
	if (filter->greeted)
		filter->options->line(filter->options->context, line, len);
}

static enum run_more pass_more(void *context, const void **input, size_t *len)
{
	const struct filter *filter = context;

	return filter->options->more(filter->options->context, input, len);
}

static struct run_options filtered(struct filter *filter)
{
	struct run_options options = {.context = filter};

	if (filter->options) {
		options.timeout_ms = filter->options->timeout_ms;
		options.line = filter->options->line ? pass_line : NULL;
		options.more = filter->options->more ? pass_more : NULL;
	}
	return options;
}

/* The last line that says something, safe to show. */
static void quote_last_line(const struct buf *from, struct buf *out)
{
	size_t end = from->len;

	while (end && strchr("\r\n ", from->text[end - 1]))
		end--;
	size_t start = end;
	while (start && from->text[start - 1] != '\n' && end - start < 300)
		start--;
	quote_display(out, from->text + start, end - start);
}

static bool says(const struct run_result *result, const char *words)
{
	return strstr(result->err.text, words);
}

static const char *user_of(const struct session *session)
{
	return session->destination.user;
}

static const char *name_of(const struct session *session)
{
	return session->destination.name;
}

/* Why sudo refused for good, or 0 where a password might help. */
static int explain_refusal(
	const struct session *session, const struct run_result *result, struct err *err)
{
	const char *user = user_of(session), *name = name_of(session);

	if (says(result, "must have a tty"))
		return err_set(err,
			"sudo on '%s' wants a terminal: add 'Defaults:%s !requiretty' to "
			"its sudoers",
			name, user);
	if (says(result, "not in the sudoers") || says(result, "not allowed to") ||
		says(result, "may not run sudo"))
		return err_set(err,
			"'%s' may not become root on '%s': allow it in sudoers, or log in "
			"as root",
			user, name);
	return 0;
}

static int explain_silence(
	const struct session *session, const struct run_result *result, struct err *err)
{
	CLEANUP(buf_release) struct buf words = BUF_INIT;

	quote_last_line(result->err.len ? &result->err : &result->out, &words);
	return err_set(err,
		"the login shell of '%s' on '%s' did not run the script (status %d)%s%s",
		user_of(session), name_of(session), result->exit_status,
		words.len ? ": " : "", words.text);
}

static int wrong_password(const struct session *session, struct err *err)
{
	return err_set(err, "wrong sudo password for '%s' on '%s'", user_of(session),
		name_of(session));
}

static int explain_sudo(
	const struct session *session, const struct run_result *result, struct err *err)
{
	CLEANUP(buf_release) struct buf words = BUF_INIT;

	if (explain_refusal(session, result, err))
		return -1;
	if (says(result, "incorrect password"))
		return wrong_password(session, err);
	quote_last_line(&result->err, &words);
	return err_set(err, "sudo on '%s' failed (status %d)%s%s", name_of(session),
		result->exit_status, words.len ? ": " : "", words.text);
}

/* How far a dialogue with sudo has come. */
struct dialogue {
	struct run run;
	struct word prompt, ready;
	struct buf *password;
	bool prompted, is_root;
	size_t seen; /* bytes of stderr before and with the prompt */
};

/* The prompt, if it stands in what has not been looked at. */
static bool find_prompt(struct dialogue *dialogue)
{
	const struct buf *text = &dialogue->run.result->err;
	const char *prompt = strstr(text->text + dialogue->seen, dialogue->prompt.text);

	if (prompt)
		dialogue->seen =
			(size_t)(prompt - text->text) + strlen(dialogue->prompt.text);
	return prompt;
}

/* Answers what sudo has said since; -1 when there is no point in going on. */
static int answer(struct dialogue *dialogue, struct err *err)
{
	struct run *run = &dialogue->run;

	if (find_line(&run->result->out, dialogue->ready.text)) {
		dialogue->is_root = true;
		return 0;
	}
	if (!find_prompt(dialogue))
		return 0;
	if (dialogue->prompted)
		return wrong_password(run->session, err);
	dialogue->prompted = true;
	run_feed(run, dialogue->password->text, dialogue->password->len, false);
	return 0;
}

/* Until root's shell waits for the script. */
static int become_root(struct dialogue *dialogue, struct err *err)
{
	struct session *session = dialogue->run.session;
	CLEANUP(err_release) struct err reason = ERR_INIT;
	int rc = 0;

	session->deadline = clock_ms() + PROMPT_TIMEOUT_MS;
	while (!rc && !dialogue->is_root) {
		rc = run_step(&dialogue->run, &reason);
		if (answer(dialogue, err))
			return -1;
	}
	if (dialogue->is_root)
		return 0;
	if (rc == 1)
		return explain_sudo(session, dialogue->run.result, err);
	if (session->fault != SESSION_DEADLINE)
		return err_set(err, "%s", reason.entries[0].message);
	CLEANUP(buf_release) struct buf words = BUF_INIT;
	quote_last_line(&dialogue->run.result->err, &words);
	return err_set(err, "sudo on '%s' asks for something else than a password: %s",
		name_of(session), words.text);
}

static int feed_script(struct dialogue *dialogue, const void *script, size_t len,
	const struct run_options *options, struct err *err)
{
	struct run *run = &dialogue->run;
	int timeout_ms = options->timeout_ms ? options->timeout_ms : RUN_TIMEOUT_MS;
	int rc = 0;

	drop_front(&run->result->err, dialogue->seen);
	run->session->deadline = clock_ms() + timeout_ms;
	run_feed(run, script, len, !options->more);
	while (!rc)
		rc = run_step(run, err);
	return rc == 1 ? 0 : -1;
}

static int run_by_password(struct session *session, struct buf *password,
	const void *script, size_t len, const struct run_options *options,
	struct run_result *result, struct err *err)
{
	struct dialogue dialogue = {
		.prompt = random_word(), .ready = random_word(), .password = password};
	CLEANUP(buf_release) struct buf command = BUF_INIT;

	buf_add_char(password, '\n');
	buf_addf(&command, BY_PASSWORD, dialogue.prompt.text, dialogue.ready.text);
	int rc = run_start(&dialogue.run, session, command.text, options, result, err);
	if (!rc)
		rc = become_root(&dialogue, err);
	if (!rc)
		rc = feed_script(&dialogue, script, len, options, err);
	run_stop(&dialogue.run);
	return rc;
}

static int get_password(struct session *session, struct buf *password, struct err *err)
{
	const struct ask *ask = &session->transport->ask;

	if (!ask->sudo_password)
		return err_set(err,
			"sudo on '%s' needs a password: run from a terminal, or allow '%s' "
			"passwordless sudo",
			name_of(session), user_of(session));
	if (!ask->sudo_password(
		    ask->context, user_of(session), name_of(session), password))
		return err_set(err, "no sudo password given for '%s' on '%s'",
			user_of(session), name_of(session));
	return 0;
}

/* 1 where a password might help. */
static int run_without_password(struct session *session, const void *script, size_t len,
	const struct run_options *options, struct run_result *result, struct err *err)
{
	if (session_run(session, by_sudo_alone, script, len, options, result, err))
		return -1;
	if (cut_to_greeting(result))
		return 0;
	if (!find_line(&result->out, NOT_ROOT))
		return explain_silence(session, result, err);
	if (result->exit_status == 127)
		return err_set(err,
			"'%s' on '%s' is not root and there is no sudo: install sudo, or "
			"log in as root",
			user_of(session), name_of(session));
	return explain_refusal(session, result, err) ? -1 : 1;
}

int session_run_as_root(struct session *session, const void *script, size_t len,
	const struct run_options *options, struct run_result *result, struct err *err)
{
	CLEANUP(buf_release) struct buf password = BUF_INIT;
	struct filter filter = {.options = options};
	struct run_options inner = filtered(&filter);

	int rc = run_without_password(session, script, len, &inner, result, err);
	if (rc != 1)
		return rc;
	if (get_password(session, &password, err))
		return -1;
	run_result_release(result);
	*result = (struct run_result)RUN_RESULT_INIT;
	if (run_by_password(session, &password, script, len, &inner, result, err))
		return -1;
	return cut_to_greeting(result) ? 0 : explain_silence(session, result, err);
}
