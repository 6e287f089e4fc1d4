/* SPDX-License-Identifier: MIT */
/* wgctl init: a new site folder. */
#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "arg.h"
#include "cmd.h"
#include "context.h"
#include "disk/folder.h"
#include "out.h"
#include "prompt.h"
#include "render/template.h"

/* The new site as the person gives it. */
struct plan {
	struct buf name, ssh;
	struct endpoint endpoint;
	struct prefixset networks, supernets, subnets;
	struct addr lan_address;
};

static void plan_release(struct plan *plan)
{
	buf_release(&plan->name);
	buf_release(&plan->ssh);
	prefixset_release(&plan->networks);
	prefixset_release(&plan->supernets);
	prefixset_release(&plan->subnets);
}

/* A question of init: asked on a terminal where its option was not given. */
struct question {
	const char *option;
	const char *text;
	const char *fallback; /* NULL: there has to be an answer */
	bool many;	      /* the option may have several values */
	int (*take)(struct plan *plan, const char *what, const char *const *values,
		struct err *err);
};

static int take_name(
	struct plan *plan, const char *what, const char *const *values, struct err *err)
{
	if (arg_name(what, values[0], err) < 0)
		return -1;
	buf_add(&plan->name, values[0]);
	return 0;
}

static int take_endpoint(
	struct plan *plan, const char *what, const char *const *values, struct err *err)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT;
	struct endpoint probe;
	struct addr addr;

	if (endpoint_parse(values[0], &probe))
		buf_add(&text, values[0]);
	else if (addr_parse(values[0], &addr) && addr.family == FAMILY_IPV6)
		buf_addf(&text, "[%s]:%d", values[0], LISTEN_PORT_DEFAULT);
	else
		buf_addf(&text, "%s:%d", values[0], LISTEN_PORT_DEFAULT);
	if (endpoint_parse(text.text, &plan->endpoint))
		return 0;
	return arg_endpoint(what, values[0], &plan->endpoint, err);
}

static int take_networks(
	struct plan *plan, const char *what, const char *const *values, struct err *err)
{
	return arg_prefixes(what, values, &plan->networks, err);
}

static int take_supernets(
	struct plan *plan, const char *what, const char *const *values, struct err *err)
{
	return arg_prefixes(what, values, &plan->supernets, err);
}

static int take_subnets(
	struct plan *plan, const char *what, const char *const *values, struct err *err)
{
	return arg_prefixes(what, values, &plan->subnets, err);
}

static int take_lan(
	struct plan *plan, const char *what, const char *const *values, struct err *err)
{
	return arg_addr(what, values[0], &plan->lan_address, err);
}

static int take_ssh(
	struct plan *plan, const char *what, const char *const *values, struct err *err)
{
	if (arg_ssh(what, values[0], err) < 0)
		return -1;
	buf_add(&plan->ssh, values[0]);
	return 0;
}

#define NONE "none"

static const struct question questions[] = {
	{"name", "name of the site", NULL, false, take_name},
	{"endpoint", "public address of the hub, HOST:PORT", NULL, false, take_endpoint},
	{"network", "network for the tunnel addresses", "10.49.0.0/24", true,
		take_networks},
	{"supernet", "network that holds all networks behind spokes", NONE, true,
		take_supernets},
	{"hub-subnet", "networks behind the hub", NONE, true, take_subnets},
	{"hub-lan", "address of the hub in the network behind it", NONE, false, take_lan},
	{"ssh", "how ssh reaches the hub, [USER@]HOST[:PORT]", NONE, false, take_ssh},
};

/* The folder's own name, where it makes a name for the site. */
static void folder_name(const char *folder, struct buf *out)
{
	char *path = realpath(folder, NULL);
	const char *slash = strrchr(path ? path : folder, '/');

	for (const char *at = slash ? slash + 1 : folder; *at; at++)
		buf_add_char(out,
			strchr("_. ", *at) ? '-' : (char)tolower((unsigned char)*at));
	free(path);
	if (!site_name_is_valid(out->text)) {
		buf_truncate(out, 0);
		buf_add(out, "site");
	}
}

/* Splits "a, b" at commas and blanks; the pieces point into `text`. */
static size_t split(char *text, const char **values, size_t max)
{
	size_t count = 0;

	while (count < max) {
		text += strspn(text, ", ");
		if (!*text)
			break;
		values[count++] = text;
		text += strcspn(text, ", ");
		if (*text)
			*text++ = '\0';
	}
	values[count] = NULL;
	return count;
}

enum { ANSWERS_MAX = 512 }; /* more do not fit in a line */

/* Asks until the answer is good; a mistake is told and asked again. */
static int ask(const struct common *common, const struct question *question,
	const char *fallback, struct plan *plan, struct err *err)
{
	for (;;) {
		CLEANUP(buf_release) struct buf answer = BUF_INIT;
		CLEANUP(err_release) struct err mistake = ERR_INIT;
		const char *values[ANSWERS_MAX + 1];

		if (prompt_line(question->text, fallback, &answer, err) < 0)
			return -1;
		if (!strcmp(answer.text, NONE))
			return 0;
		values[0] = answer.text;
		values[1] = NULL;
		if (question->many && !split(answer.text, values, ANSWERS_MAX))
			return 0;
		if (!question->take(plan, "answer", values, &mistake))
			return 0;
		say(common, "%s", mistake.entries[0].message);
	}
}

static int answer(const struct invocation *in, const struct question *question,
	struct plan *plan, struct err *err)
{
	CLEANUP(buf_release) struct buf what = BUF_INIT, own = BUF_INIT;
	const char *fallback = question->fallback;
	const char *single[] = {NULL, NULL}, *const *given = single;

