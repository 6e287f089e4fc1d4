/* SPDX-License-Identifier: MIT */
/* libyaml's errors, explained. */
#include "site/syntax.h"

#include <stdlib.h>
#include <string.h>

#include "base/quote.h"

/* Where the parser stopped, and what it complained about. */
struct fault {
	const struct source *source;
	size_t at; /* the byte of `pos` */
	struct pos pos;
	struct pos context; /* where the thing began that is broken */
};

struct pos syntax_pos(const struct source *source, yaml_mark_t mark)
{
	return (struct pos){.source = source,
		.line = (uint32_t)mark.line + 1,
		.col = (uint32_t)mark.column + 1};
}

static char byte_of(const struct fault *fault, size_t at)
{
	return at < fault->source->len ? fault->source->text[at] : '\n';
}

static bool is_one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

static bool is_first_in_line(const struct fault *fault)
{
	size_t at = fault->at;

	while (at > 0 && is_one_of(byte_of(fault, at - 1), " \t"))
		at--;
	return at == 0 || byte_of(fault, at - 1) == '\n';
}

/* The place of a byte that stands before the fault in its line. */
static struct pos pos_before(const struct fault *fault, size_t begin)
{
	struct pos pos = fault->pos;

	for (size_t at = begin; at < fault->at; at++)
		pos.col -= ((unsigned char)byte_of(fault, at) & 0xc0) != 0x80;
	return pos;
}

/* The word from `begin` that the fault is part of: an address with colons, most often. */
static int quote_from(const struct fault *fault, size_t begin, struct err *err)
{
	CLEANUP(buf_release) struct buf word = BUF_INIT;
	size_t end = fault->at;

	while (!is_one_of(byte_of(fault, end), " \t\r\n,}") &&
		(byte_of(fault, end) != ']' || byte_of(fault, end + 1) == ':') &&
		end - begin < 60)
		end++;
	quote_display(&word, fault->source->text + begin, end - begin);
	if (!strcmp(word.text, ":"))
		return err_at(
			err, pos_before(fault, begin), "a key is missing before ':'");
	if (strchr(word.text, ':') == word.text + word.len - 1)
		return err_at(err, pos_before(fault, begin),
			"'%s' needs a space and a value behind it", word.text);
	return err_at(err, pos_before(fault, begin),
		"'%s' has to stand in quotes: without them its ':' ends a key",
		word.text);
}

static size_t word_begin(const struct fault *fault, const char *edges)
{
	size_t begin = fault->at;

	while (begin > 0 && !is_one_of(byte_of(fault, begin - 1), edges))
		begin--;
	return begin;
}

static int explain_word(const struct fault *fault, struct err *err)
{
	return quote_from(fault, word_begin(fault, " \t\n[{,"), err);
}

static int explain_tab(const struct fault *fault, struct err *err)
{
	return err_at(err, fault->pos, "a tab cannot indent a line; use spaces");
}

static int explain_start(const struct fault *fault, struct err *err)
{
	char c = byte_of(fault, fault->at);

	if (c == '\t')
		return explain_tab(fault, err);
	return err_at(
		err, fault->pos, "a value cannot start with '%c'; put it in quotes", c);
}

/* libyaml stops behind the '*' or '&' whose name is missing. */
static int explain_reference(const struct fault *fault, struct err *err)
{
	struct fault before = *fault;

	if (fault->at > 0 && fault->pos.col > 1) {
		before.at--;
		before.pos.col--;
	}
	return explain_start(&before, err);
}

static int explain_content(const struct fault *fault, struct err *err)
{
	char c = byte_of(fault, fault->at);

	if (c == ':')
		return explain_word(fault, err);
	return err_at(err, fault->pos,
		"a value is expected here; put it in quotes if it is meant as text");
}

static int explain_indent(const struct fault *fault, struct err *err)
{
	return err_at(err, fault->pos,
		"the indentation of this line fits none of the lines above");
}

static int explain_key(const struct fault *fault, struct err *err)
{
	char c = byte_of(fault, fault->at);

	if (c == ':' && fault->at > 0 && byte_of(fault, fault->at - 1) == ']')
		return quote_from(fault, word_begin(fault, " \t\n"), err);
	if (c == ']' || c == '}')
		return err_at(
			err, fault->pos, "nothing is open that '%c' could close", c);
	if (c == ':' && is_first_in_line(fault) &&
		is_one_of(byte_of(fault, fault->at + 1), " \t\r\n"))
		return err_at(err, fault->pos, "a key is missing before ':'");
	if (is_first_in_line(fault))
		return explain_indent(fault, err);
	return err_at(err, fault->pos,
		"the value ended before this; put all of it in one pair of quotes");
}

