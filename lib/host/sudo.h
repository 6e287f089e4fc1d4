/* SPDX-License-Identifier: MIT */
/*
 * The dialogue with a sudo that is not content with being called: it wants a password, or
 * a terminal (requiretty).
 *
 * The password is sent once, only after sudo's own prompt (a random word) was seen, and
 * never together with bytes of the script. Those follow when root's shell has said another
 * random word. A terminal neither echoes nor changes any of it: it is raw before sudo is
 * called, and again inside, as sudo may put a terminal of its own in between (use_pty).
 */
#ifndef WGCTL_HOST_SUDO_H
#define WGCTL_HOST_SUDO_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "host/run.h"
#include "host/session.h"

/* True where sudo was called without a terminal and wants one. */
bool sudo_wants_terminal(const struct buf *said);

/* Words why sudo refuses for good and returns -1; 0 where a password might help. */
int sudo_explain(const struct session *session, const struct buf *said, struct err *err);

/*
 * Runs the script by root's sh, through sudo with a password: as session_run, and -1 where
 * it did not come to the script, too. On a terminal the password is asked for only if sudo
 * does, stderr of the script is dropped, and as there is no end of input, "exit" is sent
 * behind the script: none of its commands may read on to the end.
 */
int sudo_run(struct session *session, bool terminal, const void *script, size_t len,
	const struct run_options *options, struct run_result *result, struct err *err);

#endif
