/* SPDX-License-Identifier: MIT */
/* Edits of maps and lists that are written by indentation. */
#include "site/block.h"

#include <string.h>

#include "site/lines.h"

struct neighbours {
	const struct tree_node *before;
	const struct tree_node *last;
};

static struct neighbours find_neighbours(
	const struct tree_node *parent, const struct tree_node *entry)
{
	struct neighbours found = {NULL, NULL};

	for (const struct tree_node *node = parent->first; node; node = node->next) {
		if (node->next == entry)
			found.before = node;
		found.last = node;
	}
	return found;
}

/* Where the entries before end: an entry and its comments start in a later line. */
static size_t floor_of(const struct source *source, const struct tree_node *parent,
	const struct tree_node *before)
{
	if (before)
		return lines_node_end(source, before);
	return parent->key ? lines_colon(source, parent->key) : 0;
}

/* The key of an entry, or the dash before it. */
static size_t start_of(
	const struct source *source, const struct tree_node *entry, size_t floor)
{
	if (entry->key)
		return entry->key->begin;
	size_t at = lines_skip(source, source->text[floor] == ':' ? floor + 1 : floor);

	return source->text[at] == '-' ? at : LINES_NONE;
}

static bool entry_lines(const struct source *source, const struct tree_node *parent,
	const struct tree_node *entry, bool level, struct lines *out)
{
	size_t floor = floor_of(source, parent, find_neighbours(parent, entry).before);

	if (floor == LINES_NONE)
		return false;
	size_t start = start_of(source, entry, floor);
	return start != LINES_NONE &&
	       lines_find(
		       source, start, lines_node_end(source, entry), floor, level, out);
}

static size_t column_of(const struct source *source, const struct tree_node *node)
{
	return node->begin - lines_begin(source, node->begin);
}

/* Columns from the entry to what it holds, where that can be seen. */
static size_t step_of(const struct source *source, const struct tree_node *entry,
	const struct emit_style *style)
{
	if (entry->kind != TREE_MAP || entry->flow || !entry->key || !entry->first)
		return style->step;
	size_t outer = column_of(source, entry->key);
	size_t inner = column_of(source, entry->first->key);

	return inner > outer ? inner - outer : style->step;
}

static void insert_lines(struct splices *splices, size_t at, bool gap,
	const struct tree_node *entry, size_t col, const struct emit_style *style)
{
	struct buf text CLEANUP(buf_release) = BUF_INIT;

	if (gap)
		buf_add(&text, style->newline);
	buf_add(&text, style->newline);
	emit_block(&text, entry, col, style);
	splice_add(splices, at, at, text.text);
}

/*
 * Comments in the column of the keys directly above an entry are its own. A blank line
 * keeps those of the entry before apart.
 */
static bool needs_gap(const struct source *source, const struct tree_node *entry,
	size_t bottom, size_t col)
{
	return entry->key && lines_is_comment(source, bottom, col);
}

bool block_append(struct splices *splices, const struct tree_node *parent,
	const struct tree_node *entry, const struct emit_style *style)
{
	const struct source *source = splices->source;
	const struct tree_node *last = find_neighbours(parent, NULL).last;
	struct emit_style own = *style;
	struct lines lines;

	if (!entry_lines(source, parent, last, true, &lines))
		return false;
	/* Below a list that is not indented stand the comments of the next key. */
	if (parent->key && lines.col <= column_of(source, parent->key) &&
		!entry_lines(source, parent, last, false, &lines))
		return false;
	bool spaced = parent->count > 1 && lines.blank_top < lines.top;

	own.step = step_of(source, last, style);
	insert_lines(splices, lines.bottom,
		spaced || needs_gap(source, entry, lines.bottom, lines.col), entry,
		lines.col, &own);
	return true;
}

bool block_fill(struct splices *splices, const struct tree_node *parent,
	const struct tree_node *entry, const struct emit_style *style)
{
	const struct source *source = splices->source;
	size_t colon = lines_colon(source, parent->key);
	struct lines lines;

	if (colon == LINES_NONE)
		return false;
	size_t begin = colon + 1, end = parent->end > begin ? parent->end : begin;
	if (memchr(source->text + begin, '#', end - begin) ||
		!lines_find(source, parent->key->begin, end, end, false, &lines))
		return false;
	size_t col = lines.col + style->step;

	splice_add(splices, begin, end, "");
	insert_lines(splices, lines.bottom, needs_gap(source, entry, lines.bottom, col),
		entry, col, style);
	return true;
}

bool block_take(struct splices *splices, const struct tree_node *parent,
	const struct tree_node *entry)
{
	const struct source *source = splices->source;
	bool first = parent->first == entry, last = !entry->next;
	struct lines lines;

	if (!entry_lines(source, parent, entry, false, &lines))
		return false;
	lines_take_blank(&lines, first, last);
	if (first && last) {
		size_t colon = lines_colon(source, parent->key);

		splice_add(splices, colon + 1, colon + 1, " {}");
	}
	splice_add(splices, lines_end_above(source, lines.top), lines.bottom, "");
	return true;
}
