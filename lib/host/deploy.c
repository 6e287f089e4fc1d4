/* SPDX-License-Identifier: MIT */
/* The life of a change: look, wait for the turn, change, come back and confirm. */
#include "host/deploy.h"

#include <poll.h>
#include <pthread.h>
#include <string.h>

#include "host/clock.h"
#include "host/crew.h"
#include "host/order.h"
#include "host/path.h"
#include "host/root.h"
#include "host/run.h"
#include "render/script.h"

/*
 * WORK_MS: a change is at work for so long at most before it waits. UNDO_MS: a host that
 * goes back by itself has done so.
 */
enum {
	RETRY_MS = 2000,
	GRACE_MS = 30000,
	UNDO_MS = 15000,
	WORK_MS = RUN_TIMEOUT_MS * 2,
};

struct fleet {
	const struct deploy_options *options;
	struct deploy_job *jobs;
	struct path path;
	struct order order;
	pthread_mutex_t lock; /* for the callbacks, and the reports, which they read */
};

/* A job on its way. */
struct effort {
	struct fleet *fleet;
	struct deploy_job *job;
	size_t index;
	struct path_session first; /* looked through it, and changed */
	struct buf go;		   /* the second part of the script */
	bool told_ready, sent;	   /* sent: from here on the host may have been changed */
	bool told_waiting;
	int64_t ready_at, held_ms; /* when it could be changed, and waited for its turn */
	int64_t window_at; /* when the change began to wait; at first, when it was sent */
};

/* What one try to have a change confirmed has come to. */
enum answer {
	ANSWER_NONE,	/* not reached, or not understood */
	ANSWER_REFUSED, /* not let in: as SESSION_REFUSED */
	ANSWER_BUSY,	/* the host does not know yet */
	ANSWER_FINAL,
};

const char *deploy_outcome_name(enum deploy_outcome outcome)
{
	static const char *const names[] = {
		[DEPLOY_FAILED] = "failed",
		[DEPLOY_UNCHANGED] = "unchanged",
		[DEPLOY_CHANGED] = "changed",
		[DEPLOY_CONFIRMED] = "confirmed",
		[DEPLOY_PLANNED] = "to change",
		[DEPLOY_ROLLED_BACK] = "rolled back",
		[DEPLOY_UNKNOWN] = "unknown",
	};

	return names[outcome];
}

static void take_line(void *context, const char *line, size_t len)
{
	struct effort *effort = context;
	struct report *report = &effort->job->report;
	const bool was_pending = report->stage == REPORT_PENDING;

	pthread_mutex_lock(&effort->fleet->lock);
	report_take(report, effort->job->nonce, line, len);
	pthread_mutex_unlock(&effort->fleet->lock);
	if (report->stage == REPORT_PENDING && !was_pending)
		effort->window_at = clock_ms();
}

static bool is_cancelled(const struct fleet *fleet)
{
	struct pollfd fd = {.fd = fleet->options->transport->cancel_fd, .events = POLLIN};

	return fd.fd >= 0 && poll(&fd, 1, 0) == 1;
}

/* A line that comes while the user reads the plan has to wait, with its host. */
static bool ask_user(void *context)
{
	struct fleet *fleet = context;

	pthread_mutex_lock(&fleet->lock);
	const bool answer = fleet->options->approve(fleet->options->context);
	pthread_mutex_unlock(&fleet->lock);
	return answer;
}

static enum order_word ask_for_turn(struct effort *effort)
{
	struct order *order = &effort->fleet->order;

	/* The hub that was waited for may have ended for no other reason. */
	if (is_cancelled(effort->fleet))
		order_stop(order);
	const enum order_word word = order_ask(order, effort->index);
	effort->held_ms = clock_ms() - effort->ready_at;
	return word;
}

static enum run_more give_more(void *context, const void **input, size_t *len)
{
	struct effort *effort = context;
	const struct deploy_options *options = effort->fleet->options;
	struct order *order = &effort->fleet->order;
	enum order_word word = ORDER_STAY;

	if (effort->job->report.stage == REPORT_CUT && !effort->job->report.broken)
		return RUN_MORE_LATER;
	if (effort->job->report.stage == REPORT_READY && !options->plan_only) {
		if (!effort->told_ready) {
			effort->ready_at = clock_ms();
			order_ready(order, effort->index);
		}
		effort->told_ready = true;
		word = ask_for_turn(effort);
	}
	if (word == ORDER_WAIT)
		return RUN_MORE_HELD;
	if (word == ORDER_GO) {
		script_change(options->window, &effort->go);
		effort->sent = true;
		effort->window_at = clock_ms();
	}
	*input = effort->go.text;
	*len = effort->go.len;
	return RUN_MORE_LAST;
}

