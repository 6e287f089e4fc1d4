/* SPDX-License-Identifier: MIT */
/* Whose turn it is to be changed. */
#include "host/order.h"

#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/alloc.h"
#include "host/crew.h"
#include "unit.h"

enum { HUB, A, B, C, HOSTS };

static void ready(struct order *order, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		order_ready(order, i);
}

static void hub_goes_first_then_a_canary(void **state)
{
	CLEANUP(order_release) struct order order;

	(void)state;
	order_init(&order, HOSTS, true);
	ready(&order, A, HOSTS);
	assert_int_equal(order_ask(&order, A), ORDER_WAIT);
	order_ready(&order, HUB);
	assert_int_equal(order_ask(&order, A), ORDER_WAIT);
	assert_int_equal(order_ask(&order, HUB), ORDER_GO);
	assert_int_equal(order_ask(&order, A), ORDER_WAIT);
	order_ended(&order, HUB);
	assert_int_equal(order_ask(&order, B), ORDER_GO);
	assert_int_equal(order_ask(&order, A), ORDER_WAIT);
	assert_int_equal(order_ask(&order, C), ORDER_WAIT);
	order_ended(&order, B);
	assert_int_equal(order_ask(&order, A), ORDER_GO);
	assert_int_equal(order_ask(&order, C), ORDER_GO);
	assert_false(order_is_stopped(&order));
}

static void no_canary_where_the_hub_stays_as_it_is(void **state)
{
	CLEANUP(order_release) struct order order;

	(void)state;
	order_init(&order, HOSTS, true);
	ready(&order, A, HOSTS);
	assert_int_equal(order_ask(&order, A), ORDER_WAIT);
	order_ended(&order, HUB);
	for (size_t i = A; i < HOSTS; i++)
		assert_int_equal(order_ask(&order, i), ORDER_GO);
}

static void nobody_goes_after_a_stop(void **state)
{
	CLEANUP(order_release) struct order order;

	(void)state;
	order_init(&order, HOSTS, true);
	ready(&order, A, HOSTS);
	order_stop(&order);
	order_ended(&order, HUB);
	assert_int_equal(order_ask(&order, A), ORDER_STAY);
	assert_true(order_is_stopped(&order));
}

static void spokes_alone_go_side_by_side(void **state)
{
	CLEANUP(order_release) struct order order;

	(void)state;
	order_init(&order, HOSTS, false);
	ready(&order, 0, HOSTS);
	for (size_t i = 0; i < HOSTS; i++)
		assert_int_equal(order_ask(&order, i), ORDER_GO);
}

static void all_stay_after_one_was_taken_back(void **state)
{
	(void)state;
	for (size_t stopper = HUB; stopper <= A; stopper++) {
		CLEANUP(order_release) struct order order;

		order_init(&order, HOSTS, true);
		ready(&order, HUB, HOSTS);
		assert_int_equal(order_ask(&order, HUB), ORDER_GO);
		if (stopper == HUB)
			order_stop(&order);
		order_ended(&order, HUB);
		if (stopper == A) {
			assert_int_equal(order_ask(&order, A), ORDER_GO);
			order_stop(&order);
			order_ended(&order, A);
		}
		assert_true(order_is_stopped(&order));
		assert_int_equal(order_ask(&order, B), ORDER_STAY);
		assert_int_equal(order_ask(&order, C), ORDER_STAY);
		order_ended(&order, B);
		assert_int_equal(order_ask(&order, C), ORDER_STAY);
	}
}

/* A canary that could not be reached is no reason to stop, nor to wait for ever. */
static void canary_that_fails_lets_the_others_go(void **state)
{
	CLEANUP(order_release) struct order order;

	(void)state;
	order_init(&order, HOSTS, true);
	ready(&order, HUB, HOSTS);
	order_ask(&order, HUB);
	order_ended(&order, HUB);
	assert_int_equal(order_ask(&order, A), ORDER_GO);
	order_ended(&order, A);
	assert_int_equal(order_ask(&order, B), ORDER_GO);
}

struct approval {
	atomic_uint asked;
	bool answer;
	sem_t *held; /* until then there is no answer; or NULL */
};

static bool approve(void *context)
{
	struct approval *approval = context;

	approval->asked++;
	if (approval->held)
		sem_wait(approval->held);
	return approval->answer;
}

static enum order_word final_word(struct order *order, size_t i)
{
	enum order_word word;

	while ((word = order_ask(order, i)) == ORDER_WAIT)
		sched_yield();
	return word;
}

