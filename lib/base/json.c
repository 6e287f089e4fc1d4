/* SPDX-License-Identifier: MIT */
/* The JSON writer. */
#include "base/json.h"

#include <assert.h>
#include <string.h>

#include "base/utf8.h"

/* A UTF-16 pair beyond U+FFFF (RFC 8259 7). */
static void add_escape(struct buf *out, uint32_t c)
{
	if (c > 0xffff) {
		c -= 0x10000;
		buf_addf(out, "\\u%04x", 0xd800 + (c >> 10));
		c = 0xdc00 + (c & 0x3ff);
	}
	buf_addf(out, "\\u%04x", c);
}

static void add_text(struct buf *out, const char *s)
{
	size_t len = strlen(s);

	buf_add_char(out, '"');
	while (len) {
		uint32_t c = 0;
		size_t used = utf8_decode(s, len, &c);

		if (!used) {
			buf_add(out, "\xef\xbf\xbd");
			used = 1;
		} else if (c == '"' || c == '\\') {
			buf_addf(out, "\\%c", (char)c);
		} else if (utf8_is_deceptive(c)) {
			add_escape(out, c);
		} else {
			buf_add_mem(out, s, used);
		}
		s += used;
		len -= used;
	}
	buf_add_char(out, '"');
}

static void new_line(struct json *json)
{
	buf_add_char(json->out, '\n');
	for (unsigned i = 0; i < json->depth; i++)
		buf_add(json->out, "  ");
}

static void begin_value(struct json *json, const char *key)
{
	if (json->depth) {
		if (json->filled[json->depth])
			buf_add_char(json->out, ',');
		json->filled[json->depth] = true;
		new_line(json);
	}
	if (key) {
		add_text(json->out, key);
		buf_add(json->out, ": ");
	}
}

static void open_container(struct json *json, const char *key, char bracket)
{
	begin_value(json, key);
	buf_add_char(json->out, bracket);
	json->depth++;
	assert(json->depth < JSON_DEPTH);
	json->filled[json->depth] = false;
}

static void close_container(struct json *json, char bracket)
{
	bool filled = json->filled[json->depth];

	assert(json->depth > 0);
	json->depth--;
	if (filled)
		new_line(json);
	buf_add_char(json->out, bracket);
	if (!json->depth)
		buf_add_char(json->out, '\n');
}

void json_init(struct json *json, struct buf *out)
{
	*json = (struct json){.out = out};
}

void json_object(struct json *json, const char *key)
{
	open_container(json, key, '{');
}

void json_object_end(struct json *json)
{
	close_container(json, '}');
}

void json_array(struct json *json, const char *key)
{
	open_container(json, key, '[');
}

void json_array_end(struct json *json)
{
	close_container(json, ']');
}

void json_string(struct json *json, const char *key, const char *value)
{
	begin_value(json, key);
	if (value)
		add_text(json->out, value);
	else
		buf_add(json->out, "null");
}

void json_uint(struct json *json, const char *key, uint64_t value)
{
	begin_value(json, key);
	buf_addf(json->out, "%llu", (unsigned long long)value);
}

void json_thousandths(struct json *json, const char *key, uint64_t value)
{
	begin_value(json, key);
	buf_addf(json->out, "%llu.%03u", (unsigned long long)(value / 1000),
		(unsigned)(value % 1000));
}

void json_bool(struct json *json, const char *key, bool value)
{
	begin_value(json, key);
	buf_add(json->out, value ? "true" : "false");
}
