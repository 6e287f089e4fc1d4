/* SPDX-License-Identifier: MIT */
/* Threads that take the next number until there is none. */
#include "host/crew.h"

#include <pthread.h>

#include "base/alloc.h"

struct crew {
	pthread_mutex_t lock;
	size_t next, count;
	void (*work)(void *context, size_t i);
	void *context;
};

static void *work_on(void *argument)
{
	struct crew *crew = argument;

	for (;;) {
		pthread_mutex_lock(&crew->lock);
		size_t i = crew->next++;
		pthread_mutex_unlock(&crew->lock);
		if (i >= crew->count)
			return NULL;
		crew->work(crew->context, i);
	}
}

void crew_run(size_t workers, size_t count, void (*work)(void *context, size_t i),
	void *context)
{
	struct crew crew = {
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.count = count,
		.work = work,
		.context = context,
	};
	const size_t most = workers < count ? workers : count;
	CLEANUP_FREE pthread_t *threads = xcalloc(most, sizeof(*threads));
	size_t started = 0;

	while (started + 1 < most &&
		!pthread_create(&threads[started], NULL, work_on, &crew))
		started++;
	work_on(&crew);
	for (size_t i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	pthread_mutex_destroy(&crew.lock);
}
