/* SPDX-License-Identifier: MIT */
/* The matrix of a QR code, by libqrencode. */
#include "render/qr.h"

#include <errno.h>
#include <qrencode.h>
#include <sodium/utils.h>
#include <stdlib.h>

/* Version 0 is the smallest that fits; libqrencode keeps whether a module is dark in bit 0. */
int qr_encode(const char *bytes, size_t len, struct qr *out, struct err *err)
{
	if (!len)
		return err_set(err, "there is nothing to put into a QR code");
	if (len > QR_MAX_BYTES)
		return err_set(err,
			"%zu bytes are too long for a QR code, which holds %d: give the "
			"spoke fewer AllowedIPs, or take the file of 'wgctl config -o' to "
			"the device",
			len, QR_MAX_BYTES);
	QRcode *code = QRcode_encodeData(
		(int)len, (const unsigned char *)bytes, 0, QR_ECLEVEL_L);
	if (!code)
		return err_errno(err, "cannot make a QR code");
	const size_t size = (size_t)code->width;
	out->size = size;
	out->modules = xmalloc(size * size);
	for (size_t i = 0; i < size * size; i++)
		out->modules[i] = code->data[i] & 1;
	sodium_memzero(code->data, size * size);
	QRcode_free(code);
	return 0;
}

bool qr_is_dark(const struct qr *qr, long x, long y)
{
	if (x < 0 || y < 0 || (size_t)x >= qr->size || (size_t)y >= qr->size)
		return false;
	return qr->modules[(size_t)y * qr->size + (size_t)x];
}

size_t qr_columns(const struct qr *qr)
{
	return qr->size + 2 * QR_QUIET_ZONE;
}

size_t qr_rows(const struct qr *qr)
{
	return (qr_columns(qr) + 1) / 2;
}

void qr_release(struct qr *qr)
{
	if (qr->modules)
		sodium_memzero(qr->modules, qr->size * qr->size);
	free(qr->modules);
	*qr = (struct qr)QR_INIT;
}
