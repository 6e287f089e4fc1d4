/* SPDX-License-Identifier: MIT */
/* Completion scripts for bash, zsh and fish, made from the tables of the commands. */
#include <string.h>

#include "base/quote.h"
#include "cmd.h"

/* What may stand for the value of an option, judged by the name of the value. */
enum kind { KIND_OTHER, KIND_WORDS, KIND_FILE, KIND_FOLDER };

static enum kind value_kind(const struct opt *opt)
{
	if (opt->choices)
		return KIND_WORDS;
	if (!strcmp(opt->value, "FILE"))
		return KIND_FILE;
	return strcmp(opt->value, "DIR") ? KIND_OTHER : KIND_FOLDER;
}

static void print_choices(FILE *stream, const struct opt *opt)
{
	for (size_t i = 0; opt->choices[i]; i++)
		fprintf(stream, "%s%s", i ? " " : "", opt->choices[i]);
}

static void print_commands(FILE *stream)
{
	for (size_t i = 0; cmds[i]; i++)
		if (cmd_is_shown(cmds[i]))
			fprintf(stream, "%s%s", i ? " " : "", cmds[i]->name);
}

static void bash_names(FILE *stream, const struct opt *table)
{
	for (const struct opt *opt = table; opt && opt->name; opt++) {
		fprintf(stream, " --%s", opt->name);
		if (opt->letter)
			fprintf(stream, " -%c", opt->letter);
	}
}

/* Case branches for the word before the one to complete: values of options. */
static void bash_values(FILE *stream, const char *command, const struct opt *table)
{
	static const char *const actions[] = {
		[KIND_OTHER] = "return",
		[KIND_FILE] = "_wgctl_files -f; return",
		[KIND_FOLDER] = "_wgctl_files -d; return",
	};

	for (const struct opt *opt = table; opt && opt->name; opt++) {
		if (!opt->value)
			continue;
		fprintf(stream, "\t%s:--%s", command, opt->name);
		if (opt->letter)
			fprintf(stream, " | %s:-%c", command, opt->letter);
		if (value_kind(opt) != KIND_WORDS) {
			fprintf(stream, ") %s ;;\n", actions[value_kind(opt)]);
			continue;
		}
		fputs(") _wgctl_words '", stream);
		print_choices(stream, opt);
		fputs("'; return ;;\n", stream);
	}
}

static void bash_command(FILE *stream, const struct cmd *cmd)
{
	fprintf(stream, "\t%s)\n\t\toptions+='", cmd->name);
	bash_names(stream, cmd->opts);
	fputs("'\n", stream);
	if (cmd->completes)
		fprintf(stream,
			"\t\twords=$(wgctl -C \"$folder\" __complete %s 2>/dev/null)\n",
			cmd->completes);
	fputs("\t\t;;\n", stream);
}

static const char bash_head[] =
	"# bash completion for wgctl; 'wgctl completion bash' prints it\n"
	"\n"
	"_wgctl_words()\n"
	"{\n"
	"\tmapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$cur\")\n"
	"}\n"
	"\n"
	"_wgctl_files()\n"
	"{\n"
	"\tcompopt -o filenames\n"
	"\tmapfile -t COMPREPLY < <(compgen \"$1\" -- \"$cur\")\n"
	"}\n"
	"\n"
	"_wgctl()\n"
	"{\n"
	"\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
	"\tlocal command='' folder=. i words='' options=''\n"
	"\n"
	"\t# bash makes '=' a word of its own\n"
	"\tif [[ $cur == = ]]; then\n"
	"\t\tcur=''\n"
	"\telif [[ $prev == = ]]; then\n"
	"\t\tprev=${COMP_WORDS[COMP_CWORD - 2]}\n"
	"\tfi\n"
	"\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	"\t\tcase ${COMP_WORDS[i]} in\n";

static const char bash_folder[] = "\t\t-C | --directory)\n"
				  "\t\t\t[[ ${COMP_WORDS[i + 1]} == = ]] && ((i++))\n"
				  "\t\t\tfolder=${COMP_WORDS[++i]/#\\~/$HOME}\n"
				  "\t\t\t;;\n";

static const char bash_skip[] = ")\n"
				"\t\t\t[[ ${COMP_WORDS[i + 1]} == = ]] && ((i++))\n"
				"\t\t\t((i++))\n"
				"\t\t\t;;\n"
				"\t\t-*) ;;\n"
				"\t\t*) [[ $command ]] || command=${COMP_WORDS[i]} ;;\n"
				"\t\tesac\n"
				"\tdone\n"
				"\tcase $command:$prev in\n";

static const char bash_tail[] = "\tesac\n"
				"\tif [[ $cur == -* ]]; then\n"
				"\t\t_wgctl_words \"$options\"\n"
				"\telse\n"
				"\t\t_wgctl_words \"$words\"\n"
				"\tfi\n"
				"}\n"
				"\n"
				"complete -F _wgctl wgctl\n";

