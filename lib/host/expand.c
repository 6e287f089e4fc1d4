/* SPDX-License-Identifier: MIT */
/* Replacing '~', '%x' and '${X}' the way ssh does. */
#include "host/expand.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PASSWD_ROOM = 16384 };

bool expand_home(const char *user, struct buf *out)
{
	struct passwd entry, *found = NULL;
	CLEANUP_FREE char *room = xmalloc(PASSWD_ROOM);

	if (user)
		getpwnam_r(user, &entry, room, PASSWD_ROOM, &found);
	else
		getpwuid_r(getuid(), &entry, room, PASSWD_ROOM, &found);
	if (!found || !found->pw_dir)
		return false;
	buf_add(out, found->pw_dir);
	return true;
}

static const char *token_value(
	char letter, const struct expand_token *tokens, size_t count)
{
	if (letter == '%')
		return "%";
	for (size_t i = 0; i < count; i++)
		if (tokens[i].letter == letter)
			return tokens[i].value;
	return NULL;
}

int expand_tokens(const char *what, const char *text, const struct expand_token *tokens,
	size_t count, struct buf *out, struct err *err)
{
	for (const char *at = text; *at; at++) {
		if (*at != '%') {
			buf_add_char(out, *at);
			continue;
		}
		at++;
		const char *value = *at ? token_value(*at, tokens, count) : NULL;
		if (!value)
			return err_set(err,
				"%s '%s' of the ssh configuration has a '%%' that is not "
				"supported here",
				what, text);
		buf_add(out, value);
	}
	return 0;
}

static int expand_environment(
	const char *what, const char *text, struct buf *out, struct err *err)
{
	while (*text) {
		const char *end;

		if (strncmp(text, "${", 2) || !(end = strchr(text, '}'))) {
			buf_add_char(out, *text++);
			continue;
		}
		CLEANUP_FREE char *name = xstrndup(text + 2, (size_t)(end - text - 2));
		const char *value = getenv(name);
		if (!value)
			return err_set(err,
				"%s of the ssh configuration needs '%s', which is not in "
				"the environment",
				what, name);
		buf_add(out, value);
		text = end + 1;
	}
	return 0;
}

int expand_path(const char *what, const char *text, const struct expand_token *tokens,
	size_t count, struct buf *out, struct err *err)
{
	CLEANUP(buf_release) struct buf plain = BUF_INIT;

	if (expand_environment(what, text, &plain, err))
		return -1;
	const char *rest = plain.text;
	if (*rest == '~') {
		size_t len = strcspn(rest + 1, "/");
		CLEANUP_FREE char *user = len ? xstrndup(rest + 1, len) : NULL;

		if (!expand_home(user, out))
			return err_set(err, "%s '%s': no home folder of '%s'", what, text,
				user ? user : "~");
		rest += 1 + len;
	}
	return expand_tokens(what, rest, tokens, count, out, err);
}
