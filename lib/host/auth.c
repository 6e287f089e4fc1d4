/* SPDX-License-Identifier: MIT */
/* Which keys are offered to a server, in which order, and what to say when none fits. */
#include "host/auth.h"

#include <libssh/libssh.h>
#include <stdlib.h>
#include <string.h>

#include "base/quote.h"
#include "host/agent.h"
#include "host/clock.h"
#include "host/keyfile.h"

/* What has happened so far. */
struct login {
	struct session *session;
	struct keyfile files[DESTINATION_LISTED];
	size_t file_count;
	unsigned attempts;
	bool partial;	  /* a key was good, but the server wants more */
	struct buf tried; /* for the message */
};

enum outcome {
	LOGIN_STOPPED = -1, /* with a message */
	LOGIN_GOES_ON,
	LOGIN_DONE,
};

static void note(struct login *login, const char *format, ...) PRINTF(2, 3);

static void note(struct login *login, const char *format, ...)
{
	va_list args;

	if (login->tried.len)
		buf_add(&login->tried, ", ");
	va_start(args, format);
	buf_vaddf(&login->tried, format, args);
	va_end(args);
}

/* 1 and more for another try; the server may have hung up already. */
static unsigned attempts_left(const struct login *login)
{
	return login->attempts < AUTH_ATTEMPTS_MAX &&
			       ssh_is_connected(login->session->ssh)
		       ? AUTH_ATTEMPTS_MAX - login->attempts
		       : 0;
}

static enum outcome settle(struct login *login, int rc, struct err *err)
{
	struct session *session = login->session;

	if (session->fault) {
		session_fail(session, "did not complete the login", err);
		return LOGIN_STOPPED;
	}
	switch (rc) {
	case SSH_AUTH_SUCCESS:
		return LOGIN_DONE;
	case SSH_AUTH_PARTIAL:
		login->partial = true;
		return LOGIN_GOES_ON;
	default:
		/* Where the server has hung up, the summary says so. */
		return LOGIN_GOES_ON;
	}
}

/* libssh goes on to say "again" when the server has hung up after too many keys. */
static int wait_for_answer(struct session *session)
{
	return ssh_is_connected(session->ssh) ? session_wait(session, false) : -1;
}

static int offer_key(struct session *session, ssh_key key)
{
	int rc;

	while ((rc = ssh_userauth_publickey(session->ssh, NULL, key)) == SSH_AUTH_AGAIN)
		if (wait_for_answer(session))
			break;
	return rc;
}

static int ask_about_key(struct session *session, ssh_key key)
{
	int rc;

	while ((rc = ssh_userauth_try_publickey(session->ssh, NULL, key)) ==
		SSH_AUTH_AGAIN)
		if (wait_for_answer(session))
			break;
	return rc;
}

static enum outcome offer_certificate(struct login *login, const char *path,
	const char *key_path, const char *passphrase, struct err *err)
{
	ssh_key key = keyfile_load(key_path, passphrase);
	ssh_key certificate = key ? keyfile_load_certificate(path, key) : NULL;
	enum outcome outcome = LOGIN_GOES_ON;

	if (certificate && !ssh_pki_copy_cert_to_privkey(certificate, key)) {
		note(login, "certificate '%s'", path);
		login->attempts++;
		outcome = settle(login, offer_key(login->session, key), err);
	}
	ssh_key_free(certificate);
	ssh_key_free(key);
	return outcome;
}

static enum outcome offer_certificates(struct login *login, const char *key_path,
	const char *passphrase, struct err *err)
{
	const struct string_list *named = &login->session->destination.certificate_files;
	CLEANUP(buf_release) struct buf beside = BUF_INIT;
	enum outcome outcome = LOGIN_GOES_ON;

	for (size_t i = 0; i < named->count && !outcome && attempts_left(login); i++)
		outcome = offer_certificate(
			login, named->items[i], key_path, passphrase, err);
	buf_addf(&beside, "%s-cert.pub", key_path);
	if (!outcome && attempts_left(login))
		outcome =
			offer_certificate(login, beside.text, key_path, passphrase, err);
	return outcome;
}

/* With its certificates first, as ssh does. */
static enum outcome offer_file(struct login *login, struct keyfile *file,
	const char *passphrase, struct err *err)
{
	enum outcome outcome = offer_certificates(login, file->path, passphrase, err);

	if (outcome || !attempts_left(login))
		return outcome;
	ssh_key key = keyfile_load(file->path, passphrase);
	if (!key)
		return LOGIN_GOES_ON;
	note(login, "key '%s'", file->path);
	file->offered = true;
	login->attempts++;
	outcome = settle(login, offer_key(login->session, key), err);
	ssh_key_free(key);
	return outcome;
}

static enum outcome try_plain_files(struct login *login, struct err *err)
{
	enum outcome outcome = LOGIN_GOES_ON;

