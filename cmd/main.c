/* SPDX-License-Identifier: MIT */
/* The program: the commands, the common options, dispatch, and the way out. */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/quote.h"
#include "base/suggest.h"
#include "cmd.h"
#include "key/key.h"
#include "out.h"
#include "report.h"

const struct cmd *const cmds[] = {
	&cmd_init,
	&cmd_add_spoke,
	&cmd_remove_spoke,
	&cmd_rename_spoke,
	&cmd_list,
	&cmd_show,
	&cmd_check,
	&cmd_config,
	&cmd_qr,
	&cmd_render,
	&cmd_routes,
	&cmd_plan,
	&cmd_deploy,
	&cmd_confirm,
	&cmd_rollback,
	&cmd_status,
	&cmd_script,
	&cmd_completion,
	&cmd_help,
	&cmd_complete,
	NULL,
};

static const char *const color_modes[] = {
	[COLOR_AUTO] = "auto",
	[COLOR_ALWAYS] = "always",
	[COLOR_NEVER] = "never",
	NULL,
};

const struct opt common_opts[] = {
	{'C', "directory", "DIR", "the site folder; the current directory by default"},
	{'F', "ssh-config", "FILE", "ssh configuration to use instead of the user's own"},
	{0, "json", NULL, "print the result as JSON"},
	{'q', "quiet", NULL, "print results and errors only"},
	{'v', "verbose", NULL, "tell more about what is done"},
	{0, "color", "WHEN", "use colours: auto, always or never",
		.choices = color_modes},
	{0, "yes", NULL, "answer yes to questions"},
	{'h', "help", NULL, "print this help"},
	{0, "version", NULL, "print the version"},
	{0},
};

/* A command line while it is read. */
struct line {
	struct optset common_set, cmd_set;
	struct common common;
	const struct cmd *cmd; /* NULL: none was named */
	char **args;
	int arg_count;
};

static void line_release(struct line *line)
{
	optset_release(&line->common_set);
	optset_release(&line->cmd_set);
	free(line->args);
}

bool cmd_is_shown(const struct cmd *cmd)
{
	return strncmp(cmd->name, "__", 2) != 0;
}

const struct cmd *cmd_find(const char *name, struct err *err)
{
	CLEANUP(buf_release) struct buf shown = BUF_INIT;
	const char *names[ARRAY_SIZE(cmds)];
	size_t count = 0;

	for (size_t i = 0; cmds[i]; i++) {
		if (!strcmp(cmds[i]->name, name))
			return cmds[i];
		if (cmd_is_shown(cmds[i]))
			names[count++] = cmds[i]->name;
	}
	quote_display(&shown, name, strlen(name));
	const char *nearest = suggest_nearest(name, names, count);
	if (nearest)
		err_usage(err, "unknown command '%s'; did you mean '%s'?", shown.text,
			nearest);
	else
		err_usage(err, "unknown command '%s'; 'wgctl --help' lists them",
			shown.text);
	return NULL;
}

static void read_common(struct line *line)
{
	const struct optset *set = &line->common_set;
	const char *folder = opt_value(set, "directory");
	const char *color = opt_value(set, "color");

	line->common = (struct common){
		.folder = folder ? folder : ".",
		.ssh_config = opt_value(set, "ssh-config"),
		.json = opt_flag(set, "json"),
		.quiet = opt_flag(set, "quiet"),
		.verbose = opt_flag(set, "verbose"),
		.yes = opt_flag(set, "yes"),
	};
	for (enum color_mode i = COLOR_AUTO; color && color_modes[i]; i++)
		if (!strcmp(color, color_modes[i]))
			line->common.color = i;
}

