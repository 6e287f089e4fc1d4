/* SPDX-License-Identifier: MIT */
/* Key files: their text, what is refused and how it is worded, storing many. */
#include "disk/keystore.h"

#include <string.h>

#include "base/alloc.h"
#include "scratch.h"
#include "unit.h"

#define KEY_A "CQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define KEY_B "XasIfmJKikt54X+Lg4AO5m87sSkmGLb9HC+LJ/+I4Os="

static struct err err;
static struct dir here = DIR_INIT;
static struct keystore store = KEYSTORE_INIT;

static int set_up(void **state)
{
	if (!key_init() || scratch_set_up(state) || dir_open(&here, ".", &err))
		return -1;
	return keystore_make(&store, &here, &err);
}

static int tear_down(void **state)
{
	keystore_release(&store);
	dir_release(&here);
	err_release(&err);
	return scratch_tear_down(state);
}

static struct keystore_entry entry(const char *name, enum key_kind kind, const char *text)
{
	struct keystore_entry entry = {.kind = kind};

	snprintf(entry.name, sizeof(entry.name), "%s", name);
	assert_true(key_parse(text, &entry.key));
	return entry;
}

static void keeps_keys(void **state)
{
	const struct keystore_entry entries[] = {entry("hospital", KEY_PRIVATE, KEY_A),
		entry("hospital", KEY_PRESHARED, KEY_B)};
	struct key key;
	bool found = true;

	(void)state;
	umask(0777);
	assert_int_equal(keystore_store(&store, entries, 2, FILE_MODE_NEW, &err), 0);
	umask(0);
	assert_int_equal(scratch_mode("keys"), 0700);
	assert_int_equal(scratch_mode("keys/hospital.key"), 0600);
	assert_int_equal(scratch_mode("keys/hospital.psk"), 0600);
	scratch_expect("keys/hospital.key", KEY_A "\n");
	scratch_expect("keys/hospital.psk", KEY_B "\n");
	for (enum key_kind kind = 0; kind < KEY_KINDS; kind++) {
		assert_int_equal(keystore_load(&store, "hospital", kind, &key, &err), 0);
		assert_true(key_equals(&key, &entries[kind].key));
		assert_int_equal(
			keystore_exists(&store, "hospital", kind, &found, &err), 0);
		assert_true(found);
	}
	assert_int_equal(keystore_remove(&store, "hospital", KEY_PRIVATE, &err), 0);
	assert_int_equal(keystore_remove(&store, "hospital", KEY_PRIVATE, &err), 0);
	assert_int_equal(
		keystore_find(&store, "hospital", KEY_PRIVATE, &key, &found, &err), 0);
	assert_false(found);
	assert_int_equal(
		keystore_exists(&store, "hospital", KEY_PRESHARED, &found, &err), 0);
	assert_true(found);
}

static void says_which_key_is_missing(void **state)
{
	const struct keystore none = KEYSTORE_INIT;
	struct key key;

	(void)state;
	assert_int_equal(keystore_load(&store, "pi", KEY_PRESHARED, &key, &err), -1);
	scratch_expect_message(
		&err, "there is no preshared key of 'pi': 'keys/pi.psk' does not exist");
	assert_int_equal(keystore_load(&none, "pi", KEY_PRIVATE, &key, &err), -1);
	scratch_expect_message(&err, "no folder 'keys'");
}

