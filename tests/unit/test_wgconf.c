/* SPDX-License-Identifier: MIT */
/* WireGuard configurations: the text, the reader's refusals with their places, equality. */
#include "render/wgconf.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

/* RFC 7748 6.1: Alice's private key and Bob's public key; Alice's own; any others. */
#define PRIVATE "dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCo="
#define BOB	"3p7bfXt9wbTTW2HC7OQ1Nz+DQ8hbeGdNrfx+FG+IK08="
#define ALICE	"hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo="
#define PSK	"AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA="
#define OTHER	"c/TVzKDCIXx3e0iv/LmfziHI8eNUfJ9wsNhVuYs2WS8="
#define ZERO	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

#define PEER	"[Peer]\nPublicKey = " BOB "\n"
#define ALLOWED "AllowedIPs = 10.49.0.2/32\n"

static const char full[] = "[Interface]\n"
			   "PrivateKey = " PRIVATE "\n"
			   "Address = 10.49.0.1/24, fd00:49::1/64\n"
			   "ListenPort = 51820\n"
			   "MTU = 1420\n"
			   "DNS = 10.49.0.1, fd00:49::1\n"
			   "\n"
			   "# hospital\n"
			   "[Peer]\n"
			   "PublicKey = " BOB "\n"
			   "PresharedKey = " PSK "\n"
			   "AllowedIPs = 10.49.0.2/32, 10.20.1.0/24, fd00:20::/64\n"
			   "Endpoint = [fd00::5]:51820\n"
			   "PersistentKeepalive = 25\n"
			   "\n"
			   "[Peer]\n"
			   "PublicKey = " PSK "\n"
			   "AllowedIPs = 10.49.0.3/32\n";

static bool is_watching;
static bool was_key_freed;

/* In the place of the C library's, to see whether a key is in what it is given. */
void __wrap_free(void *memory);
void __real_free(void *memory);

void __wrap_free(void *memory)
{
	static const char raw[] = {17, 18, 19, 20, 21, 22, 23, 24}; /* of PSK */
	const size_t size = is_watching ? malloc_usable_size(memory) : 0;

	if (size && (memmem(memory, size, raw, sizeof(raw)) ||
			    memmem(memory, size, PRIVATE, strlen(PRIVATE)) ||
			    memmem(memory, size, PSK, strlen(PSK))))
		was_key_freed = true;
	__real_free(memory);
}

static struct source source_of(const char *text)
{
	return (struct source){"wg0.conf", text, strlen(text)};
}

static struct wgconf parse(const char *text)
{
	CLEANUP(err_release) struct err err = ERR_INIT;
	const struct source source = source_of(text);
	struct wgconf conf;

	if (wgconf_parse(&source, &conf, &err) < 0)
		fail_msg("%u:%u: %s, in '%s'", (unsigned)err.entries[0].line,
			(unsigned)err.entries[0].col, err.entries[0].message, text);
	return conf;
}

static struct key key_of(const char *text)
{
	struct key key;

	assert_true(key_parse(text, &key));
	return key;
}

static struct prefix prefix_of(const char *text)
{
	struct prefix prefix;

	assert_true(prefix_parse(text, &prefix));
	return prefix;
}

static void add_prefix(struct prefixset *set, const char *text)
{
	const struct prefix prefix = prefix_of(text);

	prefixset_add(set, &prefix);
}

static void add_address(struct wgconf *conf, const char *text)
{
	const struct prefix address = prefix_of(text);

	wgconf_add_address(conf, &address);
}

static void add_dns(struct wgconf *conf, const char *text)
{
	struct addr server;

	assert_true(addr_parse(text, &server));
	wgconf_add_dns(conf, &server);
}

static struct wgconf_peer *add_peer(
	struct wgconf *conf, const char *name, const char *public_key)
{
	struct wgconf_peer *peer = wgconf_add_peer(conf);

	peer->name = name;
	peer->public_key = key_of(public_key);
	return peer;
}