/* -1 where the connection, or root, was not to be had, or was lost. */
static int look_and_change(struct effort *effort)
{
	CLEANUP(run_result_release) struct run_result result = RUN_RESULT_INIT;
	struct deploy_job *job = effort->job;
	const struct run_options options = {
		.timeout_ms = WORK_MS,
		.line = take_line,
		.more = give_more,
		.context = effort,
	};

	if (path_open(&effort->fleet->path, job->node, &effort->first, &job->err) < 0 ||
		session_run_as_root(effort->first.session, job->look.text, job->look.len,
			&options, &result, &job->err) < 0)
		return -1;
	return report_check(&job->report, &job->err);
}

/* Runs a script that decides on the change; its report goes to `report`. */
static int run_decision(struct session *session, const struct buf *script,
	const char *nonce, struct report *report, struct err *err)
{
	CLEANUP(run_result_release) struct run_result result = RUN_RESULT_INIT;
	const char *line, *newline;

	if (session_run_as_root(session, script->text, script->len, NULL, &result, err) <
		0)
		return -1;
	for (line = result.out.text; (newline = strchr(line, '\n')); line = newline + 1)
		report_take(report, nonce, line, (size_t)(newline - line));
	if (report_check(report, err) < 0)
		return -1;
	if (report->stage == REPORT_CUT)
		return err_set(err, "the host did not say what became of the change");
	if (report->stage == REPORT_BUSY)
		return err_set(err, "%s", report->why);
	return 0;
}

/* Appends what a host says, with the name of the node behind a public key in it. */
static void add_named(const struct site *site, const char *text, struct buf *out)
{
	enum { KEY_LENGTH = KEY_TEXT_SIZE - 1 };

	while (*text) {
		const size_t len = strcspn(text, " ,;:");
		char word[KEY_TEXT_SIZE];
		struct key key;

		buf_add_mem(out, text, len);
		if (len == KEY_LENGTH) {
			memcpy(word, text, len);
			word[len] = '\0';
			const struct node *node =
				key_parse(word, &key) ? site_find_key(site, &key) : NULL;
			if (node)
				buf_addf(out, " ('%s')", node->name);
		}
		text += len;
		if (*text)
			buf_add_char(out, *text++);
	}
}

static void set_why(struct effort *effort, const char *why)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT;

	add_named(
		effort->fleet->options->site, why ? why : "the host said nothing", &text);
	err_set(&effort->job->err, "%s", text.text);
}

/* What a decision, or a look that went no further, means for the job. */
static void conclude(struct effort *effort, const struct report *report)
{
	struct deploy_job *job = effort->job;

	switch (report->stage) {
	case REPORT_DONE:
		job->outcome = DEPLOY_CHANGED;
		return;
	case REPORT_ROLLED_BACK:
		job->outcome = DEPLOY_ROLLED_BACK;
		break;
	default:
		job->outcome = DEPLOY_FAILED;
		break;
	}
	set_why(effort, report->why);
}

/* One try over a new connection; `err` says why its answer is not final. */
static enum answer try_to_confirm(
	struct effort *effort, const char *token, struct err *err)
{
	CLEANUP(path_close) struct path_session session = {.session = NULL};
	CLEANUP(report_release) struct report report = REPORT_INIT;
	CLEANUP(buf_release) struct buf script = BUF_INIT;
	struct deploy_job *job = effort->job;

	script_confirm(job->node, token, job->nonce, &script);
	const int rc = path_open(&effort->fleet->path, job->node, &session, err);
	if (rc < 0)
		return rc == SESSION_REFUSED ? ANSWER_REFUSED : ANSWER_NONE;
	if (run_decision(session.session, &script, job->nonce, &report, err) < 0)
		return report.stage == REPORT_BUSY ? ANSWER_BUSY : ANSWER_NONE;
	err_release(&job->err);
	conclude(effort, &report);
	return ANSWER_FINAL;
}

/* Over the connection that is still there, so that nobody has to wait for the timer. */
static bool try_to_abandon(struct effort *effort, const char *token, const char *why)
{
	CLEANUP(report_release) struct report report = REPORT_INIT;
	CLEANUP(buf_release) struct buf script = BUF_INIT;
	CLEANUP(err_release) struct err err = ERR_INIT;
	struct deploy_job *job = effort->job;

	if (!effort->first.session || effort->first.session->fault != SESSION_FINE)
		return false;
	script_abandon(job->node, token, job->nonce, why, &script);
	if (run_decision(effort->first.session, &script, job->nonce, &report, &err) < 0)
		return false;
	err_release(&job->err);
	conclude(effort, &report);
	return true;
}

