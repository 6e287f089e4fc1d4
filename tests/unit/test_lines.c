/* SPDX-License-Identifier: MIT */
/* Which lines of a text belong together. */
#include "site/lines.h"

#include <string.h>

#include "base/buf.h"
#include "unit.h"

static struct source source_of(const char *text)
{
	return (struct source){"text", text, strlen(text)};
}

static size_t place(const struct source *source, const char *what)
{
	const char *found = strstr(source->text, what);

	assert_case(found, what);
	return (size_t)(found - source->text);
}

static void finds_lines(void **state)
{
	const struct source unix_text = source_of("ab\ncd\n");
	const struct source dos_text = source_of("\xef\xbb\xbf"
						 "ab\r\ncd");

	(void)state;
	assert_int_equal(lines_begin(&unix_text, 4), 3);
	assert_int_equal(lines_begin(&unix_text, 0), 0);
	assert_int_equal(lines_end(&unix_text, 3), 5);
	assert_int_equal(lines_end(&unix_text, 6), 6);
	assert_int_equal(lines_end_above(&unix_text, 3), 2);
	assert_string_equal(lines_break(&unix_text), "\n");
	assert_int_equal(lines_begin(&dos_text, 4), 3);
	assert_int_equal(lines_begin(&dos_text, 8), 7);
	assert_int_equal(lines_end(&dos_text, 3), 5);
	assert_int_equal(lines_end(&dos_text, 7), 9);
	assert_int_equal(lines_end_above(&dos_text, 7), 5);
	assert_string_equal(lines_break(&dos_text), "\r\n");
	assert_string_equal(lines_break(&(struct source){"", "a", 1}), "\n");
}

static void skips_to_what_counts(void **state)
{
	const struct source source = source_of("a # , }\n\t\r\n  , # x");

	(void)state;
	assert_int_equal(lines_skip(&source, 1), place(&source, ", # x"));
	assert_int_equal(lines_skip(&source, place(&source, " # x")), source.len);
}

/* The entry "b: 1" and what belongs to it, in each text between < and >. */
static void takes_comments(void **state)
{
	static const struct {
		const char *text;
		bool level;
	} rows[] = {
		{"a: 0\n<b: 1>\nc: 2", true},
		{"a: 0\n<# b\n# b\nb: 1 # b>\n# c\nc: 2", false},
		{"a: 0\n<# b\n# b\nb: 1 # b\n# b>\n\n# c\nc: 2", true},
		{" a: 0\n# a\n  # a\n< # b\n b: 1\n  # b\n\n\t# b>\n\n # c\n# c", true},
		{" a: 0\n # a\n\n< b: 1>\n# c\n  # c\n", true},
		{"a: 0\r\n<# b\r\nb: 1\r\n # b>\r\n", false},
		{"a: \"0\n# no comment\n# nor this\" # a\n<b: 1>", false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct buf text CLEANUP(buf_release) = BUF_INIT;
		const char *top = strchr(rows[i].text, '<');
		const char *bottom = strchr(rows[i].text, '>');
		struct lines lines;

		buf_add_mem(&text, rows[i].text, (size_t)(top - rows[i].text));
		buf_add_mem(&text, top + 1, (size_t)(bottom - top - 1));
		buf_add(&text, bottom + 1);
		const struct source source = source_of(text.text);
		size_t start = place(&source, "b: 1");
		const char *quote = strrchr(source.text, '"');
		size_t floor = quote ? (size_t)(quote - source.text) + 1
				     : place(&source, "a: 0") + 4;

		assert_case(lines_find(&source, start, start + 4, floor, rows[i].level,
				    &lines),
			rows[i].text);
		assert_case(lines.top == (size_t)(top - rows[i].text), rows[i].text);
		assert_case(lines.bottom == (size_t)(bottom - rows[i].text) - 1,
			rows[i].text);
	}
}

static void refuses_shared_lines(void **state)
{
	static const char *const rows[] = {
		"{b: 1\n}", "? b: 1", "b: 1, c: 2", "b: 1 }", "a: 0\nx b: 1"};
	struct lines lines;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct source source = source_of(rows[i]);
		size_t start = place(&source, "b: 1");

		assert_case(
			!lines_find(&source, start, start + 4, 0, true, &lines), rows[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_lines),
		cmocka_unit_test(skips_to_what_counts),
		cmocka_unit_test(takes_comments),
		cmocka_unit_test(refuses_shared_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
