/* SPDX-License-Identifier: MIT */
/* Reading the hub and the spokes, one map each. */
#ifndef WGCTL_SITE_LOAD_NODE_H
#define WGCTL_SITE_LOAD_NODE_H

#include "site/record.h"

/*
 * Reads record->map over the defaults that record->node holds, and checks what can be
 * seen without the other nodes. The site's network has been read before.
 */
void load_node(struct record *record);

#endif
