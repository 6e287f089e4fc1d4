/* SPDX-License-Identifier: MIT */
/* Addresses: what is accepted, how it is printed, order and successor. */
#include "net/addr.h"

#include <string.h>

#include "base/alloc.h"
#include "unit.h"

static struct addr parse(const char *s)
{
	struct addr addr;

	assert_case(addr_parse(s, &addr), s);
	return addr;
}

static void parses_and_prints(void **state)
{
	static const char *const rows[][2] = {
		{"0.0.0.0", "0.0.0.0"},
		{"10.49.0.1", "10.49.0.1"},
		{"255.255.255.255", "255.255.255.255"},
		{"::", "::"},
		{"::1", "::1"},
		{"0:0:0:0:0:0:0:0", "::"},
		{"FD00:0020::00aB", "fd00:20::ab"},
		{"fd00::", "fd00::"},
		{"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
			"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
		/* RFC 5952: one zero group stays, of equal runs the first, else the longest */
		{"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
		{"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
		{"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
		{"0:1:0:0:0:0:0:0", "0:1::"},
		{"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
		{"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
		{"64:ff9b::192.0.2.33", "64:ff9b::c000:221"},
		/* where glibc's inet_ntop writes dots */
		{"::1.2.3.4", "::102:304"},
		{"::1:2", "::1:2"},
		{"::ffff:0:1.2.3.4", "::ffff:0:102:304"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct addr addr = parse(rows[i][0]);
		char text[ADDR_TEXT_SIZE];

		addr_format(&addr, text);
		assert_string_equal(text, rows[i][1]);
		assert_case(addr_is_set(&addr), text);
	}
}

static void refuses(void **state)
{
	static const char *const rows[] = {"", " ", "10", "10.1", "10.0.0", "10.0.0.0.0",
		"10.0.0.256", "10.0.0.", ".10.0.0.1", "10..0.1", "10.0.0.1 ", " 10.0.0.1",
		"010.0.0.1", "10.0.0.01", "10.0.0.00", "0x0a.1.2.3", "+1.2.3.4",
		"-1.2.3.4", "10.0.0.1/32", "10.0.0.1\n", "167772161", "1.2.3.4:5", ":",
		":::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9",
		"1:2:3:4::5:6:7:8", "fd00::12345", "fd00::g", "fd00:", ":fd00::", "[::1]",
		"::1]", "fe80::1%eth0", "fe80::1%1", "::ffff:1.2.3.4", "::ffff:102:304",
		"::FFFF:0:0", "::1/128", "::1 ", "::1.2.3", "::1.2.3.04",
		"1.2.3.4::", "１.2.3.4", "name"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct addr addr, before;

		memset(&addr, 0x5a, sizeof(addr));
		before = addr;
		assert_case(!addr_parse(rows[i], &addr), rows[i]);
		assert_memory_equal(&addr, &before, sizeof(addr));
	}
}

static void keeps_unused_bytes_zero(void **state)
{
	const struct addr addr = parse("1.2.3.4");
	const struct addr wanted = {FAMILY_IPV4, {1, 2, 3, 4}};

	(void)state;
	assert_memory_equal(&addr, &wanted, sizeof(addr));
}

static void knows_what_is_unset(void **state)
{
	const struct addr none = {0};
	struct addr next = {0};
	char text[ADDR_TEXT_SIZE] = "x";

	(void)state;
	assert_false(addr_is_set(&none));
	assert_int_equal(addr_bits(&none), 0);
	assert_false(addr_next(&none, &next));
	addr_format(&none, text);
	assert_string_equal(text, "");
}

static void counts_bits(void **state)
{
	const struct addr ipv4 = parse("10.0.0.1"), ipv6 = parse("fd00::1");

	(void)state;
	assert_int_equal(addr_bits(&ipv4), 32);
	assert_int_equal(addr_bits(&ipv6), 128);
}

static void orders_by_family_then_value(void **state)
{
	static const char *const rows[] = {"0.0.0.0", "9.255.255.255", "10.0.0.0",
		"10.0.0.128", "10.0.1.0", "200.0.0.0", "::", "::1",
		"0:1::", "fd00::", "fd00::ff", "fd00::100"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		for (size_t j = 0; j < ARRAY_SIZE(rows); j++) {
			const struct addr a = parse(rows[i]), b = parse(rows[j]);
			const int order = addr_compare(&a, &b);

			assert_case((order < 0) == (i < j), rows[i]);
			assert_case((order > 0) == (i > j), rows[i]);
			assert_case(addr_equals(&a, &b) == (i == j), rows[i]);
		}
	}
}

static void families_differ_at_equal_bytes(void **state)
{
	const struct addr ipv4 = parse("0.0.0.0"), ipv6 = parse("::");

	(void)state;
	assert_false(addr_equals(&ipv4, &ipv6));
}

static void finds_the_next(void **state)
{
	static const char *const rows[][2] = {
		{"10.0.0.1", "10.0.0.2"},
		{"10.0.0.255", "10.0.1.0"},
		{"10.255.255.255", "11.0.0.0"},
		{"255.255.255.255", NULL},
		{"fd00::ffff:ffff", "fd00::1:0:0"},
		{"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct addr addr = parse(rows[i][0]);
		struct addr next = addr;

		assert_case(addr_next(&next, &next) == (rows[i][1] != NULL), rows[i][0]);
		const struct addr wanted = rows[i][1] ? parse(rows[i][1]) : addr;
		assert_case(addr_equals(&next, &wanted), rows[i][0]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_and_prints),
		cmocka_unit_test(refuses),
		cmocka_unit_test(keeps_unused_bytes_zero),
		cmocka_unit_test(knows_what_is_unset),
		cmocka_unit_test(counts_bits),
		cmocka_unit_test(orders_by_family_then_value),
		cmocka_unit_test(families_differ_at_equal_bytes),
		cmocka_unit_test(finds_the_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
