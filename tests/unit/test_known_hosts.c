/* SPDX-License-Identifier: MIT */
/* Reading known_hosts: which lines speak for a host, and what they say of a key. */
#include "host/known_hosts.h"

#include <sodium/utils.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "scratch.h"
#include "unit.h"

/* Three Ed25519 keys, all ones, twos and threes; an RSA key in form only. */
#define ED_A                                                                             \
	"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB"
#define ED_B                                                                             \
	"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIC"
#define RSA_A "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAAQE="

struct place {
	const char *host;
	uint16_t port;
	const char *alias;
};

static const struct place plain = {"Hub.Example", 22, NULL};
static const struct place with_port = {"hub.example", 2222, NULL};
static const struct place with_alias = {"10.0.0.1", 2222, "hub.example"};

/* What `text` says of the key ED_A at that place, and in which line. */
static enum known_verdict judge(const struct place *place, const char *text, size_t *line)
{
	static const char base64[] =
		"AAAAC3NzaC1lZDI1NTE5AAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB";
	CLEANUP(known_hosts_release) struct known_hosts known = KNOWN_HOSTS_INIT;
	struct destination destination = {.hostname = place->host,
		.port = place->port,
		.host_key_alias = place->alias};
	const struct known_key *reason;
	uint8_t blob[64];
	size_t len;

	assert_int_equal(sodium_base642bin(blob, sizeof(blob), base64, strlen(base64),
				 NULL, &len, NULL, sodium_base64_VARIANT_ORIGINAL),
		0);
	known_hosts_init(&known, &destination);
	known_hosts_add(&known, "file", text, strlen(text));
	enum known_verdict verdict = known_hosts_judge(&known, blob, len, &reason);
	if (reason)
		assert_string_equal(reason->file, "file");
	*line = reason ? reason->line : 0;
	return verdict;
}

