/* SPDX-License-Identifier: MIT */
/*
 * What all connections of one run of the program share: how the user wants ssh to be
 * configured, who answers questions, how long to wait, and a gate that keeps the number
 * of simultaneous logins to one server small (sshd drops them beyond MaxStartups).
 */
#ifndef WGCTL_HOST_TRANSPORT_H
#define WGCTL_HOST_TRANSPORT_H

#include <pthread.h>
#include <stdbool.h>

#include "host/ask.h"

enum { TRANSPORT_LOGINS_MAX = 8 };

struct transport {
	const char *config_file; /* -F FILE, NULL: the user's own */
	const char *ssh_program; /* asked for the configuration; NULL: libssh's parser */
	struct ask ask;
	bool accept_new_host_key; /* record unknown host keys without a question */
	int connect_timeout_ms;	  /* TCP and the server's greeting; ConnectTimeout wins */
	int login_timeout_ms;	  /* all until logged in, questions apart */
	int silence_timeout_ms; /* a host that does not even answer keepalives is lost */
	int cancel_fd;		/* readable: give up at once; -1: never */

	/* Belongs to transport.c. */
	pthread_mutex_t lock;
	pthread_cond_t left;
	struct transport_gate *gates;
	pthread_mutex_t known_hosts_lock; /* for who asks about, or records, a host key */
};

/* Sets the defaults: ssh from PATH, no questions, 10 s, 30 s, 45 s, no cancellation. */
void transport_init(struct transport *transport);

/* All sessions must be closed. */
void transport_release(struct transport *transport);

/* Waits until fewer than TRANSPORT_LOGINS_MAX logins to `server` are under way. */
void transport_enter(struct transport *transport, const char *server);
void transport_leave(struct transport *transport, const char *server);

#endif
