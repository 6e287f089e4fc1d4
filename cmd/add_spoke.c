/* SPDX-License-Identifier: MIT */
/* wgctl add-spoke: a new spoke in site.yaml, with its keys. */
#include <stdio.h>
#include <string.h>

#include "arg.h"
#include "base/json.h"
#include "base/num.h"
#include "cmd.h"
#include "context.h"
#include "disk/folder.h"
#include "out.h"
#include "site/edit.h"

enum { FIELDS_MAX = 8, VALUES_MAX = 64 };

/* The fields of the new spoke as texts; those that were computed live in `arena`. */
struct spoke {
	struct arena arena;
	struct edit_field fields[FIELDS_MAX];
	size_t count;
	struct key public_key;
	bool has_private_key;
};

static void spoke_release(struct spoke *spoke)
{
	arena_release(&spoke->arena);
}

static void add_field(struct spoke *spoke, const char *key, const char *const *values,
	size_t count, bool list)
{
	if (count)
		spoke->fields[spoke->count++] =
			(struct edit_field){key, values, count, list};
}

static void add_one(struct spoke *spoke, const char *key, const char *value)
{
	const char **values = arena_array(&spoke->arena, 1, sizeof(*values));

	values[0] = arena_strdup(&spoke->arena, value);
	add_field(spoke, key, values, 1, false);
}

/* --address, or the lowest free one of each family of the peer network. */
static int choose_addresses(const struct site *site, const struct invocation *in,
	struct spoke *spoke, struct err *err)
{
	const char **values = arena_array(&spoke->arena, VALUES_MAX, sizeof(*values));
	struct addr free_ones[SLOTS] = {{0}};
	size_t count = opt_count(in->opts, "address");

	if (count > SLOTS)
		return err_usage(err, "--address: one of each family at most");
	for (size_t i = 0; i < count; i++) {
		struct addr addr;

		values[i] = opt_values(in->opts, "address")[i];
		if (arg_addr("--address", values[i], &addr, err) < 0)
			return -1;
	}
	if (!count && site_free_addresses(site, free_ones, err) < 0)
		return -1;
	for (size_t slot = 0; slot < SLOTS; slot++) {
		char text[ADDR_TEXT_SIZE];

		if (!addr_is_set(&free_ones[slot]))
			continue;
		addr_format(&free_ones[slot], text);
		values[count++] = arena_strdup(&spoke->arena, text);
	}
	add_field(spoke, "address", values, count, count > 1);
	return 0;
}

/* "auto/24": the next free one of a supernet; auto6/64 of an IPv6 one. */
static int choose_subnet(
	const struct site *site, const char *given, struct prefix *out, struct err *err)
{
	enum family family = FAMILY_IPV4;
	const char *length;
	uint64_t len;

	if (!strncmp(given, "auto/", 5)) {
		length = given + 5;
	} else if (!strncmp(given, "auto6/", 6)) {
		length = given + 6;
		family = FAMILY_IPV6;
	} else {
		return arg_prefix("--subnet", given, out, err);
	}
	if (!num_parse(length, 1, family == FAMILY_IPV4 ? 32 : 128, &len))
		return err_usage(err,
			"--subnet: after 'auto/' goes a prefix length, such as auto/24");
	return site_free_subnet(site, family, (unsigned)len, out, err);
}

static int choose_subnets(const struct site *site, const struct invocation *in,
	struct spoke *spoke, struct err *err)
{
	const char *const *given = opt_values(in->opts, "subnet");
	size_t count = opt_count(in->opts, "subnet"), automatic = 0;
	const char **values = arena_array(&spoke->arena, count + 1, sizeof(*values));

	for (size_t i = 0; i < count; i++) {
		char text[PREFIX_TEXT_SIZE];
		struct prefix subnet;

		if (!strncmp(given[i], "auto", 4) && automatic++)
			return err_usage(err, "--subnet: 'auto' goes once in a command");
		if (choose_subnet(site, given[i], &subnet, err) < 0)
			return -1;
		prefix_format(&subnet, text);
		values[i] = arena_strdup(&spoke->arena, text);
	}
	add_field(spoke, "subnets", values, count, true);
	return 0;
}

