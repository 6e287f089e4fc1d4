/* SPDX-License-Identifier: MIT */
/* The parser of command lines; getopt_long keeps global state and abbreviates names. */
#include "opt.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/quote.h"
#include "base/suggest.h"

enum { NAMES_MAX = 64, WRITTEN_MAX = 40 };

struct opt_given {
	bool given;
	const char **values; /* ends with NULL */
	size_t count, cap;
};

/* The words still to be read. */
struct words {
	char *const *argv;
	int argc, at;
};

/* Where an option was found, and how it was written: "--name" or "-x". */
struct found {
	const struct opt *opt;
	struct opt_given *given;
	char written[WRITTEN_MAX];
};

size_t opt_table_length(const struct opt *table)
{
	size_t count = 0;

	while (table && table[count].name)
		count++;
	return count;
}

void optset_init(struct optset *set, const struct opt *table)
{
	size_t count = opt_table_length(table);

	*set = (struct optset){
		.table = table,
		.given = xcalloc(count, sizeof(struct opt_given)),
		.count = count,
	};
}

void optset_release(struct optset *set)
{
	for (size_t i = 0; i < set->count; i++) {
		for (size_t j = 0; j < set->given[i].count; j++)
			free((char *)set->given[i].values[j]);
		free(set->given[i].values);
	}
	free(set->given);
	*set = (struct optset){.table = NULL};
}

static void keep_value(struct opt_given *given, const char *value, size_t len)
{
	given->values = array_reserve(
		given->values, &given->cap, given->count + 2, sizeof(*given->values));
	given->values[given->count++] = xstrndup(value, len);
	given->values[given->count] = NULL;
}

static bool matches(const struct opt *opt, const char *name, size_t len, char letter)
{
	if (letter)
		return opt->letter == letter;
	return strlen(opt->name) == len && !memcmp(opt->name, name, len);
}

/* The row called `name` (`len` bytes), or the one with `letter` where that is not 0. */
static bool find(struct optset *const *sets, size_t count, const char *name, size_t len,
	char letter, struct found *found)
{
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < sets[i]->count; j++) {
			const struct opt *opt = &sets[i]->table[j];

			if (!matches(opt, name, len, letter))
				continue;
			found->opt = opt;
			found->given = &sets[i]->given[j];
			return true;
		}
	}
	return false;
}

static int unknown_option(struct optset *const *sets, size_t count, const char *dashes,
	const char *name, size_t len, struct err *err)
{
	const char *names[NAMES_MAX];
	size_t known = 0;
	CLEANUP(buf_release) struct buf shown = BUF_INIT;
	CLEANUP_FREE char *typed = xstrndup(name, len);

	quote_display(&shown, name, len);
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < sets[i]->count && known < NAMES_MAX; j++)
			names[known++] = sets[i]->table[j].name;
	const char *nearest = len > 1 ? suggest_nearest(typed, names, known) : NULL;
	if (nearest)
		return err_usage(err, "unknown option '%s%s'; did you mean '--%s'?",
			dashes, shown.text, nearest);
	return err_usage(
		err, "unknown option '%s%s'; '--help' lists them", dashes, shown.text);
}

static int check_choice(const struct found *found, const char *value, struct err *err)
{
	CLEANUP(buf_release) struct buf words = BUF_INIT;
	CLEANUP(buf_release) struct buf shown = BUF_INIT;

	if (!found->opt->choices)
		return 0;
	for (size_t i = 0; found->opt->choices[i]; i++) {
		if (!strcmp(found->opt->choices[i], value))
			return 0;
		buf_addf(&words, "%s'%s'", i ? ", " : "", found->opt->choices[i]);
	}
	quote_display(&shown, value, strlen(value));
	return err_usage(err, "option '%s' has the value '%s'; it may be %s",
		found->written, shown.text, words.text);
}

static int take_value(const struct found *found, const char *value, struct err *err)
{
	const char *item = value;

	if (check_choice(found, value, err))
		return -1;
	if (!*value)
		return err_usage(err, "option '%s' has an empty value; write a %s",
			found->written, found->opt->value);
	if (!found->opt->many) {
		keep_value(found->given, value, strlen(value));
		return 0;
	}
	for (;;) {
		size_t len = strcspn(item, ",");

		if (!len)
			return err_usage(err,
				"option '%s' has an empty item in its list; remove the "
				"extra comma",
				found->written);
		keep_value(found->given, item, len);
		if (!item[len])
			return 0;
		item += len + 1;
	}
}

