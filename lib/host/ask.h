/* SPDX-License-Identifier: MIT */
/*
 * Questions that reaching a host may raise. The library never touches the terminal: who
 * has one fills in these functions, who has none leaves them NULL, and what would have
 * been asked fails with a message that says what to do instead.
 *
 * They are called from the thread of the host that raises the question, so from several
 * threads at once: the callee sees to it that the terminal shows one at a time. The time
 * that an answer takes does not count against any deadline.
 *
 * Each returns false where no answer was given (Ctrl-D, an empty line for a secret).
 */
#ifndef WGCTL_HOST_ASK_H
#define WGCTL_HOST_ASK_H

#include <stdbool.h>

#include "base/buf.h"

struct ask {
	void *context;

	/* Whether to trust and record the key of a host that was never seen before. */
	bool (*host_key)(void *context, const char *host, const char *type,
		const char *fingerprint);

	/*
	 * The passphrase of a key file, once for each file and session. A callee that
	 * serves many sessions may keep it for this file.
	 */
	bool (*passphrase)(void *context, const char *file, struct buf *out);

	/*
	 * The password of `user` for sudo on `host`: one attempt a session. A callee that
	 * serves several sessions may keep it for this user on this host.
	 */
	bool (*sudo_password)(
		void *context, const char *user, const char *host, struct buf *out);
};

#endif