static void fill(struct wgconf *conf)
{
	conf->private_key = key_of(PRIVATE);
	conf->listen_port = 51820;
	conf->mtu = 1420;
	add_address(conf, "10.49.0.1/24");
	add_address(conf, "fd00:49::1/64");
	add_dns(conf, "10.49.0.1");
	add_dns(conf, "fd00:49::1");
	struct wgconf_peer *peer = add_peer(conf, "hospital", BOB);
	peer->preshared_key = key_of(PSK);
	add_prefix(&peer->allowed_ips, "10.49.0.2/32");
	add_prefix(&peer->allowed_ips, "10.20.1.0/24");
	add_prefix(&peer->allowed_ips, "fd00:20::/64");
	assert_true(endpoint_parse("[fd00::5]:51820", &peer->endpoint));
	peer->persistent_keepalive = 25;
	peer = add_peer(conf, NULL, PSK);
	add_prefix(&peer->allowed_ips, "10.49.0.3/32");
}

static void assert_formats(const struct wgconf *conf, const char *expected)
{
	CLEANUP(err_release) struct err err = ERR_INIT;
	CLEANUP(buf_release) struct buf out = BUF_INIT;

	if (wgconf_format(conf, &out, &err) < 0)
		fail_msg("%s", err.entries[0].message);
	assert_string_equal(out.text, expected);
}

static void writes_every_field(void **state)
{
	CLEANUP(wgconf_release) struct wgconf conf = WGCONF_INIT;

	(void)state;
	fill(&conf);
	assert_formats(&conf, full);
}

static void leaves_out_what_is_not_set(void **state)
{
	CLEANUP(wgconf_release) struct wgconf conf = WGCONF_INIT;

	(void)state;
	assert_formats(&conf, "[Interface]\n");
	struct wgconf_peer *peer = add_peer(&conf, NULL, BOB);
	add_prefix(&peer->allowed_ips, "10.49.0.2/32");
	assert_formats(&conf, "[Interface]\n\n" PEER ALLOWED);
	assert_true(endpoint_parse("vpn.example.org:1", &peer->endpoint));
	peer->name = "a.b_C-1";
	assert_formats(&conf, "[Interface]\n\n# a.b_C-1\n" PEER ALLOWED
			      "Endpoint = vpn.example.org:1\n");
}

static void assert_does_not_format(const struct wgconf *conf, const char *message)
{
	CLEANUP(err_release) struct err err = ERR_INIT;
	CLEANUP(buf_release) struct buf out = BUF_INIT;

	buf_add(&out, "before");
	assert_int_equal(wgconf_format(conf, &out, &err), -1);
	assert_string_equal(out.text, "before");
	assert_string_equal(err.entries[0].message, message);
}

static void does_not_write_what_it_would_not_read(void **state)
{
	CLEANUP(wgconf_release) struct wgconf conf = WGCONF_INIT;

	(void)state;
	fill(&conf);
	conf.peers[0].name = "x\n[Interface]\nPostUp = touch F";
	assert_does_not_format(
		&conf, "'name' is not a word of letters, digits, '_', '.' and '-'");
	conf.peers[0].name = NULL;
	add_prefix(&conf.peers[1].allowed_ips, "10.20.1.0/24");
	assert_does_not_format(&conf, "the configuration does not read back: this prefix "
				      "is already in line 11");
	conf.peers[1].allowed_ips.count = 0;
	assert_does_not_format(
		&conf, "'allowed_ips' has no value: put a section around it");
	add_prefix(&conf.peers[1].allowed_ips, "10.49.0.3/32");
	conf.mtu = 100;
	assert_does_not_format(&conf,
		"the configuration does not read back: not a number "
		"from 576 to 65535");
	conf.mtu = 0;
	conf.peers[0].endpoint.addr = (struct addr){FAMILY_IPV4, {192, 0, 2, 1}};
	snprintf(conf.peers[0].endpoint.name, HOST_TEXT_SIZE, "both.example.org");
	assert_does_not_format(&conf, "the configuration reads back as another one");
}

