/* SPDX-License-Identifier: MIT */
/* What became of the hosts of a fleet, told. */
#ifndef WGCTL_CMD_FLEET_REPORT_H
#define WGCTL_CMD_FLEET_REPORT_H

#include "fleet.h"

/*
 * A host has ended: its summary line, with its notes, and its items where that was asked
 * for. What a table is going to say is left to it.
 */
void fleet_report_job(struct fleet *fleet, const struct deploy_job *job);

/* All have ended: on a terminal the table of several hosts, how many came to what; JSON. */
void fleet_report_all(const struct fleet *fleet);

#endif
