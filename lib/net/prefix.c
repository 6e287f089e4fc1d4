/* SPDX-License-Identifier: MIT */
/* Prefixes: bits of an address up to a length. */
#include "net/prefix.h"

#include <assert.h>
#include <string.h>

#include "base/num.h"

/* The bits of byte `i` that lie behind the first `len` bits of an address. */
static uint8_t host_mask(unsigned len, unsigned i)
{
	if (i == len / 8)
		return (uint8_t)(0xff >> len % 8);
	return i < len / 8 ? 0 : 0xff;
}

static bool same_bits(const struct addr *a, const struct addr *b, unsigned len)
{
	if (a->family != b->family || memcmp(a->bytes, b->bytes, len / 8) != 0)
		return false;
	if (len % 8 == 0)
		return true;
	return ((a->bytes[len / 8] ^ b->bytes[len / 8]) & ~host_mask(len, len / 8)) == 0;
}

bool prefix_parse(const char *s, struct prefix *out)
{
	char text[ADDR_TEXT_SIZE];
	const char *slash = strchr(s, '/');
	struct addr addr;
	uint64_t len;

	if (!slash || (size_t)(slash - s) >= sizeof(text))
		return false;
	memcpy(text, s, (size_t)(slash - s));
	text[slash - s] = '\0';
	if (!addr_parse(text, &addr) || !num_parse(slash + 1, 0, addr_bits(&addr), &len))
		return false;
	*out = (struct prefix){.addr = addr, .len = (uint8_t)len};
	return true;
}

void prefix_format(const struct prefix *prefix, char out[static PREFIX_TEXT_SIZE])
{
	unsigned len = prefix->len;
	char *end;

	addr_format(&prefix->addr, out);
	if (!prefix_is_set(prefix))
		return;
	end = out + strlen(out);
	*end++ = '/';
	if (len >= 100)
		*end++ = (char)('0' + len / 100);
	if (len >= 10)
		*end++ = (char)('0' + len / 10 % 10);
	*end++ = (char)('0' + len % 10);
	*end = '\0';
}

struct prefix prefix_around(const struct addr *addr, unsigned len)
{
	struct prefix prefix = {.addr = *addr, .len = (uint8_t)len};

	assert(len <= addr_bits(addr));
	for (unsigned i = len / 8; i < addr_bits(addr) / 8; i++)
		prefix.addr.bytes[i] &= (uint8_t)~host_mask(len, i);
	return prefix;
}

struct prefix prefix_of_host(const struct addr *addr)
{
	return prefix_around(addr, addr_bits(addr));
}

bool prefix_is_set(const struct prefix *prefix)
{
	return addr_is_set(&prefix->addr);
}

bool prefix_has_host_bits(const struct prefix *prefix)
{
	const struct prefix clean = prefix_around(&prefix->addr, prefix->len);

	return !addr_equals(&clean.addr, &prefix->addr);
}

bool prefix_is_host(const struct prefix *prefix)
{
	return prefix_is_set(prefix) && prefix->len == addr_bits(&prefix->addr);
}

bool prefix_equals(const struct prefix *a, const struct prefix *b)
{
	return prefix_compare(a, b) == 0;
}

bool prefix_contains(const struct prefix *outer, const struct prefix *inner)
{
	return inner->len >= outer->len &&
	       same_bits(&outer->addr, &inner->addr, outer->len);
}

bool prefix_contains_addr(const struct prefix *prefix, const struct addr *addr)
{
	return same_bits(&prefix->addr, addr, prefix->len);
}

bool prefix_overlaps(const struct prefix *a, const struct prefix *b)
{
	return same_bits(&a->addr, &b->addr, a->len < b->len ? a->len : b->len);
}

int prefix_compare(const struct prefix *a, const struct prefix *b)
{
	int order = addr_compare(&a->addr, &b->addr);

	return order ? order : (int)a->len - (int)b->len;
}

struct addr prefix_last(const struct prefix *prefix)
{
	struct addr last = prefix->addr;

	for (unsigned i = prefix->len / 8; i < addr_bits(&last) / 8; i++)
		last.bytes[i] |= host_mask(prefix->len, i);
	return last;
}

bool prefix_reserves(const struct prefix *prefix, const struct addr *addr)
{
	const struct prefix first = prefix_around(&prefix->addr, prefix->len);
	const struct addr last = prefix_last(prefix);

	if (!prefix_is_set(prefix) || prefix->len + 2u > addr_bits(&prefix->addr))
		return false;
	return addr_equals(addr, &first.addr) ||
	       (addr->family == FAMILY_IPV4 && addr_equals(addr, &last));
}
