/* SPDX-License-Identifier: MIT */
/* The site folder: opening, editing, making one, and putting it in order after a kill. */
#include "disk/folder.h"

#include <string.h>

#include "base/alloc.h"
#include "disk/journal.h"
#include "scratch.h"
#include "unit.h"

#define SITE_TEXT                                                                        \
	"site: test # a comment\n"                                                       \
	"network: 10.49.0.0/24\n"                                                        \
	"hub:\n"                                                                         \
	"  endpoint: vpn.example.org:51820\n"                                            \
	"  address: 10.49.0.1\n"                                                         \
	"  public_key: 3p7bfXt9wbTTW2HC7OQ1Nz+DQ8hbeGdNrfx+FG+IK08=\n"
#define NEW_TEXT SITE_TEXT "# and more\n"
#define KEY_A	 "CQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define KEY_B	 "XasIfmJKikt54X+Lg4AO5m87sSkmGLb9HC+LJ/+I4Os="

static struct err err;

static int set_up(void **state)
{
	return key_init() ? scratch_set_up(state) : -1;
}

static int tear_down(void **state)
{
	err_release(&err);
	return scratch_tear_down(state);
}

static void store(struct keychange *change, const char *name, const char *text)
{
	struct key key;

	assert_true(key_parse(text, &key));
	keychange_store(change, name, KEY_PRIVATE, &key);
}

static int commit(struct folder *folder, const char *text, const struct keychange *change)
{
	return folder_commit(folder, text, strlen(text), change, &err);
}

static void make_site(void)
{
	scratch_put("site.yaml", SITE_TEXT, 0644);
	assert_int_equal(mkdir("keys", 0700), 0);
	scratch_put("keys/hub.key", KEY_B "\n", 0600);
}

static void expect_keys(const char *names)
{
	CLEANUP(buf_release) struct buf found = BUF_INIT;
	CLEANUP(folder_release) struct folder folder = FOLDER_INIT;
	char **list;
	size_t count;

	assert_int_equal(folder_open(&folder, ".", &err), 0);
	assert_int_equal(folder_open_keys(&folder, &err), 0);
	assert_int_equal(
		keystore_list(&folder.keys, KEY_PRIVATE, &list, &count, &err), 0);
	for (size_t i = 0; i < count; i++)
		buf_addf(&found, "%s ", list[i]);
	keystore_free_list(list, count);
	assert_string_equal(found.text, names);
	assert_int_equal(access("keys/.journal", F_OK), -1);
	scratch_expect_no_temps();
}

static void says_where_there_is_no_site(void **state)
{
	CLEANUP(folder_release) struct folder folder = FOLDER_INIT;

	(void)state;
	assert_int_equal(mkdir("empty", 0700), 0);
	assert_int_equal(folder_open(&folder, ".", &err), -1);
	scratch_expect_message(&err, "no site.yaml in '.': run 'wgctl init' here, "
				     "or name the site folder with -C");
	assert_int_equal(folder_edit(&folder, "empty", &err), -1);
	scratch_expect_message(&err, "no site.yaml in 'empty'");
	assert_int_equal(access("empty/keys", F_OK), -1);
	assert_int_equal(folder_open(&folder, "none", &err), -1);
	scratch_expect_message(&err, "cannot open the folder 'none': No such file");
	assert_int_equal(folder.dir.fd, -1);
}

static void loads_under_the_name_that_messages_show(void **state)
{
	CLEANUP(folder_release) struct folder folder = FOLDER_INIT;

	(void)state;
	make_site();
	assert_int_equal(folder_open(&folder, ".", &err), 0);
	assert_string_equal(folder.site.name, "test");
	assert_string_equal(folder.site.hub.pos.source->name, "site.yaml");
	folder_release(&folder);
	assert_int_equal(mkdir("dir", 0700), 0);
	scratch_put("dir/site.yaml", "nonsense: 1\n", 0644);
	assert_int_equal(folder_open(&folder, "dir/", &err), -1);
	assert_string_equal(err.entries[0].file, "dir/site.yaml");
}

static void reads_without_any_keys(void **state)
{
	CLEANUP(folder_release) struct folder folder = FOLDER_INIT;

	(void)state;
	make_site();
	assert_int_equal(chmod("keys", 0755), 0);
	assert_int_equal(folder_open(&folder, ".", &err), 0);
	assert_int_equal(folder_open_keys(&folder, &err), -1);
	scratch_expect_message(&err, "run: chmod 700 'keys'");
	folder_release(&folder);
	assert_int_equal(folder_edit(&folder, ".", &err), -1);
	scratch_expect_message(&err, "run: chmod 700 'keys'");
}

