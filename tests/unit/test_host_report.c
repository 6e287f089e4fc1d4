/* SPDX-License-Identifier: MIT */
/* What a host says of a deploy, and what it may not say. */
#include "host/report.h"

#include <stdlib.h>
#include <string.h>

#include "unit.h"

#define NONCE "00ff"
#define HELLO "wgctl 1\n"

/* Each line in memory of exactly its length, so that who reads on is caught. */
static void take(struct report *report, const char *text)
{
	while (*text) {
		const size_t len = strcspn(text, "\n");
		char *line = malloc(len ? len : 1);

		assert_non_null(line);
		memcpy(line, text, len);
		report_take(report, NONCE, line, len);
		free(line);
		text += len + (text[len] == '\n');
	}
}

static void follows_the_stages(void **state)
{
	static const struct {
		const char *lines;
		enum report_stage stage;
	} rows[] = {
		{"", REPORT_CUT},
		{HELLO, REPORT_CUT},
		{HELLO "unchanged\tpeers\n", REPORT_CUT},
		{HELLO "ready\t" NONCE "\n", REPORT_READY},
		{HELLO "done\t" NONCE "\n", REPORT_DONE},
		{HELLO "failed\tno\n", REPORT_FAILED},
		{HELLO "rolled-back\tno\n", REPORT_ROLLED_BACK},
		{HELLO "pending\tabc\t300\n", REPORT_PENDING},
		{HELLO "ready\t" NONCE "\npending\t" NONCE "\t300\n", REPORT_PENDING},
		{HELLO "ready\t" NONCE "\nfailed\tno\n", REPORT_FAILED},
		{HELLO "ready\t" NONCE "\nrolled-back\tno\n", REPORT_ROLLED_BACK},
		{HELLO "ready\t" NONCE "\npending\tabc\t300\nnote\tx\ndone\t" NONCE "\n",
			REPORT_DONE},
		{HELLO "pending\tabc\t0\nrolled-back\tno\n", REPORT_ROLLED_BACK},
		{HELLO "busy\tat work\n", REPORT_BUSY},
		{HELLO "note\tx\nbusy\tat work\n", REPORT_BUSY},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(report_release) struct report report = REPORT_INIT;
		CLEANUP(err_release) struct err err = ERR_INIT;

		take(&report, rows[i].lines);
		assert_case(report.stage == rows[i].stage, rows[i].lines);
		assert_case(report_check(&report, &err) == 0, rows[i].lines);
	}
}

static void keeps_what_it_is_told(void **state)
{
	CLEANUP(report_release) struct report report = REPORT_INIT;
	CLEANUP(buf_release) struct buf changes = BUF_INIT;

	(void)state;
	take(&report, HELLO "unchanged\tpackages\nchanged\tpeers\t1 added\tand a tab\n"
			    "changed\tmtu\t\ndetail\tpeers\t+ key\nnote\thello\tthere\n"
			    "through\ttunnel\n");
	assert_true(report.through_tunnel);
	assert_int_equal(report.count, 3);
	assert_string_equal(report.items[0].name, "packages");
	assert_null(report.items[0].why);
	assert_string_equal(report.items[1].name, "peers");
	assert_string_equal(report.items[1].why, "1 added\\tand a tab");
	assert_string_equal(report.items[2].why, "");
	assert_int_equal(report.detail_count, 1);
	assert_string_equal(report.details[0].item, "peers");
	assert_string_equal(report.details[0].text, "+ key");
	assert_int_equal(report.note_count, 1);
	assert_string_equal(report.notes[0], "hello");
	assert_true(report_has_changes(&report));
	report_changes(&report, &changes);
	assert_string_equal(changes.text, "peers, mtu");
	take(&report, "pending\tabc\t300\nfailed\twhy not\n");
	assert_string_equal(report.token, "abc");
	assert_string_equal(report.why, "why not");
}

static void keeps_why_a_host_is_busy(void **state)
{
	CLEANUP(report_release) struct report report = REPORT_INIT;

	(void)state;
	take(&report, HELLO "busy\tthe change is still at \033 work\n");
	assert_int_equal(report.stage, REPORT_BUSY);
	assert_string_equal(report.why, "the change is still at \\x1b work");
}

static void knows_when_nothing_changes(void **state)
{
	CLEANUP(report_release) struct report report = REPORT_INIT;
	CLEANUP(buf_release) struct buf changes = BUF_INIT;

	(void)state;
	take(&report, HELLO "unchanged\tpeers\nunchanged\tmtu\ndone\t" NONCE "\n");
	assert_false(report_has_changes(&report));
	report_changes(&report, &changes);
	assert_string_equal(changes.text, "");
}

