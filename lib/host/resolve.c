/* SPDX-License-Identifier: MIT */
/* getaddrinfo() in a thread of its own, left behind when it takes too long. */
#include "host/resolve.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/clock.h"

/* Shared by who asks and who looks up; the last one to leave frees it. */
struct lookup {
	pthread_mutex_t lock;
	pthread_cond_t answered;
	bool done, abandoned;
	char *host;
	char port[8];
	struct addrinfo hints;
	struct addrinfo *list;
	int rc, reason;
};

static void free_lookup(struct lookup *lookup)
{
	if (lookup->list)
		freeaddrinfo(lookup->list);
	pthread_mutex_destroy(&lookup->lock);
	pthread_cond_destroy(&lookup->answered);
	free(lookup->host);
	free(lookup);
}

static void *look_up(void *argument)
{
	struct lookup *lookup = argument;
	struct addrinfo *list = NULL;
	int rc = getaddrinfo(lookup->host, lookup->port, &lookup->hints, &list);
	int reason = errno;

	pthread_mutex_lock(&lookup->lock);
	lookup->rc = rc;
	lookup->reason = reason;
	lookup->list = rc ? NULL : list;
	lookup->done = true;
	bool abandoned = lookup->abandoned;
	pthread_cond_signal(&lookup->answered);
	pthread_mutex_unlock(&lookup->lock);
	if (abandoned)
		free_lookup(lookup);
	return NULL;
}

static struct lookup *new_lookup(const char *host, uint16_t port, int family)
{
	struct lookup *lookup = xcalloc(1, sizeof(*lookup));
	pthread_condattr_t attributes;

	lookup->host = xstrdup(host);
	snprintf(lookup->port, sizeof(lookup->port), "%u", port);
	lookup->hints = (struct addrinfo){.ai_family = family,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICSERV};
	pthread_mutex_init(&lookup->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&lookup->answered, &attributes);
	pthread_condattr_destroy(&attributes);
	return lookup;
}

/* False past the deadline. */
static bool await(struct lookup *lookup, int64_t deadline)
{
	struct timespec until = {.tv_sec = (time_t)(deadline / 1000),
		.tv_nsec = (long)(deadline % 1000) * 1000000};
	int rc = 0;

	pthread_mutex_lock(&lookup->lock);
	while (!lookup->done && !rc)
		rc = pthread_cond_timedwait(&lookup->answered, &lookup->lock, &until);
	bool done = lookup->done;
	lookup->abandoned = !done;
	pthread_mutex_unlock(&lookup->lock);
	return done;
}

static bool start(struct lookup *lookup)
{
	pthread_attr_t attributes;
	pthread_t thread;

	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	int rc = pthread_create(&thread, &attributes, look_up, lookup);
	pthread_attr_destroy(&attributes);
	return !rc;
}

/* Addresses need no name server, hence no thread. */
static struct addrinfo *take_literal(const char *host, const struct lookup *lookup)
{
	struct addrinfo hints = lookup->hints, *list = NULL;

	hints.ai_flags |= AI_NUMERICHOST;
	return getaddrinfo(host, lookup->port, &hints, &list) ? NULL : list;
}

int resolve_host(const char *host, uint16_t port, int family, int64_t deadline,
	struct addrinfo **out, struct err *err)
{
	struct lookup *lookup = new_lookup(host, port, family);

	lookup->list = take_literal(host, lookup);
	if (!lookup->list) {
		if (!start(lookup)) {
			free_lookup(lookup);
			return err_set(
				err, "cannot start a thread to look up '%s'", host);
		}
		if (!await(lookup, deadline))
			return err_set(err,
				"no answer from the name servers for '%s': check the "
				"network of this machine",
				host);
	}
	int rc = 0;
	if (lookup->rc)
		rc = err_set(err, "cannot find the address of '%s': %s", host,
			lookup->rc == EAI_SYSTEM ? strerror(lookup->reason)
						 : gai_strerror(lookup->rc));
	else
		*out = TAKE(lookup->list);
	free_lookup(lookup);
	return rc;
}
