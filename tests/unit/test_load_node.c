/* SPDX-License-Identifier: MIT */
/* Fields of the hub and the spokes: each mistake, and what to do. */
#include "site/site.h"

#include "mistakes.h"
#include "site_keys.h"

static const struct mistake mistakes[] = {
	{TOP HUB ", allowed_ips: hub}\n",
		"3:102: 'allowed_ips' does not belong in 'hub' but in a spoke and in 'defaults': the hub's follow from the spokes"},
	{TOP HUB ", lan_address: 10.10.0.1}\n",
		"3:115: lan_address '10.10.0.1' needs the network around it in 'subnets'"},
	{TOP HUB ", subnets: [10.10.0.0/16], lan_address: 10.11.0.1}\n",
		"3:140: lan_address '10.11.0.1' lies in none of the 'subnets' of 'hub'"},
	{TOP HUB ", subnets: [10.10.0.0/16], lan_address: [10.10.0.1, 10.10.0.2]}\n",
		"3:152: '10.10.0.2' is one too many: only one IPv4 address stands here"},
	{TOP HUB ", subnets: [10.10.0.0/16, {lan: 10.0.0.0/8, as: 10.1.0.0/16}]}\n",
		"3:126: 'lan' and 'as' of a subnet are not supported yet; write a prefix"},
	{TOP HUB ", subnets: [{}]}\n", "3:112: a subnet is a prefix, not a map"},
	{TOP HUB ", subnets: {lan: 10.0.0.0/8}}\n",
		"3:111: 'lan' and 'as' of a subnet are not supported yet; write a prefix"},
	{TOP HUB ", subnets: [0.0.0.0/0]}\n",
		"3:112: '0.0.0.0/0' is every address, not a network; for all traffic through the hub write 'allowed_ips: all' at the spoke"},
	{TOP HUB ", subnets: [10.10.0.5/16]}\n",
		"3:112: '10.10.0.5/16' has host bits set; did you mean '10.10.0.0/16'?"},
	{TOP HUB ", subnets:}\n",
		"3:102: 'subnets:' needs a space and a value behind it"},
	{TOP HUB ", interface: a/b}\n",
		"3:113: 'a/b' is not an interface name: up to 15 letters, digits and _=+.-, as in 'wg0'"},
	{TOP HUB ", interface: default}\n",
		"3:113: 'default' is not an interface name: up to 15 letters, digits and _=+.-, as in 'wg0'"},
	{TOP HUB ", interface: \"-x\"}\n",
		"3:113: '-x' is not an interface name: up to 15 letters, digits and _=+.-, as in 'wg0'"},
	{TOP HUB ", interface: wg0123456789abcd}\n",
		"3:113: 'wg0123456789abcd' is not an interface name: up to 15 letters, digits and _=+.-, as in 'wg0'"},
	{TOP HUB ", listen_port: 0}\n", "3:115: '0' is not a number from 1 to 65535"},
	{TOP HUB ", listen_port: 65536}\n",
		"3:115: '65536' is not a number from 1 to 65535"},
	{TOP HUB ", listen_port: 051820}\n",
		"3:115: '051820' is not a number from 1 to 65535"},
	{TOP HUB ", mtu: 575}\n", "3:107: '575' is not a number from 576 to 65535"},
	{TOP HUB ", mtu: 1420.0}\n", "3:107: '1420.0' is not a number from 576 to 65535"},
	{TOP HUB ", mtu:1420}\n",
		"3:102: unknown field 'mtu:1420'; put a space behind its ':'"},
	{TOP HUB ", dns: 127.0.0.53}\n",
		"3:107: '127.0.0.53' is no host's address: it is loopback"},
	{TOP HUB ", dns: [10.0.0.53, x]}\n", "3:119: 'x' is not an IP address"},
	{TOP HUB ", preshared_key: " K2 "}\n",
		"3:117: '********************************************' is neither true nor false"},
	{TOP HUB ", preshared_key: no}\n",
		"3:117: 'no' is neither true nor false; did you mean 'false'?"},
	{TOP HUB ", persistent_keepalive: false}\n",
		"3:124: 'false' is neither 'off' nor a number of seconds up to 65535"},
	{TOP HUB ", persistent_keepalive: 65536}\n",
		"3:124: '65536' is neither 'off' nor a number of seconds up to 65535"},
	{TOP HUB ", AllowedIPs: x}\n",
		"3:102: unknown field 'AllowedIPs'; did you mean 'allowed_ips'?"},
	{TOP HUB ", PublicKey: " K2 "}\n",
		"3:102: unknown field 'PublicKey'; did you mean 'public_key'?"},
	{TOP HUB ", private_key: " K3 "}\n",
		"3:102: unknown field 'private_key'; private keys live in keys/, a site holds none"},
	{TOP HUB ", PrivateKey: " K3 "}\n",
		"3:102: unknown field 'PrivateKey'; private keys live in keys/, a site holds none"},
	{TOP HUB ", groups: x}\n", "3:102: 'groups' is not supported yet; remove it"},
	{TOP HUB ", masquerade: true}\n",
		"3:102: 'masquerade' is not supported yet; remove it"},
	{TOP HUB ", expires: 2030-01-01}\n",
		"3:102: 'expires' is not supported yet; remove it"},
	{TOP HUB ", user: x}\n", "3:102: 'user' does not belong in 'hub' but in 'ssh'"},
	{TOP HUB ", ssh: \"a b\"}\n",
		"3:107: 'a b' is not [USER@]HOST[:PORT], with an IPv6 address in brackets"},
	{TOP HUB ", ssh: \"-oProxyCommand=x\"}\n",
		"3:107: '-oProxyCommand=x' is not [USER@]HOST[:PORT], with an IPv6 address in brackets"},
	{TOP HUB ", ssh: \"root@-x\"}\n",
		"3:107: 'root@-x' is not [USER@]HOST[:PORT], with an IPv6 address in brackets"},
	{TOP HUB ", ssh: \"fd00::1\"}\n",
		"3:107: 'fd00::1' is not [USER@]HOST[:PORT], with an IPv6 address in brackets"},
	{TOP HUB ", ssh: \"h:0\"}\n",
		"3:107: 'h:0' is not [USER@]HOST[:PORT], with an IPv6 address in brackets"},
	{TOP HUB ", ssh: \"[fd00::1\"}\n",
		"3:107: '[fd00::1' is not [USER@]HOST[:PORT], with an IPv6 address in brackets"},
	{TOP HUB ", ssh: \"@h\"}\n",
		"3:107: '@h' is not [USER@]HOST[:PORT], with an IPv6 address in brackets"},
	{TOP HUB ", ssh: {user: pi}}\n", "3:107: 'ssh' has no 'host'"},
	{TOP HUB ", ssh: {user: \"a b\", host: \"-x\", port: 0}}\n",
		"3:114: 'a b' is not a user name\n"
		"3:127: '-x' is neither a host name nor an address\n"
		"3:139: '0' is not a number from 1 to 65535"},
	{TOP HUB ", ssh: {host: h, via: hub}}\n",
		"3:122: the hub cannot be reached through itself; give a 'host'"},
	{TOP HUB ", ssh: {via: hub}}\n",
		"3:113: the hub cannot be reached through itself; give a 'host'"},
	{TOP HUB ", ssh: {hots: h}}\n",
		"3:108: unknown field 'hots'; did you mean 'host'?"},
	{TOP HUB ", ssh: []}\n", "3:107: 'ssh' takes a single value, not a list"},
	{TOP HUB ", name: x}\n",
		"3:102: 'name' does not belong in 'hub' but in 'retired'"},
	{TOP HUB ", supernet: 10.0.0.0/8}\n",
		"3:102: 'supernet' does not belong in 'hub' but at the top level"},
	{"site: s\n"
	 "network: [10.49.0.0/24, fd49::/64]\n"
	 "hub: {endpoint: 'h:1', address: [10.49.0.1, 'fd49::1'], public_key: " K1
	 ", mtu: 1279}\n",
		"3:120: '1279' is less than the 1280 that IPv6 needs"},
	{HEAD SPOKE "    endpoint: h:1\n",
		"8:5: 'endpoint' does not belong in a spoke but in 'hub': only the hub is dialled"},
	{HEAD SPOKE "    allowed_ips: hubb\n",
		"8:18: 'hubb' is neither hub, site, all nor a list; did you mean 'hub'?"},
	{HEAD SPOKE "    allowed_ips: 10.0.0.0/8\n",
		"8:18: '10.0.0.0/8' has to stand in a list; write '[10.0.0.0/8]'"},
	{HEAD SPOKE "    allowed_ips: [hub]\n",
		"8:19: 'hub' is not a prefix such as '10.20.1.0/24'"},
	{HEAD SPOKE "    allowed_ips: []\n", "8:18: 'allowed_ips' is an empty list"},
	{HEAD SPOKE "    allowed_ips: none\n",
		"8:18: 'none' is neither hub, site, all nor a list of prefixes"},
	{HEAD SPOKE "    allowed_ips: [10.0.0.1/8]\n",
		"8:19: '10.0.0.1/8' has host bits set; did you mean '10.0.0.0/8'?"},
	{HEAD "defaults: {address: 10.49.0.2, mtu: x, site: b}\n",
		"4:12: 'address' does not belong in 'defaults' but in 'hub', in a spoke and in 'retired': each node has its own\n"
		"4:37: 'x' is not a number from 576 to 65535\n"
		"4:40: 'site' does not belong in 'defaults' but at the top level"},
	{HEAD "retired: [{name: a, address: 10.49.0.9}, {nam: b, address: 1}, c]\n",
		"4:43: unknown field 'nam'; did you mean 'name'?\n"
		"4:60: '1' is not an IP address\n"
		"4:64: a retired spoke has to be a map of fields"},
	{HEAD "retired: [{name: B, address: [10.49.0.9, 10.49.0.8], public_key: x}]\n",
		"4:18: 'B' is not a name of a-z, 0-9 and '-'; did you mean 'b'?\n"
		"4:42: '10.49.0.8' is one too many: only one IPv4 address stands here\n"
		"4:66: 'public_key' is not a WireGuard key (44 characters of base64): it has 1"},
};

static void tells_each_mistake(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(mistakes); i++) {
		const char *text = mistakes[i].text;
		CLEANUP(err_release) struct err err = ERR_INIT;
		CLEANUP(site_release) struct site site = SITE_INIT;

		assert_case(site_load(&site, "site.yaml", text, strlen(text), &err) == -1,
			text);
		assert_null(site.arena.chunks);
		assert_int_equal(err.status, STATUS_INVALID);
		assert_messages(&mistakes[i], &err);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_each_mistake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