/* False where the user gave up meanwhile. */
static bool rest_until(const struct fleet *fleet, int64_t until)
{
	struct pollfd fd = {.fd = fleet->options->transport->cancel_fd, .events = POLLIN};

	return poll(&fd, fd.fd >= 0 ? 1 : 0, clock_left(until)) == 0;
}

static void give_up(struct effort *effort, const struct err *last)
{
	struct deploy_job *job = effort->job;
	const char *reason = err_is_set(last) ? last->entries[0].message : "interrupted";

	err_release(&job->err);
	job->outcome = DEPLOY_UNKNOWN;
	err_set(&job->err,
		"not confirmed: %s; within %u s of the change the host goes back by itself, "
		"then 'wgctl confirm %s' tells",
		reason, effort->fleet->options->window, job->node->name);
}

/* The first time that a confirmation does not come at once. */
static void tell_waiting(struct effort *effort, const struct err *reason)
{
	struct fleet *fleet = effort->fleet;

	if (effort->told_waiting || !fleet->options->waits)
		return;
	effort->told_waiting = true;
	pthread_mutex_lock(&fleet->lock);
	fleet->options->waits(
		fleet->options->context, effort->job, reason->entries[0].message);
	pthread_mutex_unlock(&fleet->lock);
}

/* A host that went back by itself does not know what the laptop has met with. */
static void add_reason(struct deploy_job *job, const struct err *last)
{
	CLEANUP(buf_release) struct buf why = BUF_INIT;

	if (job->outcome != DEPLOY_ROLLED_BACK || !err_is_set(last))
		return;
	buf_addf(&why, "%s; %s", job->err.entries[0].message, last->entries[0].message);
	err_release(&job->err);
	err_set(&job->err, "%s", why.text);
}

/* The tries to have one change confirmed. */
struct tries {
	int64_t window;
	int64_t patience; /* until then a host that is busy may still be at work */
	struct err last;  /* why the last one was not final */
	bool busy;	  /* it was that the host is */
	bool abandoned;
	unsigned refused;
};

/* Where the host is not to be asked again, or for long enough already. */
static bool is_to_abandon(
	const struct effort *effort, const struct tries *tries, enum answer answer)
{
	return !tries->abandoned &&
	       (answer == ANSWER_REFUSED ||
		       clock_ms() > effort->window_at + tries->window / 2);
}

/* True when it is known what became of the change. */
static bool try_once(struct effort *effort, const char *token, struct tries *tries)
{
	CLEANUP(err_release) struct err reason = ERR_INIT;
	const enum answer answer = try_to_confirm(effort, token, &reason);

	if (answer == ANSWER_FINAL) {
		if (!tries->busy)
			add_reason(effort->job, &tries->last);
		return true;
	}
	err_release(&tries->last);
	tries->last = reason;
	reason = (struct err)ERR_INIT;
	tries->busy = answer == ANSWER_BUSY;
	tries->refused += answer == ANSWER_REFUSED;
	if (tries->busy && effort->job->report.stage != REPORT_PENDING &&
		clock_ms() < tries->patience)
		effort->window_at = clock_ms();
	if (is_to_abandon(effort, tries, answer)) {
		tries->abandoned = true;
		if (try_to_abandon(effort, token, tries->last.entries[0].message))
			return true;
	}
	tell_waiting(effort, &tries->last);
	return false;
}

/* A host that has refused us is asked once more, when it must have gone back. */
static int64_t next_try(const struct effort *effort, const struct tries *tries)
{
	const int64_t soon = clock_ms() + RETRY_MS;
	const int64_t late = effort->window_at + tries->window + UNDO_MS;

	return tries->refused && late > soon ? late : soon;
}

/*
 * Until the host has said for good what became of the change: past the end of the window,
 * since by then it has gone back and can be reached again. One that did not say that it
 * waits may begin to at any time after its last word, or after it was last found at work.
 */
static void confirm(struct effort *effort, const char *token)
{
	const struct fleet *fleet = effort->fleet;
	struct tries tries = {
		.window = (int64_t)fleet->options->window * 1000,
		.patience = effort->window_at + WORK_MS,
		.last = ERR_INIT,
	};
	bool known = false, goes_on = !is_cancelled(fleet);

	if (effort->job->report.stage != REPORT_PENDING &&
		effort->first.session->heard_at > effort->window_at)
		effort->window_at = effort->first.session->heard_at;
	while (goes_on) {
		known = try_once(effort, token, &tries);
		goes_on = !known && tries.refused < 2 &&
			  rest_until(fleet, next_try(effort, &tries)) &&
			  clock_ms() < effort->window_at + tries.window + GRACE_MS;
	}
	if (!known)
		give_up(effort, &tries.last);
	err_release(&tries.last);
}

