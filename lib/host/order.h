/* SPDX-License-Identifier: MIT */
/*
 * The order in which hosts may be changed, once they have been looked at. The hub comes
 * first, since all others depend on it; where it changed, then one spoke alone, as the
 * canary; then the others side by side. After the first whose change did not come to a
 * good end no further one is changed.
 *
 * Its functions may be called from any thread.
 */
#ifndef WGCTL_HOST_ORDER_H
#define WGCTL_HOST_ORDER_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

enum order_state {
	ORDER_LOOKING,
	ORDER_READY,	/* something is to be changed */
	ORDER_CHANGING, /* its turn has come */
	ORDER_ENDED,
};

/* What a host that is ready may do. */
enum order_word { ORDER_WAIT, ORDER_GO, ORDER_STAY };

struct order {
	pthread_mutex_t lock;
	enum order_state *states; /* the first is the hub's, where has_hub */
	size_t count;
	bool has_hub, hub_changed, canary_chosen, stopped;
	size_t canary;

	/*
	 * Asked once, when all have been looked at and some are ready; NULL: yes. It has a
	 * thread of its own and all the time it wants: meanwhile those who ask are told to
	 * wait, and can keep their sessions alive.
	 */
	bool (*approve)(void *context);
	void *context;
	pthread_t asking;
	bool asked, has_thread, approved; /* has_thread: `asking` is to be joined */
};

void order_init(struct order *order, size_t count, bool has_hub);

/* Waits for the answer where somebody is still being asked. */
void order_release(struct order *order);

/* Host i was looked at, and is to be changed. Then it asks for the word until it gets it. */
void order_ready(struct order *order, size_t i);
enum order_word order_ask(struct order *order, size_t i);

/* Host i has ended, whatever came of it. */
void order_ended(struct order *order, size_t i);

/* No further host is to be changed. */
void order_stop(struct order *order);

/* True where a host that stays does so because the others were stopped. */
bool order_is_stopped(struct order *order);

#endif
