/* SPDX-License-Identifier: MIT */
/*
 * The strict reader of configurations. A mistake is reported with its place but without
 * the text of the line or the value, since a key may stand anywhere in a broken file.
 */
#include "render/wgconf.h"

#include <string.h>
#include <strings.h>

#include "base/num.h"
#include "base/suggest.h"
#include "render/wgconf_unique.h"

enum section { SECTION_NONE, SECTION_INTERFACE, SECTION_PEER };

static const char *const section_names[] = {
	[SECTION_INTERFACE] = "[Interface]",
	[SECTION_PEER] = "[Peer]",
};

enum {
	FIELD_PRIVATE_KEY,
	FIELD_ADDRESS,
	FIELD_LISTEN_PORT,
	FIELD_MTU,
	FIELD_DNS,
	FIELD_PUBLIC_KEY,
	FIELD_PRESHARED_KEY,
	FIELD_ALLOWED_IPS,
	FIELD_ENDPOINT,
	FIELD_PERSISTENT_KEEPALIVE,
	FIELD_COUNT,
};

enum { NAME_SHOWN_MAX = 24, MTU_MIN = 576, PEER_TEXT_MIN = 64 };

struct reader {
	struct source place; /* the name of the source without its text */
	struct err *err;
	struct wgconf conf;
	struct buf text; /* the line that is being read */
	uint32_t line;
	enum section section;
	uint32_t section_line;
	uint32_t seen[FIELD_COUNT]; /* where the section has the field, 0: not yet */
	struct occurrences public_keys, prefixes;
};

struct field {
	const char *name;
	enum section section;
	int (*read)(struct reader *reader, char *value);
};

static struct pos here(const struct reader *reader, const char *at)
{
	uint32_t col = 1;

	for (const char *c = reader->text.text; c < at; c++)
		col += ((unsigned char)*c & 0xc0) != 0x80;
	return (struct pos){&reader->place, reader->line, col};
}

static struct pos section_place(const struct reader *reader)
{
	return (struct pos){&reader->place, reader->section_line, 1};
}

static struct wgconf_peer *last_peer(struct reader *reader)
{
	return &reader->conf.peers[reader->conf.peer_count - 1];
}

/* Cuts blanks off both ends, in place. */
static char *trim(char *s)
{
	s += strspn(s, " \t");
	size_t len = strlen(s);
	while (len && (s[len - 1] == ' ' || s[len - 1] == '\t'))
		len--;
	s[len] = '\0';
	return s;
}

static int read_key(struct reader *reader, const char *value, struct key *out)
{
	if (!key_parse(value, out))
		return err_at(reader->err, here(reader, value),
			"not a key (44 characters of base64)");
	if (key_is_zero(out))
		return err_at(reader->err, here(reader, value), "the key is all zero");
	return 0;
}

static int read_number(struct reader *reader, const char *value, uint64_t min,
	uint64_t max, uint16_t *out)
{
	uint64_t number;

	if (!num_parse(value, min, max, &number))
		return err_at(reader->err, here(reader, value),
			"not a number from %u to %u", (unsigned)min, (unsigned)max);
	*out = (uint16_t)number;
	return 0;
}

/* Calls `read_item` for each item of a comma list. */
static int read_list(struct reader *reader, char *value,
	int (*read_item)(struct reader *reader, const char *item))
{
	while (value) {
		char *comma = strchr(value, ',');

		if (comma)
			*comma = '\0';
		if (read_item(reader, trim(value)) < 0)
			return -1;
		value = comma ? comma + 1 : NULL;
	}
	return 0;
}

static int read_private_key(struct reader *reader, char *value)
{
	return read_key(reader, value, &reader->conf.private_key);
}

static int read_address(struct reader *reader, const char *item)
{
	struct prefix address;

	if (!prefix_parse(item, &address))
		return err_at(reader->err, here(reader, item),
			"not an address with a prefix length, such as 10.49.0.2/32");
	wgconf_add_address(&reader->conf, &address);
	return 0;
}

