/* SPDX-License-Identifier: MIT */
/* Questions from several threads, put one after the other. */
#include "asking.h"

#include <stdlib.h>
#include <string.h>

#include "out.h"
#include "prompt.h"

/* An answer that is not asked for again. A list: there are few. */
struct secret {
	struct secret *next;
	char *question;
	struct buf text;
};

static struct asking *begin(void *context)
{
	struct asking *asking = context;

	pthread_mutex_lock(&asking->lock);
	progress_end(asking->progress);
	return asking;
}

static void end(struct asking *asking)
{
	pthread_mutex_unlock(&asking->lock);
}

static bool ask_host_key(
	void *context, const char *host, const char *type, const char *fingerprint)
{
	CLEANUP(err_release) struct err err = ERR_INIT;
	CLEANUP(buf_release) struct buf question = BUF_INIT;
	struct asking *asking = begin(context);
	bool answer = false;

	buf_addf(&question, "'%s' is not known yet; its %s key is %s. Trust it?", host,
		type, fingerprint);
	if (prompt_yes_no(question.text, false, &answer, &err) < 0)
		answer = false;
	end(asking);
	return answer;
}

static const struct secret *find(const struct asking *asking, const char *question)
{
	for (const struct secret *known = asking->known; known; known = known->next)
		if (!strcmp(known->question, question))
			return known;
	return NULL;
}

static void remember(struct asking *asking, const char *question, const struct buf *text)
{
	struct secret *known = xcalloc(1, sizeof(*known));

	known->question = xstrdup(question);
	known->text = (struct buf)BUF_INIT;
	buf_add_mem(&known->text, text->text, text->len);
	known->next = asking->known;
	asking->known = known;
}

static bool ask_secret(struct asking *asking, const char *question, struct buf *out)
{
	CLEANUP(err_release) struct err err = ERR_INIT;
	const struct secret *known = find(asking, question);

	if (known) {
		buf_add_mem(out, known->text.text, known->text.len);
		return true;
	}
	if (prompt_secret(question, out, &err) < 0 || !out->len)
		return false;
	remember(asking, question, out);
	return true;
}

static bool ask_passphrase(void *context, const char *file, struct buf *out)
{
	CLEANUP(buf_release) struct buf question = BUF_INIT;
	struct asking *asking = begin(context);

	buf_addf(&question, "passphrase of '%s'", file);
	const bool answered = ask_secret(asking, question.text, out);
	end(asking);
	return answered;
}

static bool ask_sudo_password(
	void *context, const char *user, const char *host, struct buf *out)
{
	CLEANUP(buf_release) struct buf question = BUF_INIT;
	struct asking *asking = begin(context);

	buf_addf(&question, "password of '%s' on '%s', for sudo", user, host);
	const bool answered = ask_secret(asking, question.text, out);
	end(asking);
	return answered;
}

void asking_init(
	struct asking *asking, struct progress *progress, struct transport *transport)
{
	*asking = (struct asking){
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.progress = progress,
	};
	if (!prompt_available())
		return;
	transport->ask = (struct ask){
		.context = asking,
		.host_key = ask_host_key,
		.passphrase = ask_passphrase,
		.sudo_password = ask_sudo_password,
	};
}

void asking_release(struct asking *asking)
{
	while (asking->known) {
		struct secret *next = asking->known->next;

		buf_release(&asking->known->text);
		free(asking->known->question);
		free(asking->known);
		asking->known = next;
	}
	pthread_mutex_destroy(&asking->lock);
}
