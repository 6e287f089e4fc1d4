/* SPDX-License-Identifier: MIT */
/* wgctl routes: what the routers on both sides must be told. */
#include <stdlib.h>

#include "base/json.h"
#include "cmd.h"
#include "context.h"
#include "out.h"
#include "render/template.h"

/* A node with a network behind it, and what the router there sends to the node. */
struct entry {
	const struct node *node;
	struct prefixset routes;
};

struct entries {
	struct entry *items;
	size_t count, cap;
};

static void entries_release(struct entries *entries)
{
	for (size_t i = 0; i < entries->count; i++)
		prefixset_release(&entries->items[i].routes);
	free(entries->items);
}

static void collect(
	struct entries *entries, const struct topology *topology, const struct node *node)
{
	struct entry entry = {node, PREFIXSET_INIT};

	topology_router_routes(topology, node, &entry.routes);
	if (!entry.routes.count)
		return;
	entries->items = array_reserve(
		entries->items, &entries->cap, entries->count + 1, sizeof(entry));
	entries->items[entries->count++] = entry;
}

/* The node's address on the LAN, in the family of the route; NULL where it has none. */
static const struct addr *via(const struct node *node, const struct prefix *prefix)
{
	const bool ipv4 = prefix->addr.family == FAMILY_IPV4;
	const struct addr *addr = &node->lan_address[ipv4 ? SLOT_IPV4 : SLOT_IPV6];

	return addr_is_set(addr) ? addr : NULL;
}

static void one_via(const void *context, size_t i, struct view *item)
{
	(void)i;
	view_addr(item, "address", context);
}

static void one_route(const void *context, size_t i, struct view *item)
{
	const struct entry *entry = context;
	const struct prefix *prefix = &entry->routes.items[i];
	const struct addr *addr = via(entry->node, prefix);

	view_prefix(item, "prefix", prefix);
	view_flag(item, "is_ipv6", prefix->addr.family == FAMILY_IPV6);
	view_list(item, "via", addr != NULL, one_via, addr);
}

static void one_node(const void *context, size_t i, struct view *item)
{
	const struct entries *entries = context;
	const struct entry *entry = &entries->items[i];

	view_flag(item, "first", i == 0);
	view_flag(item, "is_hub", entry->node->is_hub);
	view_name(item, "name", entry->node->name);
	view_list(item, "routes", entry->routes.count, one_route, entry);
}

static int print_text(const struct entries *entries, struct err *err)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT;
	struct view view = {.count = 0};

	view_list(&view, "nodes", entries->count, one_node, entries);
	if (template_render("routes.txt", &view, &text, err) < 0)
		return -1;
	out_text(&text);
	return 0;
}

static void print_json(const struct entries *entries)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT;
	struct json json;

	json_init(&json, &text);
	json_array(&json, NULL);
	for (size_t i = 0; i < entries->count; i++) {
		const struct entry *entry = &entries->items[i];

		for (size_t j = 0; j < entry->routes.count; j++) {
			const struct addr *addr =
				via(entry->node, &entry->routes.items[j]);
			char prefix[PREFIX_TEXT_SIZE], hop[ADDR_TEXT_SIZE];

			prefix_format(&entry->routes.items[j], prefix);
			if (addr)
				addr_format(addr, hop);
			json_object(&json, NULL);
			json_string(&json, "beside", entry->node->name);
			json_string(&json, "prefix", prefix);
			json_string(&json, "via", addr ? hop : NULL);
			json_object_end(&json);
		}
	}
	json_array_end(&json);
	out_text(&text);
}

static enum status routes_run(const struct invocation *in, struct err *err)
{
	CLEANUP(context_release) struct context context = CONTEXT_INIT;
	CLEANUP(entries_release) struct entries entries = {.count = 0};
	const struct site *site = &context.folder.site;

	if (context_open(&context, in->common, err) < 0)
		return err->status;
	collect(&entries, &context.topology, &site->hub);
	for (size_t i = 0; i < site->spoke_count; i++)
		collect(&entries, &context.topology, &site->spokes[i]);
	if (in->common->json)
		print_json(&entries);
	else if (!entries.count)
		say(in->common,
			"no router needs a route: no network stands behind a node");
	else if (print_text(&entries, err) < 0)
		return err->status;
	return STATUS_DONE;
}

const struct cmd cmd_routes = {
	.name = "routes",
	.args = "",
	.summary = "print what the routers on both sides must be told",
	.details =
		"As commands of ip(8), to be run on, or translated for, the router of each\n"
		"network that a node stands in.",
	.min_args = 0,
	.max_args = 0,
	.json = true,
	.run = routes_run,
};
