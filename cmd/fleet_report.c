/* SPDX-License-Identifier: MIT */
/* Summary lines, plans and JSON of a fleet. */
#include "fleet_report.h"

#include <string.h>

#include "base/json.h"
#include "out.h"

/* Appends the outcome of a job in the words of its summary line. */
static void describe(const struct deploy_job *job, struct buf *out)
{
	CLEANUP(buf_release) struct buf changes = BUF_INIT;

	buf_add(out, deploy_outcome_name(job->outcome));
	if (err_is_set(&job->err)) {
		buf_addf(out, " (%s)", job->err.entries[0].message);
	} else if (report_has_changes(&job->report)) {
		report_changes(&job->report, &changes);
		buf_addf(out, " (%s)", changes.text);
	}
}

static void tell_items(struct fleet *fleet, const struct deploy_job *job)
{
	for (size_t i = 0; i < job->report.count; i++) {
		const struct report_item *item = &job->report.items[i];

		progress_line(&fleet->progress, stderr, "%s: %s %s%s%s", job->node->name,
			item->name, item->why ? "changed" : "unchanged",
			item->why ? ": " : "", item->why ? item->why : "");
	}
}

void fleet_report_job(struct fleet *fleet, const struct deploy_job *job)
{
	CLEANUP(buf_release) struct buf outcome = BUF_INIT;
	const struct common *common = fleet->common;

	describe(job, &outcome);
	if (common->verbose)
		tell_items(fleet, job);
	for (size_t i = 0; i < job->report.note_count && !common->quiet; i++)
		progress_line(&fleet->progress, stderr, "%s: %s", job->node->name,
			job->report.notes[i]);
	if (!common->json)
		progress_line(&fleet->progress, stdout, "%s: %s", job->node->name,
			outcome.text);
}

static void print_details(const struct deploy_job *job, const char *item, bool colored)
{
	for (size_t i = 0; i < job->report.detail_count; i++) {
		const struct report_detail *detail = &job->report.details[i];
		const enum style style = *detail->text == '+'	? STYLE_GREEN
					 : *detail->text == '-' ? STYLE_RED
								: STYLE_DIM;

		if (!strcmp(detail->item, item))
			printf("      %s%s%s\n", out_style(colored, style), detail->text,
				out_style_end(colored, style));
	}
}

void fleet_print_plan(struct fleet *fleet)
{
	const bool colored = out_is_colored(fleet->common, stdout);

	progress_end(&fleet->progress);
	for (size_t i = 0; i < fleet->count; i++) {
		const struct deploy_job *job = &fleet->jobs[i];

		if (job->report.stage != REPORT_READY)
			continue;
		printf("%s%s:\n", job->node->name,
			job->report.through_tunnel
				? " (reached through the tunnel that this changes)"
				: "");
		for (size_t j = 0; j < job->report.count; j++) {
			const struct report_item *item = &job->report.items[j];

			if (!item->why)
				continue;
			printf("  %s: %s\n", item->name, item->why);
			print_details(job, item->name, colored);
		}
	}
	fflush(stdout);
}

static void add_items(struct json *json, const struct report *report)
{
	json_array(json, "items");
	for (size_t i = 0; i < report->count; i++) {
		const struct report_item *item = &report->items[i];

		json_object(json, NULL);
		json_string(json, "name", item->name);
		json_bool(json, "changed", item->why != NULL);
		json_string(json, "change", item->why);
		json_array(json, "difference");
		for (size_t j = 0; j < report->detail_count; j++)
			if (!strcmp(report->details[j].item, item->name))
				json_string(json, NULL, report->details[j].text);
		json_array_end(json);
		json_object_end(json);
	}
	json_array_end(json);
}

static void add_job(struct json *json, const struct deploy_job *job)
{
	json_object(json, NULL);
	json_string(json, "name", job->node->name);
	json_string(json, "outcome", deploy_outcome_name(job->outcome));
	json_string(json, "error",
		err_is_set(&job->err) ? job->err.entries[0].message : NULL);
	json_bool(json, "through_tunnel", job->report.through_tunnel);
	add_items(json, &job->report);
	json_array(json, "notes");
	for (size_t i = 0; i < job->report.note_count; i++)
		json_string(json, NULL, job->report.notes[i]);
	json_array_end(json);
	json_object_end(json);
}

void fleet_report_json(const struct fleet *fleet)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT;
	struct json json;

	json_init(&json, &text);
	json_array(&json, NULL);
	for (size_t i = 0; i < fleet->count; i++)
		add_job(&json, &fleet->jobs[i]);
	json_array_end(&json);
	out_text(&text);
}
