/* SPDX-License-Identifier: MIT */
/* wgctl confirm: decide on a change that waits. */
#include "cmd.h"
#include "context.h"
#include "fleet.h"

static enum status confirm_run(const struct invocation *in, struct err *err)
{
	CLEANUP(context_release) struct context context = CONTEXT_INIT;
	CLEANUP(fleet_release) struct fleet fleet;
	const struct fleet_run run = {.what = "confirming", .confirm_only = true};

	fleet_init(&fleet, in->common, &context);
	if (context_open(&context, in->common, err) < 0 ||
		fleet_choose(&fleet, in, false, err) < 0 ||
		fleet_work(&fleet, &run, err) < 0)
		return err->status;
	return fleet_status(&fleet);
}

const struct cmd cmd_confirm = {
	.name = "confirm",
	.args = "NAME…",
	.summary = "keep a change that a broken-off deploy left waiting",
	.details =
		"After a deploy that lost its connection, or was interrupted: if the change is\n"
		"still waiting on the host and the host finds its peers, it stays; else it is\n"
		"taken back, with exit status 4. Tells as well what became of a change that\n"
		"is decided already.",
	.min_args = 1,
	.max_args = -1,
	.completes = "nodes",
	.json = true,
	.run = confirm_run,
};
