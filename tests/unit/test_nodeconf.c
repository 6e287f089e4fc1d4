/* SPDX-License-Identifier: MIT */
/* The configuration of a node out of the site and its keys. */
#include "render/nodeconf.h"

#include <stdio.h>

#include "site_text.h"

/* Private keys of nobody; their public keys are made in set_up. */
static const struct key hub_key = {{0x40, 1}}, a_key = {{0x40, 2}}, psk = {{7}};

/* What the key folder of the test has. */
struct keys {
	struct key private_key, preshared;
	const char *unreadable; /* name of the node whose keys cannot be read */
	unsigned asked_preshared;
};

static int load(void *context, const char *name, enum key_kind kind, struct key *out,
	struct err *err)
{
	struct keys *keys = context;

	if (keys->unreadable && !strcmp(name, keys->unreadable))
		return err_set(err, "cannot read 'keys/%s'", name);
	keys->asked_preshared += kind == KEY_PRESHARED;
	*out = kind == KEY_PRIVATE ? keys->private_key : keys->preshared;
	return 0;
}

static void public_text(const struct key *key, char out[static KEY_TEXT_SIZE])
{
	struct key public_key;

	key_public(key, &public_key);
	key_format(&public_key, out);
}

static void make_site(struct site *site, const char *hub_fields, const char *a_fields)
{
	char hub[KEY_TEXT_SIZE], a[KEY_TEXT_SIZE];
	CLEANUP(buf_release) struct buf text = BUF_INIT;

	public_text(&hub_key, hub);
	public_text(&a_key, a);
	buf_addf(&text,
		"site: s\nnetwork: [10.49.0.0/24, 'fd00:49::/64']\n"
		"hub: {endpoint: 'h:1', address: [10.49.0.1, 'fd00:49::1'], "
		"subnets: [10.10.0.0/16], public_key: %s%s}\n"
		"spokes:\n  a: {address: [10.49.0.2, 'fd00:49::2'], subnets: "
		"[10.20.1.0/24], public_key: %s%s}\n",
		hub, hub_fields, a, a_fields);
	site_of_text(site, text.text);
}

/* The text of the node's configuration, or the one message. */
static void build(const struct site *site, const struct node *node, struct keys *keys,
	struct buf *out)
{
	const struct keyring ring = {.context = keys, .load = load};
	CLEANUP(topology_release) struct topology topology;
	CLEANUP(wgconf_release) struct wgconf conf = WGCONF_INIT;
	CLEANUP(err_release) struct err err = ERR_INIT;

	topology_init(&topology, site);
	if (nodeconf_build(&topology, node, &ring, &conf, &err) < 0) {
		assert_int_equal(err.count, 1);
		buf_add(out, err.entries[0].message);
		assert_int_equal(conf.peer_count, 0);
		return;
	}
	assert_false(err_is_set(&err));
	assert_int_equal(wgconf_format(&conf, out, &err), 0);
}

static void writes_the_hubs_side(void **state)
{
	CLEANUP(site_release) struct site site = SITE_INIT;
	CLEANUP(buf_release) struct buf shown = BUF_INIT, wanted = BUF_INIT;
	struct keys keys = {hub_key, psk, NULL, 0};
	char private_text[KEY_TEXT_SIZE], a[KEY_TEXT_SIZE], psk_text[KEY_TEXT_SIZE];

	(void)state;
	make_site(&site, "", "");
	build(&site, &site.hub, &keys, &shown);
	key_format(&hub_key, private_text);
	key_format(&psk, psk_text);
	public_text(&a_key, a);
	buf_addf(&wanted,
		"[Interface]\nPrivateKey = %s\nAddress = 10.49.0.1/24, fd00:49::1/64\n"
		"ListenPort = 1\n\n# a\n[Peer]\nPublicKey = %s\nPresharedKey = %s\n"
		"AllowedIPs = 10.49.0.2/32, fd00:49::2/128, 10.20.1.0/24\n",
		private_text, a, psk_text);
	assert_string_equal(shown.text, wanted.text);
}

