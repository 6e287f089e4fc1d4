/* SPDX-License-Identifier: MIT */
/* The hub beside the site. */
#include "host/survey.h"

#include <stdarg.h>
#include <stdlib.h>

#include "base/buf.h"

enum { PREFIXES_SHOWN = 4 };

#define DEPLOY "run 'wgctl deploy hub'"

static const struct {
	const char *name, *remedy;
} kinds[] = {
	[DIFFERENCE_INTERFACE] = {"interface", DEPLOY},
	[DIFFERENCE_KEY] = {"key", DEPLOY},
	[DIFFERENCE_PORT] = {"listen-port", DEPLOY},
	[DIFFERENCE_PEER_MISSING] = {"peer-missing", DEPLOY},
	[DIFFERENCE_PEER_RETIRED] = {"peer-retired", DEPLOY},
	[DIFFERENCE_PEER_UNKNOWN] = {"peer-unknown",
		"add it to site.yaml, or run 'wgctl deploy hub --prune' to remove it"},
	[DIFFERENCE_ALLOWED_IPS] = {"allowed-ips", DEPLOY},
	[DIFFERENCE_PRESHARED_KEY] = {"preshared-key", DEPLOY},
	[DIFFERENCE_FIREWALL] = {"firewall", DEPLOY},
	[DIFFERENCE_UNIT] = {"unit", DEPLOY},
	[DIFFERENCE_PENDING] = {"pending",
		"'wgctl confirm hub' keeps it, else it takes itself back"},
};

const char *difference_name(enum difference_kind kind)
{
	return kinds[kind].name;
}

const char *difference_remedy(enum difference_kind kind)
{
	return kinds[kind].remedy;
}

const char *presence_name(enum presence presence)
{
	static const char *const names[] = {
		[PRESENCE_ONLINE] = "online",
		[PRESENCE_ASLEEP] = "asleep",
		[PRESENCE_NEVER] = "never seen",
		[PRESENCE_MISSING] = "missing",
	};

	return names[presence];
}

static void add(struct survey *survey, enum difference_kind kind, const char *node,
	const char *format, ...) PRINTF(4, 5);

static void add(struct survey *survey, enum difference_kind kind, const char *node,
	const char *format, ...)
{
	struct buf text = BUF_INIT;
	va_list args;

	va_start(args, format);
	buf_vaddf(&text, format, args);
	va_end(args);
	survey->differences = array_reserve(survey->differences, &survey->cap,
		survey->count + 1, sizeof(*survey->differences));
	survey->differences[survey->count++] = (struct difference){
		.kind = kind, .text = buf_detach(&text), .node = node};
}

static enum presence presence_of(const struct hub_peer *peer)
{
	if (!peer)
		return PRESENCE_MISSING;
	if (!peer->seen)
		return PRESENCE_NEVER;
	return peer->age < SURVEY_ONLINE_SECONDS ? PRESENCE_ONLINE : PRESENCE_ASLEEP;
}

static void compare_interface(
	struct survey *survey, const struct node *hub, const struct hub_status *status)
{
	if (status->tunnel == HUB_TUNNEL_MISSING) {
		add(survey, DIFFERENCE_INTERFACE, NULL, "has no WireGuard interface '%s'",
			hub->interface);
		return;
	}
	if (status->tunnel == HUB_TUNNEL_DOWN)
		add(survey, DIFFERENCE_INTERFACE, NULL, "interface '%s' is down",
			hub->interface);
	if (!key_equals(&status->public_key, &hub->public_key))
		add(survey, DIFFERENCE_KEY, NULL,
			"runs with another key than its public_key in site.yaml");
	if (hub->listen_port && hub->listen_port != status->listen_port)
		add(survey, DIFFERENCE_PORT, NULL, "listens on port %u instead of %u",
			status->listen_port, hub->listen_port);
}

static void add_prefixes(struct buf *out, const struct prefix *items, size_t count)
{
	for (size_t i = 0; i < count && i < PREFIXES_SHOWN; i++) {
		char text[PREFIX_TEXT_SIZE];

		prefix_format(&items[i], text);
		buf_addf(out, "%s%s", i ? ", " : "", text);
	}
	if (count > PREFIXES_SHOWN)
		buf_addf(out, " and %zu more", count - PREFIXES_SHOWN);
	if (!count)
		buf_add(out, "none");
}

static bool prefixes_equal(
	const struct prefixset *want, const struct prefix *have, size_t count)
{
	if (want->count != count)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!prefix_equals(&want->items[i], &have[i]))
			return false;
	return true;
}

static int compare_prefixes(const void *a, const void *b)
{
	return prefix_compare(a, b);
}

static void compare_allowed(struct survey *survey, const struct hub_status *status,
	const struct survey_spoke *spoke, struct prefixset *want)
{
	const size_t count = spoke->peer->allowed_count;
	const struct prefix *have =
		count ? &status->allowed[spoke->peer->first_allowed] : NULL;
	CLEANUP(buf_release) struct buf is = BUF_INIT, should = BUF_INIT;

	want->count = 0;
	topology_hub_allowed(spoke->node, want);
	qsort(want->items, want->count, sizeof(*want->items), compare_prefixes);
	if (prefixes_equal(want, have, count))
		return;
	add_prefixes(&is, have, count);
	add_prefixes(&should, want->items, want->count);
	add(survey, DIFFERENCE_ALLOWED_IPS, spoke->node->name,
		"has AllowedIPs %s for '%s' instead of %s", is.text, spoke->node->name,
		should.text);
}

