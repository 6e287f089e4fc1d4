/* SPDX-License-Identifier: MIT */
/* Becoming root on a host, by the least that it takes. */
#include "host/root.h"

#include <string.h>

#include "base/quote.h"
#include "host/sudo.h"

/*
 * Single quotes mean the same to sh, bash, fish and csh. The line "wgctl sudo" tells a
 * login shell that runs commands from one that does not; an exit status alone may come
 * from it as well. In the C locale sudo says in English what is wrong.
 */
#define NOT_ROOT "wgctl sudo"
#define NO_SUDO	 "wgctl no sudo"

static const char by_sudo_alone[] =
	"sh -c 'if [ \"$(id -u)\" = 0 ]; then exec sh; fi; echo \"" NOT_ROOT "\"; "
	"LC_ALL=C; export LC_ALL; "
	"command -v sudo >/dev/null 2>&1 || { echo \"" NO_SUDO "\"; exit 1; }; "
	"exec sudo -n sh'";

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

static int explain_silence(
	const struct session *session, const struct run_result *result, struct err *err)
{
	const struct buf *said = result->err.len ? &result->err : &result->out;
	CLEANUP(buf_release) struct buf words = BUF_INIT;

	quote_last_line(&words, said->text, said->len);
	return err_set(err,
		"the login shell of '%s' on '%s' did not run the script (status %d)%s%s",
		session->destination.user, session->destination.name, result->exit_status,
		words.len ? ": " : "", words.text);
}

/* How root's shell is to be had. */
enum way {
	WAY_FAILED = -1,
	WAY_DONE,
	WAY_PASSWORD,
	WAY_TERMINAL,
};

static enum way run_without_password(struct session *session, const void *script,
	size_t len, const struct run_options *options, struct run_result *result,
	struct err *err)
{
	if (session_run(session, by_sudo_alone, script, len, options, result, err))
		return WAY_FAILED;
	if (cut_to_greeting(result))
		return WAY_DONE;
	if (!find_line(&result->out, NOT_ROOT))
		return explain_silence(session, result, err);
	if (find_line(&result->out, NO_SUDO))
		return err_set(err,
			"'%s' on '%s' is not root and there is no sudo: install sudo, or "
			"log in as root",
			session->destination.user, session->destination.name);
	if (sudo_wants_terminal(&result->err))
		return WAY_TERMINAL;
	return sudo_explain(session, &result->err, err) ? WAY_FAILED : WAY_PASSWORD;
}

int session_run_as_root(struct session *session, const void *script, size_t len,
	const struct run_options *options, struct run_result *result, struct err *err)
{
	struct filter filter = {.options = options};
	struct run_options inner = filtered(&filter);

	const enum way way =
		run_without_password(session, script, len, &inner, result, err);
	if (way == WAY_FAILED || way == WAY_DONE)
		return way;
	run_result_release(result);
	*result = (struct run_result)RUN_RESULT_INIT;
	if (sudo_run(session, way == WAY_TERMINAL, script, len, &inner, result, err))
		return -1;
	return cut_to_greeting(result) ? 0 : explain_silence(session, result, err);
}
