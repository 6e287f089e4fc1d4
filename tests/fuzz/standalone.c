/* SPDX-License-Identifier: MIT */
/* Replays files, and the files of folders, where there is no libFuzzer. */
#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "fuzz.h"

static bool read_file(const char *path, struct buf *out)
{
	FILE *file = fopen(path, "rb");
	size_t len;

	if (!file)
		return false;
	do {
		len = fread(buf_reserve(out, 65536), 1, 65536, file);
		buf_added(out, len);
	} while (len);
	const bool good = !ferror(file);
	return fclose(file) == 0 && good;
}

/* The input in memory of just its size, so that a sanitizer sees a read beyond it. */
static bool replay_file(const char *path)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT;

	if (!read_file(path, &text)) {
		fprintf(stderr, "cannot read '%s': %s\n", path, strerror(errno));
		return false;
	}
	CLEANUP_FREE uint8_t *data = xmalloc(text.len);
	if (text.len)
		memcpy(data, text.text, text.len);
	fprintf(stderr, "%s\n", path);
	LLVMFuzzerTestOneInput(data, text.len);
	return true;
}

static bool replay_folder(DIR *folder, const char *path, size_t *count)
{
	const struct dirent *entry;

	while ((entry = readdir(folder))) {
		CLEANUP(buf_release) struct buf name = BUF_INIT;

		if (entry->d_name[0] == '.')
			continue;
		buf_addf(&name, "%s/%s", path, entry->d_name);
		if (!replay_file(name.text))
			return false;
		++*count;
	}
	return true;
}

static bool replay(const char *path, size_t *count)
{
	DIR *folder = opendir(path);

	if (!folder) {
		++*count;
		return replay_file(path);
	}
	const bool good = replay_folder(folder, path, count);
	closedir(folder);
	return good;
}

int main(int argc, char **argv)
{
	size_t count = 0;

	for (int i = 1; i < argc; i++) {
		if (!replay(argv[i], &count))
			return 1;
	}
	fprintf(stderr, "%zu inputs\n", count);
	return count ? 0 : 1;
}
