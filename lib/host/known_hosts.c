/* SPDX-License-Identifier: MIT */
/* Reading and extending known_hosts files. */
#include "host/known_hosts.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <libssh/libssh.h>
#include <sodium/utils.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"

enum { FILE_MAX = 64 << 20 };

void known_hosts_init(struct known_hosts *known, const struct destination *destination)
{
	CLEANUP(buf_release) struct buf name = BUF_INIT;
	const char *host = destination->host_key_alias ? destination->host_key_alias
						       : destination->hostname;

	for (; *host; host++)
		buf_add_char(&name, (char)tolower((unsigned char)*host));
	known->name = arena_strdup(&known->arena, name.text);
	if (destination->host_key_alias || destination->port == SSH_PORT_DEFAULT)
		return;
	known->portless = known->name;
	buf_truncate(&name, 0);
	buf_addf(&name, "[%s]:%u", known->portless, destination->port);
	known->name = arena_strdup(&known->arena, name.text);
}

/* '*' and '?' as in ssh_config(5), PATTERNS; `s` is lower case. */
static bool pattern_matches(const char *pattern, size_t len, const char *s)
{
	const char *end = pattern + len, *star = NULL, *retry = NULL;

	while (*s) {
		if (pattern < end && *pattern == '*') {
			star = pattern++;
			retry = s;
		} else if (pattern < end &&
			   (*pattern == '?' || tolower((unsigned char)*pattern) == *s)) {
			pattern++;
			s++;
		} else if (star) {
			pattern = star + 1;
			s = ++retry;
		} else {
			return false;
		}
	}
	while (pattern < end && *pattern == '*')
		pattern++;
	return pattern == end;
}

static bool list_matches(const char *patterns, const char *name)
{
	bool matches = false;

	while (*patterns) {
		size_t len = strcspn(patterns, ",");
		bool negated = *patterns == '!';

		if (pattern_matches(patterns + negated, len - negated, name)) {
			if (negated)
				return false;
			matches = true;
		}
		patterns += len + (patterns[len] == ',');
	}
	return matches;
}

/* HMAC-SHA1 is libssh's; it wants a whole line. */
static bool hash_matches(const char *hosts, const char *key, const char *name)
{
	CLEANUP(buf_release) struct buf line = BUF_INIT;
	struct ssh_knownhosts_entry *entry = NULL;

	buf_addf(&line, "%s %s", hosts, key);
	int rc = ssh_known_hosts_parse_line(name, line.text, &entry);
	if (rc != SSH_OK)
		return false;
	ssh_knownhosts_entry_free(entry);
	return true;
}

static bool hosts_match(const char *hosts, const char *key, const char *name)
{
	return *hosts == '|' ? hash_matches(hosts, key, name) : list_matches(hosts, name);
}

static uint32_t read_be32(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
	       (uint32_t)bytes[2] << 8 | bytes[3];
}

/* The key's type is the first string of its blob (RFC 4253, section 6.6). */
static bool decode_key(
	struct known_hosts *known, const char *base64, size_t len, struct known_key *key)
{
	uint8_t *blob = arena_alloc(&known->arena, len + 1);
	size_t size = 0;

	if (sodium_base642bin(blob, len + 1, base64, len, NULL, &size, NULL,
		    sodium_base64_VARIANT_ORIGINAL) &&
		sodium_base642bin(blob, len + 1, base64, len, NULL, &size, NULL,
			sodium_base64_VARIANT_ORIGINAL_NO_PADDING))
		return false;
	if (size < 4 || read_be32(blob) > size - 4)
		return false;
	key->blob = blob;
	key->blob_len = size;
	key->type = arena_strndup(&known->arena, (char *)blob + 4, read_be32(blob));
	return true;
}

static char *next_word(char **at)
{
	char *word = *at + strspn(*at, " \t");
	size_t len = strcspn(word, " \t");

	*at = word + len;
	if (word[len]) {
		word[len] = '\0';
		(*at)++;
	}
	return word;
}

static void add_line(
	struct known_hosts *known, const char *file, size_t number, char *line)
{
	struct known_key key = {.file = file, .line = number};
	char *at = line;
	char *hosts = next_word(&at);

	if (*hosts == '@') {
		key.revoked = !strcmp(hosts, "@revoked");
		if (!key.revoked)
			return;
		hosts = next_word(&at);
	}
	if (!*hosts || *hosts == '#')
		return;
	const char *rest = at + strspn(at, " \t");
	if (!hosts_match(hosts, rest, known->name)) {
		if (!known->portless || !hosts_match(hosts, rest, known->portless))
			return;
		key.portless = true;
	}
	next_word(&at);
	char *base64 = next_word(&at);
	if (!decode_key(known, base64, strlen(base64), &key))
		return;
	struct known_key *kept = arena_alloc(&known->arena, sizeof(*kept));
	*kept = key;
	if (known->last)
		known->last->next = kept;
	else
		known->keys = kept;
	known->last = kept;
}

