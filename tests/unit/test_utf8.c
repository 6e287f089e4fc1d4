/* SPDX-License-Identifier: MIT */
/* UTF-8: every character there and back, and what is refused. */
#include "base/utf8.h"

#include <string.h>

#include "base/alloc.h"
#include "unit.h"

static size_t encode(uint32_t c, char out[static 4])
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

static void decodes_every_character(void **state)
{
	(void)state;
	for (uint32_t c = 0; c < 0x120000; c++) {
		const bool surrogate = c >= 0xd800 && c < 0xe000;
		uint32_t seen = UINT32_MAX;
		char text[4];
		size_t len = encode(c, text);

		if (surrogate || c > 0x10ffff) {
			assert_int_equal(utf8_decode(text, len, &seen), 0);
			continue;
		}
		assert_int_equal(utf8_decode(text, len, &seen), len);
		assert_int_equal(seen, c);
		assert_int_equal(utf8_decode(text, len - 1, &seen), 0);
	}
}

static void reads_the_first_character_only(void **state)
{
	uint32_t c;

	(void)state;
	assert_int_equal(utf8_decode("a\xff", 2, &c), 1);
	assert_int_equal(c, 'a');
	assert_int_equal(utf8_decode("\303\274b", 3, &c), 2);
	assert_int_equal(c, 0xfc);
}

static void refuses(void **state)
{
	static const char *const rows[] = {
		"\x80",
		"\xbf",
		"\xc0\x80",
		"\xc1\xbf", /* a tail alone, overlong */
		"\xe0\x80\x80",
		"\xe0\x9f\xbf",
		"\xf0\x80\x80\x80",
		"\xf0\x8f\xbf\xbf",
		"\xed\xa0\x80",
		"\xed\xbf\xbf", /* surrogates */
		"\xf4\x90\x80\x80",
		"\xf5\x80\x80\x80", /* beyond U+10FFFF */
		"\xf8\x88\x80\x80\x80",
		"\xfe",
		"\xff",
		"\303a",
		"\342\202a",
		"\360\237\230a",
		"\342a\x82",
		"\xc3\xc3",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint32_t c = 4711;

		assert_case(!utf8_decode(rows[i], strlen(rows[i]), &c), rows[i]);
		assert_int_equal(c, 4711);
	}
}

static void knows_what_is_deceptive(void **state)
{
	static const uint32_t deceptive[] = {0, '\t', '\n', '\r', 0x1b, 0x1f, 0x7f, 0x80,
		0x85, 0x9b, 0x9f, 0xad, 0x61c, 0x180e, 0x200b, 0x200d, 0x200f, 0x2028,
		0x2029, 0x202a, 0x202e, 0x2060, 0x2066, 0x2069, 0x206f, 0xfeff, 0xfff9,
		0xfffb, 0xe0001, 0xe007f};
	static const uint32_t plain[] = {' ', '~', 'a', 0xa0, 0xac, 0xae, 0xfc, 0x61b,
		0x61d, 0x200a, 0x2010, 0x2027, 0x202f, 0x205f, 0x2070, 0x65e5, 0xfefe,
		0xff00, 0xfffd, 0x1f600, 0xe0080};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(deceptive); i++)
		assert_true(utf8_is_deceptive(deceptive[i]));
	for (size_t i = 0; i < ARRAY_SIZE(plain); i++)
		assert_false(utf8_is_deceptive(plain[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decodes_every_character),
		cmocka_unit_test(reads_the_first_character_only),
		cmocka_unit_test(refuses),
		cmocka_unit_test(knows_what_is_deceptive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