static void say_why_planned(struct effort *effort)
{
	effort->job->outcome = DEPLOY_PLANNED;
	if (!effort->fleet->options->plan_only && order_is_stopped(&effort->fleet->order))
		err_set(&effort->job->err, "not changed, since the deploy was stopped");
}

static void do_job(struct effort *effort)
{
	struct deploy_job *job = effort->job;
	const int result = look_and_change(effort);

	job->outcome = DEPLOY_FAILED;
	if (result < 0 && !effort->sent)
		return;
	if (job->report.stage == REPORT_PENDING) {
		const char *token = job->report.token;

		confirm(effort, token);
		if (!effort->sent && job->outcome == DEPLOY_CHANGED)
			job->outcome = DEPLOY_CONFIRMED;
	} else if (result < 0) {
		confirm(effort, job->nonce);
	} else if (job->report.stage == REPORT_READY && !effort->sent) {
		say_why_planned(effort);
	} else if (job->report.stage == REPORT_DONE) {
		job->outcome = DEPLOY_UNCHANGED;
	} else if (effort->sent && job->report.stage == REPORT_READY) {
		confirm(effort, job->nonce);
	} else if (job->report.stage == REPORT_CUT) {
		err_set(&job->err,
			"the host stopped in the midst of it; nothing was changed");
	} else {
		conclude(effort, &job->report);
	}
}

/* What failed before the user is asked is told before he is asked. */
static void end_job(struct fleet *fleet, size_t i)
{
	pthread_mutex_lock(&fleet->lock);
	if (fleet->options->ended)
		fleet->options->ended(fleet->options->context, &fleet->jobs[i]);
	pthread_mutex_unlock(&fleet->lock);
	order_ended(&fleet->order, i);
}

/* True where the host may have been changed, and that did not come to a good end. */
static bool went_wrong(const struct effort *effort)
{
	switch (effort->job->outcome) {
	case DEPLOY_ROLLED_BACK:
	case DEPLOY_UNKNOWN:
		return true;
	case DEPLOY_FAILED:
		return effort->sent || effort->job->report.stage == REPORT_PENDING;
	default:
		return false;
	}
}

static void deploy_one(void *context, size_t i)
{
	struct fleet *fleet = context;
	struct effort effort = {
		.fleet = fleet, .job = &fleet->jobs[i], .index = i, .go = BUF_INIT};
	const int64_t began = clock_ms();

	do_job(&effort);
	effort.job->took_ms = clock_ms() - began - effort.held_ms;
	path_close(&effort.first);
	buf_release(&effort.go);
	if (went_wrong(&effort))
		order_stop(&fleet->order);
	end_job(fleet, i);
}

static void confirm_one(void *context, size_t i)
{
	struct fleet *fleet = context;
	struct effort effort = {.fleet = fleet, .job = &fleet->jobs[i], .go = BUF_INIT};
	CLEANUP(err_release) struct err err = ERR_INIT;
	const int64_t began = clock_ms();

	if (try_to_confirm(&effort, SCRIPT_ANY, &err) != ANSWER_FINAL) {
		fleet->jobs[i].outcome = DEPLOY_FAILED;
		err_set(&fleet->jobs[i].err, "%s", err.entries[0].message);
	} else if (fleet->jobs[i].outcome == DEPLOY_CHANGED) {
		fleet->jobs[i].outcome = DEPLOY_CONFIRMED;
	}
	effort.job->took_ms = clock_ms() - began;
	end_job(fleet, i);
}

static void run_fleet(const struct deploy_options *options, struct deploy_job *jobs,
	size_t count, void (*work)(void *context, size_t i))
{
	struct fleet fleet = {
		.options = options,
		.jobs = jobs,
		.lock = PTHREAD_MUTEX_INITIALIZER,
	};

	path_init(&fleet.path, options->transport, &options->site->hub);
	order_init(&fleet.order, count, count && jobs[0].node->is_hub);
	fleet.order.approve = options->approve ? ask_user : NULL;
	fleet.order.context = &fleet;
	crew_run(DEPLOY_WORKERS, count, work, &fleet);
	order_release(&fleet.order);
	path_release(&fleet.path);
	pthread_mutex_destroy(&fleet.lock);
}

void deploy_run(
	const struct deploy_options *options, struct deploy_job *jobs, size_t count)
{
	run_fleet(options, jobs, count, deploy_one);
}

void deploy_confirm(
	const struct deploy_options *options, struct deploy_job *jobs, size_t count)
{
	run_fleet(options, jobs, count, confirm_one);
}

void deploy_job_release(struct deploy_job *job)
{
	buf_release(&job->look);
	report_release(&job->report);
	err_release(&job->err);
}
