/* SPDX-License-Identifier: MIT */
/* Tree nodes written as YAML. */
#include "site/emit.h"

#include <string.h>
#include <strings.h>

/* Any other reader of the file takes these words for something else than text. */
static bool is_reserved(const char *text)
{
	static const char *const words[] = {"~", "null", "true", "false"};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcasecmp(text, words[i]))
			return true;
	return false;
}

static bool has_control(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return true;
	return false;
}

static bool needs_quotes(const char *text, bool flow)
{
	size_t len = strlen(text);

	if (!len || is_reserved(text) || has_control(text))
		return true;
	if (strchr(" -?:,[]{}#&*!|>'\"%@`", text[0]) || strchr(" :", text[len - 1]))
		return true;
	if (strstr(text, ": ") || strstr(text, " #"))
		return true;
	return flow && strpbrk(text, ",[]{}?");
}

static void emit_quoted(struct buf *out, const char *text)
{
	buf_add_char(out, '"');
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			buf_addf(out, "\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			buf_addf(out, "\\x%02x", c);
		else
			buf_add_char(out, *text);
	}
	buf_add_char(out, '"');
}

void emit_scalar(struct buf *out, const char *text, bool flow)
{
	if (needs_quotes(text, flow))
		emit_quoted(out, text);
	else
		buf_add(out, text);
}

static bool is_number(const char *text)
{
	return *text && !text[strspn(text, "0123456789")];
}

static void emit_value(
	struct buf *out, const char *text, bool flow, const struct emit_style *style)
{
	if (style->quote == '"' && !is_number(text))
		emit_quoted(out, text);
	else
		emit_scalar(out, text, flow);
}

static void emit_key(
	struct buf *out, const char *key, bool flow, const struct emit_style *style)
{
	if (style->quote == '"')
		emit_quoted(out, key);
	else if (style->quote && !strpbrk(key, "'\n"))
		buf_addf(out, "%c%s%c", style->quote, key, style->quote);
	else
		emit_scalar(out, key, flow);
	buf_add_char(out, ':');
}

void emit_flow(
	struct buf *out, const struct tree_node *node, const struct emit_style *style)
{
	bool map = node->kind == TREE_MAP;

	if (node->key) {
		emit_key(out, node->key->text, true, style);
		buf_add_char(out, ' ');
	}
	if (node->kind == TREE_SCALAR) {
		emit_value(out, node->text, true, style);
		return;
	}
	buf_add_char(out, map ? '{' : '[');
	for (const struct tree_node *child = node->first; child; child = child->next) {
		emit_flow(out, child, style);
		if (child->next)
			buf_add(out, ", ");
	}
	buf_add_char(out, map ? '}' : ']');
}

static void indent(struct buf *out, size_t col)
{
	buf_addf(out, "%*s", (int)col, "");
}

void emit_block(struct buf *out, const struct tree_node *node, size_t col,
	const struct emit_style *style)
{
	struct tree_node value = *node;

	indent(out, col);
	if (node->key)
		emit_key(out, node->key->text, false, style);
	else
		buf_add_char(out, '-');
	value.key = NULL;
	if (node->kind == TREE_SCALAR) {
		buf_add_char(out, ' ');
		emit_value(out, node->text, false, style);
	} else if (node->flow || !node->first) {
		buf_add_char(out, ' ');
		emit_flow(out, &value, style);
	} else {
		for (const struct tree_node *child = node->first; child;
			child = child->next) {
			buf_add(out, style->newline);
			emit_block(out, child, col + style->step, style);
		}
	}
}
