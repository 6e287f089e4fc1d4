/* SPDX-License-Identifier: MIT */
/* wgctl rename-spoke: the same spoke under another name. */
#include "arg.h"
#include "cmd.h"
#include "context.h"
#include "disk/folder.h"
#include "out.h"
#include "site/edit.h"

static enum status rename_spoke_run(const struct invocation *in, struct err *err)
{
	CLEANUP(folder_release) struct folder folder = FOLDER_INIT;
	CLEANUP(keychange_release) struct keychange keys = KEYCHANGE_INIT;
	CLEANUP(buf_release) struct buf text = BUF_INIT;
	const char *name = in->argv[0], *new_name = in->argv[1];

	if (folder_edit(&folder, in->common->folder, err) < 0 ||
		arg_name("rename-spoke", new_name, err) < 0 ||
		edit_rename_spoke(&folder.site, name, new_name, &text, NULL, err) < 0 ||
		keychange_rename(&keys, &folder.keys, name, new_name, err) < 0 ||
		folder_commit(&folder, text.text, text.len, &keys, err) < 0)
		return err->status;
	say(in->common, "renamed '%s' to '%s'; its key and addresses stay", name,
		new_name);
	return STATUS_DONE;
}

const struct cmd cmd_rename_spoke = {
	.name = "rename-spoke",
	.args = "NAME NEW-NAME",
	.summary = "give a spoke another name",
	.details = "Its keys and addresses stay, so nothing in the field is out of date.",
	.min_args = 2,
	.max_args = 2,
	.completes = "spokes",
	.run = rename_spoke_run,
};
