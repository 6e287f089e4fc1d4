/* SPDX-License-Identifier: MIT */
/*
 * What a deploy runs on a host: one self-contained POSIX shell script. Its program is
 * constant text made of functions, so nothing runs before all of it has been read; its last
 * command takes the payload, the data of this host, from a here-document that ends with a
 * nonce. A script that was cut short does nothing.
 *
 * The payload holds private keys, so the script is a secret.
 */
#ifndef WGCTL_RENDER_SCRIPT_H
#define WGCTL_RENDER_SCRIPT_H

#include "render/nodeconf.h"

enum { NONCE_SIZE = 16, NONCE_TEXT_SIZE = 2 * NONCE_SIZE + 1 };

struct script_options {
	bool prune; /* remove peers that the site does not know */
	const char *
		nonce; /* random hexadecimal text; the last line of a good run repeats it */
};

/* Appends the script for a node; fails where its private key is not on this machine. */
int script_render(const struct topology *topology, const struct node *node,
	const struct keyring *keys, const struct script_options *options, struct buf *out,
	struct err *err);

#endif
