/* SPDX-License-Identifier: MIT */
/* The hub's lines, one after the other, into types. */
#include "host/status.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/num.h"
#include "base/quote.h"
#include "host/fields.h"
#include "host/root.h"
#include "render/script.h"

enum { FIELDS = 8, FAULTS_MAX = 64, TIMEOUT_MS = 60000, SHOWN_MAX = 300 };

/* As a string; false where it does not fit or would end before its end. */
static bool copy(const char *s, size_t len, char *out, size_t size)
{
	if (len >= size || memchr(s, '\0', len))
		return false;
	memcpy(out, s, len);
	out[len] = '\0';
	return true;
}

static bool take_number(
	const struct fields *fields, size_t i, uint64_t most, uint64_t *out)
{
	char text[24];

	return copy(fields->text[i], fields->len[i], text, sizeof(text)) &&
	       num_parse(text, 0, most, out);
}

static bool take_key(const struct fields *fields, size_t i, struct key *out)
{
	char text[KEY_TEXT_SIZE];

	return copy(fields->text[i], fields->len[i], text, sizeof(text)) &&
	       key_parse(text, out);
}

static bool take_word(const struct fields *fields, size_t i, char out[HUB_WORD_SIZE])
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWX"
				      "YZ0123456789@._+=-";

	return copy(fields->text[i], fields->len[i], out, HUB_WORD_SIZE) && *out &&
	       strspn(out, letters) == strlen(out);
}

/* wg tells endpoints as addresses only. */
static bool take_endpoint(const struct fields *fields, size_t i, struct hub_peer *peer)
{
	char text[ADDR_TEXT_SIZE + 8];
	struct endpoint endpoint;

	if (fields_is(fields, i, "-"))
		return true;
	if (!copy(fields->text[i], fields->len[i], text, sizeof(text)) ||
		!endpoint_parse(text, &endpoint) || endpoint_is_name(&endpoint))
		return false;
	peer->addr = endpoint.addr;
	peer->port = endpoint.port;
	return true;
}

static int compare_prefixes(const void *a, const void *b)
{
	return prefix_compare(a, b);
}

static bool add_allowed(struct hub_status *status, const char *s, size_t len)
{
	char text[PREFIX_TEXT_SIZE];
	struct prefix prefix;

	if (!copy(s, len, text, sizeof(text)) || !prefix_parse(text, &prefix))
		return false;
	status->allowed = array_reserve(status->allowed, &status->allowed_cap,
		status->allowed_count + 1, sizeof(*status->allowed));
	status->allowed[status->allowed_count++] = prefix;
	return true;
}

static bool take_allowed(struct hub_status *status, const struct fields *fields, size_t i,
	struct hub_peer *peer)
{
	const char *at = fields->text[i], *end = at + fields->len[i];

	peer->first_allowed = status->allowed_count;
	if (fields_is(fields, i, "-"))
		return true;
	for (;;) {
		const char *comma = memchr(at, ',', (size_t)(end - at));
		const char *stop = comma ? comma : end;

		if (!add_allowed(status, at, (size_t)(stop - at)))
			return false;
		if (!comma)
			break;
		at = comma + 1;
	}
	peer->allowed_count = status->allowed_count - peer->first_allowed;
	qsort(status->allowed + peer->first_allowed, peer->allowed_count,
		sizeof(*status->allowed), compare_prefixes);
	return true;
}

static bool take_age(const struct fields *fields, size_t i, struct hub_peer *peer)
{
	peer->seen = !fields_is(fields, i, "-");
	return !peer->seen || take_number(fields, i, UINT64_MAX, &peer->age);
}

