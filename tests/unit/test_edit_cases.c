/* SPDX-License-Identifier: MIT */
/* Edits of a site's text: the table in edit.cases, byte for byte. */
#include "site/edit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "edit_text.h"

struct edit_case {
	char *name;
	char *command; /* "add", "remove NAME", "rename OLD NEW" */
	struct buf before;
	struct buf after; /* or what the message holds */
	bool fails;
};

struct cases {
	struct edit_case *items;
	size_t count, cap;
};

static void cases_release(struct cases *cases)
{
	for (size_t i = 0; i < cases->count; i++) {
		free(cases->items[i].name);
		free(cases->items[i].command);
		buf_release(&cases->items[i].before);
		buf_release(&cases->items[i].after);
	}
	free(cases->items);
}

static void add_expanded(struct buf *out, const char *line)
{
	for (const char *at = line; *at; at++) {
		if (!strcmp(at, "$T"))
			buf_add_mem(out, TOP, sizeof(TOP) - 2);
		else if (*at == '$')
			buf_add(out, at[1] == 'H'   ? KEY_H
				     : at[1] == 'A' ? KEY_A
				     : at[1] == 'B' ? KEY_B
						    : KEY_N);
		else if (at[0] == '\\' && at[1] == 't')
			buf_add_char(out, '\t');
		else
			buf_add_char(out, *at);
		at += *at == '$' || (at[0] == '\\' && at[1] == 't');
	}
	buf_add_char(out, '\n');
}

/* A blank line before a case parts it from the one above. */
static void drop_blank_end(struct buf *text)
{
	while (text->len > 1 && text->text[text->len - 2] == '\n')
		buf_truncate(text, text->len - 1);
}

static void read_cases(struct cases *cases)
{
	FILE *file = fopen(EDIT_CASES, "r");
	CLEANUP_FREE char *line = NULL;
	struct buf *into = NULL;
	size_t size = 0;

	assert_non_null(file);
	for (ssize_t len; (len = getline(&line, &size, file)) > 0;) {
		struct edit_case *last = cases->items + cases->count - (cases->count > 0);

		line[len - 1] = 0;
		if (!strncmp(line, "@case ", 6)) {
			into = NULL;
			cases->items = array_reserve(cases->items, &cases->cap,
				cases->count + 1, sizeof(*cases->items));
			cases->items[cases->count++] =
				(struct edit_case){.name = xstrdup(line + 6),
					.before = BUF_INIT,
					.after = BUF_INIT};
		} else if (!strcmp(line, "@gives") || !strcmp(line, "@fails")) {
			last->fails = line[1] == 'f';
			into = &last->after;
		} else if (*line == '@') {
			last->command = xstrdup(line + 1);
			into = &last->before;
		} else if (into) {
			add_expanded(into, line);
		}
	}
	fclose(file);
	for (size_t i = 0; i < cases->count; i++) {
		drop_blank_end(&cases->items[i].before);
		drop_blank_end(&cases->items[i].after);
	}
}

static int run(
	const struct site *site, const char *command, struct buf *out, struct err *err)
{
	char name[64], new_name[64];

	if (!strcmp(command, "add"))
		return add_new(site, out, err);
	if (sscanf(command, "remove %63s", name) == 1)
		return edit_remove_spoke(site, name, out, NULL, err);
	assert_int_equal(sscanf(command, "rename %63s %63s", name, new_name), 2);
	return edit_rename_spoke(site, name, new_name, out, NULL, err);
}

/* What a case is run with: each as it is, and changed in ways that must not matter. */
enum variant { AS_IS, CRLF, BYTE_ORDER_MARK, NO_LAST_BREAK, VARIANTS };

static void vary(struct buf *out, const struct buf *text, enum variant variant)
{
	size_t len = text->len - (variant == NO_LAST_BREAK);

	if (variant == BYTE_ORDER_MARK)
		buf_add(out, "\xef\xbb\xbf");
	for (size_t i = 0; i < len; i++) {
		if (text->text[i] == '\n' && variant == CRLF)
			buf_add_char(out, '\r');
		buf_add_char(out, text->text[i]);
	}
}

