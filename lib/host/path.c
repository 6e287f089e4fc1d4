/* SPDX-License-Identifier: MIT */
/* Sessions straight and through the hub. */
#include "host/path.h"

#include <stdlib.h>

#include "host/jump.h"

/* A session with the hub and how many run through it. */
struct hub_link {
	struct jump *jump;
	size_t users; /* the path itself counts as one while it is the one in use */
};

void path_init(struct path *path, struct transport *transport, const struct node *hub)
{
	*path = (struct path){
		.transport = transport,
		.hub = hub,
		.lock = PTHREAD_MUTEX_INITIALIZER,
	};
}

/* The lock is held. */
static void leave(struct hub_link *link)
{
	if (--link->users)
		return;
	jump_close(link->jump);
	free(link);
}

void path_release(struct path *path)
{
	if (path->link)
		leave(path->link);
	pthread_mutex_destroy(&path->lock);
}

static struct hub_link *open_link(struct path *path, struct err *err)
{
	struct session *session;
	struct jump *jump;

	if (!path->hub->ssh.host) {
		err_set(err,
			"site.yaml has no 'ssh' for the hub, which this goes through");
		return NULL;
	}
	if (session_open(path->transport, &path->hub->ssh, NULL, &session, err) < 0)
		return NULL;
	if (jump_open(session, &jump, err) < 0)
		return NULL;
	struct hub_link *link = xcalloc(1, sizeof(*link));
	*link = (struct hub_link){jump, 1};
	return link;
}

/* The link, taken; opened where there is none that lives. Others wait meanwhile. */
static struct hub_link *enter(struct path *path, struct err *err)
{
	pthread_mutex_lock(&path->lock);
	if (path->link && jump_is_dead(path->link->jump)) {
		leave(path->link);
		path->link = NULL;
	}
	if (!path->link)
		path->link = open_link(path, err);
	struct hub_link *link = path->link;
	if (link)
		link->users++;
	pthread_mutex_unlock(&path->lock);
	return link;
}

static int open_via_hub(
	struct path_session *session, const struct node *node, struct err *err)
{
	const bool ipv4 = addr_is_set(&node->address[SLOT_IPV4]);
	struct path *path = session->path;
	struct ssh_target target = node->ssh;
	char address[ADDR_TEXT_SIZE];

	addr_format(&node->address[ipv4 ? SLOT_IPV4 : SLOT_IPV6], address);
	if (!target.host)
		target.host = address;
	return session_open_at(path->transport, &target, session->link->jump, address,
		&session->session, err);
}

int path_open(struct path *path, const struct node *node, struct path_session *out,
	struct err *err)
{
	struct path_session opened = {.path = path};

	if (!node->ssh.via_hub) {
		if (session_open(
			    path->transport, &node->ssh, NULL, &opened.session, err) < 0)
			return -1;
		*out = opened;
		return 0;
	}
	opened.link = enter(path, err);
	if (!opened.link)
		return err_wrap(err, "on the way through the hub");
	if (open_via_hub(&opened, node, err) < 0) {
		path_close(&opened);
		return -1;
	}
	*out = opened;
	return 0;
}

void path_close(struct path_session *session)
{
	session_close(session->session);
	if (session->link) {
		pthread_mutex_lock(&session->path->lock);
		leave(session->link);
		pthread_mutex_unlock(&session->path->lock);
	}
	*session = (struct path_session){.session = NULL};
}
