/* SPDX-License-Identifier: MIT */
/* wgctl render: every node's configuration as a file. */
#include <pthread.h>
#include <stdint.h>
#include <unistd.h>

#include "cmd.h"
#include "context.h"
#include "disk/batch.h"
#include "disk/output.h"
#include "host/crew.h"
#include "nodetext.h"
#include "out.h"

/*
 * Several threads make texts; one at a time puts its own into the batch. Of several errors
 * that of the first node is told, so that a run tells the same each time.
 */
struct rendering {
	struct context *context;
	struct batch *batch;
	pthread_mutex_t lock;
	struct err err;
	size_t failed;	/* the index of the node that `err` is about; SIZE_MAX: none */
	size_t keyless; /* nodes that keep their private key to themselves */
};

static void rendering_release(struct rendering *rendering)
{
	err_release(&rendering->err);
	pthread_mutex_destroy(&rendering->lock);
}

/* The hub is 0. */
static const struct node *node_at(const struct rendering *rendering, size_t i)
{
	const struct site *site = &rendering->context->folder.site;

	return i ? &site->spokes[i - 1] : &site->hub;
}

static int add_file(struct rendering *rendering, const struct node *node,
	const struct buf *text, struct err *err)
{
	CLEANUP(buf_release) struct buf name = BUF_INIT;

	buf_addf(&name, "%s.conf", node->name);
	return batch_add(rendering->batch, name.text, FILE_MODE_SECRET, text->text,
		text->len, err);
}

static void fail(struct rendering *rendering, size_t i, struct err *err)
{
	if (i >= rendering->failed)
		return;
	err_release(&rendering->err);
	rendering->err = *err;
	rendering->failed = i;
	*err = (struct err)ERR_INIT;
}

static void render_node(void *context, size_t i)
{
	struct rendering *rendering = context;
	const struct node *node = node_at(rendering, i);
	CLEANUP(buf_release) struct buf text = BUF_INIT;
	CLEANUP(err_release) struct err err = ERR_INIT;
	struct nodetext_about about;

	int rc = nodetext_render_node(rendering->context, node, &text, &about, &err);
	pthread_mutex_lock(&rendering->lock);
	if (!rc && rendering->failed == SIZE_MAX)
		rc = add_file(rendering, node, &text, &err);
	if (rc)
		fail(rendering, i, &err);
	else
		rendering->keyless += !about.has_private_key;
	pthread_mutex_unlock(&rendering->lock);
}

static int render_all(
	struct context *context, struct batch *batch, size_t *keyless, struct err *err)
{
	const long processors = sysconf(_SC_NPROCESSORS_ONLN);
	CLEANUP(rendering_release)
	struct rendering rendering = {
		.context = context,
		.batch = batch,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.failed = SIZE_MAX,
	};

	crew_run(processors > 0 ? (size_t)processors : 1,
		context->folder.site.spoke_count + 1, render_node, &rendering);
	*keyless = rendering.keyless;
	if (rendering.failed == SIZE_MAX)
		return 0;
	*err = rendering.err;
	rendering.err = (struct err)ERR_INIT;
	return -1;
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
	if (render_all(&context, &batch, &keyless, err) < 0 ||
		batch_commit(&batch, err) < 0)
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
