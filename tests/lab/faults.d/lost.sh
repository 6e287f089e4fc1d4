# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# A. Configurations that lose the site: each must be undone, by the host alone.

# loses NODE [TEXT]: the deploy of what the site says now is taken back, and all is as before.
loses() {
	deploys_to "$STATUS_ROLLED_BACK" "$1" --prune && ends hub old && ends pi old
}

A1_pi() {
	edit_site "s|^\\(  public_key:\\) .*|\\1 $(wg_key)|" && loses hospital
}

# Some public key that nobody has the private one to.
wg_key() {
	head -c 32 /dev/urandom | base64
}

A2_pi_port() {
	edit_site 's/\(endpoint: .*\):51820/\1:51999/; s/^hub:/&\n  listen_port: 51820/' && loses hospital
}

A2_pi_address() {
	edit_site 's/\(endpoint:\) .*/\1 203.0.113.9:51820/' && loses hospital
}

A3_pi() {
	edit_site '/^  hospital:/a \    allowed_ips: [10.10.0.0/16]' && loses hospital
}
