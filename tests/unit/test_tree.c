/* SPDX-License-Identifier: MIT */
/* The tree: its shape, the bytes of each node, and its patience with hostile texts. */
#include "site/tree.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "unit.h"

struct parsed {
	struct source source;
	struct arena arena;
	struct tree_node *root;
};

static void parsed_release(struct parsed *parsed)
{
	arena_release(&parsed->arena);
}

static void parse_into(struct parsed *parsed, const char *text, size_t len)
{
	CLEANUP(err_release) struct err err = ERR_INIT;

	parsed->source = (struct source){"site.yaml", text, len};
	if (tree_parse(&parsed->arena, &parsed->source, &parsed->root, &err))
		fail_msg("'%.*s': %s", (int)len, text, err.entries[0].message);
	assert_false(err_is_set(&err));
}

static struct tree_node *child(const struct tree_node *node, const char *step)
{
	struct tree_node *at = node->first;

	if (node->kind == TREE_MAP)
		return tree_get(node, step);
	for (long i = strtol(step, NULL, 10); i > 0 && at; i--)
		at = at->next;
	return at;
}

/* The node at "key/key/index", its key with a '@' behind. */
static const struct tree_node *find(const struct tree_node *node, const char *path)
{
	CLEANUP_FREE char *copy = xstrdup(path);
	char *rest = copy, *step;
	size_t len = strlen(copy);
	bool key = len && copy[len - 1] == '@';

	if (key)
		copy[len - 1] = '\0';
	while (node && (step = strsep(&rest, "/")))
		if (*step)
			node = child(node, step);
	assert_case(node, path);
	return key ? node->key : node;
}

/* What a node covers, to the byte. */
static const struct bytes {
	const char *text, *path, *covers;
} bytes[] = {
	{"a: b\n", "", "a: b"},
	{"a: b\n", "a@", "a"},
	{"a: b  # c\n", "a", "b"},
	{"a:\n", "a", ""},
	{"a: # c\n", "", "a:"},
	{"# c\na: b\n# d\n", "", "a: b"},
	{"a: 'b''c' # d\n", "a", "'b''c'"},
	{"a: \"b\\n\" # d\n", "a", "\"b\\n\""},
	{"\"a b\": c\n", "a b@", "\"a b\""},
	{"a: b\n  c\nd: e\n", "a", "b\n  c"},
	{"\xef\xbb\xbf"
	 "a: b\nc: d\n",
		"a@", "a"},
	{"\xef\xbb\xbf"
	 "a: b\nc: d\n",
		"", "a: b\nc: d"},
	{"\xef\xbb\xbf"
	 "a: b\nc: d\n",
		"c", "d"},
	{"a: b\r\nc:\r\n  d: e\r\n\r\n# f\r\n", "c", "d: e"},
	{"a: b\r\nc:\r\n  d: e\r\n", "", "a: b\r\nc:\r\n  d: e"},
	{"# \xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\n\xc3\xa4: \xf0\x9f\x98\x80x # \xe2\x82\xac\nb: c\n",
		"\xc3\xa4", "\xf0\x9f\x98\x80x"},
	{"# \xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\n\xc3\xa4: \xf0\x9f\x98\x80x # \xe2\x82\xac\nb: c\n",
		"b", "c"},
	{"a:\n  b:\n    c: d\n\n  # e\nf: g\n", "a", "b:\n    c: d"},
	{"a:\n  b:\n    c: d\n\n  # e\nf: g\n", "a/b@", "b"},
	{"a:\n- b\n- c # d\n# e\nf: g\n", "a", "- b\n- c"},
	{"a:\n  - b\n  - - c\n    - d\n\ne: f\n", "a", "- b\n  - - c\n    - d"},
	{"a:\n  - b\n  - - c\n    - d\n\ne: f\n", "a/1", "- c\n    - d"},
	{"a:\n- b: c\n  d: e\n- f\n", "a/0", "b: c\n  d: e"},
	{"a:\n-\n- b\n", "a", "-\n- b"},
	{"a: [b, c ]  # d\ne: f\n", "a", "[b, c ]"},
	{"a: [b, c ]  # d\ne: f\n", "a/1", "c"},
	{"a: [\n  b, # x\n  c,\n]\n", "a", "[\n  b, # x\n  c,\n]"},
	{"a: {b: c, d: [e]} # f\n", "a", "{b: c, d: [e]}"},
	{"a: {b: c, d: [e]} # f\n", "a/d", "[e]"},
	{"a: {b: c, d: }\ne: f\n", "a/d", ""},
	{"a: {}\n", "a", "{}"},
	{"a: [b: c , d]\n", "a/0", "b: c"},
	{"a: |\n  b\n  c\nd: e\n", "a", "|\n  b\n  c\n"},
	{"a: |+\n  b\n\nd: e\n", "a", "|+\n  b\n\n"},
	{"? a\n? b\n\n# c\nd: e\n", "a", ""},
	{"---\na: b\n...\n", "", "a: b"},
	{"a: b", "a", "b"},
	{"a: b", "", "a: b"},
	{"{a: b}  \n", "", "{a: b}"},
};

