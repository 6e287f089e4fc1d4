/* SPDX-License-Identifier: MIT */
/* What a hub says, as types: the whole of it, or an error. */
#include "host/status.h"

#include <string.h>

#include "base/buf.h"
#include "site_keys.h"
#include "unit.h"

#define NONCE	  "00112233445566778899aabbccddeeff"
#define START	  "wgctl 1\n"
#define UP	  "interface\tup\t51820\t" K1 "\n"
#define END	  "end\t" NONCE "\n"
#define PEER(key) "peer\t" key "\tset\t12\t198.51.100.20:40000\t1024\t2048\t10.49.0.2/32"

static int parse(const char *text, size_t len, struct hub_status *out, struct err *err)
{
	return status_parse(text, len, NONCE, out, err);
}

static void reads_all(void **state)
{
	static const char text[] = START UP
		"peer\t" K3 "\tnone\t-\t-\t0\t0\t-\n"
		"peer\t" K2 "\tset\t0\t[2001:db8::1]:1\t18446744073709551615\t7\t"
		"10.49.0.2/32,10.20.1.0/24,fd00::2/128\n"
		"firewall\tiptables\tabsent\n"
		"firewall\tip6tables\tchanged\n"
		"firewall\tip6tables\tunreadable\n"
		"firewall\tiptables\tmissing\tfilter\tINPUT\n"
		"firewall\tiptables\tlate\tmangle\tFORWARD\n"
		"unit\twgctl@wg0.service\tdisabled\n"
		"unit\twgctl-firewall@wg0.service\tinactive\n"
		"pending\n" END;
	static const enum hub_fault_kind kinds[] = {HUB_RULES_ABSENT, HUB_RULES_CHANGED,
		HUB_RULES_UNREADABLE, HUB_JUMP_MISSING, HUB_JUMP_LATE, HUB_UNIT_DISABLED,
		HUB_UNIT_INACTIVE};
	CLEANUP(status_release) struct hub_status status = HUB_STATUS_INIT;
	CLEANUP(err_release) struct err err = ERR_INIT;
	struct key key;

	(void)state;
	assert_int_equal(parse(text, strlen(text), &status, &err), 0);
	assert_int_equal(status.tunnel, HUB_TUNNEL_UP);
	assert_int_equal(status.listen_port, 51820);
	assert_true(key_parse(K1, &key) && key_equals(&status.public_key, &key));
	assert_true(status.pending);
	assert_int_equal(status.fault_count, ARRAY_SIZE(kinds));
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		assert_int_equal(status.faults[i].kind, kinds[i]);
	assert_string_equal(status.faults[4].subject, "iptables");
	assert_string_equal(status.faults[4].table, "mangle");
	assert_string_equal(status.faults[4].chain, "FORWARD");
	assert_string_equal(status.faults[5].subject, "wgctl@wg0.service");
	assert_int_equal(status.peer_count, 2);
}

static void reads_peers(void **state)
{
	static const char text[] = START UP
		"peer\t" K3 "\tnone\t-\t-\t0\t0\t-\n"
		"peer\t" K2 "\tset\t0\t[2001:db8::1]:1\t18446744073709551615\t7\t"
		"10.49.0.2/32,fd00::2/128,10.20.1.0/24\n" END;
	CLEANUP(status_release) struct hub_status status = HUB_STATUS_INIT;
	CLEANUP(err_release) struct err err = ERR_INIT;
	char shown[PREFIX_TEXT_SIZE];
	struct key key;

	(void)state;
	assert_int_equal(parse(text, strlen(text), &status, &err), 0);
	assert_true(key_parse(K3, &key));
	const struct hub_peer *silent = status_find(&status, &key);
	assert_true(silent && !silent->seen && !silent->preshared_key);
	assert_false(addr_is_set(&silent->addr));
	assert_int_equal(silent->allowed_count, 0);
	assert_true(key_parse(K2, &key));
	const struct hub_peer *peer = status_find(&status, &key);
	assert_true(peer && peer->seen && peer->preshared_key && peer->age == 0);
	assert_true(addr_is_set(&peer->addr) && peer->port == 1);
	assert_true(peer->received == UINT64_MAX && peer->sent == 7);
	assert_int_equal(peer->allowed_count, 3);
	prefix_format(&status.allowed[peer->first_allowed], shown);
	assert_string_equal(shown, "10.20.1.0/24");
	prefix_format(&status.allowed[peer->first_allowed + 2], shown);
	assert_string_equal(shown, "fd00::2/128");
	assert_true(key_parse(K4, &key));
	assert_null(status_find(&status, &key));
}

static void reads_a_hub_without_tunnel(void **state)
{
	static const char *const rows[] = {
		START "interface\tmissing\t-\t-\n" END,
		START "interface\tdown\t0\t-\n" END,
		START UP END,
	};
	static const enum hub_tunnel tunnels[] = {
		HUB_TUNNEL_MISSING, HUB_TUNNEL_DOWN, HUB_TUNNEL_UP};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(status_release) struct hub_status status = HUB_STATUS_INIT;
		CLEANUP(err_release) struct err err = ERR_INIT;
		struct key key;

		assert_true(key_parse(K2, &key));
		assert_case(!parse(rows[i], strlen(rows[i]), &status, &err), rows[i]);
		assert_int_equal(status.tunnel, tunnels[i]);
		assert_null(status_find(&status, &key));
	}
}

#define UNKNOWN "the hub answered something that wgctl does not know: "
#define CUT	"the answer of the hub is cut short; try again"

