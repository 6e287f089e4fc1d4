/* SPDX-License-Identifier: MIT */
/*
 * What no single field shows: the peer network against the addresses in it, subnets
 * against each other, addresses and keys that are used twice. All in O(n log n).
 */
#ifndef WGCTL_SITE_CHECK_H
#define WGCTL_SITE_CHECK_H

#include "site/site.h"

/*
 * Reports each mistake. What is not set in the model (because it is missing, or had
 * mistakes of its own) is passed over.
 */
void site_check(const struct site *site, struct err *err);

#endif
