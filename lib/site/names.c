/* SPDX-License-Identifier: MIT */
/* Names: which are valid, and the nodes behind them. */
#include <stdlib.h>
#include <string.h>

#include "base/quote.h"
#include "base/suggest.h"
#include "site/site.h"

static const char *const scope_names[] = {
	[SCOPE_HUB] = "hub",
	[SCOPE_SITE] = "site",
	[SCOPE_ALL] = "all",
};

const char *scope_name(enum scope scope)
{
	return (size_t)scope < ARRAY_SIZE(scope_names) ? scope_names[scope] : NULL;
}

bool site_name_is_valid(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	size_t len = strlen(name);

	if (len == 0 || len > NAME_MAX_LENGTH || strspn(name, letters) != len)
		return false;
	if (name[0] == '-' || name[len - 1] == '-')
		return false;
	return strcmp(name, "hub") != 0 && strcmp(name, "all") != 0;
}

/*
 * Of the names that Linux takes, those that wg-quick takes as well and that `ip` does not
 * read as an option. "all" and "default" name other things under net.ipv4.conf.
 */
bool interface_name_is_valid(const char *name)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789_=+.-";
	static const char *const taken[] = {".", "..", "all", "default", "lo"};
	size_t len = strlen(name);

	for (size_t i = 0; i < ARRAY_SIZE(taken); i++)
		if (!strcmp(name, taken[i]))
			return false;
	return len > 0 && len <= INTERFACE_MAX_LENGTH && *name != '-' &&
	       strspn(name, letters) == len;
}

const struct node *site_find(const struct site *site, const char *name)
{
	if (!strcmp(name, "hub"))
		return &site->hub;
	for (size_t i = 0; i < site->spoke_count; i++)
		if (!strcmp(site->spokes[i].name, name))
			return &site->spokes[i];
	return NULL;
}

int site_get(const struct site *site, const char *name, const struct node **out,
	struct err *err)
{
	const struct node *node = site_find(site, name);
	CLEANUP(buf_release) struct buf shown = BUF_INIT;

	if (node) {
		*out = node;
		return 0;
	}
	CLEANUP_FREE const char **names = xcalloc(site->spoke_count + 1, sizeof(*names));
	names[0] = "hub";
	for (size_t i = 0; i < site->spoke_count; i++)
		names[i + 1] = site->spokes[i].name;
	const char *meant = suggest_nearest(name, names, site->spoke_count + 1);
	quote_display(&shown, name, strnlen(name, NAME_MAX_LENGTH));
	if (meant)
		return err_usage(err, "no node '%s' in %s; did you mean '%s'?",
			shown.text, site->source.name, meant);
	return err_usage(err, "no node '%s' in %s; 'wgctl list' shows them", shown.text,
		site->source.name);
}

bool node_has_ssh(const struct node *node)
{
	return node->ssh.host || node->ssh.via_hub;
}

const struct node *site_find_key(const struct site *site, const struct key *public_key)
{
	if (key_equals(&site->hub.public_key, public_key))
		return &site->hub;
	for (size_t i = 0; i < site->spoke_count; i++)
		if (key_equals(&site->spokes[i].public_key, public_key))
			return &site->spokes[i];
	return NULL;
}
