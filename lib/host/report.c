/* SPDX-License-Identifier: MIT */
/* The host's lines, one after the other. */
#include "host/report.h"

#include <stdlib.h>
#include <string.h>

#include "base/quote.h"
#include "host/fields.h"

enum { FIELDS = 3, LINES_MAX = 4096 };

#define GREETING "wgctl 1"

static char *field_shown(const struct fields *fields, size_t i)
{
	struct buf shown = BUF_INIT;

	if (i < fields->count)
		quote_display(&shown, fields->text[i], fields->len[i]);
	return buf_detach(&shown);
}

static void add_item(struct report *report, const struct fields *fields, bool changed)
{
	report->items = array_reserve(
		report->items, &report->cap, report->count + 1, sizeof(*report->items));
	report->items[report->count++] = (struct report_item){
		.name = field_shown(fields, 1),
		.why = changed ? field_shown(fields, 2) : NULL,
	};
}

static void add_detail(struct report *report, const struct fields *fields)
{
	report->details = array_reserve(report->details, &report->detail_cap,
		report->detail_count + 1, sizeof(*report->details));
	report->details[report->detail_count++] = (struct report_detail){
		.item = field_shown(fields, 1),
		.text = field_shown(fields, 2),
	};
}

static void add_note(struct report *report, const struct fields *fields)
{
	report->notes = array_reserve(report->notes, &report->note_cap,
		report->note_count + 1, sizeof(*report->notes));
	report->notes[report->note_count++] = field_shown(fields, 1);
}

static bool stage_is_last(enum report_stage stage)
{
	return stage == REPORT_DONE || stage == REPORT_FAILED ||
	       stage == REPORT_ROLLED_BACK || stage == REPORT_BUSY;
}

static void set_why(
	struct report *report, const struct fields *fields, enum report_stage stage)
{
	report->stage = stage;
	report->why = field_shown(fields, 1);
}

/* Hexadecimal digits, as nonces are made of; it goes back to the host as a shell's word. */
static bool is_token(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!s[i] || !strchr("0123456789abcdef", s[i]))
			return false;
	return len > 0 && len <= 64;
}

/* A change that waits may be an earlier one, whose token this run does not know yet. */
static bool set_pending(struct report *report, const struct fields *fields)
{
	if (fields->count < 2 || !is_token(fields->text[1], fields->len[1]) ||
		report->token)
		return false;
	report->stage = REPORT_PENDING;
	report->token = xstrndup(fields->text[1], fields->len[1]);
	return true;
}

/* False for a line that has no place in the protocol. */
static bool take_line(
	struct report *report, const char *nonce, const char *line, size_t len)
{
	const struct fields fields = fields_split(line, len, FIELDS);

	if (stage_is_last(report->stage) ||
		report->count + report->note_count + report->detail_count > LINES_MAX)
		return false;
	if (fields_is(&fields, 0, "unchanged") || fields_is(&fields, 0, "changed"))
		add_item(report, &fields, fields_is(&fields, 0, "changed"));
	else if (fields_is(&fields, 0, "detail"))
		add_detail(report, &fields);
	else if (fields_is(&fields, 0, "note"))
		add_note(report, &fields);
	else if (fields_is(&fields, 0, "through") && fields_is(&fields, 1, "tunnel"))
		report->through_tunnel = true;
	else if (fields_is(&fields, 0, "failed"))
		set_why(report, &fields, REPORT_FAILED);
	else if (fields_is(&fields, 0, "rolled-back"))
		set_why(report, &fields, REPORT_ROLLED_BACK);
	else if (fields_is(&fields, 0, "busy"))
		set_why(report, &fields, REPORT_BUSY);
	else if (fields_is(&fields, 0, "ready") && fields_is(&fields, 1, nonce))
		report->stage = REPORT_READY;
	else if (fields_is(&fields, 0, "done") && fields_is(&fields, 1, nonce))
		report->stage = REPORT_DONE;
	else if (fields_is(&fields, 0, "pending"))
		return set_pending(report, &fields);
	else
		return false;
	return true;
}

void report_take(struct report *report, const char *nonce, const char *line, size_t len)
{
	CLEANUP(buf_release) struct buf shown = BUF_INIT;
	const size_t most = 80;

	if (report->broken)
		return;
	if (!report->greeted && len == strlen(GREETING) && !memcmp(line, GREETING, len)) {
		report->greeted = true;
		return;
	}
	if (report->greeted && take_line(report, nonce, line, len))
		return;
	report->broken = true;
	quote_display(&shown, line, len < most ? len : most);
	free(report->why);
	report->why = buf_detach(&shown);
}

int report_check(const struct report *report, struct err *err)
{
	if (report->broken)
		return err_set(err,
			"the host answered something that wgctl does not know: '%s'",
			report->why);
	return 0;
}

bool report_has_changes(const struct report *report)
{
	for (size_t i = 0; i < report->count; i++)
		if (report->items[i].why)
			return true;
	return false;
}

void report_changes(const struct report *report, struct buf *out)
{
	for (size_t i = 0; i < report->count; i++) {
		if (!report->items[i].why)
			continue;
		if (out->len)
			buf_add(out, ", ");
		buf_add(out, report->items[i].name);
	}
}

void report_release(struct report *report)
{
	for (size_t i = 0; i < report->count; i++) {
		free(report->items[i].name);
		free(report->items[i].why);
	}
	for (size_t i = 0; i < report->detail_count; i++) {
		free(report->details[i].item);
		free(report->details[i].text);
	}
	for (size_t i = 0; i < report->note_count; i++)
		free(report->notes[i]);
	free(report->items);
	free(report->details);
	free(report->notes);
	free(report->why);
	free(report->token);
	*report = (struct report)REPORT_INIT;
}
