/* SPDX-License-Identifier: MIT */
/* Templates: each tag, standalone lines, lookup, every mistake with its place. */
#include "render/template.h"

#include <stdio.h>
#include <string.h>

#include "render/embedded.h"
#include "unit.h"

static const char secret[] = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=";

static const struct key key = {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17,
	18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32}};
static const struct addr addr = {FAMILY_IPV4, {10, 49, 0, 2}};
static const struct prefix prefix = {{FAMILY_IPV4, {10, 20, 1, 0}}, 24};
static struct prefix prefix_items[] = {
	{{FAMILY_IPV4, {10, 49, 0, 2}}, 32},
	{{FAMILY_IPV6, {0xfd, 0, [15] = 1}}, 128},
};
static const struct prefixset prefixes = {prefix_items, 2, 2};
static const struct endpoint endpoint = {"vpn.example.org", {0}, 51820};

/* What YAML reads otherwise without quotes. */
static const struct endpoint endpoint6 = {
	"", {FAMILY_IPV6, {0x20, 0x01, 0x0d, 0xb8, [15] = 1}}, 51820};
static struct prefix mapped_items[] = {
	{{FAMILY_IPV4, {10, 49, 0, 0}}, 24},
	{{FAMILY_IPV6, {[10] = 0xff, 0xff}}, 96},
};
static const struct prefixset mapped = {mapped_items, 2, 2};

static const struct key no_key;
static const struct addr no_addr;
static const struct prefix no_prefix;
static const struct prefixset no_prefixes;
static const struct endpoint no_endpoint;

static void view_leaf(const void *context, size_t i, struct view *item)
{
	const char *const *names = context;

	view_name(item, "leaf", names[i]);
}

/* An item that hides `number` of the view around it, and holds a list itself. */
static void view_item(const void *context, size_t i, struct view *item)
{
	static const char *const leaves[] = {"x", "y", "z"};

	(void)context;
	view_number(item, "number", i + 1);
	view_flag(item, "first", i == 0);
	view_list(item, "leaves", i, view_leaf, leaves);
}

static void fill(struct view *view)
{
	view_flag(view, "on", true);
	view_flag(view, "off", false);
	view_number(view, "number", 51820);
	view_name(view, "word", "hospital-1");
	view_name(view, "bad_word", "two words");
	view_name(view, "empty_word", "");
	view_text(view, "text", "it's $(touch x)\n`y`");
	view_addr(view, "addr", &addr);
	view_prefix(view, "prefix", &prefix);
	view_prefixes(view, "prefixes", &prefixes);
	view_key(view, "key", &key);
	view_endpoint(view, "endpoint", &endpoint);
	view_endpoint(view, "endpoint6", &endpoint6);
	view_prefixes(view, "mapped", &mapped);
	view_list(view, "items", 3, view_item, NULL);
	view_list(view, "none", 0, view_item, NULL);
	view_addr(view, "no_addr", &no_addr);
	view_prefix(view, "no_prefix", &no_prefix);
	view_prefixes(view, "no_prefixes", &no_prefixes);
	view_key(view, "no_key", &no_key);
	view_endpoint(view, "no_endpoint", &no_endpoint);
	view_name(view, "no_word", NULL);
	view_text(view, "no_text", NULL);
}

static int render(const char *text, struct buf *out, struct err *err)
{
	const struct source source = {"t.conf", text, strlen(text)};
	struct view view = {.count = 0};

	fill(&view);
	return template_render_source(&source, &view, out, err);
}

static void assert_renders(const char *text, const char *expected)
{
	CLEANUP(err_release) struct err err = ERR_INIT;
	CLEANUP(buf_release) struct buf out = BUF_INIT;

	if (render(text, &out, &err) < 0)
		fail_msg("'%s': %s", text, err.entries[0].message);
	assert_string_equal(out.text, expected);
	assert_int_equal(out.len, strlen(expected));
	assert_false(err_is_set(&err));
}

/* `expected` is "line:col: message"; what stood in the buffer stays alone there. */
static void assert_fails(const char *text, const char *expected)
{
	CLEANUP(err_release) struct err err = ERR_INIT;
	CLEANUP(buf_release) struct buf out = BUF_INIT;
	char got[256];

	buf_add(&out, "before");
	if (render(text, &out, &err) == 0)
		fail_msg("'%s' renders '%s'", text, out.text);
	assert_int_equal(err.count, 1);
	assert_string_equal(err.entries[0].file, "t.conf");
	assert_int_equal(err.status, STATUS_INVALID);
	snprintf(got, sizeof(got), "%u:%u: %s", (unsigned)err.entries[0].line,
		(unsigned)err.entries[0].col, err.entries[0].message);
	assert_string_equal(got, expected);
	assert_string_equal(out.text, "before");
	assert_null(strstr(got, secret));
}

