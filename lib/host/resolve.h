/* SPDX-License-Identifier: MIT */
/* Names to addresses, with a deadline, which getaddrinfo() does not have. */
#ifndef WGCTL_HOST_RESOLVE_H
#define WGCTL_HOST_RESOLVE_H

#include <netdb.h>
#include <stdint.h>

#include "base/err.h"

/*
 * The TCP addresses of `host` in the order to try them. Returns 0 and a list for
 * freeaddrinfo(), or -1 with a message. Past the deadline a helper thread may still be
 * busy with the name; it cleans up after itself.
 */
int resolve_host(const char *host, uint16_t port, int family, int64_t deadline,
	struct addrinfo **out, struct err *err);

#endif
