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
#include "host/clock.h"
#include "host/path.h"
#include "host/status.h"
#include "host/survey.h"
#include "human.h"
#include "interrupt.h"
#include "nonce.h"
#include "out.h"
#include "screen.h"
#include "status_report.h"

enum {
	WATCH_MS = 2000,
	/* The hub answers keepalives however long a question takes. */
	WATCH_SILENCE_MS = 15000,
	AGAIN_MS = 1000,
	AGAIN_MOST_MS = 30000,
};

/* The way to the hub, and what it leads through. */
struct line {
	struct progress progress;
	struct asking asking;
	struct transport transport;
	struct path path;
	struct path_session session;
	bool is_open;
	bool answered; /* the hub has, on this session */
	bool hopeless; /* to try again would change nothing */
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
	if (opt_flag(in->opts, "watch"))
		line->transport.silence_timeout_ms = WATCH_SILENCE_MS;
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

/* What was last seen; it stays when there is nothing newer. */
struct picture {
	struct buf head, body;
	time_t at; /* 0: nothing was seen yet */
};

static void picture_release(struct picture *picture)
{
	buf_release(&picture->head);
	buf_release(&picture->body);
}

/* When, a summary, and what `show` prints. */
static void compose(struct picture *picture, const struct site *site,
	const struct survey *survey, bool colored)
{
	char clock[16] = "";
	char *text = NULL;
	size_t len = 0;
	struct tm tm;
	FILE *stream = open_memstream(&text, &len);

	picture->at = time(NULL);
	buf_truncate(&picture->head, 0);
	buf_truncate(&picture->body, 0);
	if (localtime_r(&picture->at, &tm))
		strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	buf_addf(&picture->head, "%s at %s: ", site->name, clock);
	status_report_summary(survey, &picture->head);
	if (!stream)
		return;
	status_report_write(survey, stream, true, colored);
	if (fclose(stream) == 0)
		buf_add_mem(&picture->body, text, len);
	free(text);
}

/* `lost`: why it is not new, or NULL. */
static void draw(const struct picture *picture, const struct err *lost, bool colored)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT;
	const time_t age = time(NULL) - picture->at;

	buf_addf(&text, "%s\n", picture->head.text);
	if (lost) {
		buf_add(&text, out_style(colored, STYLE_YELLOW));
		buf_add(&text, "connection lost, trying again; this was ");
		human_ago(&text, age > 0 ? (uint64_t)age : 0);
		buf_addf(&text, " (%s)%s", lost->entries[0].message,
			out_style_end(colored, STYLE_YELLOW));
	}
	buf_addf(&text, "\n%s", picture->body.text);
	screen_draw(&text);
}

/* Asks the hub, over a new session where there is none. */
static int look(struct line *line, const struct site *site, bool colored,
	struct picture *picture, struct err *err)
{
	CLEANUP(status_release) struct hub_status status = HUB_STATUS_INIT;
	CLEANUP(survey_release) struct survey survey = SURVEY_INIT;
	struct path_session *session = &line->session;

	if (!session->session) {
		const int rc = path_open(&line->path, &site->hub, session, err);

		line->answered = false;
		line->hopeless = rc == SESSION_REFUSED;
		if (rc < 0)
			return -1;
	}
	if (ask(line, site, &status, &survey, err) < 0) {
		/* What ends a session may first end what runs in it: a reboot does. */
		line->hopeless =
			session->session->fault == SESSION_FINE && !line->answered;
		path_close(session);
		return -1;
	}
	line->answered = true;
	compose(picture, site, &survey, colored);
	return 0;
}

/* True once the user has pressed Ctrl-C, for which it waits so long. */
static bool is_over(const struct line *line, int ms)
{
	struct pollfd fd = {.fd = line->transport.cancel_fd, .events = POLLIN};

	return poll(&fd, 1, ms) > 0;
}

/* Its age is told anew each second. */
static void pause_lost(const struct line *line, const struct picture *picture,
	const struct err *lost, int64_t ms, bool colored)
{
	const int64_t end = clock_ms() + ms;

	do
		draw(picture, lost, colored);
	while (!is_over(line, clock_left(end) < 1000 ? clock_left(end) : 1000) &&
		clock_left(end));
}

/*
 * Until Ctrl-C, which is the way to end it and no failure. A hub that was seen once is
 * waited for; one that refuses us is not.
 */
static int watch(struct line *line, const struct site *site, const struct common *common,
	struct err *err)
{
	CLEANUP(picture_release)
	struct picture picture = {.head = BUF_INIT, .body = BUF_INIT};
	const bool colored = out_is_colored(common, stdout);
	int64_t again = AGAIN_MS;

	while (!is_over(line, 0)) {
		CLEANUP(err_release) struct err reason = ERR_INIT;

		if (look(line, site, colored, &picture, &reason) == 0) {
			draw(&picture, NULL, colored);
			again = AGAIN_MS;
			is_over(line, WATCH_MS);
		} else if (is_over(line, 0)) {
			break;
		} else if (line->hopeless || !picture.at) {
			return err_set(err, "%s", reason.entries[0].message);
		} else {
			pause_lost(line, &picture, &reason, again, colored);
			again = again * 2 < AGAIN_MOST_MS ? again * 2 : AGAIN_MOST_MS;
		}
	}
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
		"the hub differs from the site, and what to do about it.\n"
		"\n"
		"With --watch, a connection that was lost is made again; until then the last\n"
		"table stays, with its age. A host key or a login that is refused ends it.",
	.min_args = 0,
	.max_args = 0,
	.opts = opts,
	.json = true,
	.run = status_run,
};
