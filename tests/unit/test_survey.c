/* SPDX-License-Identifier: MIT */
/* The hub beside the site: who is there, what differs, and at what cost. */
#include "host/survey.h"

#include <sodium/randombytes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "site_keys.h"
#include "unit.h"

#define SITE                                                                             \
	TOP HUB "}\n"                                                                    \
		"spokes:\n"                                                              \
		"  a: {address: 10.49.0.2, public_key: " K2                              \
		", subnets: [10.20.1.0/24]}\n"                                           \
		"  b: {address: 10.49.0.3, public_key: " K3 ", preshared_key: false}\n"  \
		"retired:\n"                                                             \
		"  - {name: old, address: 10.49.0.9, public_key: " K4 "}\n"              \
		"  - {name: older, address: 10.49.0.10}\n"

#define NONCE "00"
#define ZERO  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define START "wgctl 1\n"
#define END   "end\t" NONCE "\n"
#define UP    "interface\tup\t1\t" K1 "\n"
#define A     "peer\t" K2 "\tset\t12\t-\t0\t0\t10.20.1.0/24,10.49.0.2/32\n"
#define B     "peer\t" K3 "\tnone\t-\t-\t0\t0\t10.49.0.3/32\n"

struct fixture {
	struct site site;
	struct hub_status status;
	struct survey survey;
};

static void survey(struct fixture *fixture, const char *site, const char *said)
{
	CLEANUP(err_release) struct err err = ERR_INIT;

	*fixture = (struct fixture){
		.site = SITE_INIT, .status = HUB_STATUS_INIT, .survey = SURVEY_INIT};
	assert_int_equal(
		site_load(&fixture->site, "site.yaml", site, strlen(site), &err), 0);
	assert_int_equal(
		status_parse(said, strlen(said), NONCE, &fixture->status, &err), 0);
	survey_make(&fixture->site, &fixture->status, &fixture->survey);
}

static void fixture_release(struct fixture *fixture)
{
	survey_release(&fixture->survey);
	status_release(&fixture->status);
	site_release(&fixture->site);
}

/* "kind node: text", one a line. */
static void print(const struct survey *survey, struct buf *out)
{
	for (size_t i = 0; i < survey->count; i++) {
		const struct difference *difference = &survey->differences[i];

		buf_addf(out, "%s %s: %s\n", difference_name(difference->kind),
			difference->node ? difference->node : "-", difference->text);
	}
}

static void assert_differs(const char *said, const char *wanted)
{
	CLEANUP(fixture_release) struct fixture fixture;
	CLEANUP(buf_release) struct buf text = BUF_INIT;

	survey(&fixture, SITE, said);
	print(&fixture.survey, &text);
	assert_string_equal(text.text, wanted);
}

static void finds_nothing_where_all_is_in_line(void **state)
{
	(void)state;
	assert_differs(START UP A B END, "");
	assert_differs(START UP B A END, "");
}

