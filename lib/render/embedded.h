/* SPDX-License-Identifier: MIT */
/*
 * The files of templates/ as they were when the program was built: a table that
 * .cmake/embed.cmake writes. Read it through template_source (render/template.h).
 */
#ifndef WGCTL_RENDER_EMBEDDED_H
#define WGCTL_RENDER_EMBEDDED_H

#include <stddef.h>

struct embedded {
	const char *name; /* the path from templates/ */
	const char *data; /* data[len] is NUL */
	size_t len;
};

/* Sorted by name, as strcmp does. */
extern const struct embedded embedded_files[];
extern const size_t embedded_count;

#endif
