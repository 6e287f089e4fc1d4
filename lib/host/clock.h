/* SPDX-License-Identifier: MIT */
/* Deadlines: points on the monotonic clock, in milliseconds. */
#ifndef WGCTL_HOST_CLOCK_H
#define WGCTL_HOST_CLOCK_H

#include <stdint.h>

int64_t clock_ms(void);

/* Milliseconds until `deadline` in the form that poll() takes; 0 where it has passed. */
int clock_left(int64_t deadline);

#endif
