/* SPDX-License-Identifier: MIT */
/* Files read whole and replaced atomically, one and many, and what is refused. */
#include "disk/file.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/alloc.h"
#include "disk/batch.h"
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

/* One of each kind of thing that is not a regular file, under the name of the kind. */
static void make_others(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "a socket"};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	close(fd);
	assert_int_equal(mkfifo("a named pipe", 0600), 0);
	assert_int_equal(mkdir("a folder", 0700), 0);
	scratch_put("victim", "kept", 0600);
	assert_int_equal(symlink("victim", "a symbolic link"), 0);
}

static const char *const others[] = {
	"a socket", "a named pipe", "a folder", "a symbolic link"};

static void reads_up_to_the_cap(void **state)
{
	(void)state;
	scratch_put("empty", "", 0644);
	scratch_put("five", "12345", 0644);
	for (size_t max = 4; max < 7; max++) {
		CLEANUP(buf_release) struct buf text = BUF_INIT;

		if (max < 5) {
			assert_int_equal(
				file_read(&here, "five", FILE_PUBLIC, max, &text, &err),
				-1);
			scratch_expect_message(&err, "'five' is too large");
			assert_int_equal(text.len, 0);
			continue;
		}
		assert_int_equal(
			file_read(&here, "five", FILE_PUBLIC, max, &text, &err), 0);
		assert_true(buf_equals(&text, "12345"));
	}
	CLEANUP(buf_release) struct buf text = BUF_INIT;
	assert_int_equal(file_read(&here, "empty", FILE_PUBLIC, 0, &text, &err), 0);
	assert_int_equal(text.len, 0);
}

static void tells_missing_from_failed(void **state)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT;
	bool found = true;

	(void)state;
	assert_int_equal(
		file_find(&here, "none", FILE_PUBLIC, 10, &text, &found, &err), 0);
	assert_false(found);
	assert_int_equal(file_read(&here, "none", FILE_PUBLIC, 10, &text, &err), -1);
	scratch_expect_message(&err, "cannot open 'none': No such file");
}

/* A pipe without a writer must not make us wait, hence the alarm. */
static void reads_regular_files_only(void **state)
{
	(void)state;
	make_others();
	alarm(10);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		CLEANUP(buf_release) struct buf text = BUF_INIT;

		assert_int_equal(
			file_read(&here, others[i], FILE_SECRET, 10, &text, &err), -1);
		scratch_expect_message(&err, "not a regular file");
	}
	assert_int_equal(symlink("/dev/zero", "zero"), 0);
	CLEANUP(buf_release) struct buf text = BUF_INIT;
	assert_int_equal(file_read(&here, "zero", FILE_PUBLIC, 10, &text, &err), -1);
	scratch_expect_message(&err, "'zero' is a device");
	assert_int_equal(
		file_read(&here, "a symbolic link", FILE_PUBLIC, 10, &text, &err), 0);
	assert_true(buf_equals(&text, "kept"));
	alarm(0);
}

static void reads_secrets_of_this_user_only(void **state)
{
	(void)state;
	for (mode_t bit = 01; bit <= 0400; bit <<= 1) {
		CLEANUP(buf_release) struct buf text = BUF_INIT;

		scratch_put("secret", "x", 0600 | bit);
		int result = file_read(&here, "secret", FILE_SECRET, 10, &text, &err);
		assert_int_equal(result, bit > 070 ? 0 : -1);
		if (result < 0)
			scratch_expect_message(&err, "run: chmod 600 'secret'");
	}
	if (geteuid() != 0) {
		print_message("skipped: a foreign owner needs root\n");
		return;
	}
	CLEANUP(buf_release) struct buf text = BUF_INIT;
	scratch_put("secret", "x", 0600);
	assert_int_equal(chown("secret", 12345, 0), 0);
	assert_int_equal(file_read(&here, "secret", FILE_SECRET, 10, &text, &err), -1);
	scratch_expect_message(&err, "belongs to another user (uid 12345)");
}

static const mode_t masks[] = {0, 022, 077, 0777};

