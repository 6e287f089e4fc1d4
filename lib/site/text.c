/* SPDX-License-Identifier: MIT */
/* What a text may consist of. */
#include "site/text.h"

#include <string.h>

#include "base/utf8.h"

static const char byte_order_mark[] = "\xef\xbb\xbf";

size_t text_mark_length(const struct source *source)
{
	size_t len = sizeof(byte_order_mark) - 1;

	return source->len >= len && !memcmp(source->text, byte_order_mark, len) ? len
										 : 0;
}

/*
 * U+FFFE and U+FFFF are no characters. The line breaks that YAML has beside \n and \r\n
 * (a lone \r, U+0085, U+2028, U+2029) are refused too, so all agree on what a line is.
 */
static bool is_refused(uint32_t c, const char *rest, size_t len)
{
	if (c == '\r')
		return len < 2 || rest[1] != '\n';
	if (c == '\n' || c == '\t')
		return false;
	return utf8_is_deceptive(c) || c == 0xfffe || c == 0xffff;
}

static int refuse(struct pos pos, uint32_t c, struct err *err)
{
	if (c == '\r')
		return err_at(err, pos,
			"carriage return without a line feed; end lines with \\n or \\r\\n");
	if (c < 0x20 || (c >= 0x7f && c < 0xa0))
		return err_at(err, pos, "control character U+%04X; remove it", c);
	return err_at(err, pos,
		"character U+%04X is invisible or changes what a reader sees; remove it",
		c);
}

size_t text_plain_length(const char *s, size_t len)
{
	size_t plain = 0;

	while (plain < len && s[plain] >= 0x20 && s[plain] < 0x7f)
		plain++;
	return plain;
}

int text_check(const struct source *source, struct err *err)
{
	struct pos pos = {.source = source, .line = 1, .col = 1};
	int status = 0;

	for (size_t at = text_mark_length(source), used; at < source->len; at += used) {
		const char *rest = source->text + at;
		uint32_t c = 0;

		used = text_plain_length(rest, source->len - at);
		if (used) {
			pos.col += (uint32_t)used;
			continue;
		}
		used = utf8_decode(rest, source->len - at, &c);
		if (!used)
			return err_at(err, pos,
				"byte 0x%02x is not UTF-8; save the file as UTF-8",
				(unsigned char)*rest);
		if (is_refused(c, rest, source->len - at))
			status = refuse(pos, c, err);
		pos.col++;
		if (c == '\n') {
			pos.line++;
			pos.col = 1;
		}
	}
	return status;
}
