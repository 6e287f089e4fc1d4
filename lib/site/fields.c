/* SPDX-License-Identifier: MIT */
/* The table of all fields: what reads them, and where they may stand. */
#include "site/fields.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/suggest.h"

/*
 * A field without a reader is known, and refused because nothing here would obey it.
 * `why` tells why it is not somewhere else, or what to do without it.
 */
static const struct field {
	const char *name;
	unsigned places;
	value_reader *read;
	const char *why;
} fields[] = {
	{"site", PLACE_SITE, read_site_name, NULL},
	{"network", PLACE_SITE, read_network, NULL},
	{"supernet", PLACE_SITE, read_supernet, NULL},
	{"spoke_to_spoke", PLACE_SITE, read_spoke_to_spoke, NULL},
	{"hub", PLACE_SITE, read_section, NULL},
	{"defaults", PLACE_SITE, read_section, NULL},
	{"spokes", PLACE_SITE, read_section, NULL},
	{"retired", PLACE_SITE, read_section, NULL},
	{"access", PLACE_SITE, NULL, "remove it"},
	{"name", PLACE_RETIRED, read_retired_name, NULL},
	{"address", PLACE_NODE | PLACE_RETIRED, read_address, "each node has its own"},
	{"public_key", PLACE_NODE | PLACE_RETIRED, read_public_key,
		"each node has its own"},
	{"endpoint", PLACE_HUB, read_endpoint, "only the hub is dialled"},
	{"lan_address", PLACE_NODE, read_lan_address, "each node has its own"},
	{"subnets", PLACE_NODE, read_subnets, "each node has its own"},
	{"ssh", PLACE_NODE, read_ssh, "each node has its own"},
	{"interface", PLACE_SHARED, read_interface, NULL},
	{"listen_port", PLACE_SHARED, read_listen_port, NULL},
	{"mtu", PLACE_SHARED, read_mtu, NULL},
	{"dns", PLACE_SHARED, read_dns, NULL},
	{"preshared_key", PLACE_SHARED, read_preshared_key, NULL},
	{"persistent_keepalive", PLACE_SHARED, read_persistent_keepalive, NULL},
	{"allowed_ips", PLACE_SPOKE | PLACE_DEFAULTS, read_allowed_ips,
		"the hub's follow from the spokes"},
	{"groups", PLACE_SHARED, NULL, "remove it"},
	{"masquerade", PLACE_SHARED, NULL, "remove it"},
	{"expires", PLACE_SHARED, NULL, "remove it"},
	{"user", PLACE_SSH, read_ssh_user, NULL},
	{"host", PLACE_SSH, read_ssh_host, NULL},
	{"port", PLACE_SSH, read_ssh_port, NULL},
	{"via", PLACE_SSH, read_ssh_via, NULL},
};

_Static_assert(
	sizeof(fields) / sizeof(fields[0]) <= 64, "record->faulty has a bit for each");

static const struct {
	enum place place;
	const char *name;
} places[] = {
	{PLACE_SITE, "at the top level"},
	{PLACE_HUB, "in 'hub'"},
	{PLACE_SPOKE, "in a spoke"},
	{PLACE_DEFAULTS, "in 'defaults'"},
	{PLACE_RETIRED, "in 'retired'"},
	{PLACE_SSH, "in 'ssh'"},
};

/* "a, b and c" of the places in the set. */
static void add_places(struct buf *out, unsigned set)
{
	const char *between = "";

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		if (!(set & places[i].place))
			continue;
		set &= ~(unsigned)places[i].place;
		buf_addf(out, "%s%s", between, places[i].name);
		between = set & (set - 1) ? ", " : " and ";
	}
}

static const struct field *find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		if (fields[i].name[0] == name[0] && !strcmp(fields[i].name, name))
			return &fields[i];
	return NULL;
}

static uint64_t bit_of(const struct field *field)
{
	return UINT64_C(1) << (field - fields);
}

static const char *nearest_of(unsigned set, const char *name)
{
	const char *words[ARRAY_SIZE(fields)];
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		if (fields[i].places & set && fields[i].read)
			words[count++] = fields[i].name;
	return suggest_nearest(name, words, count);
}

/* The field that a name was meant to be: mistyped, or as wg writes it (AllowedIPs). */
static const char *nearest(enum place place, const char *name)
{
	char lower[40];
	size_t len = strlen(name);

	if (len >= sizeof(lower))
		return NULL;
	for (size_t i = 0; i <= len; i++)
		lower[i] = name[i] == '-' ? '_' : (char)tolower((unsigned char)name[i]);
	const char *meant = nearest_of(place, lower);
	return meant ? meant : nearest_of(~0U, lower);
}

/* `{mtu:1420}` is a key without a value to YAML. */
static bool lacks_space(const struct record *record, const struct tree_node *value)
{
	const char *name = value->key->text, *colon = strchr(name, ':');

	if (!colon || colon - name >= 40 || !tree_is_null(value))
		return false;
	CLEANUP(buf_release) struct buf head = BUF_INIT;
	buf_add_mem(&head, name, (size_t)(colon - name));
	const struct field *field = find(head.text);
	return field && field->places & record->place;
}

static void refuse_unknown(struct record *record, const struct tree_node *value)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT;
	const char *name = value->key->text, *meant = NULL;

	/* Nobody reads more than ERR_MAX suggestions, and each takes its time. */
	if (record->err->count < ERR_MAX)
		meant = nearest(record->place, name);
	buf_add(&text, "unknown field '");
	value_show(&text, name);
	buf_add_char(&text, '\'');
	if (!strcasecmp(name, "private_key") || !strcasecmp(name, "privatekey"))
		buf_add(&text, "; private keys live in keys/, a site holds none");
	else if (lacks_space(record, value))
		buf_add(&text, "; put a space behind its ':'");
	else if (meant)
		buf_addf(&text, "; did you mean '%s'?", meant);
	err_at(record->err, value->key->pos, "%s", text.text);
	if (meant)
		record->meant |= bit_of(find(meant));
}

static void refuse_place(
	struct record *record, const struct tree_node *value, const struct field *field)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT;

	buf_addf(&text, "'%s' does not belong ", field->name);
	add_places(&text, record->place);
	buf_add(&text, " but ");
	add_places(&text, field->places);
	if (field->why)
		buf_addf(&text, ": %s", field->why);
	err_at(record->err, value->key->pos, "%s", text.text);
}

static void read_field(struct record *record, const struct tree_node *value)
{
	const struct field *field = find(value->key->text);
	size_t mistakes = record_mistakes(record);

	if (!field) {
		refuse_unknown(record, value);
		return;
	}
	if (!(field->places & record->place))
		refuse_place(record, value, field);
	else if (!field->read)
		err_at(record->err, value->key->pos, "'%s' is not supported yet; %s",
			field->name, field->why);
	else
		field->read(record, value);
	if (record_mistakes(record) > mistakes)
		record->faulty |= bit_of(field);
}

void record_read(struct record *record)
{
	for (const struct tree_node *value = record->map->first; value;
		value = value->next)
		read_field(record, value);
}

bool record_is_sound(const struct record *record, const char *name)
{
	const struct field *field = find(name);

	return tree_get(record->map, name) && !(record->faulty & bit_of(field));
}

void record_require(struct record *record, struct pos pos, const char *who,
	const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!tree_get(record->map, names[i]) &&
			!(record->meant & bit_of(find(names[i]))))
			err_at(record->err, pos, "%s has no '%s'", who, names[i]);
}

size_t record_mistakes(const struct record *record)
{
	return record->err->count + record->err->dropped;
}
