/* SPDX-License-Identifier: MIT */
/* HOST:PORT. */
#include "net/endpoint.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/num.h"

enum { LABEL_MAX = 63 };

static const char digits[] = "0123456789";
static const char hex_digits[] = "0123456789abcdefABCDEF";
static const char label_characters[] = "abcdefghijklmnopqrstuvwxyz"
				       "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

/* What inet_aton(), hence a resolver, takes for a number: 10, 0x7f. */
static bool is_number(const char *label)
{
	if (label[0] == '0' && (label[1] == 'x' || label[1] == 'X'))
		return !label[2 + strspn(label + 2, hex_digits)];
	return !label[strspn(label, digits)];
}

bool host_name_is_valid(const char *s)
{
	const char *label = s;

	if (strlen(s) >= HOST_TEXT_SIZE)
		return false;
	for (;;) {
		size_t len = strspn(label, label_characters);

		if (!len || len > LABEL_MAX || label[0] == '-' || label[len - 1] == '-')
			return false;
		if (!label[len])
			return !is_number(label);
		if (label[len] != '.')
			return false;
		label += len + 1;
	}
}

static bool parse_host(const char *s, struct endpoint *out)
{
	if (addr_parse(s, &out->addr))
		return out->addr.family == FAMILY_IPV4;
	if (!host_name_is_valid(s))
		return false;
	memcpy(out->name, s, strlen(s) + 1);
	return true;
}

/* `s` begins with a bracket. */
static bool parse_bracketed(char *s, struct endpoint *out)
{
	const size_t len = strlen(s);

	if (s[len - 1] != ']')
		return false;
	s[len - 1] = '\0';
	return addr_parse(s + 1, &out->addr) && out->addr.family == FAMILY_IPV6;
}

bool endpoint_parse(const char *s, struct endpoint *out)
{
	const char *colon = strrchr(s, ':');
	struct endpoint endpoint = {.port = 0};
	char host[HOST_TEXT_SIZE];
	uint64_t port;

	if (!colon || (size_t)(colon - s) >= sizeof(host) ||
		!num_parse(colon + 1, 1, UINT16_MAX, &port))
		return false;
	memcpy(host, s, (size_t)(colon - s));
	host[colon - s] = '\0';
	endpoint.port = (uint16_t)port;
	if (host[0] == '[' ? !parse_bracketed(host, &endpoint)
			   : !parse_host(host, &endpoint))
		return false;
	*out = endpoint;
	return true;
}

void endpoint_format(const struct endpoint *endpoint, char out[static ENDPOINT_TEXT_SIZE])
{
	char addr[ADDR_TEXT_SIZE];
	const bool is_ipv6 = endpoint->addr.family == FAMILY_IPV6;

	addr_format(&endpoint->addr, addr);
	if (endpoint_is_set(endpoint))
		snprintf(out, ENDPOINT_TEXT_SIZE, is_ipv6 ? "[%s]:%u" : "%s:%u",
			endpoint_is_name(endpoint) ? endpoint->name : addr,
			(unsigned)endpoint->port);
	else
		out[0] = '\0';
}

bool endpoint_is_set(const struct endpoint *endpoint)
{
	return endpoint->port != 0;
}

bool endpoint_is_name(const struct endpoint *endpoint)
{
	return endpoint->name[0] != '\0';
}

bool endpoint_equals(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && addr_equals(&a->addr, &b->addr) &&
	       !strcasecmp(a->name, b->name);
}