static void compare_preshared(
	struct survey *survey, const struct site *site, const struct survey_spoke *spoke)
{
	const bool wanted = topology_has_preshared_key(site, spoke->node);

	if (wanted != spoke->peer->preshared_key)
		add(survey, DIFFERENCE_PRESHARED_KEY, spoke->node->name,
			wanted ? "has no preshared key for '%s'"
			       : "has a preshared key for '%s', which site.yaml turns off",
			spoke->node->name);
}

static void compare_spokes(struct survey *survey, const struct site *site,
	const struct hub_status *status, bool *known)
{
	CLEANUP(prefixset_release) struct prefixset want = PREFIXSET_INIT;

	survey->spokes = xcalloc(site->spoke_count + 1, sizeof(*survey->spokes));
	survey->spoke_count = site->spoke_count;
	for (size_t i = 0; i < site->spoke_count; i++) {
		struct survey_spoke *spoke = &survey->spokes[i];

		spoke->node = &site->spokes[i];
		spoke->peer = status_find(status, &spoke->node->public_key);
		spoke->presence = presence_of(spoke->peer);
		if (spoke->peer) {
			known[spoke->peer - status->peers] = true;
			compare_allowed(survey, status, spoke, &want);
			compare_preshared(survey, site, spoke);
		} else if (status->tunnel != HUB_TUNNEL_MISSING) {
			add(survey, DIFFERENCE_PEER_MISSING, spoke->node->name,
				"lacks the peer '%s'", spoke->node->name);
		}
	}
}

/* Those that nobody knows once the retired ones are named. */
static void compare_strangers(struct survey *survey, const struct site *site,
	const struct hub_status *status, bool *known)
{
	for (size_t i = 0; i < site->retired_count; i++) {
		const struct retired *retired = &site->retired[i];
		const struct hub_peer *peer = status_find(status, &retired->public_key);

		if (!peer || key_is_zero(&retired->public_key) ||
			known[peer - status->peers])
			continue;
		known[peer - status->peers] = true;
		add(survey, DIFFERENCE_PEER_RETIRED, retired->name,
			"still has the peer '%s', which is retired", retired->name);
	}
	for (size_t i = 0; i < status->peer_count; i++) {
		char text[KEY_TEXT_SIZE];

		if (known[i])
			continue;
		key_format(&status->peers[i].public_key, text);
		add(survey, DIFFERENCE_PEER_UNKNOWN, NULL,
			"has a peer that this site does not know, %s", text);
	}
}

static void add_fault(struct survey *survey, const struct hub_fault *fault)
{
	switch (fault->kind) {
	case HUB_RULES_ABSENT:
		add(survey, DIFFERENCE_FIREWALL, NULL, "has none of its %s rules loaded",
			fault->subject);
		return;
	case HUB_RULES_CHANGED:
		add(survey, DIFFERENCE_FIREWALL, NULL,
			"has other %s rules than were deployed", fault->subject);
		return;
	case HUB_RULES_UNREADABLE:
		add(survey, DIFFERENCE_FIREWALL, NULL, "cannot read its %s rules",
			fault->subject);
		return;
	case HUB_JUMP_MISSING:
		add(survey, DIFFERENCE_FIREWALL, NULL,
			"has no jump to its %s rules in %s of table %s", fault->subject,
			fault->chain, fault->table);
		return;
	case HUB_JUMP_LATE:
		add(survey, DIFFERENCE_FIREWALL, NULL,
			"has another %s rule in front of the jump to its own in %s of "
			"table %s",
			fault->subject, fault->chain, fault->table);
		return;
	case HUB_UNIT_DISABLED:
		add(survey, DIFFERENCE_UNIT, NULL,
			"does not start '%s' at boot: it is not enabled", fault->subject);
		return;
	case HUB_UNIT_INACTIVE:
		add(survey, DIFFERENCE_UNIT, NULL, "has '%s' enabled, but not active",
			fault->subject);
		return;
	}
}

/* Stable, since each kind was added in order. */
static void order_by_kind(struct survey *survey)
{
	CLEANUP_FREE struct difference *sorted =
		xcalloc(survey->count + 1, sizeof(*sorted));
	size_t count = 0;

	for (enum difference_kind kind = 0; kind < DIFFERENCE_KINDS; kind++)
		for (size_t i = 0; i < survey->count; i++)
			if (survey->differences[i].kind == kind)
				sorted[count++] = survey->differences[i];
	for (size_t i = 0; i < count; i++)
		survey->differences[i] = sorted[i];
}

void survey_make(
	const struct site *site, const struct hub_status *status, struct survey *out)
{
	CLEANUP_FREE bool *known = xcalloc(status->peer_count + 1, sizeof(*known));

	compare_interface(out, &site->hub, status);
	compare_spokes(out, site, status, known);
	compare_strangers(out, site, status, known);
	for (size_t i = 0; i < status->fault_count; i++)
		add_fault(out, &status->faults[i]);
	if (status->pending)
		add(out, DIFFERENCE_PENDING, NULL,
			"has a change that waits for its confirmation");
	order_by_kind(out);
}

void survey_release(struct survey *survey)
{
	for (size_t i = 0; i < survey->count; i++)
		free(survey->differences[i].text);
	free(survey->differences);
	free(survey->spokes);
	*survey = (struct survey)SURVEY_INIT;
}
