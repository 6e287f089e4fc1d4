#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares lib/net with python's ipaddress: oracle_prefix.py PREFIX_TOOL [SEED].

Random cases from a fixed seed go through prefix_tool in one run. Sets and pools are drawn
from a few small corners of the address space, so that prefixes meet, nest and touch.
"""

import ipaddress
import random
import re
import subprocess
import sys

CASES = 2500  # of each of the eight kinds
CORNERS = [ipaddress.ip_address(text) for text in (
    "0.0.0.0", "10.20.0.0", "127.255.255.224", "255.255.255.224", "::", "fd00:20::",
    "7fff:ffff:ffff:ffff:ffff:ffff:ffff:ffe0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffe0")]
BITS = {4: 32, 6: 128}


def random_corners(rng):
    """Mostly one, so that what is drawn from it meets; else all, both families mixed."""
    return [rng.choice(CORNERS)] if rng.random() < 0.7 else CORNERS


def random_addr(rng, corners):
    corner = rng.choice(corners)
    bits = BITS[corner.version]
    value = int(corner)
    kind = rng.random()
    if kind < 0.7:
        value ^= rng.getrandbits(5)
    elif kind < 0.85:
        value ^= rng.getrandbits(5) << rng.randrange(bits - 5)
    else:
        value = rng.getrandbits(bits) & rng.choice((rng.getrandbits(bits), -1))
    return type(corner)(value)


def random_net(rng, corners):
    addr = random_addr(rng, corners)
    bits = BITS[addr.version]
    length = bits - rng.randrange(7) if rng.random() < 0.8 else rng.randrange(bits + 1)
    return ipaddress.ip_network((addr, length), strict=False)


def random_set(rng, corners, most=12):
    return [random_net(rng, corners) for _ in range(rng.randrange(most))]


def mutate(rng, text):
    """Damages a text in none to three places."""
    alphabet = "0123456789abcdefABCDEFgx.:/%-+ []"
    for _ in range(rng.choice((0, 0, 0, 1, 1, 2, 3))):
        at = rng.randrange(len(text) + 1)
        if rng.random() < 0.5:
            text = text[:at] + rng.choice(alphabet) + text[at:]
        elif rng.random() < 0.5:
            text = text[:at] + text[at + 1:]
        else:
            text = text[:at] + rng.choice(alphabet) + text[at + 1:]
    return text


def random_text(rng):
    addr = random_addr(rng, CORNERS)
    if addr.version == 6:
        high, low = divmod(int(addr), 1 << 32)
        mixed = str(ipaddress.IPv6Address(high << 32))
        mixed = mixed if mixed.endswith("::") else "::"
        return rng.choice((addr.compressed, addr.exploded, addr.compressed.upper(),
                           mixed + str(ipaddress.IPv4Address(low)),
                           "::ffff:" + str(ipaddress.IPv4Address(low))))
    return str(addr)


def parse_addr(text):
    """The address where wgctl is to take the text, else None."""
    try:
        addr = ipaddress.ip_address(text)
    except ValueError:
        return None
    if addr.version == 6 and (addr.ipv4_mapped is not None or "%" in text):
        return None
    return addr


def parse_prefix(text):
    host, slash, length = text.partition("/")
    addr = parse_addr(host)
    if addr is None or not slash or not re.fullmatch("0|[1-9][0-9]*", length, re.ASCII):
        return None
    if int(length) > BITS[addr.version]:
        return None
    return ipaddress.ip_interface((addr, int(length)))


def yes(value):
    return "yes" if value else "no"


def key(net):
    return (net.version, int(net.network_address), net.prefixlen)


def show(nets):
    return " ".join(str(net) for net in nets)


def collapse(nets):
    found = []
    for family in (4, 6):
        found += ipaddress.collapse_addresses(n for n in nets if n.version == family)
    return sorted(found, key=key)


def overlaps(a, b):
    return a.version == b.version and a.overlaps(b)


def contains(outer, inner):
    return outer.version == inner.version and inner.subnet_of(outer)


def line(operation, *words):
    return " ".join([operation] + [str(word) for word in words if str(word)])


def case_addr(rng):
    text = mutate(rng, random_text(rng))
    addr = parse_addr(text)
    return "addr " + text, "no" if addr is None else str(addr)


def case_prefix(rng):
    text = random_text(rng)
    bits = 128 if ":" in text else 32
    lengths = (rng.randrange(bits + 1), rng.randrange(bits + 1), rng.randrange(bits, 300),
               "0%d" % rng.randrange(33), "")
    text = mutate(rng, "%s/%s" % (text, rng.choice(lengths)))
    prefix = parse_prefix(text)
    if prefix is None:
        return "prefix " + text, "no"
    net = prefix.network
    return "prefix " + text, "%s/%d %s %s" % (
        prefix.ip, net.prefixlen, net.broadcast_address,
        yes(prefix.ip != net.network_address))


def case_next(rng):
    addr = random_addr(rng, CORNERS)
    if int(addr) + 1 == 1 << BITS[addr.version]:
        return "next %s" % addr, "no"
    return "next %s" % addr, str(addr + 1)


def case_compare(rng):
    corners = random_corners(rng)
    a, b = random_net(rng, corners), random_net(rng, corners)
    order = (key(a) > key(b)) - (key(a) < key(b))
    return line("compare", a, b), "%s %s %d" % (yes(contains(a, b)), yes(overlaps(a, b)),
                                               order)


def case_merge(rng):
    nets = random_set(rng, random_corners(rng), most=40) or [random_net(rng, CORNERS)]
    return line("merge", show(nets)), show(collapse(nets))


def case_subtract(rng):
    corners = random_corners(rng)
    nets, hole = random_set(rng, corners), random_net(rng, corners)
    left = []
    for net in collapse(nets):
        if not overlaps(net, hole):
            left.append(net)
        elif contains(net, hole):
            left += net.address_exclude(hole)
    return line("subtract", hole, show(nets)), show(collapse(left))


def case_within(rng):
    corners = random_corners(rng)
    nets, net = random_set(rng, corners), random_net(rng, corners)
    merged = collapse(nets)
    return line("within", net, show(nets)), "%s %s" % (
        yes(any(contains(m, net) for m in merged)),
        yes(any(overlaps(m, net) for m in nets)))


def case_free(rng):
    corners = random_corners(rng)
    addr = random_addr(rng, corners)
    bits = BITS[addr.version]
    pool = ipaddress.ip_network((addr, bits - rng.randrange(8)), strict=False)
    used = random_set(rng, corners, most=rng.choice((3, 12, 60)))
    if rng.random() < 0.5:
        free = (host for host in pool.hosts()
                if not any(overlaps(ipaddress.ip_network(host), net) for net in used))
        found = next(free, None)
        return line("free-addr", pool, show(used)), "no" if found is None else str(found)
    length = max(0, pool.prefixlen - 1) + rng.randrange(bits - pool.prefixlen + 2)
    length = min(length, bits)
    found = None
    if length >= pool.prefixlen:
        found = next((net for net in pool.subnets(new_prefix=length)
                      if not any(overlaps(net, other) for other in used)), None)
    wanted = "%s/%d" % (pool.network_address, length)
    return line("free", wanted, pool, show(used)), "no" if found is None else str(found)


KINDS = (case_addr, case_prefix, case_next, case_compare, case_merge, case_subtract,
         case_within, case_free)


def is_comparable(case):
    """wgctl reads no mapped address, and python 3.13 and later write one with dots."""
    question, wanted = case
    return "::ffff:" not in wanted and (
        question.startswith(("addr ", "prefix ")) or "::ffff:" not in question)


def main():
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    rng = random.Random(seed)
    cases = [case(rng) for case in KINDS for _ in range(CASES)]
    cases = [case for case in cases if is_comparable(case)]
    lines = "".join(question + "\n" for question, _ in cases)
    done = subprocess.run([sys.argv[1]], input=lines, stdout=subprocess.PIPE, text=True,
                          check=False)
    answers = done.stdout.split("\n")[:-1]
    wrong = [(question, wanted, seen) for (question, wanted), seen in zip(cases, answers)
             if wanted != seen]
    for question, wanted, seen in wrong[:10]:
        print("%s\n  python: %s\n  wgctl:  %s" % (question, wanted, seen))
    print("%d cases, %d wrong, seed %d" % (len(cases), len(wrong), seed))
    if done.returncode or len(answers) != len(cases):
        print("prefix_tool ended with %d after %d answers" % (
            done.returncode, len(answers)))
        return 1
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
