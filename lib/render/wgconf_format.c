/* SPDX-License-Identifier: MIT */
/* The configuration as text: templates/wg.conf filled in, and read again. */
#include "render/wgconf.h"

#include "render/template.h"

/* With a preshared key and two prefixes; only to save the buffer from growing. */
enum { PEER_TEXT_USUAL = 192 };

static void view_server(const void *context, size_t i, struct view *item)
{
	const struct wgconf *conf = context;

	view_flag(item, "first", i == 0);
	view_addr(item, "server", &conf->dns[i]);
}

static void view_peer(const void *context, size_t i, struct view *item)
{
	const struct wgconf_peer *peer = &((const struct wgconf *)context)->peers[i];

	view_flag(item, "has_name", peer->name);
	view_name(item, "name", peer->name);
	view_key(item, "public_key", &peer->public_key);
	view_flag(item, "has_preshared_key", !key_is_zero(&peer->preshared_key));
	view_key(item, "preshared_key", &peer->preshared_key);
	view_prefixes(item, "allowed_ips", &peer->allowed_ips);
	view_flag(item, "has_endpoint", endpoint_is_set(&peer->endpoint));
	view_endpoint(item, "endpoint", &peer->endpoint);
	view_flag(item, "has_persistent_keepalive", peer->persistent_keepalive);
	view_number(item, "persistent_keepalive", peer->persistent_keepalive);
}

static void view_conf(const struct wgconf *conf, struct view *view)
{
	view_flag(view, "has_private_key", !key_is_zero(&conf->private_key));
	view_key(view, "private_key", &conf->private_key);
	view_flag(view, "has_addresses", conf->addresses.count);
	view_prefixes(view, "addresses", &conf->addresses);
	view_flag(view, "has_listen_port", conf->listen_port);
	view_number(view, "listen_port", conf->listen_port);
	view_flag(view, "has_mtu", conf->mtu);
	view_number(view, "mtu", conf->mtu);
	view_flag(view, "has_dns", conf->dns_count);
	view_list(view, "dns", conf->dns_count, view_server, conf);
	view_list(view, "peers", conf->peer_count, view_peer, conf);
}

static int check_text(
	const struct wgconf *conf, const char *text, size_t len, struct err *err)
{
	const struct source source = {"rendered wg.conf", text, len};
	CLEANUP(wgconf_release) struct wgconf again = WGCONF_INIT;
	const bool is_known = !key_is_zero(&conf->public_key);

	if (wgconf_parse_known(
		    &source, is_known ? &conf->public_key : NULL, &again, err) < 0)
		return err_wrap(err, "the configuration does not read back");
	if (!wgconf_equals(conf, &again))
		return err_set(err, "the configuration reads back as another one");
	return 0;
}

int wgconf_format(const struct wgconf *conf, struct buf *out, struct err *err)
{
	const size_t before = out->len;
	struct view view = {.count = 0};

	buf_reserve(out, conf->peer_count * PEER_TEXT_USUAL);
	view_conf(conf, &view);
	if (template_render("wg.conf", &view, out, err) < 0)
		return -1;
	if (check_text(conf, out->text + before, out->len - before, err) < 0) {
		buf_truncate(out, before);
		return -1;
	}
	return 0;
}
