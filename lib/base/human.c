/* SPDX-License-Identifier: MIT */
/* Numbers in words. */
#include "base/human.h"

#include <inttypes.h>

void human_ago(struct buf *out, uint64_t seconds)
{
	static const struct {
		uint64_t seconds;
		const char *name;
	} units[] = {{86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}};

	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		const uint64_t count = seconds / units[i].seconds;

		if (!count)
			continue;
		buf_addf(out, "%" PRIu64 " %s%s ago", count, units[i].name,
			count == 1 ? "" : "s");
		return;
	}
	buf_add(out, "now");
}

void human_size(struct buf *out, uint64_t bytes)
{
	static const char *const units[] = {
		"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
	uint64_t whole = bytes, rest = 0;
	size_t unit = 0;

	for (; whole >= 1024; unit++) {
		rest = whole % 1024;
		whole /= 1024;
	}
	const uint64_t tenths = rest * 10 / 1024;
	buf_addf(out, "%" PRIu64, whole);
	if (whole < 10 && tenths)
		buf_addf(out, ".%" PRIu64, tenths);
	buf_addf(out, " %s", units[unit]);
}
