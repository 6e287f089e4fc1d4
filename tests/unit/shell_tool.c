/* SPDX-License-Identifier: MIT */
/*
 * shell_tool FOLDER: writes there each program that runs on a host, as it goes over the
 * wire, NAME.sh; with a nonce and a key of nobody.
 */
#include <stdio.h>

#include "render/hostfiles.h"
#include "render/script.h"

#define NONCE "00112233445566778899aabbccddeeff"
#define KEY   "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="

static const char *folder;

static int load(void *context, const char *name, enum key_kind kind, struct key *out,
	struct err *err)
{
	(void)context;
	(void)name;
	(void)err;
	*out = (struct key){{kind == KEY_PRIVATE ? 0x40 : 7}};
	return 0;
}

static int put(const char *name, const struct buf *text)
{
	CLEANUP(buf_release) struct buf path = BUF_INIT;

	buf_addf(&path, "%s/%s.sh", folder, name);
	FILE *file = fopen(path.text, "we");
	if (!file || fwrite(text->text, 1, text->len, file) != text->len) {
		perror(path.text);
		return -1;
	}
	return fclose(file);
}

/* A hub whose public key belongs to the private one that load gives. */
static int load_site(struct site *site, struct err *err)
{
	const struct key private_key = {{0x40}};
	CLEANUP(buf_release) struct buf text = BUF_INIT;
	struct key public_key;
	char shown[KEY_TEXT_SIZE];

	key_public(&private_key, &public_key);
	key_format(&public_key, shown);
	buf_addf(&text,
		"site: s\nnetwork: [10.49.0.0/24, 'fd00:49::/64']\nhub:\n"
		"  {endpoint: 'h:1', address: [10.49.0.1, 'fd00:49::1'],\n"
		"   subnets: [10.10.0.0/16], public_key: %s}\n"
		"spokes: {a: {address: 10.49.0.2, public_key: " KEY "}}\n",
		shown);
	return site_load(site, "site.yaml", text.text, text.len, err);
}

static int put_payloads(const struct site *site, struct err *err)
{
	const struct script_options options = {.nonce = NONCE};
	const struct keyring keys = {NULL, load};
	CLEANUP(topology_release) struct topology topology;
	CLEANUP(buf_release) struct buf look = BUF_INIT, whole = BUF_INIT;

	topology_init(&topology, site);
	if (script_look(&topology, &site->hub, &keys, &options, &look, err) < 0 ||
		script_whole(&topology, &site->hub, &keys, &options, &whole, err) < 0)
		return -1;
	script_change(WINDOW_DEFAULT, &look);
	return put("deploy", &look) || put("whole", &whole) ? -1 : 0;
}

static int put_others(const struct node *hub)
{
	CLEANUP(buf_release)
	struct buf program = BUF_INIT, confirm = BUF_INIT, abandon = BUF_INIT,
		   revert = BUF_INIT, status = BUF_INIT;

	hostfiles_program(&program);
	script_confirm(hub, SCRIPT_ANY, NONCE, &confirm);
	script_abandon(hub, "abc", NONCE, "it's $gone `now`", &abandon);
	script_revert(hub, NONCE, &revert);
	script_status(hub, NONCE, &status);
	return put("host", &program) || put("confirm", &confirm) ||
			       put("abandon", &abandon) || put("revert", &revert) ||
			       put("status", &status)
		       ? -1
		       : 0;
}

int main(int argc, char **argv)
{
	CLEANUP(site_release) struct site site = SITE_INIT;
	CLEANUP(err_release) struct err err = ERR_INIT;

	if (argc != 2 || !key_init())
		return 2;
	folder = argv[1];
	if (load_site(&site, &err) < 0 || put_payloads(&site, &err) < 0)
		fprintf(stderr, "%s\n", err_is_set(&err) ? err.entries[0].message : "?");
	else if (put_others(&site.hub) == 0)
		return 0;
	return 1;
}