	for (size_t i = 0; i < login->file_count && !outcome; i++)
		if (login->files[i].state == KEYFILE_PLAIN && attempts_left(login))
			outcome = offer_file(login, &login->files[i], NULL, err);
	return outcome;
}

/* NULL where there is no agent. */
static const char *agent_path(const struct destination *destination)
{
	const char *path = destination->identity_agent;

	if (!path || !strcmp(path, "SSH_AUTH_SOCK"))
		path = getenv("SSH_AUTH_SOCK");
	else if (*path == '$')
		path = getenv(path + 1);
	return path && *path && strcmp(path, "none") ? path : NULL;
}

/* Moves the certificate of that file, if the agent holds it, behind `front` keys. */
static size_t prefer_certificate(struct agent *agent, size_t front, const char *path)
{
	ssh_key certificate = NULL;
	uint8_t *blob = NULL;
	size_t len;

	if (!ssh_pki_import_cert_file(path, &certificate) &&
		keyfile_blob(certificate, &blob, &len) &&
		agent_prefer(agent, front, blob, len))
		front++;
	free(blob);
	ssh_key_free(certificate);
	return front;
}

/* The number of keys to offer: those that the configuration names stand first. */
static size_t choose_agent_keys(struct login *login, struct agent *agent)
{
	const struct destination *destination = &login->session->destination;
	size_t named = 0;

	for (size_t i = 0; i < destination->certificate_files.count; i++)
		named = prefer_certificate(
			agent, named, destination->certificate_files.items[i]);
	for (size_t i = 0; i < login->file_count; i++) {
		struct keyfile *file = &login->files[i];

		if (!file->blob)
			continue;
		if (file->offered)
			agent_drop(agent, file->blob, file->blob_len);
		else if (agent_prefer(agent, named, file->blob, file->blob_len))
			named++;
	}
	size_t wanted = destination->identities_only ? named : agent->count;
	return wanted < attempts_left(login) ? wanted : attempts_left(login);
}

static void mark_offered(struct login *login, const struct agent *agent)
{
	for (size_t i = 0; i < agent->offered; i++)
		for (size_t j = 0; j < login->file_count; j++) {
			struct keyfile *file = &login->files[j];

			if (file->blob && file->blob_len == agent->keys[i].len &&
				!memcmp(file->blob, agent->keys[i].blob, file->blob_len))
				file->offered = true;
		}
}

static enum outcome offer_agent(
	struct login *login, struct agent *agent, size_t offered, struct err *err)
{
	struct session *session = login->session;
	int fd, rc;

	if (agent_serve(agent, offered, session->deadline, &fd, err))
		return LOGIN_STOPPED;
	ssh_set_agent_socket(session->ssh, fd);
	while ((rc = ssh_userauth_agent(session->ssh, NULL)) == SSH_AUTH_AGAIN)
		if (wait_for_answer(session))
			break;
	login->attempts += (unsigned)offered;
	mark_offered(login, agent);
	if (clock_left(session->deadline) == 0)
		session->fault = SESSION_DEADLINE;
	return rc == SSH_AUTH_SUCCESS ? LOGIN_DONE : settle(login, rc, err);
}

static enum outcome try_agent(struct login *login, struct err *err)
{
	const char *path = agent_path(&login->session->destination);
	CLEANUP(agent_close) struct agent agent = AGENT_INIT;
	CLEANUP(err_release) struct err ignored = ERR_INIT;

	if (!path || !attempts_left(login))
		return LOGIN_GOES_ON;
	if (agent_open(&agent, path, login->session->deadline, &ignored)) {
		note(login, "agent (does not answer)");
		return LOGIN_GOES_ON;
	}
	size_t held = agent.count;
	size_t offered = choose_agent_keys(login, &agent);
	if (offered < held)
		note(login, "agent with %zu of its %zu key%s", offered, held,
			held == 1 ? "" : "s");
	else
		note(login, "agent with %zu key%s", held, held == 1 ? "" : "s");
	return offered ? offer_agent(login, &agent, offered, err) : LOGIN_GOES_ON;
}

/* Nobody is asked for the passphrase of a key that the server does not want. */
static bool is_wanted(struct login *login, const struct keyfile *file)
{
	ssh_key key = keyfile_load_public(file->path);

	if (!key)
		return true;
	int rc = ask_about_key(login->session, key);
	ssh_key_free(key);
	if (rc == SSH_AUTH_SUCCESS)
		return true;
	login->attempts++;
	note(login, "key '%s'", file->path);
	return false;
}

static enum outcome try_encrypted_file(
	struct login *login, struct keyfile *file, struct err *err)
{
	const struct ask *ask = &login->session->transport->ask;
	CLEANUP(buf_release) struct buf passphrase = BUF_INIT;

