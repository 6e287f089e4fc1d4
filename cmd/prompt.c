/* SPDX-License-Identifier: MIT */
/* Questions on /dev/tty, with signals and the terminal's state kept in order. */
#include "prompt.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <strings.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum { READ_SIZE = 512, ANSWER_MAX = 4096 };

static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};

/* A signal handler has no other way to say which signal came. */
static volatile sig_atomic_t caught;

static void catch_signal(int number)
{
	caught = number;
}

/* What to put back after a question. */
struct terminal {
	int fd;
	bool hidden;
	struct termios before;
	sigset_t mask;
	struct sigaction actions[ARRAY_SIZE(signals)];
};

/* Signals come first, and go last, so that none finds the terminal without its echo. */
static void terminal_enter(struct terminal *terminal)
{
	struct sigaction action = {.sa_handler = catch_signal};

	caught = 0;
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		sigaddset(&action.sa_mask, signals[i]);
	sigprocmask(SIG_BLOCK, &action.sa_mask, &terminal->mask);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		sigaction(signals[i], &action, &terminal->actions[i]);
	if (!terminal->hidden)
		return;
	terminal->hidden = tcgetattr(terminal->fd, &terminal->before) == 0;
	if (!terminal->hidden)
		return;
	struct termios silent = terminal->before;
	silent.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	tcsetattr(terminal->fd, TCSAFLUSH, &silent);
}

static void terminal_leave(struct terminal *terminal)
{
	if (terminal->hidden)
		tcsetattr(terminal->fd, TCSAFLUSH, &terminal->before);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		sigaction(signals[i], &terminal->actions[i], NULL);
	sigprocmask(SIG_SETMASK, &terminal->mask, NULL);
}

static void put(int fd, const char *s)
{
	size_t len = strlen(s);

	while (len) {
		ssize_t written = write(fd, s, len);

		if (written < 0)
			return;
		s += written;
		len -= (size_t)written;
	}
}

/*
 * Signals are blocked but in here, so that none slips in between a look and the wait. One
 * that another thread took is noticed at the next turn.
 */
static bool wait_for_input(const struct terminal *terminal)
{
	struct pollfd input = {.fd = terminal->fd, .events = POLLIN};
	const struct timespec turn = {.tv_nsec = 200 * 1000 * 1000};
	int ready = 0;

	while (!ready && !caught)
		ready = ppoll(&input, 1, &turn, &terminal->mask);
	return ready == 1 && !caught;
}

/* Appends a line without its end; false at the end of input, an error or a signal. */
static bool read_line(const struct terminal *terminal, struct buf *line)
{
	size_t start = line->len;

	while (line->len - start < ANSWER_MAX) {
		if (!wait_for_input(terminal))
			return false;
		ssize_t got = read(terminal->fd, buf_reserve(line, READ_SIZE), READ_SIZE);

		if (got <= 0)
			return false;
		buf_added(line, (size_t)got);
		if (line->text[line->len - 1] == '\n') {
			buf_truncate(line, line->len - 1);
			return true;
		}
	}
	return false;
}

static int why_no_line(int signal, struct err *err)
{
	if (signal == SIGINT)
		return err_set(err, "interrupted");
	if (signal)
		return err_set(err, "interrupted by signal %d", signal);
	return err_set(err, "no answer");
}

/*
 * Asks once, and again after the program was stopped and continued. A signal is raised
 * anew only when the terminal is as it was; Ctrl-C becomes an error.
 */
static int ask(const char *prompt, bool hidden, struct buf *answer, struct err *err)
{
	size_t start = answer->len;
	int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	int signal;
	bool read;

	if (fd < 0)
		return err_set(err, "there is no terminal to ask on");
	do {
		struct terminal terminal = {.fd = fd, .hidden = hidden};

		terminal_enter(&terminal);
		put(fd, prompt);
		buf_truncate(answer, start);
		read = read_line(&terminal, answer);
		if (hidden || !read)
			put(fd, "\n");
		terminal_leave(&terminal);
		signal = read ? 0 : caught;
		if (signal && signal != SIGINT)
			raise(signal);
	} while (signal == SIGTSTP);
	close(fd);
	if (read)
		return 0;
	buf_truncate(answer, start);
	return why_no_line(signal, err);
}

bool prompt_available(void)
{
	int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (fd < 0)
		return false;
	close(fd);
	return true;
}

/* The line without the blanks around it, in place. */
static char *trim(struct buf *line)
{
	while (line->len && strchr(" \t\r", line->text[line->len - 1]))
		buf_truncate(line, line->len - 1);
	return line->text + strspn(line->text, " \t");
}

int prompt_line(
	const char *question, const char *fallback, struct buf *answer, struct err *err)
{
	CLEANUP(buf_release) struct buf prompt = BUF_INIT;
	CLEANUP(buf_release) struct buf line = BUF_INIT;

	buf_add(&prompt, question);
	if (fallback)
		buf_addf(&prompt, " [%s]", fallback);
	buf_add(&prompt, ": ");
	for (;;) {
		buf_truncate(&line, 0);
		if (ask(prompt.text, false, &line, err))
			return -1;
		const char *text = trim(&line);
		if (!*text && !fallback)
			continue;
		buf_add(answer, *text ? text : fallback);
		return 0;
	}
}

int prompt_yes_no(const char *question, bool fallback, bool *answer, struct err *err)
{
	CLEANUP(buf_release) struct buf prompt = BUF_INIT;
	CLEANUP(buf_release) struct buf line = BUF_INIT;

	buf_addf(&prompt, "%s [%s] ", question, fallback ? "Y/n" : "y/N");
	for (;;) {
		buf_truncate(&line, 0);
		if (ask(prompt.text, false, &line, err))
			return -1;
		const char *text = trim(&line);
		bool yes = !strcasecmp(text, "y") || !strcasecmp(text, "yes");
		bool no = !strcasecmp(text, "n") || !strcasecmp(text, "no");
		if (*text && !yes && !no)
			continue;
		*answer = *text ? yes : fallback;
		return 0;
	}
}

int prompt_secret(const char *question, struct buf *answer, struct err *err)
{
	CLEANUP(buf_release) struct buf prompt = BUF_INIT;

	buf_addf(&prompt, "%s: ", question);
	return ask(prompt.text, true, answer, err);
}
