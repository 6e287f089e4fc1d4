/* SPDX-License-Identifier: MIT */
/* Looking at key files, and loading them. */
#include "host/keyfile.h"

#include <sodium/utils.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"

/* libssh asks only where the file is encrypted; that is all there is to know yet. */
static int note_question(
	const char *prompt, char *answer, size_t len, int echo, int verify, void *asked)
{
	(void)prompt, (void)answer, (void)len, (void)echo, (void)verify;
	*(bool *)asked = true;
	return -1;
}

bool keyfile_blob(ssh_key key, uint8_t **blob, size_t *len)
{
	char *base64 = NULL;

	if (ssh_pki_export_pubkey_base64(key, &base64))
		return false;
	size_t room = strlen(base64);
	*blob = xmalloc(room + 1);
	int rc = sodium_base642bin(*blob, room, base64, room, NULL, len, NULL,
		sodium_base64_VARIANT_ORIGINAL);
	ssh_string_free_char(base64);
	if (!rc)
		return true;
	free(*blob);
	*blob = NULL;
	return false;
}

ssh_key keyfile_load_public(const char *path)
{
	CLEANUP(buf_release) struct buf beside = BUF_INIT;
	ssh_key key = NULL;

	buf_addf(&beside, "%s.pub", path);
	if (!ssh_pki_import_pubkey_file(path, &key) ||
		!ssh_pki_import_pubkey_file(beside.text, &key))
		return key;
	return NULL;
}

static void look_at_public(struct keyfile *file)
{
	ssh_key key = keyfile_load_public(file->path);

	if (key)
		keyfile_blob(key, &file->blob, &file->blob_len);
	ssh_key_free(key);
}

void keyfile_look(struct keyfile *file, const char *path)
{
	struct stat info;
	bool asked = false;
	ssh_key key = NULL;

	*file = (struct keyfile){.path = path, .state = KEYFILE_UNUSABLE};
	if (stat(path, &info) || !S_ISREG(info.st_mode)) {
		look_at_public(file);
		file->state = file->blob ? KEYFILE_PUBLIC : KEYFILE_MISSING;
		return;
	}
	int rc = ssh_pki_import_privkey_file(path, NULL, note_question, &asked, &key);
	bool is_private = rc == SSH_OK || asked;
	if (rc == SSH_OK)
		keyfile_blob(key, &file->blob, &file->blob_len);
	else
		look_at_public(file);
	ssh_key_free(key);
	if (is_private && info.st_uid == getuid() && (info.st_mode & 077))
		file->state = KEYFILE_EXPOSED;
	else if (is_private)
		file->state = asked ? KEYFILE_ENCRYPTED : KEYFILE_PLAIN;
	else if (file->blob)
		file->state = KEYFILE_PUBLIC;
}

void keyfile_release(struct keyfile *file)
{
	free(file->blob);
	file->blob = NULL;
}

ssh_key keyfile_load(const char *path, const char *passphrase)
{
	bool asked = false;
	ssh_key key = NULL;

	if (ssh_pki_import_privkey_file(path, passphrase, note_question, &asked, &key))
		return NULL;
	return key;
}

/* What is left of a blob behind its first string; NULL where there is none. */
static const uint8_t *skip_string(const uint8_t *at, const uint8_t *end)
{
	if (!at || end - at < 4)
		return NULL;
	uint32_t len = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
		       (uint32_t)at[2] << 8 | at[3];
	return len <= (size_t)(end - at - 4) ? at + 4 + len : NULL;
}

/*
 * A certificate is its type, a nonce, and the public key without its type
 * (PROTOCOL.certkeys of OpenSSH).
 */
static bool certifies(ssh_key certificate, ssh_key key)
{
	CLEANUP_FREE uint8_t *whole = NULL;
	CLEANUP_FREE uint8_t *plain = NULL;
	size_t whole_len, plain_len;

	if (!keyfile_blob(certificate, &whole, &whole_len) ||
		!keyfile_blob(key, &plain, &plain_len))
		return false;
	const uint8_t *whole_end = whole + whole_len, *plain_end = plain + plain_len;
	const uint8_t *in_whole = skip_string(skip_string(whole, whole_end), whole_end);
	const uint8_t *in_plain = skip_string(plain, plain_end);
	return in_whole && in_plain && whole_end - in_whole > plain_end - in_plain &&
	       !memcmp(in_whole, in_plain, (size_t)(plain_end - in_plain));
}

ssh_key keyfile_load_certificate(const char *path, ssh_key key)
{
	ssh_key certificate = NULL;

	if (ssh_pki_import_cert_file(path, &certificate))
		return NULL;
	if (certifies(certificate, key))
		return certificate;
	ssh_key_free(certificate);
	return NULL;
}
