/* SPDX-License-Identifier: MIT */
/* Edits of a site's text, each checked against what the new text must say. */
#include "site/edit.h"

#include <string.h>

#include "base/quote.h"
#include "base/utf8.h"
#include "site/block.h"
#include "site/build.h"
#include "site/emit.h"
#include "site/flow.h"
#include "site/lines.h"
#include "site/splice.h"

static const char spokes_key[] = "spokes";
static const char retired_key[] = "retired";

/*
 * `root` is what the new text must say: a copy of the site's tree down to where it
 * changes, with the change made. The places in it are still those of the old text.
 */
struct edit {
	const struct site *site;
	struct arena arena;
	struct splices splices;
	struct tree_node *root;
	bool stuck; /* the layout is not understood */
};

static void edit_release(struct edit *edit)
{
	arena_release(&edit->arena);
}

/* A scalar, or a list in brackets. */
static struct tree_node *make_pairs(struct arena *arena, const struct edit_field *field)
{
	struct tree_node *map = build_collection(arena, TREE_MAP, field->key, true);

	for (size_t i = 0; i + 1 < field->count; i += 2) {
		struct tree_node *scalar = build_scalar(arena, field->values[i + 1]);

		scalar->key = build_scalar(arena, field->values[i]);
		build_append(map, scalar);
	}
	return map;
}

static struct tree_node *make_field(struct arena *arena, const struct edit_field *field)
{
	if (field->map)
		return make_pairs(arena, field);
	if (!field->list && field->count == 1) {
		struct tree_node *scalar = build_scalar(arena, field->values[0]);

		scalar->key = build_scalar(arena, field->key);
		return scalar;
	}
	struct tree_node *list = build_collection(arena, TREE_LIST, field->key, true);

	for (size_t i = 0; i < field->count; i++)
		build_append(list, build_scalar(arena, field->values[i]));
	return list;
}

static struct tree_node *make_map(struct arena *arena, const char *key, bool flow,
	const struct edit_field *fields, size_t count)
{
	struct tree_node *map = build_collection(arena, TREE_MAP, key, flow);

	for (size_t i = 0; i < count; i++)
		build_append(map, make_field(arena, &fields[i]));
	return map;
}

/* The entry of `retired` for a spoke. */
static struct tree_node *make_retired(struct arena *arena, const struct node *spoke)
{
	char addresses[SLOTS][ADDR_TEXT_SIZE], key[KEY_TEXT_SIZE];
	const char *address_values[SLOTS], *key_value = key;
	struct edit_field fields[] = {
		{.key = "name", .values = &spoke->name, .count = 1},
		{.key = "address", .values = address_values},
		{.key = "public_key", .values = &key_value, .count = 1},
	};

	for (size_t i = 0; i < SLOTS; i++) {
		struct edit_field *field = &fields[1];

		if (!addr_is_set(&spoke->address[i]))
			continue;
		addr_format(&spoke->address[i], addresses[i]);
		address_values[field->count++] = addresses[i];
	}
	key_format(&spoke->public_key, key);
	return make_map(arena, NULL, true, fields, ARRAY_SIZE(fields));
}

/* Columns by which the file indents; the hub is there in every site. */
static size_t indentation(const struct site *site)
{
	const struct tree_node *hub = site->hub.tree;
	const struct source *source = &site->source;

	if (hub->flow || !hub->first)
		return 2;
	size_t outer = hub->key->begin - lines_begin(source, hub->key->begin);
	size_t inner =
		hub->first->key->begin - lines_begin(source, hub->first->key->begin);
	return inner > outer ? inner - outer : 2;
}

static char quote_of(const struct site *site, const struct tree_node *key)
{
	char first = site->source.text[key->begin];

	return first == '"' || first == '\'' ? first : 0;
}

/* The style of the last entry of the parent, or of the parent where it has none. */
static struct emit_style style_of(const struct site *site, const struct tree_node *parent)
{
	const struct tree_node *last = parent->first;

	while (last && last->next)
		last = last->next;
	if (last && !last->key && last->kind == TREE_MAP)
		last = last->first;
	const struct tree_node *key = last && last->key ? last->key : parent->key;
	return (struct emit_style){.newline = lines_break(&site->source),
		.step = indentation(site),
		.quote = key ? quote_of(site, key) : 0};
}

