/* SPDX-License-Identifier: MIT */
/* AllowedIPs and routes by the shape of the site. */
#include "topology/topology.h"

#include "site_text.h"

#define SUPER "supernet: 10.20.0.0/16\n"
#define HUB2  HUB ", subnets: [10.10.0.0/16]}\n"
#define A     "spokes:\n  a: {address: 10.49.0.2, public_key: " K2 ", subnets: [10.20.1.0/24]"
#define B     "\n  b: {address: 10.49.0.3, public_key: " K3 ", subnets: [10.20.3.0/24]}\n"
#define DUAL                                                                             \
	"site: s\nnetwork: [10.49.0.0/24, 'fd00:49::/64']\nhub: {endpoint: 'h:1', "      \
	"address: [10.49.0.1, 'fd00:49::1'], subnets: [10.10.0.0/16, 'fd00:10::/48'], "  \
	"public_key: " K1 "}\n"
#define DUAL_A                                                                           \
	"spokes:\n  a: {address: ['fd00:49::2', 10.49.0.2], public_key: " K2             \
	", subnets: ['fd00:20:1::/64', 10.20.1.0/24]"
#define SIX                                                                              \
	"site: s\nnetwork: 'fd00:49::/64'\nhub: {endpoint: 'h:1', "                      \
	"address: 'fd00:49::1', public_key: " K1 "}\n"

struct row {
	const char *site, *wanted;
};

static void check_rows(const struct row *rows, size_t count,
	void (*get)(const struct topology *, const struct node *, struct prefixset *))
{
	for (size_t i = 0; i < count; i++) {
		CLEANUP(site_release) struct site site = SITE_INIT;
		CLEANUP(topology_release) struct topology topology;
		CLEANUP(prefixset_release) struct prefixset set = PREFIXSET_INIT;

		site_of_text(&site, rows[i].site);
		topology_init(&topology, &site);
		get(&topology, &site.spokes[0], &set);
		assert_prefixes(&set, rows[i].wanted, rows[i].site);
	}
}

static void hub_side(
	const struct topology *topology, const struct node *node, struct prefixset *out)
{
	(void)topology;
	topology_hub_allowed(node, out);
}

static void hubs_entry_has_addresses_then_subnets(void **state)
{
	static const struct row rows[] = {
		{TOP HUB2 A "}\n", "10.49.0.2/32, 10.20.1.0/24"},
		{HEAD "spokes: {a: {address: 10.49.0.2, public_key: " K2 "}}\n",
			"10.49.0.2/32"},
		{TOP HUB2 "spokes:\n  a: {address: 10.49.0.2, public_key: " K2
			  ", subnets: [10.60.0.0/16, 10.20.3.0/24, 10.20.2.0/24]}\n",
			"10.49.0.2/32, 10.20.2.0/23, 10.60.0.0/16"},
		{DUAL DUAL_A "}\n",
			"10.49.0.2/32, fd00:49::2/128, 10.20.1.0/24, fd00:20:1::/64"},
		{SIX "spokes: {a: {address: 'fd00:49::2', public_key: " K2 "}}\n",
			"fd00:49::2/128"},
	};

	(void)state;
	check_rows(rows, ARRAY_SIZE(rows), hub_side);
}

static void spokes_entry_follows_its_scope(void **state)
{
	static const struct row rows[] = {
		/* hub: the default */
		{TOP HUB2 A "}\n", "10.10.0.0/16, 10.49.0.1/32"},
		{TOP SUPER HUB2 A "}" B, "10.10.0.0/16, 10.49.0.1/32"},
		{TOP "spoke_to_spoke: true\n" SUPER HUB2 A ", allowed_ips: hub}" B,
			"10.10.0.0/16, 10.49.0.1/32"},
		{HEAD A "}\n", "10.49.0.1/32"},
		{DUAL DUAL_A "}\n",
			"10.10.0.0/16, 10.49.0.1/32, fd00:10::/48, fd00:49::1/128"},
		{SIX "spokes: {a: {address: 'fd00:49::2', public_key: " K2 "}}\n",
			"fd00:49::1/128"},
		/* site, with a supernet: all of it, the own network too */
		{TOP "spoke_to_spoke: true\n" SUPER HUB2 A "}" B,
			"10.10.0.0/16, 10.20.0.0/16, 10.49.0.0/24"},
		{TOP SUPER HUB2 A ", allowed_ips: site}" B,
			"10.10.0.0/16, 10.20.0.0/16, 10.49.0.0/24"},
		{TOP "supernet: [10.20.0.0/16, 10.21.0.0/16]\nspoke_to_spoke: true\n" HUB2
				A "}\n",
			"10.10.0.0/16, 10.20.0.0/15, 10.49.0.0/24"},
		/* site, without one: the own network left out */
		{TOP "spoke_to_spoke: true\n" HUB2 A "}" B,
			"10.10.0.0/16, 10.20.3.0/24, 10.49.0.0/24"},
		{TOP "spoke_to_spoke: true\n" HUB2 A "}\n", "10.10.0.0/16, 10.49.0.0/24"},
		/* adjacent to another's, so that the two are one before */
		{TOP "spoke_to_spoke: true\n" HUB2 A
		     "}\n  b: {address: 10.49.0.3, public_key: " K3
		     ", subnets: [10.20.0.0/24]}\n",
			"10.10.0.0/16, 10.20.0.0/24, 10.49.0.0/24"},
		{DUAL "spoke_to_spoke: true\n" DUAL_A
		      "}\n  b: {address: 10.49.0.3, public_key: " K3
		      ", subnets: ['fd00:20:2::/64']}\n",
			"10.10.0.0/16, 10.49.0.0/24, fd00:10::/48, fd00:20:2::/64, "
			"fd00:49::/64"},
		/* all */
		{TOP HUB2 A ", allowed_ips: all}\n", "0.0.0.0/0, ::/0"},
		{TOP SUPER "spoke_to_spoke: true\n" HUB2 A ", allowed_ips: all}\n",
			"0.0.0.0/0, ::/0"},
		/* a list: that, merged and sorted, and nothing else */
		{TOP HUB2 A ", allowed_ips: [10.11.1.0/24, 10.11.0.0/24, 10.9.0.0/16]}\n",
			"10.9.0.0/16, 10.11.0.0/23"},
	};

	(void)state;
	check_rows(rows, ARRAY_SIZE(rows), topology_spoke_allowed);
}

