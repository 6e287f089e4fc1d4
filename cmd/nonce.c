/* SPDX-License-Identifier: MIT */
/* Randomness for scripts. */
#include "nonce.h"

#include <sodium/randombytes.h>
#include <sodium/utils.h>

void nonce_make(char out[static NONCE_TEXT_SIZE])
{
	unsigned char bytes[NONCE_SIZE];

	randombytes_buf(bytes, sizeof(bytes));
	sodium_bin2hex(out, NONCE_TEXT_SIZE, bytes, sizeof(bytes));
}
