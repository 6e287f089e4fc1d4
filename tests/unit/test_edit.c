/* SPDX-License-Identifier: MIT */
/* Edits of a site: values, messages, the check of the result, growth. */
#include "site/edit.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "edit_text.h"
#include "site/splice.h"

#define SPOKE_A "spokes:\n  a: {address: 10.49.0.2, public_key: " KEY_A "}\n"

static const char *const addresses[] = {"10.49.0.9", "fd49::9"};
static const char *const public_key[] = {KEY_N};
static const char *const subnets[] = {"10.20.1.0/24", "fd20::/64"};
static const char *const everything[] = {"::/0"};
static const char *const ssh[] = {"admin@[fd00::1]:22"};
static const struct edit_field all_fields[] = {
	{.key = "address", .values = addresses, .count = 2},
	{.key = "public_key", .values = public_key, .count = 1},
	{.key = "subnets", .values = subnets, .count = 2, .list = true},
	{.key = "allowed_ips", .values = everything, .count = 1, .list = true},
	{.key = "ssh", .values = ssh, .count = 1},
};

static void writes_fields(void **state)
{
	static const struct {
		const char *before, *after;
	} rows[] = {
		{TOP "spokes:\n", TOP "spokes:\n"
				      "  new:\n"
				      "    address: [10.49.0.9, fd49::9]\n"
				      "    public_key: " KEY_N "\n"
				      "    subnets: [10.20.1.0/24, fd20::/64]\n"
				      "    allowed_ips: [\"::/0\"]\n"
				      "    ssh: admin@[fd00::1]:22\n"},
		{TOP SPOKE_A, TOP SPOKE_A
			"  new: {address: [10.49.0.9, fd49::9], public_key: " KEY_N
			", subnets: [10.20.1.0/24, fd20::/64], allowed_ips: [\"::/0\"], "
			"ssh: \"admin@[fd00::1]:22\"}\n"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct buf out CLEANUP(buf_release) = BUF_INIT;
		struct site site CLEANUP(site_release) = SITE_INIT;
		struct err err CLEANUP(err_release) = ERR_INIT;

		load(&site, rows[i].before, strlen(rows[i].before), "fields");
		if (edit_add_spoke(&site, "new", all_fields, ARRAY_SIZE(all_fields), &out,
			    NULL, &err))
			fail_msg("%s", err.entries[0].message);
		assert_string_equal(out.text, rows[i].after);
	}
}

/* The whole message, since the user copies from it. */
static void says_what_to_do_by_hand(void **state)
{
	static const char text[] = TOP "? spokes\n:\n  ? a\n  : address: 10.49.0.2\n"
				       "    public_key: " KEY_A "\n";
	struct buf out CLEANUP(buf_release) = BUF_INIT;
	struct site site CLEANUP(site_release) = SITE_INIT;
	struct err err CLEANUP(err_release) = ERR_INIT;

	(void)state;
	load(&site, text, sizeof(text) - 1, "by hand");
	assert_int_equal(add_new(&site, &out, &err), -1);
	assert_int_equal(edit_remove_spoke(&site, "a", &out, NULL, &err), -1);
	assert_int_equal(err.count, 2);
	assert_int_equal(err.status, STATUS_FAILED);
	assert_string_equal(err.entries[0].message,
		"site.yaml has a layout that wgctl cannot edit safely; add this by hand:\n"
		"spokes:\n"
		"  new:\n"
		"    address: 10.49.0.9\n"
		"    public_key: " KEY_N);
	assert_string_equal(err.entries[1].message,
		"site.yaml has a layout that wgctl cannot edit safely; "
		"remove 'a' by hand and add:\n"
		"retired:\n"
		"  - {name: a, address: 10.49.0.2, public_key: " KEY_A "}");
	assert_int_equal(out.len, 0);
}

/* Mistakes of the new spoke have their places in the new text. */
static void reports_mistakes_of_the_new_site(void **state)
{
	static const char text[] = TOP SPOKE_A;
	static const char *const taken[] = {"10.49.0.2"};
	const struct edit_field fields[] = {
		{.key = "address", .values = taken, .count = 1},
		{.key = "public_key", .values = public_key, .count = 1},
		{.key = "colour", .values = taken, .count = 1},
	};
	struct buf out CLEANUP(buf_release) = BUF_INIT;
	struct site site CLEANUP(site_release) = SITE_INIT;
	struct err err CLEANUP(err_release) = ERR_INIT;

	(void)state;
	load(&site, text, sizeof(text) - 1, "mistakes");
	assert_int_equal(edit_add_spoke(&site, "new", fields, ARRAY_SIZE(fields), &out,
				 NULL, &err),
		-1);
	assert_int_equal(err.status, STATUS_INVALID);
	assert_string_equal(err.entries[0].file, "new site.yaml");
	assert_int_equal(err.entries[0].line, 9);
	assert_int_equal(out.len, 0);
	assert_int_equal(add_new(&site, &out, &err), 0);
}

/* Values that a site cannot hold are told apart from layouts. */
static void refuses_hidden_characters(void **state)
{
	static const char *const rows[] = {"a\x01", "a\nb", "\xff", "a\xe2\x80\xae"};
	static const char text[] = TOP SPOKE_A;
	struct site site CLEANUP(site_release) = SITE_INIT;

	(void)state;
	load(&site, text, sizeof(text) - 1, "hidden");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct edit_field field = {
			.key = "ssh", .values = &rows[i], .count = 1};
		struct buf out CLEANUP(buf_release) = BUF_INIT;
		struct err err CLEANUP(err_release) = ERR_INIT;

		assert_int_equal(
			edit_add_spoke(&site, "new", &field, 1, &out, NULL, &err), -1);
		assert_int_equal(err.status, STATUS_INVALID);
		assert_non_null(strstr(err.entries[0].message, "ssh '"));
		assert_null(strpbrk(err.entries[0].message, "\x01\n\xff\x80"));
	}
}

