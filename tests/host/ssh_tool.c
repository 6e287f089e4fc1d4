/* SPDX-License-Identifier: MIT */
/*
 * Drives lib/host from a shell: the tests in this folder run it against servers of their
 * own. Answers to questions come from options, as there is no terminal. It also says when
 * a session has left a descriptor or a child behind.
 */
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/num.h"
#include "host/clock.h"
#include "host/destination.h"
#include "host/jump.h"
#include "host/root.h"
#include "host/run.h"
#include "host/session.h"

enum { THREADS_MAX = 128 };

/* What the options say. */
struct tool {
	struct transport transport;
	const char *host_key_answer, *passphrase, *sudo_password;
	const char *user;
	uint16_t port;
	struct run_options run;
	pthread_mutex_t lock;
	unsigned questions;
};

static bool answer_host_key(
	void *context, const char *host, const char *type, const char *fingerprint)
{
	struct tool *tool = context;

	pthread_mutex_lock(&tool->lock);
	tool->questions++;
	fprintf(stderr, "asked: host key of %s %s %s\n", host, type, fingerprint);
	pthread_mutex_unlock(&tool->lock);
	return !strcmp(tool->host_key_answer, "yes");
}

static bool answer_passphrase(void *context, const char *file, struct buf *out)
{
	struct tool *tool = context;

	fprintf(stderr, "asked: passphrase of %s\n", file);
	buf_add(out, tool->passphrase);
	return out->len > 0;
}

static bool answer_sudo(
	void *context, const char *user, const char *host, struct buf *out)
{
	struct tool *tool = context;

	fprintf(stderr, "asked: sudo password of %s on %s\n", user, host);
	buf_add(out, tool->sudo_password);
	return out->len > 0;
}

static unsigned count_fds(void)
{
	DIR *folder = opendir("/proc/self/fd");
	unsigned count = 0;

	if (!folder)
		return 0;
	while (readdir(folder))
		count++;
	closedir(folder);
	return count;
}

/* What they are, for who has to find a leak. */
static void list_fds(void)
{
	char path[64], name[256];

	for (int fd = 0; fd < 64; fd++) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		ssize_t len = readlink(path, name, sizeof(name));
		if (len > 0)
			fprintf(stderr, "LEAK: %d is %.*s\n", fd, (int)len, name);
	}
}

static int complain(struct err *err)
{
	for (size_t i = 0; i < err->count; i++)
		fprintf(stderr, "error: %s\n", err->entries[i].message);
	err_release(err);
	return 1;
}

static struct ssh_target target_of(const struct tool *tool, const char *host)
{
	return (struct ssh_target){.host = host, .user = tool->user, .port = tool->port};
}

static void print_list(const char *name, const struct string_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		printf("%s %s\n", name, list->items[i]);
}

static void print_text(const char *name, const char *text)
{
	if (text)
		printf("%s %s\n", name, text);
}

static int cmd_resolve(struct tool *tool, char **args)
{
	CLEANUP(destination_release) struct destination destination = DESTINATION_INIT;
	struct ssh_target target = target_of(tool, args[0]);
	struct err err = ERR_INIT;

	if (destination_resolve(&destination, &target, tool->transport.config_file,
		    tool->transport.ssh_program, clock_ms() + 10000, &err))
		return complain(&err);
	print_text("hostname", destination.hostname);
	print_text("user", destination.user);
	printf("port %u\n", destination.port);
	print_text("hostkeyalias", destination.host_key_alias);
	print_text("proxyjump", destination.proxy_jump);
	print_text("proxycommand", destination.proxy_command);
	print_text("identityagent", destination.identity_agent);
	print_list("identityfile", &destination.identity_files);
	print_list("certificatefile", &destination.certificate_files);
	print_list("userknownhostsfile", &destination.user_known_hosts);
	print_list("globalknownhostsfile", &destination.global_known_hosts);
	printf("identitiesonly %d\nstrict %d\nconnecttimeout %d\n",
		destination.identities_only, destination.strict,
		destination.connect_timeout_ms);
	return 0;
}

