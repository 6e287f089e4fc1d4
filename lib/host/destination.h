/* SPDX-License-Identifier: MIT */
/*
 * What the user's own ssh configuration says of a destination. `ssh -G` answers where
 * there is an ssh program, so that aliases, Match, Include and defaults mean exactly what
 * they mean to ssh. Without one, libssh's own parser does: it knows Host, HostName, Port,
 * User, ProxyCommand and the first IdentityFile, and refuses a file with a Match keyword
 * that it does not know.
 *
 * Nothing is connected here. Not honoured: BindAddress, BindInterface, PKCS11Provider,
 * KnownHostsCommand, VerifyHostKeyDNS, Control*, forwardings of any kind, and password
 * or host-based login. StrictHostKeyChecking only matters where it is "yes": then an
 * unknown key is refused without a question; "no" and "accept-new" do not weaken anything.
 */
#ifndef WGCTL_HOST_DESTINATION_H
#define WGCTL_HOST_DESTINATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "site/site.h"

enum { DESTINATION_LISTED = 32, SSH_PORT_DEFAULT = 22 };

struct string_list {
	const char *items[DESTINATION_LISTED];
	size_t count;
};

/* NULL and 0 stand for "not set"; paths are expanded. */
struct destination {
	struct arena arena;
	const char *name; /* as asked for: an alias or a host */
	const char *hostname;
	const char *user;
	uint16_t port;
	int family; /* AF_UNSPEC, AF_INET or AF_INET6 */
	const char *host_key_alias;
	const char *proxy_jump;	    /* "[user@]host[:port],…" */
	const char *proxy_command;  /* its tokens are not yet replaced */
	const char *identity_agent; /* a socket, or "none" */
	const char *revoked_host_keys;
	struct string_list identity_files;
	struct string_list certificate_files;
	struct string_list user_known_hosts;
	struct string_list global_known_hosts;
	bool identities_only;
	bool no_public_key; /* PubkeyAuthentication no */
	bool strict;	    /* StrictHostKeyChecking yes */
	bool proxy_fdpass;
	int connect_timeout_ms;
	const char *key_exchange, *host_key_algorithms, *ciphers, *macs;
};

#define DESTINATION_INIT                                                                 \
	{                                                                                \
		.arena = ARENA_INIT                                                      \
	}

/*
 * Resolves `target`. `config_file` is -F FILE, NULL for the user's and the system's own;
 * `ssh_program` the program to ask, NULL to use libssh's parser. Takes some 30 ms. Fails
 * for names that are not plain and for a configuration that ssh refuses.
 */
int destination_resolve(struct destination *destination, const struct ssh_target *target,
	const char *config_file, const char *ssh_program, int64_t deadline,
	struct err *err);

/* Takes over what `ssh -G` printed, and checks and completes it. */
int destination_read(
	struct destination *destination, const char *text, size_t len, struct err *err);

/*
 * Splits a ProxyJump value: `*last` becomes its last hop, which the connection to the
 * destination leaves from, and `*rest` the hops before it (NULL: none), which override
 * the last hop's own ProxyJump. The strings live in the arena.
 */
int destination_split_jump(struct arena *arena, const char *proxy_jump,
	struct ssh_target *last, const char **rest, struct err *err);

/*
 * True for a host, alias or user that is safe to hand to a program: letters, digits and a
 * few signs that no shell knows, and no leading '-'.
 */
bool destination_host_is_plain(const char *host);
bool destination_user_is_plain(const char *user);

void destination_release(struct destination *destination);

#endif