	if (!ask->passphrase) {
		note(login, "key '%s' (needs a passphrase: add it to ssh-agent)",
			file->path);
		return LOGIN_GOES_ON;
	}
	if (!is_wanted(login, file))
		return settle(login, SSH_AUTH_DENIED, err);
	int64_t asked_at = clock_ms();
	bool given = ask->passphrase(ask->context, file->path, &passphrase);
	session_excuse(login->session, asked_at);
	if (!given) {
		note(login, "key '%s' (no passphrase given)", file->path);
		return LOGIN_GOES_ON;
	}
	ssh_key key = keyfile_load(file->path, passphrase.text);
	if (!key) {
		note(login, "key '%s' (wrong passphrase)", file->path);
		return LOGIN_GOES_ON;
	}
	ssh_key_free(key);
	return offer_file(login, file, passphrase.text, err);
}

static enum outcome try_encrypted_files(struct login *login, struct err *err)
{
	enum outcome outcome = LOGIN_GOES_ON;

	for (size_t i = 0; i < login->file_count && !outcome; i++) {
		struct keyfile *file = &login->files[i];

		if (file->state == KEYFILE_ENCRYPTED && !file->offered &&
			attempts_left(login))
			outcome = try_encrypted_file(login, file, err);
		else if (file->state == KEYFILE_EXPOSED)
			note(login, "key '%s' (not used: others can read it, chmod 600)",
				file->path);
	}
	return outcome;
}

/* Some servers know who is there by the network alone. */
static enum outcome try_nothing(struct login *login, struct err *err)
{
	int rc;

	if (login->attempts || !attempts_left(login))
		return LOGIN_GOES_ON;
	while ((rc = ssh_userauth_none(login->session->ssh, NULL)) == SSH_AUTH_AGAIN)
		if (wait_for_answer(login->session))
			break;
	return settle(login, rc, err);
}

static void list_methods(struct session *session, struct buf *out)
{
	static const struct {
		int bit;
		const char *name;
	} methods[] = {
		{SSH_AUTH_METHOD_PUBLICKEY, "publickey"},
		{SSH_AUTH_METHOD_PASSWORD, "password"},
		{SSH_AUTH_METHOD_INTERACTIVE, "keyboard-interactive"},
		{SSH_AUTH_METHOD_HOSTBASED, "hostbased"},
		{SSH_AUTH_METHOD_GSSAPI_MIC, "gssapi-with-mic"},
	};
	int offered = ssh_userauth_list(session->ssh, NULL);

	for (size_t i = 0; i < ARRAY_SIZE(methods); i++)
		if (offered & methods[i].bit)
			buf_addf(out, "%s%s", out->len ? "," : "", methods[i].name);
}

static int give_up(struct login *login, struct err *err)
{
	struct session *session = login->session;
	const struct destination *destination = &session->destination;
	CLEANUP(buf_release) struct buf methods = BUF_INIT, reason = BUF_INIT;

	list_methods(session, &methods);
	if (login->partial && !strstr(methods.text, "publickey"))
		return err_set(err,
			"'%s@%s' is asked for more than a key (%s), which is not supported",
			destination->user, destination->name, methods.text);
	if (!login->tried.len)
		buf_add(&login->tried,
			"no key, as there is neither a key file nor an agent");
	if (!ssh_is_connected(session->ssh)) {
		session_quote_error(session, &reason);
		return err_set(err,
			"'%s' hung up on '%s@%s' (%s): tried %s; name the right key with "
			"IdentityFile and IdentitiesOnly",
			destination->name, destination->user, destination->name,
			reason.text, login->tried.text);
	}
	return err_set(err, "permission denied for '%s@%s' (%s): tried %s",
		destination->user, destination->name, methods.text, login->tried.text);
}

static void login_release(struct login *login)
{
	for (size_t i = 0; i < login->file_count; i++)
		keyfile_release(&login->files[i]);
	buf_release(&login->tried);
}

int auth_login(struct session *session, struct err *err)
{
	static enum outcome (*const steps[])(struct login *, struct err *) = {
		try_plain_files, try_agent, try_encrypted_files, try_nothing};
	CLEANUP(login_release)
	struct login login = {.session = session, .tried = BUF_INIT};
	const struct destination *destination = &session->destination;
	enum outcome outcome = LOGIN_GOES_ON;

	if (destination->no_public_key)
		return err_set(err,
			"ssh configuration of '%s' has PubkeyAuthentication off, and there "
			"is no other way to log in",
			destination->name);
	for (size_t i = 0; i < destination->identity_files.count; i++)
		keyfile_look(&login.files[login.file_count++],
			destination->identity_files.items[i]);
	for (size_t i = 0; i < ARRAY_SIZE(steps) && !outcome; i++)
		outcome = steps[i](&login, err);
	if (outcome == LOGIN_STOPPED)
		return -1;
	return outcome == LOGIN_DONE ? 0 : give_up(&login, err);
}
