/* SPDX-License-Identifier: MIT */
/*
 * Configurations for the oracles (oracle_wgconf.py, oracle_device.sh):
 *   random SEED             a valid random configuration on stdout
 *   meaning FILE            what the file means, as lines "field=value", keys in hex
 *   same-device A B         succeeds where both mean the same to the device
 *   mutate SEED COUNT DIR   breaks random configurations COUNT times; of each that is still
 *                           read, DIR gets N.conf and N.meaning
 *   time PEERS              milliseconds of the processor that wgconf_format takes for a hub of so many
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "render/wgconf.h"

/* splitmix64 (Steele, Lea, Flood 2014): the same numbers everywhere. */
static uint64_t next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static size_t below(uint64_t *state, size_t end)
{
	return (size_t)(next(state) % end);
}

static void random_bytes(uint64_t *state, uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)next(state);
}

static struct key random_key(uint64_t *state)
{
	struct key key;

	random_bytes(state, key.bytes, sizeof(key.bytes));
	return key;
}

static struct addr random_addr(uint64_t *state)
{
	struct addr addr = {.family = below(state, 3) ? FAMILY_IPV4 : FAMILY_IPV6};

	random_bytes(state, addr.bytes, addr_bits(&addr) / 8);
	if (addr.family == FAMILY_IPV6 && below(state, 2))
		memset(addr.bytes + 4, 0, below(state, 12));
	return addr;
}

static struct prefix random_prefix(uint64_t *state)
{
	const struct addr addr = random_addr(state);

	return (struct prefix){addr, (uint8_t)below(state, addr_bits(&addr) + 1)};
}

/* A name of example.org is nothing that a test would resolve. */
static struct endpoint random_endpoint(uint64_t *state)
{
	struct endpoint endpoint = {.port = (uint16_t)(1 + below(state, UINT16_MAX))};

	if (below(state, 4))
		endpoint.addr = random_addr(state);
	else
		snprintf(endpoint.name, sizeof(endpoint.name), "h%zu.example.org",
			below(state, 1000));
	return endpoint;
}

/* Short prefixes would soon be there twice. */
static void random_peer(uint64_t *state, struct wgconf_peer *peer)
{
	static const char *const names[] = {NULL, "hospital", "a", "laptop-2", "x.y_Z"};

	peer->name = names[below(state, ARRAY_SIZE(names))];
	peer->public_key = random_key(state);
	if (below(state, 2))
		peer->preshared_key = random_key(state);
	for (size_t i = 1 + below(state, 4); i > 0; i--) {
		struct prefix prefix = random_prefix(state);

		if (prefix.len < 24)
			prefix.len = 24;
		prefixset_add(&peer->allowed_ips, &prefix);
	}
	if (below(state, 2))
		peer->endpoint = random_endpoint(state);
	if (below(state, 2))
		peer->persistent_keepalive = (uint16_t)next(state);
}

static void random_conf(uint64_t *state, size_t peers, struct wgconf *conf)
{
	if (below(state, 4))
		conf->private_key = random_key(state);
	if (below(state, 2))
		conf->listen_port = (uint16_t)(1 + below(state, UINT16_MAX));
	if (below(state, 2))
		conf->mtu = (uint16_t)(576 + below(state, UINT16_MAX - 575));
	for (size_t i = below(state, 3); i > 0; i--) {
		const struct prefix address = random_prefix(state);

		wgconf_add_address(conf, &address);
	}
	for (size_t i = below(state, 3); i > 0; i--) {
		const struct addr server = random_addr(state);

		wgconf_add_dns(conf, &server);
	}
	while (peers--)
		random_peer(state, wgconf_add_peer(conf));
}

static int fail(const struct err *err, const char *what)
{
	const struct err_entry *entry = &err->entries[0];

	fprintf(stderr, "%s:%u:%u: %s\n", what, (unsigned)entry->line,
		(unsigned)entry->col, entry->message);
	return EXIT_FAILURE;
}

static int add_random_text(uint64_t *state, struct buf *out)
{
	CLEANUP(err_release) struct err err = ERR_INIT;
	CLEANUP(wgconf_release) struct wgconf conf = WGCONF_INIT;

	random_conf(state, below(state, 6), &conf);
	if (wgconf_format(&conf, out, &err) < 0)
		return fail(&err, "format");
	return EXIT_SUCCESS;
}

static int run_random(char **args)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT;
	uint64_t state = strtoull(args[0], NULL, 10);

	if (add_random_text(&state, &out) != EXIT_SUCCESS)
		return EXIT_FAILURE;
	fwrite(out.text, 1, out.len, stdout);
	return EXIT_SUCCESS;
}

