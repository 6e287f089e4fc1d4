/* SPDX-License-Identifier: MIT */
/* wgctl script: what deploy would run on a host, as one shell script. */
#include "render/script.h"

#include "cmd.h"
#include "context.h"
#include "nonce.h"
#include "out.h"

static enum status script_run(const struct invocation *in, struct err *err)
{
	CLEANUP(context_release) struct context context = CONTEXT_INIT;
	CLEANUP(buf_release) struct buf text = BUF_INIT;
	char nonce[NONCE_TEXT_SIZE];
	const struct script_options options = {
		.prune = opt_flag(in->opts, "prune"), .nonce = nonce};
	const struct node *node;

	nonce_make(nonce);
	if (context_open_keys(&context, in->common, err) < 0 ||
		site_get(&context.folder.site, in->argv[0], &node, err) < 0 ||
		script_whole(
			&context.topology, node, &context.keys, &options, &text, err) < 0)
		return err->status;
	out_text(&text);
	return STATUS_DONE;
}

static const struct opt opts[] = {
	{0, "prune", NULL, "remove peers that this site does not know"},
	{0},
};

const struct cmd cmd_script = {
	.name = "script",
	.args = "NAME",
	.summary = "print what deploy would do to a host as one sh script",
	.details =
		"For a host that ssh cannot reach yet: run it there as root. It holds the\n"
		"node's private key, so treat it as one.",
	.min_args = 1,
	.max_args = 1,
	.opts = opts,
	.completes = "nodes",
	.run = script_run,
};