static void knows_its_bytes(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bytes); i++) {
		CLEANUP(parsed_release) struct parsed parsed = {.root = NULL};
		const char *text = bytes[i].text;

		parse_into(&parsed, text, strlen(text));
		const struct tree_node *node = find(parsed.root, bytes[i].path);
		CLEANUP_FREE char *covers =
			xstrndup(text + node->begin, node->end - node->begin);
		if (strcmp(covers, bytes[i].covers) != 0)
			fail_msg("'%s' of\n%s\nis '%s'", bytes[i].path, text, covers);
	}
}

static void same_tree(const struct tree_node *a, const struct tree_node *b)
{
	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->count, b->count);
	if (a->kind == TREE_SCALAR)
		assert_string_equal(a->text, b->text);
	const struct tree_node *x = a->first, *y = b->first;
	for (; x && y; x = x->next, y = y->next) {
		if (x->key)
			same_tree(x->key, y->key);
		same_tree(x, y);
	}
	assert_true(!x && !y);
}

/* The bytes of a scalar or a flow collection, alone, say the same. */
static void check_slices(const struct source *source, const struct tree_node *node)
{
	if (node->key)
		check_slices(source, node->key);
	if (node->begin < node->end && (node->kind == TREE_SCALAR || node->flow)) {
		CLEANUP(parsed_release) struct parsed alone = {.root = NULL};

		parse_into(&alone, source->text + node->begin, node->end - node->begin);
		same_tree(node, alone.root);
	}
	size_t children = 0;
	for (const struct tree_node *at = node->first; at; at = at->next, children++) {
		assert_true(at->begin >= node->begin && at->end <= node->end);
		check_slices(source, at);
	}
	assert_int_equal(children, node->count);
}

static void its_bytes_say_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bytes); i++) {
		CLEANUP(parsed_release) struct parsed parsed = {.root = NULL};

		parse_into(&parsed, bytes[i].text, strlen(bytes[i].text));
		check_slices(&parsed.source, parsed.root);
	}
}

static void knows_lines_and_columns(void **state)
{
	static const char text[] = "\xef\xbb\xbf"
				   "a: b\r\n\xc3\xa4\xf0\x9f\x98\x80: c\r\nd: [e, f]\r\n";
	static const struct {
		const char *path;
		unsigned line, col;
	} places[] = {{"a@", 1, 1}, {"a", 1, 4}, {"\xc3\xa4\xf0\x9f\x98\x80", 2, 5},
		{"d", 3, 4}, {"d/1", 3, 8}};
	CLEANUP(parsed_release) struct parsed parsed = {.root = NULL};

	(void)state;
	parse_into(&parsed, text, sizeof(text) - 1);
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		const struct tree_node *node = find(parsed.root, places[i].path);

		assert_ptr_equal(node->pos.source, &parsed.source);
		assert_int_equal(node->pos.line, places[i].line);
		assert_int_equal(node->pos.col, places[i].col);
	}
}

static void gives_values_and_kinds(void **state)
{
	static const char text[] =
		"a: yes\nb: '010'\nc: |\n  x\nd: {}\ne: [1]\nf:\n  - 1\n";
	CLEANUP(parsed_release) struct parsed parsed = {.root = NULL};

	(void)state;
	parse_into(&parsed, text, sizeof(text) - 1);
	const struct tree_node *root = parsed.root;
	assert_int_equal(root->count, 6);
	assert_string_equal(tree_get(root, "a")->text, "yes");
	assert_false(tree_get(root, "a")->quoted);
	assert_string_equal(tree_get(root, "b")->text, "010");
	assert_true(tree_get(root, "b")->quoted);
	assert_string_equal(tree_get(root, "c")->text, "x\n");
	assert_true(tree_get(root, "c")->quoted);
	assert_true(tree_get(root, "d")->kind == TREE_MAP && tree_get(root, "d")->flow);
	assert_true(tree_get(root, "e")->kind == TREE_LIST && tree_get(root, "e")->flow);
	assert_true(tree_get(root, "f")->kind == TREE_LIST && !tree_get(root, "f")->flow);
	assert_null(tree_get(root, "g"));
	assert_null(tree_get(tree_get(root, "a"), "a"));
	assert_string_equal(tree_get(root, "f")->key->text, "f");
	assert_null(tree_get(root, "f")->first->key);
}

