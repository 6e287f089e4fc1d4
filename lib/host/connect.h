/* SPDX-License-Identifier: MIT */
/*
 * The byte stream under an ssh session: a TCP connection, a ProxyCommand, or a descriptor
 * that someone else made (host/jump.h).
 */
#ifndef WGCTL_HOST_CONNECT_H
#define WGCTL_HOST_CONNECT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"
#include "host/destination.h"

struct connection {
	int fd;
	bool tcp;
	char address[64]; /* the numeric peer address of TCP, else empty */
	pid_t proxy;	  /* 0: none */
	int proxy_errors; /* what the proxy command says on stderr, -1: none */
	struct buf proxy_text;
};

#define CONNECTION_INIT                                                                  \
	{                                                                                \
		.fd = -1, .proxy_errors = -1, .proxy_text = BUF_INIT                     \
	}

/*
 * Connects to hostname and port. All addresses of the name are tried, a next one after
 * 250 ms or when one fails; the first that answers wins. `cancel_fd` as in transport.h.
 */
int connection_open_tcp(struct connection *connection,
	const struct destination *destination, int64_t deadline, int cancel_fd,
	struct err *err);

/* Starts the destination's ProxyCommand on one end of a socket pair. */
int connection_open_proxy(struct connection *connection,
	const struct destination *destination, struct err *err);

/* Takes over a connected descriptor. */
void connection_adopt(struct connection *connection, int fd);

/* Reads, without waiting, what the proxy command has said; keeps the last of it. */
void connection_take_errors(struct connection *connection);

/* Asks the kernel to acknowledge at once; it forgets that, so each turn says it again. */
void connection_hurry(const struct connection *connection);

void connection_close(struct connection *connection);

#endif
