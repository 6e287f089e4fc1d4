/* SPDX-License-Identifier: MIT */
/* What is not the plain part of YAML: each mistake with its place and its advice. */
#include "site/syntax.h"

#include "mistakes.h"
#include "site/tree.h"

static const struct mistake mistakes[] = {
	{"a: [::/0]\n",
		"1:5: '::/0' has to stand in quotes: without them its ':' ends a key"},
	{"a: {x: ::/0}\n",
		"1:8: '::/0' has to stand in quotes: without them its ':' ends a key"},
	{"gw: fd00::\n",
		"1:5: 'fd00::' has to stand in quotes: without them its ':' ends a key"},
	{"a: [fd00::]\n",
		"1:5: 'fd00::' has to stand in quotes: without them its ':' ends a key"},
	{"ep: [fd00::1]:51820\n",
		"1:5: '[fd00::1]:51820' has to stand in quotes: without them its ':' ends a key"},
	{"\303\244\342\202\254: fd00::\n",
		"1:5: 'fd00::' has to stand in quotes: without them its ':' ends a key"},
	{"a:\n"
	 "\tb: c\n",
		"2:1: a tab cannot indent a line; use spaces"},
	{"a:\n"
	 "  b: 1\n"
	 "\t# c\n"
	 "  d: 2\n",
		"3:1: a tab cannot indent a line; use spaces"},
	{"a: |\n"
	 " \tb\n"
	 "\tc\n",
		"2:2: a tab cannot indent a line; use spaces"},
	{"hub\n"
	 "  endpoint: x\n",
		"1:1: this line has no key: a ':' with a space behind it is missing"},
	{"a:b\n"
	 "c: d\n",
		"1:1: this line has no key: a ':' with a space behind it is missing"},
	{"a: 1\r\n"
	 "b:\r\n"
	 "  c:d\r\n"
	 "\r\n"
	 " \r\n"
	 "  e: f\r\n",
		"3:3: this line has no key: a ':' with a space behind it is missing"},
	{"a: 1\n"
	 ": 2\n",
		"2:1: a key is missing before ':'"},
	{"site: a\n"
	 "network\n"
	 "hub: x\n",
		"2:1: a ':' is missing behind this key"},
	{"a: \"abc\n"
	 "b: c\n",
		"1:4: the quote that opens here is never closed"},
	{"a: 'x\n", "1:4: the quote that opens here is never closed"},
	{"a: [1, 2\n"
	 "b: c\n",
		"1:4: the bracket that opens here is not closed: ',' or its end is missing before line 2, column 2"},
	{"a: {x: 1\n"
	 "b: c\n",
		"1:4: the bracket that opens here is not closed: ',' or its end is missing before line 2, column 2"},
	{"a: b: c\n",
		"1:5: a second key in one line; begin a new line, or put the value in quotes"},
	{"a: - b\n", "1:4: a list item cannot start here; begin it on a line of its own"},
	{"a: 1\n"
	 "  b: 2\n",
		"2:3: this line is indented deeper than the one above, which has its value"},
	{"a:\n"
	 "   b: 1\n"
	 "  c: 2\n",
		"3:3: the indentation of this line fits none of the lines above"},
	{"a:\n"
	 "  - b: 1\n"
	 "   c: 2\n",
		"3:4: the indentation of this line fits none of the lines above"},
	{"a: @b\n", "1:4: a value cannot start with '@'; put it in quotes"},
	{"a: %b\n", "1:4: a value cannot start with '%'; put it in quotes"},
	{"a: *\n", "1:4: a value cannot start with '*'; put it in quotes"},
	{"a: &\n", "1:4: a value cannot start with '&'; put it in quotes"},
	{"a: \"\\q\"\n",
		"1:5: unknown escape in double quotes; use single quotes for a backslash"},
	{"a: ]\n",
		"1:4: a value is expected here; put it in quotes if it is meant as text"},
	{"a: [1 2]]\n", "1:9: nothing is open that ']' could close"},
	{"a: \"x\" y\n",
		"1:8: the value ended before this; put all of it in one pair of quotes"},
	{"x: y\n"
	 "...\n"
	 "foo\n",
		"3:1: the text ended before this line; check its indentation"},
	{"%FOO\n", "1:5: not YAML here: found unknown directive name"},
	{"a: *b\n", "1:4: alias 'b' is refused; write the value out"},
	{"a: &b c\n",
		"1:4: anchor 'b' is refused; write the value out where it is needed"},
	{"a: &b [c]\n",
		"1:4: anchor 'b' is refused; write the value out where it is needed"},
	{"a: &b {c: d}\n",
		"1:4: anchor 'b' is refused; write the value out where it is needed"},
	{"a: !!str x\n", "1:4: a tag is refused; write the value alone"},
	{"a: !x y\n", "1:4: a tag is refused; write the value alone"},
	{"a: !x!y b\n", "1:4: a tag is refused; write the value alone"},
	{"a: !t []\n", "1:4: a tag is refused; write the value alone"},
	{"<<: x\n", "1:1: merge key '<<' is refused; write the fields out"},
	{"a: {<<: {b: c}}\n", "1:5: merge key '<<' is refused; write the fields out"},
	{"[a]: b\n", "1:1: a list or map cannot be a key; write 'key: value'"},
	{"{c: d}: e\n", "1:1: a list or map cannot be a key; write 'key: value'"},
	{"a:\n"
	 "  {: x}\n",
		"2:4: a key is missing before ':'"},
	{"a: 1\n"
	 "b: 2\n"
	 "a: 3\n"
	 "\"a\": 4\n",
		"3:1: 'a' is given twice (first in line 1)\n"
		"4:1: 'a' is given twice (first in line 1)"},
	{"x:\n"
	 "  k: 1\n"
	 "  k: 2\n"
	 "y: {k: 1, k: 2}\n",
		"3:3: 'k' is given twice (first in line 2)\n"
		"4:11: 'k' is given twice (first in line 4)"},
	{"x: y\n"
	 "---\n"
	 "z: 1\n",
		"2:1: a second document starts here; only one is allowed"},
	{"---\n"
	 "x: y\n"
	 "--- z\n",
		"3:1: a second document starts here; only one is allowed"},
	{"a: b\001\n", "1:5: control character U+0001; remove it"},
	{"a: \177\n", "1:4: control character U+007F; remove it"},
	{"a: b\342\200\256\n"
	 "c: \342\200\213\n",
		"1:5: character U+202E is invisible or changes what a reader sees; remove it\n"
		"2:4: character U+200B is invisible or changes what a reader sees; remove it"},
	{"a: \357\273\277\n",
		"1:4: character U+FEFF is invisible or changes what a reader sees; remove it"},
	{"a: 1\rb: 2\n",
		"1:5: carriage return without a line feed; end lines with \\n or \\r\\n"},
	{"a: x\302\205y\n", "1:5: control character U+0085; remove it"},
	{"a: \342\200\250\n",
		"1:4: character U+2028 is invisible or changes what a reader sees; remove it"},
	{"a: \357\277\277\n",
		"1:4: character U+FFFF is invisible or changes what a reader sees; remove it"},
	{"a: \"\\0\"\n",
		"1:4: the value holds a control or invisible character; remove it"},
	{"a: \"\\u202e\"\n",
		"1:4: the value holds a control or invisible character; remove it"},
	{"a: \"\\t\"\n",
		"1:4: the value holds a control or invisible character; remove it"},
	{"# \033[31m\n", "1:3: control character U+001B; remove it"},
	{"ab: \377\n", "1:5: byte 0xff is not UTF-8; save the file as UTF-8"},
	{"\377\376", "1:1: byte 0xff is not UTF-8; save the file as UTF-8"},
	{"a: &x\n"
	 "  b: *x\n"
	 "  b: !!int 3\n",
		"1:4: anchor 'x' is refused; write the value out where it is needed\n"
		"2:6: alias 'x' is refused; write the value out\n"
		"3:6: a tag is refused; write the value alone\n"
		"3:3: 'b' is given twice (first in line 2)"},
	{"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
		"1:33: nested deeper than 32 levels"},
};

static void tells_each_mistake(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(mistakes); i++) {
		const char *text = mistakes[i].text;
		const struct source source = {"site.yaml", text, strlen(text)};
		CLEANUP(arena_release) struct arena arena = ARENA_INIT;
		CLEANUP(err_release) struct err err = ERR_INIT;
		struct tree_node *root = NULL;

		assert_case(tree_parse(&arena, &source, &root, &err) == -1, text);
		assert_null(root);
		assert_int_equal(err.status, STATUS_INVALID);
		assert_messages(&mistakes[i], &err);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_each_mistake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