static void edit_init(struct edit *edit, const struct site *site)
{
	*edit = (struct edit){.site = site, .arena = ARENA_INIT};
	edit->splices = (struct splices){.source = &site->source, .arena = &edit->arena};
	edit->root = build_copy(&edit->arena, site->tree);
	build_own_children(&edit->arena, edit->root);
}

/* Appends an entry to a map or list that the text has. */
static void append_entry(
	struct edit *edit, struct tree_node *parent, struct tree_node *entry)
{
	struct emit_style style = style_of(edit->site, parent);
	bool inside = edit->root->flow, done;

	if (!parent->first)
		done = inside ? flow_fill(&edit->splices, parent, entry, &style)
			      : block_fill(&edit->splices, parent, entry, &style);
	else
		done = parent->flow ? flow_append(&edit->splices, parent, entry, &style)
				    : block_append(&edit->splices, parent, entry, &style);
	edit->stuck |= !done;
	if (parent->kind == TREE_SCALAR)
		parent->kind = entry->key ? TREE_MAP : TREE_LIST;
	build_own_children(&edit->arena, parent);
	build_append(parent, entry);
}

/* Appends an entry to the map or list of that name, which is made where it is missing. */
static void append_to(struct edit *edit, const char *name, struct tree_node *entry)
{
	struct tree_node *parent = tree_get(edit->root, name);

	if (parent) {
		append_entry(edit, parent, entry);
		return;
	}
	parent = build_collection(
		&edit->arena, entry->key ? TREE_MAP : TREE_LIST, name, false);
	build_append(parent, entry);
	append_entry(edit, edit->root, parent);
}

/* True where the text says what it should, be that a valid site or not. */
static bool says(const struct edit *edit, const struct buf *text)
{
	struct arena arena CLEANUP(arena_release) = ARENA_INIT;
	struct source source = {edit->site->source.name, text->text, text->len};
	struct err err CLEANUP(err_release) = ERR_INIT;
	struct tree_node *root;

	return !tree_parse(&arena, &source, &root, &err) &&
	       build_equals(edit->root, root);
}

/*
 * Loads the new text: 0 where it says what it should, -1 with the mistakes of the new
 * site in `err`, 1 where the text itself went wrong.
 */
static int check(const struct edit *edit, const struct buf *text, struct site *after,
	struct err *err)
{
	const char *name = edit->site->source.name;
	struct site site CLEANUP(site_release) = SITE_INIT;
	struct err mistakes CLEANUP(err_release) = ERR_INIT;

	if (!site_load(&site, name, text->text, text->len, &mistakes)) {
		if (!build_equals(edit->root, site.tree))
			return 1;
		if (after) {
			*after = site;
			site = (struct site)SITE_INIT;
		}
		return 0;
	}
	if (!says(edit, text))
		return 1;
	struct site again CLEANUP(site_release) = SITE_INIT;
	struct buf new_name CLEANUP(buf_release) = BUF_INIT;

	/* Its lines are not those of the file, which stays as it is. */
	buf_addf(&new_name, "new %s", name);
	return site_load(&again, new_name.text, text->text, text->len, err);
}

/* `what` says what the user is to do by hand, where wgctl cannot. */
static int finish(struct edit *edit, const char *what, struct buf *out,
	struct site *after, struct err *err)
{
	struct buf text CLEANUP(buf_release) = BUF_INIT;
	int status = 1;

	if (!edit->stuck && splice_apply(&edit->splices, &text))
		status = check(edit, &text, after, err);
	if (status > 0)
		return err_set(err, "%s has a layout that wgctl cannot edit safely; %s",
			edit->site->source.name, what);
	if (!status)
		buf_add_mem(out, text.text, text.len);
	return status;
}

static int check_new_name(const struct site *site, const char *name, struct err *err)
{
	const struct node *taken = site_find(site, name);

	if (!site_name_is_valid(name)) {
		struct buf shown CLEANUP(buf_release) = BUF_INIT;

		quote_display(&shown, name, strnlen(name, NAME_MAX_LENGTH + 1));
		return err_usage(err,
			"'%s' cannot name a spoke; use up to %d of a-z, 0-9 and '-', not "
			"at the ends, and neither 'hub' nor 'all'",
			shown.text, (int)NAME_MAX_LENGTH);
	}
	if (taken)
		return err_usage(err,
			"'%s' is already in %s (line %u); choose another name", name,
			site->source.name, (unsigned)taken->pos.line);
	return 0;
}

