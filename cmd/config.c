/* SPDX-License-Identifier: MIT */
/* wgctl config: the WireGuard configuration of a node. */
#include "cmd.h"
#include "context.h"
#include "disk/output.h"
#include "nodetext.h"
#include "out.h"

static enum status config_run(const struct invocation *in, struct err *err)
{
	CLEANUP(context_release) struct context context = CONTEXT_INIT;
	CLEANUP(buf_release) struct buf text = BUF_INIT;
	const char *file = opt_value(in->opts, "output");
	struct nodetext_about about;

	if (context_open_keys(&context, in->common, err) < 0 ||
		nodetext_render(&context, in->argv[0], &text, &about, err) < 0)
		return err->status;
	if (!about.has_private_key)
		say(in->common,
			"'%s' keeps its private key: add its 'PrivateKey =' line under "
			"[Interface] on the device",
			in->argv[0]);
	if (!file)
		out_text(&text);
	else if (output_file(file, text.text, text.len, err) < 0)
		return err->status;
	return STATUS_DONE;
}

static const struct opt opts[] = {
	{'o', "output", "FILE", "write it to a file that only you can read"},
	{0},
};

const struct cmd cmd_config = {
	.name = "config",
	.args = "NAME",
	.summary = "print the WireGuard configuration of a node",
	.details =
		"For wg-quick, the WireGuard apps, or any program that reads their format.\n"
		"It holds the node's private key, unless the device keeps that itself.",
	.min_args = 1,
	.max_args = 1,
	.opts = opts,
	.completes = "nodes",
	.run = config_run,
};
