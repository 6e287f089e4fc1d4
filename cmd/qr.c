/* SPDX-License-Identifier: MIT */
/* wgctl qr: a node's configuration as a QR code. */
#include <sys/ioctl.h>
#include <unistd.h>

#include "cmd.h"
#include "context.h"
#include "disk/output.h"
#include "nodetext.h"
#include "out.h"
#include "render/qr.h"

enum { PIXELS_PER_MODULE = 8 };

static int encode(const struct invocation *in, struct qr *qr, struct err *err)
{
	CLEANUP(context_release) struct context context = CONTEXT_INIT;
	CLEANUP(buf_release) struct buf text = BUF_INIT;
	struct nodetext_about about;
	const char *name = in->argv[0];

	if (context_open_keys(&context, in->common, err) < 0 ||
		nodetext_render(&context, name, &text, &about, err) < 0)
		return -1;
	if (!about.has_private_key)
		return err_set(err,
			"'%s' keeps its private key, so a scan would give no working "
			"tunnel: take 'wgctl config %s' to the device instead",
			name, name);
	if (text.len > QR_EASY_BYTES && text.len <= QR_MAX_BYTES)
		say(in->common,
			"%zu bytes make a dense code that some phones cannot read; fewer "
			"networks in AllowedIPs make it smaller",
			text.len);
	return qr_encode(text.text, text.len, qr, err);
}

/* A code that is wrapped or scrolled away cannot be scanned. */
static int check_window(const struct qr *qr, const char *name, struct err *err)
{
	struct winsize window;

	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) < 0 ||
		!window.ws_col || !window.ws_row)
		return 0;
	if (window.ws_col >= qr_columns(qr) && window.ws_row > qr_rows(qr))
		return 0;
	return err_set(err,
		"the code needs %zu columns and %zu rows, this window has %d and %d: make "
		"it larger or its letters smaller, or write a picture with "
		"'wgctl qr %s --png FILE'",
		qr_columns(qr), qr_rows(qr) + 1, window.ws_col, window.ws_row, name);
}

static int show(const struct qr *qr, const char *name, struct err *err)
{
	CLEANUP(buf_release) struct buf picture = BUF_INIT;

	if (check_window(qr, name, err) < 0)
		return -1;
	qr_terminal(qr, &picture);
	out_text(&picture);
	return 0;
}

static int write_png(const struct qr *qr, const char *file, struct err *err)
{
	CLEANUP(buf_release) struct buf picture = BUF_INIT;

	if (qr_png(qr, PIXELS_PER_MODULE, &picture, err) < 0)
		return -1;
	return output_file(file, picture.text, picture.len, err);
}

static int write_svg(const struct qr *qr, const char *file, struct err *err)
{
	CLEANUP(buf_release) struct buf picture = BUF_INIT;

	qr_svg(qr, &picture);
	return output_file(file, picture.text, picture.len, err);
}

static enum status qr_run(const struct invocation *in, struct err *err)
{
	CLEANUP(qr_release) struct qr qr = QR_INIT;
	const char *png = opt_value(in->opts, "png"), *svg = opt_value(in->opts, "svg");

	if (encode(in, &qr, err) < 0)
		return err->status;
	if ((png && write_png(&qr, png, err) < 0) ||
		(svg && write_svg(&qr, svg, err) < 0))
		return err->status;
	if (!png && !svg && show(&qr, in->argv[0], err) < 0)
		return err->status;
	return STATUS_DONE;
}

static const struct opt opts[] = {
	{0, "png", "FILE", "write a PNG picture instead"},
	{0, "svg", "FILE", "write an SVG picture instead"},
	{0},
};

const struct cmd cmd_qr = {
	.name = "qr",
	.args = "NAME",
	.summary = "show a node's configuration as a QR code",
	.details =
		"The WireGuard app of a phone scans it: add a tunnel, scan from QR code. It\n"
		"holds exactly what 'wgctl config NAME' prints, private key included; the\n"
		"pictures are written so that only you can read them.",
	.min_args = 1,
	.max_args = 1,
	.opts = opts,
	.completes = "nodes",
	.run = qr_run,
};