static void reads_what_it_wrote(void **state)
{
	CLEANUP(wgconf_release) struct wgconf made = WGCONF_INIT;
	CLEANUP(wgconf_release) struct wgconf read = parse(full);

	(void)state;
	fill(&made);
	assert_true(wgconf_equals(&made, &read));
	assert_null(read.peers[0].name);
}

/* Where wg is lenient without harm, so are we. */
static void reads_other_spellings(void **state)
{
	static const char *const rows[] = {
		"[interface]\n[peer]\npublickey=" BOB "\nALLOWEDIPS=10.49.0.2/32\n",
		"# a\n\n\t[Interface]  # b\n [Peer]\n  PublicKey\t= " BOB
		" # c\nAllowedIPs =\t10.49.0.2/32\t#\n  \n",
		"[Interface]\r\n\r\n[Peer]\r\nPublicKey = " BOB
		"\r\nAllowedIPs = 10.49.0.2/32\r\n",
		"[Interface]\n" PEER ALLOWED "PersistentKeepalive = off\n",
		"[Interface]\n" PEER ALLOWED "PersistentKeepalive = 0\n",
		"[Interface]\n# h\xc3\xb4pital \xff\n" PEER ALLOWED,
		"[Interface]\n[Peer]\n" ALLOWED "PublicKey = " BOB "\n",
	};
	CLEANUP(wgconf_release) struct wgconf plain = parse("[Interface]\n" PEER ALLOWED);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(wgconf_release) struct wgconf conf = parse(rows[i]);

		assert_case(wgconf_equals(&conf, &plain), rows[i]);
	}
}

struct refusal {
	const char *text;
	const char *expected; /* "line:col: message" */
};

/* Nothing of the file is shown: a key may stand anywhere. */
static void assert_refused(const struct refusal *row, size_t len)
{
	CLEANUP(err_release) struct err err = ERR_INIT;
	const struct source source = {"wg0.conf", row->text, len};
	struct wgconf conf = {.mtu = 7};
	char got[256];

	assert_case(wgconf_parse(&source, &conf, &err) == -1, row->text);
	assert_int_equal(err.count, 1);
	snprintf(got, sizeof(got), "%u:%u: %s", (unsigned)err.entries[0].line,
		(unsigned)err.entries[0].col, err.entries[0].message);
	assert_string_equal(got, row->expected);
	assert_string_equal(err.entries[0].file, "wg0.conf");
	assert_null(err.entries[0].text);
	assert_int_equal(conf.mtu, 7);
	assert_null(conf.peers);
}

static void assert_all_refused(const struct refusal *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_refused(&rows[i], strlen(rows[i].text));
}

static void refuses_wrong_structure(void **state)
{
	static const struct refusal rows[] = {
		{"", "1:1: there is no section [Interface]"},
		{"\n# x\n", "2:1: there is no section [Interface]"},
		{PEER ALLOWED, "1:1: the first section has to be [Interface]"},
		{"[Interface]\n" PEER ALLOWED " [Interface]\n",
			"5:2: a second section [Interface]"},
		{"[Interface]\n[Interface]\n", "2:1: a second section [Interface]"},
		{"[Interface]\n[Peers]\n", "2:1: unknown section"},
		{"[Interface\n", "1:1: unknown section"},
		{"[ Interface ]\n", "1:1: unknown section"},
		{"[Interface] x\n", "1:1: unknown section"},
		{"[Interface]\nwhat\n", "2:1: neither a section nor 'Field = value'"},
		{"[Interface]\n" PSK "\n", "2:1: unknown field"},
		{"[Interface]\n= x\n", "2:1: unknown field"},
		{"[Interface]\nListenPort = 1", "2:15: the last line does not end: the "
						"file is cut off"},
		{"[Interface]", "1:12: the last line does not end: the file is cut off"},
		{"[Interface]\n[Peer]\n" ALLOWED, "2:1: this peer has no 'PublicKey'"},
		{"[Interface]\n" PEER, "2:1: this peer has no 'AllowedIPs'"},
		{"[Interface]\n" PEER PEER ALLOWED, "2:1: this peer has no 'AllowedIPs'"},
	};

	(void)state;
	assert_all_refused(rows, ARRAY_SIZE(rows));
}

