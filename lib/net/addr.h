/* SPDX-License-Identifier: MIT */
/*
 * An IPv4 or IPv6 address as one type. Parsing takes the strict forms only: no octal, no
 * short IPv4, no zone, no IPv4-mapped IPv6; printing follows RFC 5952.
 */
#ifndef WGCTL_NET_ADDR_H
#define WGCTL_NET_ADDR_H

#include <stdbool.h>
#include <stdint.h>

enum family { FAMILY_NONE = 0, FAMILY_IPV4 = 4, FAMILY_IPV6 = 6 };

enum { ADDR_TEXT_SIZE = 46 };

/*
 * Network byte order; an IPv4 address fills the first four bytes and the rest is zero.
 * All zeros (FAMILY_NONE) is "no address".
 */
struct addr {
	uint8_t family;
	uint8_t bytes[16];
};

/* `*out` is untouched on failure. */
bool addr_parse(const char *s, struct addr *out);

/* No address is printed as "". */
void addr_format(const struct addr *addr, char out[static ADDR_TEXT_SIZE]);

/* Bits in an address of this family: 32 or 128, or 0 for no address. */
unsigned addr_bits(const struct addr *addr);

bool addr_is_set(const struct addr *addr);
bool addr_equals(const struct addr *a, const struct addr *b);

/* Order for sorting: IPv4 before IPv6, then by value. */
int addr_compare(const struct addr *a, const struct addr *b);

/*
 * The address that follows; false, and `*out` untouched, after the last one. Both may be
 * the same object.
 */
bool addr_next(const struct addr *addr, struct addr *out);

#endif