static void test_verdicts(void **state)
{
	static const struct {
		const struct place *place;
		const char *text;
		enum known_verdict verdict;
		size_t line;
	} cases[] = {
		{&plain, "", KNOWN_UNKNOWN, 0},
		{&plain, "other " ED_A "\n", KNOWN_UNKNOWN, 0},
		{&plain, "hub.example " ED_A "\n", KNOWN_SAME, 1},
		{&plain, "HUB.example " ED_A " a comment\n", KNOWN_SAME, 1},
		{&plain, "hub.example " ED_A, KNOWN_SAME, 1},
		{&plain, "  hub.example\t" ED_A "\r\n", KNOWN_SAME, 1},
		{&plain, "\n#hub.example " ED_A "\n", KNOWN_UNKNOWN, 0},
		{&plain, "\nhub.example " ED_B "\n", KNOWN_CHANGED, 2},
		{&plain, "hub.example " RSA_A "\n", KNOWN_OTHER_TYPE, 1},
		{&plain, "hub.example " RSA_A "\nhub.example " ED_B "\n", KNOWN_CHANGED,
			2},
		{&plain, "hub.example " ED_B "\nhub.example " ED_A "\n", KNOWN_SAME, 2},
		{&plain, "hub.example " ED_A "\nhub.example " ED_B "\n", KNOWN_SAME, 1},
		{&plain, "hub.example " ED_A "\n@revoked hub.example " ED_A "\n",
			KNOWN_REVOKED, 2},
		{&plain, "@revoked * " ED_A "\nhub.example " ED_A "\n", KNOWN_REVOKED, 1},
		{&plain, "@revoked other " ED_A "\nhub.example " ED_A "\n", KNOWN_SAME,
			2},
		{&plain, "@revoked hub.example " ED_B "\n", KNOWN_UNKNOWN, 0},
		{&plain, "@cert-authority hub.example " ED_A "\n", KNOWN_UNKNOWN, 0},
		{&plain, "@nonsense hub.example " ED_A "\n", KNOWN_UNKNOWN, 0},
		{&plain, "10.0.0.1,hub.example,x " ED_A "\n", KNOWN_SAME, 1},
		{&plain, "*.example " ED_A "\n", KNOWN_SAME, 1},
		{&plain, "hu?.exampl? " ED_A "\n", KNOWN_SAME, 1},
		{&plain, "hub.exampl " ED_A "\n", KNOWN_UNKNOWN, 0},
		{&plain, "hub.example? " ED_A "\n", KNOWN_UNKNOWN, 0},
		{&plain, "*.example,!hub.example " ED_A "\n", KNOWN_UNKNOWN, 0},
		{&plain, "!hub.example,*.example " ED_A "\n", KNOWN_UNKNOWN, 0},
		{&plain, "!other.example " ED_A "\n", KNOWN_UNKNOWN, 0},
		{&plain, "[hub.example]:2222 " ED_A "\n", KNOWN_UNKNOWN, 0},
		{&plain, "hub.example ssh-ed25519\n", KNOWN_UNKNOWN, 0},
		{&plain, "hub.example ssh-ed25519 !!!\n", KNOWN_UNKNOWN, 0},
		{&plain, "hub.example\n", KNOWN_UNKNOWN, 0},
		{&with_port, "[hub.example]:2222 " ED_A "\n", KNOWN_SAME, 1},
		{&with_port, "[hub.example]:2222 " ED_B "\n", KNOWN_CHANGED, 1},
		{&with_port, "hub.example " ED_A "\n", KNOWN_SAME, 1},
		{&with_port, "hub.example " ED_B "\n", KNOWN_UNKNOWN, 0},
		{&with_port, "@revoked hub.example " ED_A "\n", KNOWN_REVOKED, 1},
		{&with_alias, "hub.example " ED_A "\n", KNOWN_SAME, 1},
		{&with_alias, "[10.0.0.1]:2222 " ED_A "\n", KNOWN_UNKNOWN, 0},
		{&with_alias, "10.0.0.1 " ED_A "\n", KNOWN_UNKNOWN, 0},
		/* HMAC-SHA1 of the name, salt of twenty 's'; made with python's hmac. */
		{&plain,
			"|1|c3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3M=|GlRy5+GPKzFW1V6CWYAwbsjE9fk= " ED_A
			"\n",
			KNOWN_SAME, 1},
		{&plain,
			"|1|c3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3M=|4owJAYaWAhybjTAYXDVBlw7fZF8= " ED_A
			"\n",
			KNOWN_UNKNOWN, 0},
		{&with_port,
			"|1|c3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3M=|4owJAYaWAhybjTAYXDVBlw7fZF8= " ED_B
			"\n",
			KNOWN_CHANGED, 1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		size_t line;

		if (judge(cases[i].place, cases[i].text, &line) != cases[i].verdict ||
			line != cases[i].line)
			fail_msg("case %zu: %s", i, cases[i].text);
	}
}

static void test_record(void **state)
{
	struct err err = ERR_INIT;
	struct stat info;
	char text[64];

	(void)state;
	assert_int_equal(known_hosts_record("ssh/known", "a", "t", "AAAA", &err), 0);
	assert_int_equal(known_hosts_record("ssh/known", "b", "t", "BBBB", &err), 0);
	assert_int_equal(stat("ssh/known", &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	assert_int_equal(stat("ssh", &info), 0);
	assert_int_equal(info.st_mode & 0777, 0700);
	FILE *stream = fopen("ssh/known", "r");
	assert_non_null(stream);
	size_t len = fread(text, 1, sizeof(text) - 1, stream);
	fclose(stream);
	text[len] = '\0';
	assert_string_equal(text, "a t AAAA\nb t BBBB\n");

	assert_int_equal(known_hosts_record("ssh/none/known", "a", "t", "A", &err), 0);
	assert_int_equal(known_hosts_record("ssh/known/known", "a", "t", "A", &err), -1);
	assert_true(err_is_set(&err));
	err_release(&err);
}

/* A file that is not there is empty; one that cannot be read is a failure. */
static void test_files(void **state)
{
	struct err err = ERR_INIT;
	struct destination destination = {.hostname = "hub.example",
		.port = 22,
		.user_known_hosts = {{"missing", "here"}, 2},
		.global_known_hosts = {{"global"}, 1}};
	CLEANUP(known_hosts_release) struct known_hosts known = KNOWN_HOSTS_INIT;

	(void)state;
	scratch_put("here", "x " ED_A "\nhub.example " ED_A "\n", 0600);
	scratch_put("global", "hub.example " ED_B "\n", 0644);
	known_hosts_init(&known, &destination);
	assert_int_equal(known_hosts_read(&known, &destination, &err), 0);
	assert_string_equal(known.keys->file, "here");
	assert_int_equal(known.keys->line, 2);
	assert_string_equal(known.keys->next->file, "global");
	assert_null(known.keys->next->next);

	destination.global_known_hosts.items[0] = ".";
	assert_int_equal(known_hosts_read(&known, &destination, &err), -1);
	assert_non_null(strstr(err.entries[0].message, "known hosts file '.'"));
	err_release(&err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test_setup_teardown(
			test_record, scratch_set_up, scratch_tear_down),
		cmocka_unit_test_setup_teardown(
			test_files, scratch_set_up, scratch_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
