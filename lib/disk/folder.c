/* SPDX-License-Identifier: MIT */
/* site.yaml and the keys that it names, changed in the order that loses none. */
#include "disk/folder.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "disk/batch.h"
#include "disk/file.h"
#include "disk/journal.h"
#include "site/tree.h"

enum { IGNORE_FILE_MAX = 1024 * 1024 };

static const char site_file[] = "site.yaml";
static const char ignore_file[] = ".gitignore";
static const char lock_file[] = ".lock"; /* in keys/, which git passes over */

static int no_site(const struct dir *dir, struct err *err)
{
	CLEANUP_FREE char *shown = dir_show(dir, NULL);

	return err_set(err,
		"no site.yaml in '%s': run 'wgctl init' here, "
		"or name the site folder with -C",
		shown);
}

static int site_exists(const char *name, struct err *err)
{
	return err_set(err,
		"'%s' exists already; use another folder with -C, or move it away", name);
}

/* The text is only needed until the site has its copy. */
static int load(struct folder *folder, struct err *err)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT;
	bool found = false;

	if (file_find(&folder->dir, site_file, FILE_PUBLIC, TREE_SIZE, &text, &found,
		    err) < 0)
		return -1;
	if (!found)
		return no_site(&folder->dir, err);
	if (folder->lock.fd >= 0 &&
		journal_settle(&folder->keys, &folder->dir,
			(struct journal_text){text.text, text.len}, err) < 0)
		return -1;
	return site_load(&folder->site, folder->site_name, text.text, text.len, err);
}

static int open_dir(struct folder *folder, const char *path, struct err *err)
{
	if (dir_open(&folder->dir, path, err) < 0)
		return -1;
	folder->site_name = dir_show(&folder->dir, site_file);
	return 0;
}

/* A loaded site may point into itself, so a folder is filled where it stays. */
static int finish(struct folder *folder, int result)
{
	if (result < 0)
		folder_release(folder);
	return result;
}

int folder_open(struct folder *out, const char *path, struct err *err)
{
	if (open_dir(out, path, err) < 0 || load(out, err) < 0)
		return finish(out, -1);
	return 0;
}

int folder_open_keys(struct folder *folder, struct err *err)
{
	return keystore_open(&folder->keys, &folder->dir, err);
}

static int lock(struct folder *folder, struct err *err)
{
	if (keystore_make(&folder->keys, &folder->dir, err) < 0 ||
		lock_take(&folder->lock, &folder->keys.dir, lock_file, err) < 0 ||
		batch_sweep(&folder->dir, err) < 0 ||
		batch_sweep(&folder->keys.dir, err) < 0)
		return -1;
	return 0;
}

static int edit(struct folder *folder, const char *path, struct err *err)
{
	bool found = false;

	if (open_dir(folder, path, err) < 0 || dir_check_safe(&folder->dir, err) < 0 ||
		file_exists(&folder->dir, site_file, &found, err) < 0)
		return -1;
	if (!found)
		return no_site(&folder->dir, err);
	if (lock(folder, err) < 0)
		return -1;
	return load(folder, err);
}

int folder_edit(struct folder *out, const char *path, struct err *err)
{
	return finish(out, edit(out, path, err));
}

int folder_check_new(const char *path, struct err *err)
{
	CLEANUP(folder_release) struct folder folder = FOLDER_INIT;
	struct stat st;
	bool found = false;

	if (stat(path, &st) < 0 && errno == ENOENT)
		return 0;
	if (open_dir(&folder, path, err) < 0 || dir_check_safe(&folder.dir, err) < 0 ||
		file_exists(&folder.dir, site_file, &found, err) < 0)
		return -1;
	return found ? site_exists(folder.site_name, err) : 0;
}

static int init(struct folder *folder, const char *path, struct err *err)
{
	const struct journal_text none = {.text = NULL};
	bool found = false;

	if (folder_check_new(path, err) < 0 || dir_make(path, 0777, true, err) < 0 ||
		open_dir(folder, path, err) < 0 || lock(folder, err) < 0 ||
		file_exists(&folder->dir, site_file, &found, err) < 0)
		return -1;
	if (found)
		return site_exists(folder->site_name, err);
	folder->is_new = true;
	return journal_settle(&folder->keys, &folder->dir, none, err);
}

int folder_init(struct folder *out, const char *path, struct err *err)
{
	return finish(out, init(out, path, err));
}

static struct journal_text loaded_text(const struct folder *folder)
{
	if (folder->is_new)
		return (struct journal_text){.text = NULL};
	return (struct journal_text){folder->site.source.text, folder->site.source.len};
}

static bool equal(struct journal_text a, struct journal_text b)
{
	if (!a.text || !b.text)
		return !a.text && !b.text;
	return a.len == b.len && !memcmp(a.text, b.text, a.len);
}

/* Whether site.yaml says this now. */
static int says(const struct folder *folder, struct journal_text wanted, bool *same,
	struct err *err)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT;
	bool found = false;

	if (file_find(&folder->dir, site_file, FILE_PUBLIC, TREE_SIZE, &text, &found,
		    err) < 0)
		return -1;
	*same = equal((struct journal_text){found ? text.text : NULL, text.len}, wanted);
	return 0;
}

