/* SPDX-License-Identifier: MIT */
/* Sets of prefixes: merge, subtract, search, and the next free one. */
#include "net/prefixset.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "unit.h"

static struct prefix parse(const char *s)
{
	struct prefix prefix;

	assert_case(prefix_parse(s, &prefix), s);
	return prefix;
}

/* The prefixes of a text that has one blank between two. */
static struct prefixset make(const char *text)
{
	struct prefixset set = PREFIXSET_INIT;
	CLEANUP_FREE char *copy = xstrdup(text);
	char *rest = copy, *word;

	while ((word = strsep(&rest, " "))) {
		if (!*word)
			continue;
		const struct prefix prefix = parse(word);
		prefixset_add(&set, &prefix);
	}
	return set;
}

static struct prefixset make_merged(const char *text)
{
	struct prefixset set = make(text);

	prefixset_merge(&set);
	return set;
}

static void assert_set(const struct prefixset *set, const char *wanted)
{
	CLEANUP(buf_release) struct buf seen = BUF_INIT;

	for (size_t i = 0; i < set->count; i++) {
		char text[PREFIX_TEXT_SIZE];

		prefix_format(&set->items[i], text);
		buf_addf(&seen, "%s%s", i ? " " : "", text);
	}
	assert_string_equal(seen.text, wanted);
}

static void adds_without_host_bits(void **state)
{
	CLEANUP(prefixset_release) struct prefixset set = make("10.0.0.9/8 fd00::9/64");

	(void)state;
	assert_set(&set, "10.0.0.0/8 fd00::/64");
}

static void adds_another_set(void **state)
{
	CLEANUP(prefixset_release) struct prefixset set = make("10.0.0.0/8");
	CLEANUP(prefixset_release) struct prefixset other = make("11.0.0.0/8 ::/0");
	CLEANUP(prefixset_release) struct prefixset empty = PREFIXSET_INIT;

	(void)state;
	prefixset_add_all(&set, &empty);
	prefixset_add_all(&set, &other);
	assert_set(&set, "10.0.0.0/8 11.0.0.0/8 ::/0");
	assert_set(&other, "11.0.0.0/8 ::/0");
	prefixset_add_all(&empty, &set);
	prefixset_add_all(&set, &set);
	assert_int_equal(empty.count, 3);
	assert_set(&set, "10.0.0.0/8 11.0.0.0/8 ::/0 10.0.0.0/8 11.0.0.0/8 ::/0");
}

