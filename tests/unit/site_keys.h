/* SPDX-License-Identifier: MIT */
/* Keys and beginnings of sites for tests. */
#ifndef WGCTL_TEST_SITE_KEYS_H
#define WGCTL_TEST_SITE_KEYS_H

#define K1 "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="
#define K2 "QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI="
#define K3 "Q0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0M="
#define K4 "REREREREREREREREREREREREREREREREREREREREREQ="
#define K5 "RUVFRUVFRUVFRUVFRUVFRUVFRUVFRUVFRUVFRUVFRUU="

#define TOP   "site: s\nnetwork: 10.49.0.0/24\n"
#define HUB   "hub: {endpoint: 'h:1', address: 10.49.0.1, public_key: " K1
#define HEAD  TOP HUB "}\n"
#define SPOKE "spokes:\n  a:\n    address: 10.49.0.2\n    public_key: " K2 "\n"

#endif
