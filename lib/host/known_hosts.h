/* SPDX-License-Identifier: MIT */
/*
 * What the known_hosts files say of a host (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). They
 * are read here line by line, as libssh passes over @revoked lines and does not say which
 * line a key stands in. Hashed names, patterns, negation, "[host]:port", HostKeyAlias and
 * CRLF are understood; @cert-authority lines are passed over.
 *
 * Nothing here decides whether to connect: host/hostkey.h does.
 */
#ifndef WGCTL_HOST_KNOWN_HOSTS_H
#define WGCTL_HOST_KNOWN_HOSTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "host/destination.h"

/* A line about the host in question. */
struct known_key {
	const char *file;
	size_t line;
	bool revoked;
	bool portless; /* the line names the host without the port that is asked for */
	const char *type;
	const uint8_t *blob; /* as on the wire */
	size_t blob_len;
	struct known_key *next;
};

struct known_hosts {
	struct arena arena;
	const char *name;     /* as a line must name the host */
	const char *portless; /* the same without "[]:port"; NULL where there is none */
	struct known_key *keys, *last;
};

#define KNOWN_HOSTS_INIT                                                                 \
	{                                                                                \
		.arena = ARENA_INIT                                                      \
	}

/* In the order of what outweighs what. */
enum known_verdict {
	KNOWN_UNKNOWN,	  /* no line about the host */
	KNOWN_OTHER_TYPE, /* only keys of other types are there */
	KNOWN_CHANGED,	  /* another key of this type is there */
	KNOWN_SAME,	  /* this key is there */
	KNOWN_REVOKED,	  /* this key is marked @revoked */
};

/* Sets the names to look for. */
void known_hosts_init(struct known_hosts *known, const struct destination *destination);

/*
 * Reads all files of the destination. A file that is not there is empty; one that cannot
 * be read is a failure, as it may hold what revokes a key.
 */
int known_hosts_read(struct known_hosts *known, const struct destination *destination,
	struct err *err);

/* Adds the lines of one file that are about the host. */
void known_hosts_add(
	struct known_hosts *known, const char *file, const char *text, size_t len);

/*
 * What the lines say of a key. `*reason` becomes the line that decided, NULL for
 * KNOWN_UNKNOWN. A line without the port only speaks for a key, or revokes it.
 */
enum known_verdict known_hosts_judge(const struct known_hosts *known, const uint8_t *blob,
	size_t len, const struct known_key **reason);

/*
 * Appends "NAME TYPE KEY" to the file, which is made (0600, its folder 0700) where it is
 * missing. `base64` is the key.
 */
int known_hosts_record(const char *file, const char *name, const char *type,
	const char *base64, struct err *err);

void known_hosts_release(struct known_hosts *known);

#endif
