/* SPDX-License-Identifier: MIT */
/* What became of the hosts of a fleet, told. */
#ifndef WGCTL_CMD_FLEET_REPORT_H
#define WGCTL_CMD_FLEET_REPORT_H

#include "fleet.h"

/* The summary line of a host, with its notes, and its items where that was asked for. */
void fleet_report_job(struct fleet *fleet, const struct deploy_job *job);

/* All of it as one document. */
void fleet_report_json(const struct fleet *fleet);

#endif
