/* SPDX-License-Identifier: MIT */
/*
 * A key file that the ssh configuration names: whether it is there, whether it wants a
 * passphrase, and its public half, which OpenSSH keeps readable without one.
 */
#ifndef WGCTL_HOST_KEYFILE_H
#define WGCTL_HOST_KEYFILE_H

#include <libssh/libssh.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum keyfile_state {
	KEYFILE_MISSING,
	KEYFILE_PLAIN,	   /* ready to sign */
	KEYFILE_ENCRYPTED, /* wants a passphrase */
	KEYFILE_PUBLIC,	   /* only the public half; an agent may hold the rest */
	KEYFILE_EXPOSED,   /* others may read it, so it is not used, as ssh does */
	KEYFILE_UNUSABLE,  /* not a key, or of a kind that libssh cannot use */
};

struct keyfile {
	const char *path; /* borrowed */
	enum keyfile_state state;
	uint8_t *blob; /* the public half, NULL where it is not known */
	size_t blob_len;
	bool offered;
};

void keyfile_look(struct keyfile *file, const char *path);

void keyfile_release(struct keyfile *file);

/* The private key, for ssh_key_free; NULL where the passphrase (or NULL) does not fit. */
ssh_key keyfile_load(const char *path, const char *passphrase);

/* The public half of the file, or of FILE.pub beside it; NULL where there is none. */
ssh_key keyfile_load_public(const char *path);

/* The certificate in a file, if it is one for this key; else NULL. */
ssh_key keyfile_load_certificate(const char *path, ssh_key key);

/* The public half of a key or certificate on the wire; false where it has none. */
bool keyfile_blob(ssh_key key, uint8_t **blob, size_t *len);

#endif
