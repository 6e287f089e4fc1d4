/* SPDX-License-Identifier: MIT */
/*
 * The hosts of one deploy, plan, confirm or rollback: which they are, how they are reached,
 * and how what became of them is told: one line a host, a table, or JSON.
 */
#ifndef WGCTL_CMD_FLEET_H
#define WGCTL_CMD_FLEET_H

#include "cmd.h"
#include "context.h"
#include "host/deploy.h"
#include "progress.h"
#include "render/script.h"

struct fleet {
	const struct common *common;
	struct context *context;
	struct deploy_job *jobs;
	size_t count, ended;
	char nonce[NONCE_TEXT_SIZE];
	struct progress progress;
};

void fleet_init(
	struct fleet *fleet, const struct common *common, struct context *context);
void fleet_release(struct fleet *fleet);

/* The nodes that the arguments name, or with `all` every one that has ssh. Hub first. */
int fleet_choose(
	struct fleet *fleet, const struct invocation *in, bool all, struct err *err);

/* Gives each job the script that looks at its host. The keys must be open. */
int fleet_render_looks(struct fleet *fleet, bool prune, struct err *err);

/* How to go about it; the options come from the command line. */
struct fleet_run {
	const char *what; /* "deploying", for the progress line */
	bool accept_new_host_key, plan_only, confirm_only;
	unsigned window;
	bool (*approve)(void *context); /* as in deploy_options; gets the fleet */
};

/*
 * Works on all hosts and tells what became of each: as it comes, and of all at the end,
 * a plan with what is to be changed before that.
 */
int fleet_work(struct fleet *fleet, const struct fleet_run *run, struct err *err);

/* The exit status that the outcomes add up to. */
enum status fleet_status(const struct fleet *fleet);

/* What is to be changed on the hosts that have something to change, for people. */
void fleet_print_plan(struct fleet *fleet);

/* --confirm-within, or the default. */
int fleet_window(const struct invocation *in, unsigned *out, struct err *err);

#endif