static void assert_refused(const char *text, size_t len, const char *reason)
{
	CLEANUP(status_release) struct hub_status status = HUB_STATUS_INIT;
	CLEANUP(err_release) struct err err = ERR_INIT;

	status.listen_port = 1;
	assert_case(parse(text, len, &status, &err) < 0, text);
	assert_case(!strncmp(err.entries[0].message, reason, strlen(reason)),
		err.entries[0].message);
	assert_int_equal(status.listen_port, 1);
	status.listen_port = 0;
}

static void refuses_what_is_not_whole(void **state)
{
	static const char *const cut[] = {"", "wgctl 1", START, START UP, START UP "end",
		START UP PEER(K2) "\n", START UP "end\t" NONCE, START UP END "x"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cut); i++)
		assert_refused(cut[i], strlen(cut[i]), CUT);
}

static void refuses_what_is_out_of_place(void **state)
{
	static const char *const rows[] = {
		"hello\n" START UP END,
		UP END,
		START END,
		START START UP END,
		START UP UP END,
		START PEER(K2) "\n" UP END,
		START "interface\tmissing\t-\t-\n" PEER(K2) "\n" END,
		START UP END END,
		START UP END "failed\tx\n",
		START UP "end\t00112233445566778899aabbccddeef0\n",
		START UP "end\t" NONCE "\tx\n",
		START UP "end\t\n",
		START UP "pending\tx\n" END,
		START UP "\n" END,
		START UP "more\n" END,
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_refused(rows[i], strlen(rows[i]), UNKNOWN);
}

static void refuses_bad_lines(void **state)
{
	static const char *const rows[] = {"interface\tup\t65536\t" K1,
		"interface\tup\t-1\t" K1, "interface\tup\t\t" K1,
		"interface\tup\t1\tnone", "interface\tup\t1",
		"interface\tup\t1\t" K1 "\tx", "interface\tmissing\t1\t-",
		"interface\tsideways\t1\t-"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(buf_release) struct buf text = BUF_INIT;

		buf_addf(&text, START "%s\n" END, rows[i]);
		assert_refused(text.text, text.len, UNKNOWN);
	}
}

static void refuses_bad_peers_and_faults(void **state)
{
#define P "peer\t" K2
	static const char *const rows[] = {"peer\tkey\tset\t1\t-\t0\t0\t-",
		P "\tsecret\t1\t-\t0\t0\t-", P "\tset\t01\t-\t0\t0\t-",
		P "\tset\t-1\t-\t0\t0\t-", P "\tset\t1\t198.51.100.20\t0\t0\t-",
		P "\tset\t1\t198.51.100.20:0\t0\t0\t-",
		P "\tset\t1\t198.51.100.20:65536\t0\t0\t-",
		P "\tset\t1\texample.org:1\t0\t0\t-",
		P "\tset\t1\t-\t18446744073709551616\t0\t-", P "\tset\t1\t-\t0\t1e9\t-",
		P "\tset\t1\t-\t0\t0\t10.0.0.0", P "\tset\t1\t-\t0\t0\t10.0.0.0/33",
		P "\tset\t1\t-\t0\t0\t10.0.0.0/8,", P "\tset\t1\t-\t0\t0\t,10.0.0.0/8",
		P "\tset\t1\t-\t0\t0\t", P "\tset\t1\t-\t0\t0",
		P "\tset\t1\t-\t0\t0\t-\t-", "firewall\tnftables\tabsent",
		"firewall\tiptables\tfine", "firewall\tiptables\tabsent\tfilter\tINPUT",
		"firewall\tiptables\tlate", "firewall\tiptables\tlate\tfilter",
		"firewall\tiptables\tlate\tfilter\tIN PUT",
		"firewall\tiptables\tlate\t\tINPUT", "unit\t\tdisabled",
		"unit\ta\033[2Jb\tdisabled", "unit\twgctl@wg0.service\tfine",
		"unit\t"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"\tdisabled"};
#undef P

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(buf_release) struct buf text = BUF_INIT;

		buf_addf(&text, START UP "%s\n" END, rows[i]);
		assert_refused(text.text, text.len, UNKNOWN);
	}
}

static void refuses_bytes_that_hide(void **state)
{
	static const char text[] = START UP "peer\t" K2 "\tset\t1\0\t-\t0\t0\t-\n" END;

	(void)state;
	assert_refused(text, sizeof(text) - 1, UNKNOWN);
}

static void refuses_a_peer_told_twice(void **state)
{
	static const char text[] = START UP PEER(K2) "\n" PEER(K3) "\n" PEER(K2) "\n" END;

	(void)state;
	assert_refused(text, strlen(text), "the hub tells of the same peer twice");
}

static void refuses_faults_without_end(void **state)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT;

	(void)state;
	buf_add(&text, START UP);
	for (int i = 0; i < 65; i++)
		buf_addf(&text, "unit\tu%d\tdisabled\n", i);
	buf_add(&text, END);
	assert_refused(text.text, text.len, UNKNOWN "'unit\\tu64");
}

static void tells_why_the_hub_failed(void **state)
{
	static const char text[] = START "failed\tthis needs \033[2Jroot\n";

	(void)state;
	assert_refused(text, strlen(text), "the hub says: 'this needs \\x1b[2Jroot'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_all),
		cmocka_unit_test(reads_peers),
		cmocka_unit_test(reads_a_hub_without_tunnel),
		cmocka_unit_test(refuses_what_is_not_whole),
		cmocka_unit_test(refuses_what_is_out_of_place),
		cmocka_unit_test(refuses_bad_lines),
		cmocka_unit_test(refuses_bad_peers_and_faults),
		cmocka_unit_test(refuses_bytes_that_hide),
		cmocka_unit_test(refuses_a_peer_told_twice),
		cmocka_unit_test(refuses_faults_without_end),
		cmocka_unit_test(tells_why_the_hub_failed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
