/* SPDX-License-Identifier: MIT */
/* The model of a good site, limits of a bad one, names, and what is free. */
#include "site/site.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "mistakes.h"
#include "site_keys.h"

static void load(struct site *site, const char *text)
{
	CLEANUP(err_release) struct err err = ERR_INIT;

	if (site_load(site, "site.yaml", text, strlen(text), &err))
		fail_msg("%u:%u: %s in\n%s", err.entries[0].line, err.entries[0].col,
			err.entries[0].message, text);
	assert_false(err_is_set(&err));
}

static void assert_addr(const struct addr *addr, const char *want)
{
	char text[ADDR_TEXT_SIZE];

	addr_format(addr, text);
	assert_string_equal(text, want);
}

static void assert_prefix(const struct prefix *prefix, const char *want)
{
	char text[PREFIX_TEXT_SIZE];

	prefix_format(prefix, text);
	assert_string_equal(text, want);
}

static void assert_key(const struct key *key, const char *want)
{
	char text[KEY_TEXT_SIZE];

	key_format(key, text);
	assert_string_equal(text, want);
}

static const char whole[] =
	"site: mission-hospital\n"
	"network: [fd49::/64, 10.49.0.0/24]\n"
	"supernet: [10.20.0.0/16, 'fd20::/32']\n"
	"spoke_to_spoke: true\n"
	"defaults: {mtu: 1400, dns: 10.10.0.53, interface: wg7, allowed_ips: all,\n"
	"  listen_port: 1000, persistent_keepalive: 10}\n"
	"hub:\n"
	"  endpoint: vpn.example.org:443\n"
	"  address: [10.49.0.1, 'fd49::1']\n"
	"  lan_address: 10.10.1.10\n"
	"  subnets: [10.10.0.0/16, 'fd10::/64']\n"
	"  ssh: admin@vpn.example.org:2222\n"
	"  public_key: " K1 "\n"
	"spokes:\n"
	"  hospital:\n"
	"    address: 10.49.0.2\n"
	"    public_key: " K2 "\n"
	"    subnets: 10.20.1.0/24\n"
	"    lan_address: 10.20.1.1\n"
	"    ssh: {user: pi, host: '2001:db8::1', port: 22}\n"
	"    persistent_keepalive: off\n"
	"    preshared_key: false\n"
	"    mtu: 1280\n"
	"    dns: [10.20.1.53, 'fd20::53']\n"
	"    allowed_ips: [10.10.0.0/16, 0.0.0.0/0]\n"
	"    listen_port: 65535\n"
	"    interface: wg-h\n"
	"  laptop: {address: ['fd49::3', 10.49.0.3], public_key: " K3 "}\n"
	"retired:\n"
	"- {name: old, address: [10.49.0.4, 'fd49::4'], public_key: " K4 "}\n"
	"- {name: older, address: 10.49.0.5}\n";

static void reads_the_top(void **state)
{
	CLEANUP(site_release) struct site site = SITE_INIT;

	(void)state;
	load(&site, whole);
	assert_string_equal(site.name, "mission-hospital");
	assert_prefix(&site.network[SLOT_IPV4], "10.49.0.0/24");
	assert_prefix(&site.network[SLOT_IPV6], "fd49::/64");
	assert_int_equal(site.network_pos[SLOT_IPV4].col, 22);
	assert_int_equal(site.network_pos[SLOT_IPV6].col, 11);
	assert_int_equal(site.supernet_count, 2);
	assert_prefix(&site.supernets[0].prefix, "10.20.0.0/16");
	assert_prefix(&site.supernets[1].prefix, "fd20::/32");
	assert_true(site.spoke_to_spoke);
	assert_string_equal(site.source.text, whole);
	assert_string_equal(site.source.name, "site.yaml");
	assert_int_equal(site.tree->kind, TREE_MAP);
	assert_int_equal(site.retired_count, 2);
	assert_string_equal(site.retired[0].name, "old");
	assert_addr(&site.retired[0].address[SLOT_IPV4], "10.49.0.4");
	assert_addr(&site.retired[0].address[SLOT_IPV6], "fd49::4");
	assert_key(&site.retired[0].public_key, K4);
	assert_int_equal(site.retired[0].pos.line, 30);
	assert_true(key_is_zero(&site.retired[1].public_key));
}

