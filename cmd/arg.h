/* SPDX-License-Identifier: MIT */
/* Values of options as types, with errors that name the option. */
#ifndef WGCTL_CMD_ARG_H
#define WGCTL_CMD_ARG_H

#include "base/err.h"
#include "net/addr.h"
#include "net/endpoint.h"
#include "net/prefix.h"
#include "net/prefixset.h"
#include "site/site.h"

/* `what` is how the error calls the value: "--network". */
int arg_prefix(const char *what, const char *text, struct prefix *out, struct err *err);

/* Each prefix of the list, appended in its order, not merged. */
int arg_prefixes(const char *what, const char *const *texts, struct prefixset *out,
	struct err *err);
int arg_addr(const char *what, const char *text, struct addr *out, struct err *err);
int arg_endpoint(
	const char *what, const char *text, struct endpoint *out, struct err *err);

/* Checks only; the site keeps the text. */
int arg_ssh(const char *what, const char *text, struct err *err);
int arg_name(const char *what, const char *text, struct err *err);

#endif
