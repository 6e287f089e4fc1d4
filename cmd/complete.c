/* SPDX-License-Identifier: MIT */
/*
 * The hidden command that the completion scripts ask for words. Whatever is wrong, it
 * prints no error and fewer words: its caller is a person in the midst of typing.
 */
#include <string.h>

#include "cmd.h"
#include "disk/folder.h"

static void print_commands(const struct common *common)
{
	(void)common;
	for (size_t i = 0; cmds[i]; i++)
		if (cmd_is_shown(cmds[i]))
			printf("%s\n", cmds[i]->name);
}

static void print_shells(const struct common *common)
{
	(void)common;
	printf("bash\nzsh\nfish\n");
}

static void print_site(const struct common *common, bool hub)
{
	CLEANUP(folder_release) struct folder folder = FOLDER_INIT;
	CLEANUP(err_release) struct err unseen = ERR_INIT;

	if (folder_open(&folder, common->folder, &unseen) < 0)
		return;
	if (hub)
		printf("hub\n");
	for (size_t i = 0; i < folder.site.spoke_count; i++)
		printf("%s\n", folder.site.spokes[i].name);
}

static void print_nodes(const struct common *common)
{
	print_site(common, true);
}

static void print_spokes(const struct common *common)
{
	print_site(common, false);
}

static const struct words {
	const char *name;
	void (*print)(const struct common *common);
} kinds[] = {
	{"commands", print_commands},
	{"nodes", print_nodes},
	{"shells", print_shells},
	{"spokes", print_spokes},
};

static enum status complete_run(const struct invocation *in, struct err *err)
{
	(void)err;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(in->argv[0], kinds[i].name))
			kinds[i].print(in->common);
	return STATUS_DONE;
}

const struct cmd cmd_complete = {
	.name = "__complete",
	.args = "commands|nodes|shells|spokes",
	.summary = "print the words of a kind, for the completion scripts",
	.min_args = 1,
	.max_args = 1,
	.run = complete_run,
};
