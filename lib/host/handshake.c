/* SPDX-License-Identifier: MIT */
/* Setting libssh up for a destination, and the key exchange. */
#include "host/handshake.h"

#include <fcntl.h>
#include <libssh/libssh.h>
#include <string.h>
#include <unistd.h>

#include "host/clock.h"
#include "host/hostkey.h"

/*
 * Fast ones first: in libssh group 18 takes ten times as long as curve25519. What else
 * the user's configuration allows comes last.
 */
static const char *const key_exchanges[] = {"curve25519-sha256",
	"curve25519-sha256@libssh.org", "ecdh-sha2-nistp256", "ecdh-sha2-nistp384",
	"ecdh-sha2-nistp521", "diffie-hellman-group14-sha256",
	"diffie-hellman-group16-sha512", "diffie-hellman-group-exchange-sha256",
	"diffie-hellman-group18-sha512"};

static bool list_has(const char *list, const char *name, size_t len)
{
	while (*list) {
		size_t item = strcspn(list, ",");

		if (item == len && !memcmp(list, name, len))
			return true;
		list += item + (list[item] == ',');
	}
	return false;
}

static void add_item(struct buf *list, const char *name, size_t len)
{
	if (!len || list_has(list->text, name, len))
		return;
	if (list->len)
		buf_add_char(list, ',');
	buf_add_mem(list, name, len);
}

/* `allowed` is the user's own list, NULL where he leaves it open. */
static void prefer_fast(const char *allowed, struct buf *list)
{
	for (size_t i = 0; i < ARRAY_SIZE(key_exchanges); i++) {
		size_t len = strlen(key_exchanges[i]);

		if (!allowed || list_has(allowed, key_exchanges[i], len))
			add_item(list, key_exchanges[i], len);
	}
	while (allowed && *allowed) {
		size_t len = strcspn(allowed, ",");

		add_item(list, allowed, len);
		allowed += len + (allowed[len] == ',');
	}
}

static int set_algorithms(struct session *session, struct err *err)
{
	CLEANUP(buf_release) struct buf key_exchange = BUF_INIT;
	const struct destination *destination = &session->destination;

	prefer_fast(destination->key_exchange, &key_exchange);
	const struct {
		enum ssh_options_e option;
		const char *list;
	} lists[] = {
		{SSH_OPTIONS_KEY_EXCHANGE, key_exchange.text},
		{SSH_OPTIONS_CIPHERS_C_S, destination->ciphers},
		{SSH_OPTIONS_CIPHERS_S_C, destination->ciphers},
		{SSH_OPTIONS_HMAC_C_S, destination->macs},
		{SSH_OPTIONS_HMAC_S_C, destination->macs},
		{SSH_OPTIONS_COMPRESSION_C_S, "none"},
		{SSH_OPTIONS_COMPRESSION_S_C, "none"},
	};
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		if (lists[i].list &&
			ssh_options_set(session->ssh, lists[i].option, lists[i].list))
			return err_set(err,
				"ssh configuration of '%s': libssh knows none of the "
				"algorithms '%s'",
				destination->name, lists[i].list);
	return hostkey_prepare(session, err);
}

/*
 * libssh gets a descriptor of its own, so that it is clear who closes which, and no file
 * to read: neither configuration nor known hosts.
 */
static int set_up(struct session *session, struct err *err)
{
	const struct destination *destination = &session->destination;
	int no = 0;

	session->ssh = ssh_new();
	if (!session->ssh)
		return err_set(err, "cannot make an ssh session");
	socket_t fd = fcntl(session->connection.fd, F_DUPFD_CLOEXEC, 3);
	if (fd < 0)
		return err_errno(err, "cannot make an ssh session");
	session->ssh_fd = fd;
	ssh_options_set(session->ssh, SSH_OPTIONS_PROCESS_CONFIG, &no);
	ssh_options_set(session->ssh, SSH_OPTIONS_HOST, destination->hostname);
	ssh_options_set(session->ssh, SSH_OPTIONS_KNOWNHOSTS, "/dev/null");
	ssh_options_set(session->ssh, SSH_OPTIONS_GLOBAL_KNOWNHOSTS, "/dev/null");
	ssh_options_set(session->ssh, SSH_OPTIONS_FD, &fd);
	if (ssh_options_set(session->ssh, SSH_OPTIONS_USER, destination->user))
		return err_set(
			err, "libssh refuses the user name '%s'", destination->user);
	ssh_set_blocking(session->ssh, 0);
	return set_algorithms(session, err);
}

static int explain(struct session *session, struct err *err)
{
	CLEANUP(buf_release) struct buf reason = BUF_INIT;
	const struct destination *destination = &session->destination;

	if (session->fault == SESSION_CANCELLED)
		return session_fail(session, "", err);
	if (session->fault == SESSION_DEADLINE && !ssh_get_serverbanner(session->ssh))
		return err_set(err,
			"'%s' (%s port %u) accepts connections but says nothing: is an ssh "
			"server behind that port?",
			destination->name, destination->hostname, destination->port);
	if (session->fault == SESSION_DEADLINE)
		return session_fail(session, "did not complete the ssh handshake", err);
	session_quote_error(session, &reason);
	return err_set(err, "ssh handshake with '%s' (%s port %u) failed: %s",
		destination->name, destination->hostname, destination->port, reason.text);
}

int handshake_run(struct session *session, int64_t login_deadline, struct err *err)
{
	int rc;

	if (set_up(session, err))
		return -1;
	while ((rc = ssh_connect(session->ssh)) == SSH_AGAIN) {
		if (ssh_get_serverbanner(session->ssh))
			session->deadline = login_deadline;
		if (session_wait(session, false))
			return explain(session, err);
	}
	session->deadline = login_deadline;
	if (rc == SSH_OK)
		return 0;
	connection_take_errors(&session->connection);
	if (!ssh_get_serverbanner(session->ssh) && !session->connection.proxy)
		return 1;
	return explain(session, err);
}
