/* SPDX-License-Identifier: MIT */
/* Help, made from the tables of the commands. */
#include <string.h>

#include "base/buf.h"
#include "cmd.h"
#include "out.h"

enum { HELP_WIDTH = 80, TEXT_COLUMN_MAX = 30 };

/* Writes the text behind `column` columns, wrapped; the first line is there already. */
static void write_wrapped(FILE *stream, const char *text, size_t column)
{
	size_t at = column;

	while (*text) {
		size_t len = strcspn(text, " ");
		size_t width = out_width(text, len);

		if (at > column && at + 1 + width > HELP_WIDTH) {
			fprintf(stream, "\n%*s", (int)column, "");
			at = column;
		}
		if (at > column) {
			fputc(' ', stream);
			at++;
		}
		fwrite(text, 1, len, stream);
		at += width;
		text += len;
		text += strspn(text, " ");
	}
	fputc('\n', stream);
}

/* The names of an option as help shows them: "  -o, --output FILE". */
static void add_option_names(struct buf *out, const struct opt *opt)
{
	if (opt->letter)
		buf_addf(out, "  -%c, --%s", opt->letter, opt->name);
	else
		buf_addf(out, "      --%s", opt->name);
	if (opt->value)
		buf_addf(out, " %s%s", opt->value, opt->many ? "…" : "");
}

static void write_pair(FILE *stream, const char *left, const char *text, size_t column)
{
	size_t width = out_width(left, strlen(left));

	fputs(left, stream);
	if (width + 2 > column)
		fprintf(stream, "\n%*s", (int)column, "");
	else
		fprintf(stream, "%*s", (int)(column - width), "");
	write_wrapped(stream, text, column);
}

static void write_options(FILE *stream, const char *title, const struct opt *table)
{
	size_t column = 0;

	if (!opt_table_length(table))
		return;
	fprintf(stream, "\n%s:\n", title);
	for (const struct opt *opt = table; opt->name; opt++) {
		CLEANUP(buf_release) struct buf names = BUF_INIT;

		add_option_names(&names, opt);
		size_t width = out_width(names.text, names.len) + 2;
		if (width > column && width <= TEXT_COLUMN_MAX)
			column = width;
	}
	if (!column)
		column = TEXT_COLUMN_MAX;
	for (const struct opt *opt = table; opt->name; opt++) {
		CLEANUP(buf_release) struct buf names = BUF_INIT;

		add_option_names(&names, opt);
		write_pair(stream, names.text, opt->help, column);
	}
}

void help_command(FILE *stream, const struct cmd *cmd)
{
	fprintf(stream, "usage: wgctl %s [OPTION…]%s%s\n\n", cmd->name,
		*cmd->args ? " " : "", cmd->args);
	write_wrapped(stream, cmd->summary, 0);
	if (cmd->details)
		fprintf(stream, "\n%s\n", cmd->details);
	write_options(stream, "options", cmd->opts);
	write_options(stream, "common options", common_opts);
}

void help_overview(FILE *stream)
{
	size_t column = 0;

	fputs("usage: wgctl COMMAND [OPTION…] [ARGUMENT…]\n\n", stream);
	fputs("run a WireGuard hub-and-spoke network from one YAML file\n", stream);
	fputs("\ncommands:\n", stream);
	for (size_t i = 0; cmds[i]; i++)
		if (cmd_is_shown(cmds[i]) && strlen(cmds[i]->name) + 4 > column)
			column = strlen(cmds[i]->name) + 4;
	for (size_t i = 0; cmds[i]; i++) {
		CLEANUP(buf_release) struct buf name = BUF_INIT;

		if (!cmd_is_shown(cmds[i]))
			continue;
		buf_addf(&name, "  %s", cmds[i]->name);
		write_pair(stream, name.text, cmds[i]->summary, column);
	}
	write_options(stream, "common options", common_opts);
	fputs("\n'wgctl help COMMAND' tells more about a command.\n", stream);
}

static enum status help_run(const struct invocation *in, struct err *err)
{
	if (!in->argc) {
		help_overview(stdout);
		return STATUS_DONE;
	}
	const struct cmd *cmd = cmd_find(in->argv[0], err);
	if (!cmd)
		return err->status;
	help_command(stdout, cmd);
	return STATUS_DONE;
}

const struct cmd cmd_help = {
	.name = "help",
	.args = "[COMMAND]",
	.summary = "tell what the commands do, or all about one",
	.max_args = 1,
	.completes = "commands",
	.run = help_run,
};
