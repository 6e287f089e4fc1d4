/* SPDX-License-Identifier: MIT */
/* Summary lines, plans and JSON of a fleet. */
#include "fleet_report.h"

#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "human.h"
#include "out.h"
#include "table.h"

/* Appends what was changed, or why not; nothing where all was in line. */
static void add_what(const struct deploy_job *job, struct buf *out)
{
	if (err_is_set(&job->err))
		buf_add(out, job->err.entries[0].message);
	else
		report_changes(&job->report, out);
}

/* Appends the outcome of a job in the words of its summary line. */
static void describe(const struct deploy_job *job, struct buf *out)
{
	CLEANUP(buf_release) struct buf what = BUF_INIT;

	add_what(job, &what);
	buf_add(out, deploy_outcome_name(job->outcome));
	if (what.len)
		buf_addf(out, " (%s)", what.text);
}

/* A log has a line a host already, and who reads stdout counts on nothing else there. */
static bool ends_in_table(const struct fleet *fleet)
{
	const struct common *common = fleet->common;

	return fleet->count > 1 && !common->json && !common->quiet &&
	       isatty(STDOUT_FILENO) == 1;
}

/* Its reason is told whole and at once; in the table it may be cut. */
static bool is_trouble(const struct deploy_job *job)
{
	return job->outcome == DEPLOY_FAILED || job->outcome == DEPLOY_ROLLED_BACK ||
	       job->outcome == DEPLOY_UNKNOWN;
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
	if (!common->json && (!ends_in_table(fleet) || is_trouble(job)))
		progress_line(&fleet->progress, stdout, "%s: %s", job->node->name,
			outcome.text);
	buf_truncate(&outcome, 0);
	buf_addf(&outcome, "%s %s", job->node->name, deploy_outcome_name(job->outcome));
	progress_update(&fleet->progress, fleet->ended, outcome.text);
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
	json_thousandths(json, "seconds", (uint64_t)job->took_ms);
	add_items(json, &job->report);
	json_array(json, "notes");
	for (size_t i = 0; i < job->report.note_count; i++)
		json_string(json, NULL, job->report.notes[i]);
	json_array_end(json);
	json_object_end(json);
}

static void report_json(const struct fleet *fleet)
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

static enum style style_of(enum deploy_outcome outcome)
{
	static const enum style styles[] = {
		[DEPLOY_FAILED] = STYLE_RED,
		[DEPLOY_UNCHANGED] = STYLE_PLAIN,
		[DEPLOY_CHANGED] = STYLE_GREEN,
		[DEPLOY_CONFIRMED] = STYLE_GREEN,
		[DEPLOY_PLANNED] = STYLE_YELLOW,
		[DEPLOY_ROLLED_BACK] = STYLE_RED,
		[DEPLOY_UNKNOWN] = STYLE_RED,
	};

	return styles[outcome];
}

static void add_row(struct table *table, const struct deploy_job *job)
{
	CLEANUP(buf_release) struct buf time = BUF_INIT, what = BUF_INIT;

	human_seconds(&time, (uint64_t)job->took_ms);
	add_what(job, &what);
	table_add(table, STYLE_BOLD, "%s", job->node->name);
	table_add(table, style_of(job->outcome), "%s", deploy_outcome_name(job->outcome));
	table_add(table, STYLE_PLAIN, "%s", time.text);
	table_add(table, STYLE_PLAIN, "%s", what.text);
}

static void print_table(const struct fleet *fleet)
{
	static const struct column columns[] = {
		{"NAME"}, {"RESULT"}, {"TIME", .right = true}, {"WHAT", .cut = true}};
	CLEANUP(table_release) struct table table;

	table_init(&table, columns, ARRAY_SIZE(columns));
	for (size_t i = 0; i < fleet->count; i++)
		add_row(&table, &fleet->jobs[i]);
	table_print(&table, fleet->common);
	fflush(stdout);
}

/* "30 hosts: 27 unchanged, 2 changed, 1 failed", the good first. */
static void say_counts(const struct fleet *fleet)
{
	static const enum deploy_outcome order[] = {DEPLOY_UNCHANGED, DEPLOY_CHANGED,
		DEPLOY_CONFIRMED, DEPLOY_PLANNED, DEPLOY_ROLLED_BACK, DEPLOY_UNKNOWN,
		DEPLOY_FAILED};
	CLEANUP(buf_release) struct buf text = BUF_INIT;
	size_t counts[ARRAY_SIZE(order)] = {0};

	for (size_t i = 0; i < fleet->count; i++)
		counts[fleet->jobs[i].outcome]++;
	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		if (counts[order[i]])
			buf_addf(&text, "%s%zu %s", text.len ? ", " : "",
				counts[order[i]], deploy_outcome_name(order[i]));
	say(fleet->common, "%zu hosts: %s", fleet->count, text.text);
}

void fleet_report_all(const struct fleet *fleet)
{
	if (fleet->common->json) {
		report_json(fleet);
		return;
	}
	if (ends_in_table(fleet))
		print_table(fleet);
	if (fleet->count > 1)
		say_counts(fleet);
}
