/* SPDX-License-Identifier: MIT */
/*
 * A valid site of N spokes with all of its keys, in the current folder, for benchmarks:
 * every second spoke has a network behind it, out of 10.128.0.0/9.
 *
 *   make_site N
 */
#include <fcntl.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEY_SIZE = 32, TEXT_SIZE = 46, NAME_SIZE = 64, SPOKES_MAX = 100000 };

static bool write_key(const char *name, const char *suffix, const unsigned char *key)
{
	char path[NAME_SIZE], text[TEXT_SIZE];

	snprintf(path, sizeof(path), "keys/%s.%s", name, suffix);
	sodium_bin2base64(
		text, sizeof(text), key, KEY_SIZE, sodium_base64_VARIANT_ORIGINAL);
	text[TEXT_SIZE - 2] = '\n';
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	bool written = write(fd, text, TEXT_SIZE - 1) == TEXT_SIZE - 1;
	return close(fd) == 0 && written;
}

/* Makes the node's keys, and writes its field public_key. */
static bool make_keys(FILE *site, const char *name, bool is_hub)
{
	unsigned char private_key[KEY_SIZE], public_key[KEY_SIZE], preshared[KEY_SIZE];
	char text[TEXT_SIZE];

	randombytes_buf(private_key, sizeof(private_key));
	private_key[0] &= 248;
	private_key[31] = (unsigned char)((private_key[31] & 127) | 64);
	crypto_scalarmult_base(public_key, private_key);
	randombytes_buf(preshared, sizeof(preshared));
	sodium_bin2base64(text, sizeof(text), public_key, sizeof(public_key),
		sodium_base64_VARIANT_ORIGINAL);
	fprintf(site, "%spublic_key: %s\n", is_hub ? "  " : "    ", text);
	return write_key(name, "key", private_key) &&
	       (is_hub || write_key(name, "psk", preshared));
}

static bool write_spoke(FILE *site, unsigned long number)
{
	unsigned long host = number + 2, subnet = number / 2;
	char name[NAME_SIZE];

	snprintf(name, sizeof(name), "spoke-%lu", number);
	fprintf(site, "  %s:\n    address: 10.%lu.%lu.%lu\n", name, 64 + (host >> 16),
		host >> 8 & 255, host & 255);
	if (number % 2 == 0)
		fprintf(site, "    subnets: [10.%lu.%lu.%lu/28]\n", 128 + (subnet >> 12),
			subnet >> 4 & 255, (subnet & 15) << 4);
	return make_keys(site, name, false);
}

int main(int argc, char **argv)
{
	unsigned long count = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;
	bool good = true;

	if (!count || count > SPOKES_MAX || sodium_init() < 0 ||
		mkdir("keys", 0700) < 0) {
		fprintf(stderr, "usage, in an empty folder: make_site N\n");
		return 2;
	}
	FILE *site = fopen("site.yaml", "wx");
	if (!site)
		return 1;
	fprintf(site, "site: bench\nnetwork: 10.64.0.0/12\nsupernet: 10.128.0.0/9\n\n"
		      "hub:\n  endpoint: vpn.example.org:51820\n  address: 10.64.0.1\n"
		      "  subnets: [10.10.0.0/16]\n");
	good = make_keys(site, "hub", true);
	fprintf(site, "\nspokes:\n");
	for (unsigned long i = 0; i < count && good; i++)
		good = write_spoke(site, i);
	return fclose(site) == 0 && good ? 0 : 1;
}
