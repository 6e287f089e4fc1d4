/* SPDX-License-Identifier: MIT */
/* Fields of the hub, of spokes and of what they have in common. */
#include "site/load_node.h"

#include <string.h>

#include "base/num.h"
#include "base/suggest.h"
#include "site/fields.h"

enum { MTU_MIN = 576, MTU_MIN_IPV6 = 1280 };

static const char *family_name(enum family family)
{
	return family == FAMILY_IPV4 ? "IPv4" : "IPv6";
}

static size_t slot_of(const struct addr *addr)
{
	return addr->family == FAMILY_IPV4 ? SLOT_IPV4 : SLOT_IPV6;
}

/* Reads an address into the slot of its family; -1 where that failed. */
static int read_slot(struct record *record, const struct tree_node *value,
	struct addr slots[static SLOTS])
{
	struct addr addr;

	if (!value_address(record, value, &addr))
		return -1;
	size_t slot = slot_of(&addr);
	if (addr_is_set(&slots[slot])) {
		value_refuse(record, value,
			"is one too many: only one %s address stands here",
			family_name(addr.family));
		return -1;
	}
	slots[slot] = addr;
	return (int)slot;
}

static void read_one_address(struct record *record, const struct tree_node *item)
{
	if (record->retired) {
		read_slot(record, item, record->retired->address);
		return;
	}
	int slot = read_slot(record, item, record->node->address);
	if (slot >= 0)
		record->node->address_pos[slot] = item->pos;
}

/* For a list that means nothing when it is empty. */
static bool list_is_empty(struct record *record, const struct tree_node *value)
{
	if (value->kind != TREE_LIST || value->first)
		return false;
	err_at(record->err, value->pos, "'%s' is an empty list", value->key->text);
	return true;
}

void read_address(struct record *record, const struct tree_node *value)
{
	if (!list_is_empty(record, value))
		value_each(record, value, read_one_address);
}

void read_public_key(struct record *record, const struct tree_node *value)
{
	if (record->retired) {
		value_key(record, value, &record->retired->public_key);
		return;
	}
	value_key(record, value, &record->node->public_key);
	record->node->public_key_pos = value->pos;
}

void read_endpoint(struct record *record, const struct tree_node *value)
{
	const char *text = value_text(record, value);
	struct addr addr;

	if (!text || endpoint_parse(text, &record->node->endpoint))
		return;
	if (addr_parse(text, &addr) && addr.family == FAMILY_IPV6)
		value_refuse(record, value, "has no port; write '[%s]:%d'", text,
			(int)LISTEN_PORT_DEFAULT);
	else if (addr_parse(text, &addr) || host_name_is_valid(text))
		value_refuse(record, value, "has no port; write '%s:%d'", text,
			(int)LISTEN_PORT_DEFAULT);
	else
		value_refuse(record, value,
			"is not HOST:PORT with a port from 1 to 65535; an IPv6 address "
			"goes in brackets");
}

static void read_one_lan_address(struct record *record, const struct tree_node *item)
{
	read_slot(record, item, record->node->lan_address);
}

void read_lan_address(struct record *record, const struct tree_node *value)
{
	if (!list_is_empty(record, value))
		value_each(record, value, read_one_lan_address);
}

static bool read_subnet(
	struct record *record, const struct tree_node *item, struct prefix *out)
{
	if (item->kind != TREE_MAP)
		return value_network(record, item, out);
	if (tree_get(item, "lan") || tree_get(item, "as"))
		err_at(record->err, item->pos,
			"'lan' and 'as' of a subnet are not supported yet; write a prefix");
	else
		err_at(record->err, item->pos, "a subnet is a prefix, not a map");
	return false;
}

void read_subnets(struct record *record, const struct tree_node *value)
{
	struct node *node = record->node;

	node->subnet_count = value_prefixes(record, value, read_subnet, &node->subnets);
}

void read_interface(struct record *record, const struct tree_node *value)
{
	const char *text = value_text(record, value);

	if (!text)
		return;
	if (interface_name_is_valid(text))
		record->node->interface = text;
	else
		value_refuse(record, value,
			"is not an interface name: up to %d letters, digits and _=+.-, as in "
			"'wg0'",
			(int)INTERFACE_MAX_LENGTH);
}

void read_listen_port(struct record *record, const struct tree_node *value)
{
	value_number(record, value, 1, UINT16_MAX, &record->node->listen_port);
}

void read_mtu(struct record *record, const struct tree_node *value)
{
	uint16_t mtu;

	if (!value_number(record, value, MTU_MIN, UINT16_MAX, &mtu))
		return;
	if (mtu < MTU_MIN_IPV6 && prefix_is_set(&record->site->network[SLOT_IPV6]))
		value_refuse(record, value, "is less than the %d that IPv6 needs",
			(int)MTU_MIN_IPV6);
	else
		record->node->mtu = mtu;
}

