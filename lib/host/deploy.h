/* SPDX-License-Identifier: MIT */
/*
 * Changing hosts, several at a time, so that none can be lost. Each host looks first and
 * tells what it would change; when its turn comes it changes that as a transaction, and
 * waits. Only a new connection, a new login and the host's own probes confirm it; without
 * them the host goes back by itself.
 *
 * What the scripts do is made elsewhere (render/script.h).
 */
#ifndef WGCTL_HOST_DEPLOY_H
#define WGCTL_HOST_DEPLOY_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "host/report.h"
#include "host/transport.h"
#include "site/site.h"

enum { DEPLOY_WORKERS = 512 };

enum deploy_outcome {
	DEPLOY_FAILED,	  /* `err` says why; the host is as it was, or `err` says what */
	DEPLOY_UNCHANGED, /* was in line */
	DEPLOY_CHANGED,	  /* and confirmed */
	DEPLOY_CONFIRMED, /* by deploy_confirm */
	DEPLOY_PLANNED,	  /* would be changed, but that was not wanted */
	DEPLOY_ROLLED_BACK, /* `err` says why */
	DEPLOY_UNKNOWN,	    /* not heard of again; it goes back by itself */
};

/* "changed", "rolled back": a word for reports. */
const char *deploy_outcome_name(enum deploy_outcome outcome);

/* One host; the caller fills in the first part, deploy_run the second. */
struct deploy_job {
	const struct node *node;
	struct buf look;   /* the script that looks */
	const char *nonce; /* of that script; the token of a change that it makes */

	enum deploy_outcome outcome;
	int64_t took_ms; /* for this host; not what it waited for its turn */
	struct report report;
	struct err err;
};

struct deploy_options {
	struct transport *transport;
	const struct site
		*site;	 /* for its hub, which `via: hub` goes through, and names */
	unsigned window; /* seconds that a change waits for its confirmation */
	bool plan_only;	 /* change nothing */

	/*
	 * Called once all hosts have been looked at and some differ, from a thread of its
	 * own: whether to go on. NULL: yes, and no host waits for another's look.
	 */
	bool (*approve)(void *context);

	/*
	 * Called when a job has ended, and when it has to wait; or NULL. Of these three one
	 * is called at a time.
	 */
	void (*ended)(void *context, const struct deploy_job *job);
	void (*waits)(void *context, const struct deploy_job *job, const char *why);
	void *context;
};

/* Works on all jobs; the hub's, where there is one, must be the first. */
void deploy_run(
	const struct deploy_options *options, struct deploy_job *jobs, size_t count);

/*
 * Decides on the changes that wait on the hosts, whoever made them: probes, then
 * confirmation, or back. The jobs need no script.
 */
void deploy_confirm(
	const struct deploy_options *options, struct deploy_job *jobs, size_t count);

void deploy_job_release(struct deploy_job *job);

#endif