static int read_addresses(struct reader *reader, char *value)
{
	return read_list(reader, value, read_address);
}

static int read_listen_port(struct reader *reader, char *value)
{
	return read_number(reader, value, 1, UINT16_MAX, &reader->conf.listen_port);
}

static int read_mtu(struct reader *reader, char *value)
{
	return read_number(reader, value, MTU_MIN, UINT16_MAX, &reader->conf.mtu);
}

static int read_dns_server(struct reader *reader, const char *item)
{
	struct addr server;

	if (!addr_parse(item, &server))
		return err_at(reader->err, here(reader, item), "not an address");
	wgconf_add_dns(&reader->conf, &server);
	return 0;
}

static int read_dns(struct reader *reader, char *value)
{
	return read_list(reader, value, read_dns_server);
}

static int read_public_key(struct reader *reader, char *value)
{
	struct key *key = &last_peer(reader)->public_key;
	const struct pos pos = here(reader, value);

	if (read_key(reader, value, key) < 0)
		return -1;
	if (key_is_low_order(key))
		return err_at(
			reader->err, pos, "no secret can be agreed with this public key");
	occurrences_add_key(&reader->public_keys, key, pos.line, pos.col);
	return 0;
}

static int read_preshared_key(struct reader *reader, char *value)
{
	return read_key(reader, value, &last_peer(reader)->preshared_key);
}

static int read_allowed_ip(struct reader *reader, const char *item)
{
	const struct pos pos = here(reader, item);
	struct prefix prefix;

	if (!prefix_parse(item, &prefix))
		return err_at(reader->err, pos, "not a prefix, such as 10.20.1.0/24");
	if (prefix_has_host_bits(&prefix))
		return err_at(reader->err, pos, "the prefix has host bits");
	prefixset_add(&last_peer(reader)->allowed_ips, &prefix);
	occurrences_add_prefix(&reader->prefixes, &prefix, pos.line, pos.col);
	return 0;
}

static int read_allowed_ips(struct reader *reader, char *value)
{
	return read_list(reader, value, read_allowed_ip);
}

static int read_endpoint(struct reader *reader, char *value)
{
	if (!endpoint_parse(value, &last_peer(reader)->endpoint))
		return err_at(reader->err, here(reader, value),
			"not an endpoint, such as vpn.example.org:51820");
	return 0;
}

static int read_keepalive(struct reader *reader, char *value)
{
	if (!strcasecmp(value, "off"))
		return 0;
	return read_number(
		reader, value, 0, UINT16_MAX, &last_peer(reader)->persistent_keepalive);
}

static const struct field fields[FIELD_COUNT] = {
	[FIELD_PRIVATE_KEY] = {"PrivateKey", SECTION_INTERFACE, read_private_key},
	[FIELD_ADDRESS] = {"Address", SECTION_INTERFACE, read_addresses},
	[FIELD_LISTEN_PORT] = {"ListenPort", SECTION_INTERFACE, read_listen_port},
	[FIELD_MTU] = {"MTU", SECTION_INTERFACE, read_mtu},
	[FIELD_DNS] = {"DNS", SECTION_INTERFACE, read_dns},
	[FIELD_PUBLIC_KEY] = {"PublicKey", SECTION_PEER, read_public_key},
	[FIELD_PRESHARED_KEY] = {"PresharedKey", SECTION_PEER, read_preshared_key},
	[FIELD_ALLOWED_IPS] = {"AllowedIPs", SECTION_PEER, read_allowed_ips},
	[FIELD_ENDPOINT] = {"Endpoint", SECTION_PEER, read_endpoint},
	[FIELD_PERSISTENT_KEEPALIVE] = {"PersistentKeepalive", SECTION_PEER,
		read_keepalive},
};

static bool is_one_of(const char *name, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!strcasecmp(name, names[i]))
			return true;
	}
	return false;
}

