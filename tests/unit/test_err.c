/* SPDX-License-Identifier: MIT */
/* Errors: messages, places, status, the cap, order. */
#include "base/err.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "unit.h"

static struct source make_source(const char *name, const char *text)
{
	return (struct source){name, text, strlen(text)};
}

static void sets_a_message(void **state)
{
	CLEANUP(err_release) struct err err = ERR_INIT;

	(void)state;
	assert_false(err_is_set(&err));
	assert_int_equal(err.status, STATUS_DONE);
	assert_int_equal(err_set(&err, "cannot open '%s'", "a"), -1);
	assert_true(err_is_set(&err));
	assert_int_equal(err.status, STATUS_FAILED);
	assert_int_equal(err.count, 1);
	assert_string_equal(err.entries[0].message, "cannot open 'a'");
	assert_null(err.entries[0].file);
	assert_null(err.entries[0].text);
}

static void adds_the_text_of_errno(void **state)
{
	CLEANUP(err_release) struct err err = ERR_INIT;
	char wanted[100];

	(void)state;
	snprintf(wanted, sizeof(wanted), "cannot open 'a': %s", strerror(ENOENT));
	errno = ENOENT;
	assert_int_equal(err_errno(&err, "cannot open '%s'", "a"), -1);
	assert_string_equal(err.entries[0].message, wanted);
	assert_int_equal(err.status, STATUS_FAILED);
}

static void keeps_the_first_status(void **state)
{
	CLEANUP(err_release) struct err usage = ERR_INIT;
	CLEANUP(err_release) struct err failed = ERR_INIT;

	(void)state;
	assert_int_equal(err_usage(&usage, "unknown option"), -1);
	assert_int_equal(usage.status, STATUS_INVALID);
	err_set(&usage, "more");
	assert_int_equal(usage.status, STATUS_INVALID);
	err_set(&failed, "first");
	err_usage(&failed, "more");
	assert_int_equal(failed.status, STATUS_FAILED);
}

