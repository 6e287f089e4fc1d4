/* SPDX-License-Identifier: MIT */
/* Prefixes: parsing, host bits, containment, order, reserved addresses. */
#include "net/prefix.h"

#include <string.h>

#include "base/alloc.h"
#include "unit.h"

static struct prefix parse(const char *s)
{
	struct prefix prefix;

	assert_case(prefix_parse(s, &prefix), s);
	return prefix;
}

static struct addr parse_addr(const char *s)
{
	struct addr addr;

	assert_case(addr_parse(s, &addr), s);
	return addr;
}

static void parses_and_prints(void **state)
{
	static const char *const rows[][2] = {
		{"10.20.1.0/24", "10.20.1.0/24"},
		{"10.20.1.7/24", "10.20.1.7/24"},
		{"0.0.0.0/0", "0.0.0.0/0"},
		{"10.0.0.1/32", "10.0.0.1/32"},
		{"::/0", "::/0"},
		{"FD00:20:0::/64", "fd00:20::/64"},
		{"fd00::/9", "fd00::/9"},
		{"fd00::/99", "fd00::/99"},
		{"fd00::/100", "fd00::/100"},
		{"fd00::1/128", "fd00::1/128"},
		{"0000:0000:0000:0000:0000:0001:255.255.255.255/128",
			"::1:ffff:ffff/128"},
		{"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128",
			"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct prefix prefix = parse(rows[i][0]);
		char text[PREFIX_TEXT_SIZE];

		prefix_format(&prefix, text);
		assert_string_equal(text, rows[i][1]);
	}
}

static void refuses(void **state)
{
	static const char *const rows[] = {"", "/", "/24", "10.0.0.0", "10.0.0.0/",
		"10.0.0.0/33", "10.0.0.0/08", "10.0.0.0/00", "10.0.0.0/8x", "10.0.0.0/ 8",
		"10.0.0.0/8 ", " 10.0.0.0/8", "10.0.0.0 /8", "10.0.0.0/-1", "10.0.0.0/+8",
		"10.0.0.0/8/8", "10.0.0.0//8", "10.0.0.0/255.0.0.0", "10.1/16",
		"010.0.0.0/8", "10.0.0.0/256", "10.0.0.0/264", "10.0.0.0/4294967304",
		"10.0.0.0/18446744073709551624", "10.0.0.0/0x8", "10.0.0.0/8\n", "::/129",
		"::/", "::", "fe80::%eth0/64", "fe80::/64%eth0", "::ffff:0:0/96",
		"::ffff:10.0.0.0/104",
		"0000:0000:0000:0000:0000:0001:255.255.255.2555/128",
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffffffffffffffff/128"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct prefix prefix, before;

		memset(&prefix, 0x5a, sizeof(prefix));
		before = prefix;
		assert_case(!prefix_parse(rows[i], &prefix), rows[i]);
		assert_memory_equal(&prefix, &before, sizeof(prefix));
	}
}

static void knows_what_is_unset(void **state)
{
	const struct prefix none = {0}, set = parse("0.0.0.0/0");
	const struct addr addr = {0};
	char text[PREFIX_TEXT_SIZE] = "x";

	(void)state;
	assert_false(prefix_is_set(&none));
	assert_true(prefix_is_set(&set));
	assert_false(prefix_is_host(&none));
	assert_false(prefix_reserves(&none, &addr));
	prefix_format(&none, text);
	assert_string_equal(text, "");
}

static void clears_and_sets_host_bits(void **state)
{
	static const struct {
		const char *prefix, *first, *last;
	} rows[] = {
		{"10.20.30.40/0", "0.0.0.0", "255.255.255.255"},
		{"10.20.30.40/1", "0.0.0.0", "127.255.255.255"},
		{"10.20.30.40/7", "10.0.0.0", "11.255.255.255"},
		{"10.20.30.40/8", "10.0.0.0", "10.255.255.255"},
		{"10.20.30.40/27", "10.20.30.32", "10.20.30.63"},
		{"10.20.30.40/29", "10.20.30.40", "10.20.30.47"},
		{"10.20.30.40/31", "10.20.30.40", "10.20.30.41"},
		{"10.20.30.40/32", "10.20.30.40", "10.20.30.40"},
		{"fd00::abcd/0", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
		{"fd00::abcd/65", "fd00::", "fd00::7fff:ffff:ffff:ffff"},
		{"fd00::abcd/124", "fd00::abc0", "fd00::abcf"},
		{"fd00::abcd/128", "fd00::abcd", "fd00::abcd"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct prefix prefix = parse(rows[i].prefix);
		const struct prefix clean = prefix_around(&prefix.addr, prefix.len);
		const struct addr first = parse_addr(rows[i].first);
		const struct addr last = parse_addr(rows[i].last);
		const struct addr seen = prefix_last(&prefix);

		assert_case(addr_equals(&clean.addr, &first), rows[i].prefix);
		assert_case(clean.len == prefix.len, rows[i].prefix);
		assert_case(addr_equals(&seen, &last), rows[i].prefix);
		assert_case(prefix_has_host_bits(&prefix) ==
				    !addr_equals(&prefix.addr, &first),
			rows[i].prefix);
	}
}

static void makes_host_prefixes(void **state)
{
	const struct addr ipv4 = parse_addr("10.0.0.1"), ipv6 = parse_addr("fd00::1");
	const struct prefix a = prefix_of_host(&ipv4), b = prefix_of_host(&ipv6);
	const struct prefix net = parse("10.0.0.0/31"), wide = parse("fd00::/32");

	(void)state;
	assert_int_equal(a.len, 32);
	assert_int_equal(b.len, 128);
	assert_true(prefix_is_host(&a) && prefix_is_host(&b));
	assert_true(prefix_contains_addr(&a, &ipv4) && prefix_contains_addr(&b, &ipv6));
	assert_false(prefix_is_host(&net) || prefix_is_host(&wide));
}

/* `outer` contains `inner`; `meets` where they overlap in any way. */
static void contains_and_overlaps(void **state)
{
	static const struct {
		const char *outer, *inner;
		bool contains, meets;
	} rows[] = {
		{"10.0.0.0/8", "10.0.0.0/8", true, true},
		{"10.0.0.0/8", "10.255.0.0/16", true, true},
		{"10.255.0.0/16", "10.0.0.0/8", false, true},
		{"10.0.0.0/16", "10.0.0.0/8", false, true},
		{"10.0.0.0/8", "11.0.0.0/8", false, false},
		{"10.0.0.0/7", "11.0.0.0/8", true, true},
		{"10.0.0.128/25", "10.0.0.0/25", false, false},
		{"10.0.0.0/31", "10.0.0.1/32", true, true},
		{"10.0.0.0/31", "10.0.0.2/32", false, false},
		{"0.0.0.0/0", "255.255.255.255/32", true, true},
		{"0.0.0.0/0", "::/0", false, false},
		{"::/0", "0.0.0.0/0", false, false},
		{"::/0", "1.2.3.4/32", false, false},
		{"::/0", "fd00::/8", true, true},
		{"fd00::/127", "fd00::1/128", true, true},
		{"fd00::/127", "fd00::2/128", false, false},
		/* host bits do not matter */
		{"10.0.0.5/8", "10.1.2.3/16", true, true},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct prefix outer = parse(rows[i].outer);
		const struct prefix inner = parse(rows[i].inner);

		assert_case(prefix_contains(&outer, &inner) == rows[i].contains,
			rows[i].inner);
		assert_case(
			prefix_overlaps(&outer, &inner) == rows[i].meets, rows[i].inner);
		assert_case(
			prefix_overlaps(&inner, &outer) == rows[i].meets, rows[i].inner);
	}
}

static void contains_addresses(void **state)
{
	const struct prefix net = parse("10.49.0.0/24"), all = parse("::/0");
	const struct addr in = parse_addr("10.49.0.255"), out = parse_addr("10.49.1.0");
	const struct addr ipv6 = parse_addr("fd00::1");

	(void)state;
	assert_true(prefix_contains_addr(&net, &in));
	assert_false(prefix_contains_addr(&net, &out));
	assert_true(prefix_contains_addr(&all, &ipv6));
	assert_false(prefix_contains_addr(&all, &in));
}

static void orders_larger_prefixes_first(void **state)
{
	static const char *const rows[] = {"0.0.0.0/0", "0.0.0.0/1", "10.0.0.0/8",
		"10.0.0.0/16", "10.0.0.1/8", "10.1.0.0/16", "::/0", "::/128", "fd00::/8"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		for (size_t j = 0; j < ARRAY_SIZE(rows); j++) {
			const struct prefix a = parse(rows[i]), b = parse(rows[j]);
			const int order = prefix_compare(&a, &b);

			assert_case((order < 0) == (i < j), rows[i]);
			assert_case((order > 0) == (i > j), rows[i]);
			assert_case(prefix_equals(&a, &b) == (i == j), rows[i]);
		}
	}
}

static void reserves_addresses_no_host_may_have(void **state)
{
	static const struct {
		const char *prefix, *addr;
		bool reserved;
	} rows[] = {
		{"10.49.0.0/24", "10.49.0.0", true},
		{"10.49.0.0/24", "10.49.0.1", false},
		{"10.49.0.0/24", "10.49.0.254", false},
		{"10.49.0.0/24", "10.49.0.255", true},
		{"10.49.0.9/24", "10.49.0.0", true},
		{"10.49.0.9/24", "10.49.0.9", false},
		{"10.49.0.0/23", "10.49.0.255", false},
		{"10.49.0.0/30", "10.49.0.0", true},
		{"10.49.0.0/30", "10.49.0.3", true},
		{"10.49.0.0/31", "10.49.0.0", false},
		{"10.49.0.0/31", "10.49.0.1", false},
		{"10.49.0.0/32", "10.49.0.0", false},
		{"fd00::/64", "fd00::", true},
		{"fd00::/64", "fd00::1", false},
		{"fd00::/64", "fd00::ffff:ffff:ffff:ffff", false},
		{"fd00::/126", "fd00::", true},
		{"fd00::/126", "fd00::3", false},
		{"fd00::/127", "fd00::", false},
		{"fd00::/128", "fd00::", false},
		{"0.0.0.0/0", "::", false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct prefix prefix = parse(rows[i].prefix);
		const struct addr addr = parse_addr(rows[i].addr);

		assert_case(prefix_reserves(&prefix, &addr) == rows[i].reserved,
			rows[i].addr);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_and_prints),
		cmocka_unit_test(refuses),
		cmocka_unit_test(knows_what_is_unset),
		cmocka_unit_test(clears_and_sets_host_bits),
		cmocka_unit_test(makes_host_prefixes),
		cmocka_unit_test(contains_and_overlaps),
		cmocka_unit_test(contains_addresses),
		cmocka_unit_test(orders_larger_prefixes_first),
		cmocka_unit_test(reserves_addresses_no_host_may_have),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