/* The name itself is shown only where it is too short and too plain to be of a key. */
static int refuse_field(struct reader *reader, const char *name)
{
	static const char *const hooks[] = {"PreUp", "PostUp", "PreDown", "PostDown"};
	static const char *const others[] = {"Table", "SaveConfig", "FwMark"};
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	const char *known[FIELD_COUNT];
	const size_t len = strlen(name);
	const struct pos pos = here(reader, name);

	if (is_one_of(name, hooks, ARRAY_SIZE(hooks)))
		return err_at(reader->err, pos,
			"'%s' runs commands as root and is refused", name);
	if (is_one_of(name, others, ARRAY_SIZE(others)))
		return err_at(reader->err, pos, "field '%s' is not supported", name);
	if (!len || len > NAME_SHOWN_MAX || strspn(name, letters) != len)
		return err_at(reader->err, pos, "unknown field");
	for (size_t i = 0; i < FIELD_COUNT; i++)
		known[i] = fields[i].name;
	const char *nearest = suggest_nearest(name, known, FIELD_COUNT);
	return err_at(reader->err, pos,
		nearest ? "unknown field '%s': did you mean '%s'?" : "unknown field '%s'",
		name, nearest);
}

static int read_field(struct reader *reader, const char *name, char *value)
{
	size_t i = 0;

	while (i < FIELD_COUNT && strcasecmp(name, fields[i].name) != 0)
		i++;
	if (i == FIELD_COUNT)
		return refuse_field(reader, name);
	if (fields[i].section != reader->section)
		return err_at(reader->err, here(reader, name),
			"field '%s' belongs into a section %s", fields[i].name,
			section_names[fields[i].section]);
	if (reader->seen[i])
		return err_at(reader->err, here(reader, name),
			"field '%s' is already in line %u", fields[i].name,
			(unsigned)reader->seen[i]);
	reader->seen[i] = reader->line;
	if (!*value)
		return err_at(reader->err, here(reader, value), "field '%s' is empty",
			fields[i].name);
	return fields[i].read(reader, value);
}

/* Without AllowedIPs, as in a file that was cut off, no packet goes to the peer. */
static int end_section(struct reader *reader)
{
	static const unsigned required[] = {FIELD_PUBLIC_KEY, FIELD_ALLOWED_IPS};

	for (size_t i = 0; i < ARRAY_SIZE(required) && reader->section == SECTION_PEER;
		i++) {
		if (!reader->seen[required[i]])
			return err_at(reader->err, section_place(reader),
				"this peer has no '%s'", fields[required[i]].name);
	}
	return 0;
}

static int read_section(struct reader *reader, const char *name)
{
	const bool is_peer = !strcasecmp(name, section_names[SECTION_PEER]);
	const bool is_interface = !strcasecmp(name, section_names[SECTION_INTERFACE]);
	const bool is_first = reader->section == SECTION_NONE;

	if (!is_peer && !is_interface)
		return err_at(reader->err, here(reader, name), "unknown section");
	if (is_interface != is_first)
		return err_at(reader->err, here(reader, name),
			is_first ? "the first section has to be [Interface]"
				 : "a second section [Interface]");
	if (end_section(reader) < 0)
		return -1;
	if (is_peer)
		wgconf_add_peer(&reader->conf);
	reader->section = is_peer ? SECTION_PEER : SECTION_INTERFACE;
	reader->section_line = reader->line;
	memset(reader->seen, 0, sizeof(reader->seen));
	return 0;
}

static int check_characters(struct reader *reader)
{
	for (size_t i = 0; i < reader->text.len; i++) {
		const char *at = reader->text.text + i;
		const unsigned char c = (unsigned char)*at;

		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return err_at(reader->err, here(reader, at),
				"control character \\x%02x", c);
	}
	return 0;
}