static void merges_what_the_hub_has(void **state)
{
	static const struct row rows[] = {
		{TOP HUB ", subnets: [10.11.0.0/16, 10.10.0.0/16, 10.4.0.0/16]}\n" A
			 "}\n",
			"10.4.0.0/16, 10.10.0.0/15, 10.49.0.1/32"},
	};

	(void)state;
	check_rows(rows, ARRAY_SIZE(rows), topology_spoke_allowed);
}

static void router_behind_a_spoke_sends_what_the_spoke_reaches(void **state)
{
	static const struct row rows[] = {
		{TOP SUPER HUB2 A "}\n", "10.10.0.0/16, 10.49.0.1/32"},
		{TOP SUPER "spoke_to_spoke: true\n" HUB2 A "}\n",
			"10.10.0.0/16, 10.20.0.0/16, 10.49.0.0/24"},
		{TOP HUB2 A ", allowed_ips: all}\n", ""},
		{TOP HUB2 "spokes: {a: {address: 10.49.0.2, public_key: " K2 "}}\n", ""},
	};

	(void)state;
	check_rows(rows, ARRAY_SIZE(rows), topology_router_routes);
}

static void hub_routes(
	const struct topology *topology, const struct node *node, struct prefixset *out)
{
	(void)node;
	topology_router_routes(topology, &topology->site->hub, out);
}

static void router_beside_the_hub_sends_the_spokes_side(void **state)
{
	static const struct row rows[] = {
		{TOP SUPER HUB2 A "}\n", "10.20.0.0/16, 10.49.0.0/24"},
		{TOP HUB2 A "}" B, "10.20.1.0/24, 10.20.3.0/24, 10.49.0.0/24"},
		{HEAD A "}\n", ""},
		{DUAL DUAL_A "}\n",
			"10.20.1.0/24, 10.49.0.0/24, fd00:20:1::/64, fd00:49::/64"},
	};

	(void)state;
	check_rows(rows, ARRAY_SIZE(rows), hub_routes);
}

/* WireGuard gives a prefix to one peer: the last one that claims it. */
static void no_two_peers_of_the_hub_share_a_prefix(void **state)
{
	CLEANUP(site_release) struct site site = SITE_INIT;
	CLEANUP(prefixset_release)
	struct prefixset a = PREFIXSET_INIT, b = PREFIXSET_INIT;

	(void)state;
	site_of_text(&site, TOP SUPER "spoke_to_spoke: true\n" HUB2 A "}" B);
	topology_hub_allowed(&site.spokes[0], &a);
	topology_hub_allowed(&site.spokes[1], &b);
	for (size_t i = 0; i < a.count; i++)
		for (size_t j = 0; j < b.count; j++)
			assert_false(prefix_overlaps(&a.items[i], &b.items[j]));
}

static void preshared_key_needs_both_ends(void **state)
{
	static const struct {
		const char *site;
		bool wanted;
	} rows[] = {
		{HEAD A "}\n", true},
		{HEAD A ", preshared_key: false}\n", false},
		{TOP HUB ", preshared_key: false}\n" A "}\n", false},
		{TOP HUB ", preshared_key: false}\n" A ", preshared_key: true}\n", false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(site_release) struct site site = SITE_INIT;

		site_of_text(&site, rows[i].site);
		assert_case(topology_has_preshared_key(&site, &site.spokes[0]) ==
				    rows[i].wanted,
			rows[i].site);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hubs_entry_has_addresses_then_subnets),
		cmocka_unit_test(spokes_entry_follows_its_scope),
		cmocka_unit_test(merges_what_the_hub_has),
		cmocka_unit_test(router_behind_a_spoke_sends_what_the_spoke_reaches),
		cmocka_unit_test(router_beside_the_hub_sends_the_spokes_side),
		cmocka_unit_test(no_two_peers_of_the_hub_share_a_prefix),
		cmocka_unit_test(preshared_key_needs_both_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
