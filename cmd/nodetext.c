/* SPDX-License-Identifier: MIT */
/* One way from a name to its configuration. */
#include "nodetext.h"

#include "render/nodeconf.h"

int nodetext_render_node(struct context *context, const struct node *node,
	struct buf *out, struct nodetext_about *about, struct err *err)
{
	CLEANUP(wgconf_release) struct wgconf conf = WGCONF_INIT;

	if (nodeconf_build(&context->topology, node, &context->keys, &conf, err) < 0)
		return -1;
	about->has_private_key = !key_is_zero(&conf.private_key);
	return wgconf_format(&conf, out, err);
}

int nodetext_render(struct context *context, const char *name, struct buf *out,
	struct nodetext_about *about, struct err *err)
{
	const struct node *node;

	if (site_get(&context->folder.site, name, &node, err) < 0)
		return -1;
	return nodetext_render_node(context, node, out, about, err);
}
