/* SPDX-License-Identifier: MIT */
/* wgctl remove-spoke: a spoke that is gone. */
#include "cmd.h"
#include "context.h"
#include "disk/folder.h"
#include "out.h"
#include "site/edit.h"

static enum status remove_spoke_run(const struct invocation *in, struct err *err)
{
	CLEANUP(folder_release) struct folder folder = FOLDER_INIT;
	CLEANUP(site_release) struct site after = SITE_INIT;
	CLEANUP(keychange_release) struct keychange keys = KEYCHANGE_INIT;
	CLEANUP(buf_release) struct buf text = BUF_INIT;
	const char *name = in->argv[0];

	if (folder_edit(&folder, in->common->folder, err) < 0 ||
		edit_remove_spoke(&folder.site, name, &text, &after, err) < 0)
		return err->status;
	keychange_remove(&keys, name);
	if (folder_commit(&folder, text.text, text.len, &keys, err) < 0)
		return err->status;
	say(in->common, "removed '%s' and its keys; its address is not handed out again",
		name);
	context_say_stale(in->common, &folder.site, &after);
	say(in->common, "next: 'wgctl deploy hub', which shuts it out");
	return STATUS_DONE;
}

const struct cmd cmd_remove_spoke = {
	.name = "remove-spoke",
	.args = "NAME",
	.summary = "take a spoke out of site.yaml and remove its keys",
	.details =
		"Its name, address and public key go to the list 'retired', so that the\n"
		"address is not handed out again and the next deploy of the hub removes\n"
		"the peer.",
	.min_args = 1,
	.max_args = 1,
	.completes = "spokes",
	.run = remove_spoke_run,
};
