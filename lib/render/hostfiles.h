/* SPDX-License-Identifier: MIT */
/*
 * The files that a node has beside its configuration: firewall rules of each family, the
 * sysctl drop-in, units and init scripts, the program that these run.
 */
#ifndef WGCTL_RENDER_HOSTFILES_H
#define WGCTL_RENDER_HOSTFILES_H

#include "base/buf.h"
#include "base/err.h"
#include "topology/policy.h"

/*
 * The rules of one family, in the form of iptables-restore, except for lines
 * "@jump CHAIN OWN", which the host turns into exactly one jump, placed first.
 */
int hostfiles_firewall(const struct node *node, const struct policy *policy,
	enum family family, struct buf *out, struct err *err);

/* The drop-in for /etc/sysctl.d; keys are written with slashes. */
int hostfiles_sysctl(const struct node *node, const struct policy *policy,
	struct buf *out, struct err *err);

/* The init script of that template, for hosts without systemd. */
int hostfiles_init_script(
	const struct node *node, const char *name, struct buf *out, struct err *err);

/* The shell program that stays on the host. */
void hostfiles_program(struct buf *out);

/* The functions that a deploy is made of, and those that confirm or abandon a change. */
void hostfiles_deployer(struct buf *out);
void hostfiles_confirmer(struct buf *out);

/* The functions by which a hub tells of its peers and of itself. */
void hostfiles_status(struct buf *out);

/* What a deployer lacks to confirm its own change. */
void hostfiles_settler(struct buf *out);

#endif
