/* SPDX-License-Identifier: MIT */
/* What a fuzz target defines, and what it checks with. */
#ifndef WGCTL_TEST_FUZZ_H
#define WGCTL_TEST_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Called with each input; returns 0. A mistake aborts. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* As assert, but in every build type. */
#define require(condition)                                                               \
	do {                                                                             \
		if (!(condition)) {                                                      \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__,       \
				#condition);                                             \
			abort();                                                         \
		}                                                                        \
	} while (0)

#endif
