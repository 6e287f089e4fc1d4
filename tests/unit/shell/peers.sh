# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034,SC2154
# Cases of begin.sh: peers that a change must not lose.

# Six peers, as lists of peers have them: KEY PSK KEEPALIVE ALLOWED.
have_peers() {
	cat <<'END'
clinic= - off 10.20.2.0/24,10.49.0.3/32
depot= - off 10.20.3.0/24,10.49.0.4/32
hospital= - off 10.20.1.0/24,10.49.0.2/32
phone= - off 10.49.0.9/32
quiet= - off 10.49.0.8/32
router= - off 10.30.0.0/16
END
}

# matched, the wanted peers on stdin: what is to be probed, and what has been so far.
matched() {
	cat >"$work/want.peers"
	have_peers >"$work/have.peers"
	printf '%s\n' clinic= depot= hospital= phone= router= >"$work/alive"
	rm -f "$work/after" "$work/were"
	: >"$work/after"
	match_peers "$work/after" "$work/were"
	if cmp -s "$work/after" "$work/were"; then
		cat "$work/after"
	else
		paste -d' ' "$work/were" "$work/after"
	fi >"$work/matched"
}

probes_who_stays_as_it_is() {
	echo hospital= >"$work/reached"
	have_peers | matched
	holds "$work/matched" <<-END
		hospital= 10.49.0.2
		clinic= 10.49.0.3
		depot= 10.49.0.4
		phone= 10.49.0.9
		router= -
	END
	have_peers | sed '/^clinic/d; s/10.49.0.4/10.49.0.44/; s/^phone/fon/' | matched
	holds "$work/matched" <<-END
		hospital= 10.49.0.2
		router= -
	END
}

# Of those that are reached through the tunnel the new address or key counts.
never_loses_who_is_reached() {
	printf '%s\n' hospital= new= later= >"$work/reached"
	have_peers | sed 's/10.49.0.2/10.49.0.22/' | matched
	grep -qx 'hospital= 10.49.0.2 hospital= 10.49.0.22' "$work/matched" || wrong "another address"
	have_peers | sed 's/^hospital/new/' | matched
	grep -qx 'new= 10.49.0.2' "$work/matched" || wrong "another key"
	have_peers | sed 's|10.49.0.2/32|10.49.0.1/32,&,fd00::2/128|' | matched
	grep -qx 'hospital= 10.49.0.2' "$work/matched" || wrong "an address more"
	{
		have_peers
		echo 'later= - off 10.20.7.0/24,10.49.0.7/32'
	} | matched
	! grep -q later "$work/matched" || wrong "one that is new was there before"
}

# Who was taken out on purpose, and in whose place somebody else is put.
lets_go_who_is_retired() {
	echo new= >"$work/reached"
	echo hospital= >"$work/retired"
	retired=$work/retired
	have_peers | sed 's/^hospital/new/' | matched
	! grep -e new -e hospital "$work/matched" || wrong "the one in its place is asked for"
}

for case in probes_who_stays_as_it_is never_loses_who_is_reached lets_go_who_is_retired; do
	check $case
done
