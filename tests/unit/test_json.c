/* SPDX-License-Identifier: MIT */
/* The JSON writer: commas, nesting, indent, escapes. */
#include "base/json.h"

#include <string.h>

#include "unit.h"

static void writes_empty_containers(void **state)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT;
	struct json json;

	(void)state;
	json_init(&json, &out);
	json_object(&json, NULL);
	json_object_end(&json);
	assert_string_equal(out.text, "{}\n");
	buf_truncate(&out, 0);
	json_array(&json, NULL);
	json_array_end(&json);
	assert_string_equal(out.text, "[]\n");
}

static void nests(void **state)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT;
	struct json json;

	(void)state;
	json_init(&json, &out);
	json_object(&json, NULL);
	json_string(&json, "name", "hub");
	json_array(&json, "subnets");
	json_string(&json, NULL, "10.0.0.0/8");
	json_string(&json, NULL, "::/0");
	json_object(&json, NULL);
	json_bool(&json, "yes", true);
	json_object_end(&json);
	json_array_end(&json);
	json_array(&json, "none");
	json_array_end(&json);
	json_uint(&json, "most", UINT64_MAX);
	json_uint(&json, "least", 0);
	json_bool(&json, "no", false);
	json_string(&json, "null", NULL);
	json_object_end(&json);
	assert_string_equal(out.text, "{\n"
				      "  \"name\": \"hub\",\n"
				      "  \"subnets\": [\n"
				      "    \"10.0.0.0/8\",\n"
				      "    \"::/0\",\n"
				      "    {\n"
				      "      \"yes\": true\n"
				      "    }\n"
				      "  ],\n"
				      "  \"none\": [],\n"
				      "  \"most\": 18446744073709551615,\n"
				      "  \"least\": 0,\n"
				      "  \"no\": false,\n"
				      "  \"null\": null\n"
				      "}\n");
}

static void nests_to_its_depth(void **state)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT;
	struct json json;

	(void)state;
	json_init(&json, &out);
	for (unsigned i = 1; i < JSON_DEPTH; i++)
		json_array(&json, NULL);
	json_uint(&json, NULL, 1);
	for (unsigned i = 1; i < JSON_DEPTH; i++)
		json_array_end(&json);
	assert_int_equal(json.depth, 0);
	assert_non_null(strstr(out.text, "\n                              1\n"));
}

static void escapes(void **state)
{
	static const char *const rows[][2] = {
		{"", "\"\""},
		{"a\"b\\c/", "\"a\\\"b\\\\c/\""},
		{"\n\t\r\x01\x1f\x7f", "\"\\u000a\\u0009\\u000d\\u0001\\u001f\\u007f\""},
		{"gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80",
			"\"gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80\""},
		/* no UTF-8: alone, overlong, a surrogate, cut off */
		{"a\377b", "\"a\357\277\275b\""},
		{"\xc0\xaf", "\"\xef\xbf\xbd\xef\xbf\xbd\""},
		{"\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
		{"\xe2\x82", "\"\xef\xbf\xbd\xef\xbf\xbd\""},
		/* a terminal's C1 control, a bidirectional override, a tag */
		{"\302\23331m", "\"\\u009b31m\""},
		{"\xe2\x80\xae", "\"\\u202e\""},
		{"\xf3\xa0\x81\x81", "\"\\udb40\\udc41\""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(buf_release) struct buf out = BUF_INIT;
		struct json json;

		json_init(&json, &out);
		json_string(&json, NULL, rows[i][0]);
		assert_string_equal(out.text, rows[i][1]);
	}
}

static void escapes_names_of_members(void **state)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT;
	struct json json;

	(void)state;
	json_init(&json, &out);
	json_object(&json, NULL);
	json_uint(&json, "a\"\n", 1);
	json_object_end(&json);
	assert_string_equal(out.text, "{\n  \"a\\\"\\u000a\": 1\n}\n");
}

static void keeps_three_decimals(void **state)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT;
	struct json json;

	(void)state;
	json_init(&json, &out);
	json_array(&json, NULL);
	json_thousandths(&json, NULL, 0);
	json_thousandths(&json, NULL, 12034);
	json_array_end(&json);
	assert_string_equal(out.text, "[\n  0.000,\n  12.034\n]\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_empty_containers),
		cmocka_unit_test(nests),
		cmocka_unit_test(nests_to_its_depth),
		cmocka_unit_test(escapes),
		cmocka_unit_test(escapes_names_of_members),
		cmocka_unit_test(keeps_three_decimals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
