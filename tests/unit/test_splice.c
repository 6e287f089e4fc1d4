/* SPDX-License-Identifier: MIT */
/* Replacements in a text. */
#include "site/splice.h"

#include "unit.h"

static const struct source source = {"text", "0123456789", 10};

static void replaces_in_any_order(void **state)
{
	struct arena arena CLEANUP(arena_release) = ARENA_INIT;
	struct splices splices = {.source = &source, .arena = &arena};
	struct buf out CLEANUP(buf_release) = BUF_INIT;

	(void)state;
	splice_add(&splices, 10, 10, "end");
	splice_add(&splices, 3, 5, "X");
	splice_add(&splices, 5, 5, "a");
	splice_add(&splices, 5, 5, "b");
	splice_add(&splices, 3, 3, "before");
	splice_add(&splices, 0, 1, "");
	assert_true(splice_apply(&splices, &out));
	assert_string_equal(out.text, "12beforeXab56789end");
}

static void changes_nothing_by_default(void **state)
{
	struct arena arena CLEANUP(arena_release) = ARENA_INIT;
	struct splices splices = {.source = &source, .arena = &arena};
	struct buf out CLEANUP(buf_release) = BUF_INIT;

	(void)state;
	assert_true(splice_apply(&splices, &out));
	assert_string_equal(out.text, source.text);
}

static void refuses_overlaps(void **state)
{
	static const size_t rows[][2] = {{2, 4}, {4, 6}, {4, 4}, {3, 5}, {5, 7}, {2, 7}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct arena arena CLEANUP(arena_release) = ARENA_INIT;
		struct splices splices = {.source = &source, .arena = &arena};
		struct buf out CLEANUP(buf_release) = BUF_INIT;

		splice_add(&splices, 3, 6, "X");
		splice_add(&splices, rows[i][0], rows[i][1], "Y");
		assert_false(splice_apply(&splices, &out));
		assert_int_equal(out.len, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(replaces_in_any_order),
		cmocka_unit_test(changes_nothing_by_default),
		cmocka_unit_test(refuses_overlaps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
