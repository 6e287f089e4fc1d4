/* SPDX-License-Identifier: MIT */
/* The record of an edit in flight. */
#include "disk/journal.h"

#include <sodium/crypto_generichash.h>
#include <sodium/utils.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "disk/file.h"

enum { HASH_SIZE = 32, HASH_TEXT_SIZE = 2 * HASH_SIZE + 1 };
enum { JOURNAL_MAX = 64 * 1024 * 1024 };

static const char file_name[] = ".journal";
static const char first_line[] = "wgctl journal 1";
static const char last_line[] = "end";
static const char no_file[] = "-";

struct item {
	bool add;
	char name[KEYSTORE_NAME_MAX + 1];
	enum key_kind kind;
	char hash[HASH_TEXT_SIZE]; /* of the key, where it is added */
};

struct journal {
	struct buf text;
	const char *before, *after; /* hashes, in the text */
	struct item *items;
	size_t count, cap;
};

static void hash(const void *bytes, size_t len, char out[static HASH_TEXT_SIZE])
{
	unsigned char digest[HASH_SIZE];

	crypto_generichash(digest, sizeof(digest), bytes, len, NULL, 0);
	sodium_bin2hex(out, HASH_TEXT_SIZE, digest, sizeof(digest));
}

static void hash_text(struct journal_text text, char out[static HASH_TEXT_SIZE])
{
	if (text.text)
		hash(text.text, text.len, out);
	else
		memcpy(out, no_file, sizeof(no_file));
}

int journal_write(const struct keystore *store, struct journal_text before,
	struct journal_text after, const struct keychange *change, struct err *err)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT;
	char digest[HASH_TEXT_SIZE], file[KEYSTORE_FILE_SIZE];

	hash_text(before, digest);
	buf_addf(&text, "%s\nbefore %s\n", first_line, digest);
	hash_text(after, digest);
	buf_addf(&text, "after %s\n", digest);
	for (size_t i = 0; i < change->store_count; i++) {
		const struct keystore_entry *entry = &change->stores[i];

		keystore_file_name(entry->name, entry->kind, file);
		hash(entry->key.bytes, sizeof(entry->key.bytes), digest);
		buf_addf(&text, "add %s %s\n", file, digest);
	}
	for (size_t i = 0; i < change->removal_count; i++) {
		keystore_file_name(
			change->removals[i].name, change->removals[i].kind, file);
		buf_addf(&text, "remove %s\n", file);
	}
	buf_addf(&text, "%s\n", last_line);
	return file_replace(
		&store->dir, file_name, FILE_MODE_SECRET, text.text, text.len, err);
}

/* What stands behind `word` and a space, or NULL. */
static const char *after_word(const char *line, const char *word)
{
	size_t len = strlen(word);

	return !strncmp(line, word, len) && line[len] == ' ' ? line + len + 1 : NULL;
}

/* "hospital.key HASH" or "hospital.key". */
static bool parse_item(struct journal *journal, bool add, char *rest)
{
	char *space = strchr(rest, ' ');
	struct item item = {.add = add};

	if (add != (space != NULL))
		return false;
	if (space) {
		*space = '\0';
		if (strlen(space + 1) != HASH_TEXT_SIZE - 1)
			return false;
		memcpy(item.hash, space + 1, HASH_TEXT_SIZE);
	}
	if (!keystore_parse_file_name(rest, item.name, &item.kind))
		return false;
	journal->items = array_reserve(journal->items, &journal->cap, journal->count + 1,
		sizeof(journal->items[0]));
	journal->items[journal->count++] = item;
	return true;
}

static bool parse_line(struct journal *journal, char *line)
{
	const char *rest;

	if ((rest = after_word(line, "before")))
		journal->before = rest;
	else if ((rest = after_word(line, "after")))
		journal->after = rest;
	else if ((rest = after_word(line, "add")))
		return parse_item(journal, true, line + (rest - line));
	else if ((rest = after_word(line, "remove")))
		return parse_item(journal, false, line + (rest - line));
	else
		return false;
	return true;
}

static bool parse(struct journal *journal)
{
	char *line = journal->text.text;
	bool first = true, ended = false;

	for (char *end; (end = strchr(line, '\n')); line = end + 1) {
		*end = '\0';
		if (ended || (first && strcmp(line, first_line) != 0))
			return false;
		if (!strcmp(line, last_line))
			ended = true;
		else if (!first && !parse_line(journal, line))
			return false;
		first = false;
	}
	return ended && !*line && journal->before && journal->after;
}

static void journal_release(struct journal *journal)
{
	buf_release(&journal->text);
	free(journal->items);
}

/* Only the key that the journal speaks of, whatever else may have that name now. */
static int undo_item(
	const struct keystore *store, const struct item *item, struct err *err)
{
	CLEANUP(key_wipe) struct key key = {{0}};
	char digest[HASH_TEXT_SIZE];
	bool found = false;

	if (keystore_find(store, item->name, item->kind, &key, &found, err) < 0)
		return -1;
	if (!found)
		return 0;
	hash(key.bytes, sizeof(key.bytes), digest);
	if (strcmp(digest, item->hash) != 0)
		return 0;
	return keystore_remove(store, item->name, item->kind, err);
}

static int apply(const struct keystore *store, const struct journal *journal, bool finish,
	struct err *err)
{
	for (size_t i = 0; i < journal->count; i++) {
		const struct item *item = &journal->items[i];

		if (item->add == finish)
			continue;
		if (finish ? keystore_remove(store, item->name, item->kind, err) < 0
			   : undo_item(store, item, err) < 0)
			return -1;
	}
	return dir_sync(&store->dir, err);
}

/*
 * The first sync is for the rename of site.yaml, which may not have reached the disk when
 * the program was killed: the keys of the old text go only when it cannot come back.
 */
int journal_settle(const struct keystore *store, const struct dir *site,
	struct journal_text now, struct err *err)
{
	CLEANUP(journal_release) struct journal journal = {.text = BUF_INIT};
	char digest[HASH_TEXT_SIZE];
	bool found = false;

	if (file_find(&store->dir, file_name, FILE_SECRET, JOURNAL_MAX, &journal.text,
		    &found, err) < 0)
		return -1;
	if (!found)
		return 0;
	if (!parse(&journal)) {
		CLEANUP_FREE char *shown = dir_show(&store->dir, file_name);

		return err_set(err,
			"'%s' is damaged; look whether keys of nodes that are not in the "
			"site lie beside it, then remove it",
			shown);
	}
	hash_text(now, digest);
	if (!strcmp(digest, journal.after) || !strcmp(digest, journal.before)) {
		bool finish = !strcmp(digest, journal.after);

		if (dir_sync(site, err) < 0 || apply(store, &journal, finish, err) < 0)
			return -1;
	}
	return journal_remove(store, err);
}

int journal_remove(const struct keystore *store, struct err *err)
{
	return file_remove(&store->dir, file_name, err);
}
