/* SPDX-License-Identifier: MIT */
/* wgctl render: every node's configuration as a file. */
#include "cmd.h"
#include "context.h"
#include "disk/batch.h"
#include "disk/output.h"
#include "nodetext.h"
#include "out.h"

/* Counts in `keyless` the nodes that keep their private key to themselves. */
static int add_node(struct context *context, const struct node *node, struct batch *batch,
	size_t *keyless, struct err *err)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT, name = BUF_INIT;
	struct nodetext_about about;

	if (nodetext_render_node(context, node, &text, &about, err) < 0)
		return -1;
	*keyless += !about.has_private_key;
	buf_addf(&name, "%s.conf", node->name);
	return batch_add(batch, name.text, FILE_MODE_SECRET, text.text, text.len, err);
}

static int add_all(
	struct context *context, struct batch *batch, size_t *keyless, struct err *err)
{
	const struct site *site = &context->folder.site;

	if (add_node(context, &site->hub, batch, keyless, err) < 0)
		return -1;
	for (size_t i = 0; i < site->spoke_count; i++)
		if (add_node(context, &site->spokes[i], batch, keyless, err) < 0)
			return -1;
	return 0;
}

static enum status render_run(const struct invocation *in, struct err *err)
{
	CLEANUP(context_release) struct context context = CONTEXT_INIT;
	CLEANUP(dir_release) struct dir dir = DIR_INIT;
	CLEANUP(batch_release) struct batch batch;
	const char *path = opt_value(in->opts, "output");
	size_t keyless = 0;

	batch_init(&batch, &dir, 0);
	if (!path)
		return err_usage(err, "where to? name a folder with -o DIR"), err->status;
	if (context_open_keys(&context, in->common, err) < 0 ||
		output_open(&dir, path, err) < 0)
		return err->status;
	batch_init(&batch, &dir, context.folder.site.spoke_count + 1);
	if (add_all(&context, &batch, &keyless, err) < 0 || batch_commit(&batch, err) < 0)
		return err->status;
	say(in->common, "wrote %zu configurations to '%s'",
		context.folder.site.spoke_count + 1, path);
	if (keyless)
		say(in->common,
			"%zu of them lack%s a 'PrivateKey =' line: that key is on the device "
			"only",
			keyless, keyless == 1 ? "s" : "");
	return STATUS_DONE;
}

static const struct opt opts[] = {
	{'o', "output", "DIR", "the folder to write to; made where it is missing"},
	{0},
};

const struct cmd cmd_render = {
	.name = "render",
	.args = "",
	.summary = "write every node's configuration to a folder",
	.details =
		"One file a node, NAME.conf, that only you can read. Files of other names in\n"
		"the folder stay.",
	.min_args = 0,
	.max_args = 0,
	.opts = opts,
	.run = render_run,
};