static void reads_the_hub(void **state)
{
	CLEANUP(site_release) struct site site = SITE_INIT;

	(void)state;
	load(&site, whole);
	const struct node *hub = &site.hub;
	assert_true(hub->is_hub);
	assert_string_equal(hub->name, "hub");
	assert_int_equal(hub->pos.line, 7);
	assert_ptr_equal(hub->tree, tree_get(site.tree, "hub"));
	assert_addr(&hub->address[SLOT_IPV4], "10.49.0.1");
	assert_addr(&hub->address[SLOT_IPV6], "fd49::1");
	assert_int_equal(hub->address_pos[SLOT_IPV6].col, 24);
	assert_addr(&hub->lan_address[SLOT_IPV4], "10.10.1.10");
	assert_false(addr_is_set(&hub->lan_address[SLOT_IPV6]));
	assert_key(&hub->public_key, K1);
	assert_int_equal(hub->public_key_pos.line, 13);
	assert_string_equal(hub->endpoint.name, "vpn.example.org");
	assert_int_equal(hub->listen_port, 443);
	assert_int_equal(hub->subnet_count, 2);
	assert_prefix(&hub->subnets[1].prefix, "fd10::/64");
	assert_int_equal(hub->subnets[1].pos.col, 27);
	assert_string_equal(hub->ssh.user, "admin");
	assert_string_equal(hub->ssh.host, "vpn.example.org");
	assert_int_equal(hub->ssh.port, 2222);
	assert_int_equal(hub->ssh.pos.line, 12);
	/* `defaults` are the spokes'. */
	assert_string_equal(hub->interface, "wg0");
	assert_int_equal(hub->mtu, 0);
	assert_int_equal(hub->dns_count, 0);
	assert_int_equal(hub->persistent_keepalive, 0);
	assert_true(hub->preshared_key);
	assert_int_equal(hub->scope, SCOPE_DEFAULT);
}

static void reads_spokes(void **state)
{
	CLEANUP(site_release) struct site site = SITE_INIT;

	(void)state;
	load(&site, whole);
	assert_int_equal(site.spoke_count, 2);
	const struct node *hospital = &site.spokes[0], *laptop = &site.spokes[1];
	assert_string_equal(hospital->name, "hospital");
	assert_false(hospital->is_hub);
	assert_int_equal(hospital->pos.line, 15);
	assert_int_equal(hospital->pos.col, 3);
	assert_int_equal(hospital->tree->kind, TREE_MAP);
	assert_addr(&hospital->address[SLOT_IPV4], "10.49.0.2");
	assert_false(addr_is_set(&hospital->address[SLOT_IPV6]));
	assert_key(&hospital->public_key, K2);
	assert_int_equal(hospital->subnet_count, 1);
	assert_prefix(&hospital->subnets[0].prefix, "10.20.1.0/24");
	assert_addr(&hospital->lan_address[SLOT_IPV4], "10.20.1.1");
	assert_string_equal(hospital->ssh.user, "pi");
	assert_string_equal(hospital->ssh.host, "2001:db8::1");
	assert_int_equal(hospital->ssh.port, 22);
	assert_int_equal(hospital->persistent_keepalive, 0);
	assert_false(hospital->preshared_key);
	assert_int_equal(hospital->mtu, 1280);
	assert_int_equal(hospital->dns_count, 2);
	assert_addr(&hospital->dns[1], "fd20::53");
	assert_int_equal(hospital->scope, SCOPE_LIST);
	assert_int_equal(hospital->allowed_ips_count, 2);
	assert_prefix(&hospital->allowed_ips[1].prefix, "0.0.0.0/0");
	assert_int_equal(hospital->listen_port, 65535);
	assert_string_equal(hospital->interface, "wg-h");
	assert_addr(&laptop->address[SLOT_IPV4], "10.49.0.3");
	assert_addr(&laptop->address[SLOT_IPV6], "fd49::3");
	assert_null(laptop->ssh.host);
	assert_int_equal(laptop->mtu, 1400);
	assert_addr(&laptop->dns[0], "10.10.0.53");
	assert_string_equal(laptop->interface, "wg7");
	assert_int_equal(laptop->scope, SCOPE_ALL);
	assert_int_equal(laptop->listen_port, 1000);
	assert_int_equal(laptop->persistent_keepalive, 10);
	assert_true(laptop->preshared_key);
}

