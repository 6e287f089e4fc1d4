/* SPDX-License-Identifier: MIT */
/* Spokes and differences as text and as JSON. */
#include "status_report.h"

#include "base/json.h"
#include "human.h"
#include "out.h"
#include "table.h"

enum { DIFFERENCES_SHOWN = 10 }; /* of a kind */

static enum style style_of(enum presence presence)
{
	static const enum style styles[] = {
		[PRESENCE_ONLINE] = STYLE_GREEN,
		[PRESENCE_ASLEEP] = STYLE_YELLOW,
		[PRESENCE_NEVER] = STYLE_DIM,
		[PRESENCE_MISSING] = STYLE_RED,
	};

	return styles[presence];
}

/* "" where the peer has no endpoint. */
static void add_endpoint(const struct hub_peer *peer, struct buf *out)
{
	const struct endpoint endpoint = {.addr = peer->addr, .port = peer->port};
	char text[ENDPOINT_TEXT_SIZE];

	if (!addr_is_set(&peer->addr))
		return;
	endpoint_format(&endpoint, text);
	buf_add(out, text);
}

static void add_transfer(const struct hub_peer *peer, struct buf *out)
{
	if (!peer->received && !peer->sent)
		return;
	human_size(out, peer->received);
	buf_add(out, " in, ");
	human_size(out, peer->sent);
	buf_add(out, " out");
}

static void add_row(struct table *table, const struct survey_spoke *spoke)
{
	CLEANUP(buf_release) struct buf handshake = BUF_INIT, endpoint = BUF_INIT;
	CLEANUP(buf_release) struct buf transfer = BUF_INIT;
	const struct hub_peer *peer = spoke->peer;

	if (peer && peer->seen)
		human_ago(&handshake, peer->age);
	else if (peer)
		buf_add(&handshake, "never");
	if (peer) {
		add_endpoint(peer, &endpoint);
		add_transfer(peer, &transfer);
	}
	table_add(table, STYLE_BOLD, "%s", spoke->node->name);
	table_add(table, style_of(spoke->presence), "%s", presence_name(spoke->presence));
	table_add(table, STYLE_PLAIN, "%s", handshake.text);
	table_add(table, STYLE_PLAIN, "%s", endpoint.text);
	table_add(table, STYLE_PLAIN, "%s", transfer.text);
}

static void write_differences(const struct survey *survey, FILE *stream, bool colored)
{
	for (size_t i = 0, end; i < survey->count; i = end) {
		const enum difference_kind kind = survey->differences[i].kind;

		for (end = i;
			end < survey->count && survey->differences[end].kind == kind;
			end++)
			if (end - i < DIFFERENCES_SHOWN)
				fprintf(stream, "%shub%s: %s; %s\n",
					out_style(colored, STYLE_YELLOW),
					out_style_end(colored, STYLE_YELLOW),
					survey->differences[end].text,
					difference_remedy(kind));
		if (end - i > DIFFERENCES_SHOWN)
			fprintf(stream, "hub: and %zu more of these\n",
				end - i - DIFFERENCES_SHOWN);
	}
}

void status_report_write(
	const struct survey *survey, FILE *stream, bool header, bool colored)
{
	static const struct column columns[] = {
		{"NAME"}, {"STATE"}, {"HANDSHAKE"}, {"ENDPOINT"}, {"TRANSFER"}};
	CLEANUP(table_release) struct table table;

	table_init(&table, columns, ARRAY_SIZE(columns));
	for (size_t i = 0; i < survey->spoke_count; i++)
		add_row(&table, &survey->spokes[i]);
	table_write(&table, stream, header, colored);
	write_differences(survey, stream, colored);
}

void status_report_summary(const struct survey *survey, struct buf *out)
{
	static const enum presence shown[] = {
		PRESENCE_ONLINE, PRESENCE_ASLEEP, PRESENCE_NEVER, PRESENCE_MISSING};
	size_t counts[ARRAY_SIZE(shown)] = {0};

	for (size_t i = 0; i < survey->spoke_count; i++)
		counts[survey->spokes[i].presence]++;
	for (size_t i = 0; i < ARRAY_SIZE(shown); i++)
		if (counts[shown[i]] || shown[i] != PRESENCE_MISSING)
			buf_addf(out, "%s%zu %s", i ? ", " : "", counts[shown[i]],
				presence_name(shown[i]));
}

static void add_spoke_json(struct json *json, const struct survey_spoke *spoke)
{
	CLEANUP(buf_release) struct buf endpoint = BUF_INIT;
	const struct hub_peer *peer = spoke->peer;

	json_object(json, NULL);
	json_string(json, "name", spoke->node->name);
	json_string(json, "state", presence_name(spoke->presence));
	if (peer && peer->seen)
		json_uint(json, "handshake_seconds_ago", peer->age);
	else
		json_string(json, "handshake_seconds_ago", NULL);
	if (peer)
		add_endpoint(peer, &endpoint);
	json_string(json, "endpoint", endpoint.len ? endpoint.text : NULL);
	json_uint(json, "received", peer ? peer->received : 0);
	json_uint(json, "sent", peer ? peer->sent : 0);
	json_object_end(json);
}

static void add_difference_json(struct json *json, const struct difference *difference)
{
	json_object(json, NULL);
	json_string(json, "kind", difference_name(difference->kind));
	json_string(json, "node", difference->node);
	json_string(json, "text", difference->text);
	json_string(json, "remedy", difference_remedy(difference->kind));
	json_object_end(json);
}

void status_report_json(const struct site *site, const struct hub_status *status,
	const struct survey *survey)
{
	static const char *const links[] = {
		[HUB_TUNNEL_MISSING] = "missing",
		[HUB_TUNNEL_DOWN] = "down",
		[HUB_TUNNEL_UP] = "up",
	};
	CLEANUP(buf_release) struct buf text = BUF_INIT;
	struct json json;

	json_init(&json, &text);
	json_object(&json, NULL);
	json_string(&json, "site", site->name);
	json_string(&json, "interface", links[status->tunnel]);
	json_uint(&json, "listen_port", status->listen_port);
	json_bool(&json, "pending", status->pending);
	json_array(&json, "spokes");
	for (size_t i = 0; i < survey->spoke_count; i++)
		add_spoke_json(&json, &survey->spokes[i]);
	json_array_end(&json);
	json_array(&json, "differences");
	for (size_t i = 0; i < survey->count; i++)
		add_difference_json(&json, &survey->differences[i]);
	json_array_end(&json);
	json_object_end(&json);
	out_text(&text);
}
