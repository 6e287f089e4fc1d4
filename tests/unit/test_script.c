/* SPDX-License-Identifier: MIT */
/* Payloads, and the commands behind the functions of a script. */
#include "render/script.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "render/hostfiles.h"
#include "site_text.h"

#define NONCE "00112233445566778899aabbccddeeff"

static const struct key hub_key = {{0x40, 1}}, a_key = {{0x40, 2}}, psk = {{7}};

static int load(void *context, const char *name, enum key_kind kind, struct key *out,
	struct err *err)
{
	(void)context;
	(void)err;
	if (kind == KEY_PRESHARED)
		*out = psk;
	else if (!strcmp(name, "hub"))
		*out = hub_key;
	else
		*out = strcmp(name, "a") ? (struct key){{0}} : a_key;
	return 0;
}

static void public_text(const struct key *key, char out[static KEY_TEXT_SIZE])
{
	struct key public_key;

	key_public(key, &public_key);
	key_format(&public_key, out);
}

/* A hub, a spoke, and one whose key is elsewhere. */
static void make_site(struct site *site, const char *endpoint)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT;
	char hub[KEY_TEXT_SIZE], a[KEY_TEXT_SIZE];

	public_text(&hub_key, hub);
	public_text(&a_key, a);
	buf_addf(&text,
		"site: s\nnetwork: 10.49.0.0/24\nsupernet: 10.20.0.0/16\n"
		"hub: {endpoint: '%s', address: 10.49.0.1, interface: wg-h, public_key: %s}\n"
		"spokes:\n"
		"  away: {address: 10.49.0.3, public_key: " K3 ", ssh: {via: hub}}\n"
		"  a: {address: 10.49.0.2, subnets: [10.20.1.0/24], public_key: %s}\n"
		"retired:\n"
		"  - {name: old, address: 10.49.0.7, public_key: " K5 "}\n"
		"  - {name: older, address: 10.49.0.8}\n"
		"  - {name: oldest, address: 10.49.0.9, public_key: " K2 "}\n",
		endpoint, hub, a);
	site_of_text(site, text.text);
}

struct world {
	struct site site;
	struct topology topology;
	struct keyring keys;
};

static void world_init(struct world *world, const char *endpoint)
{
	*world = (struct world){.site = SITE_INIT, .keys = {NULL, load}};
	make_site(&world->site, endpoint);
	topology_init(&world->topology, &world->site);
}

static void world_release(struct world *world)
{
	topology_release(&world->topology);
	site_release(&world->site);
}

static void look(const struct world *world, const char *node, bool prune, struct buf *out)
{
	const struct script_options options = {.prune = prune, .nonce = NONCE};
	CLEANUP(err_release) struct err err = ERR_INIT;

	assert_int_equal(script_look(&world->topology, site_find(&world->site, node),
				 &world->keys, &options, out, &err),
		0);
}

/* The payload alone: what stands in the here-document. */
static char *payload_of(const struct buf *script)
{
	static const char head[] = "look <<'" NONCE "'\n", tail[] = "\n" NONCE "\n";
	const char *begin = strstr(script->text, head);

	assert_non_null(begin);
	begin += strlen(head);
	const char *end = strstr(begin, tail);
	assert_non_null(end);
	assert_string_equal(end, tail);
	return xstrndup(begin, (size_t)(end + 1 - begin));
}

/* Lines "LABEL MODE PATH" of its files, as the host's unpack would take them; settings go
 * first. Fails where the framing is wrong. */
static void list_payload(const char *payload, struct buf *out)
{
	const char *at = payload;
	size_t lines = 0;

	assert_memory_equal(at, "payload 1 " NONCE "\n", 11 + strlen(NONCE));
	for (at = strchr(at, '\n') + 1; *at; at = strchr(at, '\n') + 1) {
		char label[32], path[128];
		unsigned mode;
		int taken = 0;

		if (lines) {
			lines--;
		} else if (sscanf(at, "file %31s %o %127s %zu\n%n", label, &mode, path,
				   &lines, &taken) == 4) {
			buf_addf(out, "%s %o %s\n", label, mode, path);
		} else if (!strncmp(at, "set ", 4)) {
			buf_add_mem(out, at, strcspn(at, "\n") + 1);
		} else {
			assert_string_equal(at, "end " NONCE "\n");
		}
	}
	assert_int_equal(lines, 0);
}

static void add_key(struct buf *out, const struct key *private_key)
{
	char text[KEY_TEXT_SIZE];

	public_text(private_key, text);
	buf_addf(out, "set reached %s\n", text);
}

#define INIT_SCRIPTS(init, interface)                                                    \
	init " 755 /etc/init.d/wgctl-recover-" interface "\n" init                       \
	     " 755 /etc/init.d/wgctl-firewall-" interface "\n" init                      \
	     " 755 /etc/init.d/wgctl-tunnel-" interface "\n"