static void has_defaults(void **state)
{
	CLEANUP(site_release) struct site site = SITE_INIT;

	(void)state;
	load(&site, HEAD SPOKE);
	const struct node *spoke = &site.spokes[0];
	assert_false(site.spoke_to_spoke);
	assert_int_equal(site.supernet_count, 0);
	assert_string_equal(spoke->interface, "wg0");
	assert_int_equal(spoke->listen_port, 0);
	assert_int_equal(spoke->mtu, 0);
	assert_int_equal(spoke->dns_count, 0);
	assert_true(spoke->preshared_key);
	assert_int_equal(spoke->persistent_keepalive, KEEPALIVE_DEFAULT);
	assert_int_equal(spoke->scope, SCOPE_DEFAULT);
	assert_int_equal(site.hub.listen_port, 1);
}

/* Each is a site on its own. */
static void takes_these(void **state)
{
	static const char *const texts[] = {
		HEAD,
		HEAD "spokes:\n",
		HEAD "spokes: {}\ndefaults:\nretired: ~\n",
		HEAD "spokes: null\ndefaults: {}\nretired: []\n",
		"\xef\xbb\xbf" HEAD,
		"spokes:\n  a: {address: 10.49.0.2, public_key: " K2 "}\n" HEAD,
		HEAD SPOKE "    subnets: []\n    dns: []\n",
		HEAD SPOKE "    subnets: [10.20.0.0/24, 10.20.1.7/32]\n",
		HEAD SPOKE "    ssh: hospital-pi\n",
		HEAD SPOKE "    ssh: 'root@[fd00::1]:22'\n",
		HEAD SPOKE "    allowed_ips: site\n",
		HEAD SPOKE "    allowed_ips: ['::/0']\n",
		HEAD SPOKE "    allowed_ips: [fd00::/64]\n",
		HEAD SPOKE "    persistent_keepalive: 65535\n    mtu: 576\n",
		HEAD "supernet: 10.20.0.0/16\n" SPOKE "    subnets: [10.20.0.0/16]\n",
		HEAD "supernet: [10.20.0.0/17, 10.20.128.0/17]\n" SPOKE
		     "    subnets: [10.20.0.0/16]\n",
		TOP HUB ", listen_port: 1}\n",
		TOP "hub:\n  endpoint: '[2001:db8::1]:1'\n  address: 10.49.0.254\n"
		    "  public_key: " K1 "\n",
		"site: s\nnetwork: 10.49.0.0/31\nhub: {endpoint: 'h:1', address: 10.49.0.0,"
		" public_key: " K1 "}\n",
		"site: s\nnetwork: 'fd49::/64'\nhub: {endpoint: 'h:1', address: 'fd49::1',"
		" public_key: " K1 "}\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		CLEANUP(site_release) struct site site = SITE_INIT;

		load(&site, texts[i]);
	}
}

static void takes_windows_line_ends(void **state)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT;
	CLEANUP(site_release) struct site site = SITE_INIT;

	(void)state;
	for (const char *at = whole; *at; at++) {
		if (*at == '\n')
			buf_add_char(&text, '\r');
		buf_add_char(&text, *at);
	}
	load(&site, text.text);
	assert_string_equal(site.spokes[1].name, "laptop");
	assert_int_equal(site.spokes[1].pos.line, 28);
}

static void makes_no_preshared_key_where_the_hub_has_none(void **state)
{
	CLEANUP(site_release) struct site site = SITE_INIT;

	(void)state;
	load(&site,
		TOP HUB ", preshared_key: false}\n" SPOKE "    preshared_key: true\n");
	assert_false(site.spokes[0].preshared_key);
}

/* A site may be moved: what it holds stays. */
static void may_be_moved(void **state)
{
	CLEANUP(site_release) struct site moved = SITE_INIT;
	struct site site = SITE_INIT;

	(void)state;
	load(&site, whole);
	moved = site;
	memset(&site, 0xff, sizeof(site));
	assert_string_equal(moved.hub.pos.source->text, whole);
	assert_string_equal(moved.spokes[0].pos.source->name, "site.yaml");
}

