/* SPDX-License-Identifier: MIT */
/* Edit distance over short words. */
#include "base/suggest.h"

#include <string.h>

enum { LONGEST = 40, COMPLETED = 3 };

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Optimal string alignment; both words are at most LONGEST long. */
static size_t distance(const char *a, const char *b)
{
	size_t rows[3][LONGEST + 1];
	size_t n = strlen(a), m = strlen(b);

	for (size_t j = 0; j <= m; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= n; i++) {
		size_t *row = rows[i % 3], *above = rows[(i - 1) % 3];
		const size_t *before = rows[(i + 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= m; j++) {
			row[j] = above[j - 1] + (a[i - 1] != b[j - 1]);
			row[j] = least(row[j], least(row[j - 1], above[j]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
				a[i - 2] == b[j - 1])
				row[j] = least(row[j], before[j - 2] + 1);
		}
	}
	return rows[n % 3][m];
}

/* The only word that `typed` is the beginning of. */
static const char *only_completion(
	const char *typed, const char *const *words, size_t count)
{
	size_t len = strlen(typed);
	const char *only = NULL;

	for (size_t i = 0; i < count && len >= COMPLETED; i++) {
		if (strncmp(words[i], typed, len) != 0)
			continue;
		if (only)
			return NULL;
		only = words[i];
	}
	return only;
}

const char *suggest_nearest(const char *typed, const char *const *words, size_t count)
{
	size_t best = 1 + strlen(typed) / 4;
	const char *nearest = NULL;

	if (strlen(typed) > LONGEST)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		size_t edits;

		if (strlen(words[i]) > LONGEST)
			continue;
		edits = distance(typed, words[i]);
		if (edits <= best && (!nearest || edits < best)) {
			best = edits;
			nearest = words[i];
		}
	}
	return nearest ? nearest : only_completion(typed, words, count);
}
