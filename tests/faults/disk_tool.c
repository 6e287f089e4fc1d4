/* SPDX-License-Identifier: MIT */
/*
 * The edits of a site folder with as little as possible around lib/disk, for the tests
 * that break them at every step:
 *
 *   disk_tool init | add NAME | remove NAME | rename NAME NEW | render DIR | verify
 *
 * `verify` fails unless each node has its keys, the private one fitting the public one.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/num.h"
#include "disk/batch.h"
#include "disk/folder.h"
#include "disk/output.h"

static void add_node(struct buf *text, const char *name, unsigned host,
	const struct key *public_key, bool is_hub)
{
	char key[KEY_TEXT_SIZE];

	key_format(public_key, key);
	buf_addf(text, is_hub ? "%s:\n" : "  %s:\n", name);
	if (is_hub)
		buf_add(text, "  endpoint: vpn.example.org:51820\n");
	buf_addf(text, "%saddress: 10.49.0.%u\n", is_hub ? "  " : "    ", host);
	buf_addf(text, "%spublic_key: %s\n", is_hub ? "  " : "    ", key);
}

static void make_key(struct keychange *change, const char *name, struct key *public_key)
{
	CLEANUP(key_wipe) struct key key;

	key_generate_private(&key);
	key_public(&key, public_key);
	keychange_store(change, name, KEY_PRIVATE, &key);
	if (!strcmp(name, "hub"))
		return;
	key_generate_preshared(&key);
	keychange_store(change, name, KEY_PRESHARED, &key);
}

static void start(struct buf *text, const struct key *hub_key)
{
	buf_add(text, "site: test\nnetwork: 10.49.0.0/24\n");
	add_node(text, "hub", 1, hub_key, true);
	buf_add(text, "spokes:\n");
}

/* The site again, with one spoke left out (or renamed, where new_name is given). */
static void write_site(const struct site *site, const char *skip, const char *new_name,
	struct buf *text, unsigned *next)
{
	start(text, &site->hub.public_key);
	*next = 2;
	for (size_t i = 0; i < site->spoke_count; i++) {
		const struct node *spoke = &site->spokes[i];
		bool is_it = skip && !strcmp(spoke->name, skip);

		if (!is_it || new_name)
			add_node(text, is_it ? new_name : spoke->name, (*next)++,
				&spoke->public_key, false);
	}
}

static int init(struct err *err)
{
	CLEANUP(folder_release) struct folder folder = FOLDER_INIT;
	CLEANUP(keychange_release) struct keychange change = KEYCHANGE_INIT;
	CLEANUP(buf_release) struct buf text = BUF_INIT;
	struct key public_key;

	if (folder_init(&folder, ".", err) < 0)
		return -1;
	make_key(&change, "hub", &public_key);
	start(&text, &public_key);
	make_key(&change, "hospital", &public_key);
	add_node(&text, "hospital", 2, &public_key, false);
	return folder_commit(&folder, text.text, text.len, &change, err);
}

static int edit(const char *verb, const char *name, const char *new_name, struct err *err)
{
	CLEANUP(folder_release) struct folder folder = FOLDER_INIT;
	CLEANUP(keychange_release) struct keychange change = KEYCHANGE_INIT;
	CLEANUP(buf_release) struct buf text = BUF_INIT;
	struct key public_key;
	unsigned next;

	if (folder_edit(&folder, ".", err) < 0)
		return -1;
	if (!strcmp(verb, "add") == (site_find(&folder.site, name) != NULL))
		return err_set(err, "'%s' is there, or is not", name);
	write_site(&folder.site, strcmp(verb, "add") != 0 ? name : NULL, new_name, &text,
		&next);
	if (!strcmp(verb, "add")) {
		make_key(&change, name, &public_key);
		add_node(&text, name, next, &public_key, false);
	} else if (!new_name) {
		keychange_remove(&change, name);
	} else if (keychange_rename(&change, &folder.keys, name, new_name, err) < 0) {
		return -1;
	}
	return folder_commit(&folder, text.text, text.len, &change, err);
}

static int render(const char *path, struct err *err)
{
	CLEANUP(folder_release) struct folder folder = FOLDER_INIT;
	CLEANUP(dir_release) struct dir dir = DIR_INIT;
	CLEANUP(batch_release) struct batch batch = {.dir = NULL};
	const char content[] = "private and complete\n";

	if (folder_open(&folder, ".", err) < 0 || output_open(&dir, path, err) < 0)
		return -1;
	batch_init(&batch, &dir, 100); /* as if many, for the way of many */
	for (size_t i = 0; i < folder.site.spoke_count; i++) {
		if (batch_add(&batch, folder.site.spokes[i].name, FILE_MODE_SECRET,
			    content, strlen(content), err) < 0)
			return -1;
	}
	return batch_commit(&batch, err);
}

static int verify_node(
	const struct folder *folder, const struct node *node, struct err *err)
{
	CLEANUP(key_wipe) struct key key;
	struct key public_key;

	if (keystore_load(&folder->keys, node->name, KEY_PRIVATE, &key, err) < 0)
		return -1;
	key_public(&key, &public_key);
	if (!key_equals(&public_key, &node->public_key))
		return err_set(err, "the keys of '%s' do not fit", node->name);
	if (node->is_hub)
		return 0;
	return keystore_load(&folder->keys, node->name, KEY_PRESHARED, &key, err);
}

static int verify(struct err *err)
{
	CLEANUP(folder_release) struct folder folder = FOLDER_INIT;

	if (folder_open(&folder, ".", err) < 0 || folder_open_keys(&folder, err) < 0 ||
		verify_node(&folder, &folder.site.hub, err) < 0)
		return -1;
	for (size_t i = 0; i < folder.site.spoke_count; i++) {
		if (verify_node(&folder, &folder.site.spokes[i], err) < 0)
			return -1;
	}
	return 0;
}

static int run(int argc, char **argv, struct err *err)
{
	const char *verb = argc > 1 ? argv[1] : "";

	if (argc == 2 && !strcmp(verb, "init"))
		return init(err);
	if (argc == 2 && !strcmp(verb, "verify"))
		return verify(err);
	if (argc == 3 && !strcmp(verb, "render"))
		return render(argv[2], err);
	if (argc == 3 && (!strcmp(verb, "add") || !strcmp(verb, "remove")))
		return edit(verb, argv[2], NULL, err);
	if (argc == 4 && !strcmp(verb, "rename"))
		return edit(verb, argv[2], argv[3], err);
	return err_set(err, "wrong usage");
}

int main(int argc, char **argv)
{
	CLEANUP(err_release) struct err err = ERR_INIT;

	if (!key_init() || run(argc, argv, &err) < 0) {
		for (size_t i = 0; i < err.count; i++)
			fprintf(stderr, "disk_tool: %s\n", err.entries[i].message);
		return 1;
	}
	return 0;
}