static void creates_with_the_mode_whatever_the_umask(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(masks); i++) {
		umask(masks[i]);
		assert_int_equal(
			file_replace(&here, "new", FILE_MODE_NEW, "a", 1, &err), 0);
		assert_int_equal(
			file_replace(&here, "secret", FILE_MODE_SECRET, "a", 1, &err), 0);
		assert_int_equal(
			file_replace(&here, "plain", FILE_MODE_KEEP, "a", 1, &err), 0);
		assert_int_equal(umask(masks[i]), masks[i]);
		assert_int_equal(scratch_mode("new"), 0600);
		assert_int_equal(scratch_mode("secret"), 0600);
		assert_int_equal(scratch_mode("plain"), 0666 & ~masks[i]);
		unlink("new");
		unlink("plain");
	}
}

static void keeps_or_narrows_the_mode_of_what_it_replaces(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(masks); i++) {
		umask(masks[i]);
		scratch_put("file", "old", 0664);
		assert_int_equal(
			file_replace(&here, "file", FILE_MODE_KEEP, "new", 3, &err), 0);
		assert_int_equal(scratch_mode("file"), 0664);
		assert_int_equal(
			file_replace(&here, "file", FILE_MODE_SECRET, "new", 3, &err), 0);
		assert_int_equal(scratch_mode("file"), 0600);
		scratch_expect("file", "new");
	}
}

static void replaces_regular_files_only(void **state)
{
	(void)state;
	make_others();
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		assert_int_equal(
			file_replace(&here, others[i], FILE_MODE_SECRET, "new", 3, &err),
			-1);
		assert_non_null(strstr(err.entries[0].message, others[i]));
		scratch_expect_message(&err, "which wgctl does not replace");
		assert_int_equal(
			file_replace(&here, others[i], FILE_MODE_NEW, "new", 3, &err),
			-1);
		scratch_expect_message(&err, "exists already");
	}
	scratch_expect("victim", "kept");
	scratch_expect_no_temps();
}

static void leaves_hard_links_and_readers_the_old_file(void **state)
{
	char text[8] = "";

	(void)state;
	scratch_put("file", "old", 0600);
	assert_int_equal(link("file", "other name"), 0);
	int reader = open("file", O_RDONLY);
	assert_int_equal(
		file_replace(&here, "file", FILE_MODE_SECRET, "newer", 5, &err), 0);
	assert_int_equal(read(reader, text, sizeof(text)), 3);
	close(reader);
	assert_string_equal(text, "old");
	scratch_expect("other name", "old");
	scratch_expect("file", "newer");
}

static ino_t inode(const char *name)
{
	struct stat st;

	assert_int_equal(stat(name, &st), 0);
	return st.st_ino;
}

static void leaves_equal_files_alone(void **state)
{
	static const struct {
		const char *old;
		mode_t mode;
		bool stays;
	} rows[] = {{"text", 0600, true}, {"test", 0600, false}, {"text\n", 0600, false},
		{"text", 0644, false}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		scratch_put("file", rows[i].old, rows[i].mode);
		ino_t before = inode("file");
		assert_int_equal(
			file_replace(&here, "file", FILE_MODE_SECRET, "text", 4, &err),
			0);
		assert_int_equal(inode("file") == before, rows[i].stays);
		scratch_expect("file", "text");
		assert_int_equal(scratch_mode("file"), 0600);
		/* Kept, so that the next file does not get its inode. */
		assert_int_equal(rename("file", rows[i].stays ? "kept" : "other"), 0);
	}
}

/* The largest file that the process may write stands for a full disk. */
static void leaves_the_old_file_when_writing_fails(void **state)
{
	struct rlimit limit, small;
	static const char text[100];

	(void)state;
	scratch_put("file", "old", 0600);
	getrlimit(RLIMIT_FSIZE, &limit);
	small = limit;
	small.rlim_cur = 10;
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &small);
	int result =
		file_replace(&here, "file", FILE_MODE_SECRET, text, sizeof(text), &err);
	setrlimit(RLIMIT_FSIZE, &limit);
	signal(SIGXFSZ, SIG_DFL);
	assert_int_equal(result, -1);
	scratch_expect_message(&err, "cannot write 'file': File too large");
	scratch_expect("file", "old");
	scratch_expect_no_temps();
}

