/* SPDX-License-Identifier: MIT */
/* Firewall rules, sysctls and programs for hosts. */
#include "render/hostfiles.h"

#include <ctype.h>

#include "render/template.h"
#include "site_text.h"

#define HOSPITAL                                                                         \
	"site: mission-hospital\nnetwork: 10.49.0.0/24\nsupernet: 10.20.0.0/16\n"        \
	"hub: {endpoint: 'vpn.example.org:51820', address: 10.49.0.1, "                  \
	"subnets: [10.10.0.0/16], public_key: " K1 "}\n"                                 \
	"spokes:\n  hospital: {address: 10.49.0.2, subnets: [10.20.1.0/24], "            \
	"public_key: " K2 "}\n"
#define SIX                                                                              \
	"site: s\nnetwork: 'fd00:49::/64'\nhub: {endpoint: 'h:1', "                      \
	"address: 'fd00:49::1', subnets: ['fd00:10::/48'], public_key: " K1 "}\n"        \
	"spokes:\n  a: {address: 'fd00:49::2', interface: wg-a_1, public_key: " K2 "}\n"

#define FWD "-A WGCTL-FWD-wg0 "
#define FWD_HEAD                                                                         \
	FWD "! -i wg0 ! -o wg0 -j RETURN\n" FWD                                          \
	    "-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n" FWD                 \
	    "-i wg0 -m conntrack --ctstate DNAT -j RETURN\n"
#define TAIL                                                                             \
	FWD "-j DROP\n@jump INPUT WGCTL-IN-wg0\n@jump FORWARD WGCTL-FWD-wg0\nCOMMIT\n"   \
	    "*mangle\n:WGCTL-MSS-wg0 - [0:0]\n"                                          \
	    "-A WGCTL-MSS-wg0 -i wg0 -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS "   \
	    "--clamp-mss-to-pmtu\n"                                                      \
	    "-A WGCTL-MSS-wg0 -o wg0 -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS "   \
	    "--clamp-mss-to-pmtu\n"                                                      \
	    "@jump FORWARD WGCTL-MSS-wg0\nCOMMIT\n"
#define HEAD_RULES "*filter\n:WGCTL-IN-wg0 - [0:0]\n:WGCTL-FWD-wg0 - [0:0]\n"

struct host {
	struct site site;
	struct topology topology;
	struct policy policy;
	const struct node *node;
};

static void host_init(struct host *host, const char *text, const char *node)
{
	*host = (struct host){.site = SITE_INIT};
	site_of_text(&host->site, text);
	topology_init(&host->topology, &host->site);
	host->node = site_find(&host->site, node);
	policy_derive(&host->topology, host->node, &host->policy);
}

static void host_release(struct host *host)
{
	policy_release(&host->policy);
	topology_release(&host->topology);
	site_release(&host->site);
}

static void check_rules(
	const char *text, const char *node, enum family family, const char *wanted)
{
	CLEANUP(host_release) struct host host;
	CLEANUP(buf_release) struct buf shown = BUF_INIT;
	CLEANUP(err_release) struct err err = ERR_INIT;

	host_init(&host, text, node);
	assert_int_equal(
		hostfiles_firewall(host.node, &host.policy, family, &shown, &err), 0);
	assert_string_equal(shown.text, wanted);
}

static void writes_the_rules_of_the_hospitals_hub(void **state)
{
	(void)state;
	check_rules(HOSPITAL, "hub", FAMILY_IPV4,
		HEAD_RULES
		"-A WGCTL-IN-wg0 -p udp -m udp --dport 51820 -j ACCEPT\n" FWD_HEAD FWD
		"-s 10.20.0.0/16 -d 10.10.0.0/16 -i wg0 ! -o wg0 -j ACCEPT\n" FWD
		"-s 10.49.0.0/24 -d 10.10.0.0/16 -i wg0 ! -o wg0 -j ACCEPT\n" FWD
		"-s 10.10.0.0/16 -d 10.20.0.0/16 ! -i wg0 -o wg0 -j ACCEPT\n" FWD
		"-s 10.10.0.0/16 -d 10.49.0.0/24 ! -i wg0 -o wg0 -j ACCEPT\n" TAIL);
}

