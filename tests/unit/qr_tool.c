/* SPDX-License-Identifier: MIT */
/* Bytes from stdin as a picture on stdout: qr_tool png SCALE | svg | terminal. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "render/qr.h"

static int draw(char **args, const struct qr *qr, struct buf *out, struct err *err)
{
	if (!strcmp(args[0], "png") && args[1])
		return qr_png(qr, (unsigned)strtoul(args[1], NULL, 10), out, err);
	if (!strcmp(args[0], "svg"))
		qr_svg(qr, out);
	else
		qr_terminal(qr, out);
	return 0;
}

int main(int argc, char **argv)
{
	CLEANUP(err_release) struct err err = ERR_INIT;
	CLEANUP(qr_release) struct qr qr = QR_INIT;
	CLEANUP(buf_release) struct buf out = BUF_INIT;
	char bytes[QR_MAX_BYTES + 1];
	const size_t len = fread(bytes, 1, sizeof(bytes), stdin);

	if (argc < 2 || qr_encode(bytes, len, &qr, &err) < 0 ||
		draw(argv + 1, &qr, &out, &err) < 0) {
		fprintf(stderr, "%s\n", err.count ? err.entries[0].message : "usage");
		return EXIT_FAILURE;
	}
	fwrite(out.text, 1, out.len, stdout);
	return EXIT_SUCCESS;
}
