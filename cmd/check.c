/* SPDX-License-Identifier: MIT */
/* wgctl check: every mistake in site.yaml. */
#include "base/json.h"
#include "cmd.h"
#include "context.h"
#include "out.h"

static enum status check_run(const struct invocation *in, struct err *err)
{
	CLEANUP(context_release) struct context context = CONTEXT_INIT;
	CLEANUP(buf_release) struct buf text = BUF_INIT;
	const struct site *site = &context.folder.site;

	if (context_open(&context, in->common, err) < 0)
		return err->status;
	if (in->common->json) {
		struct json json;

		json_init(&json, &text);
		json_object(&json, NULL);
		json_string(&json, "site", site->name);
		json_uint(&json, "spokes", site->spoke_count);
		json_object_end(&json);
	} else if (!in->common->quiet) {
		buf_addf(&text, "%s is good: a hub and ", context.folder.site_name);
		if (site->spoke_count)
			buf_addf(&text, "%zu spoke%s\n", site->spoke_count,
				site->spoke_count == 1 ? "" : "s");
		else
			buf_add(&text, "no spokes yet\n");
	}
	out_text(&text);
	return STATUS_DONE;
}

const struct cmd cmd_check = {
	.name = "check",
	.args = "",
	.summary = "report every mistake in site.yaml",
	.details =
		"Exits with 2 where there is one. Every other command checks likewise before\n"
		"it does anything.",
	.min_args = 0,
	.max_args = 0,
	.json = true,
	.run = check_run,
};