static void print_key(FILE *out, const char *field, const struct key *key)
{
	fprintf(out, "%s=", field);
	for (size_t i = 0; i < sizeof(key->bytes); i++)
		fprintf(out, "%02x", key->bytes[i]);
	fputc('\n', out);
}

static void print_peer(FILE *out, const struct wgconf_peer *peer)
{
	char text[ENDPOINT_TEXT_SIZE];

	print_key(out, "public_key", &peer->public_key);
	print_key(out, "preshared_key", &peer->preshared_key);
	if (endpoint_is_set(&peer->endpoint)) {
		endpoint_format(&peer->endpoint, text);
		fprintf(out, "endpoint=%s\n", text);
	}
	fprintf(out, "persistent_keepalive_interval=%u\n",
		(unsigned)peer->persistent_keepalive);
	for (size_t i = 0; i < peer->allowed_ips.count; i++) {
		prefix_format(&peer->allowed_ips.items[i], text);
		fprintf(out, "allowed_ip=%s\n", text);
	}
}

/* In the words of the protocol between wg and a driver (wireguard.com/xplatform). */
static void print_meaning(FILE *out, const struct wgconf *conf)
{
	print_key(out, "private_key", &conf->private_key);
	fprintf(out, "listen_port=%u\n", (unsigned)conf->listen_port);
	for (size_t i = 0; i < conf->peer_count; i++)
		print_peer(out, &conf->peers[i]);
}

static int read_conf(const char *path, struct wgconf *out)
{
	CLEANUP(err_release) struct err err = ERR_INIT;
	CLEANUP(buf_release) struct buf text = BUF_INIT;
	FILE *file = fopen(path, "rb");
	size_t len = 1;

	if (!file) {
		perror(path);
		return EXIT_FAILURE;
	}
	while (len) {
		len = fread(buf_reserve(&text, 65536), 1, 65536, file);
		buf_added(&text, len);
	}
	fclose(file);
	const struct source source = {path, text.text, text.len};
	return wgconf_parse(&source, out, &err) < 0 ? fail(&err, path) : EXIT_SUCCESS;
}

static int run_meaning(char **args)
{
	CLEANUP(wgconf_release) struct wgconf conf = WGCONF_INIT;

	if (read_conf(args[0], &conf) != EXIT_SUCCESS)
		return EXIT_FAILURE;
	print_meaning(stdout, &conf);
	return EXIT_SUCCESS;
}

/* The device knows nothing of addresses, MTU and DNS, and clamps its private key. */
static void keep_device_part(struct wgconf *conf)
{
	uint8_t *key = conf->private_key.bytes;

	conf->addresses.count = 0;
	conf->dns_count = 0;
	conf->mtu = 0;
	if (!key_is_zero(&conf->private_key)) {
		key[0] &= 248;
		key[31] = (uint8_t)((key[31] & 127) | 64);
	}
}

static int run_same_device(char **args)
{
	CLEANUP(wgconf_release) struct wgconf a = WGCONF_INIT;
	CLEANUP(wgconf_release) struct wgconf b = WGCONF_INIT;

	if (read_conf(args[0], &a) != EXIT_SUCCESS ||
		read_conf(args[1], &b) != EXIT_SUCCESS)
		return EXIT_FAILURE;
	keep_device_part(&a);
	keep_device_part(&b);
	return wgconf_equals(&a, &b) ? EXIT_SUCCESS : EXIT_FAILURE;
}

static void replace(
	struct buf *text, size_t at, size_t gone, const char *with, size_t len)
{
	CLEANUP(buf_release) struct buf tail = BUF_INIT;

	buf_add_mem(&tail, text->text + at + gone, text->len - at - gone);
	buf_truncate(text, at);
	buf_add_mem(text, with, len);
	buf_add_mem(text, tail.text, tail.len);
}

/* The line around a random place: where it begins, and its length with the newline. */
static size_t random_line(uint64_t *state, const struct buf *text, size_t *len)
{
	size_t at = below(state, text->len), end = at;

	while (at && text->text[at - 1] != '\n')
		at--;
	while (end < text->len && text->text[end] != '\n')
		end++;
	*len = end + (end < text->len) - at;
	return at;
}