static void commits_text_and_keys(void **state)
{
	CLEANUP(folder_release) struct folder folder = FOLDER_INIT;
	CLEANUP(keychange_release) struct keychange change = KEYCHANGE_INIT;

	(void)state;
	make_site();
	assert_int_equal(chmod("site.yaml", 0640), 0);
	assert_int_equal(folder_edit(&folder, ".", &err), 0);
	store(&change, "pi", KEY_A);
	keychange_remove(&change, "hub");
	assert_int_equal(commit(&folder, NEW_TEXT, &change), 0);
	folder_release(&folder);
	scratch_expect("site.yaml", NEW_TEXT);
	assert_int_equal(scratch_mode("site.yaml"), 0640);
	scratch_expect("keys/pi.key", KEY_A "\n");
	expect_keys("pi ");
	assert_int_equal(access(".gitignore", F_OK), -1);
}

static void moves_keys_to_a_new_name(void **state)
{
	CLEANUP(folder_release) struct folder folder = FOLDER_INIT;
	CLEANUP(keychange_release) struct keychange change = KEYCHANGE_INIT;

	(void)state;
	make_site();
	scratch_put("keys/old.key", KEY_A "\n", 0600);
	scratch_put("keys/old.psk", KEY_B "\n", 0600);
	assert_int_equal(folder_edit(&folder, ".", &err), 0);
	assert_int_equal(keychange_rename(&change, &folder.keys, "old", "new", &err), 0);
	assert_int_equal(commit(&folder, NEW_TEXT, &change), 0);
	folder_release(&folder);
	scratch_expect("keys/new.key", KEY_A "\n");
	scratch_expect("keys/new.psk", KEY_B "\n");
	assert_int_equal(access("keys/old.psk", F_OK), -1);
	expect_keys("hub new ");
}

static void refuses_a_site_that_changed_meanwhile(void **state)
{
	CLEANUP(folder_release) struct folder folder = FOLDER_INIT;
	CLEANUP(keychange_release) struct keychange change = KEYCHANGE_INIT;

	(void)state;
	make_site();
	assert_int_equal(folder_edit(&folder, ".", &err), 0);
	store(&change, "pi", KEY_A);
	scratch_put("site.yaml", SITE_TEXT "\n", 0644);
	assert_int_equal(commit(&folder, NEW_TEXT, &change), -1);
	scratch_expect_message(&err,
		"'site.yaml' was changed by another program meanwhile; "
		"nothing was written, run the command again");
	folder_release(&folder);
	scratch_expect("site.yaml", SITE_TEXT "\n");
	expect_keys("hub ");
}

static void refuses_keys_that_are_there(void **state)
{
	CLEANUP(folder_release) struct folder folder = FOLDER_INIT;
	CLEANUP(keychange_release) struct keychange change = KEYCHANGE_INIT;

	(void)state;
	make_site();
	scratch_put("keys/pi.key", KEY_B "\n", 0600);
	assert_int_equal(folder_edit(&folder, ".", &err), 0);
	store(&change, "new", KEY_A);
	store(&change, "pi", KEY_A);
	assert_int_equal(commit(&folder, NEW_TEXT, &change), -1);
	scratch_expect_message(&err,
		"'keys/pi.key' exists already, though the site has no 'pi'; "
		"move it away, or choose another name");
	folder_release(&folder);
	scratch_expect("site.yaml", SITE_TEXT);
	scratch_expect("keys/pi.key", KEY_B "\n");
	expect_keys("hub pi ");
}

/* A site.yaml that is a link shows only when it is to be replaced. */
static void takes_back_what_a_failed_commit_did(void **state)
{
	CLEANUP(folder_release) struct folder folder = FOLDER_INIT;
	CLEANUP(keychange_release) struct keychange change = KEYCHANGE_INIT;

	(void)state;
	make_site();
	store(&change, "pi", KEY_A);
	assert_int_equal(rename("site.yaml", "real"), 0);
	assert_int_equal(symlink("real", "site.yaml"), 0);
	assert_int_equal(folder_edit(&folder, ".", &err), 0);
	assert_int_equal(commit(&folder, NEW_TEXT, &change), -1);
	scratch_expect_message(&err, "'site.yaml' is a symbolic link");
	folder_release(&folder);
	scratch_expect("real", SITE_TEXT);
	expect_keys("hub ");
}