/* All of the table is run, so that one look shows all that is wrong. */
static bool wrong(const struct edit_case *row, enum variant variant, const char *want,
	const char *got)
{
	print_error("%s: %s, variant %d: want\n%s<<<, got\n%s<<<\n", row->name,
		row->command, (int)variant, want, got);
	return false;
}

static bool check_case(const struct edit_case *row, enum variant variant)
{
	struct buf before CLEANUP(buf_release) = BUF_INIT,
			  wanted CLEANUP(buf_release) = BUF_INIT;
	struct buf after CLEANUP(buf_release) = BUF_INIT;
	struct site site CLEANUP(site_release) = SITE_INIT;
	struct err err CLEANUP(err_release) = ERR_INIT;

	vary(&before, &row->before, variant);
	load(&site, before.text, before.len, row->name);
	int status = run(&site, row->command, &after, &err);
	const char *message = status ? err.entries[0].message : "";
	if (row->fails) {
		buf_add_mem(&wanted, row->after.text, row->after.len - 1);
		return (status == -1 && err.count == 1 && !after.len &&
			       strstr(message, wanted.text)) ||
		       wrong(row, variant, wanted.text, status ? message : after.text);
	}
	vary(&wanted, &row->after, variant);
	if (status)
		return wrong(row, variant, wanted.text, message);
	return (after.len == wanted.len &&
		       !memcmp(after.text, wanted.text, wanted.len)) ||
	       wrong(row, variant, wanted.text, after.text);
}

static void edits_each_layout(void **state)
{
	struct cases cases CLEANUP(cases_release) = {NULL, 0, 0};
	size_t failed = 0;

	(void)state;
	read_cases(&cases);
	assert_true(cases.count > 60);
	for (size_t i = 0; i < cases.count; i++)
		for (enum variant variant = AS_IS; variant < VARIANTS; variant++)
			failed += !check_case(&cases.items[i], variant);
	assert_int_equal(failed, 0);
}

static size_t common_begin(const struct buf *a, const struct buf *b)
{
	size_t n = 0;

	while (n < a->len && n < b->len && a->text[n] == b->text[n])
		n++;
	return n;
}

static size_t common_end(const struct buf *a, const struct buf *b)
{
	size_t n = 0;

	while (n < a->len && n < b->len &&
		a->text[a->len - 1 - n] == b->text[b->len - 1 - n])
		n++;
	return n;
}

/* A spoke that comes and goes leaves its entry in `retired` behind and nothing else. */
static bool check_round_trip(const struct edit_case *row, enum variant variant)
{
	struct buf before CLEANUP(buf_release) = BUF_INIT,
			  with CLEANUP(buf_release) = BUF_INIT;
	struct buf after CLEANUP(buf_release) = BUF_INIT;
	struct site old CLEANUP(site_release) = SITE_INIT;
	struct site new CLEANUP(site_release) = SITE_INIT;
	struct err err CLEANUP(err_release) = ERR_INIT;

	vary(&before, &row->before, variant);
	load(&old, before.text, before.len, row->name);
	/* A null becomes {}, and [] a list. */
	if (!old.spoke_count || strstr(before.text, "retired: []") ||
		add_new(&old, &with, &err))
		return false;
	load(&new, with.text, with.len, row->name);
	assert_case(!edit_remove_spoke(&new, "new", &after, NULL, &err), row->name);
	if (common_begin(&before, &after) + common_end(&before, &after) < before.len)
		fail_msg("%s, variant %d: before\n%s<<<, after\n%s<<<", row->name,
			variant, before.text, after.text);
	return true;
}

static void undoes_what_it_added(void **state)
{
	struct cases cases CLEANUP(cases_release) = {NULL, 0, 0};
	size_t done = 0;

	(void)state;
	read_cases(&cases);
	for (size_t i = 0; i < cases.count; i++)
		for (enum variant variant = AS_IS; variant < VARIANTS; variant++)
			done += check_round_trip(&cases.items[i], variant);
	assert_true(done > 45 * VARIANTS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(edits_each_layout),
		cmocka_unit_test(undoes_what_it_added),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