static void refuses_what_is_not_of_the_protocol(void **state)
{
	static const char *const rows[] = {
		"done\t" NONCE "\n",
		"wgctl 2\n",
		"wgctl 1 \n",
		" wgctl 1\n",
		"Welcome to Debian\n" HELLO "done\t" NONCE "\n",
		HELLO HELLO,
		HELLO "\n",
		HELLO "hello\n",
		HELLO "through\n",
		HELLO "through\thub\n",
		HELLO "done\n",
		HELLO "done\t\n",
		HELLO "done\t00fe\n",
		HELLO "done\t00f\n",
		HELLO "done\t" NONCE "0\n",
		HELLO "ready\t00fe\n",
		HELLO "ready\n",
		HELLO "Done\t" NONCE "\n",
		HELLO "done " NONCE "\n",
		HELLO "pending\n",
		HELLO "pending\t\t300\n",
		HELLO "pending\tabg\t300\n",
		HELLO "pending\tABC\t300\n",
		HELLO "pending\tabc;reboot\t300\n",
		HELLO "pending\tabc' x\t300\n",
		HELLO "pending\t0123456789abcdef0123456789abcdef"
		      "0123456789abcdef0123456789abcdef0\t300\n",
		HELLO "pending\tabc\t300\npending\tabd\t300\n",
		HELLO "done\t" NONCE "\nnote\tx\n",
		HELLO "done\t" NONCE "\ndone\t" NONCE "\n",
		HELLO "failed\tx\ndone\t" NONCE "\n",
		HELLO "rolled-back\tx\ndone\t" NONCE "\n",
		HELLO "rolled-back\tx\nfailed\ty\n",
		HELLO "busy\tx\ndone\t" NONCE "\n",
		HELLO "busy\tx\nbusy\ty\n",
		HELLO "busy \n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(report_release) struct report report = REPORT_INIT;
		CLEANUP(err_release) struct err err = ERR_INIT;

		take(&report, rows[i]);
		assert_case(report.broken, rows[i]);
		assert_case(report_check(&report, &err) < 0, rows[i]);
		assert_case(
			!strncmp(err.entries[0].message,
				"the host answered something that wgctl does not know: '",
				55),
			rows[i]);
	}
}

/* What follows a line of no known form may be its doing. */
static void believes_nothing_afterwards(void **state)
{
	CLEANUP(report_release) struct report report = REPORT_INIT;
	CLEANUP(err_release) struct err err = ERR_INIT;

	(void)state;
	take(&report, HELLO "unchanged\tpeers\nbash: warning\ndone\t" NONCE "\n"
			    "changed\tx\ty\npending\tabc\t3\n");
	assert_int_equal(report.stage, REPORT_CUT);
	assert_int_equal(report.count, 1);
	assert_null(report.token);
	report_check(&report, &err);
	assert_string_equal(err.entries[0].message,
		"the host answered something that wgctl does not know: 'bash: warning'");
}

static void shows_hostile_text_escaped(void **state)
{
	CLEANUP(report_release) struct report report = REPORT_INIT, broken = REPORT_INIT;
	CLEANUP(err_release) struct err err = ERR_INIT;
	char long_line[2000];

	(void)state;
	take(&report, HELLO "changed\t\033[2J\ta\rb\ndetail\t\x01\t\x7f\nnote\t\xff\n"
			    "failed\t\033]0;x\007\n");
	assert_string_equal(report.items[0].name, "\\x1b[2J");
	assert_string_equal(report.items[0].why, "a\\rb");
	assert_string_equal(report.details[0].item, "\\x01");
	assert_string_equal(report.details[0].text, "\\x7f");
	assert_string_equal(report.notes[0], "\\xff");
	assert_string_equal(report.why, "\\x1b]0;x\\x07");
	memset(long_line, 'x', sizeof(long_line) - 1);
	long_line[0] = '\033';
	long_line[sizeof(long_line) - 1] = '\0';
	take(&broken, long_line);
	report_check(&broken, &err);
	assert_null(strchr(err.entries[0].message, '\033'));
	assert_true(strlen(err.entries[0].message) < 200);
}

/* A zero byte ends neither a line nor a field. */
static void compares_whole_fields(void **state)
{
	static const char line[] = "done\t" NONCE "\0x";
	CLEANUP(report_release) struct report report = REPORT_INIT;

	(void)state;
	take(&report, HELLO);
	report_take(&report, NONCE, line, sizeof(line) - 1);
	assert_true(report.broken);
}

static void does_not_take_lines_without_end(void **state)
{
	CLEANUP(report_release) struct report report = REPORT_INIT;

	(void)state;
	take(&report, HELLO);
	for (unsigned i = 0; i < 100000; i++)
		report_take(&report, NONCE, i % 2 ? "note\tx" : "detail\tx\ty",
			i % 2 ? 6 : 10);
	assert_true(report.broken);
	assert_true(report.note_count + report.detail_count < 5000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(follows_the_stages),
		cmocka_unit_test(keeps_what_it_is_told),
		cmocka_unit_test(keeps_why_a_host_is_busy),
		cmocka_unit_test(knows_when_nothing_changes),
		cmocka_unit_test(refuses_what_is_not_of_the_protocol),
		cmocka_unit_test(believes_nothing_afterwards),
		cmocka_unit_test(shows_hostile_text_escaped),
		cmocka_unit_test(compares_whole_fields),
		cmocka_unit_test(does_not_take_lines_without_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
