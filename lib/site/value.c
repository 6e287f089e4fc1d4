/* SPDX-License-Identifier: MIT */
/* Single values: strict types, and words for what is not of the type. */
#include "site/value.h"

#include <stdarg.h>
#include <string.h>
#include <strings.h>

#include "base/num.h"
#include "base/quote.h"

enum { SHOWN_MAX = 60 };

/* A prefix of addresses that mean something else than a host of the network. */
static const struct special {
	struct prefix prefix;
	const char *what;
} special[] = {
	{{{FAMILY_IPV4, {0}}, 8}, "unspecified"},
	{{{FAMILY_IPV4, {127}}, 8}, "loopback"},
	{{{FAMILY_IPV4, {169, 254}}, 16}, "link-local"},
	{{{FAMILY_IPV4, {224}}, 4}, "multicast"},
	{{{FAMILY_IPV4, {240}}, 4}, "reserved"},
	{{{FAMILY_IPV6, {0}}, 128}, "unspecified"},
	{{{FAMILY_IPV6, {[15] = 1}}, 128}, "loopback"},
	{{{FAMILY_IPV6, {0xfe, 0x80}}, 10}, "link-local"},
	{{{FAMILY_IPV6, {0xff}}, 8}, "multicast"},
};

static const char *special_name(const struct prefix *prefix)
{
	for (size_t i = 0; i < ARRAY_SIZE(special); i++)
		if (prefix_overlaps(&special[i].prefix, prefix))
			return special[i].what;
	return NULL;
}

void value_show(struct buf *out, const char *text)
{
	size_t len = strlen(text), cut = len;

	if (len > SHOWN_MAX)
		for (cut = SHOWN_MAX;
			cut > 0 && ((unsigned char)text[cut] & 0xc0) == 0x80;)
			cut--;
	quote_display(out, text, cut);
	if (cut < len)
		buf_add(out, "...");
}

void value_refuse(
	struct record *record, const struct tree_node *value, const char *format, ...)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT;
	va_list args;

	buf_add_char(&text, '\'');
	value_show(&text, value->text);
	buf_add(&text, "' ");
	va_start(args, format);
	buf_vaddf(&text, format, args);
	va_end(args);
	err_at(record->err, value->pos, "%s", text.text);
}

/* What messages call a value: its field, or the field of the list around it. */
static const char *kind_of(const struct tree_node *value)
{
	return value->key ? value->key->text : "a value of the list";
}

const char *value_text(struct record *record, const struct tree_node *value)
{
	CLEANUP(buf_release) struct buf name = BUF_INIT;

	if (value->kind == TREE_SCALAR && *value->text && !tree_is_null(value))
		return value->text;
	value_show(&name, kind_of(value));
	if (value->kind == TREE_SCALAR)
		err_at(record->err, value->pos,
			value->key ? "'%s' has no value" : "%s is empty", name.text);
	else
		err_at(record->err, value->pos,
			value->key ? "'%s' takes a single value, not a %s"
				   : "%s has to be a single value, not a %s",
			name.text, value->kind == TREE_LIST ? "list" : "map");
	return NULL;
}

void value_each(struct record *record, const struct tree_node *value, value_reader *read)
{
	if (value->kind != TREE_LIST) {
		read(record, value);
		return;
	}
	for (const struct tree_node *item = value->first; item; item = item->next)
		read(record, item);
}

size_t value_prefixes(struct record *record, const struct tree_node *value,
	value_prefix_reader *read, const struct site_prefix **out)
{
	bool list = value->kind == TREE_LIST;
	const struct tree_node *item = list ? value->first : value;
	struct site_prefix *prefixes = arena_array(
		&record->site->arena, list ? value->count : 1, sizeof(*prefixes));
	size_t count = 0;

	for (; item; item = list ? item->next : NULL)
		if (read(record, item, &prefixes[count].prefix))
			prefixes[count++].pos = item->pos;
	*out = prefixes;
	return count;
}

/* What other YAML readers take for a boolean. */
static const char *bool_meant(const char *text)
{
	static const char *const yes[] = {"yes", "y", "on", "true", "t", "1"};
	static const char *const no[] = {"no", "n", "off", "false", "f", "0"};

	for (size_t i = 0; i < ARRAY_SIZE(yes); i++) {
		if (!strcasecmp(text, yes[i]))
			return "true";
		if (!strcasecmp(text, no[i]))
			return "false";
	}
	return NULL;
}