/* The folder that was opened is written to, not what has its path meanwhile. */
static void stays_in_the_folder_that_was_opened(void **state)
{
	CLEANUP(dir_release) struct dir dir = DIR_INIT;

	(void)state;
	assert_int_equal(mkdir("output", 0700), 0);
	assert_int_equal(dir_open(&dir, "output/", &err), 0);
	assert_string_equal(dir.path, "output");
	assert_int_equal(rename("output", "moved"), 0);
	assert_int_equal(mkdir("elsewhere", 0700), 0);
	assert_int_equal(symlink("elsewhere", "output"), 0);
	assert_int_equal(file_replace(&dir, "file", FILE_MODE_SECRET, "x", 1, &err), 0);
	scratch_expect("moved/file", "x");
	assert_int_equal(access("elsewhere/file", F_OK), -1);
}

static void writes_batches(void **state)
{
	static const size_t expected[] = {1, 1000};
	char name[16];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
		CLEANUP(batch_release) struct batch batch;

		batch_init(&batch, &here, expected[i]);
		for (unsigned j = 0; j < 30; j++) {
			snprintf(name, sizeof(name), "file-%u", j);
			assert_int_equal(batch_add(&batch, name, FILE_MODE_SECRET, name,
						 strlen(name), &err),
				0);
			assert_int_equal(access(name, F_OK), i ? 0 : -1);
		}
		assert_int_equal(batch_commit(&batch, &err), 0);
	}
	for (unsigned j = 0; j < 30; j++) {
		snprintf(name, sizeof(name), "file-%u", j);
		scratch_expect(name, name);
		assert_int_equal(scratch_mode(name), 0600);
	}
	scratch_expect_no_temps();
}

static void drops_an_uncommitted_batch(void **state)
{
	struct batch batch;

	(void)state;
	scratch_put("a", "old", 0600);
	batch_init(&batch, &here, 2);
	assert_int_equal(batch_add(&batch, "a", FILE_MODE_SECRET, "new", 3, &err), 0);
	assert_int_equal(batch_add(&batch, "b", FILE_MODE_NEW, "new", 3, &err), 0);
	batch_release(&batch);
	scratch_expect("a", "old");
	assert_int_equal(access("b", F_OK), -1);
	scratch_expect_no_temps();
}

/* FILE_MODE_NEW holds up to the rename, not only when the file is staged. */
static void never_replaces_what_came_meanwhile(void **state)
{
	CLEANUP(batch_release) struct batch batch;

	(void)state;
	batch_init(&batch, &here, 1);
	assert_int_equal(batch_add(&batch, "key", FILE_MODE_NEW, "new", 3, &err), 0);
	scratch_put("key", "theirs", 0600);
	assert_int_equal(batch_commit(&batch, &err), -1);
	scratch_expect_message(&err, "cannot write 'key': File exists");
	scratch_expect("key", "theirs");
}

static void sweeps_only_its_own_leftovers(void **state)
{
	static const char *const kept[] = {".wgctl-0123456.tmp", ".wgctl-012345678.tmp",
		".wgctl-0123456g.tmp", ".wgctl-01234567.tmp~", "wgctl-01234567.tmp",
		".wgctl-01234567", "x.wgctl-01234567.tmp"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(kept); i++)
		scratch_put(kept[i], "x", 0600);
	scratch_put(".wgctl-01234567.tmp", "x", 0600);
	scratch_put(".wgctl-89abcdef.tmp", "x", 0644);
	assert_int_equal(mkdir(".wgctl-00000000.tmp", 0700), 0);
	assert_int_equal(symlink("x", ".wgctl-11111111.tmp"), 0);
	assert_int_equal(batch_sweep(&here, &err), 0);
	assert_int_equal(access(".wgctl-01234567.tmp", F_OK), -1);
	assert_int_equal(access(".wgctl-89abcdef.tmp", F_OK), -1);
	assert_int_equal(scratch_mode(".wgctl-00000000.tmp"), 0700);
	assert_int_equal(scratch_mode(".wgctl-11111111.tmp"), 0777);
	for (size_t i = 0; i < ARRAY_SIZE(kept); i++)
		assert_case(access(kept[i], F_OK) == 0, kept[i]);
}

