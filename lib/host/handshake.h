/* SPDX-License-Identifier: MIT */
/*
 * From a connected stream to an encrypted session with an unverified server: which
 * algorithms to ask for, and the exchange itself.
 */
#ifndef WGCTL_HOST_HANDSHAKE_H
#define WGCTL_HOST_HANDSHAKE_H

#include <stdint.h>

#include "base/err.h"
#include "host/session.h"

/*
 * Creates the libssh session on the session's stream and exchanges keys. The deadline is
 * the session's until the server has greeted, and `login_deadline` from then on. Returns
 * 1, without a message, where the server hung up before its greeting.
 */
int handshake_run(struct session *session, int64_t login_deadline, struct err *err);

#endif
