/* SPDX-License-Identifier: MIT */
/*
 * Connecting to a name with several addresses. The name service is a stand-in (linked
 * with --wrap=getaddrinfo) that knows one name, "several".
 */
#include "host/connect.h"

#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/clock.h"
#include "unit.h"

/* The addresses of "several", in order; NULL: the name service does not answer. */
struct names {
	const char *addresses[3];
	size_t count;
};

static struct names names;

int __real_getaddrinfo(const char *host, const char *service,
	const struct addrinfo *hints, struct addrinfo **out);
int __wrap_getaddrinfo(const char *host, const char *service,
	const struct addrinfo *hints, struct addrinfo **out);

int __wrap_getaddrinfo(const char *host, const char *service,
	const struct addrinfo *hints, struct addrinfo **out)
{
	struct addrinfo *list = NULL, **end = &list;

	if (strcmp(host, "several") != 0)
		return __real_getaddrinfo(host, service, hints, out);
	if (hints->ai_flags & AI_NUMERICHOST)
		return EAI_NONAME;
	if (!names.count) {
		poll(NULL, 0, 1500);
		return EAI_AGAIN;
	}
	for (size_t i = 0; i < names.count; i++) {
		int rc = __real_getaddrinfo(names.addresses[i], service, hints, end);

		if (rc)
			return rc;
		end = &(*end)->ai_next;
	}
	*out = list;
	return 0;
}

/* A listener on 127.0.0.1; its port goes to `*port`. */
static int listen_on_loopback(uint16_t *port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
	assert_int_equal(listen(fd, 4), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	*port = ntohs(address.sin_port);
	return fd;
}

static int connect_to(
	uint16_t port, int timeout_ms, struct connection *connection, struct err *err)
{
	struct destination destination = {
		.name = "pi", .hostname = "several", .port = port, .user = "a"};

	*connection = (struct connection)CONNECTION_INIT;
	return connection_open_tcp(
		connection, &destination, clock_ms() + timeout_ms, -1, err);
}

static void expect_connected(uint16_t port, int within_ms)
{
	struct connection connection;
	struct err err = ERR_INIT;
	int64_t start = clock_ms();

	assert_int_equal(connect_to(port, 5000, &connection, &err), 0);
	assert_string_equal(connection.address, "127.0.0.1");
	assert_true(connection.tcp);
	assert_true(clock_ms() - start < within_ms);
	connection_close(&connection);
}

static void test_refused_then_good(void **state)
{
	uint16_t port;
	int fd = listen_on_loopback(&port);

	(void)state;
	names = (struct names){{"::1", "127.0.0.1"}, 2};
	expect_connected(port, 2000);
	names = (struct names){{"127.0.0.2", "::1", "127.0.0.1"}, 3};
	expect_connected(port, 2000);
	close(fd);
}

/* 192.0.2.1 is for documentation: nothing answers there. */
static void test_silent_then_good(void **state)
{
	uint16_t port;
	int fd = listen_on_loopback(&port);

	(void)state;
	names = (struct names){{"192.0.2.1", "127.0.0.1"}, 2};
	expect_connected(port, 2000);
	close(fd);
}

static void test_all_refuse(void **state)
{
	struct connection connection;
	struct err err = ERR_INIT;
	uint16_t port;

	(void)state;
	close(listen_on_loopback(&port));
	names = (struct names){{"127.0.0.1", "127.0.0.2"}, 2};
	assert_int_equal(connect_to(port, 5000, &connection, &err), -1);
	assert_non_null(strstr(err.entries[0].message,
		"cannot connect to 'pi' (127.0.0.1 and its other addresses, port"));
	assert_non_null(strstr(err.entries[0].message, "Connection refused"));
	err_release(&err);
}

static void test_deadlines(void **state)
{
	struct connection connection;
	struct err err = ERR_INIT;
	int64_t start = clock_ms();

	(void)state;
	names = (struct names){{"192.0.2.1"}, 1};
	assert_int_equal(connect_to(22, 400, &connection, &err), -1);
	assert_true(clock_ms() - start < 1200);
	err_release(&err);

	names.count = 0;
	start = clock_ms();
	assert_int_equal(connect_to(22, 300, &connection, &err), -1);
	assert_true(clock_ms() - start < 1200);
	assert_non_null(
		strstr(err.entries[0].message, "no answer from the name servers"));
	err_release(&err);
	/* The thread that is left behind cleans up after itself. */
	poll(NULL, 0, 1600);
}

static void test_cancel(void **state)
{
	struct destination destination = {
		.name = "pi", .hostname = "192.0.2.1", .port = 22, .user = "a"};
	struct connection connection = CONNECTION_INIT;
	struct err err = ERR_INIT;
	int cancel[2];

	(void)state;
	assert_int_equal(pipe(cancel), 0);
	assert_int_equal(write(cancel[1], "x", 1), 1);
	assert_int_equal(connection_open_tcp(&connection, &destination, clock_ms() + 5000,
				 cancel[0], &err),
		-1);
	assert_non_null(err.entries[0].message);
	err_release(&err);
	close(cancel[0]);
	close(cancel[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused_then_good),
		cmocka_unit_test(test_silent_then_good),
		cmocka_unit_test(test_all_refuse),
		cmocka_unit_test(test_deadlines),
		cmocka_unit_test(test_cancel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