static void tells_what_differs(void **state)
{
	static const struct {
		const char *said, *wanted;
	} rows[] = {
		{START UP A END, "peer-missing b: lacks the peer 'b'\n"},
		{START UP A B "peer\t" K4 "\tnone\t-\t-\t0\t0\t-\n" END,
			"peer-retired old: still has the peer 'old', which is retired\n"},
		{START UP A B "peer\t" K5 "\tnone\t-\t-\t0\t0\t-\n" END,
			"peer-unknown -: has a peer that this site does not know, " K5
			"\n"},
		{START UP A B "peer\t" ZERO "\tnone\t-\t-\t0\t0\t-\n" END,
			"peer-unknown -: has a peer that this site does not know, " ZERO
			"\n"},
		{START UP B "peer\t" K2 "\tset\t-\t-\t0\t0\t10.49.0.2/32\n" END,
			"allowed-ips a: has AllowedIPs 10.49.0.2/32 for 'a' instead of "
			"10.20.1.0/24, 10.49.0.2/32\n"},
		{START UP B "peer\t" K2 "\tset\t-\t-\t0\t0\t-\n" END,
			"allowed-ips a: has AllowedIPs none for 'a' instead of "
			"10.20.1.0/24, 10.49.0.2/32\n"},
		{START UP A "peer\t" K3 "\tnone\t-\t-\t0\t0\t10.0.0.1/32,10.0.0.2/32,"
			    "10.0.0.3/32,10.0.0.4/32,10.0.0.5/32,10.0.0.6/32\n" END,
			"allowed-ips b: has AllowedIPs 10.0.0.1/32, 10.0.0.2/32, "
			"10.0.0.3/32, 10.0.0.4/32 and 2 more for 'b' instead of "
			"10.49.0.3/32\n"},
		{START UP B "peer\t" K2
			    "\tnone\t-\t-\t0\t0\t10.20.1.0/24,10.49.0.2/32\n" END,
			"preshared-key a: has no preshared key for 'a'\n"},
		{START UP A "peer\t" K3 "\tset\t-\t-\t0\t0\t10.49.0.3/32\n" END,
			"preshared-key b: has a preshared key for 'b', which site.yaml "
			"turns off\n"},
		{START "interface\tup\t51821\t" K1 "\n" A B END,
			"listen-port -: listens on port 51821 instead of 1\n"},
		{START "interface\tup\t1\t" K5 "\n" A B END,
			"key -: runs with another key than its public_key in site.yaml\n"},
		{START "interface\tup\t1\t-\n" A B END,
			"key -: runs with another key than its public_key in site.yaml\n"},
		{START "interface\tdown\t1\t" K1 "\n" A B END,
			"interface -: interface 'wg0' is down\n"},
		{START "interface\tmissing\t-\t-\n" END,
			"interface -: has no WireGuard interface 'wg0'\n"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_differs(rows[i].said, rows[i].wanted);
}

static void tells_faults_in_order(void **state)
{
	(void)state;
	assert_differs(START UP A "pending\n"
				  "unit\twgctl@wg0.service\tinactive\n"
				  "unit\twgctl-firewall@wg0.service\tdisabled\n"
				  "firewall\tiptables\tabsent\n"
				  "firewall\tip6tables\tchanged\n"
				  "firewall\tip6tables\tunreadable\n"
				  "firewall\tiptables\tmissing\tfilter\tINPUT\n"
				  "firewall\tiptables\tlate\tmangle\tFORWARD\n"
				  "peer\t" K5 "\tnone\t-\t-\t0\t0\t-\n" END,
		"peer-missing b: lacks the peer 'b'\n"
		"peer-unknown -: has a peer that this site does not know, " K5 "\n"
		"firewall -: has none of its iptables rules loaded\n"
		"firewall -: has other ip6tables rules than were deployed\n"
		"firewall -: cannot read its ip6tables rules\n"
		"firewall -: has no jump to its iptables rules in INPUT of table filter\n"
		"firewall -: has another iptables rule in front of the jump to its own "
		"in FORWARD of table mangle\n"
		"unit -: has 'wgctl@wg0.service' enabled, but not active\n"
		"unit -: does not start 'wgctl-firewall@wg0.service' at boot: it is not "
		"enabled\n"
		"pending -: has a change that waits for its confirmation\n");
}

static void tells_who_is_there(void **state)
{
	static const struct {
		const char *age;
		enum presence presence;
	} rows[] = {
		{"0", PRESENCE_ONLINE},
		{"179", PRESENCE_ONLINE},
		{"180", PRESENCE_ASLEEP},
		{"18446744073709551615", PRESENCE_ASLEEP},
		{"-", PRESENCE_NEVER},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(fixture_release) struct fixture fixture;
		CLEANUP(buf_release) struct buf said = BUF_INIT;

		buf_addf(&said, START UP "peer\t" K3 "\tset\t%s\t-\t0\t0\t-\n" END,
			rows[i].age);
		survey(&fixture, SITE, said.text);
		assert_int_equal(fixture.survey.spoke_count, 2);
		assert_int_equal(fixture.survey.spokes[0].presence, PRESENCE_MISSING);
		assert_null(fixture.survey.spokes[0].peer);
		assert_case(fixture.survey.spokes[1].presence == rows[i].presence,
			rows[i].age);
		assert_string_equal(fixture.survey.spokes[1].node->name, "b");
	}
}

static void names_and_remedies(void **state)
{
	(void)state;
	for (enum difference_kind i = 0; i < DIFFERENCE_KINDS; i++) {
		assert_non_null(difference_name(i));
		assert_non_null(difference_remedy(i));
	}
	assert_string_equal(
		difference_remedy(DIFFERENCE_PEER_MISSING), "run 'wgctl deploy hub'");
	assert_non_null(strstr(difference_remedy(DIFFERENCE_PEER_UNKNOWN), "--prune"));
	assert_non_null(
		strstr(difference_remedy(DIFFERENCE_PENDING), "wgctl confirm hub"));
	assert_string_equal(presence_name(PRESENCE_NEVER), "never seen");
}

static void make_key(uint32_t number, char out[static KEY_TEXT_SIZE])
{
	uint8_t seed[randombytes_SEEDBYTES] = {
		(uint8_t)number, (uint8_t)(number >> 8), (uint8_t)(number >> 16)};
	struct key key;

	randombytes_buf_deterministic(key.bytes, sizeof(key.bytes), seed);
	key_format(&key, out);
}

static void add_many(uint32_t count, struct buf *site, struct buf *said)
{
	buf_add(site, "site: s\nnetwork: 10.64.0.0/10\nhub: {endpoint: 'h:1', address: "
		      "10.64.0.1, public_key: " K1 "}\nspokes:\n");
	buf_add(said, START UP);
	for (uint32_t i = 0; i < count; i++) {
		const uint32_t host = i + 2;
		char key[KEY_TEXT_SIZE], address[ADDR_TEXT_SIZE];

		make_key(i, key);
		snprintf(address, sizeof(address), "10.%u.%u.%u", 64 + (host >> 16),
			host >> 8 & 255, host & 255);
		buf_addf(site, "  s%u: {address: %s, public_key: %s}\n", i, address, key);
		buf_addf(said, "peer\t%s\tset\t%u\t198.51.100.20:%u\t1\t2\t%s/32\n", key,
			i % 300, 1 + i % 65535, address);
	}
	buf_add(said, END);
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Generous, since sanitizers run here as well; a quadratic way takes minutes. */
static void copes_with_many(void **state)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT, said = BUF_INIT;
	CLEANUP(site_release) struct site site = SITE_INIT;
	CLEANUP(status_release) struct hub_status status = HUB_STATUS_INIT;
	CLEANUP(survey_release) struct survey survey = SURVEY_INIT;
	CLEANUP(err_release) struct err err = ERR_INIT;
	const uint32_t count = 50000;

	(void)state;
	add_many(count, &text, &said);
	assert_int_equal(site_load(&site, "site.yaml", text.text, text.len, &err), 0);
	const double began = now();
	assert_int_equal(status_parse(said.text, said.len, NONCE, &status, &err), 0);
	survey_make(&site, &status, &survey);
	const double took = now() - began;
	print_message("%u peers: %.3f s\n", count, took);
	assert_int_equal(survey.spoke_count, count);
	assert_int_equal(survey.count, 0);
	assert_true(took < 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_nothing_where_all_is_in_line),
		cmocka_unit_test(tells_what_differs),
		cmocka_unit_test(tells_faults_in_order),
		cmocka_unit_test(tells_who_is_there),
		cmocka_unit_test(names_and_remedies),
		cmocka_unit_test(copes_with_many),
	};

	return key_init() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