static void makes_a_site_folder(void **state)
{
	CLEANUP(folder_release) struct folder folder = FOLDER_INIT;
	CLEANUP(keychange_release) struct keychange change = KEYCHANGE_INIT;

	(void)state;
	assert_int_equal(folder_check_new("site/", &err), 0);
	assert_int_equal(access("site", F_OK), -1);
	assert_int_equal(folder_init(&folder, "site/", &err), 0);
	store(&change, "hub", KEY_A);
	assert_int_equal(commit(&folder, SITE_TEXT, &change), 0);
	folder_release(&folder);
	assert_int_equal(scratch_mode("site"), 0755);
	assert_int_equal(scratch_mode("site/keys"), 0700);
	assert_int_equal(scratch_mode("site/site.yaml"), 0644);
	scratch_expect("site/site.yaml", SITE_TEXT);
	scratch_expect("site/.gitignore", "keys/\n");
	scratch_expect("site/keys/hub.key", KEY_A "\n");
	assert_int_equal(folder_init(&folder, "site", &err), -1);
	scratch_expect_message(&err, "'site/site.yaml' exists already");
	assert_int_equal(folder_check_new("site", &err), -1);
}

static void keeps_what_gitignore_says(void **state)
{
	static const char *const rows[][2] = {{"", "keys/\n"}, {"keys/\n", "keys/\n"},
		{"a\n/keys \r\nb\n", "a\n/keys \r\nb\n"}, {"keys", "keys"},
		{"*.o", "*.o\nkeys/\n"}, {"*.o\n", "*.o\nkeys/\n"},
		{"mykeys/\n", "mykeys/\nkeys/\n"}, {"#keys/\n", "#keys/\nkeys/\n"}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(folder_release) struct folder folder = FOLDER_INIT;
		CLEANUP(keychange_release) struct keychange change = KEYCHANGE_INIT;

		scratch_put(".gitignore", rows[i][0], 0644);
		assert_int_equal(folder_init(&folder, ".", &err), 0);
		assert_int_equal(commit(&folder, SITE_TEXT, &change), 0);
		scratch_expect(".gitignore", rows[i][1]);
		unlink("site.yaml");
	}
}

static void refuses_folders_that_others_may_change(void **state)
{
	CLEANUP(folder_release) struct folder folder = FOLDER_INIT;

	(void)state;
	make_site();
	assert_int_equal(chmod(".", 0777), 0);
	assert_int_equal(folder_edit(&folder, ".", &err), -1);
	scratch_expect_message(&err, "run: chmod o-w '.'");
	assert_int_equal(chmod(".", 0700), 0);
}

static void lets_one_edit_at_a_time_in(void **state)
{
	CLEANUP(folder_release) struct folder one = FOLDER_INIT, two = FOLDER_INIT;

	(void)state;
	make_site();
	assert_int_equal(folder_edit(&one, ".", &err), 0);
	assert_int_equal(folder_open(&two, ".", &err), 0);
	folder_release(&two);
	assert_int_equal(folder_edit(&two, ".", &err), -1);
	scratch_expect_message(&err, "is changing this site");
	folder_release(&one);
	assert_int_equal(folder_edit(&two, ".", &err), 0);
}

/*
 * An edit that is killed once its keys `pi` have come and before `old` has gone, with
 * this as the site.yaml that it would have written.
 */
static void kill_in_between(const char *after)
{
	CLEANUP(folder_release) struct folder folder = FOLDER_INIT;
	CLEANUP(keychange_release) struct keychange change = KEYCHANGE_INIT;

	make_site();
	scratch_put("keys/old.key", KEY_B "\n", 0600);
	assert_int_equal(folder_edit(&folder, ".", &err), 0);
	store(&change, "pi", KEY_A);
	keychange_remove(&change, "old");
	assert_int_equal(
		journal_write(&folder.keys,
			(struct journal_text){SITE_TEXT, strlen(SITE_TEXT)},
			(struct journal_text){after, strlen(after)}, &change, &err),
		0);
	assert_int_equal(
		keystore_store(&folder.keys, change.stores, 1, FILE_MODE_NEW, &err), 0);
	scratch_put(".wgctl-01234567.tmp", "half a site", 0644);
	scratch_put("keys/.wgctl-01234567.tmp", "half a key", 0600);
}

static void next_edit(void)
{
	CLEANUP(folder_release) struct folder folder = FOLDER_INIT;

	assert_int_equal(folder_edit(&folder, ".", &err), 0);
}

