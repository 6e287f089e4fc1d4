/* SPDX-License-Identifier: MIT */
/* wgctl show: one node, with all that follows from the file. */
#include "base/json.h"
#include "cmd.h"
#include "context.h"
#include "nodeview.h"
#include "out.h"
#include "topology/policy.h"

/* What follows from the site for one node. */
struct facts {
	struct prefixset allowed; /* what the other end routes to it */
	struct prefixset takes;	  /* what it routes into the tunnel */
	struct prefixset routes;  /* what a router beside it must send to it */
	struct policy policy;
};

static void facts_release(struct facts *facts)
{
	prefixset_release(&facts->allowed);
	prefixset_release(&facts->takes);
	prefixset_release(&facts->routes);
	policy_release(&facts->policy);
}

static void facts_init(
	struct facts *facts, const struct topology *topology, const struct node *node)
{
	*facts = (struct facts){.policy = POLICY_INIT};
	if (!node->is_hub) {
		topology_hub_allowed(node, &facts->allowed);
		topology_spoke_allowed(topology, node, &facts->takes);
	}
	topology_router_routes(topology, node, &facts->routes);
	policy_derive(topology, node, &facts->policy);
}

/* "any" stands for each address that may come: WireGuard has checked the sender's. */
static void format_side(const struct prefix *prefix, bool tunnel, struct buf *out)
{
	char text[PREFIX_TEXT_SIZE] = "any";

	if (prefix_is_set(prefix))
		prefix_format(prefix, text);
	buf_addf(out, "%s%s", text, tunnel ? " (tunnel)" : "");
}

static void add_line(struct buf *out, const char *label, const char *value)
{
	if (*value)
		buf_addf(out, "%-22s %s\n", label, value);
}

static void add_prefixes(struct buf *out, const char *label, const struct prefixset *set)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT;

	nodeview_prefixes(set, &text);
	add_line(out, label, text.text);
}

static void add_policy(struct buf *out, const struct policy *policy)
{
	for (size_t i = 0; i < policy->count; i++) {
		const struct policy_pass *pass = &policy->passes[i];
		CLEANUP(buf_release) struct buf text = BUF_INIT;

		format_side(&pass->from, pass->from_tunnel, &text);
		buf_add(&text, " -> ");
		format_side(&pass->to, pass->to_tunnel, &text);
		add_line(out, i ? "" : "forwards", text.text);
	}
}

static void add_number(struct buf *out, const char *label, unsigned value)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT;

	buf_addf(&text, "%u", value);
	if (value)
		add_line(out, label, text.text);
}

static void add_own(struct buf *out, const struct node *node)
{
	CLEANUP(buf_release) struct buf addresses = BUF_INIT, subnets = BUF_INIT;
	CLEANUP(buf_release) struct buf lan = BUF_INIT, ssh = BUF_INIT, dns = BUF_INIT;
	char key[KEY_TEXT_SIZE], endpoint[ENDPOINT_TEXT_SIZE];

	nodeview_addresses(node->address, &addresses);
	nodeview_subnets(node, &subnets);
	nodeview_addresses(node->lan_address, &lan);
	nodeview_ssh(&node->ssh, &ssh);
	nodeview_dns(node, &dns);
	key_format(&node->public_key, key);
	add_line(out, "name", node->name);
	add_line(out, "address", addresses.text);
	add_line(out, "public key", key);
	if (endpoint_is_set(&node->endpoint)) {
		endpoint_format(&node->endpoint, endpoint);
		add_line(out, "endpoint", endpoint);
	}
	add_line(out, "subnets", subnets.text);
	add_line(out, "lan address", lan.text);
	add_line(out, "ssh", ssh.text);
	add_line(out, "interface", node->interface);
	add_number(out, "listen port", node->listen_port);
	add_number(out, "mtu", node->mtu);
	add_line(out, "dns", dns.text);
	add_number(out, "persistent keepalive", node->persistent_keepalive);
}

