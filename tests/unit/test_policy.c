/* SPDX-License-Identifier: MIT */
/* Which new connections a node forwards. */
#include "topology/policy.h"

#include "site_text.h"

#define SUPER  "supernet: 10.20.0.0/16\n"
#define HUB2   HUB ", subnets: [10.10.0.0/16]}\n"
#define A      "spokes:\n  a: {address: 10.49.0.2, public_key: " K2 ", subnets: [10.20.1.0/24]"
#define LAPTOP "\n  laptop: {address: 10.49.0.3, public_key: " K3
#define DUAL                                                                             \
	"site: s\nnetwork: [10.49.0.0/24, 'fd00:49::/64']\nhub: {endpoint: 'h:1', "      \
	"address: [10.49.0.1, 'fd00:49::1'], subnets: ['fd00:10::/48'], public_key: " K1 \
	"}\nspokes:\n  a: {address: [10.49.0.2, 'fd00:49::2'], public_key: " K2

/* "FROM" or "any", with a "*" on the side of the tunnel. */
static void add_side(struct buf *out, const struct prefix *prefix, bool tunnel)
{
	char text[PREFIX_TEXT_SIZE] = "any";

	if (prefix_is_set(prefix))
		prefix_format(prefix, text);
	buf_addf(out, "%s%s", text, tunnel ? "*" : "");
}

/* Lines "4 FROM -> TO"; then the families that are forwarded. */
static void describe(const struct policy *policy, struct buf *out)
{
	for (size_t i = 0; i < policy->count; i++) {
		const struct policy_pass *pass = &policy->passes[i];

		buf_addf(out, "%d ", pass->family);
		add_side(out, &pass->from, pass->from_tunnel);
		buf_add(out, " -> ");
		add_side(out, &pass->to, pass->to_tunnel);
		buf_add_char(out, '\n');
	}
	buf_addf(out, "forwards%s%s\n", policy->forwards[SLOT_IPV4] ? " 4" : "",
		policy->forwards[SLOT_IPV6] ? " 6" : "");
}

static void check(const char *text, const char *node, const char *wanted)
{
	CLEANUP(site_release) struct site site = SITE_INIT;
	CLEANUP(topology_release) struct topology topology;
	CLEANUP(policy_release) struct policy policy = POLICY_INIT;
	CLEANUP(buf_release) struct buf shown = BUF_INIT;

	site_of_text(&site, text);
	topology_init(&topology, &site);
	policy_derive(&topology, site_find(&site, node), &policy);
	describe(&policy, &shown);
	if (strcmp(shown.text, wanted) != 0)
		fail_msg("for '%s' of\n%sexpected\n%sbut got\n%s", node, text, wanted,
			shown.text);
}

static void hub_lets_both_sides_meet(void **state)
{
	(void)state;
	check(TOP SUPER HUB2 A "}\n", "hub",
		"4 10.20.0.0/16* -> 10.10.0.0/16\n"
		"4 10.49.0.0/24* -> 10.10.0.0/16\n"
		"4 10.10.0.0/16 -> 10.20.0.0/16*\n"
		"4 10.10.0.0/16 -> 10.49.0.0/24*\n"
		"forwards 4\n");
	check(TOP HUB2 A "}\n", "hub",
		"4 10.20.1.0/24* -> 10.10.0.0/16\n"
		"4 10.49.0.0/24* -> 10.10.0.0/16\n"
		"4 10.10.0.0/16 -> 10.20.1.0/24*\n"
		"4 10.10.0.0/16 -> 10.49.0.0/24*\n"
		"forwards 4\n");
}

static void hub_without_a_network_forwards_nothing(void **state)
{
	(void)state;
	check(HEAD A "}\n", "hub", "forwards\n");
}

