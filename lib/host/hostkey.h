/* SPDX-License-Identifier: MIT */
/*
 * The host key policy. A key that known_hosts has is accepted; an unknown one is asked
 * about, or recorded where --accept-new-host-key says so; anything else (changed, of
 * another type, revoked, a file that cannot be read) ends the connection, always, and
 * before any login is tried.
 */
#ifndef WGCTL_HOST_HOSTKEY_H
#define WGCTL_HOST_HOSTKEY_H

#include "base/err.h"
#include "host/session.h"

/* Before the handshake: asks the server for a key of a type that is known. */
int hostkey_prepare(struct session *session, struct err *err);

/* After the handshake: 0 when the server is who it should be. */
int hostkey_verify(struct session *session, struct err *err);

#endif