static void takes_nothing_for_an_empty_map(void **state)
{
	static const char *const texts[] = {"", "# c\n", "\n\n", "---\n", "--- # c\n",
		"\xef\xbb\xbf", "\xef\xbb\xbf# c\n"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		CLEANUP(parsed_release) struct parsed parsed = {.root = NULL};

		parse_into(&parsed, texts[i], strlen(texts[i]));
		assert_int_equal(parsed.root->kind, TREE_MAP);
		assert_int_equal(parsed.root->count, 0);
		assert_int_equal(parsed.root->pos.line > 0, 1);
	}
}

static void knows_nothing_when_it_sees_it(void **state)
{
	static const char text[] = "a:\nb: ~\nc: null\nd: ''\ne: 'null'\nf: []\ng: 0\n";
	CLEANUP(parsed_release) struct parsed parsed = {.root = NULL};

	(void)state;
	parse_into(&parsed, text, sizeof(text) - 1);
	for (const struct tree_node *at = parsed.root->first; at; at = at->next)
		assert_case(tree_is_null(at) == (at->key->text[0] <= 'c'), at->key->text);
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

enum { HOSTILE_SIZE = 1 << 20 };

/* `head`, `unit` over and over up to a MiB, `tail`; the tree may be good or bad. */
static const struct hostile {
	const char *head, *unit, *tail;
} hostile[] = {
	{"", "[", ""},
	{"", "{", ""},
	{"", "{a: ", ""},
	{"", "- ", ""},
	{"", "? ", ""},
	{"a: [", "x,", "]"},
	{"a: [", "[],", "]"},
	{"a: [", "a: b,", "]"},
	{"a: {", "a,", "}"},
	{"", "a: b\n", ""},
	{"", "a: &a b\n", ""},
	{"a: &a [x]\nb: [", "*a,", "]"},
	{"", "\"\\\n", ""},
	{"a: \"", "\\x41", "\""},
	{"a: \"", "\n\n", "\""},
	{"a: |\n", " \n", ""},
	{"a: ", "x ", ""},
	{"", "a:\n", ""},
	{"", "#\n", ""},
	{"", "\t", ""},
	{"", "!", ""},
	{"", "%\n", ""},
	{"", "--- a\n", ""},
	{"", "\x01", ""},
	{"# ", "\xf0\x9f\x98\x80", "\na: b\n"},
	{"", "\xf0\x9f\x98\x80: a\n", ""},
};

static void bears_hostile_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(hostile); i++) {
		CLEANUP(arena_release) struct arena arena = ARENA_INIT;
		CLEANUP(err_release) struct err err = ERR_INIT;
		CLEANUP(buf_release) struct buf text = BUF_INIT;
		struct tree_node *root;

		buf_add(&text, hostile[i].head);
		while (text.len < HOSTILE_SIZE)
			buf_add(&text, hostile[i].unit);
		buf_add(&text, hostile[i].tail);
		const struct source source = {"site.yaml", text.text, text.len};
		const double begin = now();
		tree_parse(&arena, &source, &root, &err);
		/* The limit is 1 s; a build with sanitizers takes several times as long. */
		if (now() - begin > 5)
			fail_msg("'%s' takes %.1f s", hostile[i].unit, now() - begin);
	}
}

static void refuses_a_text_too_large(void **state)
{
	const struct source source = {"site.yaml", "", (size_t)TREE_SIZE + 1};
	CLEANUP(arena_release) struct arena arena = ARENA_INIT;
	CLEANUP(err_release) struct err err = ERR_INIT;
	struct tree_node *root = NULL;

	(void)state;
	assert_int_equal(tree_parse(&arena, &source, &root, &err), -1);
	assert_string_equal(err.entries[0].message, "the file is larger than 64 MiB");
	assert_null(root);
}

static void takes_the_deepest_nesting(void **state)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT;
	CLEANUP(parsed_release) struct parsed parsed = {.root = NULL};

	(void)state;
	for (int i = 0; i < TREE_DEPTH; i++)
		buf_add_char(&text, '[');
	for (int i = 0; i < TREE_DEPTH; i++)
		buf_add_char(&text, ']');
	parse_into(&parsed, text.text, text.len);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_its_bytes),
		cmocka_unit_test(its_bytes_say_the_same),
		cmocka_unit_test(knows_lines_and_columns),
		cmocka_unit_test(gives_values_and_kinds),
		cmocka_unit_test(takes_nothing_for_an_empty_map),
		cmocka_unit_test(knows_nothing_when_it_sees_it),
		cmocka_unit_test(bears_hostile_texts),
		cmocka_unit_test(refuses_a_text_too_large),
		cmocka_unit_test(takes_the_deepest_nesting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
