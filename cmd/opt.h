/* SPDX-License-Identifier: MIT */
/*
 * Options as tables. A command lists its options in rows of `struct opt`; from them come
 * parsing (here), help (help.c) and shell completion (completion.c). Nothing here prints,
 * and nothing is kept between calls.
 *
 * On the command line `--name value`, `--name=value`, `-x value`, `-xvalue` and `-xy` (two
 * flags) are understood; names are not abbreviated; options stand before, between and
 * after arguments, and none after `--`. A lone `-` is an argument.
 */
#ifndef WGCTL_CMD_OPT_H
#define WGCTL_CMD_OPT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct opt {
	char letter;	   /* 0: none */
	const char *name;  /* without dashes; NULL ends a table */
	const char *value; /* what help calls the value: "PREFIX"; NULL: a flag */
	const char *help;  /* lower case, no full stop */
	bool many;	   /* may be repeated, and a value may be a comma list */
	const char *const *choices; /* the values allowed, then NULL; NULL: any */
};

/* What was given on the command line for the options of one table. */
struct optset {
	const struct opt *table;
	struct opt_given *given; /* one for each row of the table */
	size_t count;
};

/* `table` may be NULL; it is borrowed, and so are the strings of the command line. */
void optset_init(struct optset *set, const struct opt *table);
void optset_release(struct optset *set);

/*
 * Reads options from `argv` (`argc` words, without the program's name), each known to one
 * of the `count` sets, and collects the other words in `args`, which has room for `argc`.
 * With `stop_early` it ends before the first word that is no option. Returns the number of
 * words read, or -1 and one message about the first mistake.
 */
int opt_parse(int argc, char *const *argv, bool stop_early, struct optset *const *sets,
	size_t count, char **args, int *arg_count, struct err *err);

/*
 * What an option was given. `name` must be in the table, with a value for opt_value and
 * opt_values: anything else is the programmer's mistake and aborts. The strings live as
 * long as the set.
 */
bool opt_flag(const struct optset *set, const char *name); /* true: it was given */
const char *opt_value(const struct optset *set, const char *name); /* NULL: it was not */

/* The values of an option with `many`, in order, comma lists split; ends with NULL. */
const char *const *opt_values(const struct optset *set, const char *name);
size_t opt_count(const struct optset *set, const char *name);

/* Rows of a table; 0 for NULL. */
size_t opt_table_length(const struct opt *table);

#endif
