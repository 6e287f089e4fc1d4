/* SPDX-License-Identifier: MIT */
/*
 * Questions, asked by a child on a terminal of its own and answered from here. The child's
 * last line is its result: "ok ANSWER" or "err MESSAGE".
 */
#include "prompt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "unit.h"

enum { WAIT_MS = 10000 };
enum question { LINE, LINE_WITH_FALLBACK, YES_NO, SECRET };

/* A child at its question. */
struct child {
	pid_t pid;
	int terminal;
	struct buf seen;
};

static int put_question(enum question question, struct buf *answer, struct err *err)
{
	bool yes = false;

	switch (question) {
	case LINE:
		return prompt_line("name", NULL, answer, err);
	case LINE_WITH_FALLBACK:
		return prompt_line("name", "hub", answer, err);
	case SECRET:
		return prompt_secret("passphrase", answer, err);
	case YES_NO:
		break;
	}
	if (prompt_yes_no("sure?", false, &yes, err))
		return -1;
	buf_add(answer, yes ? "yes" : "no");
	return 0;
}

/* The signal's default action must be seen from outside, hence no cmocka in here. */
static void child_main(const char *terminal, enum question question)
{
	struct buf answer = BUF_INIT;
	struct err err = ERR_INIT;
	struct termios state;

	setsid();
	int fd = open(terminal, O_RDWR);
	if (fd < 0 || ioctl(fd, TIOCSCTTY, 0) != 0)
		_exit(9);
	if (put_question(question, &answer, &err))
		dprintf(fd, "err %s|", err.entries[0].message);
	else
		dprintf(fd, "ok %s|", answer.text);
	bool echoes = tcgetattr(fd, &state) == 0 && (state.c_lflag & ECHO);
	dprintf(fd, "%s\n", echoes ? "echo" : "silent");
	buf_release(&answer);
	err_release(&err);
	_exit(0);
}

static void child_start(struct child *child, enum question question)
{
	*child = (struct child){.seen = BUF_INIT};
	child->terminal = posix_openpt(O_RDWR | O_NOCTTY);
	assert_true(child->terminal >= 0);
	assert_int_equal(grantpt(child->terminal), 0);
	assert_int_equal(unlockpt(child->terminal), 0);
	const char *name = ptsname(child->terminal);
	assert_non_null(name);
	child->pid = fork();
	if (!child->pid) {
		close(child->terminal);
		child_main(name, question);
	}
}

/* Reads until `text` is seen `times` times, or fails after a while. */
static void wait_for(struct child *child, const char *text, int times)
{
	for (;;) {
		struct pollfd input = {.fd = child->terminal, .events = POLLIN};
		const char *at = child->seen.text;
		int found = 0;

		while ((at = strstr(at, text)) && ++found < times)
			at += strlen(text);
		if (found == times)
			return;
		if (poll(&input, 1, WAIT_MS) != 1)
			fail_msg("no '%s' in '%s'", text, child->seen.text);
		ssize_t got = read(child->terminal, buf_reserve(&child->seen, 256), 256);
		if (got <= 0)
			fail_msg("the end, and no '%s' in '%s'", text, child->seen.text);
		buf_added(&child->seen, (size_t)got);
	}
}

static void type(struct child *child, const char *keys)
{
	assert_int_equal(write(child->terminal, keys, strlen(keys)), strlen(keys));
}

static int child_end(struct child *child)
{
	int status = 0;

	assert_int_equal(waitpid(child->pid, &status, 0), child->pid);
	close(child->terminal);
	buf_release(&child->seen);
	return status;
}

static void answers(
	enum question question, const char *prompt, const char *keys, const char *result)
{
	struct child child;

	child_start(&child, question);
	wait_for(&child, prompt, 1);
	type(&child, keys);
	wait_for(&child, result, 1);
	assert_int_equal(child_end(&child), 0);
}

static void takes_a_line(void **state)
{
	(void)state;
	answers(LINE, "name: ", "  two words \n", "ok two words|echo");
	answers(LINE_WITH_FALLBACK, "name [hub]: ", "\n", "ok hub|echo");
	answers(LINE_WITH_FALLBACK, "name [hub]: ", "x\n", "ok x|echo");
}

static void asks_again_for_an_empty_line(void **state)
{
	struct child child;

	(void)state;
	child_start(&child, LINE);
	wait_for(&child, "name: ", 1);
	type(&child, "\n");
	wait_for(&child, "name: ", 2);
	type(&child, "x\n");
	wait_for(&child, "ok x|", 1);
	assert_int_equal(child_end(&child), 0);
}

static void takes_yes_and_no(void **state)
{
	(void)state;
	answers(YES_NO, "sure? [y/N] ", "y\n", "ok yes|");
	answers(YES_NO, "sure? [y/N] ", "YES\n", "ok yes|");
	answers(YES_NO, "sure? [y/N] ", "n\n", "ok no|");
	answers(YES_NO, "sure? [y/N] ", "\n", "ok no|");
	answers(YES_NO, "sure? [y/N] ", "maybe\ny\n", "ok yes|");
}

static void hides_a_secret(void **state)
{
	struct child child;

	(void)state;
	child_start(&child, SECRET);
	wait_for(&child, "passphrase: ", 1);
	type(&child, " open sesame\n");
	wait_for(&child, "ok  open sesame|echo", 1);
	const char *result = strstr(child.seen.text, "ok ");
	assert_ptr_equal(strstr(child.seen.text, "open"), result + 4);
	assert_int_equal(child_end(&child), 0);
}

static void says_why_there_is_no_answer(void **state)
{
	(void)state;
	answers(LINE, "name: ", "\004", "err no answer|echo");
	answers(LINE, "name: ", "\003", "err interrupted|echo");
	answers(SECRET, "passphrase: ", "\004", "err no answer|echo");
	answers(SECRET, "passphrase: ", "ab\003", "err interrupted|echo");
}

static bool echoes(const struct child *child)
{
	struct termios state;

	assert_int_equal(tcgetattr(child->terminal, &state), 0);
	return (state.c_lflag & ECHO) != 0;
}

static void dies_of_a_signal_with_the_echo_back(void **state)
{
	struct child child;

	(void)state;
	child_start(&child, SECRET);
	int keep = open(ptsname(child.terminal), O_RDWR | O_NOCTTY);
	wait_for(&child, "passphrase: ", 1);
	assert_false(echoes(&child));
	assert_int_equal(kill(child.pid, SIGTERM), 0);
	int status = 0;
	assert_int_equal(waitpid(child.pid, &status, 0), child.pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGTERM);
	assert_true(echoes(&child));
	close(keep);
	close(child.terminal);
	buf_release(&child.seen);
}

static void needs_a_terminal(void **state)
{
	int status = 0;

	(void)state;
	pid_t pid = fork();
	if (!pid) {
		struct buf answer = BUF_INIT;
		struct err err = ERR_INIT;

		setsid();
		if (prompt_available())
			_exit(1);
		if (prompt_line("name", "x", &answer, &err) != -1)
			_exit(2);
		_exit(strcmp(err.entries[0].message, "there is no terminal to ask on")
				? 3
				: 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_a_line),
		cmocka_unit_test(asks_again_for_an_empty_line),
		cmocka_unit_test(takes_yes_and_no),
		cmocka_unit_test(hides_a_secret),
		cmocka_unit_test(says_why_there_is_no_answer),
		cmocka_unit_test(dies_of_a_signal_with_the_echo_back),
		cmocka_unit_test(needs_a_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
