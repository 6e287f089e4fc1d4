/* SPDX-License-Identifier: MIT */
/* wgctl list: the site as a table. */
#include "base/json.h"
#include "cmd.h"
#include "context.h"
#include "nodeview.h"
#include "out.h"
#include "table.h"

static void add_row(struct table *table, const struct node *node)
{
	CLEANUP(buf_release) struct buf addresses = BUF_INIT, subnets = BUF_INIT;
	CLEANUP(buf_release) struct buf lan = BUF_INIT, ssh = BUF_INIT;

	nodeview_addresses(node->address, &addresses);
	nodeview_subnets(node, &subnets);
	nodeview_addresses(node->lan_address, &lan);
	nodeview_ssh(&node->ssh, &ssh);
	table_add(table, STYLE_BOLD, "%s", node->name);
	table_add(table, STYLE_PLAIN, "%s", addresses.text);
	table_add(table, STYLE_PLAIN, "%s", subnets.text);
	table_add(table, STYLE_PLAIN, "%s", lan.text);
	table_add(table, STYLE_PLAIN, "%s", ssh.text);
}

static void print_table(const struct site *site, const struct common *common)
{
	static const struct column columns[] = {
		{"NAME"}, {"ADDRESS"}, {"SUBNETS"}, {"LAN ADDRESS"}, {"SSH"}};
	CLEANUP(table_release) struct table table;

	table_init(&table, columns, ARRAY_SIZE(columns));
	add_row(&table, &site->hub);
	for (size_t i = 0; i < site->spoke_count; i++)
		add_row(&table, &site->spokes[i]);
	table_print(&table, common);
}

static void add_json(struct json *json, const struct node *node)
{
	json_object(json, NULL);
	json_string(json, "name", node->name);
	nodeview_json(json, node);
	json_object_end(json);
}

static void print_json(const struct site *site)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT;
	struct json json;

	json_init(&json, &text);
	json_object(&json, NULL);
	json_string(&json, "site", site->name);
	json_array(&json, "nodes");
	add_json(&json, &site->hub);
	for (size_t i = 0; i < site->spoke_count; i++)
		add_json(&json, &site->spokes[i]);
	json_array_end(&json);
	json_object_end(&json);
	out_text(&text);
}

static enum status list_run(const struct invocation *in, struct err *err)
{
	CLEANUP(context_release) struct context context = CONTEXT_INIT;

	if (context_open(&context, in->common, err) < 0)
		return err->status;
	if (in->common->json)
		print_json(&context.folder.site);
	else
		print_table(&context.folder.site, in->common);
	return STATUS_DONE;
}

const struct cmd cmd_list = {
	.name = "list",
	.args = "",
	.summary = "print the site as a table",
	.min_args = 0,
	.max_args = 0,
	.json = true,
	.run = list_run,
};