static void refuses_fields(void **state)
{
	static const struct refusal rows[] = {
		{"ListenPort = 1\n", "1:1: field 'ListenPort' belongs into a section "
				     "[Interface]"},
		{"[Interface]\nAllowedIPs = ::/0\n",
			"2:1: field 'AllowedIPs' belongs into a section [Peer]"},
		{"[Interface]\n" PEER "DNS = 1.1.1.1\n",
			"4:1: field 'DNS' belongs into a section [Interface]"},
		{"[Interface]\nMTU = 1400\n\nmtu = 1400\n",
			"4:1: field 'MTU' is already in line 2"},
		{"[Interface]\n" PEER ALLOWED "  AllowedIPs = ::/0\n",
			"5:3: field 'AllowedIPs' is already in line 4"},
		{"[Interface]\nPostUp = iptables -F\n",
			"2:1: 'PostUp' runs commands as root and is refused"},
		{"[Interface]\n\tpreDOWN=\n",
			"2:2: 'preDOWN' runs commands as root and is refused"},
		{"[Interface]\nPreUp = x\n",
			"2:1: 'PreUp' runs commands as root and is refused"},
		{"[Interface]\nPostDown = x\n",
			"2:1: 'PostDown' runs commands as root and is refused"},
		{"[Interface]\nSaveConfig = true\n",
			"2:1: field 'SaveConfig' is not supported"},
		{"[Interface]\nTable = off\n", "2:1: field 'Table' is not supported"},
		{"[Interface]\nFwMark = 1\n", "2:1: field 'FwMark' is not supported"},
		{"[Interface]\nPrivatKey = " PRIVATE "\n",
			"2:1: unknown field 'PrivatKey': did you mean 'PrivateKey'?"},
		{"[Interface]\nColour = red\n", "2:1: unknown field 'Colour'"},
		{"[Interface]\nabcdefghijklmnopqrstuvwxy = x\n", "2:1: unknown field"},
		{"[Interface]\nPrivate Key = x\n", "2:1: unknown field"},
		{"[Interface]\nMTU =\n", "2:6: field 'MTU' is empty"},
		{"[Interface]\nMTU = # 1400\n", "2:6: field 'MTU' is empty"},
	};

	(void)state;
	assert_all_refused(rows, ARRAY_SIZE(rows));
}

static void refuses_interface_values(void **state)
{
	static const struct refusal rows[] = {
		{"[Interface]\nPrivateKey = x" PRIVATE "\n",
			"2:14: not a key (44 characters of base64)"},
		{"[Interface]\nPrivateKey = " ZERO "\n", "2:14: the key is all zero"},
		{"[Interface]\nListenPort = 0\n", "2:14: not a number from 1 to 65535"},
		{"[Interface]\nListenPort = 65536\n",
			"2:14: not a number from 1 to 65535"},
		{"[Interface]\nListenPort = 0x10\n",
			"2:14: not a number from 1 to 65535"},
		{"[Interface]\nMTU = 575\n", "2:7: not a number from 576 to 65535"},
		{"[Interface]\nAddress = 10.0.0.1\n",
			"2:11: not an address with a prefix length, such as 10.49.0.2/32"},
		{"[Interface]\nAddress = 10.0.0.1/32, \n",
			"2:23: not an address with a prefix length, such as 10.49.0.2/32"},
		{"[Interface]\nDNS = 1.1.1.1, example.org\n", "2:16: not an address"},
		{"[Interface]\nDNS = 1.1.1.1 8.8.8.8\n", "2:7: not an address"},
	};

	(void)state;
	assert_all_refused(rows, ARRAY_SIZE(rows));
}