static int choose_allowed_ips(
	const struct invocation *in, struct spoke *spoke, struct err *err)
{
	const char *const *given = opt_values(in->opts, "allowed-ips");
	size_t count = opt_count(in->opts, "allowed-ips");
	bool word = false;

	for (size_t i = 0; i < count; i++) {
		struct prefix prefix;

		for (enum scope scope = SCOPE_HUB; scope <= SCOPE_ALL; scope++)
			word = word || !strcmp(given[i], scope_name(scope));
		if (!word && arg_prefix("--allowed-ips", given[i], &prefix, err) < 0)
			return -1;
	}
	if (word && count > 1)
		return err_usage(
			err, "--allowed-ips: either one of hub, site, all, or prefixes");
	add_field(spoke, "allowed_ips", given, count, !word);
	return 0;
}

/* The public key that was given, or a new pair. */
static int choose_keys(const struct invocation *in, struct spoke *spoke,
	struct keychange *keys, struct err *err)
{
	const char *given = opt_value(in->opts, "public-key"), *name = in->argv[0];
	CLEANUP(key_wipe) struct key preshared, private_key = {{0}};
	char text[KEY_TEXT_SIZE];

	if (given && !key_parse(given, &spoke->public_key))
		return err_usage(err,
			"--public-key: this is not a WireGuard key (44 characters of "
			"base64)");
	if (!given) {
		key_generate_private(&private_key);
		key_public(&private_key, &spoke->public_key);
		keychange_store(keys, name, KEY_PRIVATE, &private_key);
		spoke->has_private_key = true;
	}
	key_generate_preshared(&preshared);
	keychange_store(keys, name, KEY_PRESHARED, &preshared);
	key_format(&spoke->public_key, text);
	add_one(spoke, "public_key", text);
	return 0;
}

static void add_pair(
	const char **values, size_t *count, const char *key, const char *value)
{
	if (!value)
		return;
	values[(*count)++] = key;
	values[(*count)++] = value;
}

/* The map form: the user, and a host where one is named, reached from the hub. */
static int add_ssh_via_hub(struct spoke *spoke, const char *given, struct err *err)
{
	const char **values = arena_array(&spoke->arena, VALUES_MAX, sizeof(*values));
	struct ssh_target target = {.host = NULL};
	size_t count = 0, len = given ? strlen(given) : 0;

	if (len > 1 && given[len - 1] == '@')
		target.user = arena_strndup(&spoke->arena, given, len - 1);
	else if (given && (arg_ssh("--ssh", given, err) < 0 ||
				  !ssh_target_parse(&spoke->arena, given, &target)))
		return -1;
	add_pair(values, &count, "user", target.user);
	add_pair(values, &count, "host", target.host);
	if (target.port) {
		char port[8];

		snprintf(port, sizeof(port), "%u", target.port);
		add_pair(values, &count, "port", arena_strdup(&spoke->arena, port));
	}
	add_pair(values, &count, "via", "hub");
	spoke->fields[spoke->count++] = (struct edit_field){
		.key = "ssh", .values = values, .count = count, .map = true};
	return 0;
}

static int choose_reach(const struct invocation *in, struct spoke *spoke, struct err *err)
{
	const char *lan = opt_value(in->opts, "lan"), *ssh = opt_value(in->opts, "ssh");
	struct addr addr;

	if (lan && arg_addr("--lan", lan, &addr, err) < 0)
		return -1;
	if (lan)
		add_one(spoke, "lan_address", lan);
	if (opt_flag(in->opts, "via-hub"))
		return add_ssh_via_hub(spoke, ssh, err);
	if (ssh && arg_ssh("--ssh", ssh, err) < 0)
		return -1;
	if (ssh)
		add_one(spoke, "ssh", ssh);
	return 0;
}

static int choose(const struct site *site, const struct invocation *in,
	struct spoke *spoke, struct keychange *keys, struct err *err)
{
	const char *name = in->argv[0];
	const struct node *there = site_find(site, name);

	if (arg_name("add-spoke", name, err) < 0)
		return -1;
	if (there)
		return err_usage(err, "there is a node '%s' already (%s:%u)", name,
			site->source.name, there->pos.line);
	if (choose_addresses(site, in, spoke, err) < 0 ||
		choose_keys(in, spoke, keys, err) < 0 ||
		choose_subnets(site, in, spoke, err) < 0 ||
		choose_allowed_ips(in, spoke, err) < 0)
		return -1;
	return choose_reach(in, spoke, err);
}

