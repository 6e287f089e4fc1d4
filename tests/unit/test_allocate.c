/* SPDX-License-Identifier: MIT */
/* Free addresses and subnets. */
#include "site/site.h"

#include <string.h>

#include "mistakes.h"
#include "site_keys.h"

static void load(struct site *site, const char *text)
{
	CLEANUP(err_release) struct err err = ERR_INIT;

	assert_case(!site_load(site, "site.yaml", text, strlen(text), &err), text);
}

#define DUAL                                                                             \
	"site: s\nnetwork: [10.49.0.0/29, 'fd49::/64']\n"                                \
	"hub: {endpoint: 'h:1', address: [10.49.0.1, 'fd49::1'], public_key: " K1 "}\n"

static const struct {
	const char *text, *ipv4, *ipv6;
} addresses[] = {
	{HEAD, "10.49.0.2", ""},
	{DUAL, "10.49.0.2", "fd49::2"},
	{DUAL "spokes:\n  a: {address: 10.49.0.2, public_key: " K2 "}\n"
	      "  b: {address: [10.49.0.4, 'fd49::3'], public_key: " K3 "}\n",
		"10.49.0.3", "fd49::2"},
	{DUAL "spokes: {a: {address: 10.49.0.2, public_key: " K2 "}}\n"
	      "retired: [{name: x, address: [10.49.0.3, 'fd49::2']}]\n",
		"10.49.0.4", "fd49::3"},
};

static void takes_the_lowest_address(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(addresses); i++) {
		CLEANUP(site_release) struct site site = SITE_INIT;
		CLEANUP(err_release) struct err err = ERR_INIT;
		struct addr out[SLOTS];
		char ipv4[ADDR_TEXT_SIZE], ipv6[ADDR_TEXT_SIZE];

		load(&site, addresses[i].text);
		assert_int_equal(site_free_addresses(&site, out, &err), 0);
		addr_format(&out[SLOT_IPV4], ipv4);
		addr_format(&out[SLOT_IPV6], ipv6);
		assert_string_equal(ipv4, addresses[i].ipv4);
		assert_string_equal(ipv6, addresses[i].ipv6);
	}
}

static void says_that_the_network_is_full(void **state)
{
	CLEANUP(site_release) struct site site = SITE_INIT;
	CLEANUP(err_release) struct err err = ERR_INIT;
	struct addr out[SLOTS] = {{.family = 9}};

	(void)state;
	load(&site, "site: s\nnetwork: 10.49.0.0/30\nhub: {endpoint: 'h:1', address: "
		    "10.49.0.1, public_key: " K1
		    "}\nretired: [{name: x, address: 10.49.0.2}]\n");
	assert_int_equal(site_free_addresses(&site, out, &err), -1);
	assert_int_equal(out[0].family, 9);
	assert_int_equal(err.entries[0].line, 2);
	assert_string_equal(err.entries[0].message,
		"no address is free in the network 10.49.0.0/30; give the site a larger one");
}

#define SUPER "supernet: [10.20.0.0/22, 'fd20::/48', 10.30.0.0/24]\n"

static const struct {
	const char *text;
	enum family family;
	unsigned len;
	const char *want; /* the prefix, or the message */
} subnets[] = {
	{HEAD SUPER, FAMILY_IPV4, 24, "10.20.0.0/24"},
	{HEAD SUPER, FAMILY_IPV6, 64, "fd20::/64"},
	{HEAD SUPER SPOKE "    subnets: [10.20.0.0/24, 10.20.1.128/25, fd20::/64]\n",
		FAMILY_IPV4, 24, "10.20.2.0/24"},
	{HEAD SUPER SPOKE "    subnets: [10.20.0.0/24, 10.20.1.128/25]\n", FAMILY_IPV4,
		25, "10.20.1.0/25"},
	{HEAD SUPER SPOKE "    subnets: [10.20.0.0/23, 10.20.2.0/23]\n", FAMILY_IPV4, 24,
		"10.30.0.0/24"},
	{HEAD SUPER SPOKE "    subnets: [fd20::/64]\n", FAMILY_IPV6, 64,
		"fd20:0:0:1::/64"},
	{HEAD SUPER, FAMILY_IPV4, 21,
		"no IPv4 subnet of length /21 is free in the supernet"},
	{HEAD SUPER, FAMILY_IPV4, 200,
		"no IPv4 subnet of length /200 is free in the supernet"},
	{HEAD, FAMILY_IPV4, 24,
		"site.yaml has no IPv4 'supernet' to take a subnet from; add one, or name "
		"the subnet"},
	{HEAD "supernet: 10.20.0.0/16\n", FAMILY_IPV6, 64,
		"site.yaml has no IPv6 'supernet' to take a subnet from; add one, or name "
		"the subnet"},
};

static void takes_the_lowest_subnet(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(subnets); i++) {
		CLEANUP(site_release) struct site site = SITE_INIT;
		CLEANUP(err_release) struct err err = ERR_INIT;
		char text[PREFIX_TEXT_SIZE];
		struct prefix out;

		load(&site, subnets[i].text);
		if (site_free_subnet(
			    &site, subnets[i].family, subnets[i].len, &out, &err)) {
			assert_string_equal(err.entries[0].message, subnets[i].want);
			assert_int_equal(err.status, STATUS_INVALID);
			continue;
		}
		prefix_format(&out, text);
		assert_string_equal(text, subnets[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_the_lowest_address),
		cmocka_unit_test(says_that_the_network_is_full),
		cmocka_unit_test(takes_the_lowest_subnet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
