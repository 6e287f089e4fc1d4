/* SPDX-License-Identifier: MIT */
/* "Did you mean". */
#include "base/suggest.h"

#include <string.h>

#include "base/alloc.h"
#include "unit.h"

#define LONG_40 "abcdefghijklmnopqrstuvwxyzabcdefghijklmn"

static const char *const words[] = {"address", "allowed_ips", "dns", "endpoint",
	"interface", "listen_port", "mtu", "public_key", "preshared_key", "subnets",
	"ssh", LONG_40, LONG_40 "opq"};

static void finds_the_nearest(void **state)
{
	static const char *const rows[][2] = {
		{"address", "address"},
		{"adress", "address"},
		{"addresss", "address"},
		{"address", "address"},
		{"addersss", "address"},
		{"subnet", "subnets"},
		{"subents", "subnets"},
		{"mut", "mtu"},
		{"mtx", "mtu"},
		{"sh", "ssh"},
		{"publickey", "public_key"},
		{"pubic_key", "public_key"},
		{"preshared-key", "preshared_key"},
		{"endpiont", "endpoint"},
		{"listenport", "listen_port"},
		{"abcdefghijklmnopqrstuvwxyzabcdefghijklm", LONG_40},
		{"pub", "public_key"},
		{"end", "endpoint"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *found = suggest_nearest(rows[i][0], words, ARRAY_SIZE(words));

		assert_case(found && !strcmp(found, rows[i][1]), rows[i][0]);
	}
}

static void finds_none_where_none_is_near(void **state)
{
	static const char *const rows[] = {"", "x", "gateway", "xyz", "um", "p", "pu",
		"Address123", "key", "prefix", LONG_40 "o", LONG_40 "opq"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_case(!suggest_nearest(rows[i], words, ARRAY_SIZE(words)), rows[i]);
	assert_null(suggest_nearest("a", NULL, 0));
}

static void takes_fewest_edits_then_the_first(void **state)
{
	static const char *const near[] = {"abcdxx", "abcdex", "abcdey"};

	(void)state;
	assert_ptr_equal(suggest_nearest("abcdey", near, 3), near[2]);
	assert_ptr_equal(suggest_nearest("abcdez", near, 3), near[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_nearest),
		cmocka_unit_test(finds_none_where_none_is_near),
		cmocka_unit_test(takes_fewest_edits_then_the_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
