/* SPDX-License-Identifier: MIT */
/* Whose turn it is. */
#include "host/order.h"

#include <stdlib.h>

#include "base/alloc.h"

void order_init(struct order *order, size_t count, bool has_hub)
{
	*order = (struct order){
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.states = xcalloc(count, sizeof(*order->states)),
		.count = count,
		.has_hub = has_hub,
	};
}

void order_release(struct order *order)
{
	if (order->has_thread)
		pthread_join(order->asking, NULL);
	free(order->states);
	pthread_mutex_destroy(&order->lock);
}

static bool any_is(const struct order *order, enum order_state state)
{
	for (size_t i = 0; i < order->count; i++)
		if (order->states[i] == state)
			return true;
	return false;
}

static void *ask(void *argument)
{
	struct order *order = argument;
	const bool approved = order->approve(order->context);

	pthread_mutex_lock(&order->lock);
	order->approved = approved;
	order->stopped = order->stopped || !approved;
	pthread_mutex_unlock(&order->lock);
	return NULL;
}

/* Once all have been looked at. The lock is held. */
static bool is_approved(struct order *order)
{
	if (!order->approve || order->approved)
		return true;
	if (order->asked || any_is(order, ORDER_LOOKING))
		return false;
	order->asked = true;
	order->has_thread = pthread_create(&order->asking, NULL, ask, order) == 0;
	if (!order->has_thread)
		order->stopped = true;
	return false;
}

static enum order_word decide(struct order *order, size_t i)
{
	const bool is_hub = order->has_hub && i == 0;

	if (order->stopped)
		return ORDER_STAY;
	if (!is_approved(order))
		return order->stopped ? ORDER_STAY : ORDER_WAIT;
	if (is_hub) {
		order->hub_changed = true;
		return ORDER_GO;
	}
	if (order->has_hub && order->states[0] != ORDER_ENDED)
		return ORDER_WAIT;
	if (!order->hub_changed)
		return ORDER_GO;
	if (!order->canary_chosen) {
		order->canary_chosen = true;
		order->canary = i;
		return ORDER_GO;
	}
	return order->states[order->canary] == ORDER_ENDED ? ORDER_GO : ORDER_WAIT;
}

void order_ready(struct order *order, size_t i)
{
	pthread_mutex_lock(&order->lock);
	order->states[i] = ORDER_READY;
	pthread_mutex_unlock(&order->lock);
}

enum order_word order_ask(struct order *order, size_t i)
{
	pthread_mutex_lock(&order->lock);
	enum order_word word = decide(order, i);
	if (word == ORDER_GO)
		order->states[i] = ORDER_CHANGING;
	pthread_mutex_unlock(&order->lock);
	return word;
}

void order_ended(struct order *order, size_t i)
{
	pthread_mutex_lock(&order->lock);
	order->states[i] = ORDER_ENDED;
	pthread_mutex_unlock(&order->lock);
}

void order_stop(struct order *order)
{
	pthread_mutex_lock(&order->lock);
	order->stopped = true;
	pthread_mutex_unlock(&order->lock);
}

bool order_is_stopped(struct order *order)
{
	pthread_mutex_lock(&order->lock);
	bool stopped = order->stopped;
	pthread_mutex_unlock(&order->lock);
	return stopped;
}
