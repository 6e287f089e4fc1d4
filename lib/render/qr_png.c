/* SPDX-License-Identifier: MIT */
/* A QR code as PNG, by libpng, in memory that is wiped. */
#include "render/qr.h"

#include <png.h>
#include <setjmp.h>
#include <sodium/utils.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SCALE_MAX = 64, REASON_SIZE = 128 };

/* In front of each block that libpng asks for, so that it can be wiped. */
struct block {
	_Alignas(max_align_t) size_t size;
};

struct writer {
	struct buf *out;
	png_structp png;
	png_infop info;
	char reason[REASON_SIZE];
};

static png_voidp allocate(png_structp png, png_alloc_size_t size)
{
	struct block *block = xmalloc(sizeof(*block) + size);

	(void)png;
	block->size = size;
	return block + 1;
}

static void release(png_structp png, png_voidp memory)
{
	struct block *block = (struct block *)memory - 1;

	(void)png;
	sodium_memzero(memory, block->size);
	free(block);
}

static void write_bytes(png_structp png, png_bytep bytes, size_t len)
{
	const struct writer *writer = png_get_io_ptr(png);

	buf_add_mem(writer->out, bytes, len);
}

static void flush(png_structp png)
{
	(void)png;
}

/* libpng forbids to return from it. */
static void fail(png_structp png, png_const_charp message)
{
	struct writer *writer = png_get_error_ptr(png);

	snprintf(writer->reason, sizeof(writer->reason), "%s", message);
	png_longjmp(png, 1);
}

static void ignore_warning(png_structp png, png_const_charp message)
{
	(void)png;
	(void)message;
}

/* One bit a pixel, the first one highest, 1 is white; the rest of the last byte is white. */
static void fill_row(
	const struct qr *qr, long y, unsigned scale, unsigned char *row, size_t row_size)
{
	const size_t side = qr_columns(qr) * scale;

	memset(row, 0xff, row_size);
	for (size_t x = 0; x < side; x++) {
		if (qr_is_dark(qr, (long)(x / scale) - QR_QUIET_ZONE, y))
			row[x / 8] &= (unsigned char)~(0x80 >> x % 8);
	}
}

/* Holds setjmp() and nothing that a jump could leave behind; `row` is the caller's. */
static int write_picture(struct writer *writer, const struct qr *qr, unsigned scale,
	unsigned char *row, size_t row_size)
{
	const png_uint_32 side = (png_uint_32)(qr_columns(qr) * scale);

	if (setjmp(png_jmpbuf(writer->png)))
		return -1;
	png_set_write_fn(writer->png, writer, write_bytes, flush);
	png_set_IHDR(writer->png, writer->info, side, side, 1, PNG_COLOR_TYPE_GRAY,
		PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
		PNG_FILTER_TYPE_DEFAULT);
	png_write_info(writer->png, writer->info);
	for (png_uint_32 y = 0; y < side; y++) {
		if (y % scale == 0)
			fill_row(qr, (long)(y / scale) - QR_QUIET_ZONE, scale, row,
				row_size);
		png_write_row(writer->png, row);
	}
	png_write_end(writer->png, writer->info);
	return 0;
}

int qr_png(const struct qr *qr, unsigned scale, struct buf *out, struct err *err)
{
	struct writer writer = {.out = out};
	const size_t before = out->len;

	if (!scale || scale > SCALE_MAX)
		return err_set(err, "%u pixels a module: give 1 to %d", scale, SCALE_MAX);
	writer.png = png_create_write_struct_2(PNG_LIBPNG_VER_STRING, &writer, fail,
		ignore_warning, NULL, allocate, release);
	if (writer.png)
		writer.info = png_create_info_struct(writer.png);
	if (!writer.info) {
		png_destroy_write_struct(&writer.png, NULL);
		return err_set(err, "cannot make a PNG file: libpng does not start");
	}
	const size_t row_size = (qr_columns(qr) * scale + 7) / 8;
	unsigned char *row = xmalloc(row_size);
	int result = write_picture(&writer, qr, scale, row, row_size);
	png_destroy_write_struct(&writer.png, &writer.info);
	sodium_memzero(row, row_size);
	free(row);
	if (result < 0) {
		buf_truncate(out, before);
		err_set(err, "cannot make a PNG file: %s", writer.reason);
	}
	return result;
}
