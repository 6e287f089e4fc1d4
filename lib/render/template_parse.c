/* SPDX-License-Identifier: MIT */
/* Templates taken apart, line by line, into steps. */
#include "render/template_parse.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "render/template.h"

static const char name_characters[] = "abcdefghijklmnopqrstuvwxyz0123456789_";

/* A part of one line. */
struct span {
	const char *at, *end;
};

struct parser {
	const struct source *source;
	struct err *err;
	struct template template;
	const char *line_start;
	uint32_t line;
	size_t open[TEMPLATE_DEPTH]; /* indexes of the sections that are open */
	size_t depth;
};

static struct pos place(const struct parser *parser, const char *at)
{
	uint32_t col = 1;

	for (const char *c = parser->line_start; c < at; c++)
		col += ((unsigned char)*c & 0xc0) != 0x80;
	return (struct pos){parser->source, parser->line, col};
}

static struct step *add_step(
	struct parser *parser, enum step_type type, struct span span, struct pos pos)
{
	struct template *template = &parser->template;

	template->steps = array_reserve(template->steps, &template->cap,
		template->count + 1, sizeof(template->steps[0]));
	struct step *step = &template->steps[template->count++];
	*step = (struct step){.type = type,
		.text = span.at,
		.len = (size_t)(span.end - span.at),
		.pos = pos};
	return step;
}

/* Text that follows on text in the source becomes one step with it. */
static void add_text(struct parser *parser, struct span span)
{
	struct template *template = &parser->template;
	struct step *last =
		template->count ? &template->steps[template->count - 1] : NULL;

	if (span.at == span.end)
		return;
	if (last && last->type == STEP_TEXT && last->text + last->len == span.at)
		last->len += (size_t)(span.end - span.at);
	else
		add_step(parser, STEP_TEXT, span, place(parser, span.at));
}

static int open_section(
	struct parser *parser, enum step_type type, struct span name, struct pos pos)
{
	if (parser->depth == TEMPLATE_DEPTH)
		return err_at(parser->err, pos, "sections are nested deeper than %d",
			TEMPLATE_DEPTH);
	parser->open[parser->depth++] = parser->template.count;
	add_step(parser, type, name, pos);
	return 0;
}

static int close_section(struct parser *parser, struct span name, struct pos pos)
{
	const int len = (int)(name.end - name.at);

	if (!parser->depth)
		return err_at(
			parser->err, pos, "section '%.*s' is not open", len, name.at);
	struct step *open = &parser->template.steps[parser->open[--parser->depth]];
	if (open->len != (size_t)len || memcmp(open->text, name.at, open->len) != 0)
		return err_at(parser->err, pos,
			"section '%.*s' is closed while '%.*s' of line %u is open", len,
			name.at, (int)open->len, open->text, (unsigned)open->pos.line);
	open->end = parser->template.count;
	add_step(parser, STEP_END, name, pos);
	return 0;
}

static bool is_name(struct span span)
{
	for (const char *c = span.at; c < span.end; c++) {
		if (!*c || !strchr(name_characters, *c))
			return false;
	}
	return span.at < span.end;
}

/* Takes the name of an escape off the front: STEP_VALUE where there is none. */
static enum step_type take_escape(struct span *inner)
{
	static const struct {
		const char *prefix;
		enum step_type type;
	} escapes[] = {{"sh ", STEP_SHELL}, {"yaml ", STEP_YAML}};

	for (size_t i = 0; i < ARRAY_SIZE(escapes); i++) {
		size_t len = strlen(escapes[i].prefix);

		if ((size_t)(inner->end - inner->at) < len ||
			memcmp(inner->at, escapes[i].prefix, len) != 0)
			continue;
		inner->at += len;
		return escapes[i].type;
	}
	return STEP_VALUE;
}

/* `inner` is what stands between the braces. */
static int add_tag(struct parser *parser, struct span inner, struct pos pos)
{
	const char kind = inner.at < inner.end ? *inner.at : '\0';

	if (kind == '!')
		return 0;
	const bool is_marked = kind == '#' || kind == '^' || kind == '/';
	if (is_marked)
		inner.at++;
	const enum step_type type = is_marked ? STEP_VALUE : take_escape(&inner);
	if (!is_name(inner))
		return err_at(parser->err, pos,
			"no such tag: write {{name}}, {{sh name}}, {{yaml name}}, "
			"{{#name}}, {{^name}}, {{/name}} or {{!comment}}");
	if (kind == '#')
		return open_section(parser, STEP_SECTION, inner, pos);
	if (kind == '^')
		return open_section(parser, STEP_INVERTED, inner, pos);
	if (kind == '/')
		return close_section(parser, inner, pos);
	add_step(parser, type, inner, pos);
	return 0;
}

static const char *find(struct span span, const char *two_characters)
{
	return memmem(span.at, (size_t)(span.end - span.at), two_characters, 2);
}

static const char *skip_blanks(struct span span)
{
	while (span.at < span.end && (*span.at == ' ' || *span.at == '\t'))
		span.at++;
	return span.at;
}

/* True for a line of one section tag or comment, which leaves no line behind. */
static bool is_standalone(struct span line, struct span *inner)
{
	const char *at = skip_blanks(line);

	if (line.end - at < 3 || memcmp(at, "{{", 2) != 0 || !at[2] ||
		!strchr("#^/!", at[2]))
		return false;
	inner->at = at + 2;
	inner->end = find((struct span){inner->at, line.end}, "}}");
	if (!inner->end)
		return false;
	at = skip_blanks((struct span){inner->end + 2, line.end});
	return at == line.end || *at == '\n';
}

static int parse_line(struct parser *parser, struct span line)
{
	struct span inner;

	if (is_standalone(line, &inner))
		return add_tag(parser, inner, place(parser, inner.at - 2));
	for (;;) {
		const char *tag = find(line, "{{");

		add_text(parser, (struct span){line.at, tag ? tag : line.end});
		if (!tag)
			return 0;
		inner = (struct span){
			tag + 2, find((struct span){tag + 2, line.end}, "}}")};
		if (!inner.end)
			return err_at(parser->err, place(parser, tag),
				"tag is not closed by '}}' in its line");
		if (add_tag(parser, inner, place(parser, tag)) < 0)
			return -1;
		line.at = inner.end + 2;
	}
}

static int parse_lines(struct parser *parser)
{
	const char *at = parser->source->text, *end = at + parser->source->len;

	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const struct span line = {at, newline ? newline + 1 : end};

		parser->line++;
		parser->line_start = at;
		if (parse_line(parser, line) < 0)
			return -1;
		at = line.end;
	}
	if (!parser->depth)
		return 0;
	const struct step *open =
		&parser->template.steps[parser->open[parser->depth - 1]];
	return err_at(parser->err, open->pos, "section '%.*s' is not closed",
		(int)open->len, open->text);
}

int template_parse(const struct source *source, struct template *out, struct err *err)
{
	struct parser parser = {.source = source, .err = err};

	if (parse_lines(&parser) < 0) {
		template_release(&parser.template);
		return -1;
	}
	*out = parser.template;
	return 0;
}

void template_release(struct template *template)
{
	free(template->steps);
	*template = (struct template)TEMPLATE_INIT;
}