static void prints_each_type(void **state)
{
	(void)state;
	assert_renders("", "");
	assert_renders("plain } text { {x} }}\n", "plain } text { {x} }}\n");
	assert_renders("{{number}}", "51820");
	assert_renders("{{word}}", "hospital-1");
	assert_renders("{{addr}}", "10.49.0.2");
	assert_renders("{{prefix}}", "10.20.1.0/24");
	assert_renders("{{prefixes}}", "10.49.0.2/32, fd00::1/128");
	assert_renders("{{key}}", secret);
	assert_renders("{{endpoint}}", "vpn.example.org:51820");
	assert_renders("a{{number}}b{{word}}c\n", "a51820bhospital-1c\n");
}

static void escapes_for_a_shell(void **state)
{
	(void)state;
	assert_renders("x={{sh text}};", "x='it'\\''s $(touch x)\n`y`';");
	assert_renders("{{sh number}} {{sh word}}", "'51820' 'hospital-1'");
	assert_renders("{{sh prefixes}}", "'10.49.0.2/32, fd00::1/128'");
}

static void escapes_for_yaml(void **state)
{
	(void)state;
	assert_renders("a: {{yaml word}} {{yaml number}}", "a: hospital-1 51820");
	assert_renders("a: {{yaml endpoint}}", "a: vpn.example.org:51820");
	assert_renders("a: {{yaml endpoint6}}", "a: \"[2001:db8::1]:51820\"");
	assert_renders("a: {{yaml text}}", "a: \"it's $(touch x)\\x0a`y`\"");
	assert_renders("[{{yaml prefixes}}]", "[10.49.0.2/32, fd00::1/128]");
	assert_renders("[{{yaml mapped}}]", "[10.49.0.0/24, \"::ffff:0:0/96\"]");
	assert_fails("{{yaml}}", "1:1: unknown name 'yaml'");
	assert_fails("{{yaml on}}", "1:1: 'on' opens a section and does not print");
	assert_fails("{{yaml no_text}}",
		"1:1: 'no_text' has no value: put a section around it");
}

static void opens_sections(void **state)
{
	(void)state;
	assert_renders("{{#on}}yes{{/on}}{{^on}}no{{/on}}", "yes");
	assert_renders("{{#off}}yes{{/off}}{{^off}}no{{/off}}", "no");
	assert_renders("{{#items}}<{{number}}>{{/items}}", "<1><2><3>");
	assert_renders("{{^items}}none{{/items}}.", ".");
	assert_renders("{{#none}}{{nobody}}{{/none}}{{^none}}none{{/none}}", "none");
	assert_renders("{{#items}}{{^first}}, {{/first}}{{number}}{{/items}}", "1, 2, 3");
	assert_renders("{{#items}}{{number}}:{{#leaves}}{{leaf}}{{/leaves}};{{/items}}",
		"1:;2:x;3:xy;");
	assert_renders("{{#on}}{{#on}}a{{/on}}{{#off}}b{{/off}}c{{/on}}", "ac");
}

static void looks_names_up_outwards(void **state)
{
	(void)state;
	assert_renders("{{#items}}{{number}} {{word}};{{/items}}{{number}}",
		"1 hospital-1;2 hospital-1;3 hospital-1;51820");
	assert_renders(
		"{{#items}}{{#leaves}}{{number}}{{leaf}}{{/leaves}}{{/items}}", "2x3x3y");
	/* A name is not its beginning, nor its beginning the name. */
	assert_fails("{{numbe}}", "1:1: unknown name 'numbe'");
	assert_fails("{{numbers}}", "1:1: unknown name 'numbers'");
}

static void leaves_no_line_of_a_standalone_tag(void **state)
{
	(void)state;
	assert_renders("a\n{{#on}}\nb\n{{/on}}\nc\n", "a\nb\nc\n");
	assert_renders("a\n  {{#on}}\t\n  b\n\t{{/on}}  \nc\n", "a\n  b\nc\n");
	assert_renders("{{!comment}}\na\n{{! {{x} }}\n", "a\n");
	assert_renders("a{{!comment}}b\n", "ab\n");
	assert_renders("{{#on}}\nx\n{{/on}}", "x\n");
	assert_renders("{{#items}}\n\n{{number}}\n{{/items}}\n", "\n1\n\n2\n\n3\n");
	assert_renders("{{^off}}\nx\n{{/off}}\n", "x\n");
	/* With anything beside it, or as a value, the tag leaves its line. */
	assert_renders("{{#on}}{{/on}}\n", "\n");
	assert_renders("{{#on}} x\n{{/on}}\n", " x\n");
	assert_renders("{{#on}}\n{{word}}\n{{/on}}\n", "hospital-1\n");
	assert_renders("x {{!comment}}\n", "x \n");
	assert_renders("{{!comment}} x\n", " x\n");
}