#define SERVICES(interface)                                                              \
	"systemd 644 /etc/systemd/system/wgctl@.service\n"                               \
	"systemd 644 /etc/systemd/system/wgctl-firewall@.service\n"                      \
	"systemd 644 /etc/systemd/system/wgctl-recover@.service\n"                       \
	"systemd 644 /etc/systemd/system/wgctl-reresolve@.service\n"                     \
	"systemd 644 /etc/systemd/system/wgctl-reresolve@.timer\n" INIT_SCRIPTS(         \
		"openrc", interface) INIT_SCRIPTS("sysvinit", interface)

/* `settings`, the peers that must not be lost, `files`. */
static void check_list(
	const char *node, bool prune, const char *settings, const char *files)
{
	CLEANUP(world_release) struct world world;
	CLEANUP(buf_release)
	struct buf script = BUF_INIT, list = BUF_INIT, wanted = BUF_INIT;

	buf_add(&wanted, settings);
	if (strcmp(node, "hub"))
		add_key(&wanted, &hub_key);
	else
		buf_add(&wanted, "set reached " K3 "\n");
	buf_add(&wanted, files);
	world_init(&world, "h:1");
	look(&world, node, prune, &script);
	CLEANUP_FREE char *payload = payload_of(&script);
	list_payload(payload, &list);
	assert_string_equal(list.text, wanted.text);
}

static void frames_every_file(void **state)
{
	(void)state;
	check_list("a", false,
		"set site s\nset node a\nset interface wg0\nset prune no\nset follow yes\n"
		"set nonce " NONCE "\n"
		"set gateway 10.49.0.1\n",
		"configuration 600 /etc/wireguard/wg0.conf\n"
		"firewall 600 /etc/wireguard/wgctl/wg0.iptables\n"
		"firewall 600 /etc/wireguard/wgctl/wg0.ip6tables\n"
		"sysctl 644 /etc/sysctl.d/90-wgctl-wg0.conf\n"
		"program 600 /etc/wireguard/wgctl/wg0.retired\n"
		"program 700 /etc/wireguard/wgctl/host\n"
		"program 600 /etc/wireguard/wgctl/wg0.node\n" SERVICES("wg0"));
	check_list("hub", true,
		"set site s\nset node hub\nset interface wg-h\nset prune yes\n"
		"set follow no\nset nonce " NONCE "\n",
		"configuration 600 /etc/wireguard/wg-h.conf\n"
		"firewall 600 /etc/wireguard/wgctl/wg-h.iptables\n"
		"firewall 600 /etc/wireguard/wgctl/wg-h.ip6tables\n"
		"sysctl 644 /etc/sysctl.d/90-wgctl-wg-h.conf\n"
		"program 600 /etc/wireguard/wgctl/wg-h.retired\n"
		"program 700 /etc/wireguard/wgctl/host\n"
		"program 600 /etc/wireguard/wgctl/wg-h.node\n" SERVICES("wg-h"));
}

/* The text of the file behind its head in the payload. */
static void assert_file(const char *payload, const char *head, const char *wanted)
{
	const char *at = strstr(payload, head);

	assert_case(at, head);
	at = strchr(at, '\n') + 1;
	if (strncmp(at, wanted, strlen(wanted)) != 0)
		fail_msg("'%s' is '%.*s'", head, (int)strlen(wanted), at);
}

static void hub_learns_who_is_gone(void **state)
{
	CLEANUP(world_release) struct world world;
	CLEANUP(buf_release) struct buf hub = BUF_INIT, spoke = BUF_INIT;

	(void)state;
	world_init(&world, "192.0.2.1:1");
	look(&world, "hub", false, &hub);
	look(&world, "a", false, &spoke);
	CLEANUP_FREE char *at_hub = payload_of(&hub), *at_spoke = payload_of(&spoke);
	assert_file(at_hub, "/wg-h.retired 2\n", K5 "\n" K2 "\n");
	assert_file(at_hub, "/wg-h.node 2\n", "s hub\nno\n");
	assert_file(at_spoke, "/wg0.retired 0\n", "file program 700 ");
	assert_file(at_spoke, "/wg0.node 3\n", "s a\nno\n10.49.0.1\n");
	assert_non_null(strstr(at_spoke, "\nset follow no\n"));
}

static void carries_the_host_program_whole(void **state)
{
	CLEANUP(world_release) struct world world;
	CLEANUP(buf_release)
	struct buf script = BUF_INIT, program = BUF_INIT, deployer = BUF_INIT;

	(void)state;
	world_init(&world, "h:1");
	look(&world, "a", false, &script);
	hostfiles_program(&program);
	hostfiles_deployer(&deployer);
	CLEANUP_FREE char *payload = payload_of(&script);
	assert_file(payload, "file program 700 ", program.text);
	assert_memory_equal(script.text, deployer.text, deployer.len);
	assert_memory_equal(script.text + deployer.len, "look <<'", 8);
}

