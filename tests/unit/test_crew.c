/* SPDX-License-Identifier: MIT */
/* Work spread over threads. */
#include "host/crew.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#include "base/alloc.h"
#include "unit.h"

enum { MOST = 500 };

static unsigned threads_to_have;

int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attr,
	void *(*start)(void *), void *argument);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr,
	void *(*start)(void *), void *argument);

/* As the real one, until there are no more threads to have. */
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr,
	void *(*start)(void *), void *argument)
{
	if (!threads_to_have)
		return EAGAIN;
	threads_to_have--;
	return __real_pthread_create(thread, attr, start, argument);
}

struct tally {
	pthread_mutex_t lock;
	pthread_cond_t came;
	unsigned calls[MOST];
	size_t meet; /* how many must be at work at once before any may go on */
	size_t at_work, most_at_work, next;
	bool met, in_order;
};

static void work(void *context, size_t i)
{
	struct tally *tally = context;

	pthread_mutex_lock(&tally->lock);
	tally->in_order = tally->in_order && i == tally->next;
	tally->next++;
	tally->calls[i]++;
	if (++tally->at_work > tally->most_at_work)
		tally->most_at_work = tally->at_work;
	tally->met = tally->met || tally->at_work >= tally->meet;
	pthread_cond_broadcast(&tally->came);
	while (!tally->met)
		pthread_cond_wait(&tally->came, &tally->lock);
	tally->at_work--;
	pthread_mutex_unlock(&tally->lock);
}

static void run(struct tally *tally, size_t workers, size_t count)
{
	for (size_t i = 0; i < MOST; i++)
		tally->calls[i] = 0;
	pthread_mutex_init(&tally->lock, NULL);
	pthread_cond_init(&tally->came, NULL);
	tally->in_order = true;
	crew_run(workers, count, work, tally);
	for (size_t i = 0; i < MOST; i++)
		assert_int_equal(tally->calls[i], i < count);
	assert_int_equal(tally->at_work, 0);
	pthread_cond_destroy(&tally->came);
	pthread_mutex_destroy(&tally->lock);
}

static void does_each_piece_once(void **state)
{
	static const struct {
		size_t workers, count;
	} rows[] = {{1, 0}, {4, 0}, {1, 1}, {4, 1}, {1, 10}, {4, 3}, {3, 500}, {64, 64}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct tally tally = {.met = true};

		threads_to_have = 1000;
		run(&tally, rows[i].workers, rows[i].count);
		/* The caller is one of the workers. */
		const size_t most =
			rows[i].workers < rows[i].count ? rows[i].workers : rows[i].count;
		assert_int_equal(1000 - threads_to_have, most ? most - 1 : 0);
	}
}

/* None may go on before five have met, so five do work at once. */
static void works_side_by_side(void **state)
{
	struct tally tally = {.meet = 5};

	(void)state;
	threads_to_have = 1000;
	run(&tally, 5, 20);
	assert_int_equal(tally.most_at_work, 5);
}

static void one_worker_keeps_the_order(void **state)
{
	struct tally tally = {.met = true};

	(void)state;
	threads_to_have = 0;
	run(&tally, 1, 100);
	assert_true(tally.in_order);
}

static void goes_on_with_the_threads_it_gets(void **state)
{
	(void)state;
	for (unsigned threads = 0; threads < 3; threads++) {
		struct tally tally = {.meet = threads + 1};

		threads_to_have = threads;
		run(&tally, 100, 200);
		assert_int_equal(tally.most_at_work, threads + 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(does_each_piece_once),
		cmocka_unit_test(works_side_by_side),
		cmocka_unit_test(one_worker_keeps_the_order),
		cmocka_unit_test(goes_on_with_the_threads_it_gets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
