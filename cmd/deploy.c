/* SPDX-License-Identifier: MIT */
/* wgctl deploy: the site onto its hosts. */
#include "host/deploy.h"

#include <stdlib.h>
#include <string.h>

#include "asking.h"
#include "base/json.h"
#include "cmd.h"
#include "context.h"
#include "nonce.h"
#include "out.h"
#include "progress.h"
#include "render/script.h"

/* The hosts of one run. */
struct fleet {
	struct deploy_job *jobs;
	size_t count;
	char nonce[NONCE_TEXT_SIZE];
	const struct common *common;
	struct progress progress;
	size_t ended;
};

static void fleet_release(struct fleet *fleet)
{
	for (size_t i = 0; i < fleet->count; i++)
		deploy_job_release(&fleet->jobs[i]);
	free(fleet->jobs);
}

static void add_job(struct fleet *fleet, const struct node *node)
{
	fleet->jobs[fleet->count++] = (struct deploy_job){
		.node = node,
		.script = BUF_INIT,
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

/* --all: every node that ssh can reach. */
static int choose_all(struct fleet *fleet, const struct site *site, struct err *err)
{
	fleet->jobs = xcalloc(site->spoke_count + 1, sizeof(*fleet->jobs));
	if (site->hub.ssh.host)
		add_job(fleet, &site->hub);
	for (size_t i = 0; i < site->spoke_count; i++)
		if (site->spokes[i].ssh.host)
			add_job(fleet, &site->spokes[i]);
	if (!fleet->count)
		return err_usage(err, "no node in site.yaml has 'ssh', so none can be "
				      "deployed");
	return 0;
}

static int choose_named(struct fleet *fleet, const struct site *site,
	const struct invocation *in, struct err *err)
{
	fleet->jobs = xcalloc((size_t)in->argc, sizeof(*fleet->jobs));
	for (int i = 0; i < in->argc; i++) {
		const struct node *node;

		if (site_get(site, in->argv[i], &node, err) < 0)
			return -1;
		if (!node->ssh.host)
			return err_usage(err,
				"'%s' has no 'ssh' in site.yaml: add one, or take 'wgctl "
				"script %s' to the host",
				node->name, node->name);
		if (!has_job(fleet, node))
			add_job(fleet, node);
	}
	return 0;
}

static int choose(struct fleet *fleet, const struct site *site,
	const struct invocation *in, struct err *err)
{
	const bool all = opt_flag(in->opts, "all");

	if (all == (in->argc > 0))
		return err_usage(err, "name the nodes to deploy, or give --all");
	return all ? choose_all(fleet, site, err) : choose_named(fleet, site, in, err);
}

static int render_scripts(struct fleet *fleet, const struct context *context,
	const struct invocation *in, struct err *err)
{
	const struct script_options options = {
		.prune = opt_flag(in->opts, "prune"),
		.nonce = fleet->nonce,
	};

	for (size_t i = 0; i < fleet->count; i++)
		if (script_look(&context->topology, fleet->jobs[i].node, &context->keys,
			    &options, &fleet->jobs[i].script, err) < 0)
			return -1;
	return 0;
}

/* Appends the outcome of a job in the words of its summary line. */
static void describe(const struct deploy_job *job, struct buf *out)
{
	if (err_is_set(&job->err)) {
		buf_addf(out, "failed (%s)", job->err.entries[0].message);
	} else if (report_has_changes(&job->report)) {
		CLEANUP(buf_release) struct buf changes = BUF_INIT;

		report_changes(&job->report, &changes);
		buf_addf(out, "changed (%s)", changes.text);
	} else {
		buf_add(out, "unchanged");
	}
}

static void tell_items(struct fleet *fleet, const struct deploy_job *job)
{
	for (size_t i = 0; i < job->report.count; i++) {
		const struct report_item *item = &job->report.items[i];

		progress_line(&fleet->progress, stderr, "%s: %s %s%s%s", job->node->name,
			item->name, item->why ? "changed" : "unchanged",
			item->why ? ": " : "", item->why ? item->why : "");
	}
}

static void job_ended(void *context, const struct deploy_job *job)
{
	struct fleet *fleet = context;
	CLEANUP(buf_release) struct buf outcome = BUF_INIT;

	fleet->ended++;
	describe(job, &outcome);
	if (fleet->common->verbose)
		tell_items(fleet, job);
	for (size_t i = 0; i < job->report.note_count && !fleet->common->quiet; i++)
		progress_line(&fleet->progress, stderr, "%s: %s", job->node->name,
			job->report.notes[i]);
	if (!fleet->common->json)
		progress_line(&fleet->progress, stdout, "%s: %s", job->node->name,
			outcome.text);
	progress_update(&fleet->progress, fleet->ended, NULL);
}

static void add_json(struct json *json, const struct deploy_job *job)
{
	const bool failed = err_is_set(&job->err);
	const char *outcome = report_has_changes(&job->report) ? "changed" : "unchanged";

	json_object(json, NULL);
	json_string(json, "name", job->node->name);
	json_string(json, "outcome", failed ? "failed" : outcome);
	json_string(json, "error", failed ? job->err.entries[0].message : NULL);
	json_array(json, "items");
	for (size_t i = 0; i < job->report.count; i++) {
		json_object(json, NULL);
		json_string(json, "name", job->report.items[i].name);
		json_bool(json, "changed", job->report.items[i].why != NULL);
		json_string(json, "change", job->report.items[i].why);
		json_object_end(json);
	}
	json_array_end(json);
	json_array(json, "notes");
	for (size_t i = 0; i < job->report.note_count; i++)
		json_string(json, NULL, job->report.notes[i]);
	json_array_end(json);
	json_object_end(json);
}

static void print_json(const struct fleet *fleet)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT;
	struct json json;

	json_init(&json, &text);
	json_array(&json, NULL);
	for (size_t i = 0; i < fleet->count; i++)
		add_json(&json, &fleet->jobs[i]);
	json_array_end(&json);
	out_text(&text);
}

static size_t run(struct fleet *fleet, const struct invocation *in)
{
	const struct deploy_watch watch = {fleet, job_ended};
	CLEANUP(transport_release) struct transport transport;
	CLEANUP(asking_release) struct asking asking;

	transport_init(&transport);
	transport.config_file = in->common->ssh_config;
	transport.accept_new_host_key = opt_flag(in->opts, "accept-new-host-key");
	progress_init(&fleet->progress, in->common, "deploying", fleet->count);
	asking_init(&asking, &fleet->progress, &transport);
	progress_update(&fleet->progress, 0, NULL);
	size_t failed = deploy_run(&transport, fleet->jobs, fleet->count, &watch);
	progress_end(&fleet->progress);
	return failed;
}

static enum status deploy_run_command(const struct invocation *in, struct err *err)
{
	CLEANUP(context_release) struct context context = CONTEXT_INIT;
	CLEANUP(fleet_release) struct fleet fleet = {.common = in->common};

	nonce_make(fleet.nonce);
	if (context_open_keys(&context, in->common, err) < 0 ||
		choose(&fleet, &context.folder.site, in, err) < 0 ||
		render_scripts(&fleet, &context, in, err) < 0)
		return err->status;
	size_t failed = run(&fleet, in);
	if (in->common->json)
		print_json(&fleet);
	return failed ? STATUS_FAILED : STATUS_DONE;
}

static const struct opt opts[] = {
	{0, "all", NULL, "deploy every node that has 'ssh' in site.yaml"},
	{0, "prune", NULL, "remove peers that this site does not know"},
	{0, "accept-new-host-key", NULL, "trust and record hosts that are not known yet"},
	{0},
};

const struct cmd cmd_deploy = {
	.name = "deploy",
	.args = "[NAME…]",
	.summary = "put the configuration on hosts over ssh",
	.details =
		"Installs what is missing, writes the configuration, brings the running\n"
		"tunnel, its routes and the firewall in line, and starts it at boot. Hosts\n"
		"are worked on in parallel; one that is in line is not touched.",
	.min_args = 0,
	.max_args = -1,
	.opts = opts,
	.completes = "nodes",
	.run = deploy_run_command,
};
