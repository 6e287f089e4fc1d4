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
		.opened = PTHREAD_COND_INITIALIZER,
		.failure = ERR_INIT,
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
	err_release(&path->failure);
	pthread_cond_destroy(&path->opened);
	pthread_mutex_destroy(&path->lock);
}

static int open_link(struct path *path, struct hub_link **out, struct err *err)
{
	struct session *session;
	struct jump *jump;

	if (!path->hub->ssh.host)
		return err_set(err,
			"site.yaml has no 'ssh' for the hub, which this goes through");
	const int rc =
		session_open(path->transport, &path->hub->ssh, NULL, &session, err);
	if (rc < 0)
		return rc;
	if (jump_open(session, &jump, err) < 0)
		return -1;
	*out = xcalloc(1, sizeof(**out));
	**out = (struct hub_link){jump, 1};
	return 0;
}

/* The lock is held, and let go meanwhile. */
static void reopen(struct path *path)
{
	struct hub_link *link = NULL;
	struct err failure = ERR_INIT;

	path->opening = true;
	pthread_mutex_unlock(&path->lock);
	const int rc = open_link(path, &link, &failure);
	pthread_mutex_lock(&path->lock);
	err_release(&path->failure);
	path->failure = failure;
	path->result = rc;
	path->link = link;
	path->opening = false;
	path->openings++;
	pthread_cond_broadcast(&path->opened);
}

/* The lock is held, and let go until one opening has ended: our own, or another's. */
static void await_opening(struct path *path)
{
	const unsigned openings = path->openings;

	if (!path->opening)
		reopen(path);
	while (path->openings == openings)
		pthread_cond_wait(&path->opened, &path->lock);
}

/*
 * The link, taken; opened where there is none that lives. A hub that is dead costs those
 * who wait for it one deadline together, not one after the other.
 */
static int enter(struct path *path, struct hub_link **out, struct err *err)
{
	int rc = 0;

	pthread_mutex_lock(&path->lock);
	if (path->link && jump_is_dead(path->link->jump)) {
		leave(path->link);
		path->link = NULL;
	}
	while (!path->link && !rc) {
		await_opening(path);
		rc = path->link ? 0 : path->result;
	}
	if (rc)
		err_set(err, "%s", path->failure.entries[0].message);
	else
		path->link->users++;
	*out = path->link;
	pthread_mutex_unlock(&path->lock);
	return rc;
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

	int rc;

	if (!node->ssh.via_hub) {
		rc = session_open(
			path->transport, &node->ssh, NULL, &opened.session, err);
	} else {
		rc = enter(path, &opened.link, err);
		if (rc < 0) {
			err_wrap(err, "on the way through the hub");
			return rc;
		}
		rc = open_via_hub(&opened, node, err);
	}
	if (rc < 0)
		path_close(&opened);
	else
		*out = opened;
	return rc;
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
