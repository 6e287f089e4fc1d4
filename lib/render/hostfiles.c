/* SPDX-License-Identifier: MIT */
/* Policy to rules; parts of shell to programs. */
#include "render/hostfiles.h"

#include <string.h>

#include "render/template.h"

struct rule_list {
	const struct policy *policy;
	size_t *indices; /* the passes of the family */
	size_t count;
};

static void one_prefix(const void *context, size_t i, struct view *item)
{
	(void)i;
	view_prefix(item, "prefix", context);
}

static void one_pass(const void *context, size_t i, struct view *item)
{
	const struct rule_list *rules = context;
	const struct policy_pass *pass = &rules->policy->passes[rules->indices[i]];

	view_flag(item, "from_tunnel", pass->from_tunnel);
	view_flag(item, "to_tunnel", pass->to_tunnel);
	view_list(item, "from", prefix_is_set(&pass->from), one_prefix, &pass->from);
	view_list(item, "to", prefix_is_set(&pass->to), one_prefix, &pass->to);
}

int hostfiles_firewall(const struct node *node, const struct policy *policy,
	enum family family, struct buf *out, struct err *err)
{
	CLEANUP_FREE size_t *indices = xcalloc(policy->count, sizeof(*indices));
	struct rule_list rules = {policy, indices, 0};
	struct view view = {.count = 0};

	for (size_t i = 0; i < policy->count; i++)
		if (policy->passes[i].family == family)
			indices[rules.count++] = i;
	view_name(&view, "interface", node->interface);
	view_flag(&view, "listen", policy->listen_port != 0);
	view_number(&view, "listen_port", policy->listen_port);
	view_flag(&view, "marks", policy->marks);
	view_list(&view, "passes", rules.count, one_pass, &rules);
	return template_render("host/firewall.rules", &view, out, err);
}

int hostfiles_sysctl(const struct node *node, const struct policy *policy,
	struct buf *out, struct err *err)
{
	struct view view = {.count = 0};

	view_name(&view, "interface", node->interface);
	view_flag(&view, "forward_ipv4", policy->forwards[SLOT_IPV4]);
	view_flag(&view, "forward_ipv6", policy->forwards[SLOT_IPV6]);
	return template_render("host/sysctl.conf", &view, out, err);
}

int hostfiles_init_script(
	const struct node *node, const char *name, struct buf *out, struct err *err)
{
	struct view view = {.count = 0};

	view_name(&view, "interface", node->interface);
	return template_render(name, &view, out, err);
}

static const char *const shared_parts[] = {
	"host/state.sh",
	"host/init.sh",
	"host/systemd.sh",
	"host/initd.sh",
	"host/detached.sh",
	"host/conf.sh",
	"host/tunnel.sh",
	"host/routes.sh",
	"host/sysctl.sh",
	"host/firewall.sh",
};
static const char *const boot_parts[] = {"host/undo.sh", "host/boot.sh"};
static const char *const deploy_parts[] = {
	"host/report.sh",
	"host/files.sh",
	"host/packages.sh",
	"host/service.sh",
	"host/probe.sh",
	"host/begin.sh",
	"host/deploy.sh",
};
static const char *const confirm_parts[] = {
	"host/state.sh",
	"host/init.sh",
	"host/systemd.sh",
	"host/detached.sh",
	"host/tunnel.sh",
	"host/firewall.sh",
	"host/report.sh",
	"host/probe.sh",
	"host/confirm.sh",
};
static const char *const status_parts[] = {
	"host/state.sh",
	"host/init.sh",
	"host/systemd.sh",
	"host/initd.sh",
	"host/detached.sh",
	"host/report.sh",
	"host/tunnel.sh",
	"host/firewall.sh",
	"host/service.sh",
	"host/status.sh",
};

/* Comments are for readers of templates/, not for a modem; indentation likewise. */
static void add_part(struct buf *out, const char *name)
{
	struct source part = template_source(name);
	const char *at = part.text, *end = part.text + part.len;

	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *stop = newline ? newline + 1 : end;

		at += strspn(at, "\t");
		if (*at != '#' && *at != '\n')
			buf_add_mem(out, at, (size_t)(stop - at));
		at = stop;
	}
}

static void add_parts(struct buf *out, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		add_part(out, names[i]);
}

void hostfiles_program(struct buf *out)
{
	buf_add(out, "#!/bin/sh\n");
	add_parts(out, shared_parts, ARRAY_SIZE(shared_parts));
	add_parts(out, boot_parts, ARRAY_SIZE(boot_parts));
}

void hostfiles_deployer(struct buf *out)
{
	buf_add(out, "#!/bin/sh\n");
	add_parts(out, shared_parts, ARRAY_SIZE(shared_parts));
	add_parts(out, deploy_parts, ARRAY_SIZE(deploy_parts));
}

void hostfiles_confirmer(struct buf *out)
{
	add_parts(out, confirm_parts, ARRAY_SIZE(confirm_parts));
}

void hostfiles_status(struct buf *out)
{
	add_parts(out, status_parts, ARRAY_SIZE(status_parts));
}

void hostfiles_settler(struct buf *out)
{
	add_part(out, "host/confirm.sh");
}
