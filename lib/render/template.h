/* SPDX-License-Identifier: MIT */
/*
 * A small strict template renderer. Every text that leaves the program comes from a file
 * of templates/, embedded at build time.
 *
 *   {{name}}          the value, through the formatter of its type
 *   {{sh name}}       the value as one word of a POSIX shell
 *   {{yaml name}}     the value as a scalar of YAML, quoted where that is needed
 *   {{#name}}…{{/name}}  once for each item of a list; once for a flag that is on
 *   {{^name}}…{{/name}}  where the list is empty or the flag is off
 *   {{!comment}}      nothing
 *
 * A line that holds only one section tag or comment leaves no line behind. Text prints
 * only through one of the two escapes. Inside a list section names are looked up in the
 * item first, then outwards. A name that nobody knows, a text printed bare, an unclosed
 * section, nesting deeper than TEMPLATE_DEPTH: an error with the template's file, line
 * and column.
 */
#ifndef WGCTL_RENDER_TEMPLATE_H
#define WGCTL_RENDER_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "key/key.h"
#include "net/addr.h"
#include "net/endpoint.h"
#include "net/prefix.h"
#include "net/prefixset.h"

enum { TEMPLATE_DEPTH = 8 };

enum value_type {
	VALUE_FLAG,
	VALUE_NUMBER,
	VALUE_NAME, /* a word of [A-Za-z0-9_.-], checked when printed */
	VALUE_ADDR,
	VALUE_PREFIX,
	VALUE_PREFIXES, /* "a, b, c" */
	VALUE_KEY,
	VALUE_ENDPOINT,
	VALUE_TEXT, /* anything: prints only through an escape */
	VALUE_LIST,
};

struct view;

/* A named value; what it points to is borrowed for the time of the rendering. */
struct value {
	const char *name;
	enum value_type type;
	union {
		bool flag;
		uint64_t number;
		const char *text; /* VALUE_NAME, VALUE_TEXT */
		const struct addr *addr;
		const struct prefix *prefix;
		const struct prefixset *prefixes;
		const struct key *key;
		const struct endpoint *endpoint;
		/* VALUE_LIST: fills `item` for index i; its values live until the next call */
		struct {
			size_t count;
			void (*item)(const void *context, size_t i, struct view *item);
			const void *context;
		} list;
	};
};

enum { VIEW_MAX = 24 };

/* The values that a template may name at one level. */
struct view {
	struct value values[VIEW_MAX];
	size_t count;
};

void view_flag(struct view *view, const char *name, bool flag);
void view_number(struct view *view, const char *name, uint64_t number);
void view_name(struct view *view, const char *name, const char *text);
void view_text(struct view *view, const char *name, const char *text);
void view_addr(struct view *view, const char *name, const struct addr *addr);
void view_prefix(struct view *view, const char *name, const struct prefix *prefix);
void view_prefixes(struct view *view, const char *name, const struct prefixset *prefixes);
void view_key(struct view *view, const char *name, const struct key *key);
void view_endpoint(struct view *view, const char *name, const struct endpoint *endpoint);
void view_list(struct view *view, const char *name, size_t count,
	void (*item)(const void *context, size_t i, struct view *item),
	const void *context);

/* The text of an embedded template ("wg.conf", "host/deploy.sh"); aborts on a wrong name. */
struct source template_source(const char *name);

/* Renders an embedded template, or any text, and appends the result to `out`. */
int template_render(
	const char *name, const struct view *view, struct buf *out, struct err *err);
int template_render_source(const struct source *source, const struct view *view,
	struct buf *out, struct err *err);

#endif