static void writes_the_rules_of_the_hospital(void **state)
{
	(void)state;
	check_rules(HOSPITAL, "hospital", FAMILY_IPV4,
		HEAD_RULES FWD_HEAD FWD
		"-d 10.20.1.0/24 -i wg0 ! -o wg0 -j ACCEPT\n" FWD
		"-s 10.20.1.0/24 ! -i wg0 -o wg0 -j ACCEPT\n" TAIL);
}

/* What no rule allows is dropped in the family that the site does not use, too. */
static void closes_the_other_family(void **state)
{
	(void)state;
	check_rules(HOSPITAL, "hospital", FAMILY_IPV6, HEAD_RULES FWD_HEAD TAIL);
	check_rules(SIX, "hub", FAMILY_IPV4,
		HEAD_RULES
		"-A WGCTL-IN-wg0 -p udp -m udp --dport 1 -j ACCEPT\n" FWD_HEAD TAIL);
}

static void writes_rules_of_ipv6(void **state)
{
	(void)state;
	check_rules(SIX, "hub", FAMILY_IPV6,
		HEAD_RULES
		"-A WGCTL-IN-wg0 -p udp -m udp --dport 1 -j ACCEPT\n" FWD_HEAD FWD
		"-s fd00:49::/64 -d fd00:10::/48 -i wg0 ! -o wg0 -j ACCEPT\n" FWD
		"-s fd00:10::/48 -d fd00:49::/64 ! -i wg0 -o wg0 -j ACCEPT\n" TAIL);
}

static void writes_spoke_to_spoke(void **state)
{
	CLEANUP(host_release) struct host host;
	CLEANUP(buf_release) struct buf shown = BUF_INIT;
	CLEANUP(err_release) struct err err = ERR_INIT;

	(void)state;
	host_init(&host, "spoke_to_spoke: true\n" HOSPITAL, "hub");
	assert_int_equal(
		hostfiles_firewall(host.node, &host.policy, FAMILY_IPV4, &shown, &err),
		0);
	assert_non_null(strstr(shown.text,
		"\n" FWD "-s 10.20.0.0/16 -d 10.20.0.0/16 -i wg0 -o wg0 -j ACCEPT\n"));
}

/* Where packets of the tunnel itself carry a mark, the answers to them get it, too: else strict
 * filtering takes them for packets that came the wrong way. */
static void marks_what_belongs_to_a_default_route(void **state)
{
	CLEANUP(host_release) struct host host;
	CLEANUP(buf_release) struct buf shown = BUF_INIT;
	CLEANUP(err_release) struct err err = ERR_INIT;

	(void)state;
	host_init(&host, "defaults: {allowed_ips: all}\n" HOSPITAL, "hospital");
	assert_int_equal(
		hostfiles_firewall(host.node, &host.policy, FAMILY_IPV4, &shown, &err),
		0);
	assert_non_null(strstr(shown.text,
		"-A WGCTL-PRE-wg0 -p udp -m connmark --mark 0xca6c -j CONNMARK "
		"--restore-mark\n"
		"-A WGCTL-POST-wg0 -p udp -m mark --mark 0xca6c -j CONNMARK --save-mark\n"
		"@jump FORWARD WGCTL-MSS-wg0\n"
		"@jump PREROUTING WGCTL-PRE-wg0\n@jump POSTROUTING WGCTL-POST-wg0\n"));
}

