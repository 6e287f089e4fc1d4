/* SPDX-License-Identifier: MIT */
/*
 * Where a peer is dialled: HOST:PORT, a name or an address, IPv6 in brackets. Nothing is
 * resolved here.
 */
#ifndef WGCTL_NET_ENDPOINT_H
#define WGCTL_NET_ENDPOINT_H

#include <stdbool.h>
#include <stdint.h>

#include "net/addr.h"

enum { HOST_TEXT_SIZE = 254, ENDPOINT_TEXT_SIZE = HOST_TEXT_SIZE + 8 };

/* `addr` is set where the host is an address, else `name` is a host name. */
struct endpoint {
	char name[HOST_TEXT_SIZE];
	struct addr addr;
	uint16_t port;
};

/*
 * A host name by RFC 1123 2.1: labels of letters, digits, hyphens (and underscores, which
 * are in use), up to 253 characters, no dot at the end. The last label is no number,
 * which a resolver would take for an address (10.1, 0x7f.1).
 */
bool host_name_is_valid(const char *s);

/* The port is required, a number and not 0; `*out` is untouched on failure. */
bool endpoint_parse(const char *s, struct endpoint *out);
void endpoint_format(
	const struct endpoint *endpoint, char out[static ENDPOINT_TEXT_SIZE]);

bool endpoint_is_set(const struct endpoint *endpoint);

/* True where the host is a name, which has to be resolved and may move. */
bool endpoint_is_name(const struct endpoint *endpoint);

/* Names are compared without regard to case. */
bool endpoint_equals(const struct endpoint *a, const struct endpoint *b);

#endif
