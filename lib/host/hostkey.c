/* SPDX-License-Identifier: MIT */
/* Deciding whether the server at the other end is the one that was meant. */
#include "host/hostkey.h"

#include <errno.h>
#include <fcntl.h>
#include <libssh/libssh.h>
#include <sodium/utils.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/clock.h"
#include "host/known_hosts.h"

enum { KEY_TEXT_MAX = 16384 };

/* What libssh can verify, in the order to ask for it where nothing is known. */
static const char *const algorithms[] = {"ssh-ed25519", "ecdsa-sha2-nistp256",
	"ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "sk-ssh-ed25519@openssh.com",
	"sk-ecdsa-sha2-nistp256@openssh.com", "rsa-sha2-512", "rsa-sha2-256"};

/* The server's key in the forms that are needed. */
struct server_key {
	ssh_key key;
	const char *type;
	char *base64;
	uint8_t *blob;
	size_t blob_len;
	char *fingerprint;
};

static void server_key_release(struct server_key *server)
{
	ssh_key_free(server->key);
	ssh_string_free_char(server->base64);
	ssh_string_free_char(server->fingerprint);
	free_pointer(&server->blob);
}

static int server_key_get(
	struct server_key *server, const struct session *session, struct err *err)
{
	unsigned char *hash = NULL;
	size_t hash_len = 0;
	const char *name = session->destination.name;

	if (ssh_get_server_publickey(session->ssh, &server->key) ||
		ssh_pki_export_pubkey_base64(server->key, &server->base64))
		return err_set(err, "cannot read the host key of '%s'", name);
	server->type = ssh_key_type_to_char(ssh_key_type(server->key));
	size_t room = strlen(server->base64);
	server->blob = xmalloc(room + 1);
	if (sodium_base642bin(server->blob, room, server->base64, room, NULL,
		    &server->blob_len, NULL, sodium_base64_VARIANT_ORIGINAL) ||
		ssh_get_publickey_hash(
			server->key, SSH_PUBLICKEY_HASH_SHA256, &hash, &hash_len))
		return err_set(err, "cannot read the host key of '%s'", name);
	server->fingerprint =
		ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash, hash_len);
	ssh_clean_pubkey_hash(&hash);
	return server->fingerprint
		       ? 0
		       : err_set(err, "cannot read the host key of '%s'", name);
}

static bool is_allowed(const struct destination *destination, const char *algorithm)
{
	const char *at = destination->host_key_algorithms;
	size_t len = strlen(algorithm);

	if (!at)
		return true;
	while (*at) {
		size_t item = strcspn(at, ",");

		if (item == len && !memcmp(at, algorithm, len))
			return true;
		at += item + (at[item] == ',');
	}
	return false;
}

/* RSA keys sign in several ways (RFC 8332). */
static bool signs_for(const char *algorithm, const char *key_type)
{
	if (!strcmp(key_type, "ssh-rsa"))
		return !strncmp(algorithm, "rsa-sha2-", 9);
	return !strcmp(algorithm, key_type);
}

static bool is_known(const struct known_hosts *known, const char *algorithm)
{
	for (const struct known_key *key = known->keys; key; key = key->next)
		if (!key->revoked && signs_for(algorithm, key->type))
			return true;
	return false;
}

static int read_known(
	struct known_hosts *known, const struct session *session, struct err *err)
{
	known_hosts_init(known, &session->destination);
	if (known_hosts_read(known, &session->destination, err))
		return err_wrap(err, "cannot verify '%s'", session->destination.name);
	return 0;
}

int hostkey_prepare(struct session *session, struct err *err)
{
	CLEANUP(known_hosts_release) struct known_hosts known = KNOWN_HOSTS_INIT;
	CLEANUP(buf_release) struct buf list = BUF_INIT;

	if (read_known(&known, session, err))
		return -1;
	for (int wanted = 1; wanted >= 0; wanted--)
		for (size_t i = 0; i < ARRAY_SIZE(algorithms); i++)
			if (is_known(&known, algorithms[i]) == wanted &&
				is_allowed(&session->destination, algorithms[i]))
				buf_addf(&list, "%s%s", list.len ? "," : "",
					algorithms[i]);
	if (ssh_options_set(session->ssh, SSH_OPTIONS_HOSTKEYS, list.text))
		return err_set(err,
			"ssh configuration of '%s': libssh knows none of its "
			"HostKeyAlgorithms",
			session->destination.name);
	return 0;
}