static void print_bash(FILE *stream)
{
	const char *separator = "\t\t";

	fprintf(stream, "%s%s", bash_head, bash_folder);
	for (const struct opt *opt = common_opts; opt->name; opt++) {
		if (!opt->value || opt->letter == 'C')
			continue;
		fprintf(stream, "%s--%s", separator, opt->name);
		if (opt->letter)
			fprintf(stream, " | -%c", opt->letter);
		separator = " | ";
	}
	fputs(bash_skip, stream);
	bash_values(stream, "*", common_opts);
	for (size_t i = 0; cmds[i]; i++)
		bash_values(stream, cmds[i]->name, cmds[i]->opts);
	fputs("\tesac\n\toptions='", stream);
	bash_names(stream, common_opts);
	fputs("'\n\tcase $command in\n\t'') words='", stream);
	print_commands(stream);
	fputs("' ;;\n", stream);
	for (size_t i = 0; cmds[i]; i++)
		if (cmd_is_shown(cmds[i]))
			bash_command(stream, cmds[i]);
	fputs(bash_tail, stream);
}

/* Text inside quotes, with a backslash before each of the `special` characters. */
static void zsh_text(FILE *stream, const char *text, const char *special)
{
	for (; *text; text++) {
		if (*text == '\'')
			fputs("'\\''", stream);
		else if (strchr(special, *text))
			fprintf(stream, "\\%c", *text);
		else
			fputc(*text, stream);
	}
}

static void zsh_value(FILE *stream, const struct opt *opt)
{
	static const char *const actions[] = {
		[KIND_OTHER] = " ",
		[KIND_FILE] = "_files",
		[KIND_FOLDER] = "_directories",
	};

	if (!opt->value)
		return;
	fputc(':', stream);
	zsh_text(stream, opt->value, ":\\");
	fputc(':', stream);
	if (opt->choices) {
		fputc('(', stream);
		print_choices(stream, opt);
		fputc(')', stream);
	} else {
		fputs(actions[value_kind(opt)], stream);
	}
}

static void zsh_options(FILE *stream, const char *indent, const struct opt *table)
{
	for (const struct opt *opt = table; opt && opt->name; opt++) {
		const char *joined = opt->value ? "=" : "";

		fputs(indent, stream);
		if (opt->many)
			fputs("'*'", stream);
		else if (opt->letter)
			fprintf(stream, "'(-%c --%s)'", opt->letter, opt->name);
		if (opt->letter)
			fprintf(stream, "{-%c%s,--%s%s}", opt->letter,
				opt->value ? "+" : "", opt->name, joined);
		else
			fprintf(stream, "--%s%s", opt->name, joined);
		fputs("'[", stream);
		zsh_text(stream, opt->help, "[]:\\");
		fputs("]", stream);
		zsh_value(stream, opt);
		fputs("'\n", stream);
	}
}

static void zsh_command(FILE *stream, const struct cmd *cmd)
{
	fprintf(stream, "\t\t%s)\n\t\t\tspecs+=(\n", cmd->name);
	zsh_options(stream, "\t\t\t\t", cmd->opts);
	if (cmd->completes)
		fprintf(stream, "\t\t\t\t'*:%s: _wgctl_words %s'\n", cmd->completes,
			cmd->completes);
	else if (*cmd->args)
		fputs("\t\t\t\t'*:argument: '\n", stream);
	fputs("\t\t\t) ;;\n", stream);
}

static const char zsh_head[] =
	"#compdef wgctl\n"
	"# zsh completion for wgctl; 'wgctl completion zsh' prints it\n"
	"\n"
	"_wgctl_words() {\n"
	"\tlocal -a found\n"
	"\tlocal at=${opt_args[-C]:-${opt_args[--directory]:-$folder}}\n"
	"\tfound=(${(f)\"$(wgctl -C ${~at} __complete $1 2>/dev/null)\"})\n"
	"\tcompadd -a found\n"
	"}\n"
	"\n"
	"_wgctl() {\n"
	"\tlocal curcontext=$curcontext state line folder\n"
	"\tlocal -a specs names\n"
	"\tlocal -A opt_args\n"
	"\n"
	"\tspecs=(\n";

static const char zsh_tail[] = "\t\tesac\n"
			       "\t\t_arguments $specs\n"
			       "\t\t;;\n"
			       "\tesac\n"
			       "}\n"
			       "\n"
			       "if [[ $funcstack[1] == _wgctl ]]; then\n"
			       "\t_wgctl \"$@\"\n"
			       "else\n"
			       "\tcompdef _wgctl wgctl\n"
			       "fi\n";

