/* SPDX-License-Identifier: MIT */
/* libyaml's events into a tree that knows its bytes. */
#include "site/tree.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/quote.h"
#include "base/utf8.h"
#include "site/syntax.h"
#include "site/text.h"

/* A map or list that is not at its end yet. */
struct level {
	struct tree_node *node;
	struct tree_node *last; /* its last child so far */
	struct tree_node *key;	/* of a map: the key that waits for its value */
};

struct parse {
	struct arena *arena;
	const struct source *source;
	struct err *err;
	yaml_parser_t yaml;
	size_t index, byte; /* the same place, as libyaml counts and in bytes */
	size_t leaf_end;    /* behind the last scalar or flow collection */
	struct tree_node *root;
	unsigned documents;
	unsigned depth;
	struct level levels[TREE_DEPTH];
	/* Scratch for the search of repeated keys. */
	const struct tree_node **keys;
	size_t keys_cap;
};

static void parse_release(struct parse *parse)
{
	yaml_parser_delete(&parse->yaml);
	free(parse->keys);
}

static bool is_continuation(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

/*
 * libyaml counts characters, and does so for marks that come nearly in order: the way from
 * the mark before is short.
 */
static size_t byte_at(struct parse *parse, size_t index)
{
	const char *text = parse->source->text;

	for (; parse->index < index && parse->byte < parse->source->len; parse->index++)
		do
			parse->byte++;
		while (parse->byte < parse->source->len &&
			is_continuation(text[parse->byte]));
	for (; parse->index > index; parse->index--)
		do
			parse->byte--;
		while (is_continuation(text[parse->byte]));
	return parse->byte;
}

/* Appends a name from the text as messages show it. */
static const char *show(struct buf *out, const char *name)
{
	quote_display(out, name, strnlen(name, 60));
	return out->text;
}

static void refuse(struct parse *parse, struct pos pos, const char *what,
	const char *name, const char *advice)
{
	CLEANUP(buf_release) struct buf shown = BUF_INIT;

	err_at(parse->err, pos, "%s '%s' is refused; %s", what, show(&shown, name),
		advice);
}

static struct tree_node *node_new(
	struct parse *parse, enum tree_kind kind, const yaml_event_t *event)
{
	struct tree_node *node = arena_alloc(parse->arena, sizeof(*node));

	node->kind = kind;
	node->pos = syntax_pos(parse->source, event->start_mark);
	node->begin = byte_at(parse, event->start_mark.index);
	node->end = node->begin;
	return node;
}

static void check_key(struct parse *parse, const struct tree_node *key)
{
	if (key->kind != TREE_SCALAR)
		err_at(parse->err, key->pos,
			"a list or map cannot be a key; write 'key: value'");
	else if (!key->quoted && !*key->text)
		err_at(parse->err, key->pos, "a key is missing before ':'");
	else if (!key->quoted && !strcmp(key->text, "<<"))
		refuse(parse, key->pos, "merge key", "<<", "write the fields out");
}

/*
 * A value that is not there stands behind the colon; where there is not even a colon,
 * libyaml puts it at the next token, which may be lines away.
 */
static void place_empty(struct parse *parse, struct tree_node *value)
{
	const char *text = parse->source->text;
	size_t at = value->key->end;

	while (at < value->begin && text[at] == ' ')
		at++;
	if (at < value->begin && text[at] == ':')
		return;
	value->begin = value->end = parse->leaf_end = value->key->end;
	value->pos = value->key->pos;
}

static void attach(struct parse *parse, struct tree_node *node)
{
	if (!parse->depth) {
		parse->root = node;
		return;
	}
	struct level *level = &parse->levels[parse->depth - 1];
	if (level->node->kind == TREE_MAP && !level->key) {
		level->key = node;
		check_key(parse, node);
		return;
	}
	node->key = TAKE(level->key);
	if (node->key && node->kind == TREE_SCALAR && !node->quoted && !*node->text)
		place_empty(parse, node);
	if (level->last)
		level->last->next = node;
	else
		level->node->first = node;
	level->last = node;
	level->node->count++;
}

/* Escapes in double quotes bring in what text_check cannot see. */
static bool value_is_clean(const char *value, size_t len)
{
	size_t used = text_plain_length(value, len);

	for (value += used, len -= used; len; value += used, len -= used) {
		uint32_t c = 0;

		used = utf8_decode(value, len, &c);
		if (!used || (c != '\n' && utf8_is_deceptive(c)))
			return false;
	}
	return true;
}

static void add_scalar(struct parse *parse, const yaml_event_t *event)
{
	struct tree_node *node = node_new(parse, TREE_SCALAR, event);
	const char *value = (const char *)event->data.scalar.value;
	size_t len = event->data.scalar.length;

	node->text = arena_strndup(parse->arena, value, len);
	node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	node->end = byte_at(parse, event->end_mark.index);
	parse->leaf_end = node->end;
	if (!value_is_clean(value, len))
		err_at(parse->err, node->pos,
			"the value holds a control or invisible character; remove it");
	attach(parse, node);
}

static int open_collection(
	struct parse *parse, enum tree_kind kind, const yaml_event_t *event)
{
	struct tree_node *node = node_new(parse, kind, event);

	if (parse->depth == TREE_DEPTH)
		return err_at(parse->err, node->pos, "nested deeper than %d levels",
			(int)TREE_DEPTH);
	/* The map of one pair in [a: b] counts as flow, but has no brackets. */
	node->flow = node->begin < parse->source->len &&
		     parse->source->text[node->begin] == (kind == TREE_MAP ? '{' : '[');
	attach(parse, node);
	parse->levels[parse->depth++] = (struct level){.node = node};
	return 0;
}

static int compare_keys(const void *a, const void *b)
{
	const struct tree_node *x = *(const struct tree_node *const *)a;
	const struct tree_node *y = *(const struct tree_node *const *)b;
	int order = strcmp(x->text, y->text);

	if (order)
		return order;
	return x->begin < y->begin ? -1 : x->begin > y->begin;
}

static void check_repeated(struct parse *parse, const struct tree_node *map)
{
	size_t count = 0;

	parse->keys = array_reserve(
		parse->keys, &parse->keys_cap, map->count, sizeof(*parse->keys));
	for (const struct tree_node *node = map->first; node; node = node->next)
		if (node->key->kind == TREE_SCALAR)
			parse->keys[count++] = node->key;
	qsort(parse->keys, count, sizeof(*parse->keys), compare_keys);
	for (size_t i = 1, first = 0; i < count; i++) {
		CLEANUP(buf_release) struct buf shown = BUF_INIT;
		const struct tree_node *key = parse->keys[i];

		if (strcmp(key->text, parse->keys[first]->text) != 0)
			first = i;
		else
			err_at(parse->err, key->pos,
				"'%s' is given twice (first in line %u)",
				show(&shown, key->text), parse->keys[first]->pos.line);
	}
}

static void close_collection(struct parse *parse, const yaml_event_t *event)
{
	struct tree_node *node = parse->levels[--parse->depth].node;

	/* The end of a block is marked at the next token, behind comments. */
	if (node->flow)
		parse->leaf_end = byte_at(parse, event->end_mark.index);
	node->end = parse->leaf_end;
	if (node->kind == TREE_MAP && node->count > 1)
		check_repeated(parse, node);
}

static void check_properties(struct parse *parse, const yaml_event_t *event,
	const yaml_char_t *anchor, const yaml_char_t *tag)
{
	struct pos pos = syntax_pos(parse->source, event->start_mark);

	if (anchor)
		refuse(parse, pos, "anchor", (const char *)anchor,
			"write the value out where it is needed");
	if (tag)
		err_at(parse->err, pos, "a tag is refused; write the value alone");
}

/* Stands in for a value so that the rest keeps its shape. */
static void add_alias(struct parse *parse, const yaml_event_t *event)
{
	struct tree_node *node = node_new(parse, TREE_SCALAR, event);

	refuse(parse, node->pos, "alias", (const char *)event->data.alias.anchor,
		"write the value out");
	node->text = "*";
	node->end = parse->leaf_end = byte_at(parse, event->end_mark.index);
	attach(parse, node);
}

static int take_event(struct parse *parse, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		if (parse->documents++)
			return err_at(parse->err,
				syntax_pos(parse->source, event->start_mark),
				"a second document starts here; only one is allowed");
		return 0;
	case YAML_ALIAS_EVENT:
		add_alias(parse, event);
		return 0;
	case YAML_SCALAR_EVENT:
		check_properties(
			parse, event, event->data.scalar.anchor, event->data.scalar.tag);
		add_scalar(parse, event);
		return 0;
	case YAML_SEQUENCE_START_EVENT:
		check_properties(parse, event, event->data.sequence_start.anchor,
			event->data.sequence_start.tag);
		return open_collection(parse, TREE_LIST, event);
	case YAML_MAPPING_START_EVENT:
		check_properties(parse, event, event->data.mapping_start.anchor,
			event->data.mapping_start.tag);
		return open_collection(parse, TREE_MAP, event);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		close_collection(parse, event);
		return 0;
	default:
		return 0;
	}
}

