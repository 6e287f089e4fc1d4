/* SPDX-License-Identifier: MIT */
/* Asking `ssh -G` about a destination, and reading its answer. */
#include "host/destination.h"

#include <libssh/libssh.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/num.h"
#include "base/quote.h"
#include "host/expand.h"
#include "host/spawn.h"

enum { CONFIG_MAX = 1 << 20, CONNECT_TIMEOUT_MAX_S = 3600 };

static void list_add(struct destination *destination, struct string_list *list,
	const char *s, size_t len)
{
	if (list->count < DESTINATION_LISTED)
		list->items[list->count++] = arena_strndup(&destination->arena, s, len);
}

/* Paths with spaces cannot be told from two paths: ssh -G does not quote. */
static void list_add_words(
	struct destination *destination, struct string_list *list, const char *words)
{
	while (*words) {
		size_t len = strcspn(words, " \t");

		if (len)
			list_add(destination, list, words, len);
		words += len + strspn(words + len, " \t");
	}
}

/* The settings that are a text and nothing more. */
static const char **text_setting(struct destination *destination, const char *key)
{
	const struct {
		const char *key;
		const char **value;
	} settings[] = {
		{"hostname", &destination->hostname},
		{"user", &destination->user},
		{"hostkeyalias", &destination->host_key_alias},
		{"proxyjump", &destination->proxy_jump},
		{"proxycommand", &destination->proxy_command},
		{"identityagent", &destination->identity_agent},
		{"revokedhostkeys", &destination->revoked_host_keys},
		{"kexalgorithms", &destination->key_exchange},
		{"hostkeyalgorithms", &destination->host_key_algorithms},
		{"ciphers", &destination->ciphers},
		{"macs", &destination->macs},
	};

	for (size_t i = 0; i < ARRAY_SIZE(settings); i++)
		if (!strcmp(settings[i].key, key))
			return settings[i].value;
	return NULL;
}

static struct string_list *list_setting(struct destination *destination, const char *key)
{
	if (!strcmp(key, "identityfile"))
		return &destination->identity_files;
	if (!strcmp(key, "certificatefile"))
		return &destination->certificate_files;
	return NULL;
}

static bool is_yes(const char *value)
{
	return !strcmp(value, "yes") || !strcmp(value, "true");
}

/* False for a value that is not one. */
static bool read_number_setting(
	struct destination *destination, const char *key, const char *value)
{
	uint64_t number;

	if (!strcmp(key, "port")) {
		if (!num_parse(value, 1, 65535, &number))
			return false;
		destination->port = (uint16_t)number;
	} else if (!strcmp(key, "connecttimeout") && strcmp(value, "none")) {
		if (!num_parse(value, 1, CONNECT_TIMEOUT_MAX_S, &number))
			return false;
		destination->connect_timeout_ms = (int)number * 1000;
	}
	return true;
}

static void read_flag_setting(
	struct destination *destination, const char *key, const char *value)
{
	if (!strcmp(key, "identitiesonly"))
		destination->identities_only = is_yes(value);
	else if (!strcmp(key, "stricthostkeychecking"))
		destination->strict = is_yes(value);
	else if (!strcmp(key, "pubkeyauthentication"))
		destination->no_public_key =
			!strcmp(value, "no") || !strcmp(value, "false");
	else if (!strcmp(key, "proxyusefdpass"))
		destination->proxy_fdpass = is_yes(value);
	else if (!strcmp(key, "addressfamily"))
		destination->family = !strcmp(value, "inet")	? AF_INET
				      : !strcmp(value, "inet6") ? AF_INET6
								: AF_UNSPEC;
}

static int read_setting(struct destination *destination, const char *key,
	const char *value, struct err *err)
{
	const char **text = text_setting(destination, key);
	struct string_list *list = list_setting(destination, key);
	bool none = !strcmp(value, "none");

	if (text) {
		/* "IdentityAgent none" says something; elsewhere "none" is "not set". */
		if (!none || !strcmp(key, "identityagent"))
			*text = arena_strdup(&destination->arena, value);
	} else if (list) {
		if (!none)
			list_add(destination, list, value, strlen(value));
	} else if (!strcmp(key, "userknownhostsfile") && !none) {
		list_add_words(destination, &destination->user_known_hosts, value);
	} else if (!strcmp(key, "globalknownhostsfile") && !none) {
		list_add_words(destination, &destination->global_known_hosts, value);
	} else if (!read_number_setting(destination, key, value)) {
		return err_set(err, "ssh configuration of '%s': cannot use %s '%s'",
			destination->name, key, value);
	}
	read_flag_setting(destination, key, value);
	return 0;
}

struct values {
	char home[512], local_user[128], uid[16], port[8];
	struct expand_token tokens[10];
};

