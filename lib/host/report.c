/* SPDX-License-Identifier: MIT */
/* The host's lines, one after the other. */
#include "host/report.h"

#include <stdlib.h>
#include <string.h>

#include "base/quote.h"

enum { FIELDS = 3, ITEMS_MAX = 256 };

#define GREETING "wgctl 1"

/* A line cut at its tabs; the last field takes the rest. */
struct fields {
	const char *text[FIELDS];
	size_t len[FIELDS];
	size_t count;
};

static struct fields split(const char *line, size_t len)
{
	struct fields fields = {.count = 0};
	const char *end = line + len;

	for (;;) {
		const char *tab = memchr(line, '\t', (size_t)(end - line));
		const char *stop = tab && fields.count + 1 < FIELDS ? tab : end;

		fields.text[fields.count] = line;
		fields.len[fields.count++] = (size_t)(stop - line);
		if (stop == end)
			return fields;
		line = stop + 1;
	}
}

static bool field_is(const struct fields *fields, size_t i, const char *s)
{
	return i < fields->count && fields->len[i] == strlen(s) &&
	       !memcmp(fields->text[i], s, fields->len[i]);
}

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

static void add_note(struct report *report, const struct fields *fields)
{
	report->notes = array_reserve(report->notes, &report->note_cap,
		report->note_count + 1, sizeof(*report->notes));
	report->notes[report->note_count++] = field_shown(fields, 1);
}

/* False for a line that has no place in the protocol. */
static bool take_line(
	struct report *report, const char *line, size_t len, const char *nonce)
{
	const struct fields fields = split(line, len);

	if (report->done || report->failure ||
		report->count + report->note_count > ITEMS_MAX)
		return false;
	if (field_is(&fields, 0, "unchanged") || field_is(&fields, 0, "changed"))
		add_item(report, &fields, field_is(&fields, 0, "changed"));
	else if (field_is(&fields, 0, "note"))
		add_note(report, &fields);
	else if (field_is(&fields, 0, "failed"))
		report->failure = field_shown(&fields, 1);
	else if (field_is(&fields, 0, "done") && field_is(&fields, 1, nonce))
		report->done = true;
	else
		return false;
	return true;
}

static int refuse(const char *line, size_t len, struct err *err)
{
	CLEANUP(buf_release) struct buf shown = BUF_INIT;
	const size_t most = 80;

	quote_display(&shown, line, len < most ? len : most);
	return err_set(err, "the host answered something that wgctl does not know: '%s'",
		shown.text);
}

int report_parse(const char *text, size_t len, const char *nonce, struct report *out,
	struct err *err)
{
	CLEANUP(report_release) struct report report = REPORT_INIT;
	const char *end = text + len;
	bool greeted = false;

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const size_t length = (size_t)((newline ? newline : end) - text);

		if (!newline)
			break;
		if (!greeted && length == strlen(GREETING) &&
			!memcmp(text, GREETING, length))
			greeted = true;
		else if (!greeted || !take_line(&report, text, length, nonce))
			return refuse(text, length, err);
		text = newline + 1;
	}
	if (!report.done && !report.failure)
		return err_set(err,
			"the host stopped before the end; what it had changed by then stays: "
			"deploy again");
	*out = report;
	report = (struct report)REPORT_INIT;
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
	for (size_t i = 0; i < report->note_count; i++)
		free(report->notes[i]);
	free(report->items);
	free(report->notes);
	free(report->failure);
	*report = (struct report)REPORT_INIT;
}
