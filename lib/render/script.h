/* SPDX-License-Identifier: MIT */
/*
 * The POSIX shell scripts that run on a host. Each is constant text made of functions,
 * then one command, so nothing runs before all of it has been read; a script that was cut
 * short does nothing. The data of the host, the payload, comes in a here-document that
 * ends with a nonce. It holds private keys, so such a script is a secret.
 */
#ifndef WGCTL_RENDER_SCRIPT_H
#define WGCTL_RENDER_SCRIPT_H

#include "render/nodeconf.h"

enum { NONCE_SIZE = 16, NONCE_TEXT_SIZE = 2 * NONCE_SIZE + 1 };

/* Seconds that a change waits for its confirmation before the host takes it back. */
enum { WINDOW_DEFAULT = 300, WINDOW_LEAST = 30, WINDOW_MOST = 3600 };

struct script_options {
	bool prune; /* remove peers that the site does not know */
	const char *
		nonce; /* random hexadecimal text; the last line of a good run repeats it */
};

/*
 * Appends the first part of a deploy: the host compares itself with the payload, reports,
 * and waits for script_change if something differs. Fails where the node's private key is
 * not on this machine.
 */
int script_look(const struct topology *topology, const struct node *node,
	const struct keyring *keys, const struct script_options *options, struct buf *out,
	struct err *err);

/* Appends the second part: do it, and wait that many seconds for the confirmation. */
void script_change(unsigned window, struct buf *out);

/*
 * Appends a whole deploy in one script, which confirms itself by the host's own probes: for
 * somebody at the host, who sees whether it can still be reached.
 */
int script_whole(const struct topology *topology, const struct node *node,
	const struct keyring *keys, const struct script_options *options, struct buf *out,
	struct err *err);

/*
 * Appends the script that decides on the change with that token (SCRIPT_ANY: whichever
 * waits): probes, then confirmation, or back at once. Its last line repeats the nonce.
 */
void script_confirm(
	const struct node *node, const char *token, const char *nonce, struct buf *out);

/* Appends the script that takes the change back; `why` is a sentence for the report. */
void script_abandon(const struct node *node, const char *token, const char *nonce,
	const char *why, struct buf *out);

/* Appends the script that looks at going back to the generation before the last change. */
void script_revert(const struct node *node, const char *nonce, struct buf *out);

/* Appends the script by which the hub tells of its peers and of itself (host/status.h). */
void script_status(const struct node *hub, const char *nonce, struct buf *out);

#define SCRIPT_ANY "any"

#endif
