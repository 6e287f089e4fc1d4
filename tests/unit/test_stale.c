/* SPDX-License-Identifier: MIT */
/* What is out of date in the field after an edit, and why. */
#include "topology/stale.h"

#include <time.h>

#include "site_text.h"

#define HUB2 HUB ", subnets: [10.10.0.0/16]}\n"
#define A    "  a: {address: 10.49.0.2, public_key: " K2 "}\n"
#define A_TO "  a: {address: 10.49.0.2, public_key: " K2 ", "
#define B    "  b: {address: 10.49.0.3, public_key: " K3 "}\n"
#define BASE TOP HUB2 "spokes:\n" A B

/* Lines "NAME: WHY". */
static void compare(const char *before, const char *after, struct buf *out)
{
	CLEANUP(site_release) struct site old = SITE_INIT, new = SITE_INIT;
	CLEANUP(stale_release) struct stale stale = STALE_INIT;

	site_of_text(&old, before);
	site_of_text(&new, after);
	stale_compare(&old, &new, &stale);
	for (size_t i = 0; i < stale.count; i++)
		buf_addf(out, "%s: %s\n", stale.nodes[i].name, stale.nodes[i].why);
}

static void check(const char *before, const char *after, const char *wanted)
{
	CLEANUP(buf_release) struct buf shown = BUF_INIT;

	compare(before, after, &shown);
	if (strcmp(shown.text, wanted) != 0)
		fail_msg("from\n%sto\n%sexpected\n%sbut got\n%s", before, after, wanted,
			shown.text);
}

static void finds_nothing_in_the_same_site(void **state)
{
	(void)state;
	check(BASE, BASE, "");
	check(BASE, TOP HUB2 "spokes:\n" B A, "");
	check(BASE, TOP HUB2 "spokes:\n" A B "# a comment\n", "");
	check(BASE, TOP HUB2 "spokes:\n" A_TO "ssh: a.example}\n" B, "");
}