static int check_unchanged(const struct folder *folder, struct err *err)
{
	bool unchanged = false;

	if (says(folder, loaded_text(folder), &unchanged, err) < 0)
		return -1;
	if (unchanged)
		return 0;
	return err_set(err,
		"'%s' was changed by another program meanwhile; nothing was written, "
		"run the command again",
		folder->site_name);
}

static int check_key_is_new(
	const struct folder *folder, const struct keystore_entry *entry, struct err *err)
{
	char file[KEYSTORE_FILE_SIZE];
	bool found = false;

	if (keystore_exists(&folder->keys, entry->name, entry->kind, &found, err) < 0)
		return -1;
	if (!found)
		return 0;
	keystore_file_name(entry->name, entry->kind, file);
	CLEANUP_FREE char *shown = dir_show(&folder->keys.dir, file);
	return err_set(err,
		"'%s' exists already, though the site has no '%s'; "
		"move it away, or choose another name",
		shown, entry->name);
}

static bool ignores_keys(const char *text)
{
	static const char *const lines[] = {"keys/", "/keys/", "keys", "/keys"};

	while (*text) {
		size_t len = strcspn(text, "\n"), used = len;

		while (used && strchr(" \t\r", text[used - 1]))
			used--;
		for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
			if (used == strlen(lines[i]) && !strncmp(text, lines[i], used))
				return true;
		}
		text += text[len] ? len + 1 : len;
	}
	return false;
}

static int write_ignore_file(const struct dir *dir, struct err *err)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT;
	bool found = false;

	if (file_find(dir, ignore_file, FILE_PUBLIC, IGNORE_FILE_MAX, &text, &found,
		    err) < 0)
		return -1;
	if (ignores_keys(text.text))
		return 0;
	if (text.len && text.text[text.len - 1] != '\n')
		buf_add_char(&text, '\n');
	buf_add(&text, "keys/\n");
	return file_replace(dir, ignore_file, FILE_MODE_KEEP, text.text, text.len, err);
}

/* Up to the moment when the new site.yaml takes its name. */
static int prepare(const struct folder *folder, struct journal_text after,
	const struct keychange *change, struct err *err)
{
	if (change->store_count + change->removal_count &&
		journal_write(&folder->keys, loaded_text(folder), after, change, err) < 0)
		return -1;
	if (keystore_store(&folder->keys, change->stores, change->store_count,
		    FILE_MODE_NEW, err) < 0 ||
		(folder->is_new && write_ignore_file(&folder->dir, err) < 0))
		return -1;
	return check_unchanged(folder, err);
}

/*
 * Takes back what a failed commit has done. Where the new site.yaml is in place, but
 * perhaps not durable, no key may go: the next edit sees to it. Where this fails as well,
 * that one does it too, so the first failure is the one to report.
 */
static void undo(const struct folder *folder, struct journal_text after)
{
	CLEANUP(err_release) struct err ignored = ERR_INIT;
	bool in_place = true;

	if (says(folder, after, &in_place, &ignored) == 0 && !in_place)
		journal_settle(
			&folder->keys, &folder->dir, loaded_text(folder), &ignored);
}

static int remove_keys(
	const struct folder *folder, const struct keychange *change, struct err *err)
{
	for (size_t i = 0; i < change->removal_count; i++) {
		const struct keychange_removal *removal = &change->removals[i];

		if (keystore_remove(&folder->keys, removal->name, removal->kind, err) < 0)
			return -1;
	}
	if (change->removal_count && dir_sync(&folder->keys.dir, err) < 0)
		return -1;
	return journal_remove(&folder->keys, err);
}

int folder_commit(struct folder *folder, const char *text, size_t len,
	const struct keychange *change, struct err *err)
{
	CLEANUP(batch_release) struct batch batch;
	const struct journal_text after = {text, len};

	assert(folder->lock.fd >= 0);
	/* By the text the journal tells whether the edit got through. */
	assert((!change->store_count && !change->removal_count) ||
		!equal(loaded_text(folder), after));
	batch_init(&batch, &folder->dir, 1);
	for (size_t i = 0; i < change->store_count; i++) {
		if (check_key_is_new(folder, &change->stores[i], err) < 0)
			return -1;
	}
	/* Written first, since a full disk should show before anything is changed. */
	if (batch_add(&batch, site_file, FILE_MODE_KEEP, text, len, err) < 0)
		return -1;
	if (prepare(folder, after, change, err) < 0 || batch_commit(&batch, err) < 0) {
		undo(folder, after);
		return -1;
	}
	if (remove_keys(folder, change, err) < 0)
		return err_wrap(err,
			"the site is changed, and the next change of it will finish this");
	return 0;
}

void folder_release(struct folder *folder)
{
	site_release(&folder->site);
	keystore_release(&folder->keys);
	lock_release(&folder->lock);
	dir_release(&folder->dir);
	free(folder->site_name);
	*folder = (struct folder)FOLDER_INIT;
}
