/* SPDX-License-Identifier: MIT */
/* Ctrl-C and SIGTERM as something to wait for, so that work on hosts can end in order. */
#ifndef WGCTL_CMD_INTERRUPT_H
#define WGCTL_CMD_INTERRUPT_H

#include "base/err.h"

/*
 * From now on these signals do not end the program but make the descriptor readable; the
 * second one ends it. Once in a program.
 */
int interrupt_catch(int *fd, struct err *err);

#endif
