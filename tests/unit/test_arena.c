/* SPDX-License-Identifier: MIT */
/* The arena: zeroed, aligned, apart, and gone at once. */
#include "base/arena.h"

#include <signal.h>
#include <stdalign.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "unit.h"

static void gives_zeroed_aligned_memory(void **state)
{
	CLEANUP(arena_release) struct arena arena = ARENA_INIT;

	(void)state;
	for (size_t size = 1; size < 300; size++) {
		unsigned char *memory = arena_alloc(&arena, size);

		assert_int_equal((uintptr_t)memory % alignof(max_align_t), 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(memory[i], 0);
		memset(memory, 0xff, size);
	}
}

/* Of all sizes around that of a chunk (64 KiB), no two share a byte. */
static void keeps_allocations_apart(void **state)
{
	static const size_t sizes[] = {
		1, 65535, 65536, 65537, 1, 200000, 16, 17, 65520, 0, 3, 1000000, 5};
	CLEANUP(arena_release) struct arena arena = ARENA_INIT;
	unsigned char *blocks[ARRAY_SIZE(sizes)];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		blocks[i] = arena_alloc(&arena, sizes[i]);
		assert_non_null(blocks[i]);
		memset(blocks[i], (int)i + 1, sizes[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		for (size_t j = 0; j < sizes[i]; j++)
			assert_int_equal(blocks[i][j], i + 1);
	}
}

static void makes_arrays(void **state)
{
	CLEANUP(arena_release) struct arena arena = ARENA_INIT;
	uint64_t *array = arena_array(&arena, 10000, sizeof(*array));

	(void)state;
	for (size_t i = 0; i < 10000; i++)
		assert_int_equal(array[i], 0);
	assert_non_null(arena_array(&arena, 0, 8));
	assert_non_null(arena_array(&arena, 8, 0));
}

static void copies_strings(void **state)
{
	CLEANUP(arena_release) struct arena arena = ARENA_INIT;

	(void)state;
	assert_string_equal(arena_strdup(&arena, "abc"), "abc");
	assert_string_equal(arena_strdup(&arena, ""), "");
	assert_string_equal(arena_strndup(&arena, "abc", 2), "ab");
	assert_string_equal(arena_strndup(&arena, NULL, 0), "");
	assert_memory_equal(arena_strndup(&arena, "a\0b", 3), "a\0b", 4);
}

static void is_usable_after_release(void **state)
{
	CLEANUP(arena_release) struct arena arena = ARENA_INIT;

	(void)state;
	arena_release(&arena);
	arena_alloc(&arena, 100000);
	arena_release(&arena);
	assert_null(arena.chunks);
	assert_string_equal(arena_strdup(&arena, "abc"), "abc");
}

static int signal_at(size_t count, size_t size)
{
	pid_t pid = fork();
	int status = 0;

	if (!pid) {
		struct arena arena = ARENA_INIT;

		arena_array(&arena, count, size);
		_exit(0);
	}
	assert_true(pid > 0 && waitpid(pid, &status, 0) == pid);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void aborts_where_the_product_overflows(void **state)
{
	(void)state;
	assert_int_equal(signal_at(SIZE_MAX / 8 + 2, 8), SIGABRT);
	assert_int_equal(signal_at(SIZE_MAX, SIZE_MAX), SIGABRT);
	assert_int_equal(signal_at(1, SIZE_MAX), SIGABRT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_zeroed_aligned_memory),
		cmocka_unit_test(keeps_allocations_apart),
		cmocka_unit_test(makes_arrays),
		cmocka_unit_test(copies_strings),
		cmocka_unit_test(is_usable_after_release),
		cmocka_unit_test(aborts_where_the_product_overflows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