static void copies_the_source_line(void **state)
{
	static const struct {
		const char *text;
		uint32_t line;
		const char *shown;
	} rows[] = {
		{"one\ntwo\nthree", 1, "one"},
		{"one\ntwo\nthree", 2, "two"},
		{"one\ntwo\nthree", 3, "three"},
		{"one\ntwo\n", 3, ""},
		{"one\ntwo\n", 9, ""},
		{"one\r\ntwo\r\n", 1, "one"},
		{"one\r\ntwo\r\n", 2, "two"},
		{"\n\nx", 2, ""},
		{"", 1, ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(err_release) struct err err = ERR_INIT;
		const struct source source = make_source("site.yaml", rows[i].text);
		const struct pos pos = {&source, rows[i].line, 4};

		assert_int_equal(err_at(&err, pos, "bad '%s'", "x"), -1);
		assert_string_equal(err.entries[0].message, "bad 'x'");
		assert_string_equal(err.entries[0].file, "site.yaml");
		assert_string_equal(err.entries[0].text, rows[i].shown);
		assert_int_equal(err.entries[0].line, rows[i].line);
		assert_int_equal(err.entries[0].col, 4);
		assert_int_equal(err.status, STATUS_INVALID);
	}
}

static void takes_partial_places(void **state)
{
	CLEANUP(err_release) struct err err = ERR_INIT;
	const struct source source = make_source("site.yaml", "one\n");
	const struct source unread = {"other", NULL, 0};

	(void)state;
	err_at(&err, (struct pos){0}, "nowhere");
	err_at(&err, (struct pos){&source, 0, 0}, "the file");
	err_at(&err, (struct pos){&unread, 3, 1}, "unread");
	assert_null(err.entries[0].file);
	assert_string_equal(err.entries[1].file, "site.yaml");
	assert_null(err.entries[1].text);
	assert_string_equal(err.entries[2].file, "other");
	assert_null(err.entries[2].text);
}

static void outlives_its_source(void **state)
{
	CLEANUP(err_release) struct err err = ERR_INIT;
	char name[] = "file", text[] = "line";
	const struct source source = make_source(name, text);

	(void)state;
	err_at(&err, (struct pos){&source, 1, 1}, "bad");
	memset(name, 'x', 4);
	memset(text, 'x', 4);
	assert_string_equal(err.entries[0].file, "file");
	assert_string_equal(err.entries[0].text, "line");
}

static void wraps_every_message(void **state)
{
	CLEANUP(err_release) struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(err_wrap(&err, "nothing"), -1);
	assert_false(err_is_set(&err));
	err_set(&err, "one");
	err_set(&err, "two");
	assert_int_equal(err_wrap(&err, "host '%s'", "hub"), -1);
	assert_int_equal(err.count, 2);
	assert_string_equal(err.entries[0].message, "host 'hub': one");
	assert_string_equal(err.entries[1].message, "host 'hub': two");
}

static void counts_what_it_drops(void **state)
{
	CLEANUP(err_release) struct err err = ERR_INIT;
	const struct source source = make_source("f", "t");

	(void)state;
	for (unsigned i = 0; i < ERR_MAX + 2; i++)
		assert_int_equal(err_set(&err, "%u", i), -1);
	assert_int_equal(err_at(&err, (struct pos){&source, 1, 1}, "x"), -1);
	assert_int_equal(err_errno(&err, "x"), -1);
	assert_int_equal(err_usage(&err, "x"), -1);
	assert_int_equal(err.count, ERR_MAX);
	assert_int_equal(err.dropped, 5);
	assert_string_equal(err.entries[ERR_MAX - 1].message, "19");
}

static void sorts_by_place(void **state)
{
	CLEANUP(err_release) struct err err = ERR_INIT;
	const struct source a = make_source("a", ""), b = make_source("b", "");
	static const char *const wanted[] = {"none 1", "none 2", "a", "a 1:5 first",
		"a 1:5 second", "a 1:5 third", "a 2:1", "a 10:1", "b 1:1"};

	(void)state;
	err_at(&err, (struct pos){&b, 1, 1}, "b 1:1");
	err_at(&err, (struct pos){&a, 10, 1}, "a 10:1");
	err_at(&err, (struct pos){&a, 1, 5}, "a 1:5 first");
	err_set(&err, "none 1");
	err_at(&err, (struct pos){&a, 1, 5}, "a 1:5 second");
	err_at(&err, (struct pos){&a, 2, 1}, "a 2:1");
	err_at(&err, (struct pos){&a, 1, 5}, "a 1:5 third");
	err_set(&err, "none 2");
	err_at(&err, (struct pos){&a, 0, 0}, "a");
	err_sort(&err);
	assert_int_equal(err.count, ARRAY_SIZE(wanted));
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
		assert_string_equal(err.entries[i].message, wanted[i]);
}

static void is_usable_after_release(void **state)
{
	CLEANUP(err_release) struct err err = ERR_INIT;

	(void)state;
	err_sort(&err);
	err_usage(&err, "one");
	err_release(&err);
	assert_false(err_is_set(&err));
	assert_int_equal(err.status, STATUS_DONE);
	err_set(&err, "two");
	assert_string_equal(err.entries[0].message, "two");
	assert_int_equal(err.status, STATUS_FAILED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sets_a_message),
		cmocka_unit_test(adds_the_text_of_errno),
		cmocka_unit_test(keeps_the_first_status),
		cmocka_unit_test(copies_the_source_line),
		cmocka_unit_test(takes_partial_places),
		cmocka_unit_test(outlives_its_source),
		cmocka_unit_test(wraps_every_message),
		cmocka_unit_test(counts_what_it_drops),
		cmocka_unit_test(sorts_by_place),
		cmocka_unit_test(is_usable_after_release),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
