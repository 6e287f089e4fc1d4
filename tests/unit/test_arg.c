/* SPDX-License-Identifier: MIT */
/* Values of options: what is taken, and what is said of the rest. */
#include "arg.h"

#include <string.h>

#include "unit.h"

typedef int take_fn(const char *text, struct err *err);

static int take_prefix(const char *text, struct err *err)
{
	struct prefix prefix;

	return arg_prefix("--network", text, &prefix, err);
}

static int take_addr(const char *text, struct err *err)
{
	struct addr addr;

	return arg_addr("--address", text, &addr, err);
}

static int take_endpoint(const char *text, struct err *err)
{
	struct endpoint endpoint;

	return arg_endpoint("--endpoint", text, &endpoint, err);
}

static int take_ssh(const char *text, struct err *err)
{
	return arg_ssh("--ssh", text, err);
}

static int take_name(const char *text, struct err *err)
{
	return arg_name("NAME", text, err);
}

/* Every mistake is one of usage, and has exactly this text; NULL: it is none. */
static void says_what_is_wrong(void **state)
{
	static const struct {
		take_fn *take;
		const char *text, *message;
	} rows[] = {
		{take_prefix, "10.20.1.0/24", NULL},
		{take_prefix, "fd00::/64", NULL},
		{take_prefix, "10.20.1.0",
			"--network: '10.20.1.0' is not a prefix such as 10.20.1.0/24"},
		{take_prefix, "10.20.1.7/24",
			"--network: '10.20.1.7/24' has host bits set; did you mean "
			"'10.20.1.0/24'?"},
		{take_prefix, "\033[m",
			"--network: '\\x1b[m' is not a prefix such as 10.20.1.0/24"},
		{take_addr, "10.20.1.1", NULL},
		{take_addr, "fd00::1", NULL},
		{take_addr, "10.20.1.1/24",
			"--address: '10.20.1.1/24' is not an address such as 10.20.1.1"},
		{take_endpoint, "h:1", NULL},
		{take_endpoint, "[fd00::1]:1", NULL},
		{take_endpoint, "h",
			"--endpoint: 'h' is not HOST:PORT, such as vpn.example.org:51820"},
		{take_ssh, "pi@[fd00::1]:22", NULL},
		{take_ssh, "hub", NULL},
		{take_ssh, "-oProxyCommand=x",
			"--ssh: '-oProxyCommand=x' is not [USER@]HOST[:PORT]"},
		{take_ssh, "", "--ssh: '' is not [USER@]HOST[:PORT]"},
		{take_name, "hospital-2", NULL},
		{take_name, "hub", "NAME: 'hub' is a reserved name; take another"},
		{take_name, "all", "NAME: 'all' is a reserved name; take another"},
		{take_name, "-x",
			"NAME: '-x' is not a name: use a-z, 0-9 and '-' between them, 63 "
			"at most"},
		{take_name, "",
			"NAME: '' is not a name: use a-z, 0-9 and '-' between them, 63 at "
			"most"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(err_release) struct err err = ERR_INIT;
		const bool good = rows[i].take(rows[i].text, &err) == 0;

		assert_case(good == !rows[i].message, rows[i].text);
		if (good)
			continue;
		assert_string_equal(err.entries[0].message, rows[i].message);
		assert_int_equal(err.status, STATUS_INVALID);
	}
}

static void lists_keep_their_order(void **state)
{
	static const char *const texts[] = {"10.2.0.0/16", "10.1.0.0/16", NULL};
	static const char *const bad[] = {"10.2.0.0/16", "x", NULL};
	CLEANUP(prefixset_release) struct prefixset set = PREFIXSET_INIT;
	CLEANUP(err_release) struct err err = ERR_INIT;
	char shown[PREFIX_TEXT_SIZE];

	(void)state;
	assert_int_equal(arg_prefixes("--subnet", texts, &set, &err), 0);
	assert_int_equal(set.count, 2);
	prefix_format(&set.items[0], shown);
	assert_string_equal(shown, "10.2.0.0/16");
	assert_int_equal(arg_prefixes("--subnet", bad, &set, &err), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(lists_keep_their_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