void read_dns(struct record *record, const struct tree_node *value)
{
	bool list = value->kind == TREE_LIST;
	const struct tree_node *item = list ? value->first : value;
	struct addr *dns = arena_array(
		&record->site->arena, list ? value->count : 1, sizeof(struct addr));
	size_t count = 0;

	for (; item; item = list ? item->next : NULL)
		if (value_address(record, item, &dns[count]))
			count++;
	record->node->dns = dns;
	record->node->dns_count = count;
}

void read_preshared_key(struct record *record, const struct tree_node *value)
{
	value_bool(record, value, &record->node->preshared_key);
}

void read_persistent_keepalive(struct record *record, const struct tree_node *value)
{
	const char *text = value_text(record, value);
	uint64_t seconds = 0;

	if (!text)
		return;
	if (!strcmp(text, "off") || num_parse(text, 0, UINT16_MAX, &seconds))
		record->node->persistent_keepalive = (uint16_t)seconds;
	else
		value_refuse(record, value,
			"is neither 'off' nor a number of seconds up to %u", UINT16_MAX);
}

static void read_scope(struct record *record, const struct tree_node *value)
{
	static const enum scope scopes[] = {SCOPE_HUB, SCOPE_SITE, SCOPE_ALL};
	const char *words[ARRAY_SIZE(scopes)];
	const char *text = value_text(record, value);
	struct prefix prefix;

	if (!text)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(scopes); i++) {
		words[i] = scope_name(scopes[i]);
		if (!strcmp(text, words[i])) {
			record->node->scope = scopes[i];
			return;
		}
	}
	const char *meant = suggest_nearest(text, words, ARRAY_SIZE(words));
	if (meant)
		value_refuse(record, value,
			"is neither hub, site, all nor a list; did you mean '%s'?",
			meant);
	else if (prefix_parse(text, &prefix))
		value_refuse(record, value, "has to stand in a list; write '[%s]'", text);
	else
		value_refuse(record, value,
			"is neither hub, site, all nor a list of prefixes");
}

void read_allowed_ips(struct record *record, const struct tree_node *value)
{
	struct node *node = record->node;

	if (list_is_empty(record, value))
		return;
	if (value->kind != TREE_LIST) {
		read_scope(record, value);
		return;
	}
	node->scope = SCOPE_LIST;
	node->allowed_ips_count =
		value_prefixes(record, value, value_prefix, &node->allowed_ips);
}

/* Only where no mistake in the fields themselves is the reason. */
static void check_lan_address(struct record *record, size_t slot)
{
	const struct node *node = record->node;
	const struct tree_node *value = tree_get(record->map, "lan_address");
	bool has_subnets = record_is_sound(record, "subnets");
	char text[ADDR_TEXT_SIZE];

	if (!addr_is_set(&node->lan_address[slot]) ||
		(!has_subnets && tree_get(record->map, "subnets")))
		return;
	for (size_t i = 0; i < node->subnet_count; i++)
		if (prefix_contains_addr(
			    &node->subnets[i].prefix, &node->lan_address[slot]))
			return;
	addr_format(&node->lan_address[slot], text);
	if (node->subnet_count)
		err_at(record->err, value->pos,
			"lan_address '%s' lies in none of the 'subnets' of '%s'", text,
			node->name);
	else
		err_at(record->err, value->pos,
			"lan_address '%s' needs the network around it in 'subnets'",
			text);
}

/* Spokes of each family dial the hub's address in it. */
static void check_hub_families(struct record *record)
{
	for (size_t slot = 0; slot < SLOTS; slot++) {
		const struct prefix *network = &record->site->network[slot];
		char text[PREFIX_TEXT_SIZE];

		if (!prefix_is_set(network) || addr_is_set(&record->node->address[slot]))
			continue;
		prefix_format(network, text);
		err_at(record->err, tree_get(record->map, "address")->pos,
			"'hub' has no %s address in the network %s",
			family_name(network->addr.family), text);
	}
}

void load_node(struct record *record)
{
	static const char *const required[] = {"address", "public_key", "endpoint"};
	struct node *node = record->node;
	CLEANUP(buf_release) struct buf who = BUF_INIT;

	record_read(record);
	buf_addf(&who, "'%s'", node->name);
	record_require(record, node->pos, who.text, required,
		ARRAY_SIZE(required) - !node->is_hub);
	for (size_t slot = 0; slot < SLOTS; slot++)
		check_lan_address(record, slot);
	if (!node->is_hub)
		return;
	if (!node->listen_port)
		node->listen_port = node->endpoint.port;
	if (record_is_sound(record, "address"))
		check_hub_families(record);
}
