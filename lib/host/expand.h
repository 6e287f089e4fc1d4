/* SPDX-License-Identifier: MIT */
/*
 * The values of an ssh configuration that stand for others: '~', '%h', '${NAME}'
 * (ssh_config(5), TOKENS and ENVIRONMENT VARIABLES).
 */
#ifndef WGCTL_HOST_EXPAND_H
#define WGCTL_HOST_EXPAND_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

/* '%letter' stands for `value`. */
struct expand_token {
	char letter;
	const char *value;
};

/*
 * Appends `text` with its tokens replaced; '%%' is always known. `what` names the setting
 * in messages. Fails on a token that is not among the given ones.
 */
int expand_tokens(const char *what, const char *text, const struct expand_token *tokens,
	size_t count, struct buf *out, struct err *err);

/*
 * The same for a path: in front of tokens, a leading '~' or '~user' becomes the home
 * folder as the user database has it (ssh does not look at HOME either), and '${NAME}'
 * the variable of the environment.
 */
int expand_path(const char *what, const char *text, const struct expand_token *tokens,
	size_t count, struct buf *out, struct err *err);

/* Appends the home folder of a user, NULL for one's own; false where there is none. */
bool expand_home(const char *user, struct buf *out);

#endif
