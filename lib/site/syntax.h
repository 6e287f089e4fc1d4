/* SPDX-License-Identifier: MIT */
/*
 * What libyaml says about a text that is not YAML, in words that name the place where the
 * mistake was made and what to do about it.
 */
#ifndef WGCTL_SITE_SYNTAX_H
#define WGCTL_SITE_SYNTAX_H

#include <yaml.h>

#include "base/err.h"

/* The place of a mark. */
struct pos syntax_pos(const struct source *source, yaml_mark_t mark);

/*
 * Reports the error that stopped the parser and returns -1. `at` is the byte where
 * yaml->problem_mark stands.
 */
int syntax_error(const yaml_parser_t *yaml, const struct source *source, size_t at,
	struct err *err);

#endif
