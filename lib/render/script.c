/* SPDX-License-Identifier: MIT */
/* Program and payload in one text. */
#include "render/script.h"

#include <string.h>

#include "base/quote.h"
#include "render/hostfiles.h"
#include "render/template.h"

#define WGCTL_FOLDER "/etc/wireguard/wgctl"

/* A file of the payload: its head says how many lines follow. */
static void add_file(struct buf *out, const char *label, unsigned mode, const char *path,
	const char *text)
{
	size_t lines = 0;

	for (const char *at = text; (at = strchr(at, '\n')); at++)
		lines++;
	buf_addf(out, "file %s %o %s %zu\n%s", label, mode, path, lines, text);
}

/* A path with the interface in it, for the time of one statement. */
struct path {
	char text[96];
};

static struct path path_of(const char *before, const struct node *node, const char *after)
{
	struct path path;
	struct buf text = BUF_INIT;

	buf_addf(&text, "%s%s%s", before, node->interface, after);
	if (text.len >= sizeof(path.text))
		buf_truncate(&text, sizeof(path.text) - 1);
	memcpy(path.text, text.text, text.len + 1);
	buf_release(&text);
	return path;
}

static int add_conf(const struct topology *topology, const struct node *node,
	const struct keyring *keys, struct buf *out, struct err *err)
{
	CLEANUP(wgconf_release) struct wgconf conf = WGCONF_INIT;
	CLEANUP(buf_release) struct buf text = BUF_INIT;

	if (nodeconf_build(topology, node, keys, &conf, err) < 0)
		return -1;
	if (key_is_zero(&conf.private_key))
		return err_set(err,
			"the private key of '%s' is not on this machine: set the device up "
			"by hand with 'wgctl config %s'",
			node->name, node->name);
	if (wgconf_format(&conf, &text, err) < 0)
		return -1;
	add_file(out, "configuration", 0600,
		path_of("/etc/wireguard/", node, ".conf").text, text.text);
	return 0;
}

static int add_policy(const struct topology *topology, const struct node *node,
	struct buf *out, struct err *err)
{
	CLEANUP(policy_release) struct policy policy = POLICY_INIT;
	CLEANUP(buf_release)
	struct buf ipv4 = BUF_INIT, ipv6 = BUF_INIT, sysctl = BUF_INIT;

	policy_derive(topology, node, &policy);
	if (hostfiles_firewall(node, &policy, FAMILY_IPV4, &ipv4, err) < 0 ||
		hostfiles_firewall(node, &policy, FAMILY_IPV6, &ipv6, err) < 0 ||
		hostfiles_sysctl(node, &policy, &sysctl, err) < 0)
		return -1;
	add_file(out, "firewall", 0600, path_of(WGCTL_FOLDER "/", node, ".iptables").text,
		ipv4.text);
	add_file(out, "firewall", 0600,
		path_of(WGCTL_FOLDER "/", node, ".ip6tables").text, ipv6.text);
	add_file(out, "sysctl", 0644,
		path_of("/etc/sysctl.d/90-wgctl-", node, ".conf").text, sysctl.text);
	return 0;
}

/* Keys of spokes that are gone: their peers are to be removed, unlike a stranger's. */
static void add_retired(const struct site *site, const struct node *node, struct buf *out)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT;

	for (size_t i = 0; node->is_hub && i < site->retired_count; i++) {
		char key[KEY_TEXT_SIZE];

		if (key_is_zero(&site->retired[i].public_key))
			continue;
		key_format(&site->retired[i].public_key, key);
		buf_addf(&text, "%s\n", key);
	}
	add_file(out, "program", 0600, path_of(WGCTL_FOLDER "/", node, ".retired").text,
		text.text);
}

/* The spoke has to follow a hub that is known by name only. */
static bool follows(const struct site *site, const struct node *node)
{
	return !node->is_hub && endpoint_is_name(&site->hub.endpoint);
}

static void add_units(struct buf *out)
{
	static const char *const units[] = {
		"wgctl@.service",
		"wgctl-firewall@.service",
		"wgctl-recover@.service",
		"wgctl-reresolve@.service",
		"wgctl-reresolve@.timer",
	};

	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		CLEANUP(buf_release) struct buf name = BUF_INIT, path = BUF_INIT;

		buf_addf(&name, "host/%s", units[i]);
		buf_addf(&path, "/etc/systemd/system/%s", units[i]);
		add_file(
			out, "systemd", 0644, path.text, template_source(name.text).text);
	}
}

static int add_init_scripts(
	const char *init, const struct node *node, struct buf *out, struct err *err)
{
	static const char *const services[] = {"recover", "firewall", "tunnel"};

	for (size_t i = 0; i < ARRAY_SIZE(services); i++) {
		CLEANUP(buf_release)
		struct buf name = BUF_INIT, text = BUF_INIT, path = BUF_INIT;

		buf_addf(&name, "host/%s/%s", init, services[i]);
		if (hostfiles_init_script(node, name.text, &text, err) < 0)
			return -1;
		buf_addf(&path, "/etc/init.d/wgctl-%s-%s", services[i], node->interface);
		add_file(out, init, 0755, path.text, text.text);
	}
	return 0;
}

/* Of every kind, labelled by it: the host takes what fits. */
static int add_services(const struct node *node, struct buf *out, struct err *err)
{
	add_units(out);
	if (add_init_scripts("openrc", node, out, err) < 0)
		return -1;
	return add_init_scripts("sysvinit", node, out, err);
}