static bool take_peer(struct hub_status *status, const struct fields *fields)
{
	struct hub_peer peer = {.preshared_key = fields_is(fields, 2, "set")};

	if (fields->count != 8 || !take_key(fields, 1, &peer.public_key) ||
		(!peer.preshared_key && !fields_is(fields, 2, "none")) ||
		!take_age(fields, 3, &peer) || !take_endpoint(fields, 4, &peer) ||
		!take_number(fields, 5, UINT64_MAX, &peer.received) ||
		!take_number(fields, 6, UINT64_MAX, &peer.sent) ||
		!take_allowed(status, fields, 7, &peer))
		return false;
	status->peers = array_reserve(status->peers, &status->peer_cap,
		status->peer_count + 1, sizeof(*status->peers));
	status->peers[status->peer_count++] = peer;
	return true;
}

static bool take_interface(struct hub_status *status, const struct fields *fields)
{
	uint64_t port;

	if (fields->count != 4)
		return false;
	if (fields_is(fields, 1, "missing"))
		return fields_is(fields, 2, "-") && fields_is(fields, 3, "-");
	if (!fields_is(fields, 1, "up") && !fields_is(fields, 1, "down"))
		return false;
	status->tunnel = fields_is(fields, 1, "up") ? HUB_TUNNEL_UP : HUB_TUNNEL_DOWN;
	if (!take_number(fields, 2, UINT16_MAX, &port))
		return false;
	status->listen_port = (uint16_t)port;
	return fields_is(fields, 3, "-") || take_key(fields, 3, &status->public_key);
}

static bool add_fault(struct hub_status *status, const struct hub_fault *fault)
{
	if (status->fault_count == FAULTS_MAX)
		return false;
	status->faults = array_reserve(status->faults, &status->fault_cap,
		status->fault_count + 1, sizeof(*status->faults));
	status->faults[status->fault_count++] = *fault;
	return true;
}

static bool take_firewall(struct hub_status *status, const struct fields *fields)
{
	static const struct {
		const char *word;
		enum hub_fault_kind kind;
		size_t fields;
	} forms[] = {
		{"absent", HUB_RULES_ABSENT, 3},
		{"changed", HUB_RULES_CHANGED, 3},
		{"unreadable", HUB_RULES_UNREADABLE, 3},
		{"missing", HUB_JUMP_MISSING, 5},
		{"late", HUB_JUMP_LATE, 5},
	};
	struct hub_fault fault = {.kind = HUB_RULES_ABSENT};

	if (!fields_is(fields, 1, "iptables") && !fields_is(fields, 1, "ip6tables"))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		if (!fields_is(fields, 2, forms[i].word) ||
			fields->count != forms[i].fields)
			continue;
		fault.kind = forms[i].kind;
		return take_word(fields, 1, fault.subject) &&
		       (fields->count == 3 ||
			       (take_word(fields, 3, fault.table) &&
				       take_word(fields, 4, fault.chain))) &&
		       add_fault(status, &fault);
	}
	return false;
}

static bool take_unit(struct hub_status *status, const struct fields *fields)
{
	const bool disabled = fields_is(fields, 2, "disabled");
	struct hub_fault fault = {
		.kind = disabled ? HUB_UNIT_DISABLED : HUB_UNIT_INACTIVE};

	return fields->count == 3 && (disabled || fields_is(fields, 2, "inactive")) &&
	       take_word(fields, 1, fault.subject) && add_fault(status, &fault);
}

/* How far the answer has come. */
struct reading {
	struct hub_status *status;
	const char *nonce;
	bool greeted, interface, ended;
};

/* False for a line that has no place in the protocol, or not here. */
static bool take_line(struct reading *reading, const struct fields *fields)
{
	struct hub_status *status = reading->status;

	if (reading->ended)
		return false;
	if (!reading->greeted)
		return reading->greeted =
			       fields->count == 1 && fields_is(fields, 0, ROOT_GREETING);
	if (fields_is(fields, 0, "interface") && !reading->interface)
		return reading->interface = take_interface(status, fields);
	if (!reading->interface)
		return false;
	if (fields_is(fields, 0, "peer"))
		return status->tunnel != HUB_TUNNEL_MISSING && take_peer(status, fields);
	if (fields_is(fields, 0, "firewall"))
		return take_firewall(status, fields);
	if (fields_is(fields, 0, "unit"))
		return take_unit(status, fields);
	if (fields_is(fields, 0, "pending") && fields->count == 1)
		return status->pending = true;
	return reading->ended = fields->count == 2 && fields_is(fields, 0, "end") &&
				fields_is(fields, 1, reading->nonce);
}