static void asks_once_when_all_have_been_looked_at(void **state)
{
	(void)state;
	for (int answer = 0; answer < 2; answer++) {
		CLEANUP(order_release) struct order order;
		struct approval approval = {.answer = answer};
		const enum order_word word = answer ? ORDER_GO : ORDER_STAY;

		order_init(&order, HOSTS, true);
		order.approve = approve;
		order.context = &approval;
		ready(&order, HUB, B);
		assert_int_equal(order_ask(&order, HUB), ORDER_WAIT);
		order_ready(&order, B);
		assert_int_equal(order_ask(&order, HUB), ORDER_WAIT);
		assert_int_equal(approval.asked, 0);
		order_ended(&order, C);
		assert_int_equal(final_word(&order, HUB), word);
		order_ended(&order, HUB);
		assert_int_equal(order_ask(&order, A), word);
		assert_int_equal(approval.asked, 1);
		assert_true(order_is_stopped(&order) == !answer);
	}
}

/* Whoever asks, and also who has asked first, can see to his session meanwhile. */
static void nobody_is_kept_while_the_user_thinks(void **state)
{
	(void)state;
	for (int stopped = 0; stopped < 2; stopped++) {
		struct order order;
		sem_t held;
		struct approval approval = {.answer = true, .held = &held};

		alarm(20);
		sem_init(&held, 0, 0);
		order_init(&order, HOSTS, true);
		order.approve = approve;
		order.context = &approval;
		ready(&order, HUB, HOSTS);
		while (!approval.asked)
			for (size_t i = HUB; i < HOSTS; i++)
				assert_int_equal(order_ask(&order, i), ORDER_WAIT);
		order_ended(&order, C);
		if (stopped)
			order_stop(&order);
		sem_post(&held);
		assert_int_equal(
			final_word(&order, HUB), stopped ? ORDER_STAY : ORDER_GO);
		order_release(&order);
		/* A late yes does not overrule the stop. */
		assert_true(order.stopped == stopped);
		assert_int_equal(approval.asked, 1);
		sem_destroy(&held);
		alarm(0);
	}
}

static void asks_nobody_where_all_is_over(void **state)
{
	CLEANUP(order_release) struct order order;
	struct approval approval = {.answer = true};

	(void)state;
	order_init(&order, HOSTS, true);
	order.approve = approve;
	order.context = &approval;
	for (size_t i = HUB; i < HOSTS; i++)
		order_ended(&order, i);
	assert_int_equal(approval.asked, 0);
}

/* A fleet on threads: each asks until it has the word, works, ends. */
struct fleet {
	struct order order;
	struct approval approval;
	atomic_uint hub_ended, spokes_ended, working, changed, wrong;
	size_t rolls_back;
};

static void change(struct fleet *fleet, size_t i)
{
	const unsigned others = fleet->working++;

	if (i == HUB)
		fleet->wrong += others > 0;
	else
		fleet->wrong += !fleet->hub_ended || (!fleet->spokes_ended && others > 0);
	for (volatile unsigned spin = 0; spin < 20000; spin++)
		;
	fleet->changed++;
	fleet->working--;
	fleet->hub_ended += i == HUB;
	fleet->spokes_ended += i != HUB;
}

static void play_host(void *context, size_t i)
{
	struct fleet *fleet = context;
	enum order_word word;

	order_ready(&fleet->order, i);
	word = final_word(&fleet->order, i);
	if (word == ORDER_GO)
		change(fleet, i);
	if (word == ORDER_GO && i == fleet->rolls_back)
		order_stop(&fleet->order);
	order_ended(&fleet->order, i);
}

static void play_fleet(struct fleet *fleet, size_t count)
{
	order_init(&fleet->order, count, true);
	fleet->order.approve = approve;
	fleet->order.context = &fleet->approval;
	crew_run(count, count, play_host, fleet);
	order_release(&fleet->order);
	assert_int_equal(fleet->approval.asked, 1);
	assert_int_equal(fleet->wrong, 0);
}

static void holds_with_threads(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		struct fleet good = {.approval = {.answer = true}, .rolls_back = 1000};
		struct fleet bad = {.approval = {.answer = true}, .rolls_back = HUB};
		struct fleet refused = {
			.approval = {.answer = false}, .rolls_back = 1000};

		play_fleet(&good, 12);
		assert_int_equal(good.changed, 12);
		play_fleet(&bad, 12);
		assert_int_equal(bad.changed, 1);
		play_fleet(&refused, 12);
		assert_int_equal(refused.changed, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hub_goes_first_then_a_canary),
		cmocka_unit_test(no_canary_where_the_hub_stays_as_it_is),
		cmocka_unit_test(nobody_goes_after_a_stop),
		cmocka_unit_test(spokes_alone_go_side_by_side),
		cmocka_unit_test(all_stay_after_one_was_taken_back),
		cmocka_unit_test(canary_that_fails_lets_the_others_go),
		cmocka_unit_test(asks_once_when_all_have_been_looked_at),
		cmocka_unit_test(nobody_is_kept_while_the_user_thinks),
		cmocka_unit_test(asks_nobody_where_all_is_over),
		cmocka_unit_test(holds_with_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
