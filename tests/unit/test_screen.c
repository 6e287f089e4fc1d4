/* SPDX-License-Identifier: MIT */
/* What is sent to a terminal to draw a text over the one before. */
#include "screen.h"

#include <string.h>

#include "unit.h"

#define START "\033[H\033[?7l"
#define LINE  "\033[K\n"
#define END   "\033[J\033[?7h"

static void draws_what_fits(void **state)
{
	static const struct {
		const char *text;
		size_t rows;
		const char *frame;
	} rows[] = {
		{"", 24, START END},
		{"a\nb\n", 24, START "a" LINE "b" LINE END},
		{"a\nb\n", 3, START "a" LINE "b" LINE END},
		{"a\nb\nc\n", 3, START "a" LINE "and 2 more lines" LINE END},
		{"a\n\nc\nd\n", 4, START "a" LINE LINE "and 2 more lines" LINE END},
		{"a\nb\n", 2, START "and 2 more lines" LINE END},
		{"a\nb\n", 0, START "and 2 more lines" LINE END},
		{"\033[1ma\033[m\n", 2, START "\033[1ma\033[m" LINE END},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(buf_release) struct buf frame = BUF_INIT;

		screen_frame(&frame, rows[i].text, strlen(rows[i].text), rows[i].rows);
		assert_string_equal(frame.text, rows[i].frame);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(draws_what_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
