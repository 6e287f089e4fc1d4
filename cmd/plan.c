/* SPDX-License-Identifier: MIT */
/* wgctl plan: what deploy would change. */
#include "cmd.h"
#include "context.h"
#include "fleet.h"

static enum status plan_run(const struct invocation *in, struct err *err)
{
	CLEANUP(context_release) struct context context = CONTEXT_INIT;
	CLEANUP(fleet_release) struct fleet fleet;
	const struct fleet_run run = {
		.what = "looking",
		.accept_new_host_key = opt_flag(in->opts, "accept-new-host-key"),
		.plan_only = true,
	};

	fleet_init(&fleet, in->common, &context);
	if (context_open_keys(&context, in->common, err) < 0 ||
		fleet_choose(&fleet, in, in->argc == 0, err) < 0 ||
		fleet_render_looks(&fleet, opt_flag(in->opts, "prune"), err) < 0 ||
		fleet_work(&fleet, &run, err) < 0)
		return err->status;
	return fleet_status(&fleet);
}

static const struct opt opts[] = {
	{0, "prune", NULL, "as if deploying with --prune"},
	{0, "accept-new-host-key", NULL, "trust and record hosts that are not known yet"},
	{0},
};

const struct cmd cmd_plan = {
	.name = "plan",
	.args = "[NAME…]",
	.summary = "show what deploy would change on the hosts",
	.details =
		"Asks the named hosts, or all that have 'ssh', and changes nothing. Keys are\n"
		"masked. The exit status is 3 if there is something to change.",
	.min_args = 0,
	.max_args = -1,
	.opts = opts,
	.completes = "nodes",
	.json = true,
	.run = plan_run,
};