static void undoes_an_edit_that_was_cut_off_before_the_site(void **state)
{
	(void)state;
	kill_in_between(NEW_TEXT);
	next_edit();
	expect_keys("hub old ");
}

static void finishes_an_edit_that_was_cut_off_after_the_site(void **state)
{
	(void)state;
	kill_in_between(NEW_TEXT);
	scratch_put("site.yaml", NEW_TEXT, 0644);
	next_edit();
	expect_keys("hub pi ");
}

static void keeps_all_keys_where_somebody_edited_in_between(void **state)
{
	(void)state;
	kill_in_between(NEW_TEXT);
	scratch_put("site.yaml", SITE_TEXT "# by hand\n", 0644);
	next_edit();
	expect_keys("hub old pi ");
}

static void keeps_a_key_that_it_did_not_make(void **state)
{
	(void)state;
	kill_in_between(NEW_TEXT);
	scratch_put("keys/pi.key", KEY_B "\n", 0600);
	next_edit();
	expect_keys("hub old pi ");
}

static void undoes_a_site_that_never_came(void **state)
{
	CLEANUP(folder_release) struct folder folder = FOLDER_INIT;

	(void)state;
	kill_in_between(NEW_TEXT);
	unlink("site.yaml");
	assert_int_equal(folder_init(&folder, ".", &err), 0);
	/* Its journal was of a site that was there, so this is somebody's doing. */
	assert_int_equal(access("keys/pi.key", F_OK), 0);
	folder_release(&folder);

	assert_int_equal(folder_init(&folder, "new", &err), 0);
	CLEANUP(keychange_release) struct keychange change = KEYCHANGE_INIT;
	store(&change, "hub", KEY_A);
	assert_int_equal(journal_write(&folder.keys, (struct journal_text){NULL, 0},
				 (struct journal_text){SITE_TEXT, 5}, &change, &err),
		0);
	assert_int_equal(
		keystore_store(&folder.keys, change.stores, 1, FILE_MODE_NEW, &err), 0);
	folder_release(&folder);
	assert_int_equal(folder_init(&folder, "new", &err), 0);
	assert_int_equal(access("new/keys/hub.key", F_OK), -1);
}

#define HASH "0123456789012345678901234567890123456789012345678901234567890123"
#define HEAD "wgctl journal 1\nbefore " HASH "\nafter " HASH "\n"

static void refuses_a_damaged_journal(void **state)
{
	static const char *const bad[] = {"", "wgctl journal 1\n", HEAD,
		HEAD "add a.key\nend\n", HEAD "add a.key 123\nend\n",
		HEAD "remove a.key " HASH "\nend\n", HEAD "remove ../site.yaml\nend\n",
		HEAD "remove ../a.key\nend\n", HEAD "remove .lock\nend\n",
		HEAD "forget a.key\nend\n", HEAD "end\nend\n", HEAD "end\nmore",
		"wgctl journal 2\nbefore " HASH "\nafter " HASH "\nend\n",
		"wgctl journal 1\nafter " HASH "\nend\n"};
	CLEANUP(folder_release) struct folder folder = FOLDER_INIT;

	(void)state;
	make_site();
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		scratch_put("keys/.journal", bad[i], 0600);
		assert_case(folder_edit(&folder, ".", &err) < 0, bad[i]);
		scratch_expect_message(&err, "'keys/.journal' is damaged");
	}
	scratch_put("keys/.journal", HEAD "end\n", 0600);
	next_edit();
	expect_keys("hub ");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(says_where_there_is_no_site),
		TEST(loads_under_the_name_that_messages_show),
		TEST(reads_without_any_keys),
		TEST(commits_text_and_keys),
		TEST(moves_keys_to_a_new_name),
		TEST(refuses_a_site_that_changed_meanwhile),
		TEST(refuses_keys_that_are_there),
		TEST(takes_back_what_a_failed_commit_did),
		TEST(makes_a_site_folder),
		TEST(keeps_what_gitignore_says),
		TEST(refuses_folders_that_others_may_change),
		TEST(lets_one_edit_at_a_time_in),
		TEST(undoes_an_edit_that_was_cut_off_before_the_site),
		TEST(finishes_an_edit_that_was_cut_off_after_the_site),
		TEST(keeps_all_keys_where_somebody_edited_in_between),
		TEST(keeps_a_key_that_it_did_not_make),
		TEST(undoes_a_site_that_never_came),
		TEST(refuses_a_damaged_journal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
