/* SPDX-License-Identifier: MIT */
/* Messages, source lines and carets. */
#include "report.h"

#include <string.h>

#include "base/buf.h"
#include "base/quote.h"
#include "base/utf8.h"
#include "out.h"

/* Of a long line, this many characters are shown before the column, and in all. */
enum { SHOWN_BEFORE = 60, SHOWN = 120 };

/* Words of the letters of base64 from this length on may be a key, a private one too. */
enum { KEY_LIKE = 32 };

/* A source line made fit for a terminal, and the blanks that lead to the column. */
struct excerpt {
	struct buf line, blanks;
};

static void excerpt_release(struct excerpt *excerpt)
{
	buf_release(&excerpt->line);
	buf_release(&excerpt->blanks);
}

static size_t character_length(const char *s, size_t len)
{
	uint32_t c;
	size_t used = utf8_decode(s, len, &c);

	return used ? used : 1;
}

static void add_blanks(struct buf *blanks, size_t count)
{
	while (count--)
		buf_add_char(blanks, ' ');
}

/* One character of the source; a tab stays, so that it is as wide above the caret. */
static void add_character(struct excerpt *excerpt, const char *s, size_t len, bool before)
{
	size_t start = excerpt->line.len;

	if (len == 1 && (*s == '\t' || *s == '\\')) {
		buf_add_char(&excerpt->line, *s);
		if (before)
			buf_add_char(&excerpt->blanks, *s == '\t' ? '\t' : ' ');
		return;
	}
	quote_display(&excerpt->line, s, len);
	if (before)
		add_blanks(&excerpt->blanks,
			out_width(excerpt->line.text + start, excerpt->line.len - start));
}

static void mask_keys(char *text)
{
	static const char base64[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789+/=-_";

	while (*text) {
		size_t len = strspn(text, base64);

		if (len >= KEY_LIKE)
			memset(text, '*', len);
		text += len ? len : 1;
	}
}

static void make_excerpt(struct excerpt *excerpt, const char *text, uint32_t col)
{
	size_t len = strlen(text), at = 0;
	uint32_t first = col > SHOWN_BEFORE + 1 && len > SHOWN ? col - SHOWN_BEFORE : 1;

	if (first > 1) {
		buf_add(&excerpt->line, "…");
		add_blanks(&excerpt->blanks, 1);
	}
	for (uint32_t i = 1; at < len; i++) {
		size_t used = character_length(text + at, len - at);

		if (i > first && i - first >= SHOWN) {
			buf_add(&excerpt->line, "…");
			break;
		}
		if (i >= first)
			add_character(excerpt, text + at, used, i < col);
		at += used;
	}
}

static void report_entry(FILE *stream, bool colored, const struct err_entry *entry)
{
	CLEANUP(excerpt_release) struct excerpt excerpt = {BUF_INIT, BUF_INIT};
	CLEANUP_FREE char *text = NULL;

	if (!entry->file) {
		fprintf(stream, "wgctl: %s\n", entry->message);
		return;
	}
	fprintf(stream, "%s%s:", out_style(colored, STYLE_BOLD), entry->file);
	if (entry->line)
		fprintf(stream, "%u:", entry->line);
	if (entry->line && entry->col)
		fprintf(stream, "%u:", entry->col);
	fprintf(stream, "%s %s\n", out_style_end(colored, STYLE_BOLD), entry->message);
	if (!entry->text || !*entry->text || !entry->col)
		return;
	text = xstrdup(entry->text);
	mask_keys(text);
	make_excerpt(&excerpt, text, entry->col);
	fprintf(stream, "%s\n%s%s^%s\n", excerpt.line.text, excerpt.blanks.text,
		out_style(colored, STYLE_RED), out_style_end(colored, STYLE_RED));
}

void report_errors(FILE *stream, bool colored, const struct err *err)
{
	for (size_t i = 0; i < err->count; i++)
		report_entry(stream, colored, &err->entries[i]);
	if (err->dropped)
		fprintf(stream, "wgctl: and %zu more\n", err->dropped);
}