static void print_text(const struct context *context, const struct node *node,
	const struct facts *facts, bool has_private_key)
{
	const struct site *site = &context->folder.site;
	CLEANUP(buf_release) struct buf text = BUF_INIT;

	add_own(&text, node);
	add_line(&text, "private key",
		has_private_key ? "in the keys folder" : "on the device only");
	if (!node->is_hub) {
		add_line(&text, "preshared key",
			topology_has_preshared_key(site, node) ? "yes" : "no");
		add_prefixes(&text, "AllowedIPs on the hub", &facts->allowed);
		add_prefixes(&text, "AllowedIPs on it", &facts->takes);
	}
	add_prefixes(&text, "router sends to it", &facts->routes);
	add_policy(&text, &facts->policy);
	out_text(&text);
}

static void json_prefixes(
	struct json *json, const char *key, const struct prefixset *prefixes)
{
	json_array(json, key);
	for (size_t i = 0; i < prefixes->count; i++) {
		char text[PREFIX_TEXT_SIZE];

		prefix_format(&prefixes->items[i], text);
		json_string(json, NULL, text);
	}
	json_array_end(json);
}

static void json_side(struct json *json, const char *key, const char *flag,
	const struct prefix *prefix, bool tunnel)
{
	char text[PREFIX_TEXT_SIZE];

	prefix_format(prefix, text);
	json_string(json, key, prefix_is_set(prefix) ? text : NULL);
	json_bool(json, flag, tunnel);
}

static void json_policy(struct json *json, const struct policy *policy)
{
	json_array(json, "forwards");
	for (size_t i = 0; i < policy->count; i++) {
		const struct policy_pass *pass = &policy->passes[i];

		json_object(json, NULL);
		json_side(json, "from", "from_tunnel", &pass->from, pass->from_tunnel);
		json_side(json, "to", "to_tunnel", &pass->to, pass->to_tunnel);
		json_object_end(json);
	}
	json_array_end(json);
}

static void json_own(struct json *json, const struct node *node)
{
	char endpoint[ENDPOINT_TEXT_SIZE];

	nodeview_json(json, node);
	if (endpoint_is_set(&node->endpoint)) {
		endpoint_format(&node->endpoint, endpoint);
		json_string(json, "endpoint", endpoint);
	}
	json_string(json, "interface", node->interface);
	json_uint(json, "listen_port", node->listen_port);
	json_uint(json, "mtu", node->mtu);
	json_array(json, "dns");
	for (size_t i = 0; i < node->dns_count; i++) {
		char text[ADDR_TEXT_SIZE];

		addr_format(&node->dns[i], text);
		json_string(json, NULL, text);
	}
	json_array_end(json);
	json_uint(json, "persistent_keepalive", node->persistent_keepalive);
}

static void print_json(const struct context *context, const struct node *node,
	const struct facts *facts, bool has_private_key)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT;
	struct json json;

	json_init(&json, &text);
	json_object(&json, NULL);
	json_string(&json, "name", node->name);
	json_own(&json, node);
	json_bool(&json, "has_private_key", has_private_key);
	if (!node->is_hub) {
		json_bool(&json, "preshared_key",
			topology_has_preshared_key(&context->folder.site, node));
		json_prefixes(&json, "allowed_ips_on_hub", &facts->allowed);
		json_prefixes(&json, "allowed_ips", &facts->takes);
	}
	json_prefixes(&json, "router_routes", &facts->routes);
	json_policy(&json, &facts->policy);
	json_object_end(&json);
	out_text(&text);
}

static enum status show_run(const struct invocation *in, struct err *err)
{
	CLEANUP(context_release) struct context context = CONTEXT_INIT;
	CLEANUP(facts_release) struct facts facts = {.policy = POLICY_INIT};
	const struct node *node;
	bool has_private_key;

	if (context_open_keys(&context, in->common, err) < 0 ||
		site_get(&context.folder.site, in->argv[0], &node, err) < 0 ||
		keystore_exists(&context.folder.keys, node->name, KEY_PRIVATE,
			&has_private_key, err) < 0)
		return err->status;
	facts_init(&facts, &context.topology, node);
	if (in->common->json)
		print_json(&context, node, &facts, has_private_key);
	else
		print_text(&context, node, &facts, has_private_key);
	return STATUS_DONE;
}

const struct cmd cmd_show = {
	.name = "show",
	.args = "NAME",
	.summary = "print one node with all that follows from the file",
	.min_args = 1,
	.max_args = 1,
	.completes = "nodes",
	.json = true,
	.run = show_run,
};
