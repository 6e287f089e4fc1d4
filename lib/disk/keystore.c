/* SPDX-License-Identifier: MIT */
/* Key files, one line of base64 each. */
#include "disk/keystore.h"

#include <assert.h>
#include <errno.h>
#include <sodium/utils.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "disk/batch.h"

enum { KEY_FILE_MAX = 256 };

static const char folder_name[] = "keys";

static const char *const suffixes[] = {
	[KEY_PRIVATE] = ".key",
	[KEY_PRESHARED] = ".psk",
};

static const char *const kind_names[] = {
	[KEY_PRIVATE] = "private key",
	[KEY_PRESHARED] = "preshared key",
};

void keystore_file_name(
	const char *name, enum key_kind kind, char out[static KEYSTORE_FILE_SIZE])
{
	int len = snprintf(out, KEYSTORE_FILE_SIZE, "%s%s", name, suffixes[kind]);

	assert(dir_name_is_plain(name) && *name != '.');
	assert(len > 0 && len < KEYSTORE_FILE_SIZE);
	(void)len;
}

bool keystore_parse_file_name(
	const char *file, char name[static KEYSTORE_NAME_MAX + 1], enum key_kind *kind)
{
	const char *dot = strrchr(file, '.');
	size_t len = dot ? (size_t)(dot - file) : 0;

	if (!len || len > KEYSTORE_NAME_MAX || *file == '.' || strchr(file, '/'))
		return false;
	for (enum key_kind i = 0; i < KEY_KINDS; i++) {
		if (strcmp(dot, suffixes[i]) != 0)
			continue;
		memcpy(name, file, len);
		name[len] = '\0';
		*kind = i;
		return true;
	}
	return false;
}

static int open_existing(struct keystore *out, const struct dir *site, struct err *err)
{
	CLEANUP(dir_release) struct dir dir = DIR_INIT;
	struct stat st;

	if (dir_open_at(&dir, site, folder_name, err) < 0)
		return -1;
	if (fstat(dir.fd, &st) < 0) {
		CLEANUP_FREE char *shown = dir_show(&dir, NULL);

		return err_errno(err, "cannot examine the folder '%s'", shown);
	}
	if (dir_check_private(&dir, NULL, &st, err) < 0)
		return -1;
	out->dir = dir;
	dir = (struct dir)DIR_INIT;
	return 0;
}

int keystore_open(struct keystore *out, const struct dir *site, struct err *err)
{
	bool found = false;

	if (file_exists(site, folder_name, &found, err) < 0)
		return -1;
	if (found)
		return open_existing(out, site, err);
	*out = (struct keystore)KEYSTORE_INIT;
	return 0;
}

int keystore_make(struct keystore *out, const struct dir *site, struct err *err)
{
	if (dir_make_at(site, folder_name, S_IRWXU, false, err) < 0)
		return -1;
	return open_existing(out, site, err);
}

/* Any white space may follow, as wg allows it. */
static bool parse_key_text(struct buf *text, struct key *out)
{
	size_t len = KEY_TEXT_SIZE - 1;

	if (text->len < len || strspn(text->text + len, " \t\r\n") != text->len - len)
		return false;
	buf_truncate(text, len);
	return key_parse(text->text, out) && !key_is_zero(out);
}

int keystore_find(const struct keystore *store, const char *name, enum key_kind kind,
	struct key *out, bool *found, struct err *err)
{
	CLEANUP(key_wipe) struct key key;
	CLEANUP(buf_release) struct buf text = BUF_INIT;
	char file[KEYSTORE_FILE_SIZE];
	bool there = false;

	keystore_file_name(name, kind, file);
	if (store->dir.fd >= 0 && file_find(&store->dir, file, FILE_SECRET, KEY_FILE_MAX,
					  &text, &there, err) < 0)
		return -1;
	if (there && !parse_key_text(&text, &key)) {
		CLEANUP_FREE char *shown = dir_show(&store->dir, file);

		return err_set(err,
			"'%s' does not hold a %s (one line of 44 characters, as "
			"'wg genkey' prints it); bring it back from a copy",
			shown, kind_names[kind]);
	}
	if (there)
		*out = key;
	*found = there;
	return 0;
}

