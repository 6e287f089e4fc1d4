/* SPDX-License-Identifier: MIT */
/* A hub's answer: what is read is in order, and can be held against a site. */
#include "host/status.h"

#include <string.h>

#include "fuzz.h"
#include "host/survey.h"

#define NONCE "0123456789abcdef"

/* Of the keys that the corpus uses. */
static const char site_text[] =
	"site: s\nnetwork: 10.49.0.0/24\nhub: {endpoint: 'h:1', address: 10.49.0.1, "
	"public_key: QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=}\nspokes:\n"
	"  a: {address: 10.49.0.2, public_key: "
	"QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI=, subnets: [10.20.1.0/24]}\n"
	"retired:\n  - {name: old, address: 10.49.0.9, public_key: "
	"REREREREREREREREREREREREREREREREREREREREREQ=}\n";

static void check_peers(const struct hub_status *status)
{
	for (size_t i = 0; i < status->peer_count; i++) {
		const struct hub_peer *peer = &status->peers[i];

		require(status_find(status, &peer->public_key) == peer);
		require(peer->first_allowed + peer->allowed_count <=
			status->allowed_count);
		require(addr_is_set(&peer->addr) == (peer->port != 0));
		require(peer->seen || !peer->age);
	}
}

/* Shown on a terminal, so nothing may be in it that one obeys. */
static void check_text(const char *text)
{
	for (; *text; text++)
		require((uint8_t)*text >= ' ' && *text != 127);
}

static void check_survey(const struct hub_status *status)
{
	CLEANUP(site_release) struct site site = SITE_INIT;
	CLEANUP(survey_release) struct survey survey = SURVEY_INIT;
	CLEANUP(err_release) struct err err = ERR_INIT;

	require(!site_load(&site, "site.yaml", site_text, sizeof(site_text) - 1, &err));
	survey_make(&site, status, &survey);
	require(survey.spoke_count == site.spoke_count);
	for (size_t i = 0; i < survey.count; i++) {
		check_text(survey.differences[i].text);
		require(!i ||
			survey.differences[i - 1].kind <= survey.differences[i].kind);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(err_release) struct err err = ERR_INIT;
	CLEANUP(status_release) struct hub_status status = HUB_STATUS_INIT;

	if (status_parse((const char *)data, size, NONCE, &status, &err) < 0) {
		require(err.count == 1 && strlen(err.entries[0].message) < 1500);
		check_text(err.entries[0].message);
		return 0;
	}
	require(!err_is_set(&err));
	check_peers(&status);
	check_survey(&status);
	return 0;
}
