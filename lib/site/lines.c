/* SPDX-License-Identifier: MIT */
/* Which lines of a text belong together. */
#include "site/lines.h"

#include <string.h>

#include "site/text.h"

enum { TAB_WIDTH = 8 };

enum line_kind { LINE_BLANK, LINE_COMMENT, LINE_CONTENT };

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

size_t lines_begin(const struct source *source, size_t at)
{
	size_t first = text_mark_length(source);

	while (at > first && source->text[at - 1] != '\n')
		at--;
	return at > first ? at : first;
}

size_t lines_end(const struct source *source, size_t at)
{
	const char *found = memchr(source->text + at, '\n', source->len - at);
	size_t end = found ? (size_t)(found - source->text) : source->len;

	return found && end > at && found[-1] == '\r' ? end - 1 : end;
}

size_t lines_end_above(const struct source *source, size_t begin)
{
	size_t end = begin - 1;

	return end && source->text[end - 1] == '\r' ? end - 1 : end;
}

const char *lines_break(const struct source *source)
{
	return lines_end(source, 0) < source->len &&
			       source->text[lines_end(source, 0)] == '\r'
		       ? "\r\n"
		       : "\n";
}

/* False behind the last line; an empty rest behind the last line break is no line. */
static bool line_below(const struct source *source, size_t end, size_t *begin)
{
	if (end == source->len)
		return false;
	*begin = end + (source->text[end] == '\r' ? 2 : 1);
	return *begin < source->len;
}

/* What the line that begins there is, and the column of its first character. */
static enum line_kind line_kind(const struct source *source, size_t begin, size_t *col)
{
	size_t end = lines_end(source, begin), at = begin;

	*col = 0;
	for (; at < end && is_blank(source->text[at]); at++)
		*col += source->text[at] == '\t' ? TAB_WIDTH - *col % TAB_WIDTH : 1;
	if (at == end)
		return LINE_BLANK;
	return source->text[at] == '#' ? LINE_COMMENT : LINE_CONTENT;
}

bool lines_is_comment(const struct source *source, size_t at, size_t col)
{
	size_t found;

	return line_kind(source, lines_begin(source, at), &found) == LINE_COMMENT &&
	       found == col;
}

bool lines_starts_at(const struct source *source, size_t at)
{
	size_t begin = lines_begin(source, at);

	while (at > begin && is_blank(source->text[at - 1]))
		at--;
	return at == begin;
}

bool lines_stops_at(const struct source *source, size_t at)
{
	size_t end = lines_end(source, at);

	while (at < end && is_blank(source->text[at]))
		at++;
	return at == end || source->text[at] == '#';
}

size_t lines_skip(const struct source *source, size_t at)
{
	while (at < source->len && strchr(" \t\r\n#", source->text[at]))
		at = source->text[at] == '#' ? lines_end(source, at) : at + 1;
	return at;
}

size_t lines_colon(const struct source *source, const struct tree_node *key)
{
	size_t at = key->end;

	while (at < source->len && is_blank(source->text[at]))
		at++;
	return at < source->len && source->text[at] == ':' ? at : LINES_NONE;
}

size_t lines_node_end(const struct source *source, const struct tree_node *node)
{
	size_t end = node->end;

	while (end > node->begin && strchr(" \t\r\n", source->text[end - 1]))
		end--;
	return end;
}

static size_t comments_above(
	const struct source *source, size_t begin, size_t floor, size_t col)
{
	while (begin > floor) {
		size_t above = lines_begin(source, begin - 1);

		if (above <= floor || !lines_is_comment(source, above, col))
			break;
		begin = above;
	}
	return begin;
}

static size_t comments_below(
	const struct source *source, size_t end, size_t col, bool level)
{
	size_t bottom = end, begin, found;

	while (line_below(source, end, &begin)) {
		enum line_kind kind = line_kind(source, begin, &found);

		end = lines_end(source, begin);
		if (kind == LINE_BLANK) {
			level = false;
			continue;
		}
		if (kind == LINE_CONTENT || found < col || (found == col && !level))
			break;
		bottom = end;
	}
	return bottom;
}

static size_t blank_above(const struct source *source, size_t begin, size_t floor)
{
	size_t col;

	while (begin > floor) {
		size_t above = lines_begin(source, begin - 1);

		if (above <= floor || line_kind(source, above, &col) != LINE_BLANK)
			break;
		begin = above;
	}
	return begin;
}

static size_t blank_below(const struct source *source, size_t end)
{
	size_t begin, col;

	while (line_below(source, end, &begin) &&
		line_kind(source, begin, &col) == LINE_BLANK)
		end = lines_end(source, begin);
	return end;
}

bool lines_find(const struct source *source, size_t start, size_t end, size_t floor,
	bool level, struct lines *out)
{
	if (!lines_starts_at(source, start) || !lines_stops_at(source, end))
		return false;
	size_t begin = lines_begin(source, start);

	line_kind(source, begin, &out->col);
	out->top = comments_above(source, begin, floor, out->col);
	out->bottom = comments_below(source, lines_end(source, end), out->col, level);
	out->blank_top = blank_above(source, out->top, floor);
	out->blank_bottom = blank_below(source, out->bottom);
	return true;
}

void lines_take_blank(struct lines *lines, bool first, bool last)
{
	bool above = lines->blank_top < lines->top;
	bool below = lines->blank_bottom > lines->bottom;

	if (above && (last || below))
		lines->top = lines->blank_top;
	else if (first && !last && !above)
		lines->bottom = lines->blank_bottom;
}