static void read_stdin(struct buf *input)
{
	ssize_t got;

	while ((got = read(0, buf_reserve(input, 65536), 65536)) > 0)
		buf_added(input, (size_t)got);
}

static void print_result(const struct run_result *result, const struct session *session)
{
	static const char *const ends[] = {"unknown", "exited", "killed"};
	static const char *const faults[] = {"fine", "lost", "deadline", "cancelled"};

	fwrite(result->out.text, 1, result->out.len, stdout);
	fflush(stdout);
	fwrite(result->err.text, 1, result->err.len, stderr);
	fprintf(stderr, "\nend=%s status=%d signal=%s whole=%d fault=%s\n",
		ends[result->end], result->exit_status, result->signal, result->whole,
		faults[session->fault]);
}

typedef int run_function(struct session *session, const char *command,
	const struct buf *input, const struct run_options *options,
	struct run_result *result, struct err *err);

static int run_plain(struct session *session, const char *command,
	const struct buf *input, const struct run_options *options,
	struct run_result *result, struct err *err)
{
	return session_run(
		session, command, input->text, input->len, options, result, err);
}

static int run_root(struct session *session, const char *command, const struct buf *input,
	const struct run_options *options, struct run_result *result, struct err *err)
{
	(void)command;
	return session_run_as_root(
		session, input->text, input->len, options, result, err);
}

static int open_and_run(struct tool *tool, char **args, run_function *function)
{
	CLEANUP(buf_release) struct buf input = BUF_INIT;
	struct ssh_target target = target_of(tool, args[0]);
	struct session *session;
	struct err err = ERR_INIT;
	int rc = 0;

	read_stdin(&input);
	if (session_open(&tool->transport, &target, NULL, &session, &err))
		return complain(&err);
	/* Each further argument is one more command on the same session. */
	for (char **command = args + 1; !rc && (*command || command == args + 1);
		command++) {
		struct run_result result = RUN_RESULT_INIT;

		rc = function(session, *command, &input, &tool->run, &result, &err);
		print_result(&result, session);
		run_result_release(&result);
		if (!*command)
			break;
	}
	session_close(session);
	return rc ? complain(&err) : 0;
}

static int cmd_run(struct tool *tool, char **args)
{
	return open_and_run(tool, args, run_plain);
}

static int cmd_root(struct tool *tool, char **args)
{
	return open_and_run(tool, args, run_root);
}

/* One session of many: opens, runs a command with its number, compares. */
struct worker {
	struct tool *tool;
	struct jump *via;
	const char *host;
	unsigned number;
	pthread_t thread;
	int rc;
	struct err err;
	int64_t took_ms;
};

static void *work(void *argument)
{
	struct worker *worker = argument;
	struct ssh_target target = target_of(worker->tool, worker->host);
	CLEANUP(run_result_release) struct run_result result = RUN_RESULT_INIT;
	struct session *session;
	char input[32];
	int64_t start = clock_ms();

	snprintf(input, sizeof(input), "worker %u\n", worker->number);
	worker->rc = session_open(
		&worker->tool->transport, &target, worker->via, &session, &worker->err);
	if (worker->rc)
		return NULL;
	worker->rc = session_run(
		session, "cat", input, strlen(input), NULL, &result, &worker->err);
	if (!worker->rc && (!buf_equals(&result.out, input) || !result.whole))
		worker->rc = err_set(
			&worker->err, "worker %u got something else", worker->number);
	session_close(session);
	worker->took_ms = clock_ms() - start;
	return NULL;
}

static int run_workers(struct tool *tool, struct jump *via, char **hosts, unsigned count)
{
	struct worker *workers = xcalloc(count, sizeof(*workers));
	int64_t start = clock_ms();
	size_t names = 0;
	int rc = 0;

	while (hosts[names])
		names++;
	for (unsigned i = 0; i < count; i++) {
		workers[i] = (struct worker){
			.tool = tool, .via = via, .host = hosts[i % names], .number = i};
		pthread_create(&workers[i].thread, NULL, work, &workers[i]);
	}
	for (unsigned i = 0; i < count; i++) {
		pthread_join(workers[i].thread, NULL);
		if (workers[i].rc)
			rc = complain(&workers[i].err);
	}
	printf("%u sessions in %d ms, %u questions\n", count, (int)(clock_ms() - start),
		tool->questions);
	free(workers);
	return rc;
}

