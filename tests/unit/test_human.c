/* SPDX-License-Identifier: MIT */
/* Times and sizes in words, above all where the unit changes. */
#include "human.h"

#include "unit.h"

static void tells_how_long_ago(void **state)
{
	static const struct {
		uint64_t seconds;
		const char *words;
	} rows[] = {
		{0, "now"},
		{1, "1 second ago"},
		{59, "59 seconds ago"},
		{60, "1 minute ago"},
		{119, "1 minute ago"},
		{120, "2 minutes ago"},
		{3599, "59 minutes ago"},
		{3600, "1 hour ago"},
		{86399, "23 hours ago"},
		{86400, "1 day ago"},
		{UINT64_MAX, "213503982334601 days ago"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(buf_release) struct buf text = BUF_INIT;

		human_ago(&text, rows[i].seconds);
		assert_string_equal(text.text, rows[i].words);
	}
}

static void tells_sizes(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *words;
	} rows[] = {
		{0, "0 B"},
		{9, "9 B"},
		{1023, "1023 B"},
		{1024, "1 KiB"},
		{1024 + 102, "1 KiB"},
		{1024 + 103, "1.1 KiB"},
		{10 * 1024 - 1, "9.9 KiB"},
		{10 * 1024 + 1000, "10 KiB"},
		{1024 * 1024 - 1, "1023 KiB"},
		{1024 * 1024, "1 MiB"},
		{1258292, "1.2 MiB"},
		{3ull << 30, "3 GiB"},
		{UINT64_MAX, "15 EiB"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(buf_release) struct buf text = BUF_INIT;

		human_size(&text, rows[i].bytes);
		assert_string_equal(text.text, rows[i].words);
	}
}

static void tells_durations(void **state)
{
	static const struct {
		uint64_t ms;
		const char *words;
	} rows[] = {
		{0, "0.0 s"},
		{49, "0.0 s"},
		{50, "0.1 s"},
		{1949, "1.9 s"},
		{1950, "2.0 s"},
		{312049, "312.0 s"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(buf_release) struct buf text = BUF_INIT;

		human_seconds(&text, rows[i].ms);
		assert_string_equal(text.text, rows[i].words);
	}
}

static void appends(void **state)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT;

	(void)state;
	human_size(&text, 1);
	human_ago(&text, 1);
	assert_string_equal(text.text, "1 B1 second ago");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_how_long_ago),
		cmocka_unit_test(tells_sizes),
		cmocka_unit_test(tells_durations),
		cmocka_unit_test(appends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
