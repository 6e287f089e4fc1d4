/* SPDX-License-Identifier: MIT */
/* wgctl status: who is connected, seen from the hub. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "asking.h"
#include "cmd.h"
#include "context.h"
#include "host/path.h"
#include "host/status.h"
#include "host/survey.h"
#include "interrupt.h"
#include "nonce.h"
#include "out.h"
#include "screen.h"
#include "status_report.h"

enum { WATCH_MS = 2000 };

/* The way to the hub, and what it leads through. */
struct line {
	struct progress progress;
	struct asking asking;
	struct transport transport;
	struct path path;
	struct path_session session;
	bool is_open;
};

static void line_release(struct line *line)
{
	if (!line->is_open)
		return;
	path_close(&line->session);
	path_release(&line->path);
	asking_release(&line->asking);
	transport_release(&line->transport);
}

static int line_open(struct line *line, const struct invocation *in,
	const struct node *hub, struct err *err)
{
	int cancel_fd;

	if (!node_has_ssh(hub))
		return err_usage(err,
			"the hub has no 'ssh' in site.yaml: add one, so that it can be asked");
	if (interrupt_catch(&cancel_fd, err) < 0)
		return -1;
	transport_init(&line->transport);
	progress_init(&line->progress, in->common, "asking", 1);
	asking_init(&line->asking, &line->progress, &line->transport);
	line->transport.cancel_fd = cancel_fd;
	line->transport.config_file = in->common->ssh_config;
	line->transport.accept_new_host_key = opt_flag(in->opts, "accept-new-host-key");
	path_init(&line->path, &line->transport, hub);
	line->is_open = true;
	return path_open(&line->path, hub, &line->session, err);
}

static int ask(struct line *line, const struct site *site, struct hub_status *status,
	struct survey *survey, struct err *err)
{
	char nonce[NONCE_TEXT_SIZE];

	nonce_make(nonce);
	if (status_ask(line->session.session, &site->hub, nonce, status, err) < 0)
		return -1;
	survey_make(site, status, survey);
	return 0;
}

static int show(struct line *line, const struct site *site, const struct common *common,
	struct err *err)
{
	CLEANUP(status_release) struct hub_status status = HUB_STATUS_INIT;
	CLEANUP(survey_release) struct survey survey = SURVEY_INIT;

	if (ask(line, site, &status, &survey, err) < 0)
		return -1;
	if (common->json)
		status_report_json(site, &status, &survey);
	else
		status_report_write(&survey, stdout, isatty(STDOUT_FILENO) == 1,
			out_is_colored(common, stdout));
	return 0;
}

/* Now and its summary above what `show` prints. */
static void compose(const struct site *site, const struct survey *survey, bool colored,
	struct buf *out)
{
	const time_t now = time(NULL);
	char clock[16] = "";
	char *text = NULL;
	size_t len = 0;
	struct tm tm;
	FILE *stream = open_memstream(&text, &len);

	if (localtime_r(&now, &tm))
		strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	buf_addf(out, "%s at %s: ", site->name, clock);
	status_report_summary(survey, out);
	buf_add(out, "\n\n");
	if (!stream)
		return;
	status_report_write(survey, stream, true, colored);
	if (fclose(stream) == 0)
		buf_add_mem(out, text, len);
	free(text);
}

static int draw(struct line *line, const struct site *site, const struct common *common,
	struct err *err)
{
	CLEANUP(status_release) struct hub_status status = HUB_STATUS_INIT;
	CLEANUP(survey_release) struct survey survey = SURVEY_INIT;
	CLEANUP(buf_release) struct buf text = BUF_INIT;

	if (ask(line, site, &status, &survey, err) < 0)
		return -1;
	compose(site, &survey, out_is_colored(common, stdout), &text);
	screen_draw(&text);
	return 0;
}

/* Until Ctrl-C, which is the way to end it and no failure. */
static int watch(struct line *line, const struct site *site, const struct common *common,
	struct err *err)
{
	struct pollfd fd = {.fd = line->transport.cancel_fd, .events = POLLIN};
	CLEANUP(err_release) struct err reason = ERR_INIT;

	do {
		if (draw(line, site, common, &reason) == 0)
			continue;
		if (line->session.session->fault == SESSION_CANCELLED)
			break;
		return err_set(err, "%s", reason.entries[0].message);
	} while (poll(&fd, 1, WATCH_MS) == 0);
	putchar('\n');
	return 0;
}

static int check_watch(const struct common *common, struct err *err)
{
	if (common->json)
		return err_usage(err, "--watch and --json do not go together");
	if (isatty(STDOUT_FILENO) != 1)
		return err_usage(err, "--watch needs a terminal to draw on");
	return 0;
}

static enum status status_run(const struct invocation *in, struct err *err)
{
	CLEANUP(context_release) struct context context = CONTEXT_INIT;
	CLEANUP(line_release) struct line line = {.is_open = false};
	const struct site *site = &context.folder.site;
	const bool watches = opt_flag(in->opts, "watch");

	if ((watches && check_watch(in->common, err) < 0) ||
		context_open(&context, in->common, err) < 0 ||
		line_open(&line, in, &site->hub, err) < 0)
		return err->status;
	if ((watches ? watch : show)(&line, site, in->common, err) < 0)
		return err->status;
	return STATUS_DONE;
}

static const struct opt opts[] = {
	{0, "watch", NULL, "draw it again every 2 seconds, until Ctrl-C"},
	{0, "accept-new-host-key", NULL,
		"trust and record the hub if it is not known yet"},
	{0},
};

const struct cmd cmd_status = {
	.name = "status",
	.args = "",
	.summary = "show who is connected, seen from the hub",
	.details =
		"Asks the hub, and changes nothing. A spoke is online if its last handshake\n"
		"is less than 3 minutes old, and asleep if it is older; the transfer is what\n"
		"the hub has received (in) and sent (out). What follows the table is what on\n"
		"the hub differs from the site, and what to do about it.",
	.min_args = 0,
	.max_args = 0,
	.opts = opts,
	.json = true,
	.run = status_run,
};
