/* SPDX-License-Identifier: MIT */
/* What most commands work on: the site folder, what follows from the site, its keys. */
#ifndef WGCTL_CMD_CONTEXT_H
#define WGCTL_CMD_CONTEXT_H

#include "cmd.h"
#include "disk/folder.h"
#include "render/nodeconf.h"
#include "topology/topology.h"

struct context {
	struct folder folder;
	struct topology topology;
	struct keyring keys; /* those of the folder */
};

#define CONTEXT_INIT                                                                     \
	{                                                                                \
		.folder = FOLDER_INIT                                                    \
	}

/* Opens the folder of -C for reading; `out` is CONTEXT_INIT and must not be moved. */
int context_open(struct context *out, const struct common *common, struct err *err);

/* As context_open, and the keys can be loaded. */
int context_open_keys(struct context *out, const struct common *common, struct err *err);

void context_release(struct context *context);

/* Says on stderr which nodes in the field an edit leaves out of date, and why. */
void context_say_stale(
	const struct common *common, const struct site *before, const struct site *after);

#endif
