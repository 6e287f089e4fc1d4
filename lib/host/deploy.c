/* SPDX-License-Identifier: MIT */
/* One session, one script, one report for each host. */
#include "host/deploy.h"

#include <pthread.h>

#include "host/crew.h"
#include "host/root.h"
#include "host/run.h"
#include "host/session.h"

struct fleet {
	struct transport *transport;
	struct deploy_job *jobs;
	const struct deploy_watch *watch;
	pthread_mutex_t lock; /* for the watch and the count */
	size_t failed;
};

static int run_script(struct session *session, struct deploy_job *job)
{
	CLEANUP(run_result_release) struct run_result result = RUN_RESULT_INIT;

	if (session_run_as_root(session, job->script.text, job->script.len, NULL, &result,
		    &job->err) < 0)
		return -1;
	if (report_parse(result.out.text, result.out.len, job->nonce, &job->report,
		    &job->err) < 0)
		return -1;
	if (job->report.failure)
		return err_set(&job->err, "%s", job->report.failure);
	return 0;
}

static int do_job(struct transport *transport, struct deploy_job *job)
{
	struct session *session = NULL;

	if (!job->node->ssh.host)
		return err_set(&job->err,
			"site.yaml has no 'ssh' for it: add one, or take 'wgctl script %s' "
			"to the host",
			job->node->name);
	if (session_open(transport, &job->node->ssh, NULL, &session, &job->err) < 0)
		return -1;
	int result = run_script(session, job);
	session_close(session);
	return result;
}

static void work(void *context, size_t i)
{
	struct fleet *fleet = context;
	struct deploy_job *job = &fleet->jobs[i];
	const int result = do_job(fleet->transport, job);

	pthread_mutex_lock(&fleet->lock);
	if (result < 0)
		fleet->failed++;
	if (fleet->watch)
		fleet->watch->ended(fleet->watch->context, job);
	pthread_mutex_unlock(&fleet->lock);
}

size_t deploy_run(struct transport *transport, struct deploy_job *jobs, size_t count,
	const struct deploy_watch *watch)
{
	struct fleet fleet = {
		.transport = transport,
		.jobs = jobs,
		.watch = watch,
		.lock = PTHREAD_MUTEX_INITIALIZER,
	};

	crew_run(DEPLOY_WORKERS, count, work, &fleet);
	pthread_mutex_destroy(&fleet.lock);
	return fleet.failed;
}

void deploy_job_release(struct deploy_job *job)
{
	buf_release(&job->script);
	report_release(&job->report);
	err_release(&job->err);
}
