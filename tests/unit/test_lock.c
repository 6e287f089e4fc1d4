/* SPDX-License-Identifier: MIT */
/* Locks between processes: exclusion, the wait, the holder's number, no stale ones. */
#include "disk/lock.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "base/alloc.h"
#include "scratch.h"
#include "unit.h"

static struct err err;
static struct dir here = DIR_INIT;

static int set_up(void **state)
{
	return scratch_set_up(state) || dir_open(&here, ".", &err);
}

static int tear_down(void **state)
{
	dir_release(&here);
	err_release(&err);
	return scratch_tear_down(state);
}

static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* A child that holds a lock, and has it when this returns, for `ms` or until killed. */
static pid_t holder(bool whole_dir, unsigned ms)
{
	int ready[2];
	char byte;

	assert_int_equal(pipe(ready), 0);
	pid_t pid = fork();
	if (pid == 0) {
		struct dir dir = DIR_INIT;
		struct lock lock = LOCK_INIT;
		bool held = false;

		close(ready[0]);
		bool good = dir_open(&dir, ".", &err) == 0 &&
			    (whole_dir ? lock_dir(&dir, &held, &err)
				       : lock_take(&lock, &dir, ".lock", &err)) == 0;
		good = good && write(ready[1], "x", 1) == 1;
		usleep(ms * 1000);
		_exit(!good);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return pid;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void names_the_holder_after_a_second(void **state)
{
	CLEANUP(lock_release) struct lock lock = LOCK_INIT;
	pid_t pid = holder(false, 20000);
	long start = now_ms();
	char text[64];

	(void)state;
	int result = lock_take(&lock, &here, ".lock", &err);
	long waited = now_ms() - start;
	end(pid);
	assert_int_equal(result, -1);
	assert_in_range(waited, 900, 8000);
	snprintf(text, sizeof(text), "another wgctl (pid %ld) is changing this site; try",
		(long)pid);
	scratch_expect_message(&err, text);
}

static void is_free_after_a_kill(void **state)
{
	CLEANUP(lock_release) struct lock lock = LOCK_INIT;

	(void)state;
	end(holder(false, 20000));
	assert_int_equal(lock_take(&lock, &here, ".lock", &err), 0);
	assert_int_equal(scratch_mode(".lock"), 0600);
}

static void waits_for_one_that_ends_in_time(void **state)
{
	CLEANUP(lock_release) struct lock lock = LOCK_INIT;
	pid_t pid = holder(false, 200);

	(void)state;
	assert_int_equal(lock_take(&lock, &here, ".lock", &err), 0);
	waitpid(pid, NULL, 0);
}

/* A program that this one starts must not hold the lock on. */
static void is_not_inherited(void **state)
{
	struct lock lock = LOCK_INIT;

	(void)state;
	assert_int_equal(lock_take(&lock, &here, ".lock", &err), 0);
	assert_true(fcntl(lock.fd, F_GETFD) & FD_CLOEXEC);
	lock_release(&lock);
	assert_int_equal(lock.fd, -1);
}

/* Whoever waits on a file that was removed has to move on to the new one. */
static void follows_a_file_that_was_replaced(void **state)
{
	CLEANUP(lock_release) struct lock lock = LOCK_INIT;
	struct stat held, there;
	pid_t first = holder(false, 300);

	(void)state;
	pid_t remover = fork();
	if (remover == 0) {
		usleep(100 * 1000);
		_exit(unlink(".lock") < 0);
	}
	assert_int_equal(lock_take(&lock, &here, ".lock", &err), 0);
	assert_int_equal(fstat(lock.fd, &held), 0);
	assert_int_equal(stat(".lock", &there), 0);
	assert_int_equal(held.st_ino, there.st_ino);
	waitpid(first, NULL, 0);
	waitpid(remover, NULL, 0);
}

static void refuses_other_things_of_that_name(void **state)
{
	CLEANUP(lock_release) struct lock lock = LOCK_INIT;

	(void)state;
	assert_int_equal(mkfifo("pipe", 0600), 0);
	assert_int_equal(mkdir("folder", 0700), 0);
	assert_int_equal(symlink("victim", "link"), 0);
	assert_int_equal(lock_take(&lock, &here, "pipe", &err), -1);
	scratch_expect_message(&err, "'pipe' is not a regular file");
	assert_int_equal(lock_take(&lock, &here, "folder", &err), -1);
	scratch_expect_message(&err, "cannot open the lock 'folder'");
	assert_int_equal(lock_take(&lock, &here, "link", &err), -1);
	scratch_expect_message(&err, "cannot open the lock 'link'");
	assert_int_equal(access("victim", F_OK), -1);
}

static int read_number(void)
{
	char text[16] = "";
	int fd = open("number", O_RDONLY);
	ssize_t got = read(fd, text, sizeof(text) - 1);

	close(fd);
	return got < 0 ? -1 : (int)strtol(text, NULL, 10);
}

static int count_up(unsigned times)
{
	for (unsigned i = 0; i < times; i++) {
		CLEANUP(lock_release) struct lock lock = LOCK_INIT;
		char text[16];

		if (lock_take(&lock, &here, ".lock", &err) < 0)
			return 1;
		int number = read_number();
		usleep(100);
		snprintf(text, sizeof(text), "%d", number + 1);
		scratch_put("number", text, 0600);
		lock_release(&lock);
		usleep(1000);
	}
	return 0;
}

static void keeps_writers_apart(void **state)
{
	pid_t pids[3];
	int status;

	(void)state;
	scratch_put("number", "0", 0600);
	for (size_t i = 0; i < ARRAY_SIZE(pids); i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			_exit(count_up(50));
	}
	for (size_t i = 0; i < ARRAY_SIZE(pids); i++) {
		waitpid(pids[i], &status, 0);
		assert_int_equal(status, 0);
	}
	assert_int_equal(read_number(), 150);
}

static void locks_folders(void **state)
{
	bool held = false;
	pid_t pid = holder(true, 20000);

	(void)state;
	assert_int_equal(lock_dir(&here, &held, &err), -1);
	assert_false(held);
	scratch_expect_message(&err, "another program is writing to the folder '.'");
	end(pid);
	assert_int_equal(lock_dir(&here, &held, &err), 0);
	assert_true(held);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(names_the_holder_after_a_second),
		TEST(is_free_after_a_kill),
		TEST(waits_for_one_that_ends_in_time),
		TEST(is_not_inherited),
		TEST(follows_a_file_that_was_replaced),
		TEST(refuses_other_things_of_that_name),
		TEST(keeps_writers_apart),
		TEST(locks_folders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
