/* SPDX-License-Identifier: MIT */
/*
 * Putting scripts on hosts, several at a time. What a script does is made elsewhere
 * (render/script.h); this takes it there and brings back what the host says.
 */
#ifndef WGCTL_HOST_DEPLOY_H
#define WGCTL_HOST_DEPLOY_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "host/report.h"
#include "host/transport.h"
#include "site/site.h"

enum { DEPLOY_WORKERS = 64 };

/* One host; the caller fills in the first part, deploy_run the second. */
struct deploy_job {
	const struct node *node;
	struct buf script;
	const char *nonce;

	struct report report;
	struct err err; /* set where it did not work, whosever fault it was */
};

/* Called when a job has ended, one at a time, from the thread that did it. */
struct deploy_watch {
	void *context;
	void (*ended)(void *context, const struct deploy_job *job);
};

/* Returns the number of jobs that failed. */
size_t deploy_run(struct transport *transport, struct deploy_job *jobs, size_t count,
	const struct deploy_watch *watch);

void deploy_job_release(struct deploy_job *job);

#endif