static void print_json(const char *name, const struct spoke *spoke)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT;
	struct json json;

	json_init(&json, &text);
	json_object(&json, NULL);
	json_string(&json, "name", name);
	for (size_t i = 0; i < spoke->count; i++) {
		const struct edit_field *field = &spoke->fields[i];

		if (field->map)
			continue;
		if (!field->list) {
			json_string(&json, field->key, field->values[0]);
			continue;
		}
		json_array(&json, field->key);
		for (size_t j = 0; j < field->count; j++)
			json_string(&json, NULL, field->values[j]);
		json_array_end(&json);
	}
	json_object_end(&json);
	out_text(&text);
}

static void add_values(const struct spoke *spoke, const char *key, struct buf *out)
{
	for (size_t i = 0; i < spoke->count; i++) {
		const struct edit_field *field = &spoke->fields[i];

		if (strcmp(field->key, key) != 0)
			continue;
		for (size_t j = 0; j < field->count; j++)
			buf_addf(out, "%s%s", j ? ", " : "", field->values[j]);
	}
}

static void say_added(
	const struct common *common, const char *name, const struct spoke *spoke)
{
	CLEANUP(buf_release) struct buf addresses = BUF_INIT, subnets = BUF_INIT;

	add_values(spoke, "address", &addresses);
	add_values(spoke, "subnets", &subnets);
	say(common, "added '%s' at %s%s%s%s", name, addresses.text,
		subnets.len ? ", with " : "", subnets.text,
		subnets.len ? " behind it" : "");
}

static void say_next(const struct common *common, const char *name,
	const struct spoke *spoke, bool has_ssh)
{
	if (has_ssh)
		say(common, "next: 'wgctl deploy hub %s'", name);
	else if (spoke->has_private_key)
		say(common,
			"next: 'wgctl deploy hub', then 'wgctl qr %s' for a phone, or "
			"'wgctl script %s' for a host",
			name, name);
	else
		say(common,
			"next: 'wgctl deploy hub', then take the output of 'wgctl config "
			"%s' to the device",
			name);
}

static enum status add_spoke_run(const struct invocation *in, struct err *err)
{
	CLEANUP(folder_release) struct folder folder = FOLDER_INIT;
	CLEANUP(keychange_release) struct keychange keys = KEYCHANGE_INIT;
	CLEANUP(site_release) struct site after = SITE_INIT;
	CLEANUP(spoke_release) struct spoke spoke = {.arena = ARENA_INIT};
	CLEANUP(buf_release) struct buf text = BUF_INIT;
	const char *name = in->argv[0];

	if (folder_edit(&folder, in->common->folder, err) < 0 ||
		choose(&folder.site, in, &spoke, &keys, err) < 0 ||
		edit_add_spoke(&folder.site, name, spoke.fields, spoke.count, &text,
			&after, err) < 0 ||
		folder_commit(&folder, text.text, text.len, &keys, err) < 0)
		return err->status;
	if (in->common->json)
		print_json(name, &spoke);
	say_added(in->common, name, &spoke);
	context_say_stale(in->common, &folder.site, &after);
	say_next(in->common, name, &spoke,
		opt_value(in->opts, "ssh") || opt_flag(in->opts, "via-hub"));
	return STATUS_DONE;
}

static const struct opt opts[] = {
	{0, "subnet", "PREFIX", "a network behind the spoke; auto/24 takes a free one",
		.many = true},
	{0, "address", "ADDRESS", "its tunnel address; a free one by default",
		.many = true},
	{0, "lan", "ADDRESS", "its address in the network behind it"},
	{0, "ssh", "[USER@]HOST[:PORT]", "how ssh reaches it, for deploy"},
	{0, "via-hub", NULL, "ssh goes through the hub; --ssh USER@ names the user"},
	{0, "public-key", "KEY",
		"the device keeps its private key; this is its other half"},
	{0, "allowed-ips", "SCOPE",
		"hub, site, all, or prefixes: what it routes to the hub", .many = true},
	{0},
};

const struct cmd cmd_add_spoke = {
	.name = "add-spoke",
	.args = "NAME",
	.summary = "add a spoke to site.yaml and make its keys",
	.details =
		"Prefix options may be repeated, or take a list with commas. 'auto/24' takes\n"
		"the next free /24 of the supernet, 'auto6/64' of an IPv6 one.",
	.min_args = 1,
	.max_args = 1,
	.opts = opts,
	.json = true,
	.run = add_spoke_run,
};
