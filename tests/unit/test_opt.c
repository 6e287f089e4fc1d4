/* SPDX-License-Identifier: MIT */
/* Command lines: what is understood, what is refused and how it is said. */
#include "opt.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "unit.h"

enum { WORDS_MAX = 8 };

static const char *const whens[] = {"auto", "always", NULL};

static const struct opt common[] = {
	{'C', "directory", "DIR", "the folder"},
	{'q', "quiet", NULL, "say less"},
	{0, "color", "WHEN", "colours", .choices = whens},
	{0},
};

static const struct opt table[] = {
	{0, "subnet", "PREFIX", "networks", .many = true},
	{'a', "all", NULL, "all of them"},
	{'o', "output", "FILE", "where to"},
	{0},
};

/* A parse of one command line, against both tables. */
struct parse {
	struct optset common, own;
	struct err err;
	char *args[WORDS_MAX];
	int arg_count, result;
};

static int count_words(const char *const *words)
{
	int count = 0;

	while (words[count])
		count++;
	return count;
}

static void parse_run(struct parse *parse, const char *const *words, bool stop_early)
{
	struct optset *sets[] = {&parse->common, &parse->own};

	*parse = (struct parse){.err = ERR_INIT};
	optset_init(&parse->common, common);
	optset_init(&parse->own, table);
	parse->result = opt_parse(count_words(words), (char *const *)words, stop_early,
		sets, 2, parse->args, &parse->arg_count, &parse->err);
}

static void parse_release(struct parse *parse)
{
	optset_release(&parse->common);
	optset_release(&parse->own);
	err_release(&parse->err);
}

static void shows(const struct parse *parse, struct buf *out)
{
	const char *folder = opt_value(&parse->common, "directory");
	const char *output = opt_value(&parse->own, "output");
	const char *const *subnets = opt_values(&parse->own, "subnet");

	if (folder)
		buf_addf(out, "C=%s ", folder);
	if (opt_flag(&parse->common, "quiet"))
		buf_add(out, "q ");
	if (opt_flag(&parse->own, "all"))
		buf_add(out, "a ");
	if (output)
		buf_addf(out, "o=%s ", output);
	for (size_t i = 0; subnets[i]; i++)
		buf_addf(out, "s=%s ", subnets[i]);
	for (int i = 0; i < parse->arg_count; i++)
		buf_addf(out, "<%s>", parse->args[i]);
}

