/* SPDX-License-Identifier: MIT */
/*
 * Shows a `struct err` to the user: each message with its place, the source line and a
 * caret under the column. Only main calls it, so messages have one form and one way out.
 */
#ifndef WGCTL_CMD_REPORT_H
#define WGCTL_CMD_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "base/err.h"

void report_errors(FILE *stream, bool colored, const struct err *err);

#endif
