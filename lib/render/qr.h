/* SPDX-License-Identifier: MIT */
/*
 * QR codes (ISO/IEC 18004, through libqrencode): a matrix of modules from bytes, and its
 * pictures as terminal text, PNG and SVG. A code of a configuration holds a private key,
 * so the matrix wipes itself and the pictures go into wiping buffers.
 */
#ifndef WGCTL_RENDER_QR_H
#define WGCTL_RENDER_QR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

enum { QR_QUIET_ZONE = 4 };

/* Bytes a code can hold at all (version 40, level L), and beyond which phones struggle. */
enum { QR_MAX_BYTES = 2953, QR_EASY_BYTES = 1273 };

struct qr {
	size_t size;		/* modules on a side, without the quiet zone */
	unsigned char *modules; /* size * size, 1 is dark */
};

#define QR_INIT                                                                          \
	{                                                                                \
		0, NULL                                                                  \
	}

/* Byte mode, level L, the smallest version; an error with advice where it is too long. */
int qr_encode(const char *bytes, size_t len, struct qr *out, struct err *err);

/* True where the module is dark; the quiet zone and all beyond is light. */
bool qr_is_dark(const struct qr *qr, long x, long y);

/* Columns and rows that the terminal picture takes, quiet zone included. */
size_t qr_columns(const struct qr *qr);
size_t qr_rows(const struct qr *qr);

/*
 * Two modules a character, black on white by explicit colours (of the 256-colour palette,
 * which themes leave alone), so that it scans on dark and on light terminals.
 */
void qr_terminal(const struct qr *qr, struct buf *out);

/* `scale` pixels a module, 1-bit grey, with the quiet zone. */
int qr_png(const struct qr *qr, unsigned scale, struct buf *out, struct err *err);
void qr_svg(const struct qr *qr, struct buf *out);

void qr_release(struct qr *qr);

#endif