static void refuses_peer_values(void **state)
{
	static const struct refusal rows[] = {
		{"[Interface]\n[Peer]\nPublicKey = 3p7b\n",
			"3:13: not a key (44 characters of base64)"},
		{"[Interface]\n[Peer]\nPublicKey = " ZERO "\n",
			"3:13: the key is all zero"},
		{"[Interface]\n[Peer]\nPublicKey = "
		 "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
			"3:13: no secret can be agreed with this public key"},
		{"[Interface]\n" PEER "PresharedKey = " ZERO "\n",
			"4:16: the key is all zero"},
		{"[Interface]\n" PEER "AllowedIPs = 10.0.0.0/8,,::/0\n",
			"4:25: not a prefix, such as 10.20.1.0/24"},
		{"[Interface]\n" PEER "AllowedIPs = 10.0.0.0\n",
			"4:14: not a prefix, such as 10.20.1.0/24"},
		{"[Interface]\n" PEER "AllowedIPs = 10.0.0.0/33\n",
			"4:14: not a prefix, such as 10.20.1.0/24"},
		{"[Interface]\n" PEER "AllowedIPs = +10.0.0.0/8\n",
			"4:14: not a prefix, such as 10.20.1.0/24"},
		{"[Interface]\n" PEER "AllowedIPs = ::/0, 10.0.0.1/8\n",
			"4:20: the prefix has host bits"},
		{"[Interface]\n" PEER "Endpoint = vpn.example.org\n",
			"4:12: not an endpoint, such as vpn.example.org:51820"},
		{"[Interface]\n" PEER "Endpoint = fd00::1:51820x\n",
			"4:12: not an endpoint, such as vpn.example.org:51820"},
		{"[Interface]\n" PEER "PersistentKeepalive = 65536\n",
			"4:23: not a number from 0 to 65535"},
		{"[Interface]\n" PEER "PersistentKeepalive = on\n",
			"4:23: not a number from 0 to 65535"},
	};

	(void)state;
	assert_all_refused(rows, ARRAY_SIZE(rows));
}

static void refuses_repetition(void **state)
{
	static const struct refusal rows[] = {
		{"[Interface]\n" PEER "AllowedIPs = ::/0, 10.0.0.0/8, ::/0\n",
			"4:32: this prefix is already in line 4"},
		{"[Interface]\n" PEER "AllowedIPs = 11.0.0.0/8, 10.0.0.0/8, 11.0.0.0/8,"
		 " 10.0.0.0/8, 11.0.0.0/8\n",
			"4:38: this prefix is already in line 4"},
		{"[Interface]\n" PEER ALLOWED "[Peer]\nPublicKey = " PSK "\n" ALLOWED,
			"7:14: this prefix is already in line 4"},
		{"[Interface]\n" PEER ALLOWED PEER "AllowedIPs = ::/0\n",
			"6:13: this public key is already in line 3"},
		{"[Interface]\nPrivateKey = " PRIVATE "\n" PEER ALLOWED
		 "[Peer]\nPublicKey = " ALICE "\nAllowedIPs = ::/0\n",
			"7:13: this is the public key of the interface itself"},
	};

	(void)state;
	assert_all_refused(rows, ARRAY_SIZE(rows));
}

static void refuses_control_characters(void **state)
{
	static const struct refusal rows[] = {
		{"[Interface]\n# \033[2J\n", "2:3: control character \\x1b"},
		{"[Interface]\n# x\r[Peer]\n", "2:4: control character \\x0d"},
		{"[Interface]\nMTU = 1400\r\r\n", "2:11: control character \\x0d"},
		{"[Interface]\n\v\n", "2:1: control character \\x0b"},
		{"[Interface]\n# \xc3\xb4 \x7f\n", "2:5: control character \\x7f"},
	};
	static const char nul[] = "[Interface]\nMTU = 1\0.\n";

	(void)state;
	assert_all_refused(rows, ARRAY_SIZE(rows));
	assert_refused(
		&(struct refusal){nul, "2:8: control character \\x00"}, sizeof(nul) - 1);
}