static void reads_what_is_not_terminated(void **state)
{
	CLEANUP(site_release) struct site site = SITE_INIT;
	CLEANUP(err_release) struct err err = ERR_INIT;
	static const char head[] = HEAD;
	size_t len = sizeof(head) - 1;
	CLEANUP_FREE char *exact = xmalloc(len);

	(void)state;
	memcpy(exact, head, len);
	assert_int_equal(site_load(&site, "site.yaml", exact, len, &err), 0);
}

static void holds_twenty_mistakes(void **state)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT;
	CLEANUP(site_release) struct site site = SITE_INIT;
	CLEANUP(err_release) struct err err = ERR_INIT;

	(void)state;
	buf_add(&text, HEAD "spokes:\n");
	for (int i = 0; i < 25; i++)
		buf_addf(&text, "  s%d: {adress: 10.49.0.%d}\n", i, i + 2);
	assert_int_equal(site_load(&site, "site.yaml", text.text, text.len, &err), -1);
	assert_int_equal(err.count, ERR_MAX);
	/* Of each spoke: an unknown field and two that are missing; it stands for one of
	 * them as long as there is a suggestion, which only messages that are held have. */
	assert_int_equal(err.dropped, 10 * 2 + 15 * 3 - ERR_MAX);
	for (size_t i = 1; i < err.count; i++)
		assert_true(err.entries[i - 1].line <= err.entries[i].line);
	assert_int_equal(err.entries[0].line, 5);
	assert_string_equal(err.entries[0].text, "  s0: {adress: 10.49.0.2}");
	assert_string_equal(err.entries[0].file, "site.yaml");
}

/* Those that are found late stand where they belong. */
static void sorts_mistakes(void **state)
{
	static const struct mistake want = {HEAD
		"spokes:\n"
		"  a: {address: 10.49.0.1, public_key: " K2 "}\n"
		"  b: {address: 10.49.0.2}\n"
		"defaults: {mtu: x}\n",
		"5:16: address '10.49.0.1' is already used by 'hub' (line 3)\n"
		"6:3: 'b' has no 'public_key'\n"
		"7:17: 'x' is not a number from 576 to 65535"};
	CLEANUP(site_release) struct site site = SITE_INIT;
	CLEANUP(err_release) struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(
		site_load(&site, "site.yaml", want.text, strlen(want.text), &err), -1);
	assert_messages(&want, &err);
}

static void shows_no_key(void **state)
{
	/* A whole one, one too short, one too long: in wrong places, beside mistakes. */
	static const char *const secrets[] = {
		"4Kz9wY7mZ3sQ1tB5uV8xA2cD6eF0gH4iJ7kL1mN3oPQ=",
		"4Kz9wY7mZ3sQ1tB5uV8xA2cD6eF0gH4iJ7kL1mN3oP=",
		"4Kz9wY7mZ3sQ1tB5uV8xA2cD6eF0gH4iJ7kL1mN3oPQQ=",
		"4Kz9wY7mZ3sQ1tB5uV8xA2cD6eF0gH"};
	static const char *const places[] = {TOP HUB ", private_key: %s}\n",
		TOP HUB ", preshared_key: %s}\n", HEAD "%s: x\n", HEAD "supernet: %s\n",
		HEAD "spokes: {%s: {}}\n",
		HEAD "spokes: {a: {address: 1, public_key: %s}}\n",
		HEAD "spokes: {a: {address: &x %s}}\n", HEAD "spokes: {a: %s, b: ::}\n",
		"site: s\nhub: {endpoint: x, ssh: '%s', public_key: [%s]}\n"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(secrets) * ARRAY_SIZE(places); i++) {
		const char *secret = secrets[i / ARRAY_SIZE(places)];
		const char *place = places[i % ARRAY_SIZE(places)];
		CLEANUP(buf_release) struct buf text = BUF_INIT;
		CLEANUP(site_release) struct site site = SITE_INIT;
		CLEANUP(err_release) struct err err = ERR_INIT;

		for (const char *at = place; *at; at++) {
			if (at[0] == '%')
				buf_add(&text, secret);
			else if (at == place || at[-1] != '%')
				buf_add_char(&text, *at);
		}
		assert_case(
			site_load(&site, "site.yaml", text.text, text.len, &err) == -1,
			text.text);
		for (size_t k = 0; k < err.count; k++) {
			const struct err_entry *entry = &err.entries[k];

			assert_case(!strstr(entry->message, "4Kz9"), text.text);
			assert_case(
				!entry->text || !strstr(entry->text, "4Kz9"), text.text);
		}
	}
}

