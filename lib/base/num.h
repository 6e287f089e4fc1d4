/* SPDX-License-Identifier: MIT */
/* Strict decimal numbers: digits only, no sign, no space, no leading zero. */
#ifndef WGCTL_BASE_NUM_H
#define WGCTL_BASE_NUM_H

#include <stdbool.h>
#include <stdint.h>

/* False, and `*out` untouched, unless all of `s` is a number in [min, max]. */
bool num_parse(const char *s, uint64_t min, uint64_t max, uint64_t *out);

#endif