/* At each byte but the ends of peers, where what is left is whole in itself. */
static void refuses_files_that_are_cut(void **state)
{
	const char *second = strstr(full, "\n# hospital");
	const char *third = strstr(full, "\n[Peer]\nPublicKey = " PSK);

	(void)state;
	for (size_t len = 0; len < sizeof(full) - 1; len++) {
		CLEANUP(err_release) struct err err = ERR_INIT;
		CLEANUP(wgconf_release) struct wgconf conf = WGCONF_INIT;
		const struct source source = {"wg0.conf", full, len};
		const bool in_interface = full + len <= second + strlen("\n# hospital\n");
		const bool ends_line = len && full[len - 1] == '\n';
		const bool has_allowed_ips = full + len > strstr(full, "fd00:20::/64") &&
					     full + len <= third + 1;

		if (wgconf_parse(&source, &conf, &err) == 0)
			assert_true(ends_line && (in_interface || has_allowed_ips));
	}
}

static void compares_meaning(void **state)
{
	static const char *const others[] = {
		"[Interface]\n",
		"[Interface]\nPrivateKey = " PSK "\n" PEER ALLOWED,
		"[Interface]\nListenPort = 1\n" PEER ALLOWED,
		"[Interface]\nMTU = 1400\n" PEER ALLOWED,
		"[Interface]\nAddress = 10.0.0.1/8\n" PEER ALLOWED,
		"[Interface]\nDNS = 10.0.0.1\n" PEER ALLOWED,
		"[Interface]\n[Peer]\nPublicKey = " PSK "\n" ALLOWED,
		"[Interface]\n" PEER ALLOWED "PresharedKey = " PSK "\n",
		"[Interface]\n" PEER "AllowedIPs = 10.49.0.2/32, ::/0\n",
		"[Interface]\n" PEER "AllowedIPs = 10.49.0.3/32\n",
		"[Interface]\n" PEER ALLOWED "Endpoint = 10.0.0.1:1\n",
		"[Interface]\n" PEER ALLOWED "PersistentKeepalive = 1\n",
	};
	CLEANUP(wgconf_release) struct wgconf plain = parse("[Interface]\n" PEER ALLOWED);

	(void)state;
	assert_true(wgconf_equals(&plain, &plain));
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		CLEANUP(wgconf_release) struct wgconf conf = parse(others[i]);

		assert_case(!wgconf_equals(&plain, &conf), others[i]);
		assert_case(!wgconf_equals(&conf, &plain), others[i]);
	}
}