bool value_bool(struct record *record, const struct tree_node *value, bool *out)
{
	const char *text = value_text(record, value);

	if (!text)
		return false;
	if (!strcmp(text, "true") || !strcmp(text, "false")) {
		*out = *text == 't';
		return true;
	}
	const char *meant = bool_meant(text);
	if (meant)
		value_refuse(record, value,
			"is neither true nor false; did you mean '%s'?", meant);
	else
		value_refuse(record, value, "is neither true nor false");
	return false;
}

bool value_number(struct record *record, const struct tree_node *value, uint16_t min,
	uint16_t max, uint16_t *out)
{
	const char *text = value_text(record, value);
	uint64_t number;

	if (!text)
		return false;
	if (!num_parse(text, min, max, &number)) {
		value_refuse(record, value, "is not a number from %u to %u", min, max);
		return false;
	}
	*out = (uint16_t)number;
	return true;
}

bool value_address(struct record *record, const struct tree_node *value, struct addr *out)
{
	const char *text = value_text(record, value);
	struct prefix host;

	if (!text)
		return false;
	if (!addr_parse(text, &host.addr)) {
		if (prefix_parse(text, &host))
			value_refuse(record, value,
				"is a prefix; an address stands here without '/%u'",
				host.len);
		else
			value_refuse(record, value, "is not an IP address");
		return false;
	}
	host = prefix_of_host(&host.addr);
	const char *what = special_name(&host);
	if (what) {
		value_refuse(record, value, "is no host's address: it is %s", what);
		return false;
	}
	*out = host.addr;
	return true;
}

/* Words for what is not ADDRESS/LENGTH. */
static void refuse_prefix(
	struct record *record, const struct tree_node *value, const char *text)
{
	const char *slash = strchr(text, '/');
	char network[PREFIX_TEXT_SIZE];
	char head[ADDR_TEXT_SIZE] = "";
	struct addr addr;

	if (slash && (size_t)(slash - text) < sizeof(head))
		memcpy(head, text, (size_t)(slash - text));
	if (addr_parse(head, &addr)) {
		value_refuse(record, value,
			"is not a prefix: its length has to be a number from 0 to %u",
			addr_bits(&addr));
	} else if (addr_parse(text, &addr)) {
		struct prefix wide =
			prefix_around(&addr, addr.family == FAMILY_IPV4 ? 24 : 64);

		prefix_format(&wide, network);
		value_refuse(record, value,
			"has no length; write '%s' for a network, '%s/%u' for one host",
			network, text, addr_bits(&addr));
	} else {
		value_refuse(record, value, "is not a prefix such as '10.20.1.0/24'");
	}
}

bool value_prefix(
	struct record *record, const struct tree_node *value, struct prefix *out)
{
	const char *text = value_text(record, value);
	struct prefix prefix;

	if (!text)
		return false;
	if (!prefix_parse(text, &prefix)) {
		refuse_prefix(record, value, text);
		return false;
	}
	if (prefix_has_host_bits(&prefix)) {
		struct prefix meant = prefix_around(&prefix.addr, prefix.len);
		char network[PREFIX_TEXT_SIZE];

		prefix_format(&meant, network);
		value_refuse(
			record, value, "has host bits set; did you mean '%s'?", network);
		return false;
	}
	*out = prefix;
	return true;
}

bool value_network(
	struct record *record, const struct tree_node *value, struct prefix *out)
{
	struct prefix prefix;

	if (!value_prefix(record, value, &prefix))
		return false;
	if (prefix.len == 0) {
		value_refuse(record, value,
			"is every address, not a network; for all traffic through the hub "
			"write 'allowed_ips: all' at the spoke");
		return false;
	}
	const char *what = special_name(&prefix);
	if (what) {
		value_refuse(record, value, "is no network of hosts: it has %s addresses",
			what);
		return false;
	}
	*out = prefix;
	return true;
}

bool value_key(struct record *record, const struct tree_node *value, struct key *out)
{
	const char *text = value_text(record, value);
	CLEANUP(buf_release) struct buf message = BUF_INIT;
	struct key key;

	if (!text)
		return false;
	size_t len = strlen(text);
	if (!key_parse(text, &key)) {
		buf_addf(&message,
			"'%s' is not a WireGuard key (%d characters of base64)",
			kind_of(value), KEY_TEXT_SIZE - 1);
		if (len != KEY_TEXT_SIZE - 1)
			buf_addf(&message, ": it has %zu", len);
	} else if (key_is_zero(&key)) {
		buf_addf(&message, "'%s' is all zero; put the peer's key here",
			kind_of(value));
	} else if (key_is_low_order(&key)) {
		buf_addf(&message, "'%s' is a point of low order, which makes no secret",
			kind_of(value));
	} else {
		*out = key;
		return true;
	}
	err_at(record->err, value->pos, "%s", message.text);
	return false;
}