static void reads_what_wg_reads(void **state)
{
	static const char *const good[] = {
		KEY_A, KEY_A "\n", KEY_A "\r\n", KEY_A " \t\n\n"};
	static const char *const bad[] = {"", "\n", "secret" KEY_A "\n",
		KEY_A "\n" KEY_B "\n", "CQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
		"CQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=\n",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", "secret",
		" " KEY_A "\n"};
	struct key key;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		scratch_put("keys/a.key", good[i], 0600);
		assert_case(keystore_load(&store, "a", KEY_PRIVATE, &key, &err) == 0,
			good[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		scratch_put("keys/a.key", bad[i], 0600);
		assert_case(
			keystore_load(&store, "a", KEY_PRIVATE, &key, &err) < 0, bad[i]);
		assert_null(strstr(err.entries[0].message, "AAAA"));
		assert_null(strstr(err.entries[0].message, "secret"));
		scratch_expect_message(&err, "'keys/a.key' does not hold a private key");
	}
}

static void refuses_files_that_are_not_private(void **state)
{
	struct key key;

	(void)state;
	scratch_put("keys/a.key", KEY_A "\n", 0640);
	assert_int_equal(keystore_load(&store, "a", KEY_PRIVATE, &key, &err), -1);
	scratch_expect_message(&err, "'keys/a.key' is open to other users (mode 0640); "
				     "run: chmod 600 'keys/a.key'");
	scratch_put("real", KEY_A "\n", 0600);
	assert_int_equal(symlink("../real", "keys/b.key"), 0);
	assert_int_equal(keystore_load(&store, "b", KEY_PRIVATE, &key, &err), -1);
	scratch_expect_message(&err, "'keys/b.key' is a symbolic link");
	assert_int_equal(mkfifo("keys/c.key", 0600), 0);
	assert_int_equal(keystore_load(&store, "c", KEY_PRIVATE, &key, &err), -1);
	scratch_expect_message(&err, "'keys/c.key' is a named pipe");
	char large[300];
	memset(large, ' ', sizeof(large) - 1);
	memcpy(large, KEY_A, strlen(KEY_A));
	large[sizeof(large) - 1] = '\0';
	scratch_put("keys/d.key", large, 0600);
	assert_int_equal(keystore_load(&store, "d", KEY_PRIVATE, &key, &err), -1);
	scratch_expect_message(&err, "'keys/d.key' is too large");
}

static void refuses_folders_that_are_not_private(void **state)
{
	CLEANUP(keystore_release) struct keystore again = KEYSTORE_INIT;

	(void)state;
	assert_int_equal(chmod("keys", 0755), 0);
	assert_int_equal(keystore_open(&again, &here, &err), -1);
	scratch_expect_message(
		&err, "'keys' is open to other users (mode 0755); run: chmod 700 'keys'");
	assert_int_equal(keystore_make(&again, &here, &err), -1);
	err_release(&err);
	assert_int_equal(chmod("keys", 0700), 0);
	if (geteuid() == 0) {
		assert_int_equal(chown("keys", 12345, 0), 0);
		assert_int_equal(keystore_open(&again, &here, &err), -1);
		scratch_expect_message(&err, "'keys' belongs to another user");
	}
	assert_int_equal(rename("keys", "real"), 0);
	assert_int_equal(symlink("real", "keys"), 0);
	assert_int_equal(keystore_open(&again, &here, &err), -1);
	scratch_expect_message(&err, "'keys' is a symbolic link, not a folder");
	assert_int_equal(unlink("keys"), 0);
	assert_int_equal(keystore_open(&again, &here, &err), 0);
	assert_int_equal(again.dir.fd, -1);
	scratch_put("keys", "", 0600);
	assert_int_equal(keystore_make(&again, &here, &err), -1);
	scratch_expect_message(&err, "'keys' is a regular file, not a folder");
}

static void never_overwrites_unless_told(void **state)
{
	const struct keystore_entry entries[] = {
		entry("new", KEY_PRIVATE, KEY_B), entry("old", KEY_PRIVATE, KEY_B)};

	(void)state;
	scratch_put("keys/old.key", KEY_A "\n", 0600);
	assert_int_equal(keystore_store(&store, entries, 2, FILE_MODE_NEW, &err), -1);
	scratch_expect_message(&err, "'keys/old.key' exists already");
	scratch_expect("keys/old.key", KEY_A "\n");
	assert_int_equal(access("keys/new.key", F_OK), -1);
	scratch_expect_no_temps();
	assert_int_equal(keystore_store(&store, entries, 2, FILE_MODE_SECRET, &err), 0);
	scratch_expect("keys/old.key", KEY_B "\n");
	scratch_expect("keys/new.key", KEY_B "\n");
}

static void stores_and_lists_many(void **state)
{
	static struct keystore_entry entries[200];
	char **names = NULL, name[32];
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(entries); i++) {
		snprintf(name, sizeof(name), "n%03zu", ARRAY_SIZE(entries) - 1 - i);
		entries[i] = entry(name, KEY_PRIVATE, KEY_A);
	}
	assert_int_equal(
		keystore_store(&store, entries, ARRAY_SIZE(entries), FILE_MODE_NEW, &err),
		0);
	scratch_put("keys/a.psk", "", 0600);
	scratch_put("keys/.key", "", 0600);
	scratch_put("keys/.hidden.key", "", 0600);
	scratch_put("keys/x.key~", "", 0600);
	assert_int_equal(keystore_list(&store, KEY_PRIVATE, &names, &count, &err), 0);
	assert_int_equal(count, ARRAY_SIZE(entries));
	for (size_t i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "n%03zu", i);
		assert_string_equal(names[i], name);
	}
	keystore_free_list(names, count);
	assert_int_equal(keystore_list(&store, KEY_PRESHARED, &names, &count, &err), 0);
	assert_int_equal(count, 1);
	keystore_free_list(names, count);
}

static void parses_file_names(void **state)
{
	static const char *const bad[] = {"", "key", ".key", "a", "a.", "a.keys",
		"../a.key", "x/a.key", ".a.key", "a.key.tmp",
		"0123456789012345678901234567890123456789012345678901234567890123.key"};
	char name[KEYSTORE_NAME_MAX + 1];
	enum key_kind kind;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_case(!keystore_parse_file_name(bad[i], name, &kind), bad[i]);
	assert_true(keystore_parse_file_name("a-1.psk", name, &kind));
	assert_string_equal(name, "a-1");
	assert_int_equal(kind, KEY_PRESHARED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(keeps_keys),
		TEST(says_which_key_is_missing),
		TEST(reads_what_wg_reads),
		TEST(refuses_files_that_are_not_private),
		TEST(refuses_folders_that_are_not_private),
		TEST(never_overwrites_unless_told),
		TEST(stores_and_lists_many),
		TEST(parses_file_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
