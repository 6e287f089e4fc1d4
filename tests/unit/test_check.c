/* SPDX-License-Identifier: MIT */
/* Mistakes that show in the whole site only. */
#include "site/site.h"

#include "mistakes.h"
#include "site_keys.h"

static const struct mistake mistakes[] = {
	{HEAD "spokes:\n"
	      "  a: {address: 10.49.0.2, public_key: " K2 "}\n"
	      "  b: {address: 10.49.0.2, public_key: " K3 "}\n"
	      "  c: {address: 10.49.0.1, public_key: " K4 "}\n"
	      "  d: {address: 10.49.0.2, public_key: " K5 "}\n",
		"6:16: address '10.49.0.2' is already used by 'a' (line 5)\n"
		"7:16: address '10.49.0.1' is already used by 'hub' (line 3)\n"
		"8:16: address '10.49.0.2' is already used by 'a' (line 5)"},
	{HEAD "retired: [{name: old, address: 10.49.0.2}]\n"
	      "spokes:\n"
	      "  a: {address: 10.49.0.2, public_key: " K2 "}\n",
		"6:16: address '10.49.0.2' was that of 'old', which is retired (line 4); take another"},
	{HEAD "spokes:\n"
	      "  a: {address: 10.49.0.2, public_key: " K2 "}\n"
	      "  b: {address: 10.49.0.3, public_key: " K2 "}\n"
	      "  c: {address: 10.49.0.4, public_key: " K1 "}\n",
		"6:39: public key is already used by 'a' (line 5)\n"
		"7:39: public key is already used by 'hub' (line 3)"},
	{HEAD "spokes:\n"
	      "  clinic: {address: 10.49.0.2, public_key: " K2
	      ", subnets: [10.20.0.0/22]}\n"
	      "  b: {address: 10.49.0.3, public_key: " K3 ", subnets: [10.20.1.0/24]}\n",
		"6:95: subnet 10.20.1.0/24 overlaps 10.20.0.0/22 of 'clinic' (line 5)"},
	{HEAD "spokes:\n"
	      "  clinic: {address: 10.49.0.2, public_key: " K2
	      ", subnets: [10.20.1.0/24]}\n"
	      "  b: {address: 10.49.0.3, public_key: " K3 ", subnets: [10.20.0.0/22]}\n",
		"6:95: subnet 10.20.0.0/22 overlaps 10.20.1.0/24 of 'clinic' (line 5)"},
	{HEAD SPOKE "    subnets: [10.20.0.0/24, 10.20.0.128/25]\n",
		"8:29: subnet 10.20.0.128/25 overlaps 10.20.0.0/24 of 'a' (line 8)"},
	{HEAD SPOKE "    subnets: [10.49.0.128/25]\n",
		"8:15: subnet 10.49.0.128/25 overlaps the network 10.49.0.0/24 (line 2)"},
	{HEAD SPOKE "    subnets: [10.0.0.0/8]\n",
		"8:15: subnet 10.0.0.0/8 overlaps the network 10.49.0.0/24 (line 2)"},
	{TOP HUB ", subnets: [10.10.0.0/16]}\n" SPOKE "    subnets: [10.10.1.0/24]\n",
		"8:15: subnet 10.10.1.0/24 overlaps 10.10.0.0/16 of 'hub' (line 3)"},
	{TOP HUB ", subnets: [10.49.0.0/16]}\n",
		"3:112: subnet 10.49.0.0/16 overlaps the network 10.49.0.0/24 (line 2)"},
	{HEAD "supernet: 10.20.0.0/16\n" SPOKE "    subnets: [10.30.1.0/24]\n",
		"9:15: subnet 10.30.1.0/24 is outside the supernet 10.20.0.0/16"},
	{HEAD "supernet: [10.20.0.0/16, 10.22.0.0/16]\n" SPOKE
	      "    subnets: [10.30.1.0/24]\n",
		"9:15: subnet 10.30.1.0/24 is outside every supernet"},
	{HEAD "supernet: 10.20.0.0/16\n" SPOKE "    subnets: ['fd20::/64']\n",
		"9:15: subnet fd20::/64 is outside the supernet, which has no IPv6 prefix"},
	{HEAD "supernet: 10.20.0.0/24\n" SPOKE "    subnets: [10.20.0.0/16]\n",
		"9:15: subnet 10.20.0.0/16 is outside the supernet 10.20.0.0/24"},
	{HEAD "supernet: 10.49.0.0/16\n",
		"4:11: supernet 10.49.0.0/16 overlaps the network 10.49.0.0/24 (line 2)"},
	{TOP HUB ", subnets: [10.20.1.0/24]}\n"
		 "supernet: 10.20.0.0/16\n",
		"4:11: supernet 10.20.0.0/16 overlaps 10.20.1.0/24 of 'hub' (line 3)"},
	{HEAD "supernet: [10.20.0.0/16, 10.20.0.0/24]\n",
		"4:26: supernet 10.20.0.0/24 overlaps the supernet 10.20.0.0/16 (line 4)"},
	{HEAD SPOKE "    lan_address: 10.20.0.1\n",
		"8:18: lan_address '10.20.0.1' needs the network around it in 'subnets'"},
	{HEAD SPOKE "    subnets: [10.20.0.0/24]\n"
		    "    lan_address: 10.20.1.1\n",
		"9:18: lan_address '10.20.1.1' lies in none of the 'subnets' of 'a'"},
	{HEAD SPOKE "    subnets: [10.20.0.1/24]\n"
		    "    lan_address: 10.20.1.1\n",
		"8:15: '10.20.0.1/24' has host bits set; did you mean '10.20.0.0/24'?"},
	{"site: s\n"
	 "network: 10.49.0.1/24\n" HUB "}\n" SPOKE "    subnets: [10.49.0.0/24]\n",
		"2:10: '10.49.0.1/24' has host bits set; did you mean '10.49.0.0/24'?"},
	/* Nothing seems to follow from a prefix that is faulty itself. */
	{"site: s\nnetwork: [10.49.0.0/24, 'fd49::1/64']\n"
	 "hub: {endpoint: 'h:1', address: [10.49.0.1, 'fd49::1'], public_key: " K1 "}\n",
		"2:25: 'fd49::1/64' has host bits set; did you mean 'fd49::/64'?"},
	{HEAD "supernet: [10.20.0.0/16, 10.30.0.1/16]\n" SPOKE
	      "    subnets: 10.30.0.0/24\n",
		"4:26: '10.30.0.1/16' has host bits set; did you mean '10.30.0.0/16'?"},
};

static void tells_each_mistake(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(mistakes); i++) {
		const char *text = mistakes[i].text;
		CLEANUP(err_release) struct err err = ERR_INIT;
		CLEANUP(site_release) struct site site = SITE_INIT;

		assert_case(site_load(&site, "site.yaml", text, strlen(text), &err) == -1,
			text);
		assert_null(site.arena.chunks);
		assert_int_equal(err.status, STATUS_INVALID);
		assert_messages(&mistakes[i], &err);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_each_mistake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