/* A file of plain public keys; a binary list (KRL) is refused, as it cannot be read. */
static int check_revoked(
	const struct session *session, const struct server_key *server, struct err *err)
{
	const char *file = session->destination.revoked_host_keys;
	const char *name = session->destination.name;
	CLEANUP_FREE char *line = NULL;
	size_t room = 0;
	int rc = 0;

	if (!file)
		return 0;
	FILE *stream = fopen(file, "re");
	if (!stream)
		return err_errno(
			err, "cannot verify '%s': RevokedHostKeys '%s'", name, file);
	while (!rc && getline(&line, &room, stream) > 0) {
		if (!strncmp(line, "SSHKRL\n", 7))
			rc = err_set(err,
				"cannot verify '%s': RevokedHostKeys '%s' is a binary list, "
				"which is not supported",
				name, file);
		else if (*line != '#' && strstr(line, server->base64))
			rc = err_set(err, "host key of '%s' (%s %s) is revoked by '%s'",
				name, server->type, server->fingerprint, file);
	}
	if (!rc && ferror(stream))
		rc = err_set(err, "cannot verify '%s': cannot read '%s'", name, file);
	fclose(stream);
	return rc;
}

static int record(const struct session *session, const struct known_hosts *known,
	const struct server_key *server, struct err *err)
{
	const struct string_list *files = &session->destination.user_known_hosts;

	if (!files->count)
		return err_set(err,
			"cannot record the host key of '%s': the ssh configuration has no "
			"UserKnownHostsFile",
			session->destination.name);
	return known_hosts_record(
		files->items[0], known->name, server->type, server->base64, err);
}

static int accept_unknown(struct session *session, const struct known_hosts *known,
	const struct server_key *server, struct err *err)
{
	const struct transport *transport = session->transport;
	const struct ask *ask = &transport->ask;
	const char *name = session->destination.name;

	if (transport->accept_new_host_key)
		return record(session, known, server, err);
	if (!ask->host_key || session->destination.strict)
		return err_set(err,
			"host key of '%s' is unknown (%s %s): connect once with ssh, or "
			"pass --accept-new-host-key",
			name, server->type, server->fingerprint);
	int64_t asked_at = clock_ms();
	bool accepted =
		ask->host_key(ask->context, name, server->type, server->fingerprint);
	session_excuse(session, asked_at);
	if (!accepted)
		return err_set(err, "host key of '%s' was not accepted", name);
	return record(session, known, server, err);
}

/* 1 where the key is unknown, in which case there is no message. */
static int judge(const struct session *session, struct known_hosts *known,
	const struct server_key *server, struct err *err)
{
	const char *name = session->destination.name;
	const struct known_key *line;

	if (read_known(known, session, err))
		return -1;
	switch (known_hosts_judge(known, server->blob, server->blob_len, &line)) {
	case KNOWN_SAME:
		return 0;
	case KNOWN_UNKNOWN:
		return 1;
	case KNOWN_CHANGED:
		return err_set(err,
			"host key of '%s' has changed: it is now %s %s, '%s' line %zu has "
			"another; if the host was installed anew, remove that line, "
			"otherwise someone may stand in between",
			name, server->type, server->fingerprint, line->file, line->line);
	case KNOWN_OTHER_TYPE:
		return err_set(err,
			"host key of '%s' is of another type: it is now %s %s, '%s' line "
			"%zu has %s; if the host was installed anew, remove that line, "
			"otherwise someone may stand in between",
			name, server->type, server->fingerprint, line->file, line->line,
			line->type);
	case KNOWN_REVOKED:
		return err_set(err,
			"host key of '%s' (%s %s) is revoked by '%s' line %zu: do not "
			"trust this host until it has a new one",
			name, server->type, server->fingerprint, line->file, line->line);
	}
	return err_set(err, "host key of '%s' cannot be judged", name);
}

/* One thread at a time, as the one before may have recorded this very key. */
static int judge_unknown(
	struct session *session, const struct server_key *server, struct err *err)
{
	CLEANUP(known_hosts_release) struct known_hosts known = KNOWN_HOSTS_INIT;
	pthread_mutex_t *lock = &session->transport->known_hosts_lock;
	int64_t queued_at = clock_ms();

	pthread_mutex_lock(lock);
	session_excuse(session, queued_at);
	int rc = judge(session, &known, server, err);
	if (rc == 1)
		rc = accept_unknown(session, &known, server, err);
	pthread_mutex_unlock(lock);
	return rc;
}

int hostkey_verify(struct session *session, struct err *err)
{
	CLEANUP(server_key_release) struct server_key server = {.key = NULL};
	CLEANUP(known_hosts_release) struct known_hosts known = KNOWN_HOSTS_INIT;

	if (server_key_get(&server, session, err) || check_revoked(session, &server, err))
		return -1;
	int rc = judge(session, &known, &server, err);
	return rc == 1 ? judge_unknown(session, &server, err) : rc;
}
