/* SPDX-License-Identifier: MIT */
/* The versions of this program and of the libraries that it runs with. */
#include <libssh/libssh.h>
#include <png.h>
#include <qrencode.h>
#include <sodium/version.h>
#include <yaml.h>

#include "cmd.h"

void version_print(FILE *stream)
{
	fprintf(stream, "wgctl %s\n", WGCTL_VERSION);
	fprintf(stream, "libssh %s\n", ssh_version(0));
	fprintf(stream, "libsodium %s\n", sodium_version_string());
	fprintf(stream, "libyaml %s\n", yaml_get_version_string());
	fprintf(stream, "libqrencode %s\n", QRcode_APIVersionString());
	fprintf(stream, "libpng %s\n", png_get_libpng_ver(NULL));
}
