/* SPDX-License-Identifier: MIT */
/* Quoting for a terminal and for a shell; oracle_key.sh asks real shells as well. */
#include "base/quote.h"

#include <string.h>

#include "base/utf8.h"
#include "unit.h"

static void shows_what_is_harmless(void **state)
{
	static const char *const rows[] = {"", "abc", "a b'c\"d", "~!@#$%^&*()[]{}<>",
		"gr\xc3\xbc\xc3\x9f", "\xe6\x97\xa5\xe6\x9c\xac", "\xf0\x9f\x98\x80"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(buf_release) struct buf out = BUF_INIT;

		quote_display(&out, rows[i], strlen(rows[i]));
		assert_string_equal(out.text, rows[i]);
	}
}

static void escapes_for_display(void **state)
{
	static const char *const rows[][2] = {
		{"a\nb\tc\rd", "a\\nb\\tc\\rd"},
		{"a\\n", "a\\\\n"},
		{"\x1b[31m\x07\x7f", "\\x1b[31m\\x07\\x7f"},
		{"\302\23331m", "\\u{9b}31m"},
		{"\342\200\256abc", "\\u{202e}abc"},
		{"\xe2\x80\x8b", "\\u{200b}"},
		{"\xef\xbb\xbf", "\\u{feff}"},
		{"\xf3\xa0\x81\x81", "\\u{e0041}"},
		{"\xff\xfe", "\\xff\\xfe"},
		{"\xc0\xaf", "\\xc0\\xaf"},
		{"\xed\xa0\x80", "\\xed\\xa0\\x80"},
		{"a\xe2\x82", "a\\xe2\\x82"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(buf_release) struct buf out = BUF_INIT;

		buf_add(&out, "<");
		quote_display(&out, rows[i][0], strlen(rows[i][0]));
		assert_string_equal(out.text + 1, rows[i][1]);
	}
}

static void shows_zero_bytes_and_stops_at_the_length(void **state)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT;

	(void)state;
	quote_display(&out, "a\0b\xc3\xbc", 4);
	assert_string_equal(out.text, "a\\x00b\\xc3");
}

/* Whatever comes in, what goes out is UTF-8 that no terminal obeys. */
static void never_lets_a_control_through(void **state)
{
	(void)state;
	for (unsigned first = 0; first < 256; first++) {
		for (unsigned second = 0; second < 256; second++) {
			const char pair[] = {(char)first, (char)second, (char)0x9b};
			CLEANUP(buf_release) struct buf out = BUF_INIT;
			size_t at = 0;

			quote_display(&out, pair, sizeof(pair));
			while (at < out.len) {
				uint32_t c;
				size_t used =
					utf8_decode(out.text + at, out.len - at, &c);

				assert_true(used && !utf8_is_deceptive(c));
				at += used;
			}
		}
	}
}

static void shows_the_last_line(void **state)
{
	static const char *const rows[][2] = {
		{"", ""},
		{"\n \r\n", ""},
		{"one", "one"},
		{"one\ntwo \r\n\n", "two"},
		{"one\n\x1b[2J", "\\x1b[2J"},
	};
	CLEANUP(buf_release) struct buf out = BUF_INIT, line = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		buf_truncate(&out, 0);
		quote_last_line(&out, rows[i][0], strlen(rows[i][0]));
		assert_string_equal(out.text, rows[i][1]);
	}
	while (line.len < 400)
		buf_add_char(&line, 'x');
	buf_truncate(&out, 0);
	quote_last_line(&out, line.text, line.len);
	assert_int_equal(out.len, 300);
}

static void quotes_for_the_shell(void **state)
{
	static const char *const rows[][2] = {
		{"", "''"},
		{"abc", "'abc'"},
		{"a b", "'a b'"},
		{"$(id) `id` \\ \" ! \n", "'$(id) `id` \\ \" ! \n'"},
		{"'", "''\\'''"},
		{"it's", "'it'\\''s'"},
		{"''", "''\\'''\\'''"},
		{"-n", "'-n'"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(buf_release) struct buf out = BUF_INIT;

		buf_add(&out, "x=");
		quote_shell(&out, rows[i][0]);
		assert_string_equal(out.text + 2, rows[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shows_what_is_harmless),
		cmocka_unit_test(escapes_for_display),
		cmocka_unit_test(shows_zero_bytes_and_stops_at_the_length),
		cmocka_unit_test(never_lets_a_control_through),
		cmocka_unit_test(shows_the_last_line),
		cmocka_unit_test(quotes_for_the_shell),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
