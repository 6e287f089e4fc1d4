/* SPDX-License-Identifier: MIT */
/* Values and views: filled by whoever renders, printed by type. */
#include "render/value.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/quote.h"
#include "site/emit.h"

static struct value *add_value(struct view *view, const char *name, enum value_type type)
{
	if (view->count == VIEW_MAX) {
		fputs("wgctl: a view has too many values\n", stderr);
		abort();
	}
	struct value *value = &view->values[view->count++];
	value->name = name;
	value->type = type;
	return value;
}

void view_flag(struct view *view, const char *name, bool flag)
{
	add_value(view, name, VALUE_FLAG)->flag = flag;
}

void view_number(struct view *view, const char *name, uint64_t number)
{
	add_value(view, name, VALUE_NUMBER)->number = number;
}

void view_name(struct view *view, const char *name, const char *text)
{
	add_value(view, name, VALUE_NAME)->text = text;
}

void view_text(struct view *view, const char *name, const char *text)
{
	add_value(view, name, VALUE_TEXT)->text = text;
}

void view_addr(struct view *view, const char *name, const struct addr *addr)
{
	add_value(view, name, VALUE_ADDR)->addr = addr;
}

void view_prefix(struct view *view, const char *name, const struct prefix *prefix)
{
	add_value(view, name, VALUE_PREFIX)->prefix = prefix;
}

void view_prefixes(struct view *view, const char *name, const struct prefixset *prefixes)
{
	add_value(view, name, VALUE_PREFIXES)->prefixes = prefixes;
}

void view_key(struct view *view, const char *name, const struct key *key)
{
	add_value(view, name, VALUE_KEY)->key = key;
}

void view_endpoint(struct view *view, const char *name, const struct endpoint *endpoint)
{
	add_value(view, name, VALUE_ENDPOINT)->endpoint = endpoint;
}

void view_list(struct view *view, const char *name, size_t count,
	void (*item)(const void *context, size_t i, struct view *item),
	const void *context)
{
	struct value *value = add_value(view, name, VALUE_LIST);

	value->list.count = count;
	value->list.item = item;
	value->list.context = context;
}

static bool is_plain_word(const char *s)
{
	static const char characters[] = "abcdefghijklmnopqrstuvwxyz"
					 "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";

	return *s && !s[strspn(s, characters)];
}

static bool is_set(const struct value *value)
{
	switch (value->type) {
	case VALUE_NAME:
	case VALUE_TEXT:
		return value->text;
	case VALUE_ADDR:
		return value->addr && addr_is_set(value->addr);
	case VALUE_PREFIX:
		return value->prefix && prefix_is_set(value->prefix);
	case VALUE_PREFIXES:
		return value->prefixes && value->prefixes->count;
	case VALUE_KEY:
		return value->key && !key_is_zero(value->key);
	case VALUE_ENDPOINT:
		return value->endpoint && endpoint_is_set(value->endpoint);
	default:
		return true;
	}
}

const char *value_mistake(const struct value *value, bool is_escaped)
{
	if (value->type == VALUE_LIST || value->type == VALUE_FLAG)
		return "opens a section and does not print";
	if (value->type == VALUE_TEXT && !is_escaped)
		return "is text, which prints only through an escape such as {{sh name}}";
	if (!is_set(value))
		return "has no value: put a section around it";
	if (value->type == VALUE_NAME && !is_plain_word(value->text))
		return "is not a word of letters, digits, '_', '.' and '-'";
	return NULL;
}

static void print_prefixes(const struct prefixset *prefixes, struct buf *out)
{
	char text[PREFIX_TEXT_SIZE];

	for (size_t i = 0; i < prefixes->count; i++) {
		prefix_format(&prefixes->items[i], text);
		if (i)
			buf_add(out, ", ");
		buf_add(out, text);
	}
}

static void print_key(const struct key *key, struct buf *out)
{
	key_format(key, buf_reserve(out, KEY_TEXT_SIZE));
	buf_added(out, KEY_TEXT_SIZE - 1);
}

void value_print(const struct value *value, struct buf *out)
{
	char text[ENDPOINT_TEXT_SIZE] = "";

	switch (value->type) {
	case VALUE_NUMBER:
		snprintf(text, sizeof(text), "%" PRIu64, value->number);
		break;
	case VALUE_NAME:
	case VALUE_TEXT:
		buf_add(out, value->text);
		break;
	case VALUE_ADDR:
		addr_format(value->addr, text);
		break;
	case VALUE_PREFIX:
		prefix_format(value->prefix, text);
		break;
	case VALUE_PREFIXES:
		print_prefixes(value->prefixes, out);
		break;
	case VALUE_KEY:
		print_key(value->key, out);
		break;
	case VALUE_ENDPOINT:
		endpoint_format(value->endpoint, text);
		break;
	case VALUE_FLAG:
	case VALUE_LIST:
		break;
	}
	buf_add(out, text);
}

void value_print_shell(const struct value *value, struct buf *out)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT;

	value_print(value, &text);
	quote_shell(out, text.text);
}

static void print_yaml_prefixes(const struct prefixset *prefixes, struct buf *out)
{
	char text[PREFIX_TEXT_SIZE];

	for (size_t i = 0; i < prefixes->count; i++) {
		prefix_format(&prefixes->items[i], text);
		if (i)
			buf_add(out, ", ");
		emit_scalar(out, text, true);
	}
}

void value_print_yaml(const struct value *value, struct buf *out)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT;

	if (value->type == VALUE_PREFIXES) {
		print_yaml_prefixes(value->prefixes, out);
		return;
	}
	value_print(value, &text);
	emit_scalar(out, text.text, true);
}
