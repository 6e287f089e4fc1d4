/* SPDX-License-Identifier: MIT */
/* The prefixes of a site against each other. */
#ifndef WGCTL_SITE_OVERLAP_H
#define WGCTL_SITE_OVERLAP_H

#include "site/site.h"

/*
 * Reports prefixes that overlap (all but a spoke's subnet and the supernet), and subnets
 * of spokes outside the supernet where the site has one.
 */
void overlap_check(const struct site *site, struct err *err);

#endif
