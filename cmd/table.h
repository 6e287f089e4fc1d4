/* SPDX-License-Identifier: MIT */
/*
 * A table: columns as wide as their widest cell, two spaces between. The header row is
 * shown on a terminal only, and an empty cell as "-", so that a pipe gets nothing but rows
 * with the same number of words. Cells are escaped by quote_display.
 */
#ifndef WGCTL_CMD_TABLE_H
#define WGCTL_CMD_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/alloc.h"
#include "cmd.h"
#include "out.h"

struct column {
	const char *title;
	bool right; /* aligned to the right */
	bool cut;   /* the last one: ends with "…" where the terminal does */
};

struct table {
	const struct column *columns;
	size_t column_count;
	struct table_cell *cells;
	size_t count, cap;
};

void table_init(struct table *table, const struct column *columns, size_t column_count);
void table_release(struct table *table);

/* The next cell, from left to right and row by row. */
void table_add(struct table *table, enum style style, const char *format, ...)
	PRINTF(3, 4);

/* All of it to the stream. The last row must be complete. */
void table_write(const struct table *table, FILE *stream, bool header, bool colored);

/* The usual case: to stdout, header on a terminal, colours as allowed. */
void table_print(const struct table *table, const struct common *common);

#endif