/* Text that a splice is made to damage. */
static const char *damage_from, *damage_to;

bool __real_splice_apply(const struct splices *splices, struct buf *out);
bool __wrap_splice_apply(const struct splices *splices, struct buf *out);

bool __wrap_splice_apply(const struct splices *splices, struct buf *out)
{
	if (!__real_splice_apply(splices, out))
		return false;
	const char *at = damage_from ? strstr(out->text, damage_from) : NULL;
	if (at) {
		CLEANUP_FREE char *rest = xstrdup(at + strlen(damage_from));

		buf_truncate(out, (size_t)(at - out->text));
		buf_add(out, damage_to);
		buf_add(out, rest);
	}
	return true;
}

/* Whatever goes wrong with the text, it is not handed out. */
static void refuses_what_came_out_wrong(void **state)
{
	static const char text[] = TOP "spokes:\n  a:\n    address: 10.49.0.2\n"
				       "    public_key: " KEY_A "\n    mtu: 1400\n";
	static const char *const rows[][2] = {
		{"mtu: 1400", "mtu: 1401"},
		{"    mtu: 1400\n", ""},
		{"    mtu: 1400\n", "    mtu: 1400\n    listen_port: 1\n"},
		{"spokes:\n", "retired:\nspokes:\n"},
		{"  a:", "  b:"},
		{"address: 10.49.0.2", "address: [10.49.0.2]"},
		{"10.49.0.9", "10.49.0.8"},
		{"  new:", "  new2:"},
		{"  new:", "  new"},
		{"network", "nutwork"},
		{"mtu: 1400", "mtu: 1400\n    mtu: 1400"},
	};
	struct site site CLEANUP(site_release) = SITE_INIT;

	(void)state;
	load(&site, text, sizeof(text) - 1, "wrong");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct buf out CLEANUP(buf_release) = BUF_INIT;
		struct err err CLEANUP(err_release) = ERR_INIT;

		damage_from = rows[i][0];
		damage_to = rows[i][1];
		int status = add_new(&site, &out, &err);
		damage_from = NULL;
		assert_case(status == -1 && err.count == 1, rows[i][1]);
		assert_case(
			strstr(err.entries[0].message, "cannot edit safely"), rows[i][1]);
		assert_case(out.len == 0, rows[i][1]);
	}
}

