/* SPDX-License-Identifier: MIT */
/* Any template over a view of all types: it renders or names a place, and never half. */
#include "render/template.h"

#include <string.h>

#include "fuzz.h"

#define BEFORE "before"

static void view_inner(const void *context, size_t i, struct view *item)
{
	view_number(item, "n", i);
	view_text(item, "t", context);
}

static void view_outer(const void *context, size_t i, struct view *item)
{
	view_flag(item, "f", i % 2);
	view_list(item, "m", i, view_inner, context);
}

static void fill(struct view *view)
{
	static const char text[] = "it's $(x)\n";
	static const struct addr addr = {FAMILY_IPV4, {10, 49, 0, 2}};
	static const struct prefix prefix = {{FAMILY_IPV4, {10, 20, 1, 0}}, 24};
	static const struct prefixset none;
	static const struct key key = {{1}};
	static const struct endpoint endpoint = {"a.example", {0}, 1};

	view_flag(view, "f", true);
	view_flag(view, "g", false);
	view_number(view, "n", UINT64_MAX);
	view_name(view, "w", "word");
	view_name(view, "v", "two words");
	view_text(view, "t", text);
	view_addr(view, "a", &addr);
	view_prefix(view, "p", &prefix);
	view_prefixes(view, "q", &none);
	view_key(view, "k", &key);
	view_endpoint(view, "e", &endpoint);
	view_list(view, "l", 3, view_outer, text);
	view_list(view, "o", 0, view_outer, NULL);
}

static bool has_tag(const char *data, size_t size)
{
	return memmem(data, size, "{{", 2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(err_release) struct err err = ERR_INIT;
	CLEANUP(buf_release) struct buf out = BUF_INIT;
	const char *text = (const char *)data;
	const struct source source = {"t.conf", text, size};
	struct view view = {.count = 0};

	fill(&view);
	buf_add(&out, BEFORE);
	if (template_render_source(&source, &view, &out, &err) < 0) {
		require(err.count == 1);
		require(err.entries[0].line > 0 && err.entries[0].col > 0);
		require(buf_equals(&out, BEFORE));
		require(has_tag(text, size));
		return 0;
	}
	require(!err_is_set(&err));
	require(!memcmp(out.text, BEFORE, strlen(BEFORE)));
	if (!has_tag(text, size)) {
		require(out.len == strlen(BEFORE) + size);
		require(!size || !memcmp(out.text + strlen(BEFORE), text, size));
	}
	return 0;
}
