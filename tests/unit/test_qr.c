/* SPDX-License-Identifier: MIT */
/* QR codes: size, quiet zone, limits, the form of each picture, wiping. */
#include "render/qr.h"

#include <malloc.h>
#include <png.h>
#include <qrencode.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

static bool was_wiped;
static bool is_watching;

/* In the place of libqrencode's own and the C library's, to see what they are given. */
void __wrap_QRcode_free(QRcode *code);
void __real_QRcode_free(QRcode *code);
void __wrap_free(void *memory);
void __real_free(void *memory);

/* Not the header in front of libpng's memory, nor what malloc() gave beyond the size. */
void __wrap_free(void *memory)
{
	enum { HEADER = 16, BEYOND = 24 };
	const size_t size = memory && is_watching ? malloc_usable_size(memory) : 0;

	for (size_t i = HEADER; i + BEYOND < size; i++)
		was_wiped = was_wiped && !((const char *)memory)[i];
	__real_free(memory);
}

void __wrap_QRcode_free(QRcode *code)
{
	was_wiped = true;
	for (int i = 0; i < code->width * code->width; i++)
		was_wiped = was_wiped && !code->data[i];
	__real_QRcode_free(code);
}

static void encode(const char *text, size_t len, struct qr *out)
{
	CLEANUP(err_release) struct err err = ERR_INIT;

	assert_int_equal(qr_encode(text, len, out, &err), 0);
}

static void encode_text(const char *text, struct qr *out)
{
	encode(text, strlen(text), out);
}

static void takes_the_smallest_version(void **state)
{
	/* Bytes that level L holds in versions 1, 2, 10, 25 and 40 (ISO/IEC 18004, 7). */
	static const struct {
		size_t len, size;
	} rows[] = {{1, 21}, {17, 21}, {18, 25}, {32, 25}, {33, 29}, {271, 57}, {272, 61},
		{QR_EASY_BYTES, 117}, {QR_EASY_BYTES + 1, 121}, {QR_MAX_BYTES, 177}};
	char bytes[QR_MAX_BYTES];

	(void)state;
	memset(bytes, 'a', sizeof(bytes));
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(qr_release) struct qr qr = QR_INIT;

		was_wiped = false;
		encode(bytes, rows[i].len, &qr);
		assert_int_equal(qr.size, rows[i].size);
		assert_int_equal(qr_columns(&qr), rows[i].size + 8);
		assert_int_equal(qr_rows(&qr), (rows[i].size + 9) / 2);
		assert_true(was_wiped);
	}
}

/* Digits are bytes as well: else a reader could give back another type. */
static void stays_in_byte_mode(void **state)
{
	CLEANUP(qr_release) struct qr qr = QR_INIT;

	(void)state;
	encode_text("1234567890123456789012345678901", &qr);
	assert_int_equal(qr.size, 25);
}

static void refuses_what_does_not_fit(void **state)
{
	CLEANUP(err_release) struct err err = ERR_INIT;
	char bytes[QR_MAX_BYTES + 1] = "";
	struct qr qr = QR_INIT;

	(void)state;
	assert_int_equal(qr_encode(bytes, sizeof(bytes), &qr, &err), -1);
	assert_int_equal(qr_encode(bytes, 0, &qr, &err), -1);
	assert_null(qr.modules);
	assert_string_equal(err.entries[0].message,
		"2954 bytes are too long for a QR code, which holds 2953: give the spoke "
		"fewer AllowedIPs, or take the file of 'wgctl config -o' to the device");
	assert_string_equal(
		err.entries[1].message, "there is nothing to put into a QR code");
}

/* The three finder patterns, and light all around. */
static void tells_dark_from_light(void **state)
{
	CLEANUP(qr_release) struct qr qr = QR_INIT;

	(void)state;
	encode_text("wgctl", &qr);
	for (long i = 0; i < 7; i++) {
		assert_true(qr_is_dark(&qr, i, 0));
		assert_true(qr_is_dark(&qr, 0, i));
		assert_true(qr_is_dark(&qr, 20 - i, 0));
		assert_true(qr_is_dark(&qr, 0, 20 - i));
	}
	assert_false(qr_is_dark(&qr, 1, 1));
	assert_false(qr_is_dark(&qr, 7, 0));
	assert_false(qr_is_dark(&qr, 13, 0));
	assert_false(qr_is_dark(&qr, 0, 13));
	for (long i = -4; i < 25; i++) {
		assert_false(qr_is_dark(&qr, i, -1));
		assert_false(qr_is_dark(&qr, -1, i));
		assert_false(qr_is_dark(&qr, i, 21));
		assert_false(qr_is_dark(&qr, 21, i));
	}
}

/* Light is the foreground: 231 is white, 16 is black. */
static const char *expected_cell(const struct qr *qr, long x, long y)
{
	if (qr_is_dark(qr, x, y))
		return qr_is_dark(qr, x, y + 1) ? " " : "▄";
	return qr_is_dark(qr, x, y + 1) ? "▀" : "█";
}