static void mutate(uint64_t *state, struct buf *text)
{
	static const char *const pieces[] = {" ", "\t", "\r\n", "\n", "#", ",", ", ", "=",
		"[", "]", "0", "00", "1", "9", "/", "/32", "/0", ":", "::", ".", "-", "+",
		"x", "0x", "A", "[Peer]\n", "[Interface]\n", "PostUp = true\n", "\r",
		"\v", "MTU = 1400\n", "AllowedIPs = 10.0.0.0/8\n", "# x\n", "off",
		"\xc3\xa9", "Endpoint = 192.0.2.1:1\n", "PresharedKey = \n",
		"ListenPort = 7\n", "PersistentKeepalive = off\n"};
	const char *piece = pieces[below(state, ARRAY_SIZE(pieces))];
	size_t len, at = random_line(state, text, &len);
	CLEANUP_FREE char *line = xstrndup(text->text + at, len);
	const size_t place = below(state, text->len);

	switch (below(state, 8)) {
	case 0: /* a line twice, elsewhere, not at all */
		replace(text, at, 0, line, strlen(line));
		break;
	case 1:
		replace(text, at, len, "", 0);
		if (text->len)
			at = random_line(state, text, &len);
		replace(text, text->len ? at : 0, 0, line, strlen(line));
		break;
	case 2:
		replace(text, at, len, "", 0);
		break;
	case 3: /* a piece at the start of a line, anywhere, in the place of something */
		replace(text, at, 0, piece, strlen(piece));
		break;
	case 4:
		replace(text, place, 0, piece, strlen(piece));
		break;
	case 5:
		replace(text, place, 1, piece, strlen(piece));
		break;
	case 6: /* another case, another bit */
		text->text[place] ^= 0x20;
		break;
	default:
		text->text[place] ^= (char)(1 << below(state, 8));
	}
}

static FILE *create(const char *dir, size_t number, const char *ending)
{
	CLEANUP_FREE char *path = NULL;

	if (asprintf(&path, "%s/%zu.%s", dir, number, ending) < 0)
		abort();
	FILE *file = fopen(path, "wb");
	if (!file) {
		perror(path);
		exit(EXIT_FAILURE);
	}
	return file;
}

static bool keep_if_read(const struct buf *text, const char *dir, size_t number)
{
	CLEANUP(err_release) struct err err = ERR_INIT;
	CLEANUP(wgconf_release) struct wgconf conf = WGCONF_INIT;
	const struct source source = {"mutant", text->text, text->len};

	if (wgconf_parse(&source, &conf, &err) < 0)
		return false;
	FILE *file = create(dir, number, "conf");
	fwrite(text->text, 1, text->len, file);
	fclose(file);
	file = create(dir, number, "meaning");
	print_meaning(file, &conf);
	fclose(file);
	return true;
}

static int run_mutate(char **args)
{
	uint64_t state = strtoull(args[0], NULL, 10);
	const size_t count = strtoul(args[1], NULL, 10);
	size_t read = 0;

	for (size_t i = 0; i < count; i++) {
		CLEANUP(buf_release) struct buf text = BUF_INIT;

		if (add_random_text(&state, &text) != EXIT_SUCCESS)
			return EXIT_FAILURE;
		for (size_t n = 1 + below(&state, 2); n > 0 && text.len; n--)
			mutate(&state, &text);
		read += keep_if_read(&text, args[2], i);
	}
	printf("%zu\n", read);
	return EXIT_SUCCESS;
}

static int run_time(char **args)
{
	CLEANUP(err_release) struct err err = ERR_INIT;
	CLEANUP(wgconf_release) struct wgconf conf = WGCONF_INIT;
	CLEANUP(buf_release) struct buf out = BUF_INIT;
	uint64_t state = 1;
	struct timespec begin, end;

	random_conf(&state, 0, &conf);
	for (uint32_t i = 0; i < strtoul(args[0], NULL, 10); i++) {
		struct wgconf_peer *peer = wgconf_add_peer(&conf);
		struct prefix prefix = {
			{FAMILY_IPV4,
				{10, (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i}},
			32};

		peer->name = "hospital";
		peer->public_key = random_key(&state);
		peer->preshared_key = random_key(&state);
		prefixset_add(&peer->allowed_ips, &prefix);
		prefix.addr.bytes[0] = 11;
		prefixset_add(&peer->allowed_ips, &prefix);
	}
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
	if (wgconf_format(&conf, &out, &err) < 0)
		return fail(&err, "format");
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
	printf("%.1f ms, %zu bytes\n",
		(double)(end.tv_sec - begin.tv_sec) * 1e3 +
			(double)(end.tv_nsec - begin.tv_nsec) / 1e6,
		out.len);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int args;
		int (*run)(char **args);
	} commands[] = {
		{"random", 1, run_random},
		{"meaning", 1, run_meaning},
		{"same-device", 2, run_same_device},
		{"mutate", 3, run_mutate},
		{"time", 1, run_time},
	};

	for (size_t i = 0; argc > 1 && i < ARRAY_SIZE(commands); i++) {
		if (!strcmp(argv[1], commands[i].name) && argc - 2 == commands[i].args)
			return commands[i].run(argv + 2);
	}
	fprintf(stderr,
		"usage: wgconf_tool random|meaning|same-device|mutate|time ...\n");
	return EXIT_FAILURE;
}
