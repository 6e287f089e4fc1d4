/* SPDX-License-Identifier: MIT */
/* The field `ssh`: a destination as one word, or as a map. */
#include <string.h>

#include "base/num.h"
#include "site/fields.h"

enum { USER_MAX_LENGTH = 64 };

/* Also safe as an argument of ssh: it does not begin with a hyphen. */
static bool user_is_valid(const char *s)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
	size_t len = strlen(s);

	return len > 0 && len <= USER_MAX_LENGTH && *s != '-' &&
	       strspn(s, letters) == len;
}

static bool host_is_valid(const char *s)
{
	struct addr addr;

	return *s != '-' && (addr_parse(s, &addr) || host_name_is_valid(s));
}

/* Splits "[v6]:port" or "host:port" in place; false where the brackets are wrong. */
static bool split_port(char *s, char **host, char **port)
{
	char *end = s + strcspn(s, ":");

	*host = s;
	if (*s == '[') {
		*host = s + 1;
		end = strchr(s, ']');
		if (!end)
			return false;
		*end++ = '\0';
		if (!strchr(*host, ':'))
			return false;
	}
	*port = NULL;
	if (*end && *end != ':')
		return false;
	if (*end) {
		*end = '\0';
		*port = end + 1;
	}
	return true;
}

bool ssh_target_parse(struct arena *arena, const char *s, struct ssh_target *out)
{
	char *copy = arena_strdup(arena, s), *at = strrchr(copy, '@');
	struct ssh_target target = {.pos = out->pos};
	char *host, *port;
	uint64_t number = 0;

	if (at) {
		*at = '\0';
		target.user = copy;
		if (!user_is_valid(copy))
			return false;
	}
	if (!split_port(at ? at + 1 : copy, &host, &port) || !host_is_valid(host))
		return false;
	if (port && !num_parse(port, 1, UINT16_MAX, &number))
		return false;
	target.host = host;
	target.port = (uint16_t)number;
	*out = target;
	return true;
}

void read_ssh_user(struct record *record, const struct tree_node *value)
{
	const char *text = value_text(record, value);

	if (!text)
		return;
	if (user_is_valid(text))
		record->ssh->user = text;
	else
		value_refuse(record, value, "is not a user name");
}

void read_ssh_host(struct record *record, const struct tree_node *value)
{
	const char *text = value_text(record, value);

	if (!text)
		return;
	if (host_is_valid(text))
		record->ssh->host = text;
	else
		value_refuse(record, value, "is neither a host name nor an address");
}

void read_ssh_port(struct record *record, const struct tree_node *value)
{
	value_number(record, value, 1, UINT16_MAX, &record->ssh->port);
}

/* The one way there is: through the hub's ssh, and so through the tunnel. */
void read_ssh_via(struct record *record, const struct tree_node *value)
{
	const char *text = value_text(record, value);

	if (!text)
		return;
	if (strcmp(text, "hub") != 0)
		value_refuse(record, value, "is not 'hub', the only way there is");
	else if (record->node->is_hub)
		err_at(record->err, value->pos,
			"the hub cannot be reached through itself; give a 'host'");
	else
		record->ssh->via_hub = true;
}

void read_ssh(struct record *record, const struct tree_node *value)
{
	static const char *const required[] = {"host"};
	struct ssh_target target = {.pos = value->pos};

	if (value->kind == TREE_MAP) {
		struct record inner = {.site = record->site,
			.err = record->err,
			.place = PLACE_SSH,
			.map = value,
			.node = record->node,
			.ssh = &target};

		record_read(&inner);
		if (!tree_get(value, "via"))
			record_require(&inner, value->pos, "'ssh'", required, 1);
		record->node->ssh = target;
		return;
	}
	const char *text = value_text(record, value);
	if (!text)
		return;
	if (ssh_target_parse(&record->site->arena, text, &target))
		record->node->ssh = target;
	else
		value_refuse(record, value,
			"is not [USER@]HOST[:PORT], with an IPv6 address in brackets");
}
