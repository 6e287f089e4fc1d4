/* SPDX-License-Identifier: MIT */
/*
 * The floor that `wgctl render` is measured against: N keypairs made, and N files of 400
 * bytes written that only their owner can read, made durable all at once.
 *
 *   floor N FOLDER
 */
#include <fcntl.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_SIZE = 400, NAME_SIZE = 32 };

static bool write_one(int folder, unsigned long number)
{
	unsigned char private_key[crypto_scalarmult_SCALARBYTES];
	unsigned char public_key[crypto_scalarmult_BYTES];
	char text[FILE_SIZE], name[NAME_SIZE];

	randombytes_buf(private_key, sizeof(private_key));
	crypto_scalarmult_base(public_key, private_key);
	memset(text, '\n', sizeof(text));
	sodium_bin2base64(text, sizeof(text), private_key, sizeof(private_key),
		sodium_base64_VARIANT_ORIGINAL);
	sodium_bin2base64(text + 64, sizeof(text) - 64, public_key, sizeof(public_key),
		sodium_base64_VARIANT_ORIGINAL);
	snprintf(name, sizeof(name), "spoke-%lu.conf", number);
	int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	bool written = write(fd, text, sizeof(text)) == (ssize_t)sizeof(text);
	return close(fd) == 0 && written;
}

int main(int argc, char **argv)
{
	if (argc != 3 || sodium_init() < 0)
		return 2;
	unsigned long count = strtoul(argv[1], NULL, 10);
	int folder = open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	for (unsigned long i = 0; i < count; i++) {
		if (!write_one(folder, i)) {
			perror(argv[2]);
			return 1;
		}
	}
	return syncfs(folder) == 0 ? 0 : 1;
}
