/* SPDX-License-Identifier: MIT */
/*
 * A prefix such as 10.20.1.0/24 or fd00:20::/64, both families as one type. Prefixes of
 * different families never contain or overlap each other.
 */
#ifndef WGCTL_NET_PREFIX_H
#define WGCTL_NET_PREFIX_H

#include <stdbool.h>
#include <stdint.h>

#include "net/addr.h"

enum { PREFIX_TEXT_SIZE = ADDR_TEXT_SIZE + 4 };

struct prefix {
	struct addr addr;
	uint8_t len;
};

/*
 * "ADDRESS/LENGTH", the length in plain digits. Host bits may be set: the caller who
 * minds asks prefix_has_host_bits. `*out` is untouched on failure.
 */
bool prefix_parse(const char *s, struct prefix *out);
void prefix_format(const struct prefix *prefix, char out[static PREFIX_TEXT_SIZE]);

/* The prefix of that length around the address; host bits are cleared. */
struct prefix prefix_around(const struct addr *addr, unsigned len);

/* The address alone: /32 or /128. */
struct prefix prefix_of_host(const struct addr *addr);

bool prefix_is_set(const struct prefix *prefix);
bool prefix_has_host_bits(const struct prefix *prefix);
bool prefix_is_host(const struct prefix *prefix);

/* Address and length are the same, host bits too. */
bool prefix_equals(const struct prefix *a, const struct prefix *b);

/* Without regard to host bits. A prefix contains itself. */
bool prefix_contains(const struct prefix *outer, const struct prefix *inner);
bool prefix_contains_addr(const struct prefix *prefix, const struct addr *addr);
bool prefix_overlaps(const struct prefix *a, const struct prefix *b);

/* Order for sorting: by address, a shorter length (the larger prefix) first. */
int prefix_compare(const struct prefix *a, const struct prefix *b);

/* The last address: in IPv4 the broadcast address. */
struct addr prefix_last(const struct prefix *prefix);

/*
 * True for an address of the prefix that no host may have: in IPv4 the network and the
 * broadcast address of a prefix up to /30; in IPv6 the all-zeros (subnet-router anycast,
 * RFC 4291 2.6.1) address of a prefix up to /126.
 */
bool prefix_reserves(const struct prefix *prefix, const struct addr *addr);

#endif
