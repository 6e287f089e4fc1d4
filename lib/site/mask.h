/* SPDX-License-Identifier: MIT */
/*
 * Keys out of messages: a value in the wrong place, or one that is not a key for want of a
 * character, may be somebody's private key, and so may a neighbour on the line that a
 * message shows.
 */
#ifndef WGCTL_SITE_MASK_H
#define WGCTL_SITE_MASK_H

#include "base/err.h"

/*
 * Puts stars over whatever may be a key, or a good part of one, in the messages from the
 * given one on and in their source lines; columns stay what they are.
 */
void mask_keys(struct err *err, size_t first);

#endif
