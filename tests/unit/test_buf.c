/* SPDX-License-Identifier: MIT */
/* The string buffer: growth, cutting, handing over, wiping, the cap. */
#include "base/buf.h"

#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

/* The linker puts these in the place of free() (--wrap), to see what is given back. */
void __real_free(void *memory);
void __wrap_free(void *memory);

static unsigned leaks;

void __wrap_free(void *memory)
{
	if (memory && memmem(memory, malloc_usable_size(memory), "secret", 6))
		leaks++;
	__real_free(memory);
}

static void is_a_string_from_the_start(void **state)
{
	const struct buf buf = BUF_INIT;

	(void)state;
	assert_string_equal(buf.text, "");
	assert_int_equal(buf.len, 0);
	assert_int_equal(buf.size, 0);
}

static void appends(void **state)
{
	CLEANUP(buf_release) struct buf buf = BUF_INIT;

	(void)state;
	buf_add(&buf, "ab");
	buf_add(&buf, "");
	buf_add_mem(&buf, "cdX", 2);
	buf_add_mem(&buf, NULL, 0);
	buf_add_char(&buf, 'e');
	buf_addf(&buf, "%s-%u", "f", 7u);
	assert_string_equal(buf.text, "abcdef-7");
	assert_int_equal(buf.len, 8);
}

static void holds_zero_bytes(void **state)
{
	CLEANUP(buf_release) struct buf buf = BUF_INIT;

	(void)state;
	buf_add_mem(&buf, "a\0b", 3);
	assert_int_equal(buf.len, 3);
	assert_memory_equal(buf.text, "a\0b", 4);
	assert_false(buf_equals(&buf, "a"));
}

static void grows(void **state)
{
	CLEANUP(buf_release) struct buf buf = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < 100000; i++) {
		buf_add_char(&buf, (char)('a' + i % 26));
		assert_true(buf.size > buf.len);
		assert_int_equal(buf.text[buf.len], '\0');
	}
	for (size_t i = 0; i < 100000; i++)
		assert_int_equal(buf.text[i], 'a' + i % 26);
}

static void formats_beyond_its_size(void **state)
{
	CLEANUP(buf_release) struct buf buf = BUF_INIT;

	(void)state;
	buf_add(&buf, "x");
	buf_addf(&buf, "%*s", 1000, "y");
	assert_int_equal(buf.len, 1001);
	assert_int_equal(buf.text[1000], 'y');
	assert_int_equal(buf.text[999], ' ');
}

static void takes_bytes_from_a_reader(void **state)
{
	CLEANUP(buf_release) struct buf buf = BUF_INIT;

	(void)state;
	buf_add(&buf, "ab");
	memset(buf_reserve(&buf, 5000), 'c', 5000);
	assert_int_equal(buf.len, 2);
	buf_added(&buf, 3);
	assert_string_equal(buf.text, "abccc");
}

static void cuts_and_wipes(void **state)
{
	CLEANUP(buf_release) struct buf buf = BUF_INIT;

	(void)state;
	buf_truncate(&buf, 0);
	buf_add(&buf, "secret");
	buf_truncate(&buf, 6);
	assert_string_equal(buf.text, "secret");
	buf_truncate(&buf, 2);
	assert_int_equal(buf.len, 2);
	assert_memory_equal(buf.text, "se\0\0\0\0", 7);
	buf_truncate(&buf, 0);
	assert_memory_equal(buf.text, "\0\0", 2);
}

static void leaves_nothing_in_freed_memory(void **state)
{
	struct buf buf = BUF_INIT;

	(void)state;
	leaks = 0;
	free(xstrdup("secret"));
	assert_int_equal(leaks, 1);
	buf_add(&buf, "secret");
	for (unsigned i = 0; i < 1000; i++)
		buf_add(&buf, "more");
	assert_int_equal(leaks, 1);
	buf_release(&buf);
	assert_int_equal(leaks, 1);
}

static void equals(void **state)
{
	CLEANUP(buf_release) struct buf buf = BUF_INIT;

	(void)state;
	assert_true(buf_equals(&buf, ""));
	buf_add(&buf, "abc");
	assert_true(buf_equals(&buf, "abc"));
	assert_false(buf_equals(&buf, "ab"));
	assert_false(buf_equals(&buf, "abcd"));
	assert_false(buf_equals(&buf, "abd"));
}

static void hands_its_text_over(void **state)
{
	struct buf buf = BUF_INIT;
	CLEANUP_FREE char *empty = buf_detach(&buf);

	(void)state;
	assert_string_equal(empty, "");
	buf_add(&buf, "abc");
	CLEANUP_FREE char *text = buf_detach(&buf);
	assert_string_equal(text, "abc");
	assert_string_equal(buf.text, "");
	assert_int_equal(buf.size, 0);
}

static void is_usable_after_release(void **state)
{
	CLEANUP(buf_release) struct buf buf = BUF_INIT;

	(void)state;
	buf_release(&buf);
	buf_add(&buf, "abc");
	buf_release(&buf);
	assert_string_equal(buf.text, "");
	buf_add(&buf, "de");
	assert_string_equal(buf.text, "de");
}

/* The signal that ended a child which asked for that much. */
static int signal_at(size_t len)
{
	pid_t pid = fork();
	int status = 0;

	if (!pid) {
		struct buf buf = BUF_INIT;

		if (!freopen("/dev/null", "w", stderr))
			_exit(1);
		buf_add(&buf, "x");
		buf_reserve(&buf, len);
		buf_release(&buf);
		_exit(0);
	}
	assert_true(pid > 0 && waitpid(pid, &status, 0) == pid);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void aborts_past_its_cap(void **state)
{
	(void)state;
	assert_int_equal(signal_at(BUF_MAX - 2), 0);
	assert_int_equal(signal_at(BUF_MAX - 1), SIGABRT);
	assert_int_equal(signal_at(BUF_MAX), SIGABRT);
	assert_int_equal(signal_at(SIZE_MAX), SIGABRT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_a_string_from_the_start),
		cmocka_unit_test(appends),
		cmocka_unit_test(holds_zero_bytes),
		cmocka_unit_test(grows),
		cmocka_unit_test(formats_beyond_its_size),
		cmocka_unit_test(takes_bytes_from_a_reader),
		cmocka_unit_test(cuts_and_wipes),
		cmocka_unit_test(leaves_nothing_in_freed_memory),
		cmocka_unit_test(equals),
		cmocka_unit_test(hands_its_text_over),
		cmocka_unit_test(is_usable_after_release),
		cmocka_unit_test(aborts_past_its_cap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
