/* SPDX-License-Identifier: MIT */
/*
 * The readers behind the table of fields.c, which names every field that a site can have.
 * Each takes the value of its field into the target of the record, or reports why not.
 */
#ifndef WGCTL_SITE_FIELDS_H
#define WGCTL_SITE_FIELDS_H

#include "site/value.h"

/* load.c: the top level and `retired`. */
value_reader read_site_name, read_network, read_supernet, read_spoke_to_spoke;
value_reader read_section, read_retired_name;

/* load_node.c: the hub, the spokes, `defaults`. */
value_reader read_address, read_public_key, read_endpoint, read_lan_address;
value_reader read_subnets, read_interface, read_listen_port, read_mtu, read_dns;
value_reader read_preshared_key, read_persistent_keepalive, read_allowed_ips;

/* load_ssh.c */
value_reader read_ssh, read_ssh_user, read_ssh_host, read_ssh_port, read_ssh_via;

#endif
