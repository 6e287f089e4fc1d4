/* SPDX-License-Identifier: MIT */
/* Endpoints: names, addresses, brackets, ports. */
#include "net/endpoint.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "unit.h"

#define LABEL_63     "a23456789012345678901234567890123456789012345678901234567890123"
#define NAME_253     LABEL_63 "." LABEL_63 "." LABEL_63 "." LABEL_63_CUT
#define LABEL_63_CUT "a234567890123456789012345678901234567890123456789012345678901"

static struct endpoint parse(const char *s)
{
	struct endpoint endpoint;

	assert_case(endpoint_parse(s, &endpoint), s);
	return endpoint;
}

static void parses_and_prints(void **state)
{
	static const struct {
		const char *text, *printed;
		bool is_name;
		unsigned port;
	} rows[] = {
		{"vpn.example.org:51820", "vpn.example.org:51820", true, 51820},
		{"VPN.Example.ORG:1", "VPN.Example.ORG:1", true, 1},
		{"hub:65535", "hub:65535", true, 65535},
		{"_wg._udp.example.org:51820", "_wg._udp.example.org:51820", true, 51820},
		{"1and1.com:9", "1and1.com:9", true, 9},
		{"xn--bcher-kva.example:9", "xn--bcher-kva.example:9", true, 9},
		{LABEL_63 ":9", LABEL_63 ":9", true, 9},
		{NAME_253 ":51820", NAME_253 ":51820", true, 51820},
		{"203.0.113.7:51820", "203.0.113.7:51820", false, 51820},
		{"[fd00::1]:51820", "[fd00::1]:51820", false, 51820},
		{"[FD00:0::1]:51820", "[fd00::1]:51820", false, 51820},
		{"[::]:1", "[::]:1", false, 1},
		{"[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535",
			"[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535", false, 65535},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct endpoint endpoint = parse(rows[i].text);
		char text[ENDPOINT_TEXT_SIZE];

		endpoint_format(&endpoint, text);
		assert_string_equal(text, rows[i].printed);
		assert_int_equal(endpoint.port, rows[i].port);
		assert_case(endpoint_is_set(&endpoint), text);
		assert_case(endpoint_is_name(&endpoint) == rows[i].is_name, text);
		assert_case(addr_is_set(&endpoint.addr) == !rows[i].is_name, text);
	}
}

static void refuses(void **state)
{
	static const char *const rows[] = {"", ":", ":51820", "hub", "hub:", "hub:0",
		"hub:65536", "hub:051820", "hub:51820 ", " hub:51820", "hub :51820",
		"hub: 51820", "hub:wireguard", "hub:-1", "hub:+1", "hub:1:2", "hub:0x1",
		"hub:18446744073709551617", "203.0.113.7", "10.1:51820",
		"203.0.113.256:51820", "0x7f.1:51820", "0x7f000001:51820",
		"2130706433:51820", "010.0.0.1:51820", "fd00::1:51820", "::1", "[::1]",
		"[::1]:", "[::1]:0", "[::1]51820", "[::1:51820", "::1]:51820", "[]:51820",
		"[:51820", "]:51820", "[[::1]]:51820", "[203.0.113.7]:51820",
		"[hub]:51820", "[fe80::1%eth0]:51820", "[::ffff:1.2.3.4]:51820",
		"[::1] :51820", "a..b:51820", ".a:51820", "a.:51820", "-a:51820",
		"a-:51820", "a.-b:51820", "a b:51820", "a;b:51820", "$(a):51820",
		"a/b:51820", "hüb:51820", "hub\n:51820", "hub:51820\n", "user@hub:51820",
		LABEL_63 "4:51820", NAME_253 "2:51820", NAME_253 NAME_253 ":51820"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct endpoint endpoint, before;

		memset(&endpoint, 0x5a, sizeof(endpoint));
		before = endpoint;
		assert_case(!endpoint_parse(rows[i], &endpoint), rows[i]);
		assert_memory_equal(&endpoint, &before, sizeof(endpoint));
	}
}

static void judges_host_names(void **state)
{
	static const struct {
		const char *name;
		bool valid;
	} rows[] = {
		{"a", true},
		{"a.b.c", true},
		{"a-b_c.d", true},
		{"_a", true},
		{"10.0.0.1.in-addr", true},
		{"0x", false},
		{"0xg", true},
		{"0.0x7F", false},
		{"a.1", false},
		{"1.a", true},
		{"1", false},
		{"1.2.3", false},
		{"", false},
		{".", false},
		{"a.", false},
		{"a:b", false},
		{"fd00::1", false},
		{LABEL_63, true},
		{LABEL_63 "4", false},
		{NAME_253, true},
		{"b." NAME_253, false},
	};

	(void)state;
	assert_int_equal(strlen(NAME_253), 253);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_case(
			host_name_is_valid(rows[i].name) == rows[i].valid, rows[i].name);
}

static void knows_what_is_unset(void **state)
{
	const struct endpoint none = {.port = 0};
	char text[ENDPOINT_TEXT_SIZE] = "x";

	(void)state;
	assert_false(endpoint_is_set(&none));
	assert_false(endpoint_is_name(&none));
	endpoint_format(&none, text);
	assert_string_equal(text, "");
}

static void compares(void **state)
{
	static const struct {
		const char *a, *b;
		bool equal;
	} rows[] = {
		{"hub:1", "hub:1", true},
		{"hub:1", "HUB:1", true},
		{"hub:1", "hub:2", false},
		{"hub:1", "hub.lan:1", false},
		{"hub:1", "1.2.3.4:1", false},
		{"1.2.3.4:1", "1.2.3.4:1", true},
		{"1.2.3.4:1", "1.2.3.5:1", false},
		{"[::1]:1", "[0::1]:1", true},
		{"[::]:1", "0.0.0.0:1", false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct endpoint a = parse(rows[i].a), b = parse(rows[i].b);

		assert_case(endpoint_equals(&a, &b) == rows[i].equal, rows[i].b);
		assert_case(endpoint_equals(&b, &a) == rows[i].equal, rows[i].b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_and_prints),
		cmocka_unit_test(refuses),
		cmocka_unit_test(judges_host_names),
		cmocka_unit_test(knows_what_is_unset),
		cmocka_unit_test(compares),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
