/* SPDX-License-Identifier: MIT */
/*
 * What a command is. Each describes itself in a `const struct cmd` at the end of its own
 * file; main.c lists them. From this come parsing, usage, --help, completion and the test
 * that README, man page and behaviour agree. README.md says how to add one.
 */
#ifndef WGCTL_CMD_CMD_H
#define WGCTL_CMD_CMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/err.h"
#include "opt.h"

/* The options that every command takes, before or after its name. */
struct common {
	const char *folder;	/* -C DIR, "." */
	const char *ssh_config; /* -F FILE, NULL: the user's own */
	bool json, quiet, verbose, yes;
	enum color_mode { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER } color;
};

extern const struct opt common_opts[];

/* What a run function gets: its arguments (without the command's name) and the options. */
struct invocation {
	const struct cmd *cmd;
	const struct common *common;
	int argc;
	char *const *argv;	   /* argv[argc] is NULL */
	const struct optset *opts; /* values of cmd->opts: see opt.h */
};

struct cmd {
	const char *name;	/* one that begins with "__" is not shown */
	const char *args;	/* as usage shows them: "NAME", "NAME…", "" */
	const char *summary;	/* one line, lower case, no full stop */
	const char *details;	/* further lines of --help, at most 80 columns, or NULL */
	int min_args, max_args; /* max -1: any number */
	const struct opt *opts; /* ends with a row without a name, or NULL */
	bool json;		/* takes --json */
	const char *completes;	/* the arguments: "nodes", "spokes", "commands", NULL */

	/*
	 * Returns a status; STATUS_DONE leaves `err` alone, else it may be filled, and
	 * then `return err->status` fits. main prints what is in it.
	 */
	enum status (*run)(const struct invocation *in, struct err *err);
};

extern const struct cmd cmd_add_spoke, cmd_check, cmd_complete, cmd_completion,
	cmd_config, cmd_confirm, cmd_plan, cmd_rollback, cmd_deploy, cmd_help, cmd_init,
	cmd_list, cmd_qr, cmd_remove_spoke, cmd_rename_spoke, cmd_render, cmd_routes,
	cmd_script, cmd_show, cmd_status;

/* The commands, in the order of the help; the last is NULL. */
extern const struct cmd *const cmds[];

/* False for a command that users are not shown. */
bool cmd_is_shown(const struct cmd *cmd);

/* The command of that name, or NULL and a message with a suggestion. */
const struct cmd *cmd_find(const char *name, struct err *err);

/* What --help prints: all commands, or one. At most 80 columns. */
void help_overview(FILE *stream);
void help_command(FILE *stream, const struct cmd *cmd);

/* What --version prints: this program, then the libraries that it runs with. */
void version_print(FILE *stream);

#endif