static int refuse(const char *what, const char *text, size_t len, struct err *err)
{
	CLEANUP(buf_release) struct buf shown = BUF_INIT;

	quote_display(&shown, text, len < SHOWN_MAX ? len : SHOWN_MAX);
	return err_set(err, "%s'%s'", what, shown.text);
}

static int take_all(
	struct reading *reading, const char *text, size_t len, struct err *err)
{
	const char *end = text + len, *newline;

	for (; (newline = memchr(text, '\n', (size_t)(end - text))); text = newline + 1) {
		const struct fields fields =
			fields_split(text, (size_t)(newline - text), FIELDS);

		if (reading->greeted && !reading->ended &&
			fields_is(&fields, 0, "failed") && fields.count == 2)
			return refuse(
				"the hub says: ", fields.text[1], fields.len[1], err);
		if (!take_line(reading, &fields))
			return refuse("the hub answered something that wgctl does not "
				      "know: ",
				text, (size_t)(newline - text), err);
	}
	if (text != end || !reading->ended)
		return err_set(err, "the answer of the hub is cut short; try again");
	return 0;
}

static int compare_peers(const void *a, const void *b)
{
	const struct hub_peer *left = a, *right = b;

	return key_compare(&left->public_key, &right->public_key);
}

static int sort_peers(struct hub_status *status, struct err *err)
{
	if (!status->peer_count)
		return 0;
	qsort(status->peers, status->peer_count, sizeof(*status->peers), compare_peers);
	for (size_t i = 1; i < status->peer_count; i++)
		if (!compare_peers(&status->peers[i - 1], &status->peers[i]))
			return err_set(err, "the hub tells of the same peer twice");
	return 0;
}

int status_parse(const char *text, size_t len, const char *nonce, struct hub_status *out,
	struct err *err)
{
	struct hub_status status = HUB_STATUS_INIT;
	struct reading reading = {.status = &status, .nonce = nonce};

	if (take_all(&reading, text, len, err) < 0 || sort_peers(&status, err) < 0) {
		status_release(&status);
		return -1;
	}
	*out = status;
	return 0;
}

void status_release(struct hub_status *status)
{
	free(status->peers);
	free(status->allowed);
	free(status->faults);
	*status = (struct hub_status)HUB_STATUS_INIT;
}

const struct hub_peer *status_find(
	const struct hub_status *status, const struct key *public_key)
{
	const struct hub_peer wanted = {.public_key = *public_key};

	if (!status->peer_count)
		return NULL;
	return bsearch(&wanted, status->peers, status->peer_count, sizeof(*status->peers),
		compare_peers);
}

int status_ask(struct session *session, const struct node *hub, const char *nonce,
	struct hub_status *out, struct err *err)
{
	CLEANUP(run_result_release) struct run_result result = RUN_RESULT_INIT;
	CLEANUP(buf_release) struct buf script = BUF_INIT;
	const struct run_options options = {.timeout_ms = TIMEOUT_MS};
	struct hub_status status = HUB_STATUS_INIT;

	script_status(hub, nonce, &script);
	if (session_run_as_root(
		    session, script.text, script.len, &options, &result, err) < 0 ||
		status_parse(result.out.text, result.out.len, nonce, &status, err) < 0)
		return -1;
	if (!result.whole || result.end != RUN_EXITED || result.exit_status != 0) {
		status_release(&status);
		return err_set(err, "the hub did not finish its answer; try again");
	}
	*out = status;
	return 0;
}