/*
 * `value` is what stands in the same word behind `=` or the letter, NULL for nothing. A
 * next word that looks like an option is no value: `--subnet --yes` is a slip.
 */
static int take_option(struct words *words, const struct found *found, const char *value,
	struct err *err)
{
	const struct opt *opt = found->opt;

	if (found->given->given && !opt->many)
		return err_usage(err, "option '%s' is given twice", found->written);
	found->given->given = true;
	if (!opt->value) {
		if (!value)
			return 0;
		return err_usage(err, "option '%s' takes no value", found->written);
	}
	if (!value && words->at < words->argc) {
		value = words->argv[words->at];
		if (value[0] == '-' && value[1])
			value = NULL;
		else
			words->at++;
	}
	if (!value)
		return err_usage(err, "option '%s' needs a value; write '%s %s'",
			found->written, found->written, opt->value);
	return take_value(found, value, err);
}

static void write_name(struct found *found, const char *dashes, const char *name)
{
	size_t dash_count = strlen(dashes), len = strlen(name);

	assert(dash_count + len < sizeof(found->written));
	memcpy(found->written, dashes, dash_count);
	memcpy(found->written + dash_count, name, len + 1);
}

static int parse_long(struct words *words, const char *name, struct optset *const *sets,
	size_t count, struct err *err)
{
	size_t len = strcspn(name, "=");
	struct found found;

	if (!find(sets, count, name, len, 0, &found))
		return unknown_option(sets, count, "--", name, len, err);
	write_name(&found, "--", found.opt->name);
	return take_option(words, &found, name[len] ? name + len + 1 : NULL, err);
}

static int parse_letters(struct words *words, const char *letters,
	struct optset *const *sets, size_t count, struct err *err)
{
	for (const char *at = letters; *at; at++) {
		const char letter[] = {*at, '\0'};
		struct found found;

		if (!find(sets, count, NULL, 0, *at, &found))
			return unknown_option(sets, count, "-", at, strlen(at), err);
		write_name(&found, "-", letter);
		if (found.opt->value)
			return take_option(words, &found, at[1] ? at + 1 : NULL, err);
		if (take_option(words, &found, NULL, err))
			return -1;
	}
	return 0;
}

int opt_parse(int argc, char *const *argv, bool stop_early, struct optset *const *sets,
	size_t count, char **args, int *arg_count, struct err *err)
{
	struct words words = {.argv = argv, .argc = argc};
	bool options = true;

	while (words.at < argc) {
		char *word = argv[words.at];
		bool is_option = options && word[0] == '-' && word[1];
		int result = 0;

		if (!is_option && stop_early)
			break;
		words.at++;
		if (!is_option)
			args[(*arg_count)++] = word;
		else if (!strcmp(word, "--"))
			options = false;
		else if (word[1] == '-')
			result = parse_long(&words, word + 2, sets, count, err);
		else
			result = parse_letters(&words, word + 1, sets, count, err);
		if (result)
			return -1;
	}
	return words.at;
}

enum lookup { LOOKUP_GIVEN, LOOKUP_VALUE, LOOKUP_VALUES };

static bool fits(const struct opt *opt, enum lookup lookup)
{
	if (lookup == LOOKUP_GIVEN)
		return true;
	return opt->value && opt->many == (lookup == LOOKUP_VALUES);
}

/* Stops the program in builds without assertions, too: its tables are wrong. */
static const struct opt_given *look_up(
	const struct optset *set, const char *name, enum lookup lookup)
{
	for (size_t i = 0; i < set->count; i++)
		if (!strcmp(set->table[i].name, name) && fits(&set->table[i], lookup))
			return &set->given[i];
	assert(false && "an option that is not in the table, or not of this kind");
	abort();
}

bool opt_flag(const struct optset *set, const char *name)
{
	return look_up(set, name, LOOKUP_GIVEN)->given;
}

const char *opt_value(const struct optset *set, const char *name)
{
	const struct opt_given *given = look_up(set, name, LOOKUP_VALUE);

	return given->count ? given->values[0] : NULL;
}

const char *const *opt_values(const struct optset *set, const char *name)
{
	static const char *const none[] = {NULL};
	const struct opt_given *given = look_up(set, name, LOOKUP_VALUES);

	return given->count ? given->values : none;
}

size_t opt_count(const struct optset *set, const char *name)
{
	return look_up(set, name, LOOKUP_VALUES)->count;
}
