/* SPDX-License-Identifier: MIT */
/* Opening a site the same way everywhere. */
#include "context.h"

#include <string.h>

#include "out.h"
#include "topology/stale.h"

static int load_key(void *context, const char *name, enum key_kind kind, struct key *out,
	struct err *err)
{
	const struct keystore *store = context;
	bool found;

	return keystore_find(store, name, kind, out, &found, err);
}

int context_open(struct context *out, const struct common *common, struct err *err)
{
	if (folder_open(&out->folder, common->folder, err) < 0)
		return -1;
	topology_init(&out->topology, &out->folder.site);
	out->keys = (struct keyring){&out->folder.keys, load_key};
	return 0;
}

int context_open_keys(struct context *out, const struct common *common, struct err *err)
{
	if (context_open(out, common, err) < 0)
		return -1;
	return folder_open_keys(&out->folder, err);
}

void context_release(struct context *context)
{
	topology_release(&context->topology);
	folder_release(&context->folder);
}

void context_say_stale(
	const struct common *common, const struct site *before, const struct site *after)
{
	CLEANUP(stale_release) struct stale stale = STALE_INIT;

	stale_compare(before, after, &stale);
	for (size_t i = 0; i < stale.count; i++)
		say(common, "'%s' is out of date in the field: %s", stale.nodes[i].name,
			stale.nodes[i].why);
}