static void refuses_malformed_tags(void **state)
{
	static const char *const tags[] = {"{{}}", "{{ word}}", "{{word }}", "{{Word}}",
		"{{sh }}", "{{sh  word}}", "{{yaml }}", "{{yaml  word}}", "{{ini word}}",
		"{{#}}", "{{/}}", "{{# on}}", "{{sh #on}}", "{{#sh on}}", "{{{word}}}",
		"{{&word}}", "{{>word}}", "{{=<% %>=}}", "{{word.word}}", "{{wörd}}",
		"{{wo\trd}}"};
	const char *expected =
		"1:1: no such tag: write {{name}}, {{sh name}}, "
		"{{yaml name}}, {{#name}}, {{^name}}, {{/name}} or {{!comment}}";

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(tags); i++)
		assert_fails(tags[i], expected);
	/* A value may be called as the escape is. */
	assert_fails("{{sh}}", "1:1: unknown name 'sh'");
	assert_fails("a\n\n  ü {{bad tag}}",
		"3:5: no such tag: write {{name}}, {{sh name}}, "
		"{{yaml name}}, {{#name}}, {{^name}}, {{/name}} or "
		"{{!comment}}");
	assert_fails("a\nb {{word\n}}", "2:3: tag is not closed by '}}' in its line");
	assert_fails("{{!comment", "1:1: tag is not closed by '}}' in its line");
	assert_fails("  {{#on\n", "1:3: tag is not closed by '}}' in its line");
	assert_fails("{{", "1:1: tag is not closed by '}}' in its line");
	assert_fails("{{}", "1:1: tag is not closed by '}}' in its line");
}

static void refuses_sections_that_do_not_nest(void **state)
{
	(void)state;
	assert_fails("a\n{{/on}}\n", "2:1: section 'on' is not open");
	assert_fails("{{#on}}\nx", "1:1: section 'on' is not closed");
	assert_fails("{{#on}}\n{{#off}}\n{{/off}}\n", "1:1: section 'on' is not closed");
	assert_fails("\n{{#on}}\n{{^off}}\n  {{/on}}\n{{/off}}",
		"4:3: section 'on' is closed while 'off' of line 3 is open");
	assert_fails("{{#on}}{{/o}}",
		"1:8: section 'o' is closed while 'on' of line 1 is open");
	assert_renders("{{#on}}{{#on}}{{#on}}{{#on}}{{#on}}{{#on}}{{#on}}{{#on}}x"
		       "{{/on}}{{/on}}{{/on}}{{/on}}{{/on}}{{/on}}{{/on}}{{/on}}",
		"x");
	assert_fails("{{#on}}{{#on}}{{#on}}{{#on}}{{#on}}{{#on}}{{#on}}{{#on}}{{#on}}x",
		"1:57: sections are nested deeper than 8");
	/* Sections that nobody enters have to nest as well. */
	assert_fails("{{#off}}{{/on}}",
		"1:9: section 'on' is closed while 'off' of line 1 is open");
}

static void refuses_names_that_do_not_fit(void **state)
{
	(void)state;
	assert_fails("a {{nobody}}", "1:3: unknown name 'nobody'");
	assert_fails("{{sh nobody}}", "1:1: unknown name 'nobody'");
	assert_fails("{{#nobody}}{{/nobody}}", "1:1: unknown name 'nobody'");
	assert_fails("{{^nobody}}{{/nobody}}", "1:1: unknown name 'nobody'");
	assert_fails("{{#items}}{{/items}}{{leaf}}", "1:21: unknown name 'leaf'");
	assert_fails("{{#items}}x\n {{leaf}}{{/items}}", "2:2: unknown name 'leaf'");
	assert_fails("ok {{word}}\n{{text}}",
		"2:1: 'text' is text, which prints only through an escape such as "
		"{{sh name}}");
	assert_fails("{{on}}", "1:1: 'on' opens a section and does not print");
	assert_fails("{{sh items}}", "1:1: 'items' opens a section and does not print");
	assert_fails("{{#number}}{{/number}}",
		"1:1: 'number' is neither a list nor a flag and opens no section");
	assert_fails("{{key}}{{^key}}{{/key}}",
		"1:8: 'key' is neither a list nor a flag and opens no section");
}

