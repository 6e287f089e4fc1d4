/* SPDX-License-Identifier: MIT */
/*
 * Running a script as root: at once where the login is root's, by `sudo -n` where that
 * works, and otherwise by a dialogue with sudo (host/sudo.h), with a password or on a
 * terminal. What the host is given to run is constant text, random words apart; the script
 * travels on stdin, in the same round trip unless there is a dialogue.
 *
 * The password is asked for once a host. A wrong one ends it.
 */
#ifndef WGCTL_HOST_ROOT_H
#define WGCTL_HOST_ROOT_H

#include <stddef.h>

#include "base/err.h"
#include "host/run.h"
#include "host/session.h"

/* The first line of stdout of every script: root's shell has started to work on it. */
#define ROOT_GREETING "wgctl 1"

/*
 * As session_run, but `script` is run by root's sh, which reads it from its stdin. Lines
 * before the greeting (of the login shell's start-up files) are dropped: result->out
 * starts with it, and it is the first line that options->line sees. -1 where no greeting
 * came, with a message that says why and what to do.
 */
int session_run_as_root(struct session *session, const void *script, size_t len,
	const struct run_options *options, struct run_result *result, struct err *err);

#endif
