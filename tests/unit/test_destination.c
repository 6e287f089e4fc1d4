/* SPDX-License-Identifier: MIT */
/* Reading what `ssh -G` prints, and splitting ProxyJump. */
#include "host/destination.h"

#include <string.h>
#include <sys/socket.h>

#include "unit.h"

static int read_text(struct destination *destination, const char *text, struct err *err)
{
	*destination = (struct destination){.name = "pi"};
	return destination_read(destination, text, strlen(text), err);
}

static void test_read(void **state)
{
	struct destination destination;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(read_text(&destination,
				 "user admin\nhostname 10.0.0.1\nport 2222\n"
				 "addressfamily inet6\nidentitiesonly yes\n"
				 "stricthostkeychecking true\nidentityfile none\n"
				 "identityfile /k/%r@%h-%n-%p-%%\nidentityfile /b\n"
				 "userknownhostsfile /a /b\nglobalknownhostsfile /c\n"
				 "proxyjump a,b\nhostkeyalias x\nidentityagent none\n"
				 "connecttimeout 5\nunknownkey some value\nlonely\n",
				 &err),
		0);
	assert_string_equal(destination.user, "admin");
	assert_string_equal(destination.hostname, "10.0.0.1");
	assert_int_equal(destination.port, 2222);
	assert_int_equal(destination.family, AF_INET6);
	assert_true(destination.identities_only);
	assert_true(destination.strict);
	assert_int_equal(destination.identity_files.count, 2);
	assert_string_equal(
		destination.identity_files.items[0], "/k/admin@10.0.0.1-pi-2222-%");
	assert_int_equal(destination.user_known_hosts.count, 2);
	assert_string_equal(destination.user_known_hosts.items[1], "/b");
	assert_int_equal(destination.global_known_hosts.count, 1);
	assert_string_equal(destination.proxy_jump, "a,b");
	assert_string_equal(destination.identity_agent, "none");
	assert_int_equal(destination.connect_timeout_ms, 5000);
	destination_release(&destination);
}

static void test_none(void **state)
{
	struct destination destination;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(
		read_text(&destination,
			"user a\nproxyjump none\nproxycommand none\n"
			"connecttimeout none\nuserknownhostsfile none\n"
			"stricthostkeychecking accept-new\npubkeyauthentication no\n",
			&err),
		0);
	assert_string_equal(destination.hostname, "pi");
	assert_int_equal(destination.port, 22);
	assert_null(destination.proxy_jump);
	assert_null(destination.proxy_command);
	assert_int_equal(destination.connect_timeout_ms, 0);
	assert_int_equal(destination.user_known_hosts.count, 0);
	assert_false(destination.strict);
	assert_true(destination.no_public_key);
	destination_release(&destination);
}

static void test_refused(void **state)
{
	static const char *const texts[] = {
		"hostname 10.0.0.1\n",
		"user a;b\n",
		"user -a\n",
		"user a\nhostname $(x)\n",
		"user a\nhostname a b\n",
		"user a\nhostname -oX\n",
		"user a\nhostkeyalias a`b\n",
		"user a\nport 0\n",
		"user a\nport 65536\n",
		"user a\nport 22x\n",
		"user a\nidentityfile /k/%C\n",
		"user a\nidentityfile /k/%\n",
		"user a\nidentityfile /k/${NO_SUCH_VARIABLE}\n",
		"user a\nidentityfile ~no-such-user/k\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct destination destination;
		struct err err = ERR_INIT;

		assert_case(read_text(&destination, texts[i], &err) == -1, texts[i]);
		assert_case(err_is_set(&err), texts[i]);
		err_release(&err);
		destination_release(&destination);
	}
}

static void test_split_jump(void **state)
{
	static const struct {
		const char *text, *user, *host, *rest;
		uint16_t port;
	} good[] = {
		{"hub", NULL, "hub", NULL, 0},
		{"a@hub:2222", "a", "hub", NULL, 2222},
		{"one,two@x,a@[2001:db8::1]:22", "a", "2001:db8::1", "one,two@x", 22},
		{"[::1]", NULL, "::1", NULL, 0},
		{"2001:db8::1", NULL, "2001:db8::1", NULL, 0},
		{"ssh://a@hub:22", "a", "hub", NULL, 22},
	};
	static const char *const bad[] = {"", "hub,", "a b", "hub:0", "hub:x", "[::1",
		"a;b@hub", "@hub", "-x", "hub:"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		CLEANUP(arena_release) struct arena arena = ARENA_INIT;
		struct ssh_target last;
		const char *rest;
		struct err err = ERR_INIT;

		assert_case(
			!destination_split_jump(&arena, good[i].text, &last, &rest, &err),
			good[i].text);
		assert_string_equal(last.host, good[i].host);
		assert_int_equal(last.port, good[i].port);
		assert_case(good[i].user ? !strcmp(last.user, good[i].user) : !last.user,
			good[i].text);
		assert_case(
			good[i].rest ? !strcmp(rest, good[i].rest) : !rest, good[i].text);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		CLEANUP(arena_release) struct arena arena = ARENA_INIT;
		struct ssh_target last;
		const char *rest;
		struct err err = ERR_INIT;

		assert_case(
			destination_split_jump(&arena, bad[i], &last, &rest, &err) == -1,
			bad[i]);
		err_release(&err);
	}
}

static void test_plain(void **state)
{
	static const char *const hosts[] = {"pi", "10.0.0.1", "fe80::1%eth0", "a_b-c.d"};
	static const char *const others[] = {"", "-a", "a b", "a;b", "a$b", "a'b", "a\"b",
		"a`b", "a|b", "a\\b", "a\nb", "a/b", "(a)", "a<b", "a&b", "\xc3\xa4",
		"a@b"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(hosts); i++)
		assert_case(destination_host_is_plain(hosts[i]), hosts[i]);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		assert_case(!destination_host_is_plain(others[i]), others[i]);
		assert_case(!strcmp(others[i], "a@b") ||
				    !destination_user_is_plain(others[i]),
			others[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_split_jump),
		cmocka_unit_test(test_plain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
