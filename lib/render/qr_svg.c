/* SPDX-License-Identifier: MIT */
/* A QR code as SVG 1.1: one path of rectangles, each a run of dark modules in a row. */
#include "render/qr.h"

enum { PIXELS_PER_MODULE = 8 };

static void add_row(const struct qr *qr, long y, struct buf *out)
{
	const long size = (long)qr->size;
	long x = 0;

	while (x < size) {
		const long begin = x;

		while (qr_is_dark(qr, x, y))
			x++;
		if (x > begin)
			buf_addf(out, "M%ld,%ldh%ldv1h-%ldz", begin + QR_QUIET_ZONE,
				y + QR_QUIET_ZONE, x - begin, x - begin);
		x++;
	}
}

void qr_svg(const struct qr *qr, struct buf *out)
{
	const size_t side = qr_columns(qr);

	buf_addf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" "
		"width=\"%zu\" height=\"%zu\" viewBox=\"0 0 %zu %zu\" "
		"shape-rendering=\"crispEdges\">\n"
		"<rect width=\"%zu\" height=\"%zu\" fill=\"#fff\"/>\n<path d=\"",
		side * PIXELS_PER_MODULE, side * PIXELS_PER_MODULE, side, side, side,
		side);
	for (long y = 0; y < (long)qr->size; y++)
		add_row(qr, y, out);
	buf_add(out, "\" fill=\"#000\"/>\n</svg>\n");
}