static void check_sysctls(const char *text, const char *node, const char *wanted)
{
	CLEANUP(host_release) struct host host;
	CLEANUP(buf_release) struct buf shown = BUF_INIT;
	CLEANUP(err_release) struct err err = ERR_INIT;

	host_init(&host, text, node);
	assert_int_equal(hostfiles_sysctl(host.node, &host.policy, &shown, &err), 0);
	assert_string_equal(shown.text, wanted);
}

static void writes_sysctls_of_what_is_forwarded(void **state)
{
	(void)state;
	check_sysctls(HOSPITAL, "hub",
		"# Made by wgctl for wg0.\nnet/ipv4/ip_forward = 1\n"
		"net/ipv4/conf/all/send_redirects = 0\n"
		"net/ipv4/conf/default/send_redirects = 0\n");
	check_sysctls(SIX, "hub",
		"# Made by wgctl for wg0.\nnet/ipv6/conf/all/forwarding = 1\n");
	check_sysctls(SIX, "a", "# Made by wgctl for wg-a_1.\n");
}

/* The templates one after the other, as their authors wrote them. */
static void add_whole(struct buf *out, const char *const *names)
{
	for (; *names; names++) {
		struct source part = template_source(*names);

		assert_non_null(part.text);
		assert_int_equal(part.text[part.len - 1], '\n');
		buf_add_mem(out, part.text, part.len);
	}
}

/* Takes the next line of `*at`, without tabs at its beginning. */
static struct source next_line(const char **at)
{
	*at += strspn(*at, "\t");
	const size_t len = strcspn(*at, "\n");
	const struct source line = {NULL, *at, len};

	*at += len + ((*at)[len] == '\n');
	return line;
}

/* The program is its templates less empty lines, comments and indentation, and no more. */
static void check_program(
	void (*make)(struct buf *), const char *const *names, bool has_first_line)
{
	CLEANUP(buf_release) struct buf made = BUF_INIT, whole = BUF_INIT;
	const char *at, *want;

	make(&made);
	add_whole(&whole, names);
	at = made.text;
	want = whole.text;
	if (has_first_line) {
		assert_memory_equal(at, "#!/bin/sh\n", 10);
		at += 10;
	}
	while (*want) {
		const struct source line = next_line(&want);

		if (!line.len || line.text[0] == '#')
			continue;
		assert_false(*at == '\t');
		const struct source got = next_line(&at);
		if (got.len != line.len || memcmp(got.text, line.text, line.len) != 0)
			fail_msg("'%.*s' became '%.*s'", (int)line.len, line.text,
				(int)got.len, got.text);
	}
	assert_string_equal(at, "");
}

#define INIT "host/init.sh", "host/systemd.sh", "host/initd.sh", "host/detached.sh"
#define SHARED                                                                           \
	"host/state.sh", INIT, "host/conf.sh", "host/tunnel.sh", "host/routes.sh",       \
		"host/sysctl.sh", "host/firewall.sh"

static void programs_are_their_templates(void **state)
{
	static const char *const program[] = {
		SHARED, "host/undo.sh", "host/boot.sh", NULL};
	static const char *const deployer[] = {SHARED, "host/report.sh", "host/files.sh",
		"host/packages.sh", "host/service.sh", "host/probe.sh", "host/begin.sh",
		"host/deploy.sh", NULL};
	static const char *const confirmer[] = {"host/state.sh", "host/init.sh",
		"host/systemd.sh", "host/detached.sh", "host/tunnel.sh",
		"host/firewall.sh", "host/report.sh", "host/probe.sh", "host/confirm.sh",
		NULL};
	static const char *const status[] = {"host/state.sh", INIT, "host/report.sh",
		"host/tunnel.sh", "host/firewall.sh", "host/service.sh", "host/status.sh",
		NULL};
	static const char *const settler[] = {"host/confirm.sh", NULL};

	(void)state;
	check_program(hostfiles_program, program, true);
	check_program(hostfiles_deployer, deployer, true);
	check_program(hostfiles_confirmer, confirmer, false);
	check_program(hostfiles_status, status, false);
	check_program(hostfiles_settler, settler, false);
}

