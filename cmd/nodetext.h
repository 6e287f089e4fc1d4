/* SPDX-License-Identifier: MIT */
/* The text of a node's configuration, as config, qr and render give it out. */
#ifndef WGCTL_CMD_NODETEXT_H
#define WGCTL_CMD_NODETEXT_H

#include "base/buf.h"
#include "context.h"

struct nodetext_about {
	bool has_private_key; /* false: the device keeps it */
};

/* Appends the text for the node of that name. The keys of `context` must be open. */
int nodetext_render(struct context *context, const char *name, struct buf *out,
	struct nodetext_about *about, struct err *err);

/* The same for a node that was found already. */
int nodetext_render_node(struct context *context, const struct node *node,
	struct buf *out, struct nodetext_about *about, struct err *err);

#endif