static void refuses_values_that_are_not_there(void **state)
{
	static const char *const names[] = {"no_addr", "no_prefix", "no_prefixes",
		"no_key", "no_endpoint", "no_word"};
	char text[64], expected[128];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(text, sizeof(text), "{{%s}}", names[i]);
		snprintf(expected, sizeof(expected),
			"1:1: '%s' has no value: put a section around it", names[i]);
		assert_fails(text, expected);
		snprintf(text, sizeof(text), "{{sh %s}}", names[i]);
		assert_fails(text, expected);
	}
	assert_fails(
		"{{sh no_text}}", "1:1: 'no_text' has no value: put a section around it");
}

static void checks_words(void **state)
{
	(void)state;
	assert_fails("{{bad_word}}",
		"1:1: 'bad_word' is not a word of letters, digits, '_', '.' and '-'");
	assert_fails("{{sh bad_word}}",
		"1:1: 'bad_word' is not a word of letters, digits, '_', '.' and '-'");
	assert_fails("{{empty_word}}",
		"1:1: 'empty_word' is not a word of letters, digits, '_', '.' and '-'");
}

/* What was printed before the mistake is neither in the buffer nor in the message. */
static void keeps_a_key_out_of_errors(void **state)
{
	CLEANUP(err_release) struct err err = ERR_INIT;
	CLEANUP(buf_release) struct buf out = BUF_INIT;

	(void)state;
	assert_int_equal(render("{{key}} {{sh key}} {{nobody}}", &out, &err), -1);
	assert_int_equal(out.len, 0);
	assert_null(strstr(err.entries[0].message, secret));
	assert_null(strstr(err.entries[0].text, secret));
	assert_null(memmem(out.text, out.size, secret, strlen(secret)));
}

static char *read_template(const char *name, size_t *len)
{
	CLEANUP_FREE char *path = NULL;
	CLEANUP(buf_release) struct buf text = BUF_INIT;
	char *room;

	assert_true(asprintf(&path, "%s/%s", TEMPLATES_DIR, name) > 0);
	FILE *file = fopen(path, "rb");
	assert_non_null(file);
	do {
		room = buf_reserve(&text, 4096);
		*len = fread(room, 1, 4096, file);
		buf_added(&text, *len);
	} while (*len);
	fclose(file);
	*len = text.len;
	return buf_detach(&text);
}

static void embeds_templates_byte_for_byte(void **state)
{
	(void)state;
	assert_true(embedded_count > 0);
	for (size_t i = 0; i < embedded_count; i++) {
		const char *name = embedded_files[i].name;
		const struct source source = template_source(name);
		size_t len;
		CLEANUP_FREE char *text = read_template(name, &len);

		assert_string_equal(source.name, name);
		assert_int_equal(source.len, len);
		assert_memory_equal(source.text, text, len + 1);
		if (i)
			assert_true(strcmp(embedded_files[i - 1].name, name) < 0);
	}
}

static void names_the_embedded_template(void **state)
{
	CLEANUP(err_release) struct err err = ERR_INIT;
	CLEANUP(buf_release) struct buf out = BUF_INIT;
	const struct view view = {.count = 0};

	(void)state;
	assert_int_equal(template_render("wg.conf", &view, &out, &err), -1);
	assert_string_equal(err.entries[0].file, "wg.conf");
	assert_int_equal(err.entries[0].line, 2);
	assert_string_equal(err.entries[0].text, "{{#has_private_key}}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prints_each_type),
		cmocka_unit_test(escapes_for_a_shell),
		cmocka_unit_test(escapes_for_yaml),
		cmocka_unit_test(opens_sections),
		cmocka_unit_test(looks_names_up_outwards),
		cmocka_unit_test(leaves_no_line_of_a_standalone_tag),
		cmocka_unit_test(refuses_malformed_tags),
		cmocka_unit_test(refuses_sections_that_do_not_nest),
		cmocka_unit_test(refuses_names_that_do_not_fit),
		cmocka_unit_test(refuses_values_that_are_not_there),
		cmocka_unit_test(checks_words),
		cmocka_unit_test(keeps_a_key_out_of_errors),
		cmocka_unit_test(embeds_templates_byte_for_byte),
		cmocka_unit_test(names_the_embedded_template),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
