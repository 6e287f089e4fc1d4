/* SPDX-License-Identifier: MIT */
/*
 * A template as a list of steps, checked for form: tags that are tags, sections that nest
 * and close. What the names mean is asked when it is rendered (render/template.h).
 */
#ifndef WGCTL_RENDER_TEMPLATE_PARSE_H
#define WGCTL_RENDER_TEMPLATE_PARSE_H

#include <stddef.h>

#include "base/err.h"

enum step_type {
	STEP_TEXT,
	STEP_VALUE,    /* {{name}} */
	STEP_SHELL,    /* {{sh name}} */
	STEP_YAML,     /* {{yaml name}} */
	STEP_SECTION,  /* {{#name}} */
	STEP_INVERTED, /* {{^name}} */
	STEP_END,      /* {{/name}} */
};

/* `text` is the text or the name, borrowed from the source, not NUL-terminated. */
struct step {
	enum step_type type;
	const char *text;
	size_t len;
	struct pos pos;
	size_t end; /* of a section: the index of its STEP_END */
};

struct template
{
	struct step *steps;
	size_t count, cap;
};

#define TEMPLATE_INIT                                                                    \
	{                                                                                \
		NULL, 0, 0                                                               \
	}

/* The source is borrowed for the life of the template. Stops at the first mistake. */
int template_parse(const struct source *source, struct template *out, struct err *err);

void template_release(struct template *template);

#endif
