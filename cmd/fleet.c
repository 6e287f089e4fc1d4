/* SPDX-License-Identifier: MIT */
/* Choosing hosts and running work on them. */
#include "fleet.h"

#include <stdlib.h>
#include <string.h>

#include "asking.h"
#include "base/num.h"
#include "fleet_report.h"
#include "interrupt.h"
#include "nonce.h"
#include "out.h"

void fleet_init(struct fleet *fleet, const struct common *common, struct context *context)
{
	*fleet = (struct fleet){.common = common, .context = context};
	nonce_make(fleet->nonce);
}

void fleet_release(struct fleet *fleet)
{
	for (size_t i = 0; i < fleet->count; i++)
		deploy_job_release(&fleet->jobs[i]);
	free(fleet->jobs);
}

static void add_job(struct fleet *fleet, const struct node *node)
{
	fleet->jobs[fleet->count++] = (struct deploy_job){
		.node = node,
		.look = BUF_INIT,
		.nonce = fleet->nonce,
		.report = REPORT_INIT,
		.err = ERR_INIT,
	};
}

static bool has_job(const struct fleet *fleet, const struct node *node)
{
	for (size_t i = 0; i < fleet->count; i++)
		if (fleet->jobs[i].node == node)
			return true;
	return false;
}

static int choose_all(struct fleet *fleet, const struct site *site, struct err *err)
{
	fleet->jobs = xcalloc(site->spoke_count + 1, sizeof(*fleet->jobs));
	if (node_has_ssh(&site->hub))
		add_job(fleet, &site->hub);
	for (size_t i = 0; i < site->spoke_count; i++)
		if (node_has_ssh(&site->spokes[i]))
			add_job(fleet, &site->spokes[i]);
	if (!fleet->count)
		return err_usage(err, "no node in site.yaml has 'ssh'");
	return 0;
}

/* The others keep the order in which they were named. */
static void put_hub_first(struct fleet *fleet)
{
	struct deploy_job *jobs = fleet->jobs;

	for (size_t i = 1; i < fleet->count; i++) {
		const struct deploy_job hub = jobs[i];

		if (!hub.node->is_hub)
			continue;
		memmove(jobs + 1, jobs, i * sizeof(*jobs));
		jobs[0] = hub;
	}
}

static int choose_named(struct fleet *fleet, const struct site *site,
	const struct invocation *in, struct err *err)
{
	fleet->jobs = xcalloc((size_t)in->argc, sizeof(*fleet->jobs));
	for (int i = 0; i < in->argc; i++) {
		const struct node *node;

		if (site_get(site, in->argv[i], &node, err) < 0)
			return -1;
		if (!node_has_ssh(node))
			return err_usage(err,
				"'%s' has no 'ssh' in site.yaml: add one, or take 'wgctl "
				"script %s' to the host",
				node->name, node->name);
		if (!has_job(fleet, node))
			add_job(fleet, node);
	}
	put_hub_first(fleet);
	return 0;
}

int fleet_choose(
	struct fleet *fleet, const struct invocation *in, bool all, struct err *err)
{
	const struct site *site = &fleet->context->folder.site;

	return all ? choose_all(fleet, site, err) : choose_named(fleet, site, in, err);
}

int fleet_render_looks(struct fleet *fleet, bool prune, struct err *err)
{
	const struct script_options options = {.prune = prune, .nonce = fleet->nonce};
	const struct context *context = fleet->context;

	for (size_t i = 0; i < fleet->count; i++)
		if (script_look(&context->topology, fleet->jobs[i].node, &context->keys,
			    &options, &fleet->jobs[i].look, err) < 0)
			return -1;
	return 0;
}

static void job_ended(void *context, const struct deploy_job *job)
{
	struct fleet *fleet = context;

	fleet->ended++;
	fleet_report_job(fleet, job);
}

static void job_waits(void *context, const struct deploy_job *job, const char *why)
{
	struct fleet *fleet = context;

	if (!fleet->common->quiet)
		progress_line(&fleet->progress, stderr,
			"%s: changed, but not confirmed yet (%s); trying on, it goes back by "
			"itself otherwise",
			job->node->name, why);
}

int fleet_work(struct fleet *fleet, const struct fleet_run *run, struct err *err)
{
	CLEANUP(transport_release) struct transport transport;
	CLEANUP(asking_release) struct asking asking;
	const struct deploy_options options = {
		.transport = &transport,
		.site = &fleet->context->folder.site,
		.window = run->window,
		.plan_only = run->plan_only,
		.approve = run->approve,
		.ended = job_ended,
		.waits = job_waits,
		.context = fleet,
	};
	int cancel_fd = -1;

	transport_init(&transport);
	progress_init(&fleet->progress, fleet->common, run->what, fleet->count);
	asking_init(&asking, &fleet->progress, &transport);
	if (interrupt_catch(&cancel_fd, err) < 0)
		return -1;
	transport.cancel_fd = cancel_fd;
	transport.config_file = fleet->common->ssh_config;
	transport.accept_new_host_key = run->accept_new_host_key;
	progress_update(&fleet->progress, 0, NULL);
	if (run->confirm_only)
		deploy_confirm(&options, fleet->jobs, fleet->count);
	else
		deploy_run(&options, fleet->jobs, fleet->count);
	progress_end(&fleet->progress);
	if (run->plan_only && !fleet->common->json)
		fleet_print_plan(fleet);
	fleet_report_all(fleet);
	return 0;
}

enum status fleet_status(const struct fleet *fleet)
{
	enum status status = STATUS_DONE;

	for (size_t i = 0; i < fleet->count; i++) {
		const struct deploy_job *job = &fleet->jobs[i];

		if (job->outcome == DEPLOY_ROLLED_BACK)
			return STATUS_ROLLED_BACK;
		if (job->outcome == DEPLOY_FAILED || job->outcome == DEPLOY_UNKNOWN ||
			(job->outcome == DEPLOY_PLANNED && err_is_set(&job->err)))
			status = STATUS_FAILED;
		else if (job->outcome == DEPLOY_PLANNED && status == STATUS_DONE)
			status = STATUS_CHANGES;
	}
	return status;
}

int fleet_window(const struct invocation *in, unsigned *out, struct err *err)
{
	const char *given = opt_value(in->opts, "confirm-within");
	uint64_t seconds = WINDOW_DEFAULT;

	if (given && !num_parse(given, WINDOW_LEAST, WINDOW_MOST, &seconds))
		return err_usage(err, "--confirm-within: give seconds, %d to %d",
			WINDOW_LEAST, WINDOW_MOST);
	*out = (unsigned)seconds;
	return 0;
}