static void print_zsh(FILE *stream)
{
	fputs(zsh_head, stream);
	zsh_options(stream, "\t\t", common_opts);
	fputs("\t)\n"
	      "\t_arguments -C $specs '1:command:->command' '*::argument:->argument'\n"
	      "\tfolder=${opt_args[-C]:-${opt_args[--directory]:-.}}\n"
	      "\tcase $state in\n"
	      "\tcommand)\n"
	      "\t\tnames=(\n",
		stream);
	for (size_t i = 0; cmds[i]; i++) {
		if (!cmd_is_shown(cmds[i]))
			continue;
		fprintf(stream, "\t\t\t'%s:", cmds[i]->name);
		zsh_text(stream, cmds[i]->summary, ":\\");
		fputs("'\n", stream);
	}
	fputs("\t\t)\n"
	      "\t\t_describe command names\n"
	      "\t\t;;\n"
	      "\targument)\n"
	      "\t\tcase $words[1] in\n",
		stream);
	for (size_t i = 0; cmds[i]; i++)
		if (cmd_is_shown(cmds[i]))
			zsh_command(stream, cmds[i]);
	fputs(zsh_tail, stream);
}

static void fish_text(FILE *stream, const char *text)
{
	fputc('\'', stream);
	for (; *text; text++) {
		if (*text == '\'' || *text == '\\')
			fputc('\\', stream);
		fputc(*text, stream);
	}
	fputc('\'', stream);
}

/* `command` NULL: the options that all commands take. */
static void fish_options(FILE *stream, const char *command, const struct opt *table)
{
	static const char *const actions[] = {
		[KIND_OTHER] = " -x",
		[KIND_FILE] = " -r -F",
		[KIND_FOLDER] = " -x -a '(__fish_complete_directories)'",
	};

	for (const struct opt *opt = table; opt && opt->name; opt++) {
		fputs("complete -c wgctl", stream);
		if (command)
			fprintf(stream, " -n '__fish_seen_subcommand_from %s'", command);
		if (opt->letter)
			fprintf(stream, " -s %c", opt->letter);
		fprintf(stream, " -l %s", opt->name);
		if (opt->value && opt->choices) {
			fputs(" -x -a '", stream);
			print_choices(stream, opt);
			fputs("'", stream);
		} else if (opt->value) {
			fputs(actions[value_kind(opt)], stream);
		}
		fputs(" -d ", stream);
		fish_text(stream, opt->help);
		fputc('\n', stream);
	}
}

static void fish_command(FILE *stream, const struct cmd *cmd)
{
	fputs("complete -c wgctl -n \"not __fish_seen_subcommand_from $commands\"",
		stream);
	fprintf(stream, " -a %s -d ", cmd->name);
	fish_text(stream, cmd->summary);
	fputc('\n', stream);
	fish_options(stream, cmd->name, cmd->opts);
	if (cmd->completes)
		fprintf(stream,
			"complete -c wgctl -n '__fish_seen_subcommand_from %s' "
			"-a '(__wgctl_words %s)'\n",
			cmd->name, cmd->completes);
}

static const char fish_head[] =
	"# fish completion for wgctl; 'wgctl completion fish' prints it\n"
	"\n"
	"function __wgctl_words\n"
	"\tset -l kind $argv[1]\n"
	"\tset -l folder .\n"
	"\targparse -i 'C/directory=' -- (commandline -opc) 2>/dev/null\n"
	"\tand set -q _flag_directory\n"
	"\tand set folder (string replace -r '^~' $HOME -- $_flag_directory)\n"
	"\twgctl -C $folder __complete $kind 2>/dev/null\n"
	"end\n"
	"\n"
	"complete -c wgctl -f\n";

static void print_fish(FILE *stream)
{
	fprintf(stream, "%sset -l commands ", fish_head);
	print_commands(stream);
	fputc('\n', stream);
	fish_options(stream, NULL, common_opts);
	for (size_t i = 0; cmds[i]; i++)
		if (cmd_is_shown(cmds[i]))
			fish_command(stream, cmds[i]);
}

static const struct shell {
	const char *name;
	void (*print)(FILE *stream);
} shells[] = {
	{"bash", print_bash},
	{"zsh", print_zsh},
	{"fish", print_fish},
};

static enum status completion_run(const struct invocation *in, struct err *err)
{
	CLEANUP(buf_release) struct buf shown = BUF_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(shells); i++) {
		if (strcmp(in->argv[0], shells[i].name) != 0)
			continue;
		shells[i].print(stdout);
		return STATUS_DONE;
	}
	quote_display(&shown, in->argv[0], strlen(in->argv[0]));
	err_usage(err, "no completion for the shell '%s'; bash, zsh and fish have one",
		shown.text);
	return err->status;
}

static const char details[] = "For the running shell: . <(wgctl completion bash)";

const struct cmd cmd_completion = {
	.name = "completion",
	.args = "bash|zsh|fish",
	.summary = "print a completion script for a shell",
	.details = details,
	.min_args = 1,
	.max_args = 1,
	.completes = "shells",
	.run = completion_run,
};