static unsigned count_of(const char *text)
{
	uint64_t count;

	if (!num_parse(text, 1, THREADS_MAX, &count)) {
		fprintf(stderr, "bad count '%s'\n", text);
		exit(2);
	}
	return (unsigned)count;
}

/* COUNT HOST…: sessions side by side. */
static int cmd_many(struct tool *tool, char **args)
{
	return run_workers(tool, NULL, args + 1, count_of(args[0]));
}

/* JUMP COUNT HOST…: the same through one session with JUMP. */
static int cmd_via(struct tool *tool, char **args)
{
	struct ssh_target target = {.host = args[0]};
	struct session *session;
	struct jump *jump;
	struct err err = ERR_INIT;

	if (session_open(&tool->transport, &target, NULL, &session, &err) ||
		jump_open(session, &jump, &err))
		return complain(&err);
	int rc = run_workers(tool, jump, args + 2, count_of(args[1]));
	jump_close(jump);
	return rc;
}

/* HOST BYTES: sends so many through `cat`, and compares what comes back. */
static int cmd_echo(struct tool *tool, char **args)
{
	CLEANUP(run_result_release) struct run_result result = RUN_RESULT_INIT;
	CLEANUP(buf_release) struct buf input = BUF_INIT;
	struct ssh_target target = target_of(tool, args[0]);
	struct session *session;
	struct err err = ERR_INIT;
	uint64_t len;
	uint32_t noise = 1;

	if (!num_parse(args[1], 1, 1 << 28, &len))
		return 2;
	while (input.len < len) {
		noise = noise * 1664525 + 1013904223;
		buf_add_char(&input, (char)(noise >> 24));
	}
	if (session_open(&tool->transport, &target, NULL, &session, &err))
		return complain(&err);
	int64_t start = clock_ms();
	int rc = session_run(session, "cat", input.text, input.len, NULL, &result, &err);
	session_close(session);
	if (rc)
		return complain(&err);
	bool same = result.out.len == input.len &&
		    !memcmp(result.out.text, input.text, input.len);
	printf("%s in %d ms\n", same ? "same" : "different", (int)(clock_ms() - start));
	return !same;
}

/* HOST TIMES: milliseconds for connect, login and `true`, the least and the median. */
static int cmd_bench(struct tool *tool, char **args)
{
	unsigned times = count_of(args[1]);
	int64_t took[THREADS_MAX];

	for (unsigned i = 0; i < times; i++) {
		struct worker worker = {.tool = tool, .host = args[0]};

		work(&worker);
		if (worker.rc)
			return complain(&worker.err);
		unsigned at = i;
		for (; at && took[at - 1] > worker.took_ms; at--)
			took[at] = took[at - 1];
		took[at] = worker.took_ms;
	}
	printf("least %d median %d\n", (int)took[0], (int)took[times / 2]);
	return 0;
}

/* A TCP port of loopback that nobody uses. */
static int cmd_port(struct tool *tool, char **args)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	(void)tool, (void)args;
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, len) ||
		getsockname(fd, (struct sockaddr *)&address, &len))
		return 1;
	printf("%u\n", ntohs(address.sin_port));
	close(fd);
	return 0;
}

/* PORT BYTES: accepts on loopback, sends the text (may be empty), and then stays silent. */
static int cmd_mute(struct tool *tool, char **args)
{
	uint64_t port;
	int yes = 1, fd = socket(AF_INET, SOCK_STREAM, 0);

	(void)tool;
	if (!num_parse(args[0], 1, 65535, &port))
		return 2;
	struct sockaddr_in address = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) || listen(fd, 16))
		return 1;
	while (true) {
		int client = accept(fd, NULL, NULL);
		size_t len = strlen(args[1]);

		if (client < 0)
			continue;
		if (!strcmp(args[1], "close"))
			close(client);
		else if (write(client, args[1], len) != (ssize_t)len)
			return 1;
	}
}

