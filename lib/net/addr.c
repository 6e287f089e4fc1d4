/* SPDX-License-Identifier: MIT */
/* Addresses of both families. */
#include "net/addr.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

enum { GROUPS = 8 };

/* ::ffff:0:0/96 is an IPv4 address in disguise (RFC 4291 2.5.5.2): two texts, one host. */
static bool is_mapped(const uint8_t bytes[static 16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	return !memcmp(bytes, mapped, sizeof(mapped));
}

bool addr_parse(const char *s, struct addr *out)
{
	struct addr addr = {.family = FAMILY_NONE};

	if (inet_pton(AF_INET, s, addr.bytes) == 1)
		addr.family = FAMILY_IPV4;
	else if (inet_pton(AF_INET6, s, addr.bytes) == 1 && !is_mapped(addr.bytes))
		addr.family = FAMILY_IPV6;
	else
		return false;
	*out = addr;
	return true;
}

/* The longest run of zero groups, the first one of equals; none where it is below two. */
static unsigned find_gap(const unsigned groups[static GROUPS], unsigned *len)
{
	unsigned best = GROUPS;

	*len = 1;
	for (unsigned i = 0; i < GROUPS; i++) {
		unsigned end = i;

		while (end < GROUPS && !groups[end])
			end++;
		if (end - i > *len) {
			best = i;
			*len = end - i;
		}
	}
	return best;
}

/* Not inet_ntop(), which writes ::1:2 as ::0.1.0.2 in glibc and otherwise in musl. */
static void format_ipv6(const struct addr *addr, char out[static ADDR_TEXT_SIZE])
{
	unsigned groups[GROUPS], gap, gap_len;
	size_t len = 0;

	for (unsigned i = 0; i < GROUPS; i++)
		groups[i] = (unsigned)addr->bytes[2 * i] << 8 | addr->bytes[2 * i + 1];
	gap = find_gap(groups, &gap_len);
	for (unsigned i = 0; i < GROUPS;) {
		if (i == gap) {
			out[len++] = ':';
			i += gap_len;
			if (i == GROUPS)
				out[len++] = ':';
			continue;
		}
		len += (size_t)snprintf(
			out + len, ADDR_TEXT_SIZE - len, "%s%x", i ? ":" : "", groups[i]);
		i++;
	}
	out[len] = '\0';
}

void addr_format(const struct addr *addr, char out[static ADDR_TEXT_SIZE])
{
	const uint8_t *byte = addr->bytes;

	if (addr->family == FAMILY_IPV4)
		snprintf(out, ADDR_TEXT_SIZE, "%u.%u.%u.%u", byte[0], byte[1], byte[2],
			byte[3]);
	else if (addr->family == FAMILY_IPV6)
		format_ipv6(addr, out);
	else
		out[0] = '\0';
}

unsigned addr_bits(const struct addr *addr)
{
	switch (addr->family) {
	case FAMILY_IPV4:
		return 32;
	case FAMILY_IPV6:
		return 128;
	default:
		return 0;
	}
}

bool addr_is_set(const struct addr *addr)
{
	return addr->family != FAMILY_NONE;
}

bool addr_equals(const struct addr *a, const struct addr *b)
{
	return addr_compare(a, b) == 0;
}

int addr_compare(const struct addr *a, const struct addr *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

bool addr_next(const struct addr *addr, struct addr *out)
{
	struct addr next = *addr;

	for (unsigned i = addr_bits(addr) / 8; i-- > 0;) {
		if (++next.bytes[i]) {
			*out = next;
			return true;
		}
	}
	return false;
}
