/* SPDX-License-Identifier: MIT */
/* Typed option values. */
#include "arg.h"

#include <string.h>

#include "base/quote.h"

static int refuse(const char *what, const char *text, const char *why, struct err *err)
{
	CLEANUP(buf_release) struct buf shown = BUF_INIT;

	quote_display(&shown, text, strlen(text));
	return err_usage(err, "%s: '%s' %s", what, shown.text, why);
}

int arg_prefix(const char *what, const char *text, struct prefix *out, struct err *err)
{
	char masked[PREFIX_TEXT_SIZE];
	struct prefix prefix;

	if (!prefix_parse(text, &prefix))
		return refuse(what, text, "is not a prefix such as 10.20.1.0/24", err);
	if (prefix_has_host_bits(&prefix)) {
		prefix = prefix_around(&prefix.addr, prefix.len);
		prefix_format(&prefix, masked);
		return err_usage(err, "%s: '%s' has host bits set; did you mean '%s'?",
			what, text, masked);
	}
	*out = prefix;
	return 0;
}

int arg_prefixes(const char *what, const char *const *texts, struct prefixset *out,
	struct err *err)
{
	struct prefix prefix;

	/* All or none: the caller may ask again. */
	for (size_t i = 0; texts[i]; i++)
		if (arg_prefix(what, texts[i], &prefix, err) < 0)
			return -1;
	for (size_t i = 0; texts[i]; i++)
		if (arg_prefix(what, texts[i], &prefix, err) == 0)
			prefixset_add(out, &prefix);
	return 0;
}

int arg_addr(const char *what, const char *text, struct addr *out, struct err *err)
{
	if (!addr_parse(text, out))
		return refuse(what, text, "is not an address such as 10.20.1.1", err);
	return 0;
}

int arg_endpoint(
	const char *what, const char *text, struct endpoint *out, struct err *err)
{
	if (!endpoint_parse(text, out))
		return refuse(what, text,
			"is not HOST:PORT, such as vpn.example.org:51820", err);
	return 0;
}

int arg_ssh(const char *what, const char *text, struct err *err)
{
	CLEANUP(arena_release) struct arena arena = ARENA_INIT;
	struct ssh_target target;

	if (!ssh_target_parse(&arena, text, &target))
		return refuse(what, text, "is not [USER@]HOST[:PORT]", err);
	return 0;
}

int arg_name(const char *what, const char *text, struct err *err)
{
	if (!strcmp(text, "hub") || !strcmp(text, "all"))
		return refuse(what, text, "is a reserved name; take another", err);
	if (!site_name_is_valid(text))
		return refuse(what, text,
			"is not a name: use a-z, 0-9 and '-' between them, 63 at most",
			err);
	return 0;
}