	buf_addf(&what, "--%s", question->option);
	if (question->many)
		given = opt_values(in->opts, question->option);
	else
		single[0] = opt_value(in->opts, question->option);
	if (given[0])
		return question->take(plan, what.text, given, err);
	if (!fallback && question->take == take_name) {
		folder_name(in->common->folder, &own);
		fallback = own.text;
	}
	if (!prompt_available() || in->common->yes) {
		if (!fallback)
			return err_usage(
				err, "%s is needed: %s", what.text, question->text);
		single[0] = fallback;
		if (!strcmp(fallback, NONE))
			return 0;
		return question->take(plan, what.text, single, err);
	}
	return ask(in->common, question, fallback, plan, err);
}

/* The hub takes the first address of each network. */
static int hub_addresses(
	const struct prefixset *networks, struct prefixset *out, struct err *err)
{
	const struct prefixset none = PREFIXSET_INIT;

	for (size_t i = 0; i < networks->count; i++) {
		struct prefix host;

		if (!prefixset_find_free_addr(&none, &networks->items[i], &host.addr))
			return err_usage(err, "--network: it has no room for a hub");
		host = prefix_of_host(&host.addr);
		prefixset_add(out, &host);
	}
	return 0;
}

static void one_addr(const void *context, size_t i, struct view *item)
{
	const struct prefixset *hosts = context;

	view_flag(item, "more", i + 1 < hosts->count);
	view_addr(item, "address", &hosts->items[i].addr);
}

static int render_site(const struct plan *plan, const struct key *public_key,
	struct buf *out, struct err *err)
{
	CLEANUP(prefixset_release) struct prefixset hosts = PREFIXSET_INIT;
	struct view view = {.count = 0};

	if (hub_addresses(&plan->networks, &hosts, err) < 0)
		return -1;
	view_name(&view, "site", plan->name.text);
	view_prefixes(&view, "networks", &plan->networks);
	view_flag(&view, "one_network", plan->networks.count == 1);
	view_prefixes(&view, "supernets", &plan->supernets);
	view_flag(&view, "has_supernet", plan->supernets.count > 0);
	view_flag(&view, "one_supernet", plan->supernets.count == 1);
	view_endpoint(&view, "endpoint", &plan->endpoint);
	view_list(&view, "addresses", hosts.count, one_addr, &hosts);
	view_addr(&view, "lan_address", &plan->lan_address);
	view_flag(&view, "has_lan", addr_is_set(&plan->lan_address));
	view_prefixes(&view, "subnets", &plan->subnets);
	view_flag(&view, "has_subnets", plan->subnets.count > 0);
	view_text(&view, "ssh", plan->ssh.text);
	view_flag(&view, "has_ssh", plan->ssh.len > 0);
	view_key(&view, "public_key", public_key);
	return template_render("site.yaml", &view, out, err);
}

/* Checks the new text as any other before anything is written. */
static int check_text(const struct buf *text, struct err *err)
{
	CLEANUP(site_release) struct site site = SITE_INIT;

	return site_load(&site, "new site.yaml", text->text, text->len, err);
}

static int create(const struct invocation *in, const struct plan *plan, struct err *err)
{
	CLEANUP(folder_release) struct folder folder = FOLDER_INIT;
	CLEANUP(keychange_release) struct keychange keys = KEYCHANGE_INIT;
	CLEANUP(buf_release) struct buf text = BUF_INIT;
	CLEANUP(key_wipe) struct key private_key;
	struct key public_key;

	key_generate_private(&private_key);
	key_public(&private_key, &public_key);
	keychange_store(&keys, "hub", KEY_PRIVATE, &private_key);
	if (render_site(plan, &public_key, &text, err) < 0 || check_text(&text, err) < 0)
		return -1;
	if (folder_init(&folder, in->common->folder, err) < 0)
		return -1;
	return folder_commit(&folder, text.text, text.len, &keys, err);
}

static enum status init_run(const struct invocation *in, struct err *err)
{
	CLEANUP(plan_release)
	struct plan plan = {.name = BUF_INIT, .ssh = BUF_INIT};

	if (folder_check_new(in->common->folder, err) < 0)
		return err->status;
	for (size_t i = 0; i < ARRAY_SIZE(questions); i++)
		if (answer(in, &questions[i], &plan, err) < 0)
			return err->status;
	if (create(in, &plan, err) < 0)
		return err->status;
	say(in->common, "made site.yaml and the hub's key in '%s'", in->common->folder);
	say(in->common, "next: 'wgctl add-spoke NAME', then 'wgctl deploy hub'");
	return STATUS_DONE;
}

static const struct opt opts[] = {
	{0, "name", "NAME", "name of the site; the folder's name by default"},
	{0, "endpoint", "HOST[:PORT]", "what spokes dial; port 51820 by default"},
	{0, "network", "PREFIX", "tunnel addresses; 10.49.0.0/24 by default",
		.many = true},
	{0, "supernet", "PREFIX", "holds all networks behind spokes", .many = true},
	{0, "hub-subnet", "PREFIX", "a network behind the hub", .many = true},
	{0, "hub-lan", "ADDRESS", "the hub's address in the network behind it"},
	{0, "ssh", "[USER@]HOST[:PORT]", "how ssh reaches the hub"},
	{0},
};

const struct cmd cmd_init = {
	.name = "init",
	.args = "",
	.summary = "make a new site folder with the hub's key",
	.details =
		"Asks on a terminal for what the options do not say. Prefix options may be\n"
		"repeated, or take a list with commas.",
	.min_args = 0,
	.max_args = 0,
	.opts = opts,
	.run = init_run,
};
