/* SPDX-License-Identifier: MIT */
/* The tree of a site into its model, from the top. */
#include <ctype.h>
#include <string.h>

#include "base/suggest.h"
#include "site/check.h"
#include "site/fields.h"
#include "site/load_node.h"
#include "site/mask.h"

/* A valid name near to one that is not: "Clinic_2" was to be "clinic-2". */
static bool name_meant(const char *text, char out[static NAME_MAX_LENGTH + 1])
{
	size_t len = strlen(text);

	if (len > NAME_MAX_LENGTH)
		return false;
	for (size_t i = 0; i <= len; i++)
		out[i] = strchr("_. ", text[i]) && text[i]
				 ? '-'
				 : (char)tolower((unsigned char)text[i]);
	return site_name_is_valid(out);
}

static void check_name(struct record *record, const struct tree_node *value)
{
	const char *text = value->text;
	char meant[NAME_MAX_LENGTH + 1];

	if (site_name_is_valid(text))
		return;
	if (!strcmp(text, "hub") || !strcmp(text, "all"))
		value_refuse(record, value, "is a reserved name; take another");
	else if (name_meant(text, meant))
		value_refuse(record, value,
			"is not a name of a-z, 0-9 and '-'; did you mean '%s'?", meant);
	else
		value_refuse(record, value,
			"is not a name: a-z, 0-9 and, inside, '-'; %d characters at most",
			(int)NAME_MAX_LENGTH);
}

void read_site_name(struct record *record, const struct tree_node *value)
{
	record->site->name = value_text(record, value);
	if (record->site->name)
		check_name(record, value);
}

static void read_one_network(struct record *record, const struct tree_node *item)
{
	struct site *site = record->site;
	struct prefix prefix;

	if (!value_network(record, item, &prefix))
		return;
	size_t slot = prefix.addr.family == FAMILY_IPV4 ? SLOT_IPV4 : SLOT_IPV6;
	if (prefix_is_host(&prefix)) {
		value_refuse(record, item, "has room for one address only");
	} else if (prefix_is_set(&site->network[slot])) {
		value_refuse(record, item, "is one too many: one prefix of each family");
	} else {
		site->network[slot] = prefix;
		site->network_pos[slot] = item->pos;
	}
}

void read_network(struct record *record, const struct tree_node *value)
{
	if (value->kind == TREE_LIST && !value->first)
		err_at(record->err, value->pos, "'network' is an empty list");
	value_each(record, value, read_one_network);
}

void read_supernet(struct record *record, const struct tree_node *value)
{
	struct site *site = record->site;

	site->supernet_count =
		value_prefixes(record, value, value_network, &site->supernets);
}

void read_spoke_to_spoke(struct record *record, const struct tree_node *value)
{
	value_bool(record, value, &record->site->spoke_to_spoke);
}

/* What is in a section is read when all of the top level has been. */
void read_section(struct record *record, const struct tree_node *value)
{
	const char *name = value->key->text;
	bool list = !strcmp(name, "retired");

	if (value->kind == (list ? TREE_LIST : TREE_MAP))
		return;
	if (!tree_is_null(value))
		err_at(record->err, value->pos, "'%s' has to be a %s", name,
			list ? "list" : "map of fields");
	else if (!strcmp(name, "hub"))
		err_at(record->err, value->pos, "'hub' has no value");
}

void read_retired_name(struct record *record, const struct tree_node *value)
{
	record->retired->name = value_text(record, value);
	if (record->retired->name)
		check_name(record, value);
}

static void load_retired(const struct record *top, const struct tree_node *list)
{
	static const char *const required[] = {"name", "address"};
	struct site *site = top->site;
	struct retired *retired =
		arena_array(&site->arena, list->count, sizeof(*retired));

	for (const struct tree_node *item = list->first; item; item = item->next) {
		struct record record = {.site = site,
			.err = top->err,
			.place = PLACE_RETIRED,
			.map = item,
			.retired = &retired[site->retired_count++]};

		record.retired->pos = item->pos;
		if (item->kind == TREE_MAP) {
			record_read(&record);
			record_require(&record, item->pos, "the retired spoke", required,
				ARRAY_SIZE(required));
		} else {
			err_at(top->err, item->pos,
				"a retired spoke has to be a map of fields");
		}
	}
	site->retired = retired;
}

