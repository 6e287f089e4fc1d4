/* SPDX-License-Identifier: MIT */
/* wgctl rollback: a host as it was before its last change. */
#include "cmd.h"
#include "context.h"
#include "fleet.h"
#include "render/script.h"

static enum status rollback_run(const struct invocation *in, struct err *err)
{
	CLEANUP(context_release) struct context context = CONTEXT_INIT;
	CLEANUP(fleet_release) struct fleet fleet;
	struct fleet_run run = {.what = "rolling back"};

	fleet_init(&fleet, in->common, &context);
	if (fleet_window(in, &run.window, err) < 0 ||
		context_open(&context, in->common, err) < 0 ||
		fleet_choose(&fleet, in, false, err) < 0)
		return err->status;
	for (size_t i = 0; i < fleet.count; i++)
		script_revert(fleet.jobs[i].node, fleet.nonce, &fleet.jobs[i].look);
	if (fleet_work(&fleet, &run, err) < 0)
		return err->status;
	return fleet_status(&fleet);
}

static const struct opt opts[] = {
	{0, "confirm-within", "SECONDS",
		"the host comes forward again by itself after this long; 300 by default"},
	{0},
};

const struct cmd cmd_rollback = {
	.name = "rollback",
	.args = "NAME",
	.summary = "bring a host back to the generation before its last change",
	.details =
		"A change like any other: it has to be confirmed by a new connection, and a\n"
		"second rollback undoes the first. site.yaml stays as it is, so the next\n"
		"deploy brings the host forward again.",
	.min_args = 1,
	.max_args = 1,
	.opts = opts,
	.completes = "nodes",
	.json = true,
	.run = rollback_run,
};