/* The last line above the fault's own that is not blank, where it has no ':' of a key. */
static bool find_line_without_colon(const struct fault *fault, struct pos *pos)
{
	const char *text = fault->source->text;
	size_t end = word_begin(fault, "\n"), begin, at;

	*pos = fault->pos;
	do {
		if (!end)
			return false;
		for (begin = end - 1; begin > 0 && text[begin - 1] != '\n';)
			begin--;
		for (at = begin; is_one_of(text[at], " \t\r");)
			at++;
		pos->line--;
		end = begin;
	} while (text[at] == '\n');
	pos->col = (uint32_t)(at - begin) + 1;
	for (; text[at] != '\n' && text[at] != '#'; at++)
		if (text[at] == ':' && is_one_of(text[at + 1], " \t\r\n"))
			return false;
	return true;
}

static int explain_mapping(const struct fault *fault, struct err *err)
{
	size_t begin = word_begin(fault, " \t\n[{,");
	size_t len = fault->at - begin;
	struct pos above;

	if (len && memchr(fault->source->text + begin, ':', len))
		return quote_from(fault, begin, err);
	struct fault word = *fault;
	word.at = begin;
	if (!is_first_in_line(&word))
		return err_at(err, fault->pos,
			"a second key in one line; begin a new line, or put the value in "
			"quotes");
	if (find_line_without_colon(fault, &above))
		return err_at(err, above,
			"this line has no key: a ':' with a space behind it is missing");
	return err_at(err, pos_before(fault, begin),
		"this line is indented deeper than the one above, which has its value");
}

static int explain_colon(const struct fault *fault, struct err *err)
{
	return err_at(err, fault->context, "a ':' is missing behind this key");
}

static int explain_quote(const struct fault *fault, struct err *err)
{
	return err_at(err, fault->context, "the quote that opens here is never closed");
}

static int explain_bracket(const struct fault *fault, struct err *err)
{
	return err_at(err, fault->context,
		"the bracket that opens here is not closed: ',' or its end is missing "
		"before line %u, column %u",
		fault->pos.line, fault->pos.col);
}

static int explain_item(const struct fault *fault, struct err *err)
{
	return err_at(err, fault->pos,
		"a list item cannot start here; begin it on a line of its own");
}

static int explain_escape(const struct fault *fault, struct err *err)
{
	return err_at(err, fault->pos,
		"unknown escape in double quotes; use single quotes for a backslash");
}

static int explain_tag(const struct fault *fault, struct err *err)
{
	return err_at(err, fault->pos, "a tag is refused; write the value alone");
}

static int explain_document(const struct fault *fault, struct err *err)
{
	return err_at(err, fault->pos,
		"the text ended before this line; check its indentation");
}

static const struct rule {
	const char *problem; /* in libyaml's words */
	int (*explain)(const struct fault *fault, struct err *err);
} rules[] = {
	{"block sequence entries are not allowed in this context", explain_item},
	{"could not find expected ':'", explain_colon},
	{"did not find expected ',' or ']'", explain_bracket},
	{"did not find expected ',' or '}'", explain_bracket},
	{"did not find expected '-' indicator", explain_indent},
	{"did not find expected <document start>", explain_document},
	{"did not find expected alphabetic or numeric character", explain_reference},
	{"did not find expected key", explain_key},
	{"did not find expected node content", explain_content},
	{"found a tab character that violates indentation", explain_tab},
	{"found a tab character where an indentation space is expected", explain_tab},
	{"found character that cannot start any token", explain_start},
	{"found undefined tag handle", explain_tag},
	{"found unexpected ':'", explain_word},
	{"found unexpected end of stream", explain_quote},
	{"found unknown escape character", explain_escape},
	{"mapping values are not allowed in this context", explain_mapping},
};

int syntax_error(const yaml_parser_t *yaml, const struct source *source, size_t at,
	struct err *err)
{
	const char *problem = yaml->problem ? yaml->problem : "";
	struct fault fault = {.source = source,
		.at = at,
		.pos = syntax_pos(source, yaml->problem_mark),
		.context = syntax_pos(source, yaml->context_mark)};

	if (yaml->error == YAML_MEMORY_ERROR)
		abort();
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
		if (!strcmp(rules[i].problem, problem))
			return rules[i].explain(&fault, err);
	return err_at(err, fault.pos, "not YAML here: %s", problem);
}