/* The line is in reader->text. */
static int read_line(struct reader *reader)
{
	if (check_characters(reader) < 0)
		return -1;
	char *comment = strchr(reader->text.text, '#');
	if (comment)
		*comment = '\0';
	char *line = trim(reader->text.text);
	if (!*line)
		return 0;
	if (*line == '[')
		return read_section(reader, line);
	char *equals = strchr(line, '=');
	if (!equals)
		return err_at(reader->err, here(reader, line),
			"neither a section nor 'Field = value'");
	*equals = '\0';
	return read_field(reader, trim(line), trim(equals + 1));
}

/* An estimate, with a cap for a hostile text, in which all lines begin with a bracket. */
static size_t estimate_peers(const struct source *source)
{
	const char *at = source->text, *end = at + source->len;
	size_t count = 0;

	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));

		count += *at == '[';
		at = newline ? newline + 1 : end;
	}
	return count < source->len / PEER_TEXT_MIN ? count : source->len / PEER_TEXT_MIN;
}

static int read_lines(struct reader *reader, const struct source *source)
{
	const char *at = source->text, *end = at + source->len;

	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		size_t len = (size_t)((newline ? newline : end) - at);

		reader->line++;
		buf_truncate(&reader->text, 0);
		if (newline && len && at[len - 1] == '\r')
			len--;
		buf_add_mem(&reader->text, at, len);
		if (!newline)
			return err_at(reader->err,
				here(reader, reader->text.text + reader->text.len),
				"the last line does not end: the file is cut off");
		if (read_line(reader) < 0)
			return -1;
		at = newline + 1;
	}
	if (reader->section == SECTION_NONE)
		return err_at(reader->err,
			(struct pos){&reader->place, reader->line ? reader->line : 1, 1},
			"there is no section [Interface]");
	return end_section(reader);
}

/* The kernel drops a peer that is the interface itself without a word. */
static int check_own_key(struct reader *reader, const struct key *known)
{
	struct key own;

	if (key_is_zero(&reader->conf.private_key))
		return 0;
	if (known)
		own = *known;
	else
		key_public(&reader->conf.private_key, &own);
	for (size_t i = 0; i < reader->public_keys.count; i++) {
		const struct occurrence *item = &reader->public_keys.items[i];

		if (!memcmp(item->bytes, own.bytes, sizeof(own.bytes)))
			return err_at(reader->err,
				(struct pos){&reader->place, item->line, item->col},
				"this is the public key of the interface itself");
	}
	return 0;
}

/* wg gives a repeated prefix to the last peer that names it without a word. */
static int check_unique(struct reader *reader, struct occurrences *list, const char *what)
{
	uint32_t before = 0;
	const struct occurrence *item = occurrences_find_repeated(list, &before);

	if (!item)
		return 0;
	return err_at(reader->err, (struct pos){&reader->place, item->line, item->col},
		"this %s is already in line %u", what, (unsigned)before);
}

static void release_reader(struct reader *reader)
{
	wgconf_release(&reader->conf);
	buf_release(&reader->text);
	occurrences_release(&reader->public_keys);
	occurrences_release(&reader->prefixes);
}

int wgconf_parse_known(const struct source *source, const struct key *public_key,
	struct wgconf *out, struct err *err)
{
	CLEANUP(release_reader)
	struct reader reader = {
		.place = {.name = source->name},
		.err = err,
		.text = BUF_INIT,
	};

	wgconf_reserve_peers(&reader.conf, estimate_peers(source));
	if (read_lines(&reader, source) < 0 || check_own_key(&reader, public_key) < 0 ||
		check_unique(&reader, &reader.public_keys, "public key") < 0 ||
		check_unique(&reader, &reader.prefixes, "prefix") < 0)
		return -1;
	*out = reader.conf;
	reader.conf = (struct wgconf)WGCONF_INIT;
	return 0;
}

int wgconf_parse(const struct source *source, struct wgconf *out, struct err *err)
{
	return wgconf_parse_known(source, NULL, out, err);
}
