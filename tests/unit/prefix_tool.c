/* SPDX-License-Identifier: MIT */
/*
 * lib/net behind a pipe, for oracle_prefix.py: one operation a line on stdin, one answer a
 * line on stdout. A set of prefixes is the rest of the line, a blank before each.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "net/prefixset.h"

static struct prefix need_prefix(const char *s)
{
	struct prefix prefix;

	if (!s || !prefix_parse(s, &prefix)) {
		fprintf(stderr, "prefix_tool: bad prefix '%s'\n", s ? s : "");
		exit(2);
	}
	return prefix;
}

static struct prefixset need_set(char *rest)
{
	struct prefixset set = PREFIXSET_INIT;
	const char *word;

	while ((word = strsep(&rest, " "))) {
		const struct prefix prefix = need_prefix(word);

		prefixset_add(&set, &prefix);
	}
	prefixset_merge(&set);
	return set;
}

static void print_prefix(const struct prefix *prefix)
{
	char text[PREFIX_TEXT_SIZE];

	prefix_format(prefix, text);
	fputs(text, stdout);
}

static void print_addr(const struct addr *addr)
{
	char text[ADDR_TEXT_SIZE];

	addr_format(addr, text);
	fputs(text, stdout);
}

static void print_set(const struct prefixset *set)
{
	for (size_t i = 0; i < set->count; i++) {
		if (i)
			putchar(' ');
		print_prefix(&set->items[i]);
	}
}

static void print_bool(bool value)
{
	fputs(value ? "yes" : "no", stdout);
}

static void run_addr(char *rest)
{
	struct addr addr;

	if (addr_parse(rest, &addr))
		print_addr(&addr);
	else
		print_bool(false);
}

static void run_prefix(char *rest)
{
	struct prefix prefix;

	if (!prefix_parse(rest, &prefix)) {
		print_bool(false);
		return;
	}
	const struct addr last = prefix_last(&prefix);
	print_prefix(&prefix);
	putchar(' ');
	print_addr(&last);
	putchar(' ');
	print_bool(prefix_has_host_bits(&prefix));
}

static void run_next(char *rest)
{
	struct addr addr;

	if (addr_parse(rest, &addr) && addr_next(&addr, &addr))
		print_addr(&addr);
	else
		print_bool(false);
}

static void run_compare(char *rest)
{
	const struct prefix a = need_prefix(strsep(&rest, " ")), b = need_prefix(rest);
	const int order = prefix_compare(&a, &b);

	print_bool(prefix_contains(&a, &b));
	putchar(' ');
	print_bool(prefix_overlaps(&a, &b));
	printf(" %d", (order > 0) - (order < 0));
}

static void run_merge(char *rest)
{
	CLEANUP(prefixset_release) struct prefixset set = need_set(rest);

	print_set(&set);
}

static void run_subtract(char *rest)
{
	const struct prefix hole = need_prefix(strsep(&rest, " "));
	CLEANUP(prefixset_release) struct prefixset set = need_set(rest);

	prefixset_subtract(&set, &hole);
	print_set(&set);
}

static void run_within(char *rest)
{
	const struct prefix prefix = need_prefix(strsep(&rest, " "));
	CLEANUP(prefixset_release) struct prefixset set = need_set(rest);

	print_bool(prefixset_contains(&set, &prefix));
	putchar(' ');
	print_bool(prefixset_overlaps(&set, &prefix));
}

static void run_free(char *rest)
{
	const unsigned len = need_prefix(strsep(&rest, " ")).len;
	const struct prefix pool = need_prefix(strsep(&rest, " "));
	CLEANUP(prefixset_release) struct prefixset used = need_set(rest);
	struct prefix found;

	if (prefixset_find_free(&used, &pool, len, &found))
		print_prefix(&found);
	else
		print_bool(false);
}

static void run_free_addr(char *rest)
{
	const struct prefix pool = need_prefix(strsep(&rest, " "));
	CLEANUP(prefixset_release) struct prefixset used = need_set(rest);
	struct addr found;

	if (prefixset_find_free_addr(&used, &pool, &found))
		print_addr(&found);
	else
		print_bool(false);
}

static const struct {
	const char *name;
	void (*run)(char *rest);
} operations[] = {
	{"addr", run_addr},
	{"prefix", run_prefix},
	{"next", run_next},
	{"compare", run_compare},
	{"merge", run_merge},
	{"subtract", run_subtract},
	{"within", run_within},
	{"free", run_free},
	{"free-addr", run_free_addr},
};

static void run_line(char *line)
{
	const char *name = strsep(&line, " ");

	for (size_t i = 0; i < ARRAY_SIZE(operations); i++) {
		if (!strcmp(operations[i].name, name)) {
			operations[i].run(line);
			putchar('\n');
			return;
		}
	}
	fprintf(stderr, "prefix_tool: no operation '%s'\n", name);
	exit(2);
}

int main(void)
{
	CLEANUP_FREE char *line = NULL;
	size_t size = 0;
	ssize_t len;

	while ((len = getline(&line, &size, stdin)) > 0) {
		if (line[len - 1] == '\n')
			line[len - 1] = '\0';
		run_line(line);
	}
	return 0;
}