/*
 * Where a string reaches over a line's end, the next line must not begin with what is
 * taken off. Awk between single quotes is the exception: there indentation means as
 * little as in shell. So this follows the quotes of a template, with commands "$(…)" inside
 * of strings, and refuses what would be changed; here-documents it refuses altogether.
 */
struct scan {
	const char *name;
	char open[16]; /* what is open: quotes, and ( for a command or a subshell */
	size_t depth;
};

static char innermost(const struct scan *scan)
{
	return scan->depth ? scan->open[scan->depth - 1] : 0;
}

static void enter(struct scan *scan, char what)
{
	assert_case(scan->depth < sizeof(scan->open), scan->name);
	scan->open[scan->depth++] = what;
}

/* A list of words loses nothing with the tabs between two of them. */
static bool goes_on_list(const char *line)
{
	return islower((unsigned char)line[strspn(line, "\t")]);
}

static void check_line_end(const struct scan *scan, const char *next)
{
	const char in = innermost(scan);

	if (in == '"' && (strchr("#\n", *next) || (*next == '\t' && !goes_on_list(next))))
		fail_msg("%s: this goes on a string, and would be changed: %.60s",
			scan->name, next);
	if (in == '\'' && next[strspn(next, "\t")] == '#')
		fail_msg("%s: this is no comment of the shell: %.60s", scan->name, next);
}

/* Takes what stands outside of quotes; gives the last character that it took. */
static const char *scan_command(struct scan *scan, const char *at, bool fresh)
{
	if (*at == '#' && fresh)
		return at + strcspn(at, "\n") - 1;
	if (at[0] == '<' && at[1] == '<')
		fail_msg("%s: a here-document: %.60s", scan->name, at);
	if (*at == '\\')
		return at + 1;
	if (*at == '\'' || *at == '"' || *at == '(')
		enter(scan, *at);
	else if (*at == ')' && innermost(scan) == '(')
		scan->depth--;
	return at;
}

static const char *scan_string(struct scan *scan, const char *at)
{
	if (*at == '\\' && at[1] != '\n')
		return at + 1;
	if (at[0] == '$' && at[1] == '(') {
		enter(scan, '(');
		return at + 1;
	}
	if (*at == '"')
		scan->depth--;
	return at;
}

static void check_quotes(const char *name)
{
	struct scan scan = {.name = name};
	bool fresh = true; /* a word may begin here, so that # is a comment */

	for (const char *at = template_source(name).text; *at; at++) {
		const char in = innermost(&scan);

		if (*at == '\n')
			check_line_end(&scan, at + 1);
		else if (in == '\'')
			scan.depth -= *at == '\'';
		else if (in == '"')
			at = scan_string(&scan, at);
		else
			at = scan_command(&scan, at, fresh);
		fresh = strchr("\n\t ;(|&", *at) != NULL;
	}
	assert_case(!scan.depth, name);
}

static void no_line_is_changed_in_meaning(void **state)
{
	static const char *const names[] = {SHARED, "host/undo.sh", "host/boot.sh",
		"host/report.sh", "host/files.sh", "host/packages.sh", "host/service.sh",
		"host/probe.sh", "host/begin.sh", "host/deploy.sh", "host/confirm.sh",
		"host/status.sh"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		check_quotes(names[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_the_rules_of_the_hospitals_hub),
		cmocka_unit_test(writes_the_rules_of_the_hospital),
		cmocka_unit_test(closes_the_other_family),
		cmocka_unit_test(writes_rules_of_ipv6),
		cmocka_unit_test(writes_spoke_to_spoke),
		cmocka_unit_test(marks_what_belongs_to_a_default_route),
		cmocka_unit_test(writes_sysctls_of_what_is_forwarded),
		cmocka_unit_test(programs_are_their_templates),
		cmocka_unit_test(no_line_is_changed_in_meaning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
