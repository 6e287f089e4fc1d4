/* SPDX-License-Identifier: MIT */
/* Edits of maps and lists that are written in brackets. */
#include "site/flow.h"

#include <string.h>

#include "site/lines.h"

/* The comma behind an entry, or LINES_NONE. */
static size_t comma_behind(const struct source *source, const struct tree_node *entry)
{
	size_t at = lines_skip(source, entry->end);

	return source->text[at] == ',' ? at : LINES_NONE;
}

static size_t start_of(const struct tree_node *entry)
{
	return entry->key ? entry->key->begin : entry->begin;
}

/* Where the entry starts a line, a new one does so too, with the same indentation. */
static void insert_line(struct splices *splices, const struct tree_node *last,
	size_t after, const char *entry, const char *newline)
{
	const struct source *source = splices->source;
	size_t start = start_of(last), begin = lines_begin(source, start), at = after;
	struct buf text CLEANUP(buf_release) = BUF_INIT;
	struct lines lines;

	if (lines_find(source, start, after, start, true, &lines)) {
		at = lines.bottom;
		/* As in a block: comments above an entry are its own. */
		if (last->key && lines_is_comment(source, at, lines.col))
			buf_add(&text, newline);
	}
	buf_add(&text, newline);
	buf_add_mem(&text, source->text + begin, start - begin);
	buf_add(&text, entry);
	splice_add(splices, at, at, text.text);
}

bool flow_append(struct splices *splices, const struct tree_node *parent,
	const struct tree_node *entry, const struct emit_style *style)
{
	const struct source *source = splices->source;
	struct buf text CLEANUP(buf_release) = BUF_INIT;
	const struct tree_node *last = parent->first;

	while (last->next)
		last = last->next;
	size_t comma = comma_behind(source, last);
	bool trailing = comma != LINES_NONE;
	bool own_line = lines_starts_at(source, start_of(last));

	if (!trailing)
		splice_add(splices, last->end, last->end, own_line ? "," : ", ");
	else if (!own_line)
		buf_add_char(&text, ' ');
	emit_flow(&text, entry, style);
	if (trailing)
		buf_add_char(&text, ',');
	size_t after = trailing ? comma + 1 : last->end;
	if (own_line)
		insert_line(splices, last, after, text.text, style->newline);
	else
		splice_add(splices, after, after, text.text);
	return true;
}

bool flow_fill(struct splices *splices, const struct tree_node *parent,
	const struct tree_node *entry, const struct emit_style *style)
{
	size_t colon = lines_colon(splices->source, parent->key);
	struct buf text CLEANUP(buf_release) = BUF_INIT;
	bool list = !entry->key;

	if (colon == LINES_NONE)
		return false;
	emit_flow(&text, entry, style);
	if (parent->kind != TREE_SCALAR) {
		splice_add(splices, parent->end - 1, parent->end - 1, text.text);
		return true;
	}
	struct buf value CLEANUP(buf_release) = BUF_INIT;
	bool empty = !*parent->text;

	buf_addf(&value, "%s%c%s%c", empty ? " " : "", list ? '[' : '{', text.text,
		list ? ']' : '}');
	splice_add(splices, empty ? colon + 1 : parent->begin,
		empty ? colon + 1 : parent->end, value.text);
	return true;
}

/* Empties the brackets, unless a comment stands in them. */
static bool take_all(struct splices *splices, const struct tree_node *parent,
	const struct tree_node *entry)
{
	const char *text = splices->source->text;
	size_t begin = parent->begin + 1, end = parent->end - 1, start = start_of(entry);

	if (memchr(text + begin, '#', start - begin) ||
		memchr(text + entry->end, '#', end - entry->end))
		return false;
	splice_add(splices, begin, end, "");
	return true;
}

/* Takes the lines of an entry that has them for itself, its comma included. */
static bool take_lines(struct splices *splices, const struct tree_node *parent,
	const struct tree_node *before, const struct tree_node *entry, size_t after)
{
	const struct source *source = splices->source;
	size_t start = start_of(entry);
	size_t floor = before ? before->end : parent->begin;
	struct lines lines;

	if (!lines_find(source, start, after, floor, false, &lines))
		return false;
	lines_take_blank(&lines, !before, !entry->next);
	splice_add(splices, lines_end_above(source, lines.top), lines.bottom, "");
	return true;
}

/* Takes an entry out of its line, with the blanks on the side where more follows. */
static void take_inline(
	struct splices *splices, const struct tree_node *entry, size_t comma)
{
	const char *text = splices->source->text;
	size_t begin = start_of(entry), end = entry->end;
	size_t after = comma == LINES_NONE ? end : comma + 1, next = after;

	while (text[next] == ' ' || text[next] == '\t')
		next++;
	if (comma == LINES_NONE || strchr("}]\r\n#", text[next])) {
		while (text[begin - 1] == ' ' || text[begin - 1] == '\t')
			begin--;
		next = after;
	}
	splice_add(splices, begin, end, "");
	if (comma != LINES_NONE)
		splice_add(splices, comma, next, "");
}

bool flow_take(struct splices *splices, const struct tree_node *parent,
	const struct tree_node *entry)
{
	const struct source *source = splices->source;
	const struct tree_node *before = NULL;
	size_t comma = comma_behind(source, entry);

	if (parent->count == 1 && take_all(splices, parent, entry))
		return true;
	for (const struct tree_node *node = parent->first; node != entry;
		node = node->next)
		before = node;
	if (before && comma == LINES_NONE) {
		size_t separator = comma_behind(source, before);

		splice_add(splices, separator, separator + 1, "");
	}
	if (!take_lines(splices, parent, before, entry,
		    comma == LINES_NONE ? entry->end : comma + 1))
		take_inline(splices, entry, comma);
	return true;
}