static int check_arguments(const struct line *line, struct err *err)
{
	const struct cmd *cmd = line->cmd;
	CLEANUP(buf_release) struct buf shown = BUF_INIT;

	if (line->arg_count < cmd->min_args)
		return err_usage(err, "missing argument; usage: wgctl %s [OPTION…] %s",
			cmd->name, cmd->args);
	if (cmd->max_args < 0 || line->arg_count <= cmd->max_args)
		return 0;
	const char *extra = line->args[cmd->max_args];
	quote_display(&shown, extra, strlen(extra));
	return err_usage(err, "unexpected argument '%s'; usage: wgctl %s [OPTION…]%s%s",
		shown.text, cmd->name, *cmd->args ? " " : "", cmd->args);
}

/* Reads `argc` words of a command line: common options, the command, and its own. */
static int line_read(struct line *line, int argc, char *const *argv, struct err *err)
{
	struct optset *const sets[] = {&line->common_set, &line->cmd_set};

	optset_init(&line->common_set, common_opts);
	line->args = xcalloc((size_t)argc + 1, sizeof(*line->args));
	int at = opt_parse(argc, argv, true, sets, 1, NULL, NULL, err);
	read_common(line);
	if (at < 0)
		return -1;
	if (at == argc)
		return 0;
	line->cmd = cmd_find(argv[at], err);
	if (!line->cmd)
		return -1;
	optset_init(&line->cmd_set, line->cmd->opts);
	at++;
	int result = opt_parse(argc - at, argv + at, false, sets, ARRAY_SIZE(sets),
		line->args, &line->arg_count, err);
	read_common(line);
	return result < 0 ? -1 : 0;
}

static enum status run(struct line *line, struct err *err)
{
	const struct cmd *cmd = line->cmd;

	if (opt_flag(&line->common_set, "version")) {
		version_print(stdout);
		return STATUS_DONE;
	}
	if (!cmd) {
		help_overview(stdout);
		return STATUS_DONE;
	}
	if (opt_flag(&line->common_set, "help")) {
		help_command(stdout, cmd);
		return STATUS_DONE;
	}
	if (line->common.json && !cmd->json)
		return err_usage(err, "'wgctl %s' has no --json", cmd->name), err->status;
	if (check_arguments(line, err))
		return err->status;
	const struct invocation in = {
		.cmd = cmd,
		.common = &line->common,
		.argc = line->arg_count,
		.argv = line->args,
		.opts = &line->cmd_set,
	};
	return cmd->run(&in, err);
}

/*
 * Makes sure that descriptors 0 to 2 are taken: else a file opened later would get the
 * number of a closed stdout, and be written to. Using these fails as a closed one would.
 */
static void guard_descriptors(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
			(void)!open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY);
}

/* Keys are in memory: no core dump, no file that others may read, no tracer. */
static void harden(void)
{
	const struct rlimit none = {0, 0};

	umask(077);
	setrlimit(RLIMIT_CORE, &none);
#ifdef __linux__
	prctl(PR_SET_DUMPABLE, 0);
#endif
}

/* Output that did not arrive is a failure, whatever the command thinks. */
static enum status finish_output(enum status status, struct err *err)
{
	bool failed = ferror(stdout) != 0;

	errno = 0;
	if (fclose(stdout) == 0 && !failed)
		return status;
	if (errno)
		err_errno(err, "cannot write to standard output");
	else
		err_set(err, "cannot write to standard output");
	return status == STATUS_DONE ? STATUS_FAILED : status;
}

int main(int argc, char **argv)
{
	CLEANUP(err_release) struct err err = ERR_INIT;
	CLEANUP(line_release) struct line line = {.cmd = NULL};
	enum status status = STATUS_FAILED;
	int skip = argc > 0;

	guard_descriptors();
	harden();
	signal(SIGPIPE, SIG_IGN);
	setlocale(LC_CTYPE, "");
	if (!key_init())
		err_set(&err, "this system gives no random bytes");
	else if (line_read(&line, argc - skip, argv + skip, &err))
		status = err.status;
	else
		status = run(&line, &err);
	status = finish_output(status, &err);
	report_errors(stderr, out_is_colored(&line.common, stderr), &err);
	return (int)status;
}