/* The code has 21 rows and 8 of quiet zone: the last line has nothing below, light. */
static void draws_on_a_terminal(void **state)
{
	CLEANUP(qr_release) struct qr qr = QR_INIT;
	CLEANUP(buf_release) struct buf out = BUF_INIT;
	CLEANUP(buf_release) struct buf expected = BUF_INIT;

	(void)state;
	encode_text("wgctl", &qr);
	for (long row = 0; row < 15; row++) {
		buf_add(&expected, "\033[38;5;231m\033[48;5;16m");
		for (long x = 0; x < 29; x++)
			buf_add(&expected, expected_cell(&qr, x - 4, 2 * row - 4));
		buf_add(&expected, "\033[0m\n");
	}
	qr_terminal(&qr, &out);
	assert_string_equal(out.text, expected.text);
	assert_int_equal(qr_rows(&qr), 15);
	assert_int_equal(qr_columns(&qr), 29);
}

static unsigned char *read_png(const struct buf *file, unsigned *side)
{
	png_image image = {.version = PNG_IMAGE_VERSION};

	assert_true(png_image_begin_read_from_memory(&image, file->text, file->len));
	image.format = PNG_FORMAT_GRAY;
	assert_int_equal(image.width, image.height);
	*side = image.width;
	unsigned char *pixels = xmalloc(PNG_IMAGE_SIZE(image));
	assert_true(png_image_finish_read(&image, NULL, pixels, 0, NULL));
	return pixels;
}

static void writes_png(void **state)
{
	static const unsigned scales[] = {1, 2, 3, 4, 8, 64};
	CLEANUP(qr_release) struct qr qr = QR_INIT;

	(void)state;
	encode_text("wgctl", &qr);
	for (size_t i = 0; i < ARRAY_SIZE(scales); i++) {
		CLEANUP(err_release) struct err err = ERR_INIT;
		CLEANUP(buf_release) struct buf out = BUF_INIT;
		unsigned side;

		assert_int_equal(qr_png(&qr, scales[i], &out, &err), 0);
		CLEANUP_FREE unsigned char *pixels = read_png(&out, &side);
		assert_int_equal(side, 29 * scales[i]);
		for (unsigned y = 0; y < side; y++) {
			for (unsigned x = 0; x < side; x++)
				assert_int_equal(pixels[y * side + x],
					qr_is_dark(&qr, (long)(x / scales[i]) - 4,
						(long)(y / scales[i]) - 4)
						? 0
						: 255);
		}
		/* One bit a pixel, grey: bytes 24 and 25 of the file. */
		assert_memory_equal(out.text + 24, "\1\0", 2);
	}
}

/* libpng's buffers and ours, as far as they were freed. */
static void wipes_what_png_leaves(void **state)
{
	CLEANUP(err_release) struct err err = ERR_INIT;
	CLEANUP(qr_release) struct qr qr = QR_INIT;
	CLEANUP(buf_release) struct buf out = BUF_INIT;

	(void)state;
	encode_text("wgctl", &qr);
	was_wiped = true;
	is_watching = true;
	assert_int_equal(qr_png(&qr, 4, &out, &err), 0);
	qr_release(&qr);
	buf_release(&out);
	is_watching = false;
	assert_true(was_wiped);
}

static void refuses_scales(void **state)
{
	static const unsigned scales[] = {0, 65, UINT32_MAX};
	CLEANUP(qr_release) struct qr qr = QR_INIT;
	CLEANUP(buf_release) struct buf out = BUF_INIT;

	(void)state;
	encode_text("wgctl", &qr);
	for (size_t i = 0; i < ARRAY_SIZE(scales); i++) {
		CLEANUP(err_release) struct err err = ERR_INIT;

		assert_int_equal(qr_png(&qr, scales[i], &out, &err), -1);
		assert_non_null(strstr(err.entries[0].message, "pixels a module"));
		assert_int_equal(out.len, 0);
	}
}

/* Paints the rectangles of the path and compares the picture with the matrix. */
static void writes_svg(void **state)
{
	CLEANUP(qr_release) struct qr qr = QR_INIT;
	CLEANUP(buf_release) struct buf out = BUF_INIT;
	bool dark[29][29] = {{false}};
	long x, y, run, back;
	int used;

	(void)state;
	encode_text("wgctl", &qr);
	qr_svg(&qr, &out);
	assert_non_null(strstr(out.text, "viewBox=\"0 0 29 29\""));
	assert_non_null(strstr(out.text, "shape-rendering=\"crispEdges\""));
	assert_non_null(
		strstr(out.text, "<rect width=\"29\" height=\"29\" fill=\"#fff\"/>"));
	const char *at = strstr(out.text, " d=\"");
	assert_non_null(at);
	at += 4;
	while (sscanf(at, "M%ld,%ldh%ldv1h-%ldz%n", &x, &y, &run, &back, &used) == 4) {
		assert_int_equal(run, back);
		for (long i = 0; i < run; i++)
			dark[y][x + i] = true;
		at += used;
	}
	assert_string_equal(at, "\" fill=\"#000\"/>\n</svg>\n");
	for (y = 0; y < 29; y++) {
		for (x = 0; x < 29; x++)
			assert_int_equal(dark[y][x], qr_is_dark(&qr, x - 4, y - 4));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_the_smallest_version),
		cmocka_unit_test(stays_in_byte_mode),
		cmocka_unit_test(refuses_what_does_not_fit),
		cmocka_unit_test(tells_dark_from_light),
		cmocka_unit_test(draws_on_a_terminal),
		cmocka_unit_test(writes_png),
		cmocka_unit_test(wipes_what_png_leaves),
		cmocka_unit_test(refuses_scales),
		cmocka_unit_test(writes_svg),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
