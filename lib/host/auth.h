/* SPDX-License-Identifier: MIT */
/*
 * Logging in by public key: first key files that need no passphrase, then the agent, then
 * key files whose passphrase is asked for; each with its certificates. At most
 * AUTH_ATTEMPTS_MAX keys are offered, the number at which sshd hangs up by default.
 */
#ifndef WGCTL_HOST_AUTH_H
#define WGCTL_HOST_AUTH_H

#include "base/err.h"
#include "host/session.h"

enum { AUTH_ATTEMPTS_MAX = 6 };

/* The host key must have been verified. On failure the message lists what was tried. */
int auth_login(struct session *session, struct err *err);

#endif
