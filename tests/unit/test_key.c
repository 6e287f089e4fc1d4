/* SPDX-License-Identifier: MIT */
/* Keys: clamping, the RFC's vectors, base64, points of low order. */
#include "key/key.h"

#include <sodium.h>
#include <string.h>

#include "base/alloc.h"
#include "unit.h"

static struct key parse(const char *s)
{
	struct key key;

	assert_case(key_parse(s, &key), s);
	return key;
}

static int set_up(void **state)
{
	(void)state;
	return key_init() ? 0 : -1;
}

static void generates_clamped_private_keys(void **state)
{
	struct key key, other;

	(void)state;
	for (unsigned i = 0; i < 200; i++) {
		key_generate_private(&key);
		assert_int_equal(key.bytes[0] & 7, 0);
		assert_int_equal(key.bytes[31] & 0xc0, 0x40);
	}
	key_generate_private(&other);
	assert_false(key_equals(&key, &other));
}

/* Each of the bits that clamping fixes is seen both ways. */
static void generates_plain_preshared_keys(void **state)
{
	unsigned low_set = 0, low_clear = 0xff, high_set = 0, high_clear = 0xff;

	(void)state;
	for (unsigned i = 0; i < 200; i++) {
		struct key key;

		key_generate_preshared(&key);
		low_set |= key.bytes[0];
		low_clear &= key.bytes[0];
		high_set |= key.bytes[31];
		high_clear &= key.bytes[31];
	}
	assert_int_equal(low_set, 0xff);
	assert_int_equal(low_clear, 0);
	assert_int_equal(high_set, 0xff);
	assert_int_equal(high_clear, 0);
}

/* RFC 7748: the first step of the iteration of 5.2, and the second key of 6.1. */
static void computes_public_keys(void **state)
{
	static const char *const rows[][2] = {
		{"CQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
			"QiyOemIn17yhNQs+K7cnn3iXuHu2hUt4PGDoAxGuMHk="},
		{"XasIfmJKikt54X+Lg4AO5m87sSkmGLb9HC+LJ/+I4Os=",
			"3p7bfXt9wbTTW2HC7OQ1Nz+DQ8hbeGdNrfx+FG+IK08="},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct key private_key = parse(rows[i][0]);
		struct key public_key;
		char text[KEY_TEXT_SIZE];

		key_public(&private_key, &public_key);
		key_format(&public_key, text);
		assert_string_equal(text, rows[i][1]);
	}
}

static void parses_what_it_formats(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 200; i++) {
		struct key key, again;
		char text[KEY_TEXT_SIZE];

		key_generate_preshared(&key);
		key_format(&key, text);
		assert_int_equal(strlen(text), KEY_TEXT_SIZE - 1);
		assert_case(key_parse(text, &again), text);
		assert_memory_equal(&key, &again, sizeof(key));
	}
}

static void refuses(void **state)
{
	static const char *const rows[] = {
		"",
		"=",
		"AAAA",
		"AAAA ",
		"AAAA                                        ",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA====",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAC=",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAD=",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA-=",
		"-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
		"AAAAAAAAAA_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
		"AAAAAAAAAAAAAAAAAAAAAA=AAAAAAAAAAAAAAAAAAAA=",
		"AAAAAAAAAA AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
		" AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= ",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
		"AAAAAAAAAA\303\244AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
		"0000000000000000000000000000000000000000000000000000000000000000",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct key key, before;

		memset(&key, 0x5a, sizeof(key));
		before = key;
		assert_case(!key_parse(rows[i], &key), rows[i]);
		assert_memory_equal(&key, &before, sizeof(key));
	}
}

/* Every byte that is not a digit of base64, at the begin, in the middle and at the end. */
static void refuses_bytes_beyond_base64(void **state)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789+/";
	static const size_t places[] = {0, 21, 42};

	(void)state;
	for (unsigned byte = 1; byte < 256; byte++) {
		for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
			char text[] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
			struct key key;

			text[places[i]] = (char)byte;
			if (!strchr(digits, (char)byte))
				assert_case(!key_parse(text, &key), text);
			else if (places[i] < 42)
				assert_case(key_parse(text, &key), text);
		}
	}
}

static void compares(void **state)
{
	const struct key zero = {{0}}, first = {{1}}, last = {{[31] = 1}};
	const struct key same = first;

	(void)state;
	assert_true(key_is_zero(&zero));
	assert_false(key_is_zero(&first));
	assert_false(key_is_zero(&last));
	assert_true(key_equals(&first, &same));
	assert_false(key_equals(&first, &zero));
	assert_false(key_equals(&last, &zero));
	assert_int_equal(key_compare(&first, &same), 0);
	assert_true(key_compare(&zero, &last) < 0);
	assert_true(key_compare(&last, &first) < 0);
	assert_true(key_compare(&first, &last) > 0);
}

/* Agreeing on a secret fails in libsodium just where the point is of low order. */
static bool agrees(const struct key *public_key)
{
	const struct key scalar = {{8, [31] = 64}};
	struct key secret;

	return crypto_scalarmult(secret.bytes, scalar.bytes, public_key->bytes) == 0;
}

static void assert_order(struct key point, bool low, const char *text)
{
	for (unsigned top = 0; top < 2; top++) {
		assert_case(key_is_low_order(&point) == low, text);
		assert_case(agrees(&point) == !low, text);
		point.bytes[31] ^= 0x80;
	}
}

static void knows_points_of_low_order(void **state)
{
	static const char *const rows[] = {
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
		"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
		"4Ot6fDtBuK4WVuP68Z/EatoJjeucMrH9hmIFFl9JuAA=",
		"X5yVvKNQjCSx0LFVnIPvWwREXMRYHI6G2CJO3dCfEVc=",
		"7P///////////////////////////////////////38=",
		"7f///////////////////////////////////////38=",
		"7v///////////////////////////////////////38=",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_order(parse(rows[i]), true, rows[i]);
}

static void takes_other_points(void **state)
{
	struct key point;

	(void)state;
	for (unsigned i = 2; i < 20; i++) {
		point = (struct key){{(uint8_t)i}};
		assert_order(point, false, "small");
	}
	for (unsigned i = 0xef; i <= 0xff; i++) {
		memset(&point, 0xff, sizeof(point));
		point.bytes[0] = (uint8_t)i;
		assert_order(point, false, "beyond p + 1");
	}
	for (unsigned i = 0; i < 50; i++) {
		key_generate_preshared(&point);
		assert_order(point, false, "random");
	}
}

static void wipes(void **state)
{
	struct key key;

	(void)state;
	key_generate_private(&key);
	key_wipe(&key);
	assert_true(key_is_zero(&key));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(generates_clamped_private_keys),
		cmocka_unit_test(generates_plain_preshared_keys),
		cmocka_unit_test(computes_public_keys),
		cmocka_unit_test(parses_what_it_formats),
		cmocka_unit_test(refuses),
		cmocka_unit_test(refuses_bytes_beyond_base64),
		cmocka_unit_test(compares),
		cmocka_unit_test(knows_points_of_low_order),
		cmocka_unit_test(takes_other_points),
		cmocka_unit_test(wipes),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
