/* SPDX-License-Identifier: MIT */
/* The grammar of hosts, users and lists of jump hosts. */
#include "host/destination.h"

#include <ctype.h>
#include <string.h>

#include "base/num.h"

static bool is_plain(const char *s, const char *signs)
{
	if (!*s || *s == '-' || strlen(s) > 255)
		return false;
	for (; *s; s++)
		if (!isalnum((unsigned char)*s) && !strchr(signs, *s))
			return false;
	return true;
}

bool destination_host_is_plain(const char *host)
{
	return is_plain(host, "._-:%+");
}

bool destination_user_is_plain(const char *user)
{
	return is_plain(user, "._-+@");
}

static int split_target(struct arena *arena, char *hop, struct ssh_target *out)
{
	char *at = strrchr(hop, '@');
	char *host = at ? at + 1 : hop, *port = NULL;
	uint64_t number = 0;

	if (at)
		*at = '\0';
	if (*host == '[') {
		char *close = strchr(++host, ']');

		if (!close)
			return -1;
		if (close[1] == ':')
			port = close + 2;
		*close = '\0';
	} else if ((port = strchr(host, ':')) && port == strrchr(host, ':')) {
		*port++ = '\0';
	} else {
		port = NULL;
	}
	if ((port && !num_parse(port, 1, 65535, &number)) ||
		!destination_host_is_plain(host) ||
		(at && !destination_user_is_plain(hop)))
		return -1;
	*out = (struct ssh_target){.user = at ? arena_strdup(arena, hop) : NULL,
		.host = arena_strdup(arena, host),
		.port = (uint16_t)number};
	return 0;
}

int destination_split_jump(struct arena *arena, const char *proxy_jump,
	struct ssh_target *last, const char **rest, struct err *err)
{
	const char *comma = strrchr(proxy_jump, ',');
	char *hop = arena_strdup(arena, comma ? comma + 1 : proxy_jump);
	static const char scheme[] = "ssh://";

	if (!strncmp(hop, scheme, sizeof(scheme) - 1))
		hop += sizeof(scheme) - 1;
	if (split_target(arena, hop, last))
		return err_set(err, "ProxyJump '%s' is not a list of [user@]host[:port]",
			proxy_jump);
	*rest = comma ? arena_strndup(arena, proxy_jump, (size_t)(comma - proxy_jump))
		      : NULL;
	return 0;
}