static void compares_order_where_it_counts(void **state)
{
	static const struct {
		const char *a, *b;
		bool are_equal;
	} rows[] = {
		{"[Interface]\n" PEER "AllowedIPs = ::/0, 10.0.0.0/8\n",
			"[Interface]\n" PEER "AllowedIPs = 10.0.0.0/8, ::/0\n", true},
		{"[Interface]\n" PEER ALLOWED "[Peer]\nPublicKey = " PSK
		 "\nAllowedIPs = ::/0\n",
			"[Interface]\n[Peer]\nPublicKey = " PSK
			"\nAllowedIPs = ::/0\n" PEER ALLOWED,
			true},
		{"[Interface]\nAddress = 10.0.0.1/8, fd00::1/64\n",
			"[Interface]\nAddress = fd00::1/64, 10.0.0.1/8\n", false},
		{"[Interface]\nAddress = 10.0.0.1/8\n",
			"[Interface]\nAddress = 10.0.0.2/8\n", false},
		{"[Interface]\nDNS = 10.0.0.1, 10.0.0.2\n",
			"[Interface]\nDNS = 10.0.0.2, 10.0.0.1\n", false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(wgconf_release) struct wgconf a = parse(rows[i].a);
		CLEANUP(wgconf_release) struct wgconf b = parse(rows[i].b);

		assert_case(wgconf_equals(&a, &b) == rows[i].are_equal, rows[i].a);
	}
}

static void grows_to_many_peers(void **state)
{
	CLEANUP(wgconf_release) struct wgconf conf = WGCONF_INIT;

	(void)state;
	for (uint16_t i = 0; i < 1000; i++) {
		struct wgconf_peer *peer = wgconf_add_peer(&conf);
		const struct wgconf_peer zero = {.name = NULL};

		assert_memory_equal(peer, &zero, sizeof(zero));
		peer->persistent_keepalive = i;
	}
	for (uint16_t i = 0; i < 1000; i++)
		assert_int_equal(conf.peers[i].persistent_keepalive, i);
	wgconf_release(&conf);
	assert_null(conf.peers);
	assert_int_equal(conf.peer_count, 0);
}

/* PSK is a preshared key here and not a public one as well. */
static void wipes_keys(void **state)
{
	CLEANUP(err_release) struct err err = ERR_INIT;
	CLEANUP(wgconf_release) struct wgconf conf = WGCONF_INIT;
	CLEANUP(wgconf_release) struct wgconf read = WGCONF_INIT;
	CLEANUP(buf_release) struct buf out = BUF_INIT;

	(void)state;
	fill(&conf);
	conf.peers[1].public_key = key_of(OTHER);
	is_watching = true;
	for (size_t i = 0; i < 7; i++)
		wgconf_add_peer(&conf);
	conf.peer_count = 2;
	assert_int_equal(wgconf_format(&conf, &out, &err), 0);
	const struct source source = {"wg0.conf", out.text, out.len};
	assert_int_equal(wgconf_parse(&source, &read, &err), 0);
	const char *psk = strstr(out.text, PSK);
	const struct source cut = {
		"wg0.conf", out.text, (size_t)(psk - out.text) + strlen(PSK)};
	struct wgconf none;
	assert_int_equal(wgconf_parse(&cut, &none, &err), -1);
	wgconf_release(&conf);
	wgconf_release(&read);
	buf_release(&out);
	is_watching = false;
	assert_false(was_key_freed);
}

/* A public key that is known stands for the one that would be derived. */
static void refuses_the_own_key_as_a_peer(void **state)
{
	CLEANUP(wgconf_release) struct wgconf conf = WGCONF_INIT;
	CLEANUP(err_release) struct err err = ERR_INIT;
	CLEANUP(buf_release) struct buf out = BUF_INIT;
	const struct prefix prefix = {{FAMILY_IPV4, {10, 20, 1, 0}}, 24};
	struct key own;

	(void)state;
	key_generate_private(&conf.private_key);
	key_public(&conf.private_key, &own);
	struct wgconf_peer *peer = wgconf_add_peer(&conf);
	peer->public_key = own;
	prefixset_add(&peer->allowed_ips, &prefix);
	assert_int_equal(wgconf_format(&conf, &out, &err), -1);
	conf.public_key = own;
	assert_int_equal(wgconf_format(&conf, &out, &err), -1);
	assert_int_equal(err.count, 2);
	for (size_t i = 0; i < err.count; i++)
		assert_non_null(strstr(err.entries[i].message,
			"this is the public key of the interface itself"));
	assert_int_equal(out.len, 0);
	/* What is known is taken on trust: a wrong one finds no mistake. */
	conf.public_key.bytes[0] ^= 1;
	assert_int_equal(wgconf_format(&conf, &out, &err), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_the_own_key_as_a_peer),
		cmocka_unit_test(writes_every_field),
		cmocka_unit_test(leaves_out_what_is_not_set),
		cmocka_unit_test(does_not_write_what_it_would_not_read),
		cmocka_unit_test(reads_what_it_wrote),
		cmocka_unit_test(reads_other_spellings),
		cmocka_unit_test(refuses_wrong_structure),
		cmocka_unit_test(refuses_fields),
		cmocka_unit_test(refuses_interface_values),
		cmocka_unit_test(refuses_peer_values),
		cmocka_unit_test(refuses_repetition),
		cmocka_unit_test(refuses_control_characters),
		cmocka_unit_test(refuses_files_that_are_cut),
		cmocka_unit_test(compares_meaning),
		cmocka_unit_test(compares_order_where_it_counts),
		cmocka_unit_test(grows_to_many_peers),
		cmocka_unit_test(wipes_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
