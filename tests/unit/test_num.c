/* SPDX-License-Identifier: MIT */
/* Strict numbers. */
#include "base/num.h"

#include "base/alloc.h"
#include "unit.h"

static void parses(void **state)
{
	static const struct {
		const char *text;
		uint64_t min, max, value;
	} rows[] = {
		{"0", 0, 0, 0},
		{"1", 1, 1, 1},
		{"9", 0, 10, 9},
		{"10", 0, 10, 10},
		{"65535", 1, 65535, 65535},
		{"18446744073709551614", 0, UINT64_MAX, UINT64_MAX - 1},
		{"18446744073709551615", 0, UINT64_MAX, UINT64_MAX},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t value;

		assert_case(num_parse(rows[i].text, rows[i].min, rows[i].max, &value),
			rows[i].text);
		assert_case(value == rows[i].value, rows[i].text);
	}
}

static void refuses(void **state)
{
	static const struct {
		const char *text;
		uint64_t min, max;
	} rows[] = {
		{"", 0, 9},
		{" ", 0, 9},
		{"00", 0, 9},
		{"01", 0, 9},
		{"+1", 0, 9},
		{"-1", 0, UINT64_MAX},
		{"-0", 0, 9},
		{" 1", 0, 9},
		{"1 ", 0, 9},
		{"1\n", 0, 9},
		{"1.0", 0, 9},
		{"1e1", 0, 99},
		{"0x1", 0, 9},
		{"1/", 0, 9},
		{"1:", 0, 9},
		{"\xd9\xa1", 0, 9},
		{"10", 0, 9},
		{"1", 2, 9},
		{"18446744073709551616", 0, UINT64_MAX},
		{"18446744073709551620", 0, UINT64_MAX},
		{"28446744073709551615", 0, UINT64_MAX},
		{"184467440737095516150", 0, UINT64_MAX},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t value = 4711;

		assert_case(!num_parse(rows[i].text, rows[i].min, rows[i].max, &value),
			rows[i].text);
		assert_int_equal(value, 4711);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses),
		cmocka_unit_test(refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
