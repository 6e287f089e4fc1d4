/* SPDX-License-Identifier: MIT */
/* wgctl deploy: the site onto its hosts. */
#include <unistd.h>

#include "cmd.h"
#include "context.h"
#include "fleet.h"
#include "prompt.h"

/* Shows what is going to happen, and asks, where there is somebody to ask. */
static bool approve(void *context)
{
	CLEANUP(err_release) struct err err = ERR_INIT;
	struct fleet *fleet = context;
	bool answer = false;

	fleet_print_plan(fleet);
	return prompt_yes_no("Change this?", false, &answer, &err) == 0 && answer;
}

static bool is_to_ask(const struct common *common)
{
	return !common->yes && !common->json && isatty(STDIN_FILENO) == 1 &&
	       isatty(STDOUT_FILENO) == 1 && prompt_available();
}

/* All are looked at before anybody is asked, so each has a worker of its own until then. */
static int check_asking(
	const struct fleet *fleet, const struct fleet_run *run, struct err *err)
{
	if (run->approve && fleet->count > DEPLOY_WORKERS)
		return err_usage(err,
			"deploy asks about %d hosts at most: name fewer, or say --yes",
			DEPLOY_WORKERS);
	return 0;
}

static enum status deploy_command_run(const struct invocation *in, struct err *err)
{
	CLEANUP(context_release) struct context context = CONTEXT_INIT;
	CLEANUP(fleet_release) struct fleet fleet;
	struct fleet_run run = {
		.what = "deploying",
		.accept_new_host_key = opt_flag(in->opts, "accept-new-host-key"),
		.approve = is_to_ask(in->common) ? approve : NULL,
	};
	const bool all = opt_flag(in->opts, "all");

	fleet_init(&fleet, in->common, &context);
	if (all == (in->argc > 0))
		return err_usage(err, "name the nodes to deploy, or give --all"),
		       err->status;
	if (fleet_window(in, &run.window, err) < 0 ||
		context_open_keys(&context, in->common, err) < 0 ||
		fleet_choose(&fleet, in, all, err) < 0 ||
		check_asking(&fleet, &run, err) < 0 ||
		fleet_render_looks(&fleet, opt_flag(in->opts, "prune"), err) < 0 ||
		fleet_work(&fleet, &run, err) < 0)
		return err->status;
	return fleet_status(&fleet) == STATUS_CHANGES ? STATUS_FAILED
						      : fleet_status(&fleet);
}

static const struct opt opts[] = {
	{0, "all", NULL, "deploy every node that has 'ssh' in site.yaml"},
	{0, "confirm-within", "SECONDS",
		"a host goes back by itself after this long; 300 by default"},
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
		"are looked at in parallel; one that is in line is not touched. The hub is\n"
		"changed first, then one spoke alone, then the others. On a terminal, several\n"
		"hosts are summed up in a table at the end.\n"
		"\n"
		"A change stays only if the host can be reached by a new connection after it\n"
		"and finds its peers again. Else it goes back by itself, whatever broke, and\n"
		"the exit status is 4.",
	.min_args = 0,
	.max_args = -1,
	.opts = opts,
	.completes = "nodes",
	.json = true,
	.run = deploy_command_run,
};