static void cuts_long_values(void **state)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT;
	CLEANUP(site_release) struct site site = SITE_INIT;
	CLEANUP(err_release) struct err err = ERR_INIT;

	(void)state;
	buf_add(&text, HEAD "supernet: x");
	for (int i = 0; i < 1000; i++)
		buf_add(&text, "\xc3\xa4");
	buf_add(&text, "\n");
	assert_int_equal(site_load(&site, "site.yaml", text.text, text.len, &err), -1);
	assert_true(strlen(err.entries[0].message) < 120);
	assert_non_null(strstr(err.entries[0].message, "\xc3\xa4...' is not a prefix"));
}

static void knows_names(void **state)
{
	static const struct {
		const char *name;
		bool spoke, interface;
	} names[] = {
		{"a", true, true},
		{"hospital-2", true, true},
		{"0", true, true},
		{"", false, false},
		{"hub", false, true},
		{"all", false, false},
		{"A", false, true},
		{"-a", false, false},
		{"a-", false, true},
		{"a.b", false, true},
		{"wg_0=+", false, true},
		{"..", false, false},
		{".", false, false},
		{"a/b", false, false},
		{"a b", false, false},
		{"default", true, false},
		{"lo", true, false},
		{"abcdefghijklmno", true, true},
		{"abcdefghijklmnop", true, false},
		{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", true,
			false},
		{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
			false, false},
		{"\xc3\xa4", false, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		assert_case(site_name_is_valid(names[i].name) == names[i].spoke,
			names[i].name);
		assert_case(interface_name_is_valid(names[i].name) == names[i].interface,
			names[i].name);
	}
	assert_string_equal(scope_name(SCOPE_HUB), "hub");
	assert_string_equal(scope_name(SCOPE_SITE), "site");
	assert_string_equal(scope_name(SCOPE_ALL), "all");
	assert_null(scope_name(SCOPE_DEFAULT));
	assert_null(scope_name(SCOPE_LIST));
}

static void reads_ssh_targets(void **state)
{
	static const struct {
		const char *text, *user, *host;
		unsigned port;
	} targets[] = {
		{"pi", NULL, "pi", 0},
		{"admin@vpn.example.org", "admin", "vpn.example.org", 0},
		{"a.b_c-1@h:22", "a.b_c-1", "h", 22},
		{"10.20.1.1:65535", NULL, "10.20.1.1", 65535},
		{"root@[fd00::1]", "root", "fd00::1", 0},
		{"[fd00::1]:2222", NULL, "fd00::1", 2222},
		{"my_pi", NULL, "my_pi", 0},
		{"", NULL, NULL, 0},
		{"@h", NULL, NULL, 0},
		{"a@", NULL, NULL, 0},
		{"h:", NULL, NULL, 0},
		{"h:0", NULL, NULL, 0},
		{"h:65536", NULL, NULL, 0},
		{"h:22:22", NULL, NULL, 0},
		{"fd00::1", NULL, NULL, 0},
		{"[fd00::1", NULL, NULL, 0},
		{"[fd00::1]22", NULL, NULL, 0},
		{"[h]:22", NULL, NULL, 0},
		{"-h", NULL, NULL, 0},
		{"-a@h", NULL, NULL, 0},
		{"a b@h", NULL, NULL, 0},
		{"a@h;x", NULL, NULL, 0},
		{"a\n@h", NULL, NULL, 0},
		{"a@b@h", NULL, NULL, 0},
	};
	CLEANUP(arena_release) struct arena arena = ARENA_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(targets); i++) {
		struct ssh_target target = {.port = 7};
		bool good = ssh_target_parse(&arena, targets[i].text, &target);

		assert_case(good == (targets[i].host != NULL), targets[i].text);
		if (!good) {
			assert_case(target.port == 7 && !target.host, targets[i].text);
			continue;
		}
		assert_string_equal(target.host, targets[i].host);
		assert_int_equal(target.port, targets[i].port);
		assert_case(!target.user == !targets[i].user, targets[i].text);
		if (target.user)
			assert_string_equal(target.user, targets[i].user);
	}
}

