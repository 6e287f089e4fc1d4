/* SPDX-License-Identifier: MIT */
/* Keys by libsodium. */
#include "key/key.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "base/alloc.h"

static_assert(KEY_SIZE == crypto_scalarmult_BYTES, "a key is a point");
static_assert(KEY_TEXT_SIZE ==
		      sodium_base64_ENCODED_LEN(KEY_SIZE, sodium_base64_VARIANT_ORIGINAL),
	"a text holds a key");

bool key_init(void)
{
	return sodium_init() >= 0;
}

void key_generate_private(struct key *out)
{
	randombytes_buf(out->bytes, sizeof(out->bytes));
	out->bytes[0] &= 248;
	out->bytes[31] = (uint8_t)((out->bytes[31] & 127) | 64);
}

void key_generate_preshared(struct key *out)
{
	randombytes_buf(out->bytes, sizeof(out->bytes));
}

void key_public(const struct key *private_key, struct key *out)
{
	int result = crypto_scalarmult_base(out->bytes, private_key->bytes);

	assert(result == 0);
	(void)result;
}

void key_format(const struct key *key, char out[static KEY_TEXT_SIZE])
{
	sodium_bin2base64(out, KEY_TEXT_SIZE, key->bytes, sizeof(key->bytes),
		sodium_base64_VARIANT_ORIGINAL);
}

/*
 * sodium_base642bin() of libsodium 1.0.18 takes every byte from 0x80 up for a digit, and
 * with an end pointer a text that ends early. Hence no pointer, and the way back.
 */
bool key_parse(const char *s, struct key *out)
{
	CLEANUP(key_wipe) struct key key;
	char again[KEY_TEXT_SIZE];
	size_t len;

	if (strlen(s) != KEY_TEXT_SIZE - 1 ||
		sodium_base642bin(key.bytes, sizeof(key.bytes), s, KEY_TEXT_SIZE - 1,
			NULL, &len, NULL, sodium_base64_VARIANT_ORIGINAL) != 0 ||
		len != KEY_SIZE)
		return false;
	key_format(&key, again);
	const bool same = sodium_memcmp(again, s, sizeof(again)) == 0;
	sodium_memzero(again, sizeof(again));
	if (same)
		*out = key;
	return same;
}

bool key_is_zero(const struct key *key)
{
	return sodium_is_zero(key->bytes, sizeof(key->bytes)) == 1;
}

bool key_equals(const struct key *a, const struct key *b)
{
	return sodium_memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

int key_compare(const struct key *a, const struct key *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

/* A table, since a multiplication per key would take a second for 10,000 spokes. */
bool key_is_low_order(const struct key *public_key)
{
	/* The u coordinates 0, 1, -1 and the two of order 8; then p and p + 1 as 0, 1. */
	static const struct key points[] = {
		{{0}},
		{{1}},
		{{0xec, [1 ... 30] = 0xff, [31] = 0x7f}},
		{{0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa,
			0xf1, 0x9f, 0xc4, 0x6a, 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1,
			0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00}},
		{{0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1, 0x55,
			0x9c, 0x83, 0xef, 0x5b, 0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c, 0x8e,
			0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f, 0x11, 0x57}},
		{{0xed, [1 ... 30] = 0xff, [31] = 0x7f}},
		{{0xee, [1 ... 30] = 0xff, [31] = 0x7f}},
	};
	struct key point = *public_key;

	point.bytes[31] &= 127; /* X25519 does not read the top bit (RFC 7748 5) */
	for (size_t i = 0; i < ARRAY_SIZE(points); i++) {
		if (key_compare(&points[i], &point) == 0)
			return true;
	}
	return false;
}

void key_wipe(struct key *key)
{
	sodium_memzero(key->bytes, sizeof(key->bytes));
}