static int prepare_values(
	struct values *values, const struct destination *destination, struct err *err)
{
	CLEANUP(buf_release) struct buf home = BUF_INIT;
	struct passwd entry, *found = NULL;
	CLEANUP_FREE char *room = xmalloc(16384);

	getpwuid_r(getuid(), &entry, room, 16384, &found);
	if (!found || strlen(found->pw_name) >= sizeof(values->local_user) ||
		!expand_home(NULL, &home) || home.len >= sizeof(values->home))
		return err_set(err, "the user database does not know who runs this");
	memcpy(values->home, home.text, home.len + 1);
	memcpy(values->local_user, found->pw_name, strlen(found->pw_name) + 1);
	snprintf(values->uid, sizeof(values->uid), "%u", (unsigned)getuid());
	snprintf(values->port, sizeof(values->port), "%u", destination->port);
	const char *key_name = destination->host_key_alias ? destination->host_key_alias
							   : destination->hostname;
	const struct expand_token tokens[] = {{'d', values->home},
		{'h', destination->hostname}, {'i', values->uid}, {'k', key_name},
		{'n', destination->name}, {'p', values->port}, {'r', destination->user},
		{'u', values->local_user}};
	memcpy(values->tokens, tokens, sizeof(tokens));
	return 0;
}

enum { VALUE_TOKENS = 8 };

static int expand_in_place(struct destination *destination, const char *what,
	const char **path, const struct values *values, struct err *err)
{
	CLEANUP(buf_release) struct buf expanded = BUF_INIT;

	if (expand_path(what, *path, values->tokens, VALUE_TOKENS, &expanded, err))
		return -1;
	*path = arena_strdup(&destination->arena, expanded.text);
	return 0;
}

/*
 * `ssh -G` of OpenSSH 9.2 prints known hosts files and the agent's socket expanded, and
 * identity, certificate and revocation files as they stand in the file.
 */
static int expand_paths(struct destination *destination, struct err *err)
{
	struct string_list *lists[] = {
		&destination->identity_files, &destination->certificate_files};
	struct string_list *printed_expanded[] = {
		&destination->user_known_hosts, &destination->global_known_hosts};
	struct values values;

	if (prepare_values(&values, destination, err))
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		for (size_t j = 0; j < lists[i]->count; j++)
			if (expand_in_place(destination, "a key file",
				    &lists[i]->items[j], &values, err))
				return -1;
	for (size_t i = 0; i < ARRAY_SIZE(printed_expanded); i++)
		for (size_t j = 0; j < printed_expanded[i]->count; j++)
			if (*printed_expanded[i]->items[j] == '~' &&
				expand_in_place(destination, "a known hosts file",
					&printed_expanded[i]->items[j], &values, err))
				return -1;
	if (destination->revoked_host_keys &&
		expand_in_place(destination, "RevokedHostKeys",
			&destination->revoked_host_keys, &values, err))
		return -1;
	if (destination->identity_agent && *destination->identity_agent == '~')
		return expand_in_place(destination, "IdentityAgent",
			&destination->identity_agent, &values, err);
	return 0;
}

static int check(struct destination *destination, struct err *err)
{
	if (!destination->hostname)
		destination->hostname = destination->name;
	if (!destination->port)
		destination->port = SSH_PORT_DEFAULT;
	if (!destination_host_is_plain(destination->hostname))
		return err_set(err,
			"ssh configuration of '%s': HostName '%s' is not a plain host name",
			destination->name, destination->hostname);
	if (!destination->user || !destination_user_is_plain(destination->user))
		return err_set(err,
			"ssh configuration of '%s': user '%s' is not a plain user name",
			destination->name, destination->user ? destination->user : "");
	if (destination->host_key_alias &&
		!destination_host_is_plain(destination->host_key_alias))
		return err_set(err,
			"ssh configuration of '%s': HostKeyAlias '%s' is not a plain name",
			destination->name, destination->host_key_alias);
	return 0;
}

int destination_read(
	struct destination *destination, const char *text, size_t len, struct err *err)
{
	const char *end = text + len;

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		size_t line_len = (size_t)((newline ? newline : end) - text);
		CLEANUP_FREE char *line = xstrndup(text, line_len);
		char *space = strchr(line, ' ');

		text = newline ? newline + 1 : end;
		if (!space)
			continue;
		*space = '\0';
		if (read_setting(destination, line, space + 1, err))
			return -1;
	}
	if (check(destination, err))
		return -1;
	return expand_paths(destination, err);
}

/* ssh says first what is wrong; later lines are what follows from it. */
static int ssh_refused(const struct destination *destination,
	const struct spawn_result *answer, struct err *err)
{
	CLEANUP(buf_release) struct buf reason = BUF_INIT;

	quote_display(&reason, answer->err.text, strcspn(answer->err.text, "\r\n"));
	return err_set(err, "ssh cannot resolve '%s': %s", destination->name,
		reason.len ? reason.text : "ssh -G failed without a word");
}