/* A retired address is not handed out again, and its spoke may come back. */
static void keeps_what_is_retired(void **state)
{
	struct buf one CLEANUP(buf_release) = BUF_INIT,
		       two CLEANUP(buf_release) = BUF_INIT;
	struct site with CLEANUP(site_release) = SITE_INIT;
	struct site without CLEANUP(site_release) = SITE_INIT;
	struct err err CLEANUP(err_release) = ERR_INIT;
	static const char text[] = TOP;

	(void)state;
	struct site empty CLEANUP(site_release) = SITE_INIT;
	load(&empty, text, sizeof(text) - 1, "empty");
	assert_int_equal(
		edit_add_spoke(&empty, "new", all_fields, 2, &one, NULL, &err), 0);
	load(&with, one.text, one.len, "with");
	assert_int_equal(edit_remove_spoke(&with, "new", &two, NULL, &err), 0);
	load(&without, two.text, two.len, "without");
	assert_int_equal(without.retired_count, 1);
	assert_string_equal(without.retired[0].name, "new");
	for (size_t i = 0; i < SLOTS; i++)
		assert_true(addr_equals(
			&without.retired[0].address[i], &with.spokes[0].address[i]));
	assert_true(
		key_equals(&without.retired[0].public_key, &with.spokes[0].public_key));
}

static void add_many(struct buf *text, unsigned count)
{
	buf_add(text, "site: t\nnetwork: 10.0.0.0/8\nhub:\n  endpoint: h.example:1\n"
		      "  address: 10.0.0.1\n  public_key: " KEY_H "\nspokes:\n");
	for (unsigned i = 0; i < count; i++) {
		char key_text[KEY_TEXT_SIZE];
		struct key key = {.bytes = {9, (uint8_t)i, (uint8_t)(i >> 8),
					  (uint8_t)(i >> 16), 1}};

		key_format(&key, key_text);
		buf_addf(text, "  s%u:\n    address: 10.1.%u.%u\n    public_key: %s\n", i,
			i / 250, i % 250 + 1, key_text);
	}
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* An edit costs a load of the new text and little more. */
static void takes_the_time_of_a_load(void **state)
{
	struct buf text CLEANUP(buf_release) = BUF_INIT,
			out CLEANUP(buf_release) = BUF_INIT;
	struct site site CLEANUP(site_release) = SITE_INIT;
	struct err err CLEANUP(err_release) = ERR_INIT;
	static const char *const address[] = {"10.49.0.9"};
	const struct edit_field fields[] = {
		{.key = "address", .values = address, .count = 1},
		{.key = "public_key", .values = public_key, .count = 1},
	};

	(void)state;
	add_many(&text, 10000);
	double start = seconds();
	load(&site, text.text, text.len, "many");
	double loaded = seconds();
	assert_int_equal(edit_add_spoke(&site, "new", fields, 2, &out, NULL, &err), 0);
	double added = seconds();
	assert_int_equal(edit_remove_spoke(&site, "s5000", &out, NULL, &err), 0);
	double removed = seconds();
	print_message("load %.3f s, add %.3f s, remove %.3f s\n", loaded - start,
		added - loaded, removed - added);
	assert_true(added - loaded < 3 * (loaded - start));
	assert_true(removed - added < 3 * (loaded - start));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_fields),
		cmocka_unit_test(says_what_to_do_by_hand),
		cmocka_unit_test(reports_mistakes_of_the_new_site),
		cmocka_unit_test(refuses_hidden_characters),
		cmocka_unit_test(refuses_what_came_out_wrong),
		cmocka_unit_test(keeps_what_is_retired),
		cmocka_unit_test(takes_the_time_of_a_load),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
