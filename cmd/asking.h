/* SPDX-License-Identifier: MIT */
/*
 * The questions of host/ask.h, put to the person at the terminal, one at a time however
 * many hosts have one. Without a terminal there are no questions.
 */
#ifndef WGCTL_CMD_ASKING_H
#define WGCTL_CMD_ASKING_H

#include <pthread.h>

#include "cmd.h"
#include "host/transport.h"
#include "progress.h"

struct asking {
	pthread_mutex_t lock;
	struct progress *progress; /* taken off the screen while a question stands */
	struct secret *known;	   /* what was answered, asked for once */
};

/* Lets the transport ask through `asking`, which must outlive it. */
void asking_init(
	struct asking *asking, struct progress *progress, struct transport *transport);

/* Wipes passphrases and passwords. */
void asking_release(struct asking *asking);

#endif