/* What is staged looks like what is swept, or a kill would leave it for good. */
static void sweeps_what_it_stages(void **state)
{
	CLEANUP(batch_release) struct batch batch;

	(void)state;
	batch_init(&batch, &here, 1);
	assert_int_equal(batch_add(&batch, "key", FILE_MODE_NEW, "new", 3, &err), 0);
	assert_int_equal(batch_sweep(&here, &err), 0);
	scratch_expect_no_temps();
}

static void checks_folders(void **state)
{
	static const struct {
		mode_t mode;
		int result;
	} rows[] = {{0700, 0}, {0755, 0}, {0775, 0}, {0757, -1}, {0777, -1}, {01777, 0}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(fchmod(here.fd, rows[i].mode), 0);
		assert_int_equal(dir_check_safe(&here, &err), rows[i].result);
		if (rows[i].result < 0)
			scratch_expect_message(&err, "run: chmod o-w '.'");
	}
	if (geteuid() != 0)
		return;
	assert_int_equal(fchown(here.fd, 12345, 0), 0);
	assert_int_equal(dir_check_safe(&here, &err), -1);
	scratch_expect_message(&err, "belongs to another user (uid 12345)");
	assert_int_equal(fchown(here.fd, 0, 0), 0);
}

static void makes_folders_with_their_mode(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(masks); i++) {
		umask(masks[i]);
		assert_int_equal(dir_make_at(&here, "keys", 0700, false, &err), 0);
		assert_int_equal(dir_make("plain/", 0777, true, &err), 0);
		assert_int_equal(scratch_mode("keys"), 0700);
		assert_int_equal(scratch_mode("plain"), 0777 & ~masks[i]);
		rmdir("keys");
		rmdir("plain");
	}
	assert_int_equal(dir_make("no/where", 0777, true, &err), -1);
	scratch_expect_message(&err, "cannot open the folder 'no': No such file");
}

static void splits_paths(void **state)
{
	static const char *const rows[][3] = {{"a", ".", "a"}, {"a/b", "a", "b"},
		{"/a", "/", "a"}, {"/a/b/", "/a", "b"}, {"/", "/", ""}, {"..", ".", ".."},
		{"", ".", ""}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP_FREE char *folder = NULL;
		CLEANUP_FREE char *name = NULL;

		dir_split(rows[i][0], &folder, &name);
		assert_string_equal(folder, rows[i][1]);
		assert_string_equal(name, rows[i][2]);
	}
}

static void shows_paths_escaped(void **state)
{
	static const char *const rows[][3] = {{".", "a", "a"}, {"d", "a", "d/a"},
		{"/", "a", "/a"}, {"d\033[0m", "\n", "d\\x1b[0m/\\n"}, {".", NULL, "."}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(dir_release)
		struct dir dir = {.fd = -1, .path = xstrdup(rows[i][0])};
		CLEANUP_FREE char *shown = dir_show(&dir, rows[i][1]);

		assert_string_equal(shown, rows[i][2]);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(reads_up_to_the_cap),
		TEST(tells_missing_from_failed),
		TEST(reads_regular_files_only),
		TEST(reads_secrets_of_this_user_only),
		TEST(creates_with_the_mode_whatever_the_umask),
		TEST(keeps_or_narrows_the_mode_of_what_it_replaces),
		TEST(replaces_regular_files_only),
		TEST(leaves_hard_links_and_readers_the_old_file),
		TEST(leaves_equal_files_alone),
		TEST(leaves_the_old_file_when_writing_fails),
		TEST(stays_in_the_folder_that_was_opened),
		TEST(writes_batches),
		TEST(drops_an_uncommitted_batch),
		TEST(never_replaces_what_came_meanwhile),
		TEST(sweeps_only_its_own_leftovers),
		TEST(sweeps_what_it_stages),
		TEST(checks_folders),
		TEST(makes_folders_with_their_mode),
		TEST(splits_paths),
		TEST(shows_paths_escaped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