static void merges(void **state)
{
	static const char *const rows[][2] = {
		{"", ""},
		{"10.0.0.0/8", "10.0.0.0/8"},
		{"10.0.0.0/8 10.0.0.0/8", "10.0.0.0/8"},
		{"10.1.0.0/16 10.0.0.0/8 10.255.255.255/32", "10.0.0.0/8"},
		{"10.0.1.0/24 10.0.0.0/24", "10.0.0.0/23"},
		{"10.0.1.0/24 10.0.2.0/24", "10.0.1.0/24 10.0.2.0/24"},
		{"10.0.0.0/24 10.0.1.0/25", "10.0.0.0/24 10.0.1.0/25"},
		{"10.0.0.0/26 10.0.0.64/26 10.0.0.128/25 10.0.1.0/24", "10.0.0.0/23"},
		{"128.0.0.0/1 0.0.0.0/1", "0.0.0.0/0"},
		{"::/1 8000::/1 0.0.0.0/0", "0.0.0.0/0 ::/0"},
		{"::/0 0.0.0.0/0", "0.0.0.0/0 ::/0"},
		{"::1/128 ::/128 10.0.0.1/32 10.0.0.0/32", "10.0.0.0/31 ::/127"},
		{"0.0.0.0/32 ::/32", "0.0.0.0/32 ::/32"},
		{"10.20.1.0/24 10.10.0.0/16 10.49.0.1/32",
			"10.10.0.0/16 10.20.1.0/24 10.49.0.1/32"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(prefixset_release) struct prefixset set = make_merged(rows[i][0]);

		assert_set(&set, rows[i][1]);
	}
}

static void subtracts(void **state)
{
	static const struct {
		const char *set, *hole, *left;
	} rows[] = {
		{"", "10.0.0.0/8", ""},
		{"10.0.0.0/8", "11.0.0.0/8", "10.0.0.0/8"},
		{"10.0.0.0/8", "10.0.0.0/8", ""},
		{"10.0.0.0/8", "0.0.0.0/0", ""},
		{"10.0.0.0/8", "::/0", "10.0.0.0/8"},
		{"10.0.0.0/24", "10.0.0.0/25", "10.0.0.128/25"},
		{"10.0.0.0/24", "10.0.0.128/25", "10.0.0.0/25"},
		{"10.0.0.0/24", "10.0.0.77/26", "10.0.0.0/26 10.0.0.128/25"},
		{"10.0.0.0/29", "10.0.0.5/32", "10.0.0.0/30 10.0.0.4/32 10.0.0.6/31"},
		{"10.0.0.0/24 10.0.2.0/24 10.0.4.0/24", "10.0.2.128/25",
			"10.0.0.0/24 10.0.2.0/25 10.0.4.0/24"},
		{"9.0.0.0/8 10.1.0.0/16 10.3.0.0/16 10.5.5.5/32 12.0.0.0/8", "10.0.0.0/8",
			"9.0.0.0/8 12.0.0.0/8"},
		{"10.1.0.0/16 ::/0", "10.0.0.0/8", "::/0"},
		{"0.0.0.0/0 fd00::/126", "fd00::2/127", "0.0.0.0/0 fd00::/127"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(prefixset_release)
		struct prefixset set = make_merged(rows[i].set);
		const struct prefix hole = parse(rows[i].hole);

		prefixset_subtract(&set, &hole);
		assert_set(&set, rows[i].left);
	}
}

static void subtracts_one_address_of_all(void **state)
{
	CLEANUP(prefixset_release) struct prefixset set = make("::/0");
	const struct prefix hole = parse("fd00::1/128"), all = parse("::/0");

	(void)state;
	prefixset_subtract(&set, &hole);
	assert_int_equal(set.count, 128);
	assert_false(prefixset_overlaps(&set, &hole));
	prefixset_add(&set, &hole);
	prefixset_merge(&set);
	assert_int_equal(set.count, 1);
	assert_true(prefixset_contains(&set, &all));
}

static void contains_and_overlaps(void **state)
{
	CLEANUP(prefixset_release)
	struct prefixset set =
		make_merged("10.10.0.0/16 10.20.1.0/24 10.49.0.2/32 fd00::/64");
	CLEANUP(prefixset_release) struct prefixset empty = PREFIXSET_INIT;
	static const struct {
		const char *prefix;
		bool contains, overlaps;
	} rows[] = {
		{"10.10.0.0/16", true, true},
		{"10.10.255.255/32", true, true},
		{"10.10.7.7/24", true, true},
		{"10.11.0.0/16", false, false},
		{"10.9.0.0/16", false, false},
		{"10.0.0.0/8", false, true},
		{"10.20.0.0/16", false, true},
		{"10.20.2.0/24", false, false},
		{"10.49.0.2/32", true, true},
		{"10.49.0.2/31", false, true},
		{"10.49.0.3/32", false, false},
		{"0.0.0.0/0", false, true},
		{"0.0.0.0/32", false, false},
		{"255.255.255.255/32", false, false},
		{"::/0", false, true},
		{"::/128", false, false},
		{"fd00::1:2:3:4/128", true, true},
		{"fd00:0:0:1::/64", false, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct prefix prefix = parse(rows[i].prefix);

		assert_case(prefixset_contains(&set, &prefix) == rows[i].contains,
			rows[i].prefix);
		assert_case(prefixset_overlaps(&set, &prefix) == rows[i].overlaps,
			rows[i].prefix);
		assert_case(!prefixset_contains(&empty, &prefix), rows[i].prefix);
		assert_case(!prefixset_overlaps(&empty, &prefix), rows[i].prefix);
	}
}

static void equals(void **state)
{
	CLEANUP(prefixset_release) struct prefixset a = make_merged("10.0.0.0/8 ::/0");
	CLEANUP(prefixset_release) struct prefixset b = make_merged("::/0 10.0.0.0/8");
	CLEANUP(prefixset_release) struct prefixset c = make_merged("10.0.0.0/9 ::/0");
	CLEANUP(prefixset_release) struct prefixset d = make_merged("10.0.0.0/8");

	(void)state;
	assert_true(prefixset_equals(&a, &b));
	assert_false(prefixset_equals(&a, &c));
	assert_false(prefixset_equals(&a, &d));
	assert_false(prefixset_equals(&d, &a));
}

static void finds_a_free_prefix(void **state)
{
	static const struct {
		const char *used, *pool;
		unsigned len;
		const char *free;
	} rows[] = {
		{"", "10.20.0.0/16", 24, "10.20.0.0/24"},
		{"", "10.20.0.0/16", 16, "10.20.0.0/16"},
		{"", "10.20.7.7/16", 24, "10.20.0.0/24"},
		{"", "10.20.0.0/16", 15, NULL},
		{"", "10.20.0.0/16", 33, NULL},
		{"", "10.20.0.0/16", 256 + 24, NULL},
		{"", "::/0", 0, "::/0"},
		{"10.20.0.0/24", "10.20.0.0/16", 24, "10.20.1.0/24"},
		{"10.20.1.0/24", "10.20.0.0/16", 24, "10.20.0.0/24"},
		{"10.20.0.0/24 10.20.1.0/24 10.20.3.0/24", "10.20.0.0/16", 24,
			"10.20.2.0/24"},
		{"10.20.0.77/32", "10.20.0.0/16", 24, "10.20.1.0/24"},
		{"10.20.0.1/32 10.20.0.9/32 10.20.1.255/32", "10.20.0.0/16", 24,
			"10.20.2.0/24"},
		{"10.20.0.0/23", "10.20.0.0/16", 26, "10.20.2.0/26"},
		{"10.20.0.0/26", "10.20.0.0/16", 23, "10.20.2.0/23"},
		{"10.20.0.0/16", "10.20.0.0/16", 24, NULL},
		{"10.0.0.0/8", "10.20.0.0/16", 24, NULL},
		{"10.20.0.0/17 10.20.255.0/32", "10.20.0.0/16", 17, NULL},
		{"10.20.0.0/17 10.20.128.0/18 10.20.192.0/18", "10.20.0.0/16", 32, NULL},
		{"10.20.0.0/25 10.20.0.128/26", "10.20.0.0/24", 26, "10.20.0.192/26"},
		{"10.19.0.0/16 10.21.0.0/16 fd00::/8", "10.20.0.0/16", 24,
			"10.20.0.0/24"},
		{"255.255.255.0/24", "255.255.255.0/24", 32, NULL},
		{"10.0.0.0/8 fd00::/64 fd00:0:0:1::1/128", "fd00::/48", 64,
			"fd00:0:0:2::/64"},
		{"fd00::/65", "fd00::/64", 128, "fd00::8000:0:0:0/128"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(prefixset_release)
		struct prefixset used = make_merged(rows[i].used);
		const struct prefix pool = parse(rows[i].pool);
		struct prefix found = {0};
		char text[PREFIX_TEXT_SIZE];

		assert_case(prefixset_find_free(&used, &pool, rows[i].len, &found) ==
				    (rows[i].free != NULL),
			rows[i].used);
		prefix_format(&found, text);
		assert_string_equal(text, rows[i].free ? rows[i].free : "");
	}
}

static void finds_a_free_address(void **state)
{
	static const struct {
		const char *used, *pool, *free;
	} rows[] = {
		{"", "10.49.0.0/24", "10.49.0.1"},
		{"", "10.49.0.77/24", "10.49.0.1"},
		{"10.49.0.1/32", "10.49.0.0/24", "10.49.0.2"},
		{"10.49.0.0/32 10.49.0.1/32 10.49.0.3/32", "10.49.0.0/24", "10.49.0.2"},
		{"10.49.0.2/32", "10.49.0.0/24", "10.49.0.1"},
		{"10.49.0.0/25", "10.49.0.0/24", "10.49.0.128"},
		{"10.49.0.0/25 10.49.0.128/26 10.49.0.192/27", "10.49.0.0/24",
			"10.49.0.224"},
		{"10.49.0.0/30", "10.49.0.0/30", NULL},
		{"10.49.0.1/32 10.49.0.2/32", "10.49.0.0/30", NULL},
		{"10.49.0.1/32", "10.49.0.0/30", "10.49.0.2"},
		{"", "10.49.0.0/31", "10.49.0.0"},
		{"10.49.0.0/32", "10.49.0.0/31", "10.49.0.1"},
		{"", "10.49.0.9/32", "10.49.0.9"},
		{"10.49.0.9/32", "10.49.0.9/32", NULL},
		{"", "255.255.255.252/30", "255.255.255.253"},
		{"255.255.255.253/32 255.255.255.254/32", "255.255.255.252/30", NULL},
		{"0.0.0.0/0", "fd00::/64", "fd00::1"},
		{"fd00::1/128 fd00::2/128", "fd00::/64", "fd00::3"},
		{"", "fd00::/127", "fd00::"},
		{"", "fd00::/126", "fd00::1"},
		{"fd00::/127 fd00::2/128", "fd00::/126", "fd00::3"},
		{"fd00::/126", "fd00::/126", NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(prefixset_release)
		struct prefixset used = make_merged(rows[i].used);
		const struct prefix pool = parse(rows[i].pool);
		struct addr found = {0};
		char text[ADDR_TEXT_SIZE];

		assert_case(prefixset_find_free_addr(&used, &pool, &found) ==
				    (rows[i].free != NULL),
			rows[i].used);
		addr_format(&found, text);
		assert_string_equal(text, rows[i].free ? rows[i].free : "");
	}
}

static void finds_nothing_in_no_pool(void **state)
{
	const struct prefixset used = PREFIXSET_INIT;
	const struct prefix none = {0};
	struct prefix prefix;
	struct addr addr;

	(void)state;
	assert_false(prefixset_find_free(&used, &none, 0, &prefix));
	assert_false(prefixset_find_free_addr(&used, &none, &addr));
}

/* Every second /32 of a /15, last one first: nothing joins. */
static void copes_with_many(void **state)
{
	enum { COUNT = 1 << 16 };
	CLEANUP(prefixset_release) struct prefixset set = PREFIXSET_INIT;
	const struct prefix pool = parse("10.0.0.0/15");
	struct prefix found;
	struct addr addr;

	(void)state;
	for (unsigned i = COUNT; i-- > 0;) {
		const uint32_t value = 2 * i;
		const struct addr item = {
			FAMILY_IPV4, {10, (uint8_t)(value >> 16), (uint8_t)(value >> 8),
					     (uint8_t)value}};
		const struct prefix host = prefix_of_host(&item);

		prefixset_add(&set, &host);
	}
	prefixset_merge(&set);
	assert_int_equal(set.count, COUNT);
	assert_false(prefixset_find_free(&set, &pool, 31, &found));
	assert_true(prefixset_find_free(&set, &pool, 32, &found));
	assert_int_equal(found.addr.bytes[3], 1);
	assert_true(prefixset_find_free_addr(&set, &pool, &addr));
	assert_int_equal(addr.bytes[3], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(adds_without_host_bits),
		cmocka_unit_test(adds_another_set),
		cmocka_unit_test(merges),
		cmocka_unit_test(subtracts),
		cmocka_unit_test(subtracts_one_address_of_all),
		cmocka_unit_test(contains_and_overlaps),
		cmocka_unit_test(equals),
		cmocka_unit_test(finds_a_free_prefix),
		cmocka_unit_test(finds_a_free_address),
		cmocka_unit_test(finds_nothing_in_no_pool),
		cmocka_unit_test(copes_with_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