static void refuses_a_node_whose_key_is_elsewhere(void **state)
{
	const struct script_options options = {.nonce = NONCE};
	CLEANUP(world_release) struct world world;
	CLEANUP(buf_release) struct buf script = BUF_INIT;
	CLEANUP(err_release) struct err err = ERR_INIT;

	(void)state;
	world_init(&world, "h:1");
	assert_int_equal(script_look(&world.topology, site_find(&world.site, "away"),
				 &world.keys, &options, &script, &err),
		-1);
	assert_int_equal(script.len, 0);
	assert_string_equal(err.entries[0].message,
		"the private key of 'away' is not on this machine: set the device up by "
		"hand with 'wgctl config away'");
}

static bool ends_with(const struct buf *script, const char *tail)
{
	return script->len >= strlen(tail) &&
	       !strcmp(script->text + script->len - strlen(tail), tail);
}

static void whole_script_goes_on_by_itself(void **state)
{
	const struct script_options options = {.nonce = NONCE};
	CLEANUP(world_release) struct world world;
	CLEANUP(buf_release) struct buf script = BUF_INIT, settler = BUF_INIT;
	CLEANUP(err_release) struct err err = ERR_INIT;

	(void)state;
	world_init(&world, "h:1");
	assert_int_equal(script_whole(&world.topology, site_find(&world.site, "a"),
				 &world.keys, &options, &script, &err),
		0);
	assert_true(ends_with(&script, "\n" NONCE "\nchange 300\nsettle_own\n"));
	hostfiles_settler(&settler);
	assert_non_null(strstr(script.text, settler.text));
}

static void ends_in_one_command(void **state)
{
	CLEANUP(world_release) struct world world;
	CLEANUP(buf_release)
	struct buf change = BUF_INIT, confirm = BUF_INIT, abandon = BUF_INIT,
		   revert = BUF_INIT, status = BUF_INIT;

	(void)state;
	world_init(&world, "h:1");
	script_change(77, &change);
	assert_string_equal(change.text, "change 77\n");
	script_confirm(&world.site.hub, "abc", NONCE, &confirm);
	assert_true(ends_with(&confirm, "\n}\nconfirm wg-h abc " NONCE " </dev/null\n"));
	script_abandon(&world.site.hub, "abc", NONCE, "gone", &abandon);
	assert_true(ends_with(
		&abandon, "\n}\nabandon wg-h abc " NONCE " 'gone' </dev/null\n"));
	script_revert(&world.site.hub, NONCE, &revert);
	assert_true(ends_with(&revert, "\n}\nrevert wg-h " NONCE " </dev/null\n"));
	script_status(&world.site.hub, NONCE, &status);
	assert_true(ends_with(&status, "\n}\nstatus wg-h " NONCE " </dev/null\n"));
}

/* Runs the last line of the script with an abandon of our own, which prints the reason. */
static void check_reason(const struct world *world, const char *why)
{
	CLEANUP(buf_release) struct buf script = BUF_INIT, command = BUF_INIT;
	char path[] = "/tmp/wgctl-test-XXXXXX", got[512] = "";
	const int fd = mkstemp(path);

	assert_true(fd >= 0);
	script_abandon(&world->site.hub, "abc", NONCE, why, &script);
	const char *last = strstr(script.text, "\nabandon wg-h abc ");
	assert_non_null(last);
	buf_addf(&command, "abandon() { printf '%%s' \"$4\"; }\n%s", last + 1);
	assert_int_equal(write(fd, command.text, command.len), command.len);
	close(fd);
	buf_truncate(&command, 0);
	buf_addf(&command, "sh %s 2>&1", path);
	FILE *stream = popen(command.text, "r");
	assert_non_null(stream);
	got[fread(got, 1, sizeof(got) - 1, stream)] = '\0';
	assert_int_equal(pclose(stream), 0);
	unlink(path);
	assert_string_equal(got, why);
}

/* The reason holds what a server or a resolver said. */
static void reason_is_one_word_whatever_it_says(void **state)
{
	static const char *const reasons[] = {
		"it was interrupted",
		"",
		"it's gone",
		"'; touch /tmp/pwned; '",
		"$(echo pwned) `echo pwned` $HOME ${x}",
		"a\nb\n}\nNONCE",
		"\\'\\\\\"",
		"-n * ? ~ # & | ; < > ( )",
		"\xff\xfe \xc3\xbc",
	};
	CLEANUP(world_release) struct world world;

	(void)state;
	world_init(&world, "h:1");
	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++)
		check_reason(&world, reasons[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_every_file),
		cmocka_unit_test(hub_learns_who_is_gone),
		cmocka_unit_test(carries_the_host_program_whole),
		cmocka_unit_test(refuses_a_node_whose_key_is_elsewhere),
		cmocka_unit_test(whole_script_goes_on_by_itself),
		cmocka_unit_test(ends_in_one_command),
		cmocka_unit_test(reason_is_one_word_whatever_it_says),
	};

	return key_init() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