static void finds_nodes(void **state)
{
	CLEANUP(site_release) struct site site = SITE_INIT;
	CLEANUP(err_release) struct err err = ERR_INIT;
	const struct node *node = NULL;

	(void)state;
	load(&site, whole);
	assert_ptr_equal(site_find(&site, "hub"), &site.hub);
	assert_ptr_equal(site_find(&site, "laptop"), &site.spokes[1]);
	assert_null(site_find(&site, "old"));
	assert_int_equal(site_get(&site, "hospital", &node, &err), 0);
	assert_ptr_equal(node, &site.spokes[0]);
	assert_false(err_is_set(&err));
	assert_int_equal(site_get(&site, "hosptal", &node, &err), -1);
	assert_ptr_equal(node, &site.spokes[0]);
	assert_string_equal(err.entries[0].message,
		"no node 'hosptal' in site.yaml; did you mean 'hospital'?");
	assert_int_equal(site_get(&site, "huub", &node, &err), -1);
	assert_string_equal(err.entries[1].message,
		"no node 'huub' in site.yaml; did you mean 'hub'?");
	assert_int_equal(site_get(&site, "\x1b[31m", &node, &err), -1);
	assert_string_equal(err.entries[2].message,
		"no node '\\x1b[31m' in site.yaml; 'wgctl list' shows them");
	assert_int_equal(err.status, STATUS_INVALID);
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Parts of a MiB; all is read, and told, in time. */
static void bears_hostile_sites(void **state)
{
	static const char *const units[] = {"  s%d: {}\n", "  s%d: {addres: 1}\n",
		"  s%d: {address: 10.49.0.2}\n", "  S%d: x\n",
		"  s%d: {subnets: [10.0.0.0/8]}\n",
		"  s%d: {subnets: [10.20.0.0/16], lan_address: 10.0.0.1}\n",
		"  s%d: {public_key: " K2 "}\n",
		"  a%d_aaaaaaaaaaaaaaaaaaaaaaaaaaaaa: {}\n",
		"  s%d: {a: [[[[[[1]]]]]]}\n", "x%d: y\n", "adress%d: 1\n"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		CLEANUP(buf_release) struct buf text = BUF_INIT;
		CLEANUP(site_release) struct site site = SITE_INIT;
		CLEANUP(err_release) struct err err = ERR_INIT;

		buf_add(&text, HEAD "supernet: 10.20.0.0/16\n");
		buf_add(&text, units[i][0] == ' ' ? "spokes:\n" : "");
		for (int k = 0; text.len < 1 << 20; k++) {
			const char *hole = strstr(units[i], "%d");

			buf_add_mem(&text, units[i], (size_t)(hole - units[i]));
			buf_addf(&text, "%d%s", k, hole + 2);
		}
		const double begin = now();
		assert_int_equal(
			site_load(&site, "site.yaml", text.text, text.len, &err), -1);
		assert_int_equal(err.count, ERR_MAX);
		/* The limit is 1 s; a build with sanitizers takes several times as long. */
		if (now() - begin > 5)
			fail_msg("'%s' takes %.1f s", units[i], now() - begin);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_top),
		cmocka_unit_test(reads_the_hub),
		cmocka_unit_test(reads_spokes),
		cmocka_unit_test(has_defaults),
		cmocka_unit_test(takes_these),
		cmocka_unit_test(takes_windows_line_ends),
		cmocka_unit_test(makes_no_preshared_key_where_the_hub_has_none),
		cmocka_unit_test(may_be_moved),
		cmocka_unit_test(reads_what_is_not_terminated),
		cmocka_unit_test(holds_twenty_mistakes),
		cmocka_unit_test(sorts_mistakes),
		cmocka_unit_test(shows_no_key),
		cmocka_unit_test(cuts_long_values),
		cmocka_unit_test(knows_names),
		cmocka_unit_test(reads_ssh_targets),
		cmocka_unit_test(finds_nodes),
		cmocka_unit_test(bears_hostile_sites),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
