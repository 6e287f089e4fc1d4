/* SPDX-License-Identifier: MIT */
/* Numbers in words. */
#include "human.h"

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
	unsigned unit = 0;

	while (bytes >> (10 * unit) >= 1024)
		unit++;
	const uint64_t whole = bytes >> (10 * unit);
	const uint64_t rest = bytes - (whole << (10 * unit));
	const uint64_t tenths = rest * 10 >> (10 * unit);
	buf_addf(out, "%" PRIu64, whole);
	if (whole < 10 && tenths)
		buf_addf(out, ".%" PRIu64, tenths);
	buf_addf(out, " %s", units[unit]);
}

void human_seconds(struct buf *out, uint64_t ms)
{
	const uint64_t tenths = (ms + 50) / 100;

	buf_addf(out, "%" PRIu64 ".%u s", tenths / 10, (unsigned)(tenths % 10));
}
