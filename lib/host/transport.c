/* SPDX-License-Identifier: MIT */
/* Options shared by all connections, and the gate in front of each server. */
#include "host/transport.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct transport_gate {
	char *server;
	unsigned inside;
	struct transport_gate *next;
};

void transport_init(struct transport *transport)
{
	*transport = (struct transport){
		.ssh_program = "ssh",
		.connect_timeout_ms = 10000,
		.login_timeout_ms = 30000,
		.silence_timeout_ms = 45000,
		.cancel_fd = -1,
	};
	pthread_mutex_init(&transport->lock, NULL);
	pthread_mutex_init(&transport->known_hosts_lock, NULL);
	pthread_cond_init(&transport->left, NULL);
}

void transport_release(struct transport *transport)
{
	while (transport->gates) {
		struct transport_gate *gate = transport->gates;

		assert(!gate->inside);
		transport->gates = gate->next;
		free(gate->server);
		free(gate);
	}
	pthread_mutex_destroy(&transport->lock);
	pthread_mutex_destroy(&transport->known_hosts_lock);
	pthread_cond_destroy(&transport->left);
}

static struct transport_gate *find_gate(struct transport *transport, const char *server)
{
	struct transport_gate *gate = transport->gates;

	while (gate && strcmp(gate->server, server))
		gate = gate->next;
	return gate;
}

void transport_enter(struct transport *transport, const char *server)
{
	pthread_mutex_lock(&transport->lock);
	struct transport_gate *gate = find_gate(transport, server);
	if (!gate) {
		gate = xcalloc(1, sizeof(*gate));
		gate->server = xstrdup(server);
		gate->next = transport->gates;
		transport->gates = gate;
	}
	while (gate->inside == TRANSPORT_LOGINS_MAX)
		pthread_cond_wait(&transport->left, &transport->lock);
	gate->inside++;
	pthread_mutex_unlock(&transport->lock);
}

void transport_leave(struct transport *transport, const char *server)
{
	pthread_mutex_lock(&transport->lock);
	struct transport_gate *gate = find_gate(transport, server);
	assert(gate && gate->inside);
	gate->inside--;
	pthread_cond_broadcast(&transport->left);
	pthread_mutex_unlock(&transport->lock);
}
