/* SPDX-License-Identifier: MIT */
/* Written YAML: whatever the text is, reading it gives it back. */
#include "site/emit.h"

#include <string.h>

#include "unit.h"

/* The scalar in `format`, read again, is the same text and no null. */
static void check_reads_back(const char *format, const char *text, bool flow)
{
	struct buf scalar CLEANUP(buf_release) = BUF_INIT,
			  yaml CLEANUP(buf_release) = BUF_INIT;
	struct arena arena CLEANUP(arena_release) = ARENA_INIT;
	struct err err CLEANUP(err_release) = ERR_INIT;
	const char *hole = strchr(format, '%');
	struct tree_node *root;

	emit_scalar(&scalar, text, flow);
	buf_add_mem(&yaml, format, (size_t)(hole - format));
	buf_add(&yaml, scalar.text);
	buf_add(&yaml, hole + 1);
	struct source source = {"yaml", yaml.text, yaml.len};
	if (tree_parse(&arena, &source, &root, &err))
		fail_msg("%s: %s", yaml.text, err.entries[0].message);
	const struct tree_node *node = tree_get(root, "k");
	while (node && node->kind != TREE_SCALAR)
		node = node->first;
	assert_case(node && !strcmp(node->text, text), yaml.text);
	assert_case(!tree_is_null(node), yaml.text);
}

static const char *const plain[] = {"a", "10.49.0.2", "10.20.1.0/24", "fd00::1",
	"fd00::/64", "admin@host", "host:22", "a b", "a#b", "it's", "12", "off", "0x1f",
	"gxhIZlwYvNEvYww45Z/RMRXpftSl7TczpGg0cr+/YWc=", "nullable", "é"};

static const char *const quoted[] = {"", "~", "null", "Null", "true", "FALSE", "::1",
	"::/0", "fd00::", "[fd00::1]:51820", "a: b", "a #b", "#a", "- a", "-", "? a",
	"*a", "&a", "!a", "|", ">", "'a'", "\"a\"", "a\\\"b\nc", "%a", "@a", "`a", " a",
	"a ", "{a}", ",", "a:\nb"};

/* Plain in a block only. */
static const char *const flow_quoted[] = {
	"a,b", "a]", "admin@[fd00::1]:22", "a}b", "a?b"};

static void check_all(const char *const *texts, size_t count, bool in_block, bool in_flow)
{
	for (size_t i = 0; i < count; i++) {
		struct buf block CLEANUP(buf_release) = BUF_INIT;
		struct buf flow CLEANUP(buf_release) = BUF_INIT;

		emit_scalar(&block, texts[i], false);
		emit_scalar(&flow, texts[i], true);
		assert_case((block.text[0] == '"') == in_block, texts[i]);
		assert_case((flow.text[0] == '"') == in_flow, texts[i]);
		check_reads_back("k: %\n", texts[i], false);
		check_reads_back("k: % # c\nl: m\n", texts[i], false);
		check_reads_back("k: [%]\n", texts[i], true);
		check_reads_back("{j: 1, k: %, l: m}\n", texts[i], true);
		check_reads_back("{k: [{a: %}]}\n", texts[i], true);
	}
}

static void quotes_where_needed(void **state)
{
	(void)state;
	check_all(plain, ARRAY_SIZE(plain), false, false);
	check_all(quoted, ARRAY_SIZE(quoted), true, true);
	check_all(flow_quoted, ARRAY_SIZE(flow_quoted), false, true);
}

/* k: {a: x, b: [true, 12]} and [k: …]'s like, built by hand. */
static void writes_styles(void **state)
{
	struct tree_node keys[] = {{.text = "k"}, {.text = "a"}, {.text = "b"}};
	struct tree_node items[] = {{.text = "true"}, {.text = "12"}};
	struct tree_node a = {.key = &keys[1], .text = "x"};
	struct tree_node b = {
		.kind = TREE_LIST, .key = &keys[2], .flow = true, .first = &items[0]};
	struct tree_node k = {.kind = TREE_MAP, .key = &keys[0], .first = &a};
	struct emit_style styles[] = {{.newline = "\n", .step = 3},
		{.newline = "\r\n", .step = 1, .quote = '"'},
		{.newline = "\n", .step = 2, .quote = '\''}};
	static const char *const wanted[][2] = {
		{"k: {a: x, b: [\"true\", 12]}", " k:\n    a: x\n    b: [\"true\", 12]"},
		{"\"k\": {\"a\": \"x\", \"b\": [\"true\", 12]}",
			" \"k\":\r\n  \"a\": \"x\"\r\n  \"b\": [\"true\", 12]"},
		{"'k': {'a': x, 'b': [\"true\", 12]}",
			" 'k':\n   'a': x\n   'b': [\"true\", 12]"},
	};

	(void)state;
	items[0].next = &items[1];
	a.next = &b;
	for (size_t i = 0; i < ARRAY_SIZE(styles); i++) {
		struct buf flow CLEANUP(buf_release) = BUF_INIT;
		struct buf block CLEANUP(buf_release) = BUF_INIT;

		emit_flow(&flow, &k, &styles[i]);
		emit_block(&block, &k, 1, &styles[i]);
		assert_string_equal(flow.text, wanted[i][0]);
		assert_string_equal(block.text, wanted[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quotes_where_needed),
		cmocka_unit_test(writes_styles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
