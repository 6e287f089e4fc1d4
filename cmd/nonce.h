/* SPDX-License-Identifier: MIT */
/* A random word that nobody can guess, to mark the end of what belongs together. */
#ifndef WGCTL_CMD_NONCE_H
#define WGCTL_CMD_NONCE_H

#include "render/script.h"

void nonce_make(char out[static NONCE_TEXT_SIZE]);

#endif