static void on_line(void *context, const char *line, size_t len)
{
	(void)context;
	printf("line %d: %.*s\n", (int)(len > 0), (int)len, line);
	fflush(stdout);
}

/* For ever; and the input is kept open so long. */
static enum run_more say_later(void *context, const void **input, size_t *len)
{
	(void)context, (void)input, (void)len;
	return RUN_MORE_LATER;
}

static enum run_more hold(void *context, const void **input, size_t *len)
{
	(void)context, (void)input, (void)len;
	return RUN_MORE_HELD;
}

static int number_of(const char *text)
{
	uint64_t number;

	if (num_parse(text, 0, 1000000, &number))
		return (int)number;
	fprintf(stderr, "bad number '%s'\n", text);
	exit(2);
}

static void take_option(struct tool *tool, int option)
{
	struct transport *transport = &tool->transport;

	switch (option) {
	case 'F':
		transport->config_file = optarg;
		break;
	case 'N':
		transport->ssh_program = NULL;
		break;
	case 'a':
		transport->accept_new_host_key = true;
		break;
	case 'k':
		tool->host_key_answer = optarg;
		transport->ask.host_key = answer_host_key;
		break;
	case 'P':
		tool->passphrase = optarg;
		transport->ask.passphrase = answer_passphrase;
		break;
	case 'S':
		tool->sudo_password = optarg;
		transport->ask.sudo_password = answer_sudo;
		break;
	case 'l':
		tool->user = optarg;
		break;
	case 'p':
		tool->port = (uint16_t)number_of(optarg);
		break;
	case 'c':
		transport->connect_timeout_ms = number_of(optarg);
		break;
	case 'L':
		transport->login_timeout_ms = number_of(optarg);
		break;
	case 's':
		transport->silence_timeout_ms = number_of(optarg);
		break;
	case 't':
		tool->run.timeout_ms = number_of(optarg);
		break;
	case 'm':
		tool->run.more = strcmp(optarg, "held") ? say_later : hold;
		break;
	case 'v':
		tool->run.line = on_line;
		break;
	case 'x':
		transport->cancel_fd = number_of(optarg);
		break;
	default:
		exit(2);
	}
}

static const struct {
	const char *name;
	int args;
	int (*run)(struct tool *, char **);
} commands[] = {
	{"resolve", 1, cmd_resolve},
	{"run", 2, cmd_run},
	{"root", 1, cmd_root},
	{"many", 2, cmd_many},
	{"via", 3, cmd_via},
	{"echo", 2, cmd_echo},
	{"bench", 2, cmd_bench},
	{"port", 0, cmd_port},
	{"mute", 2, cmd_mute},
};

static int dispatch(struct tool *tool, int argc, char **argv)
{
	for (size_t i = 0; argc && i < ARRAY_SIZE(commands); i++)
		if (!strcmp(commands[i].name, argv[0]) && argc > commands[i].args)
			return commands[i].run(tool, argv + 1);
	fprintf(stderr, "usage: ssh_tool [options] command arguments\n");
	return 2;
}

int main(int argc, char **argv)
{
	struct tool tool = {.lock = PTHREAD_MUTEX_INITIALIZER};
	int option;

	transport_init(&tool.transport);
	tool.transport.ask.context = &tool;
	while ((option = getopt(argc, argv, "+F:NaAk:P:S:l:p:c:L:m:s:t:vx:")) != -1)
		take_option(&tool, option);
	unsigned before = count_fds();
	int rc = dispatch(&tool, argc - optind, argv + optind);
	unsigned after = count_fds();
	transport_release(&tool.transport);
	if (after != before) {
		fprintf(stderr, "LEAK: %u descriptors, were %u\n", after, before);
		list_fds();
	}
	if (waitpid(-1, NULL, WNOHANG) >= 0 || errno != ECHILD)
		fprintf(stderr, "LEAK: a child is left\n");
	return rc;
}
