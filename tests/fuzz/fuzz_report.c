/* SPDX-License-Identifier: MIT */
/* What a host says: no line reaches the terminal as it is, none counts after a bad one. */
#include "host/report.h"

#include <string.h>

#include "fuzz.h"

#define NONCE "0123456789abcdef"

/* Nothing that a terminal would act on. */
static void check_shown(const char *text)
{
	for (; text && *text; text++)
		require((unsigned char)*text >= 0x20 && *text != 0x7f);
}

static void check_report(const struct report *report)
{
	for (size_t i = 0; i < report->count; i++) {
		check_shown(report->items[i].name);
		check_shown(report->items[i].why);
	}
	for (size_t i = 0; i < report->detail_count; i++) {
		check_shown(report->details[i].item);
		check_shown(report->details[i].text);
	}
	for (size_t i = 0; i < report->note_count; i++)
		check_shown(report->notes[i]);
	check_shown(report->why);
	if (report->token)
		require(strspn(report->token, "0123456789abcdef") ==
			strlen(report->token));
	require((report->stage == REPORT_PENDING) <= (report->token != NULL));
}

/* The line alone in memory, so that reading past its end is seen. */
static void take(struct report *report, const uint8_t *line, size_t len)
{
	const enum report_stage before = report->stage;
	const bool was_broken = report->broken;
	char *copy = xmalloc(len ? len : 1);

	if (len)
		memcpy(copy, line, len);
	report_take(report, NONCE, copy, len);
	free(copy);
	if (was_broken || report->broken)
		require(report->broken && report->stage == before);
	if (report->stage != before && report->stage == REPORT_DONE)
		require(len >= 21 && !memcmp(line, "done\t" NONCE, 21));
	if (report->stage != before && report->stage == REPORT_READY)
		require(len >= 22 && !memcmp(line, "ready\t" NONCE, 22));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(report_release) struct report report = REPORT_INIT;
	CLEANUP(err_release) struct err err = ERR_INIT;
	CLEANUP(buf_release) struct buf changes = BUF_INIT;

	while (size) {
		const uint8_t *newline = memchr(data, '\n', size);
		const size_t len = newline ? (size_t)(newline - data) : size;

		take(&report, data, len);
		data += len + (newline != NULL);
		size -= len + (newline != NULL);
	}
	check_report(&report);
	require((report_check(&report, &err) < 0) == report.broken);
	report_changes(&report, &changes);
	check_shown(changes.text);
	require(!changes.len || report_has_changes(&report));
	return 0;
}
