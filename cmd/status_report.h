/* SPDX-License-Identifier: MIT */
/* What a hub has said, shown: a table of the spokes, then what differs from the site. */
#ifndef WGCTL_CMD_STATUS_REPORT_H
#define WGCTL_CMD_STATUS_REPORT_H

#include <stdio.h>

#include "cmd.h"
#include "host/survey.h"

/* For people. */
void status_report_write(
	const struct survey *survey, FILE *stream, bool header, bool colored);

/* "2 online, 1 asleep, 0 never seen". */
void status_report_summary(const struct survey *survey, struct buf *out);

/* For programs: one document on stdout. */
void status_report_json(const struct site *site, const struct hub_status *status,
	const struct survey *survey);

#endif
