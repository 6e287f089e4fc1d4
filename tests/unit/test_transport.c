/* SPDX-License-Identifier: MIT */
/* The gate: no more than so many at once for one server, and servers do not mix. */
#include "host/transport.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>

#include "unit.h"

enum { VISITORS = 40 };

struct visit {
	struct transport *transport;
	const char *server;
	atomic_uint *inside, *most;
	pthread_t thread;
};

static void *visit(void *argument)
{
	struct visit *visit = argument;

	transport_enter(visit->transport, visit->server);
	unsigned now = atomic_fetch_add(visit->inside, 1) + 1;
	unsigned most = atomic_load(visit->most);
	while (now > most && !atomic_compare_exchange_weak(visit->most, &most, now))
		;
	poll(NULL, 0, 10);
	atomic_fetch_sub(visit->inside, 1U);
	transport_leave(visit->transport, visit->server);
	return NULL;
}

static unsigned most_at_once(const char *const *servers, size_t count)
{
	struct visit visits[VISITORS];
	struct transport transport;
	atomic_uint inside = 0, most = 0;

	transport_init(&transport);
	for (size_t i = 0; i < VISITORS; i++) {
		visits[i] =
			(struct visit){&transport, servers[i % count], &inside, &most, 0};
		assert_int_equal(
			pthread_create(&visits[i].thread, NULL, visit, &visits[i]), 0);
	}
	for (size_t i = 0; i < VISITORS; i++)
		pthread_join(visits[i].thread, NULL);
	transport_release(&transport);
	return most;
}

static void test_one_server(void **state)
{
	static const char *const servers[] = {"hub:22"};

	(void)state;
	assert_int_equal(most_at_once(servers, 1), TRANSPORT_LOGINS_MAX);
}

static void test_several_servers(void **state)
{
	static const char *const servers[] = {"a:22", "b:22", "a:23", "c:22"};
	unsigned most = most_at_once(servers, 4);

	(void)state;
	assert_true(most > TRANSPORT_LOGINS_MAX);
	assert_true(most <= 4 * TRANSPORT_LOGINS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_server),
		cmocka_unit_test(test_several_servers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