static bool is_clean(const char *text)
{
	size_t len = strlen(text);

	for (size_t used; len; text += used, len -= used) {
		uint32_t c = 0;

		used = utf8_decode(text, len, &c);
		if (!used || utf8_is_deceptive(c))
			return false;
	}
	return true;
}

/* Such a text could not be read back. */
static int check_values(const struct edit_field *fields, size_t count, struct err *err)
{
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < fields[i].count; j++) {
			const char *value = fields[i].values[j];
			struct buf shown CLEANUP(buf_release) = BUF_INIT;

			if (is_clean(value))
				continue;
			quote_display(&shown, value, strnlen(value, 60));
			return err_usage(err,
				"%s '%s' holds a control or invisible character, or "
				"bytes that are not UTF-8; remove them",
				fields[i].key, shown.text);
		}
	return 0;
}

static int get_spoke(const struct site *site, const char *name, const struct node **out,
	struct err *err)
{
	const struct node *node;

	if (site_get(site, name, &node, err))
		return -1;
	if (node->is_hub)
		return err_usage(
			err, "the hub is no spoke; it cannot be removed or renamed");
	*out = node;
	return 0;
}

/* The lines that the user would add to `parent`. */
static void add_by_hand(
	struct buf *out, const char *parent, const struct tree_node *entry)
{
	struct emit_style style = {.newline = "\n", .step = 2};

	buf_addf(out, "%s:\n", parent);
	emit_block(out, entry, style.step, &style);
}

int edit_add_spoke(const struct site *site, const char *name,
	const struct edit_field *fields, size_t count, struct buf *out,
	struct site *after, struct err *err)
{
	struct buf by_hand CLEANUP(buf_release) = BUF_INIT;
	struct edit edit CLEANUP(edit_release);

	edit_init(&edit, site);
	if (check_new_name(site, name, err) || check_values(fields, count, err))
		return -1;
	const struct tree_node *spokes = tree_get(site->tree, spokes_key);
	const struct tree_node *last = spokes ? spokes->first : NULL;

	while (last && last->next)
		last = last->next;
	struct tree_node *spoke =
		make_map(&edit.arena, name, last && last->flow, fields, count);

	append_to(&edit, spokes_key, spoke);
	buf_add(&by_hand, "add this by hand:\n");
	add_by_hand(&by_hand, spokes_key, spoke);
	return finish(&edit, by_hand.text, out, after, err);
}

int edit_remove_spoke(const struct site *site, const char *name, struct buf *out,
	struct site *after, struct err *err)
{
	struct buf by_hand CLEANUP(buf_release) = BUF_INIT;
	struct edit edit CLEANUP(edit_release);
	const struct node *spoke;

	edit_init(&edit, site);
	if (get_spoke(site, name, &spoke, err))
		return -1;
	struct tree_node *spokes = tree_get(edit.root, spokes_key);
	struct tree_node *retired = make_retired(&edit.arena, spoke);

	edit.stuck = spokes->flow ? !flow_take(&edit.splices, spokes, spoke->tree)
				  : !block_take(&edit.splices, spokes, spoke->tree);
	build_own_children(&edit.arena, spokes);
	build_remove(spokes, name);
	append_to(&edit, retired_key, retired);
	buf_addf(&by_hand, "remove '%s' by hand and add:\n", name);
	add_by_hand(&by_hand, retired_key, retired);
	return finish(&edit, by_hand.text, out, after, err);
}

int edit_rename_spoke(const struct site *site, const char *name, const char *new_name,
	struct buf *out, struct site *after, struct err *err)
{
	struct buf text CLEANUP(buf_release) = BUF_INIT,
			by_hand CLEANUP(buf_release) = BUF_INIT;
	struct edit edit CLEANUP(edit_release);
	const struct node *spoke;

	edit_init(&edit, site);
	if (get_spoke(site, name, &spoke, err) || check_new_name(site, new_name, err))
		return -1;
	const struct tree_node *key = spoke->tree->key;
	struct tree_node *spokes = tree_get(edit.root, spokes_key);
	char quote = quote_of(site, key);

	if (quote)
		buf_addf(&text, "%c%s%c", quote, new_name, quote);
	else
		emit_scalar(&text, new_name, true);
	splice_add(&edit.splices, key->begin, key->end, text.text);
	build_own_children(&edit.arena, spokes);
	tree_get(spokes, name)->key = build_scalar(&edit.arena, new_name);
	buf_addf(&by_hand, "rename '%s' to '%s' by hand", name, new_name);
	return finish(&edit, by_hand.text, out, after, err);
}
