/* SPDX-License-Identifier: MIT */
/* Configurations: what is read is printed and read back as the same; no error shows text. */
#include "render/wgconf.h"

#include <string.h>

#include "fuzz.h"

static void check_error(const struct err *err)
{
	require(err->count == 1);
	require(err->entries[0].line > 0 && err->entries[0].col > 0);
	require(!err->entries[0].text);
	require(strlen(err->entries[0].message) < 100);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(err_release) struct err err = ERR_INIT;
	CLEANUP(wgconf_release) struct wgconf conf = WGCONF_INIT;
	CLEANUP(buf_release) struct buf text = BUF_INIT;
	CLEANUP(buf_release) struct buf again = BUF_INIT;
	const struct source source = {"wg0.conf", (const char *)data, size};

	if (wgconf_parse(&source, &conf, &err) < 0) {
		check_error(&err);
		return 0;
	}
	require(!err_is_set(&err));
	require(!wgconf_format(&conf, &text, &err));

	CLEANUP(wgconf_release) struct wgconf read = WGCONF_INIT;
	const struct source printed = {"printed", text.text, text.len};
	require(!wgconf_parse(&printed, &read, &err));
	require(wgconf_equals(&conf, &read));
	require(!wgconf_format(&read, &again, &err));
	require(buf_equals(&again, text.text));
	return 0;
}
