/* SPDX-License-Identifier: MIT */
/* Nodes for people to read. */
#include "nodeview.h"

#include <string.h>

static void add_item(struct buf *out, const char *text)
{
	if (out->len)
		buf_add(out, ", ");
	buf_add(out, text);
}

void nodeview_addresses(const struct addr addresses[static SLOTS], struct buf *out)
{
	for (size_t slot = 0; slot < SLOTS; slot++) {
		char text[ADDR_TEXT_SIZE];

		if (!addr_is_set(&addresses[slot]))
			continue;
		addr_format(&addresses[slot], text);
		add_item(out, text);
	}
}

static void add_prefix(const struct prefix *prefix, struct buf *out)
{
	char text[PREFIX_TEXT_SIZE];

	prefix_format(prefix, text);
	add_item(out, text);
}

void nodeview_subnets(const struct node *node, struct buf *out)
{
	for (size_t i = 0; i < node->subnet_count; i++)
		add_prefix(&node->subnets[i].prefix, out);
}

void nodeview_prefixes(const struct prefixset *prefixes, struct buf *out)
{
	for (size_t i = 0; i < prefixes->count; i++)
		add_prefix(&prefixes->items[i], out);
}

void nodeview_ssh(const struct ssh_target *ssh, struct buf *out)
{
	if (ssh->user)
		buf_addf(out, "%s@", ssh->user);
	if (ssh->host && ssh->port && strchr(ssh->host, ':'))
		buf_addf(out, "[%s]", ssh->host);
	else if (ssh->host)
		buf_add(out, ssh->host);
	if (ssh->port)
		buf_addf(out, ":%u", ssh->port);
	if (ssh->via_hub)
		buf_add(out, out->len ? " via hub" : "via hub");
}

void nodeview_dns(const struct node *node, struct buf *out)
{
	for (size_t i = 0; i < node->dns_count; i++) {
		char text[ADDR_TEXT_SIZE];

		addr_format(&node->dns[i], text);
		add_item(out, text);
	}
}

static void json_addresses(
	struct json *json, const char *key, const struct addr addresses[static SLOTS])
{
	json_array(json, key);
	for (size_t slot = 0; slot < SLOTS; slot++) {
		char text[ADDR_TEXT_SIZE];

		if (!addr_is_set(&addresses[slot]))
			continue;
		addr_format(&addresses[slot], text);
		json_string(json, NULL, text);
	}
	json_array_end(json);
}

void nodeview_json(struct json *json, const struct node *node)
{
	CLEANUP(buf_release) struct buf ssh = BUF_INIT;
	char key[KEY_TEXT_SIZE];

	json_addresses(json, "address", node->address);
	json_array(json, "subnets");
	for (size_t i = 0; i < node->subnet_count; i++) {
		char text[PREFIX_TEXT_SIZE];

		prefix_format(&node->subnets[i].prefix, text);
		json_string(json, NULL, text);
	}
	json_array_end(json);
	json_addresses(json, "lan_address", node->lan_address);
	nodeview_ssh(&node->ssh, &ssh);
	json_string(json, "ssh", ssh.len ? ssh.text : NULL);
	key_format(&node->public_key, key);
	json_string(json, "public_key", key);
}
