/* SPDX-License-Identifier: MIT */
/*
 * WireGuard keys: X25519 (RFC 7748) private and public keys and preshared keys, 32 bytes
 * each, as text in base64 the way `wg genkey` prints them. Random bytes come from
 * libsodium; nothing here touches a file.
 *
 * A key is passed by value or by pointer, and a private one is wiped by CLEANUP(key_wipe).
 */
#ifndef WGCTL_KEY_KEY_H
#define WGCTL_KEY_KEY_H

#include <stdbool.h>
#include <stdint.h>

enum { KEY_SIZE = 32, KEY_TEXT_SIZE = 45 };

/* What a key is for. */
enum key_kind { KEY_PRIVATE, KEY_PRESHARED, KEY_KINDS };

struct key {
	uint8_t bytes[KEY_SIZE];
};

/* To be called once, before the others; false where the system has no randomness. */
bool key_init(void);

/* A clamped private key; a preshared key, which is plain random. */
void key_generate_private(struct key *out);
void key_generate_preshared(struct key *out);

/* The public key that belongs to a private one. */
void key_public(const struct key *private_key, struct key *out);

/*
 * Exactly 44 characters of canonical base64, no space around them; `*out` is untouched on
 * failure. Takes the same time for every text of that length.
 */
bool key_parse(const char *s, struct key *out);
void key_format(const struct key *key, char out[static KEY_TEXT_SIZE]);

/* Both in constant time. */
bool key_is_zero(const struct key *key);
bool key_equals(const struct key *a, const struct key *b);

/* Order for sorting public keys; not in constant time. */
int key_compare(const struct key *a, const struct key *b);

/* True for a public key with which no secret can be agreed (a point of low order). */
bool key_is_low_order(const struct key *public_key);

void key_wipe(struct key *key);

#endif
