/* SPDX-License-Identifier: MIT */
/* Escapes for people and for shells. */
#include "base/quote.h"

#include <string.h>

#include "base/utf8.h"

static void add_escape(struct buf *buf, uint32_t c)
{
	if (c == '\n')
		buf_add(buf, "\\n");
	else if (c == '\t')
		buf_add(buf, "\\t");
	else if (c == '\r')
		buf_add(buf, "\\r");
	else if (c == '\\')
		buf_add(buf, "\\\\");
	else if (c < 0x80)
		buf_addf(buf, "\\x%02x", c);
	else
		buf_addf(buf, "\\u{%x}", c);
}

void quote_display(struct buf *buf, const char *s, size_t len)
{
	while (len) {
		uint32_t c = 0;
		size_t used = utf8_decode(s, len, &c);

		if (!used) {
			buf_addf(buf, "\\x%02x", (unsigned char)*s);
			used = 1;
		} else if (c == '\\' || utf8_is_deceptive(c)) {
			add_escape(buf, c);
		} else {
			buf_add_mem(buf, s, used);
		}
		s += used;
		len -= used;
	}
}

void quote_last_line(struct buf *buf, const char *s, size_t len)
{
	const size_t most = 300;

	while (len && strchr("\r\n ", s[len - 1]))
		len--;
	size_t start = len;
	while (start && s[start - 1] != '\n' && len - start < most)
		start--;
	quote_display(buf, s + start, len - start);
}

void quote_shell(struct buf *buf, const char *s)
{
	buf_add_char(buf, '\'');
	for (; *s; s++) {
		if (*s == '\'')
			buf_add(buf, "'\\''");
		else
			buf_add_char(buf, *s);
	}
	buf_add_char(buf, '\'');
}
