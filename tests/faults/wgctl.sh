#!/bin/sh
# SPDX-License-Identifier: MIT
# Breaks a command of wgctl at every call that touches a file:
#   wgctl.sh WGCTL LIBRARY init|add-spoke|remove-spoke|rename-spoke|render
# After each the old or the new state is whole, keys fit the site, and the next command
# works (check_site.sh, check_rendered.sh). The other kinds of faults are left to disk.sh,
# which takes less time for each.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
library=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

mkdir "$work/bin" "$work/none" "$work/site"
ln -s "$1" "$work/bin/wgctl"
PATH=$work/bin:$PATH
export PATH

# A private key that does not fit its public key is an error of config, a missing preshared
# key as well; a missing private key is seen by the line that is not there.
cat >"$work/bin/verify" <<'SCRIPT'
#!/bin/sh
set -eu
wgctl -q check
for node in $(wgctl __complete nodes); do
	wgctl -q config "$node" | grep -q '^PrivateKey = '
done
SCRIPT
chmod +x "$work/bin/verify"

INIT='wgctl -q init --name lab --endpoint vpn.example.org --supernet 10.20.0.0/16'
(cd "$work/site" && $INIT && wgctl -q add-spoke clinic --subnet auto/24 &&
	wgctl -q add-spoke hospital)

OLD=$work/site/site.yaml
VERIFY=verify
SETTLE='wgctl -q add-spoke passing; wgctl -q remove-spoke passing'
export OLD IS_NEW VERIFY RETRY SETTLE KEYS

# break_all FOLDER CHECK: RETRY, as the command that is broken, and to be done again.
break_all() {
	echo "$RETRY:"
	# shellcheck disable=SC2086 # into words
	"$here/every_syscall.sh" -l "$library" -k 'KILL EIO ENOSPC' -s "$work/$1" -c "$here/$2" $RETRY
}

case $3 in
init)
	OLD='' RETRY=$INIT IS_NEW='[ -e site.yaml ]' KEYS='hub.key'
	break_all none check_site.sh
	;;
add-spoke)
	RETRY='wgctl -q add-spoke phone' IS_NEW='grep -q "^  phone:" site.yaml'
	KEYS='clinic.key clinic.psk hospital.key hospital.psk hub.key phone.key phone.psk'
	break_all site check_site.sh
	;;
remove-spoke)
	RETRY='wgctl -q remove-spoke clinic' IS_NEW='! grep -q "^  clinic:" site.yaml'
	KEYS='hospital.key hospital.psk hub.key'
	break_all site check_site.sh
	;;
rename-spoke)
	RETRY='wgctl -q rename-spoke clinic ward' IS_NEW='grep -q "^  ward:" site.yaml'
	KEYS='hospital.key hospital.psk hub.key ward.key ward.psk'
	break_all site check_site.sh
	;;
render)
	RETRY='wgctl -q render -o output'
	break_all site check_rendered.sh
	;;
*)
	echo "no such command: $3" >&2
	exit 2
	;;
esac
