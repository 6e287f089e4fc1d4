/* SPDX-License-Identifier: MIT */
/* How the values of a template print: each type by its own formatter, or not at all. */
#ifndef WGCTL_RENDER_VALUE_H
#define WGCTL_RENDER_VALUE_H

#include <stdbool.h>

#include "base/buf.h"
#include "render/template.h"

/*
 * NULL where the value may be printed, bare or through an escape; else what is wrong
 * with it, to be put behind its name. It never holds the value.
 */
const char *value_mistake(const struct value *value, bool is_escaped);

/* Appends the value, which has no mistake, as it is. */
void value_print(const struct value *value, struct buf *out);

/* Appends it as one word of a POSIX shell. */
void value_print_shell(const struct value *value, struct buf *out);

/* Appends it as a scalar of YAML, or each of its prefixes as one; good inside of [] too. */
void value_print_yaml(const struct value *value, struct buf *out);

#endif
