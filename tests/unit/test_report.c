/* SPDX-License-Identifier: MIT */
/* How mistakes look: places, source lines, carets. */
#include "report.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

static void report(bool colored, const struct err *err, char **out)
{
	size_t size = 0;
	FILE *stream = open_memstream(out, &size);

	assert_non_null(stream);
	report_errors(stream, colored, err);
	fclose(stream);
}

static void puts_a_caret_under_the_column(void **state)
{
	static const struct {
		const char *text;
		uint32_t col;
		const char *shown;
	} rows[] = {
		{"ab: cd", 1, "ab: cd\n^\n"},
		{"ab: cd", 5, "ab: cd\n    ^\n"},
		{"ab", 3, "ab\n  ^\n"},
		{"", 1, ""}, /* there is nothing to point at */
		{"\xef\xbb\xbf"
		 "ab: cd",
			5, "ab: cd\n    ^\n"},
		{"\ta:\tb", 5, "\ta:\tb\n\t  \t^\n"},
		{"ü: x", 4, "ü: x\n   ^\n"},
		{"日本: x", 5, "日本: x\n      ^\n"},
		{"e\xcc\x81: x", 5, "e\xcc\x81: x\n   ^\n"},
		{"a\xe2\x80\xae: x", 5, "a\\u{202e}: x\n           ^\n"},
		{"\033[2J: x", 7, "\\x1b[2J: x\n         ^\n"},
		{"\xff: x", 4, "\\xff: x\n      ^\n"},
		{"a\\b: x", 6, "a\\b: x\n     ^\n"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct source source = {"f", rows[i].text, strlen(rows[i].text)};
		CLEANUP(err_release) struct err err = ERR_INIT;
		CLEANUP_FREE char *wanted = NULL;

		assert_true(asprintf(&wanted, "f:1:%u: bad\n%s", rows[i].col,
				    rows[i].shown) > 0);
		err_at(&err, (struct pos){&source, 1, rows[i].col}, "bad");
		CLEANUP_FREE char *shown = NULL;
		report(false, &err, &shown);
		assert_string_equal(shown, wanted);
	}
}

static void cuts_long_lines(void **state)
{
	char text[1001], wanted[400];
	const struct source source = {"f", text, 1000};
	CLEANUP(err_release) struct err err = ERR_INIT;

	(void)state;
	memset(text, '.', 1000);
	text[1000] = '\0';
	text[499] = 'x';
	err_at(&err, (struct pos){&source, 1, 500}, "bad");
	err_at(&err, (struct pos){&source, 1, 1}, "bad");
	CLEANUP_FREE char *shown = NULL;
	report(false, &err, &shown);
	char *second = strstr(shown, "^\n") + 2;
	snprintf(wanted, sizeof(wanted), "f:1:500: bad\n…%.60sx%.59s…\n%61s^\n", text,
		text, "");
	assert_int_equal(strncmp(shown, wanted, (size_t)(second - shown)), 0);
	snprintf(wanted, sizeof(wanted), "f:1:1: bad\n%.120s…\n^\n", text);
	assert_string_equal(second, wanted);
}

static void shows_no_key(void **state)
{
	static const char text[] =
		"k: yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk= # my key";
	const struct source source = {"f", text, sizeof(text) - 1};
	CLEANUP(err_release) struct err err = ERR_INIT;

	(void)state;
	err_at(&err, (struct pos){&source, 1, 4}, "bad");
	CLEANUP_FREE char *shown = NULL;
	report(false, &err, &shown);
	assert_string_equal(shown, "f:1:4: bad\nk: ********************************"
				   "************ # my key\n   ^\n");
}

static void shows_places_as_far_as_known(void **state)
{
	const struct source source = {"f", "ab", 2};
	CLEANUP(err_release) struct err err = ERR_INIT;

	(void)state;
	err_set(&err, "no place");
	err_at(&err, (struct pos){&source, 0, 0}, "whole file");
	err_at(&err, (struct pos){&source, 1, 0}, "whole line");
	CLEANUP_FREE char *shown = NULL;
	report(false, &err, &shown);
	assert_string_equal(shown, "wgctl: no place\nf: whole file\nf:1: whole line\n");
}

static void counts_what_was_dropped(void **state)
{
	CLEANUP(err_release) struct err err = ERR_INIT;

	(void)state;
	for (int i = 0; i < ERR_MAX + 3; i++)
		err_set(&err, "x");
	CLEANUP_FREE char *shown = NULL;
	report(false, &err, &shown);
	assert_non_null(strstr(shown, "wgctl: and 3 more\n"));
}

static void colours_only_when_told(void **state)
{
	const struct source source = {"f", "ab", 2};
	CLEANUP(err_release) struct err err = ERR_INIT;

	(void)state;
	err_at(&err, (struct pos){&source, 1, 2}, "bad");
	CLEANUP_FREE char *plain = NULL;
	report(false, &err, &plain);
	CLEANUP_FREE char *colored = NULL;
	report(true, &err, &colored);
	assert_null(strchr(plain, '\033'));
	assert_string_equal(colored, "\033[1mf:1:2:\033[m bad\nab\n \033[31m^\033[m\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(puts_a_caret_under_the_column),
		cmocka_unit_test(cuts_long_lines),
		cmocka_unit_test(shows_no_key),
		cmocka_unit_test(shows_places_as_far_as_known),
		cmocka_unit_test(counts_what_was_dropped),
		cmocka_unit_test(colours_only_when_told),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