/* The address in the tunnel at which a spoke finds the hub. */
static const char *gateway_text(const struct site *site, char out[static ADDR_TEXT_SIZE])
{
	const struct addr *address = site->hub.address;

	addr_format(
		&address[addr_is_set(&address[SLOT_IPV4]) ? SLOT_IPV4 : SLOT_IPV6], out);
	return out;
}

static void add_program(const struct site *site, const struct node *node, struct buf *out)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT;
	char gateway[ADDR_TEXT_SIZE];

	hostfiles_program(&text);
	add_file(out, "program", 0700, WGCTL_FOLDER "/host", text.text);
	buf_truncate(&text, 0);
	buf_addf(&text, "%s %s\n%s\n", site->name, node->name,
		follows(site, node) ? "yes" : "no");
	if (!node->is_hub)
		buf_addf(&text, "%s\n", gateway_text(site, gateway));
	add_file(out, "program", 0600, path_of(WGCTL_FOLDER "/", node, ".node").text,
		text.text);
}

static void add_settings(const struct site *site, const struct node *node,
	const struct script_options *options, struct buf *out)
{
	char gateway[ADDR_TEXT_SIZE];

	buf_addf(out, "set site %s\n", site->name);
	buf_addf(out, "set node %s\n", node->name);
	buf_addf(out, "set interface %s\n", node->interface);
	buf_addf(out, "set prune %s\n", options->prune ? "yes" : "no");
	buf_addf(out, "set follow %s\n", follows(site, node) ? "yes" : "no");
	buf_addf(out, "set nonce %s\n", options->nonce);
	if (!node->is_hub)
		buf_addf(out, "set gateway %s\n", gateway_text(site, gateway));
}

/* Peers that the administrator reaches through this tunnel, and no other way. */
static void add_reached(const struct site *site, const struct node *node, struct buf *out)
{
	char key[KEY_TEXT_SIZE];

	for (size_t i = 0; node->is_hub && i < site->spoke_count; i++) {
		if (!site->spokes[i].ssh.via_hub)
			continue;
		key_format(&site->spokes[i].public_key, key);
		buf_addf(out, "set reached %s\n", key);
	}
	if (!node->is_hub) {
		key_format(&site->hub.public_key, key);
		buf_addf(out, "set reached %s\n", key);
	}
}

static int add_payload(const struct topology *topology, const struct node *node,
	const struct keyring *keys, const struct script_options *options, struct buf *out,
	struct err *err)
{
	buf_addf(out, "payload 1 %s\n", options->nonce);
	add_settings(topology->site, node, options, out);
	add_reached(topology->site, node, out);
	if (add_conf(topology, node, keys, out, err) < 0 ||
		add_policy(topology, node, out, err) < 0)
		return -1;
	add_retired(topology->site, node, out);
	add_program(topology->site, node, out);
	if (add_services(node, out, err) < 0)
		return -1;
	buf_addf(out, "end %s\n", options->nonce);
	return 0;
}

static int add_look(const struct topology *topology, const struct node *node,
	const struct keyring *keys, const struct script_options *options, struct buf *out,
	struct err *err)
{
	buf_addf(out, "look <<'%s'\n", options->nonce);
	if (add_payload(topology, node, keys, options, out, err) < 0)
		return -1;
	buf_addf(out, "%s\n", options->nonce);
	return 0;
}

int script_look(const struct topology *topology, const struct node *node,
	const struct keyring *keys, const struct script_options *options, struct buf *out,
	struct err *err)
{
	CLEANUP(buf_release) struct buf script = BUF_INIT;

	hostfiles_deployer(&script);
	if (add_look(topology, node, keys, options, &script, err) < 0)
		return -1;
	buf_add_mem(out, script.text, script.len);
	return 0;
}

void script_change(unsigned window, struct buf *out)
{
	buf_addf(out, "change %u\n", window);
}

int script_whole(const struct topology *topology, const struct node *node,
	const struct keyring *keys, const struct script_options *options, struct buf *out,
	struct err *err)
{
	CLEANUP(buf_release) struct buf script = BUF_INIT;

	hostfiles_deployer(&script);
	hostfiles_settler(&script);
	if (add_look(topology, node, keys, options, &script, err) < 0)
		return -1;
	script_change(WINDOW_DEFAULT, &script);
	buf_add(&script, "settle_own\n");
	buf_add_mem(out, script.text, script.len);
	return 0;
}

void script_confirm(
	const struct node *node, const char *token, const char *nonce, struct buf *out)
{
	hostfiles_confirmer(out);
	buf_addf(out, "confirm %s %s %s </dev/null\n", node->interface, token, nonce);
}

void script_abandon(const struct node *node, const char *token, const char *nonce,
	const char *why, struct buf *out)
{
	hostfiles_confirmer(out);
	buf_addf(out, "abandon %s %s %s ", node->interface, token, nonce);
	quote_shell(out, why);
	buf_add(out, " </dev/null\n");
}

void script_revert(const struct node *node, const char *nonce, struct buf *out)
{
	hostfiles_deployer(out);
	buf_addf(out, "revert %s %s </dev/null\n", node->interface, nonce);
}

void script_status(const struct node *hub, const char *nonce, struct buf *out)
{
	hostfiles_status(out);
	buf_addf(out, "status %s %s </dev/null\n", hub->interface, nonce);
}