/* 1 where there is no such program. */
static int ask_ssh(struct destination *destination, const struct ssh_target *target,
	const char *config_file, const char *ssh_program, int64_t deadline,
	struct err *err)
{
	CLEANUP(spawn_result_release) struct spawn_result answer = SPAWN_RESULT_INIT;
	const char *argv[12] = {ssh_program, "-T", "-G"};
	char port[8];
	size_t argc = 3;

	if (config_file) {
		argv[argc++] = "-F";
		argv[argc++] = config_file;
	}
	if (target->port) {
		snprintf(port, sizeof(port), "%u", target->port);
		argv[argc++] = "-p";
		argv[argc++] = port;
	}
	if (target->user) {
		argv[argc++] = "-l";
		argv[argc++] = target->user;
	}
	argv[argc++] = "--";
	argv[argc++] = target->host;
	int rc = spawn_read(argv, CONFIG_MAX, deadline, &answer, err);
	if (rc)
		return rc;
	if (answer.status)
		return ssh_refused(destination, &answer, err);
	return destination_read(destination, answer.out.text, answer.out.len, err);
}

static void free_session(ssh_session *ssh)
{
	ssh_free(*ssh);
}

static const char *take_option(
	struct destination *destination, ssh_session ssh, enum ssh_options_e option)
{
	char *value = NULL;

	if (ssh_options_get(ssh, option, &value) || !value)
		return NULL;
	const char *copy = arena_strdup(&destination->arena, value);
	ssh_string_free_char(value);
	return copy;
}

static void add_default_files(struct destination *destination)
{
	static const char *const keys[] = {
		"~/.ssh/id_rsa", "~/.ssh/id_ecdsa", "~/.ssh/id_ed25519"};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		list_add(destination, &destination->identity_files, keys[i],
			strlen(keys[i]));
	list_add_words(destination, &destination->user_known_hosts,
		"~/.ssh/known_hosts ~/.ssh/known_hosts2");
	list_add_words(destination, &destination->global_known_hosts,
		"/etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2");
}

static int ask_libssh(struct destination *destination, const struct ssh_target *target,
	const char *config_file, struct err *err)
{
	CLEANUP(free_session) ssh_session ssh = ssh_new();
	unsigned port = 0;

	ssh_options_set(ssh, SSH_OPTIONS_HOST, target->host);
	if (ssh_options_parse_config(ssh, config_file))
		return err_set(err,
			"the ssh configuration has what libssh cannot read, and there is "
			"no ssh program to ask: install openssh-client");
	destination->hostname = take_option(destination, ssh, SSH_OPTIONS_HOST);
	destination->user = target->user
				    ? arena_strdup(&destination->arena, target->user)
				    : take_option(destination, ssh, SSH_OPTIONS_USER);
	destination->proxy_command =
		take_option(destination, ssh, SSH_OPTIONS_PROXYCOMMAND);
	const char *key = take_option(destination, ssh, SSH_OPTIONS_IDENTITY);
	if (key)
		list_add(destination, &destination->identity_files, key, strlen(key));
	if (!ssh_options_get_port(ssh, &port))
		destination->port = (uint16_t)port;
	if (target->port)
		destination->port = target->port;
	if (!destination->user) {
		struct passwd entry, *found = NULL;
		CLEANUP_FREE char *room = xmalloc(16384);

		getpwuid_r(getuid(), &entry, room, 16384, &found);
		if (found)
			destination->user =
				arena_strdup(&destination->arena, found->pw_name);
	}
	add_default_files(destination);
	if (check(destination, err))
		return -1;
	return expand_paths(destination, err);
}

int destination_resolve(struct destination *destination, const struct ssh_target *target,
	const char *config_file, const char *ssh_program, int64_t deadline,
	struct err *err)
{
	CLEANUP(buf_release) struct buf shown = BUF_INIT;

	quote_display(&shown, target->host, strlen(target->host));
	if (!destination_host_is_plain(target->host))
		return err_set(err, "'%s' is not a plain host name", shown.text);
	if (target->user && !destination_user_is_plain(target->user)) {
		buf_truncate(&shown, 0);
		quote_display(&shown, target->user, strlen(target->user));
		return err_set(err, "'%s' is not a plain user name", shown.text);
	}
	destination->name = arena_strdup(&destination->arena, target->host);
	int rc = ssh_program ? ask_ssh(destination, target, config_file, ssh_program,
				       deadline, err)
			     : 1;
	return rc == 1 ? ask_libssh(destination, target, config_file, err) : rc;
}

void destination_release(struct destination *destination)
{
	arena_release(&destination->arena);
	*destination = (struct destination)DESTINATION_INIT;
}