static void understands(void **state)
{
	static const struct {
		const char *words[WORDS_MAX];
		const char *shown;
	} rows[] = {
		{{NULL}, ""},
		{{"x", "y"}, "<x><y>"},
		{{"--directory", "d", "x"}, "C=d <x>"},
		{{"--directory=d", "x"}, "C=d <x>"},
		{{"x", "-C", "d", "y"}, "C=d <x><y>"},
		{{"-Cd", "x", "-q"}, "C=d q <x>"},
		{{"-qa", "x"}, "q a <x>"},
		{{"-qad"}, NULL},
		{{"-qof", "x"}, "q o=f <x>"},
		{{"-qo", "f", "x"}, "q o=f <x>"},
		{{"--output=a=b"}, "o=a=b "},
		{{"--output=-"}, "o=- "},
		{{"--output", "-"}, "o=- "},
		{{"--output=-q"}, "o=-q "},
		{{"-", "--", "-q", "--"}, "<-><-q><-->"},
		{{"--subnet", "a,b", "x", "--subnet=c"}, "s=a s=b s=c <x>"},
		{{"--", "--subnet"}, "<--subnet>"},
		{{""}, "<>"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(parse_release) struct parse parse;
		CLEANUP(buf_release) struct buf shown = BUF_INIT;

		parse_run(&parse, rows[i].words, false);
		if (!rows[i].shown) {
			assert_int_equal(parse.result, -1);
			continue;
		}
		assert_int_equal(parse.result, count_words(rows[i].words));
		assert_false(err_is_set(&parse.err));
		shows(&parse, &shown);
		assert_string_equal(shown.text, rows[i].shown);
	}
}

static void refuses(void **state)
{
	static const struct {
		const char *words[WORDS_MAX];
		const char *message;
	} rows[] = {
		{{"--subnt", "x"}, "unknown option '--subnt'; did you mean '--subnet'?"},
		{{"--quite"}, "unknown option '--quite'; did you mean '--quiet'?"},
		{{"--subnt=x"}, "unknown option '--subnt'; did you mean '--subnet'?"},
		{{"-all"}, "unknown option '-ll'; did you mean '--all'?"},
		{{"--zebra"}, "unknown option '--zebra'; '--help' lists them"},
		{{"--sub", "x"}, "unknown option '--sub'; did you mean '--subnet'?"},
		{{"-z"}, "unknown option '-z'; '--help' lists them"},
		{{"-qz"}, "unknown option '-z'; '--help' lists them"},
		{{"--\033[2J"}, "unknown option '--\\x1b[2J'; '--help' lists them"},
		{{"--=x"}, "unknown option '--'; '--help' lists them"},
		{{"--quiet=yes"}, "option '--quiet' takes no value"},
		{{"--output"}, "option '--output' needs a value; write '--output FILE'"},
		{{"-o"}, "option '-o' needs a value; write '-o FILE'"},
		{{"-o", "--all"}, "option '-o' needs a value; write '-o FILE'"},
		{{"--output="}, "option '--output' has an empty value; write a FILE"},
		{{"-C", ""}, "option '-C' has an empty value; write a DIR"},
		{{"--subnet="}, "option '--subnet' has an empty value; write a PREFIX"},
		{{"--subnet", "a,,b"}, "option '--subnet' has an empty item in its list; "
				       "remove the extra comma"},
		{{"--subnet", "a,"}, "option '--subnet' has an empty item in its list; "
				     "remove the extra comma"},
		{{"--subnet", ",a"}, "option '--subnet' has an empty item in its list; "
				     "remove the extra comma"},
		{{"-o", "a", "-o", "b"}, "option '-o' is given twice"},
		{{"-o", "a", "--output=b"}, "option '--output' is given twice"},
		{{"-q", "x", "-q"}, "option '-q' is given twice"},
		{{"--color", "red"}, "option '--color' has the value 'red'; it may be "
				     "'auto', 'always'"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(parse_release) struct parse parse;

		parse_run(&parse, rows[i].words, false);
		assert_int_equal(parse.result, -1);
		assert_int_equal(parse.err.count, 1);
		assert_int_equal(parse.err.status, STATUS_INVALID);
		assert_string_equal(parse.err.entries[0].message, rows[i].message);
	}
}

static void stops_before_the_command(void **state)
{
	static const char *const words[] = {"-q", "-C", "d", "list", "-a", NULL};
	CLEANUP(parse_release) struct parse parse;

	(void)state;
	parse_run(&parse, words, true);
	assert_int_equal(parse.result, 3);
	assert_int_equal(parse.arg_count, 0);
	assert_false(opt_flag(&parse.own, "all"));
}

static void keeps_what_an_earlier_part_gave(void **state)
{
	static const char *const words[] = {"-C", "d", NULL};
	CLEANUP(parse_release) struct parse parse;
	struct optset *sets[] = {&parse.common};

	(void)state;
	parse_run(&parse, words, true);
	assert_int_equal(opt_parse(2, (char *const *)words, false, sets, 1, parse.args,
				 &parse.arg_count, &parse.err),
		-1);
	assert_string_equal(parse.err.entries[0].message, "option '-C' is given twice");
}

static void counts_values(void **state)
{
	static const char *const words[] = {"--subnet=a,b", "--subnet", "c", NULL};
	CLEANUP(parse_release) struct parse parse;

	(void)state;
	parse_run(&parse, words, false);
	assert_int_equal(opt_count(&parse.own, "subnet"), 3);
	assert_null(opt_values(&parse.own, "subnet")[3]);
}

static bool aborts(void (*look_up)(const struct optset *set), const struct optset *set)
{
	int status = 0;
	pid_t pid = fork();

	if (!pid) {
		signal(SIGABRT, SIG_DFL);
		fclose(stderr);
		look_up(set);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void flag_typo(const struct optset *set)
{
	opt_flag(set, "al");
}

static void value_of_a_flag(const struct optset *set)
{
	opt_value(set, "all");
}

static void one_value_of_many(const struct optset *set)
{
	opt_value(set, "subnet");
}

static void many_values_of_one(const struct optset *set)
{
	opt_values(set, "output");
}

static void sound_lookup(const struct optset *set)
{
	opt_flag(set, "all");
}

static void aborts_on_a_wrong_lookup(void **state)
{
	static const char *const words[] = {NULL};
	CLEANUP(parse_release) struct parse parse;

	(void)state;
	parse_run(&parse, words, false);
	assert_false(aborts(sound_lookup, &parse.own));
	assert_true(aborts(flag_typo, &parse.own));
	assert_true(aborts(value_of_a_flag, &parse.own));
	assert_true(aborts(one_value_of_many, &parse.own));
	assert_true(aborts(many_values_of_one, &parse.own));
}

static void works_without_a_table(void **state)
{
	static const char *const words[] = {"x", NULL};
	struct optset set;
	struct optset *sets[] = {&set};
	CLEANUP(err_release) struct err err = ERR_INIT;
	char *args[1];
	int count = 0;

	(void)state;
	optset_init(&set, NULL);
	assert_int_equal(
		opt_parse(1, (char *const *)words, false, sets, 1, args, &count, &err),
		1);
	assert_int_equal(count, 1);
	optset_release(&set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(understands),
		cmocka_unit_test(refuses),
		cmocka_unit_test(stops_before_the_command),
		cmocka_unit_test(keeps_what_an_earlier_part_gave),
		cmocka_unit_test(counts_values),
		cmocka_unit_test(aborts_on_a_wrong_lookup),
		cmocka_unit_test(works_without_a_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
