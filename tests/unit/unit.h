/* SPDX-License-Identifier: MIT */
/*
 * cmocka with the headers that have to stand before it, and a check for tables: included
 * by every test, after the header under test and the system's.
 */
#ifndef WGCTL_TEST_UNIT_H
#define WGCTL_TEST_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* As assert_true, but names the row of the table that failed. */
#define assert_case(condition, text)                                                     \
	do {                                                                             \
		if (!(condition))                                                        \
			fail_msg("%s, for '%s'", #condition, text);                      \
	} while (0)

#endif
