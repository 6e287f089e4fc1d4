/* SPDX-License-Identifier: MIT */
/*
 * Writes JSON (RFC 8259) into a buffer, indented by two spaces. It keeps count of commas
 * and nesting; the caller keeps objects and arrays balanced. Nothing here reads JSON.
 */
#ifndef WGCTL_BASE_JSON_H
#define WGCTL_BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

enum { JSON_DEPTH = 16 };

struct json {
	struct buf *out;
	unsigned depth;
	bool filled[JSON_DEPTH]; /* a value stands in the container of this depth */
};

void json_init(struct json *json, struct buf *out);

/* `key` is the member's name inside an object, NULL inside an array and at the top. */
void json_object(struct json *json, const char *key);
void json_object_end(struct json *json);
void json_array(struct json *json, const char *key);
void json_array_end(struct json *json);

/*
 * A NULL string is written as null. Bytes that are not UTF-8 become U+FFFD, and characters
 * that a terminal would obey (utf8_is_deceptive) are escaped.
 */
void json_string(struct json *json, const char *key, const char *value);
void json_uint(struct json *json, const char *key, uint64_t value);
/* The value divided by 1000, with its three decimals: 12.345. */
void json_thousandths(struct json *json, const char *key, uint64_t value);
void json_bool(struct json *json, const char *key, bool value);

#endif