static void writes_a_spokes_side(void **state)
{
	CLEANUP(site_release) struct site site = SITE_INIT;
	CLEANUP(buf_release) struct buf shown = BUF_INIT, wanted = BUF_INIT;
	struct keys keys = {a_key, psk, NULL, 0};
	char private_text[KEY_TEXT_SIZE], hub[KEY_TEXT_SIZE];

	(void)state;
	make_site(&site, "",
		", preshared_key: false, mtu: 1380, dns: [10.10.0.53, 9.9.9.9]");
	build(&site, &site.spokes[0], &keys, &shown);
	key_format(&a_key, private_text);
	public_text(&hub_key, hub);
	buf_addf(&wanted,
		"[Interface]\nPrivateKey = %s\nAddress = 10.49.0.2/32, fd00:49::2/128\n"
		"MTU = 1380\nDNS = 10.10.0.53, 9.9.9.9\n\n[Peer]\nPublicKey = %s\n"
		"AllowedIPs = 10.10.0.0/16, 10.49.0.1/32, fd00:49::1/128\n"
		"Endpoint = h:1\nPersistentKeepalive = 25\n",
		private_text, hub);
	assert_string_equal(shown.text, wanted.text);
	assert_int_equal(keys.asked_preshared, 0);
}

/* The device made its key itself: the rest of the configuration is still of use. */
static void leaves_out_a_key_that_is_elsewhere(void **state)
{
	CLEANUP(site_release) struct site site = SITE_INIT;
	CLEANUP(buf_release) struct buf shown = BUF_INIT;
	struct keys keys = {.preshared = psk};

	(void)state;
	make_site(&site, "", "");
	build(&site, &site.spokes[0], &keys, &shown);
	assert_null(strstr(shown.text, "PrivateKey"));
	assert_non_null(strstr(shown.text, "PresharedKey"));
}

static void refuses_keys_that_do_not_fit(void **state)
{
	static const struct {
		const char *what;
		struct keys keys;
		bool hub;
		const char *message;
	} rows[] = {
		{"the hub's private key", {{{0x40, 9}}, {{7}}, NULL, 0}, true,
			"the private key of 'hub' does not belong to its public_key in "
			"site.yaml; one of the two was changed by hand"},
		{"a spoke's private key", {{{0x40, 9}}, {{7}}, NULL, 0}, false,
			"the private key of 'a' does not belong to its public_key in "
			"site.yaml; one of the two was changed by hand"},
		{"no preshared key, at the hub", {{{0x40, 1}}, {{0}}, NULL, 0}, true,
			"the preshared key of 'a' is not in the keys folder; restore "
			"'keys/a.psk', or set 'preshared_key: false'"},
		{"no preshared key, at the spoke", {{{0x40, 2}}, {{0}}, NULL, 0}, false,
			"the preshared key of 'a' is not in the keys folder; restore "
			"'keys/a.psk', or set 'preshared_key: false'"},
		{"a folder that cannot be read", {{{0x40, 2}}, {{7}}, "a", 0}, false,
			"cannot read 'keys/a'"},
		{"a peer's keys that cannot be read", {{{0x40, 1}}, {{7}}, "a", 0}, true,
			"cannot read 'keys/a'"},
	};
	CLEANUP(site_release) struct site site = SITE_INIT;

	(void)state;
	make_site(&site, "", "");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(buf_release) struct buf shown = BUF_INIT;
		struct keys keys = rows[i].keys;

		build(&site, rows[i].hub ? &site.hub : &site.spokes[0], &keys, &shown);
		if (!buf_equals(&shown, rows[i].message))
			fail_msg("%s: %s", rows[i].what, shown.text);
	}
}

static void hub_may_switch_preshared_keys_off(void **state)
{
	CLEANUP(site_release) struct site site = SITE_INIT;
	CLEANUP(buf_release) struct buf shown = BUF_INIT;
	struct keys keys = {hub_key, psk, NULL, 0};

	(void)state;
	make_site(&site, ", preshared_key: false, persistent_keepalive: 15", "");
	build(&site, &site.hub, &keys, &shown);
	assert_null(strstr(shown.text, "PresharedKey"));
	assert_non_null(strstr(shown.text, "\nPersistentKeepalive = 15\n"));
	assert_int_equal(keys.asked_preshared, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_the_hubs_side),
		cmocka_unit_test(writes_a_spokes_side),
		cmocka_unit_test(leaves_out_a_key_that_is_elsewhere),
		cmocka_unit_test(refuses_keys_that_do_not_fit),
		cmocka_unit_test(hub_may_switch_preshared_keys_off),
	};

	return key_init() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