static void load_hub(const struct record *top, const struct tree_node *value)
{
	struct record record = {.site = top->site,
		.err = top->err,
		.place = PLACE_HUB,
		.map = value,
		.node = &top->site->hub};

	*record.node = (struct node){.name = "hub",
		.pos = value->key->pos,
		.tree = value,
		.is_hub = true,
		.interface = "wg0",
		.preshared_key = true};
	load_node(&record);
}

static void load_spoke(const struct record *top, const struct tree_node *value,
	const struct node *defaults)
{
	struct site *site = top->site;
	struct record record = {.site = site,
		.err = top->err,
		.place = PLACE_SPOKE,
		.map = value,
		.node = &site->spokes[site->spoke_count++]};

	*record.node = *defaults;
	record.node->name = value->key->text;
	record.node->pos = value->key->pos;
	record.node->tree = value;
	check_name(&record, value->key);
	if (value->kind == TREE_MAP || tree_is_null(value))
		load_node(&record);
	else
		err_at(top->err, value->pos, "a spoke has to be a map of fields");
	if (!site->hub.preshared_key)
		record.node->preshared_key = false;
}

static void load_spokes(const struct record *top, const struct tree_node *spokes,
	const struct tree_node *values)
{
	struct node defaults = {.interface = "wg0",
		.preshared_key = true,
		.persistent_keepalive = KEEPALIVE_DEFAULT};
	struct record record = {.site = top->site,
		.err = top->err,
		.place = PLACE_DEFAULTS,
		.map = values,
		.node = &defaults};

	if (values)
		record_read(&record);
	top->site->spokes = arena_array(
		&top->site->arena, spokes ? spokes->count : 0, sizeof(struct node));
	for (const struct tree_node *value = spokes ? spokes->first : NULL; value;
		value = value->next)
		load_spoke(top, value, &defaults);
}

/* The section of that name, or NULL where it is missing, empty or wrong. */
static const struct tree_node *section(const struct record *top, const char *name)
{
	if (!record_is_sound(top, name))
		return NULL;
	const struct tree_node *value = tree_get(top->map, name);
	return tree_is_null(value) ? NULL : value;
}

/* What has mistakes is taken out, so that no other mistakes seem to follow from it. */
static void drop_faulty(struct record *top)
{
	struct site *site = top->site;

	if (!record_is_sound(top, "network"))
		memset(site->network, 0, sizeof(site->network));
	if (!record_is_sound(top, "supernet"))
		site->supernet_count = 0;
}

static void load_tree(struct record *top)
{
	static const char *const required[] = {"site", "network", "hub"};
	const struct tree_node *part;

	record_read(top);
	record_require(top, top->map->pos, "the site", required, ARRAY_SIZE(required));
	drop_faulty(top);
	if ((part = section(top, "hub")))
		load_hub(top, part);
	load_spokes(top, section(top, "spokes"), section(top, "defaults"));
	if ((part = section(top, "retired")))
		load_retired(top, part);
	site_check(top->site, top->err);
}

/* Reads into a site that is empty, the source of which is set. */
static int load(struct site *site, struct err *err)
{
	/* Places point to the source, so it has to stay where it is. */
	struct source *source = arena_alloc(&site->arena, sizeof(*source));
	struct tree_node *tree;
	struct record top = {.site = site, .err = err, .place = PLACE_SITE};
	size_t mistakes = record_mistakes(&top);

	*source = site->source;
	if (tree_parse(&site->arena, source, &tree, err))
		return -1;
	top.map = site->tree = tree;
	if (tree->kind != TREE_MAP)
		return err_at(
			err, tree->pos, "a site is a map of fields, 'site: NAME' first");
	load_tree(&top);
	return record_mistakes(&top) > mistakes ? -1 : 0;
}

int site_load(struct site *site, const char *name, const char *text, size_t len,
	struct err *err)
{
	struct site next = SITE_INIT;
	size_t held = err->count;

	next.source.name = arena_strdup(&next.arena, name);
	next.source.text = arena_strndup(&next.arena, text, len);
	next.source.len = len;
	if (load(&next, err)) {
		mask_keys(err, held);
		err_sort(err);
		site_release(&next);
		return -1;
	}
	*site = next;
	return 0;
}

void site_release(struct site *site)
{
	arena_release(&site->arena);
	*site = (struct site)SITE_INIT;
}
