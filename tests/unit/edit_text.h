/* SPDX-License-Identifier: MIT */
/* The texts that the tests of edits start from. */
#ifndef WGCTL_TEST_EDIT_TEXT_H
#define WGCTL_TEST_EDIT_TEXT_H

#include "base/alloc.h"
#include "site/edit.h"
#include "unit.h"

#define KEY_H "tPITuBj5pQDwXnec0C4izWLUuxMmBTLF2yWYrVXEOl4="
#define KEY_A "ikXFGxikQw8VG/PEdimKPZRfMPY1xoWdir/1p1WXj2I="
#define KEY_B "gxhIZlwYvNEvYww45Z/RMRXpftSl7TczpGg0cr+/YWc="
#define KEY_N "sUmYdDQCO88SxaTRrTomyySq/feueYRZ2KUeIaHK63U="
#define TOP                                                                              \
	"site: t\n"                                                                      \
	"network: [10.49.0.0/24, 'fd49::/64']\n"                                         \
	"hub:\n"                                                                         \
	"  endpoint: vpn.example.org:51820\n"                                            \
	"  address: [10.49.0.1, 'fd49::1']\n"                                            \
	"  public_key: " KEY_H "\n"

/* A text that is good; `name` is for the message where it is not. */
static inline void load(struct site *site, const char *text, size_t len, const char *name)
{
	struct err err CLEANUP(err_release) = ERR_INIT;

	if (site_load(site, "site.yaml", text, len, &err))
		fail_msg("%s: line %u: %s\n%s", name, (unsigned)err.entries[0].line,
			err.entries[0].message, text);
}

static inline int add_new(const struct site *site, struct buf *out, struct err *err)
{
	static const char *const address[] = {"10.49.0.9"}, *const key[] = {KEY_N};
	static const struct edit_field fields[] = {
		{.key = "address", .values = address, .count = 1},
		{.key = "public_key", .values = key, .count = 1},
	};

	return edit_add_spoke(site, "new", fields, ARRAY_SIZE(fields), out, NULL, err);
}

#endif
