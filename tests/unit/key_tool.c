/* SPDX-License-Identifier: MIT */
/*
 * lib/key and quote_shell behind a pipe, for oracle_key.sh:
 *   key_tool generate COUNT         prints "PRIVATE PUBLIC", a line a pair
 *   key_tool check                  answers yes or no to each key text on stdin, one a line
 *   key_tool quote SEED COUNT FILE  prints a shell script, and writes to FILE what the
 *                                   script is to print: random strings, each with its NUL
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/num.h"
#include "base/quote.h"
#include "key/key.h"

enum { LONGEST = 40 };

static int generate(uint64_t count)
{
	for (uint64_t i = 0; i < count; i++) {
		CLEANUP(key_wipe) struct key private_key;
		struct key public_key;
		char texts[2][KEY_TEXT_SIZE];

		key_generate_private(&private_key);
		key_public(&private_key, &public_key);
		key_format(&private_key, texts[0]);
		key_format(&public_key, texts[1]);
		printf("%s %s\n", texts[0], texts[1]);
	}
	return 0;
}

static int check(void)
{
	CLEANUP_FREE char *line = NULL;
	size_t size = 0;
	ssize_t len;

	while ((len = getline(&line, &size, stdin)) > 0) {
		struct key key;

		if (line[len - 1] == '\n')
			line[len - 1] = '\0';
		puts(key_parse(line, &key) ? "yes" : "no");
	}
	return 0;
}

/* A linear congruence (Knuth's MMIX), of which the upper bits are used. */
static uint32_t draw(uint64_t *seed, uint32_t below)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((*seed >> 33) % below);
}

/* Half of the strings are any bytes, half are of what means something to a shell. */
static void make_string(uint64_t *seed, char out[static LONGEST + 1])
{
	static const char special[] =
		"'\"\\$`!*?[]{}()<>|&;#~=%- \t\n\r\x01\x7f\x80\x81\x82"
		"\x83\x84\x85\x86\x87\x88\xc2\xff";
	const bool any = draw(seed, 2);
	const uint32_t len = draw(seed, LONGEST + 1);

	for (uint32_t i = 0; i < len; i++) {
		if (any)
			out[i] = (char)(1 + draw(seed, 255));
		else
			out[i] = special[draw(seed, sizeof(special) - 1)];
	}
	out[len] = '\0';
}

static int quote(uint64_t seed, uint64_t count, const char *path)
{
	FILE *raw = fopen(path, "wb");

	if (!raw) {
		perror(path);
		return 1;
	}
	for (uint64_t i = 0; i < count; i++) {
		CLEANUP(buf_release) struct buf line = BUF_INIT;
		char string[LONGEST + 1];

		make_string(&seed, string);
		fwrite(string, 1, strlen(string) + 1, raw);
		buf_add(&line, "printf '%s\\000' ");
		quote_shell(&line, string);
		puts(line.text);
	}
	return fclose(raw) ? 1 : 0;
}

int main(int argc, char **argv)
{
	uint64_t seed, count;

	if (!key_init())
		return 1;
	if (argc == 3 && !strcmp(argv[1], "generate") &&
		num_parse(argv[2], 0, UINT32_MAX, &count))
		return generate(count);
	if (argc == 2 && !strcmp(argv[1], "check"))
		return check();
	if (argc == 5 && !strcmp(argv[1], "quote") &&
		num_parse(argv[2], 0, UINT32_MAX, &seed) &&
		num_parse(argv[3], 0, UINT32_MAX, &count))
		return quote(seed, count, argv[4]);
	fputs("usage: key_tool generate COUNT | check | quote SEED COUNT FILE\n", stderr);
	return 2;
}