static int run(struct parse *parse)
{
	size_t mistakes = parse->err->count + parse->err->dropped;

	for (bool more = true; more;) {
		yaml_event_t event;

		if (!yaml_parser_parse(&parse->yaml, &event))
			return syntax_error(&parse->yaml, parse->source,
				byte_at(parse, parse->yaml.problem_mark.index),
				parse->err);
		int status = take_event(parse, &event);
		more = event.type != YAML_STREAM_END_EVENT;
		yaml_event_delete(&event);
		if (status)
			return status;
	}
	return parse->err->count + parse->err->dropped > mistakes ? -1 : 0;
}

/* For a text without a document, or with one that holds nothing. */
static struct tree_node *root_of(struct parse *parse, size_t begin)
{
	struct tree_node *root = parse->root;

	if (!root) {
		root = arena_alloc(parse->arena, sizeof(*root));
		root->begin = root->end = begin;
		root->pos = (struct pos){.source = parse->source, .line = 1, .col = 1};
		root->kind = TREE_MAP;
	} else if (tree_is_null(root) && root->begin == root->end) {
		root->kind = TREE_MAP;
		root->text = NULL;
	}
	return root;
}

int tree_parse(struct arena *arena, const struct source *source, struct tree_node **root,
	struct err *err)
{
	CLEANUP(parse_release)
	struct parse parse = {.arena = arena, .source = source, .err = err};

	if (source->len > TREE_SIZE)
		return err_at(err, (struct pos){.source = source},
			"the file is larger than %d MiB", TREE_SIZE / 1024 / 1024);
	if (text_check(source, err))
		return -1;
	size_t begin = parse.byte = text_mark_length(source);
	if (!yaml_parser_initialize(&parse.yaml))
		abort();
	/* libyaml does not count a byte-order mark, so it does not get to see one. */
	yaml_parser_set_encoding(&parse.yaml, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parse.yaml,
		(const unsigned char *)source->text + begin, source->len - begin);
	if (run(&parse))
		return -1;
	*root = root_of(&parse, begin);
	return 0;
}

struct tree_node *tree_get(const struct tree_node *map, const char *key)
{
	if (map->kind != TREE_MAP)
		return NULL;
	for (struct tree_node *node = map->first; node; node = node->next)
		if (!strcmp(node->key->text, key))
			return node;
	return NULL;
}

bool tree_is_null(const struct tree_node *node)
{
	return node->kind == TREE_SCALAR && !node->quoted &&
	       (!*node->text || !strcmp(node->text, "~") || !strcmp(node->text, "null"));
}