int keystore_load(const struct keystore *store, const char *name, enum key_kind kind,
	struct key *out, struct err *err)
{
	char file[KEYSTORE_FILE_SIZE];
	bool found = false;

	if (keystore_find(store, name, kind, out, &found, err) < 0)
		return -1;
	if (found)
		return 0;
	keystore_file_name(name, kind, file);
	if (store->dir.fd < 0)
		return err_set(err,
			"there is no %s of '%s', and no folder 'keys' in the site folder; "
			"bring it back from a copy",
			kind_names[kind], name);
	CLEANUP_FREE char *shown = dir_show(&store->dir, file);
	return err_set(err,
		"there is no %s of '%s': '%s' does not exist; bring it back from a copy",
		kind_names[kind], name, shown);
}

int keystore_exists(const struct keystore *store, const char *name, enum key_kind kind,
	bool *found, struct err *err)
{
	char file[KEYSTORE_FILE_SIZE];

	keystore_file_name(name, kind, file);
	if (store->dir.fd >= 0)
		return file_exists(&store->dir, file, found, err);
	*found = false;
	return 0;
}

static int stage(struct batch *batch, const struct keystore_entry *entry,
	enum file_mode mode, struct err *err)
{
	char file[KEYSTORE_FILE_SIZE], text[KEY_TEXT_SIZE];

	keystore_file_name(entry->name, entry->kind, file);
	key_format(&entry->key, text);
	text[KEY_TEXT_SIZE - 1] = '\n';
	int result = batch_add(batch, file, mode, text, sizeof(text), err);
	sodium_memzero(text, sizeof(text));
	return result;
}

int keystore_store(const struct keystore *store, const struct keystore_entry *entries,
	size_t count, enum file_mode mode, struct err *err)
{
	CLEANUP(batch_release) struct batch batch;

	assert(store->dir.fd >= 0 && mode != FILE_MODE_KEEP);
	batch_init(&batch, &store->dir, count);
	for (size_t i = 0; i < count; i++) {
		if (stage(&batch, &entries[i], mode, err) < 0)
			return -1;
	}
	return count ? batch_commit(&batch, err) : 0;
}

int keystore_remove(const struct keystore *store, const char *name, enum key_kind kind,
	struct err *err)
{
	char file[KEYSTORE_FILE_SIZE];

	keystore_file_name(name, kind, file);
	return store->dir.fd >= 0 ? file_remove(&store->dir, file, err) : 0;
}

static int compare_names(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

int keystore_list(const struct keystore *store, enum key_kind kind, char ***names,
	size_t *count, struct err *err)
{
	char **list = NULL;
	size_t used = 0, cap = 0;
	char name[KEYSTORE_NAME_MAX + 1];
	enum key_kind found;
	const struct dirent *entry;

	CLEANUP(dir_end_list)
	DIR *listing = store->dir.fd < 0 ? NULL : dir_list(&store->dir, err);
	if (!listing && store->dir.fd >= 0)
		return -1;
	while (listing && (entry = readdir(listing))) {
		if (!keystore_parse_file_name(entry->d_name, name, &found) ||
			found != kind)
			continue;
		list = array_reserve(list, &cap, used + 1, sizeof(list[0]));
		list[used++] = xstrdup(name);
	}
	if (used)
		qsort(list, used, sizeof(list[0]), compare_names);
	*names = list;
	*count = used;
	return 0;
}

void keystore_free_list(char **names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
}

void keystore_entry_wipe(struct keystore_entry *entry)
{
	sodium_memzero(entry, sizeof(*entry));
}

void keystore_release(struct keystore *store)
{
	dir_release(&store->dir);
}