void known_hosts_add(
	struct known_hosts *known, const char *file, const char *text, size_t len)
{
	const char *name = arena_strdup(&known->arena, file);
	const char *end = text + len;

	for (size_t number = 1; text < end; number++) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		size_t line_len = (size_t)((newline ? newline : end) - text);

		if (line_len && text[line_len - 1] == '\r')
			line_len--;
		CLEANUP_FREE char *line = xstrndup(text, line_len);
		add_line(known, name, number, line);
		text = newline ? newline + 1 : end;
	}
}

static int read_whole(int fd, struct buf *text)
{
	ssize_t got;

	do {
		got = read(fd, buf_reserve(text, 65536), 65536);
		if (got > 0)
			buf_added(text, (size_t)got);
		if (text->len > FILE_MAX) {
			errno = EFBIG;
			return -1;
		}
	} while (got > 0 || (got < 0 && errno == EINTR));
	return got < 0 ? -1 : 0;
}

static int read_file(struct known_hosts *known, const char *file, struct err *err)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT;
	int fd = open(file, O_RDONLY | O_CLOEXEC);

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (fd < 0)
		return err_errno(err, "cannot read known hosts file '%s'", file);
	int rc = read_whole(fd, &text);
	if (rc)
		err_errno(err, "cannot read known hosts file '%s'", file);
	else
		known_hosts_add(known, file, text.text, text.len);
	close(fd);
	return rc;
}

int known_hosts_read(
	struct known_hosts *known, const struct destination *destination, struct err *err)
{
	const struct string_list *lists[] = {
		&destination->user_known_hosts, &destination->global_known_hosts};

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		for (size_t j = 0; j < lists[i]->count; j++)
			if (read_file(known, lists[i]->items[j], err))
				return -1;
	return 0;
}

static bool is_type(const uint8_t *blob, size_t len, const char *type)
{
	size_t type_len = strlen(type);

	return len >= 4 + type_len && read_be32(blob) == type_len &&
	       !memcmp(blob + 4, type, type_len);
}

enum known_verdict known_hosts_judge(const struct known_hosts *known, const uint8_t *blob,
	size_t len, const struct known_key **reason)
{
	enum known_verdict verdict = KNOWN_UNKNOWN;

	*reason = NULL;
	for (const struct known_key *key = known->keys; key; key = key->next) {
		bool same = key->blob_len == len && !memcmp(key->blob, blob, len);
		enum known_verdict says = KNOWN_OTHER_TYPE;

		if (same)
			says = key->revoked ? KNOWN_REVOKED : KNOWN_SAME;
		else if (key->revoked || key->portless)
			continue;
		else if (is_type(blob, len, key->type))
			says = KNOWN_CHANGED;
		if (says > verdict) {
			verdict = says;
			*reason = key;
		}
	}
	return verdict;
}

static void make_folder(const char *file)
{
	const char *slash = strrchr(file, '/');

	if (!slash || slash == file)
		return;
	CLEANUP_FREE char *folder = xstrndup(file, (size_t)(slash - file));
	mkdir(folder, 0700);
}

/* A last line without its end must not swallow ours. */
static bool ends_open(int fd)
{
	char last = '\n';
	off_t size = lseek(fd, 0, SEEK_END);

	return size > 0 && pread(fd, &last, 1, size - 1) == 1 && last != '\n';
}

int known_hosts_record(const char *file, const char *name, const char *type,
	const char *base64, struct err *err)
{
	CLEANUP(buf_release) struct buf line = BUF_INIT;

	make_folder(file);
	int fd = open(file, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_errno(err, "cannot record the host key in '%s'", file);
	buf_addf(&line, "%s%s %s %s\n", ends_open(fd) ? "\n" : "", name, type, base64);
	int rc = 0;
	if (write(fd, line.text, line.len) != (ssize_t)line.len)
		rc = err_errno(err, "cannot record the host key in '%s'", file);
	/* Character devices such as /dev/null cannot be synced. */
	else if (fsync(fd) && errno != EINVAL && errno != EROFS)
		rc = err_errno(err, "cannot record the host key in '%s'", file);
	close(fd);
	return rc;
}

void known_hosts_release(struct known_hosts *known)
{
	arena_release(&known->arena);
	*known = (struct known_hosts)KNOWN_HOSTS_INIT;
}
