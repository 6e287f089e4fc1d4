/* SPDX-License-Identifier: MIT */
/* The top of a site, names, addresses and keys: each mistake, and what to do. */
#include "site/site.h"

#include "mistakes.h"
#include "site_keys.h"

static const struct mistake mistakes[] = {
	{"", "1:1: the site has no 'site'\n"
	     "1:1: the site has no 'network'\n"
	     "1:1: the site has no 'hub'"},
	{"site: s\n", "1:1: the site has no 'network'\n"
		      "1:1: the site has no 'hub'"},
	{"- a\n", "1:1: a site is a map of fields, 'site: NAME' first"},
	{"x", "1:1: a site is a map of fields, 'site: NAME' first"},
	{TOP "hub:\n", "3:5: 'hub' has no value"},
	{TOP "hub: x\n", "3:6: 'hub' has to be a map of fields"},
	{"site:\n"
	 "network: ~\n"
	 "hub: []\n",
		"1:6: 'site' has no value\n"
		"2:10: 'network' has no value\n"
		"3:6: 'hub' has to be a map of fields"},
	{"site: My Site\n"
	 "network: 10.49.0.0/24\n" HUB "}\n",
		"1:7: 'My Site' is not a name of a-z, 0-9 and '-'; did you mean 'my-site'?"},
	{"site: all\n"
	 "network: 10.49.0.0/24\n" HUB "}\n",
		"1:7: 'all' is a reserved name; take another"},
	{"site: [s]\n"
	 "network: 10.49.0.0/24\n" HUB "}\n",
		"1:7: 'site' takes a single value, not a list"},
	{"site: s\n"
	 "network: 10.49.0.0\n" HUB "}\n",
		"2:10: '10.49.0.0' has no length; write '10.49.0.0/24' for a network, '10.49.0.0/32' for one host"},
	{"site: s\n"
	 "network: 10.49.0.1/24\n" HUB "}\n",
		"2:10: '10.49.0.1/24' has host bits set; did you mean '10.49.0.0/24'?"},
	{"site: s\n"
	 "network: [10.49.0.0/24, 10.50.0.0/24]\n" HUB "}\n",
		"2:25: '10.50.0.0/24' is one too many: one prefix of each family"},
	{"site: s\n"
	 "network: []\n" HUB "}\n",
		"2:10: 'network' is an empty list"},
	{"site: s\n"
	 "network: 10.49.0.1/32\n" HUB "}\n",
		"2:10: '10.49.0.1/32' has room for one address only"},
	{"site: s\n"
	 "network: 127.0.0.0/8\n" HUB "}\n",
		"2:10: '127.0.0.0/8' is no network of hosts: it has loopback addresses"},
	{"site: s\n"
	 "network: 0.0.0.0/0\n" HUB "}\n",
		"2:10: '0.0.0.0/0' is every address, not a network; for all traffic through the hub write 'allowed_ips: all' at the spoke"},
	{"site: s\n"
	 "network: fe80::/64\n" HUB "}\n",
		"2:10: 'fe80::/64' is no network of hosts: it has link-local addresses"},
	{HEAD "netwrk: x\n", "4:1: unknown field 'netwrk'; did you mean 'network'?"},
	{HEAD "Spokes: {}\n", "4:1: unknown field 'Spokes'; did you mean 'spokes'?"},
	{HEAD "zzz: 1\n", "4:1: unknown field 'zzz'"},
	{HEAD "access: []\n", "4:1: 'access' is not supported yet; remove it"},
	{HEAD "endpoint: x\n",
		"4:1: 'endpoint' does not belong at the top level but in 'hub': only the hub is dialled"},
	{HEAD "name: x\n",
		"4:1: 'name' does not belong at the top level but in 'retired'"},
	{HEAD "spoke_to_spoke: yes\n",
		"4:17: 'yes' is neither true nor false; did you mean 'true'?"},
	{HEAD "spoke_to_spoke: Off\n",
		"4:17: 'Off' is neither true nor false; did you mean 'false'?"},
	{HEAD "spoke_to_spoke: maybe\n", "4:17: 'maybe' is neither true nor false"},
	{HEAD "spoke_to_spoke: {}\n",
		"4:17: 'spoke_to_spoke' takes a single value, not a map"},
	{HEAD "supernet: 10.20.0.0\n",
		"4:11: '10.20.0.0' has no length; write '10.20.0.0/24' for a network, '10.20.0.0/32' for one host"},
	{HEAD "supernet: 10.20.0.0/255.255.0.0\n",
		"4:11: '10.20.0.0/255.255.0.0' is not a prefix: its length has to be a number from 0 to 32"},
	{HEAD "supernet: 10.20.0.0/33\n",
		"4:11: '10.20.0.0/33' is not a prefix: its length has to be a number from 0 to 32"},
	{HEAD "supernet: 10.20.0.0/08\n",
		"4:11: '10.20.0.0/08' is not a prefix: its length has to be a number from 0 to 32"},
	{HEAD "supernet: 10.20.0.1/16\n",
		"4:11: '10.20.0.1/16' has host bits set; did you mean '10.20.0.0/16'?"},
	{HEAD "supernet: fd00::1\n",
		"4:11: 'fd00::1' has no length; write 'fd00::/64' for a network, 'fd00::1/128' for one host"},
	{HEAD "supernet: ten\n", "4:11: 'ten' is not a prefix such as '10.20.1.0/24'"},
	{HEAD "supernet: [10.20.0.0/16, [x], ]\n",
		"4:26: a value of the list has to be a single value, not a list"},
	{HEAD "supernet: [10.20.0.0/16, ~]\n", "4:26: a value of the list is empty"},
	{HEAD "supernet: 224.0.0.0/8\n",
		"4:11: '224.0.0.0/8' is no network of hosts: it has multicast addresses"},
	{HEAD "supernet: \"::/0\"\n",
		"4:11: '::/0' is every address, not a network; for all traffic through the hub write 'allowed_ips: all' at the spoke"},
	{HEAD "spokes: [a]\n", "4:9: 'spokes' has to be a map of fields"},
	{HEAD "spokes: x\n", "4:9: 'spokes' has to be a map of fields"},
	{HEAD "defaults: 3\n", "4:11: 'defaults' has to be a map of fields"},
	{HEAD "retired: {a: b}\n", "4:10: 'retired' has to be a list"},
	{HEAD "spokes:\n"
	      "  hub: {address: 10.49.0.2, public_key: " K2 "}\n",
		"5:3: 'hub' is a reserved name; take another"},
	{HEAD "spokes:\n"
	      "  all: {address: 10.49.0.2, public_key: " K2 "}\n",
		"5:3: 'all' is a reserved name; take another"},
	{HEAD "spokes:\n"
	      "  Clinic_1: {address: 10.49.0.2, public_key: " K2 "}\n",
		"5:3: 'Clinic_1' is not a name of a-z, 0-9 and '-'; did you mean 'clinic-1'?"},
	{HEAD "spokes:\n"
	      "  -a: {address: 10.49.0.2, public_key: " K2 "}\n",
		"5:3: '-a' is not a name: a-z, 0-9 and, inside, '-'; 63 characters at most"},
	{HEAD "spokes:\n"
	      "  aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa: {address: 10.49.0.2, public_key: " K2
	      "}\n",
		"5:3: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...' is not a name: a-z, 0-9 and, inside, '-'; 63 characters at most"},
	{HEAD "spokes:\n"
	      "  a/../b: {address: 10.49.0.2, public_key: " K2 "}\n",
		"5:3: 'a/../b' is not a name: a-z, 0-9 and, inside, '-'; 63 characters at most"},
	{HEAD "spokes:\n"
	      "  a: {address: 10.49.0.2, public_key: " K2 "}\n"
	      "  a: {address: 10.49.0.3, public_key: " K3 "}\n",
		"6:3: 'a' is given twice (first in line 5)"},
	{HEAD "spokes:\n"
	      "  a:\n",
		"5:3: 'a' has no 'address'\n"
		"5:3: 'a' has no 'public_key'"},
	{HEAD "spokes:\n"
	      "  a: b\n",
		"5:6: a spoke has to be a map of fields"},
	{HEAD "spokes:\n"
	      "  a: {address: 10.49.0.2}\n",
		"5:3: 'a' has no 'public_key'"},
	{HEAD "spokes:\n"
	      "  a: {public_key: " K2 "}\n",
		"5:3: 'a' has no 'address'"},
	{TOP "hub: {address: 10.49.0.1, public_key: " K1 "}\n",
		"3:1: 'hub' has no 'endpoint'"},
	{TOP "hub: {endpoint: 'h:1', address: 10.49.0.1}\n",
		"3:1: 'hub' has no 'public_key'"},
	{TOP "hub: {endpoint: 'h:1', public_key: " K1 "}\n",
		"3:1: 'hub' has no 'address'"},
	{TOP "hub: {endpoint: vpn.example.org, address: 10.49.0.1, public_key: " K1 "}\n",
		"3:17: 'vpn.example.org' has no port; write 'vpn.example.org:51820'"},
	{TOP "hub: {endpoint: 192.0.2.1, address: 10.49.0.1, public_key: " K1 "}\n",
		"3:17: '192.0.2.1' has no port; write '192.0.2.1:51820'"},
	{TOP "hub: {endpoint: 'fd00::1', address: 10.49.0.1, public_key: " K1 "}\n",
		"3:17: 'fd00::1' has no port; write '[fd00::1]:51820'"},
	{TOP "hub: {endpoint: '[fd00::1]', address: 10.49.0.1, public_key: " K1 "}\n",
		"3:17: '[fd00::1]' is not HOST:PORT with a port from 1 to 65535; an "
		"IPv6 address goes in brackets"},
	{TOP "hub: {endpoint: 'fd00::1:51820', address: 10.49.0.1, public_key: " K1 "}\n",
		"3:17: 'fd00::1:51820' is not HOST:PORT with a port from 1 to 65535; an "
		"IPv6 address goes in brackets"},
	{TOP "hub: {endpoint: h:0, address: 10.49.0.1, public_key: " K1 "}\n",
		"3:17: 'h:0' is not HOST:PORT with a port from 1 to 65535; an "
		"IPv6 address goes in brackets"},
	{TOP "hub: {endpoint: h:70000, address: 10.49.0.1, public_key: " K1 "}\n",
		"3:17: 'h:70000' is not HOST:PORT with a port from 1 to 65535; an "
		"IPv6 address goes in brackets"},
	{TOP "hub: {endpoint: '-:1', address: 10.49.0.1, public_key: " K1 "}\n",
		"3:17: '-:1' is not HOST:PORT with a port from 1 to 65535; an "
		"IPv6 address goes in brackets"},
	{TOP "hub: {endpoint: '', address: 10.49.0.1, public_key: " K1 "}\n",
		"3:17: 'endpoint' has no value"},
	{TOP "hub: {endpoint: [h:1], address: 10.49.0.1, public_key: " K1 "}\n",
		"3:17: 'endpoint' takes a single value, not a list"},
	{TOP "hub: {endpoint: 'h:1', address: 10.49.0.01, public_key: " K1 "}\n",
		"3:33: '10.49.0.01' is not an IP address"},
	{TOP "hub: {endpoint: 'h:1', address: 10.49.0.1/24, public_key: " K1 "}\n",
		"3:33: '10.49.0.1/24' is a prefix; an address stands here without '/24'"},
	{TOP "hub: {endpoint: 'h:1', address: 10.49.0, public_key: " K1 "}\n",
		"3:33: '10.49.0' is not an IP address"},
	{TOP "hub: {endpoint: 'h:1', address: 10.49.0.1:22, public_key: " K1 "}\n",
		"3:33: '10.49.0.1:22' is not an IP address"},
	{TOP "hub: {endpoint: 'h:1', address: \"::ffff:10.49.0.1\", public_key: " K1
	     "}\n",
		"3:33: '::ffff:10.49.0.1' is not an IP address"},
	{TOP "hub: {endpoint: 'h:1', address: [10.49.0.1, 10.49.0.2], public_key: " K1
	     "}\n",
		"3:45: '10.49.0.2' is one too many: only one IPv4 address stands here"},
	{TOP "hub: {endpoint: 'h:1', address: [], public_key: " K1 "}\n",
		"3:33: 'address' is an empty list"},
	{TOP "hub: {endpoint: 'h:1', address: 127.0.0.1, public_key: " K1 "}\n",
		"3:33: '127.0.0.1' is no host's address: it is loopback"},
	{TOP "hub: {endpoint: 'h:1', address: 0.0.0.0, public_key: " K1 "}\n",
		"3:33: '0.0.0.0' is no host's address: it is unspecified"},
	{TOP "hub: {endpoint: 'h:1', address: 224.0.0.1, public_key: " K1 "}\n",
		"3:33: '224.0.0.1' is no host's address: it is multicast"},
	{TOP "hub: {endpoint: 'h:1', address: 169.254.1.1, public_key: " K1 "}\n",
		"3:33: '169.254.1.1' is no host's address: it is link-local"},
	{TOP "hub: {endpoint: 'h:1', address: 255.255.255.255, public_key: " K1 "}\n",
		"3:33: '255.255.255.255' is no host's address: it is reserved"},
	{TOP "hub: {endpoint: 'h:1', address: fe80::1, public_key: " K1 "}\n",
		"3:33: 'fe80::1' is no host's address: it is link-local"},
	{TOP "hub: {endpoint: 'h:1', address: 10.49.0.0, public_key: " K1 "}\n",
		"3:33: address '10.49.0.0' is the network address of 10.49.0.0/24"},
	{TOP "hub: {endpoint: 'h:1', address: 10.49.0.255, public_key: " K1 "}\n",
		"3:33: address '10.49.0.255' is the broadcast address of 10.49.0.0/24"},
	{TOP "hub: {endpoint: 'h:1', address: 10.50.0.1, public_key: " K1 "}\n",
		"3:33: address '10.50.0.1' is outside the network 10.49.0.0/24"},
	{TOP "hub: {endpoint: 'h:1', address: fd00::1, public_key: " K1 "}\n",
		"3:33: 'hub' has no IPv4 address in the network 10.49.0.0/24\n"
		"3:33: address 'fd00::1' is in no network: 'network' has no IPv6 prefix"},
	{TOP "hub: {endpoint: 'h:1', address: {a: b}, public_key: " K1 "}\n",
		"3:33: 'address' takes a single value, not a map"},
	{TOP "hub: {endpoint: 'h:1', address: ~, public_key: " K1 "}\n",
		"3:33: 'address' has no value"},
	{TOP "hub: {endpoint: 'h:1', address: \"10.49.0.1\\n\", public_key: " K1 "}\n",
		"3:33: '10.49.0.1\\n' is not an IP address"},
	{"site: s\n"
	 "network: [10.49.0.0/24, fd49::/64]\n" HUB "}\n",
		"3:33: 'hub' has no IPv6 address in the network fd49::/64"},
	{"site: s\n"
	 "network: [10.49.0.0/24, fd49::/64]\n"
	 "hub: {endpoint: 'h:1', address: 'fd49::1', public_key: " K1 "}\n",
		"3:33: 'hub' has no IPv4 address in the network 10.49.0.0/24"},
	{"site: s\n"
	 "network: [10.49.0.0/24, fd49::/64]\n"
	 "hub: {endpoint: 'h:1', address: [10.49.0.1, 'fd49::'], public_key: " K1 "}\n",
		"3:45: address 'fd49::' is the subnet-router anycast address of fd49::/64"},
	{"site: s\n"
	 "network: [10.49.0.0/24, fd49::/64]\n"
	 "hub: {endpoint: 'h:1', address: [10.49.0.1, 'fd50::1'], public_key: " K1 "}\n",
		"3:45: address 'fd50::1' is outside the network fd49::/64"},
	{TOP HUB "x}\n",
		"3:56: 'public_key' is not a WireGuard key (44 characters of base64): it has 45"},
	{TOP "hub: {endpoint: 'h:1', address: 10.49.0.1, public_key: QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE}\n",
		"3:56: 'public_key' is not a WireGuard key (44 characters of base64): it has 43"},
	{TOP "hub: {endpoint: 'h:1', address: 10.49.0.1, public_key: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=}\n",
		"3:56: 'public_key' is all zero; put the peer's key here"},
	{TOP "hub: {endpoint: 'h:1', address: 10.49.0.1, public_key: AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=}\n",
		"3:56: 'public_key' is a point of low order, which makes no secret"},
	{TOP "hub: {endpoint: 'h:1', address: 10.49.0.1, public_key: QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUF=}\n",
		"3:56: 'public_key' is not a WireGuard key (44 characters of base64)"},
	{TOP "hub: {endpoint: 'h:1', address: 10.49.0.1, public_key: [" K1 "]}\n",
		"3:56: 'public_key' takes a single value, not a list"},
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