static void names_each_reason_of_a_spoke(void **state)
{
	static const struct {
		const char *field, *why;
	} rows[] = {
		{"mtu: 1380", "mtu changed"},
		{"listen_port: 4000", "listen_port changed"},
		{"dns: [1.1.1.1]", "dns changed"},
		{"persistent_keepalive: 10", "persistent_keepalive changed"},
		{"interface: wg7", "interface changed"},
		{"allowed_ips: [10.10.0.0/16]", "AllowedIPs lose 10.49.0.1/32"},
		{"allowed_ips: [10.10.0.0/15, 10.49.0.1/32]",
			"AllowedIPs gain 10.10.0.0/15"},
		{"allowed_ips: [10.10.0.0/16, 10.49.0.1/32]", NULL},
		{"allowed_ips: all", "AllowedIPs gain 0.0.0.0/0, ::/0"},
		{"allowed_ips: site", "AllowedIPs gain 10.49.0.0/24"},
		{"mtu: 1380, interface: wg7", "mtu changed, interface changed"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(buf_release) struct buf after = BUF_INIT, wanted = BUF_INIT;

		buf_addf(
			&after, "%sspokes:\n%s%s}\n%s", TOP HUB2, A_TO, rows[i].field, B);
		if (rows[i].why)
			buf_addf(&wanted, "a: %s\n", rows[i].why);
		check(BASE, after.text, wanted.text);
	}
}

static void tells_both_ends_of_a_peering(void **state)
{
	(void)state;
	check(BASE, TOP HUB2 "spokes:\n" A_TO "preshared_key: false}\n" B,
		"hub: changed peer 'a'\na: preshared_key changed\n");
	check(BASE, TOP HUB2 "spokes:\n  a: {address: 10.49.0.9, public_key: " K2 "}\n" B,
		"hub: changed peer 'a'\na: its address changed\n");
	check(BASE, TOP HUB2 "spokes:\n  a: {address: 10.49.0.2, public_key: " K4 "}\n" B,
		"hub: new peer 'a', removed peer 'a'\na: its key changed\n");
	check(BASE, TOP HUB2 "spokes:\n" A_TO "subnets: [10.20.1.0/24]}\n" B,
		"hub: changed peer 'a'\n");
}

static void tells_all_spokes_of_a_change_of_the_hub(void **state)
{
	(void)state;
	check(BASE,
		TOP "hub: {endpoint: 'h:2', address: 10.49.0.1, "
		    "subnets: [10.10.0.0/16], public_key: " K1 "}\nspokes:\n" A B,
		"hub: listen_port changed\n"
		"a: the hub's endpoint changed\n"
		"b: the hub's endpoint changed\n");
	check(BASE,
		TOP "hub: {endpoint: 'h:1', address: 10.49.0.1, "
		    "subnets: [10.10.0.0/16], public_key: " K5 "}\nspokes:\n" A B,
		"hub: its key changed\n"
		"a: the hub's key changed\n"
		"b: the hub's key changed\n");
	check(BASE, TOP HUB ", subnets: [10.12.0.0/16]}\nspokes:\n" A B,
		"a: AllowedIPs gain 10.12.0.0/16, AllowedIPs lose 10.10.0.0/16\n"
		"b: AllowedIPs gain 10.12.0.0/16, AllowedIPs lose 10.10.0.0/16\n");
	check(BASE, TOP "spoke_to_spoke: true\n" HUB2 "spokes:\n" A B,
		"a: AllowedIPs gain 10.49.0.0/24\n"
		"b: AllowedIPs gain 10.49.0.0/24\n");
}

/* The hub's address carries the length of the peer network. */
static void tells_the_hub_of_another_network(void **state)
{
	(void)state;
	check(BASE, "site: s\nnetwork: 10.49.0.0/23\n" HUB2 "spokes:\n" A B,
		"hub: network changed\n");
}

static void new_spokes_are_not_in_the_field(void **state)
{
	(void)state;
	check(TOP HUB2 "spokes:\n" A, BASE, "hub: new peer 'b'\n");
	check(BASE, TOP HUB2 "spokes:\n" A, "hub: removed peer 'b'\n");
	check(HEAD, TOP HUB "}\nspokes:\n" A B, "hub: new peers 'a', 'b'\n");
}

static void another_name_is_the_same_peer(void **state)
{
	(void)state;
	check(BASE, TOP HUB2 "spokes:\n  z: {address: 10.49.0.2, public_key: " K2 "}\n" B,
		"");
}

/* A spoke with that number, of its own key. */
static void add_spoke(struct buf *text, unsigned i, bool subnets, const char *field)
{
	struct key key = {.bytes = {1, 7}};
	char shown[KEY_TEXT_SIZE];

	key.bytes[20] = (uint8_t)(i >> 8);
	key.bytes[21] = (uint8_t)i;
	key_format(&key, shown);
	buf_addf(text, "  s%u: {address: 10.49.%u.%u, public_key: %s", i, (i + 2) >> 8,
		(i + 2) & 255, shown);
	if (subnets)
		buf_addf(text, ", subnets: [10.%u.%u.0/25]", 64 + (i >> 8), i & 255);
	buf_addf(text, "%s}\n", field);
}

static void make_site(struct buf *text, unsigned count, bool subnets, const char *last)
{
	buf_addf(text,
		"site: s\nnetwork: 10.49.0.0/16\nspoke_to_spoke: %s\n" HUB2 "spokes:\n",
		subnets ? "true" : "false");
	for (unsigned i = 0; i < count; i++)
		add_spoke(text, i, subnets, i + 1 < count ? "" : last);
}

static void names_the_first_few_of_many(void **state)
{
	CLEANUP(buf_release) struct buf few = BUF_INIT, many = BUF_INIT;

	(void)state;
	make_site(&few, 1, false, "");
	make_site(&many, 6, false, "");
	check(few.text, many.text, "hub: new peers 's1', 's2', 's3' and 2 more\n");
	check(many.text, few.text, "hub: removed peers 's1', 's2', 's3' and 2 more\n");
}

static double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double seconds_to_compare(const char *before, const char *after)
{
	CLEANUP(site_release) struct site old = SITE_INIT, new = SITE_INIT;
	CLEANUP(stale_release) struct stale stale = STALE_INIT;
	site_of_text(&old, before);
	site_of_text(&new, after);
	const double start = seconds_now();
	stale_compare(&old, &new, &stale);
	const double end = seconds_now();
	assert_int_equal(stale.count, 1);
	return end - start;
}

/* Four times the spokes: about four times as long. Quadratic would be sixteen times. */
static void cost_grows_in_proportion(void **state)
{
	double times[2];

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		CLEANUP(buf_release) struct buf before = BUF_INIT, after = BUF_INIT;

		make_site(&before, i ? 8000 : 2000, false, "");
		make_site(&after, i ? 8000 : 2000, false, ", mtu: 1380");
		times[i] = seconds_to_compare(before.text, after.text);
		for (unsigned again = 0; again < 2; again++) {
			double time = seconds_to_compare(before.text, after.text);

			times[i] = time < times[i] ? time : times[i];
		}
	}
	if (times[1] > 9 * times[0])
		fail_msg("2,000 spokes take %f s, 8,000 take %f s", times[0], times[1]);
}

/* How long it takes to write out the AllowedIPs of every spoke. */
static double seconds_to_print(const char *text)
{
	CLEANUP(site_release) struct site site = SITE_INIT;
	CLEANUP(topology_release) struct topology topology;
	char shown[PREFIX_TEXT_SIZE];

	site_of_text(&site, text);
	topology_init(&topology, &site);
	const double start = seconds_now();
	for (size_t i = 0; i < site.spoke_count; i++)
		for (size_t j = 0; j < topology.everywhere.count; j++)
			prefix_format(&topology.everywhere.items[j], shown);
	return seconds_now() - start;
}

/* Every spoke has every other's network in its AllowedIPs: these cost more than we do. */
static void costs_less_than_the_output(void **state)
{
	CLEANUP(buf_release) struct buf before = BUF_INIT, after = BUF_INIT;

	(void)state;
	make_site(&before, 1000, true, "");
	make_site(&after, 1000, true, ", mtu: 1380");
	const double compared = seconds_to_compare(before.text, after.text);
	const double printed = seconds_to_print(before.text);
	if (compared > printed)
		fail_msg("%f s to compare, %f s to print", compared, printed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_nothing_in_the_same_site),
		cmocka_unit_test(names_each_reason_of_a_spoke),
		cmocka_unit_test(tells_both_ends_of_a_peering),
		cmocka_unit_test(tells_all_spokes_of_a_change_of_the_hub),
		cmocka_unit_test(tells_the_hub_of_another_network),
		cmocka_unit_test(new_spokes_are_not_in_the_field),
		cmocka_unit_test(another_name_is_the_same_peer),
		cmocka_unit_test(names_the_first_few_of_many),
		cmocka_unit_test(cost_grows_in_proportion),
		cmocka_unit_test(costs_less_than_the_output),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