static void spoke_to_spoke_opens_the_hub(void **state)
{
	(void)state;
	check(TOP SUPER "spoke_to_spoke: true\n" HUB "}\n" A "}\n", "hub",
		"4 10.20.0.0/16* -> 10.20.0.0/16*\n"
		"4 10.20.0.0/16* -> 10.49.0.0/24*\n"
		"4 10.49.0.0/24* -> 10.20.0.0/16*\n"
		"4 10.49.0.0/24* -> 10.49.0.0/24*\n"
		"forwards 4\n");
}

/* An AllowedIPs of its own opens nothing that the site does not. */
static void scope_of_a_spoke_is_no_policy(void **state)
{
	(void)state;
	check(HEAD A ", allowed_ips: site}\n", "hub", "forwards\n");
	check(HEAD A ", allowed_ips: [10.77.0.0/16]}\n", "hub", "forwards\n");
}

static void full_tunnel_may_go_anywhere_out(void **state)
{
	(void)state;
	check(HEAD A "}" LAPTOP ", allowed_ips: all}\n", "hub",
		"4 10.49.0.3/32* -> any\n"
		"forwards 4\n");
	check(HEAD A ", allowed_ips: all}\n", "hub",
		"4 10.49.0.2/32* -> any\n"
		"4 10.20.1.0/24* -> any\n"
		"forwards 4\n");
}

static void families_do_not_mix(void **state)
{
	(void)state;
	check(DUAL ", subnets: [10.20.1.0/24, 'fd00:20::/64']}\n", "hub",
		"6 fd00:20::/64* -> fd00:10::/48\n"
		"6 fd00:49::/64* -> fd00:10::/48\n"
		"6 fd00:10::/48 -> fd00:20::/64*\n"
		"6 fd00:10::/48 -> fd00:49::/64*\n"
		"forwards 6\n");
	check(DUAL ", allowed_ips: all}\n", "hub",
		"6 fd00:49::/64* -> fd00:10::/48\n"
		"6 fd00:10::/48 -> fd00:49::/64*\n"
		"4 10.49.0.2/32* -> any\n"
		"6 fd00:49::2/128* -> any\n"
		"forwards 4 6\n");
	check(DUAL ", subnets: ['fd00:20::/64']}\n", "a",
		"6 any* -> fd00:20::/64\n"
		"6 fd00:20::/64 -> any*\n"
		"forwards 6\n");
}

static void spoke_forwards_for_its_networks(void **state)
{
	(void)state;
	check(TOP SUPER HUB2 A "}\n", "a",
		"4 any* -> 10.20.1.0/24\n"
		"4 10.20.1.0/24 -> any*\n"
		"forwards 4\n");
	check(TOP SUPER HUB2 A "}" LAPTOP "}\n", "laptop", "forwards\n");
	check(HEAD A "}" LAPTOP ", allowed_ips: all}\n", "laptop", "forwards\n");
}

static void tells_the_listen_port(void **state)
{
	static const struct {
		const char *node;
		uint16_t port;
	} rows[] = {{"hub", 1}, {"a", 0}, {"laptop", 4000}};
	CLEANUP(site_release) struct site site = SITE_INIT;
	CLEANUP(topology_release) struct topology topology;

	(void)state;
	site_of_text(&site,
		TOP "hub: {endpoint: 'h:1', listen_port: 1, address: 10.49.0.1, "
		    "public_key: " K1 "}\n" A "}" LAPTOP ", listen_port: 4000}\n");
	topology_init(&topology, &site);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(policy_release) struct policy policy = POLICY_INIT;

		policy_derive(&topology, site_find(&site, rows[i].node), &policy);
		assert_case(policy.listen_port == rows[i].port, rows[i].node);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hub_lets_both_sides_meet),
		cmocka_unit_test(hub_without_a_network_forwards_nothing),
		cmocka_unit_test(spoke_to_spoke_opens_the_hub),
		cmocka_unit_test(scope_of_a_spoke_is_no_policy),
		cmocka_unit_test(full_tunnel_may_go_anywhere_out),
		cmocka_unit_test(families_do_not_mix),
		cmocka_unit_test(spoke_forwards_for_its_networks),
		cmocka_unit_test(tells_the_listen_port),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
