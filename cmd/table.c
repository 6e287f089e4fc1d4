/* SPDX-License-Identifier: MIT */
/* Aligned tables. */
#include "table.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/quote.h"

struct table_cell {
	char *text;
	size_t width;
	enum style style;
};

void table_init(struct table *table, const struct column *columns, size_t column_count)
{
	*table = (struct table){.columns = columns, .column_count = column_count};
}

void table_release(struct table *table)
{
	for (size_t i = 0; i < table->count; i++)
		free(table->cells[i].text);
	free(table->cells);
	*table = (struct table){.columns = NULL};
}

void table_add(struct table *table, enum style style, const char *format, ...)
{
	CLEANUP(buf_release) struct buf raw = BUF_INIT;
	struct buf text = BUF_INIT;
	va_list args;

	va_start(args, format);
	buf_vaddf(&raw, format, args);
	va_end(args);
	quote_display(&text, raw.text, raw.len);
	if (!text.len)
		buf_add_char(&text, '-');
	table->cells = array_reserve(
		table->cells, &table->cap, table->count + 1, sizeof(*table->cells));
	size_t width = out_width(text.text, text.len);
	table->cells[table->count++] = (struct table_cell){
		.text = buf_detach(&text),
		.width = width,
		.style = style,
	};
}

static void write_cell(FILE *stream, const struct table_cell *cell, size_t width,
	bool right, bool last, bool colored)
{
	size_t padding = width > cell->width ? width - cell->width : 0;

	const size_t len = strlen(cell->text);
	const bool cut = cell->width > width;
	const size_t shown = cut ? out_fitting(cell->text, len, width - 1) : len;

	fprintf(stream, "%*s%s%.*s%s%s", right ? (int)padding : 0, "",
		out_style(colored, cell->style), (int)shown, cell->text, cut ? "…" : "",
		out_style_end(colored, cell->style));
	if (!last)
		fprintf(stream, "%*s", right ? 2 : (int)padding + 2, "");
}

static void write_row(const struct table *table, FILE *stream,
	const struct table_cell *cells, const size_t *widths, bool colored)
{
	for (size_t i = 0; i < table->column_count; i++)
		write_cell(stream, &cells[i], widths[i], table->columns[i].right,
			i + 1 == table->column_count, colored);
	fputc('\n', stream);
}

/* To what the terminal, if it is one, leaves to it. */
static void cut_last(const struct table *table, FILE *stream, size_t *widths)
{
	const size_t last = table->column_count - 1, least = 4;
	const size_t columns = out_terminal_width(stream);
	size_t used = 2 * last;

	for (size_t i = 0; i < last; i++)
		used += widths[i];
	const size_t room = columns > used + least ? columns - used : least;
	if (columns && widths[last] > room)
		widths[last] = room;
}

void table_write(const struct table *table, FILE *stream, bool header, bool colored)
{
	size_t columns = table->column_count;
	CLEANUP_FREE size_t *widths = xcalloc(columns, sizeof(*widths));
	CLEANUP_FREE struct table_cell *titles = xcalloc(columns, sizeof(*titles));

	assert(table->count % columns == 0);
	for (size_t i = 0; header && i < columns; i++) {
		titles[i] = (struct table_cell){
			.text = (char *)table->columns[i].title,
			.width = out_width(
				table->columns[i].title, strlen(table->columns[i].title)),
			.style = STYLE_BOLD,
		};
		widths[i] = titles[i].width;
	}
	for (size_t i = 0; i < table->count; i++)
		if (table->cells[i].width > widths[i % columns])
			widths[i % columns] = table->cells[i].width;
	if (table->columns[columns - 1].cut)
		cut_last(table, stream, widths);
	if (header)
		write_row(table, stream, titles, widths, colored);
	for (size_t i = 0; i < table->count; i += columns)
		write_row(table, stream, table->cells + i, widths, colored);
}

void table_print(const struct table *table, const struct common *common)
{
	table_write(table, stdout, isatty(STDOUT_FILENO) == 1,
		out_is_colored(common, stdout));
}
