/* SPDX-License-Identifier: MIT */
/* Allocation: growth of arrays, cleanup, handing over. */
#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

#include "unit.h"

static void never_returns_null(void **state)
{
	CLEANUP_FREE void *nothing = xmalloc(0);
	CLEANUP_FREE void *none = xcalloc(0, 0);
	CLEANUP_FREE unsigned char *zeros = xcalloc(3, 5);
	static const unsigned char wanted[15];

	(void)state;
	assert_non_null(nothing);
	assert_non_null(none);
	assert_memory_equal(zeros, wanted, sizeof(wanted));
}

static void copies_strings(void **state)
{
	CLEANUP_FREE char *all = xstrdup("abc");
	CLEANUP_FREE char *some = xstrndup("abc", 2);

	(void)state;
	assert_string_equal(all, "abc");
	assert_string_equal(some, "ab");
}

static void grows_arrays_geometrically(void **state)
{
	CLEANUP_FREE size_t *array = NULL;
	size_t cap = 0, moves = 0;

	(void)state;
	for (size_t i = 0; i < 100000; i++) {
		const size_t before = cap;

		array = array_reserve(array, &cap, i + 1, sizeof(*array));
		assert_true(cap > i);
		moves += cap != before;
		array[i] = i;
	}
	assert_true(moves < 20);
	for (size_t i = 0; i < 100000; i++)
		assert_int_equal(array[i], i);
}

static void keeps_arrays_that_have_room(void **state)
{
	size_t cap = 0;
	CLEANUP_FREE char *array = array_reserve(NULL, &cap, 100, 1);
	const size_t before = cap;

	(void)state;
	assert_true(before >= 100);
	assert_ptr_equal(array_reserve(array, &cap, before, 1), array);
	assert_int_equal(cap, before);
}

static unsigned released;

static void release(const int *value)
{
	released += (unsigned)*value;
}

static void cleans_up_at_the_end_of_scope(void **state)
{
	(void)state;
	released = 0;
	{
		CLEANUP(release) const int value = 7;

		(void)value;
		assert_int_equal(released, 0);
	}
	assert_int_equal(released, 7);
}

static void takes_pointers(void **state)
{
	CLEANUP_FREE char *pointer = xstrdup("abc");
	CLEANUP_FREE char *taken = TAKE(pointer);

	(void)state;
	assert_null(pointer);
	assert_string_equal(taken, "abc");
}

static void counts_elements(void **state)
{
	const long array[7] = {0};

	(void)state;
	assert_int_equal(ARRAY_SIZE(array), 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(never_returns_null),
		cmocka_unit_test(copies_strings),
		cmocka_unit_test(grows_arrays_geometrically),
		cmocka_unit_test(keeps_arrays_that_have_room),
		cmocka_unit_test(cleans_up_at_the_end_of_scope),
		cmocka_unit_test(takes_pointers),
		cmocka_unit_test(counts_elements),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
