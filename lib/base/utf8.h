/* SPDX-License-Identifier: MIT */
/* UTF-8, as far as a file checker and a terminal need it (RFC 3629). */
#ifndef WGCTL_BASE_UTF8_H
#define WGCTL_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Decodes the first character of `s`, which has `len` bytes. Returns its length in bytes,
 * or 0 where the bytes are not UTF-8 (overlong forms and surrogates included) or len is 0.
 */
size_t utf8_decode(const char *s, size_t len, uint32_t *character);

/*
 * True for characters that change what a reader sees without being seen: controls (a tab
 * and a newline too), line and paragraph separators, bidirectional overrides, zero-width
 * and byte-order marks.
 */
bool utf8_is_deceptive(uint32_t character);

#endif
