/* SPDX-License-Identifier: MIT */
/* Widths, colours and tables. */
#include "out.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"
#include "unit.h"

static void measures_what_a_terminal_shows(void **state)
{
	(void)state;
	assert_int_equal(out_width("", 0), 0);
	assert_int_equal(out_width("abc", 3), 3);
	assert_int_equal(out_width("ü", 2), 1);
	assert_int_equal(out_width("日本", 6), 4);
	assert_int_equal(out_width("e\xcc\x81", 3), 1);
	assert_int_equal(out_width("\xff\xff", 2), 2);
}

static void fits_whole_characters(void **state)
{
	(void)state;
	assert_int_equal(out_fitting("abc", 3, 3), 3);
	assert_int_equal(out_fitting("abc", 3, 2), 2);
	assert_int_equal(out_fitting("abc", 3, 0), 0);
	assert_int_equal(out_fitting("a日本", 7, 4), 4);
	assert_int_equal(out_fitting("a日本", 7, 5), 7);
	assert_int_equal(out_fitting("\xff\xff", 2, 1), 1);
}

static void colours_by_option_and_environment(void **state)
{
	struct common common = {.color = COLOR_AUTO};
	FILE *file = tmpfile();

	(void)state;
	assert_non_null(file);
	unsetenv("NO_COLOR");
	setenv("TERM", "xterm", 1);
	assert_false(out_is_colored(&common, file));
	common.color = COLOR_ALWAYS;
	setenv("NO_COLOR", "1", 1);
	assert_true(out_is_colored(&common, file));
	common.color = COLOR_NEVER;
	assert_false(out_is_colored(&common, file));
	fclose(file);
}

static char *written(bool header, bool colored, bool rows)
{
	static const struct column columns[] = {
		{"NAME"}, {"SEEN", .right = true}, {"NOTE"}};
	struct table table;
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);

	table_init(&table, columns, ARRAY_SIZE(columns));
	if (rows) {
		table_add(&table, STYLE_PLAIN, "日本");
		table_add(&table, STYLE_GREEN, "%d", 5);
		table_add(&table, STYLE_PLAIN, "a\nb");
		table_add(&table, STYLE_PLAIN, "pi");
		table_add(&table, STYLE_PLAIN, "%d", 12345);
		table_add(&table, STYLE_PLAIN, "%s", "");
	}
	table_write(&table, stream, header, colored);
	fclose(stream);
	table_release(&table);
	return text;
}

static void aligns_cells(void **state)
{
	(void)state;
	CLEANUP_FREE char *bare = written(false, false, true);
	assert_string_equal(bare, "日本      5  a\\nb\n"
				  "pi    12345  -\n");
	CLEANUP_FREE char *headed = written(true, false, true);
	assert_string_equal(headed, "NAME   SEEN  NOTE\n"
				    "日本      5  a\\nb\n"
				    "pi    12345  -\n");
}

static void colours_do_not_move_cells(void **state)
{
	(void)state;
	CLEANUP_FREE char *colored = written(false, true, true);
	assert_string_equal(colored, "日本      \033[32m5\033[m  a\\nb\n"
				     "pi    12345  -\n");
}

static void is_empty_without_rows(void **state)
{
	(void)state;
	CLEANUP_FREE char *nothing = written(false, false, false);
	assert_string_equal(nothing, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(measures_what_a_terminal_shows),
		cmocka_unit_test(fits_whole_characters),
		cmocka_unit_test(colours_by_option_and_environment),
		cmocka_unit_test(aligns_cells),
		cmocka_unit_test(colours_do_not_move_cells),
		cmocka_unit_test(is_empty_without_rows),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
