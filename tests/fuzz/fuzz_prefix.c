/* SPDX-License-Identifier: MIT */
/* Addresses, prefixes, endpoints and keys: what is printed is read back as the same. */
#include <string.h>

#include "base/alloc.h"
#include "fuzz.h"
#include "key/key.h"
#include "net/endpoint.h"
#include "net/prefix.h"

static void try_addr(const char *s)
{
	struct addr addr, again;
	char text[ADDR_TEXT_SIZE], second[ADDR_TEXT_SIZE];

	if (!addr_parse(s, &addr))
		return;
	addr_format(&addr, text);
	require(addr_parse(text, &again));
	require(addr_equals(&addr, &again));
	addr_format(&again, second);
	require(!strcmp(text, second));
}

static void try_prefix(const char *s)
{
	struct prefix prefix, again;
	char text[PREFIX_TEXT_SIZE];

	if (!prefix_parse(s, &prefix))
		return;
	prefix_format(&prefix, text);
	require(prefix_parse(text, &again));
	require(prefix_equals(&prefix, &again));

	const struct prefix clean = prefix_around(&prefix.addr, prefix.len);
	const struct addr last = prefix_last(&prefix);
	require(!prefix_has_host_bits(&clean));
	require(prefix_contains(&clean, &prefix) && prefix_contains(&prefix, &clean));
	require(prefix_contains_addr(&clean, &last));
	require(addr_compare(&clean.addr, &last) <= 0);
}

static void try_endpoint(const char *s)
{
	struct endpoint endpoint, again;
	char text[ENDPOINT_TEXT_SIZE];

	if (!endpoint_parse(s, &endpoint))
		return;
	require(endpoint_is_set(&endpoint));
	require(endpoint_is_name(&endpoint) != addr_is_set(&endpoint.addr));
	endpoint_format(&endpoint, text);
	require(endpoint_parse(text, &again));
	require(endpoint_equals(&endpoint, &again));
}

/* A key has one text only. */
static void try_key(const char *s)
{
	struct key key;
	char text[KEY_TEXT_SIZE];

	if (!key_parse(s, &key))
		return;
	key_format(&key, text);
	require(!strcmp(text, s));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_FREE char *s = xmalloc(size + 1);

	if (size)
		memcpy(s, data, size);
	s[size] = '\0';
	try_addr(s);
	try_prefix(s);
	try_endpoint(s);
	try_key(s);
	return 0;
}
