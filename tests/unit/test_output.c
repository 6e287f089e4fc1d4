/* SPDX-License-Identifier: MIT */
/* Files that go where the user says. */
#include "disk/output.h"

#include <sys/wait.h>

#include "base/alloc.h"
#include "disk/batch.h"
#include "scratch.h"
#include "unit.h"

static struct err err;

static int tear_down(void **state)
{
	err_release(&err);
	return scratch_tear_down(state);
}

static void writes_private_files(void **state)
{
	(void)state;
	umask(0);
	assert_int_equal(mkdir("sub", 0755), 0);
	scratch_put("sub/b", "old and open", 0644);
	scratch_put("sub/.wgctl-01234567.tmp", "left by a kill", 0600);
	assert_int_equal(output_file("a", "text", 4, &err), 0);
	assert_int_equal(output_file("sub/b", "text", 4, &err), 0);
	scratch_expect("a", "text");
	scratch_expect("sub/b", "text");
	assert_int_equal(scratch_mode("a"), 0600);
	assert_int_equal(scratch_mode("sub/b"), 0600);
	scratch_expect_no_temps();
}

static void refuses_what_is_no_file(void **state)
{
	static const char *const names[] = {"", "/", ".", "..", "new/", "sub/..", "sub"};

	(void)state;
	assert_int_equal(mkdir("sub", 0700), 0);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		assert_case(output_file(names[i], "x", 1, &err) < 0, names[i]);
		assert_int_equal(err.count, 1);
		err_release(&err);
	}
	assert_int_equal(access("new", F_OK), -1);
	assert_int_equal(output_file("none/a", "x", 1, &err), -1);
	scratch_expect_message(&err, "cannot open the folder 'none'");
	assert_int_equal(symlink("/dev/stdout", "out"), 0);
	assert_int_equal(output_file("out", "x", 1, &err), -1);
	scratch_expect_message(&err, "'out' is a symbolic link");
}

static void makes_private_folders(void **state)
{
	CLEANUP(dir_release) struct dir dir = DIR_INIT;

	(void)state;
	umask(0);
	assert_int_equal(output_open(&dir, "out", &err), 0);
	assert_int_equal(scratch_mode("out"), 0700);
	dir_release(&dir);
	assert_int_equal(chmod("out", 0755), 0);
	assert_int_equal(output_open(&dir, "out/", &err), 0);
	assert_int_equal(scratch_mode("out"), 0755);
	dir_release(&dir);
	assert_int_equal(chmod("out", 0777), 0);
	assert_int_equal(output_open(&dir, "out", &err), -1);
	scratch_expect_message(&err, "run: chmod o-w 'out'");
	scratch_put("file", "", 0600);
	assert_int_equal(output_open(&dir, "file", &err), -1);
	scratch_expect_message(&err, "cannot open the folder 'file': Not a directory");
}

/* Another run must not sweep away what this one has just staged. */
static void keeps_other_runs_out(void **state)
{
	CLEANUP(dir_release) struct dir dir = DIR_INIT;
	CLEANUP(batch_release) struct batch batch = {.dir = NULL};
	int status;

	(void)state;
	assert_int_equal(output_open(&dir, "out", &err), 0);
	batch_init(&batch, &dir, 1);
	assert_int_equal(batch_add(&batch, "a", FILE_MODE_SECRET, "x", 1, &err), 0);
	pid_t pid = fork();
	if (pid == 0)
		_exit(output_file("out/b", "y", 1, &err) == 0);
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
	assert_int_equal(batch_commit(&batch, &err), 0);
	scratch_expect("out/a", "x");
	dir_release(&dir);
	assert_int_equal(output_file("out/b", "y", 1, &err), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(writes_private_files),
		TEST(refuses_what_is_no_file),
		TEST(makes_private_folders),
		TEST(keeps_other_runs_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
