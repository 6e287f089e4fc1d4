/* SPDX-License-Identifier: MIT */
/* Fields of a node as text, the way list and show print them. */
#ifndef WGCTL_CMD_NODEVIEW_H
#define WGCTL_CMD_NODEVIEW_H

#include "base/buf.h"
#include "base/json.h"
#include "net/prefixset.h"
#include "site/site.h"

/* Each appends "a, b, c", nothing where there is none. */
void nodeview_addresses(const struct addr addresses[static SLOTS], struct buf *out);
void nodeview_subnets(const struct node *node, struct buf *out);
void nodeview_prefixes(const struct prefixset *prefixes, struct buf *out);

/* "[user@]host[:port]", nothing where the node has no ssh. */
void nodeview_ssh(const struct ssh_target *ssh, struct buf *out);

void nodeview_dns(const struct node *node, struct buf *out);

/* The members that list and show share, into an open object. */
void nodeview_json(struct json *json, const struct node *node);

#endif
