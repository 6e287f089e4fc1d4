#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""
A run of several hosts on a terminal ends in a table: hub first, then in the order in which they
were named, as wide as the terminal; what went wrong stands whole above it. Nobody answers.

    deploy_tty.py WGCTL
"""
import base64
import os
import re
import subprocess
import sys
import tempfile

sys.path[:0] = [os.path.dirname(os.path.abspath(__file__))]

from terminal import Terminal  # noqa: E402

REASON = "cannot connect to '127.0.0.1' (127.0.0.1 port %d): Connection refused"
PORTS = {"hub": 1, "spoke2": 2, "spoke3": 3}


def make_site(folder):
    def wgctl(*arguments):
        subprocess.run([WGCTL, "-q", *arguments], cwd=folder, check=True)

    wgctl("init", "--name", "mission", "--endpoint", "127.0.0.1", "--network", "10.49.0.0/24",
          "--ssh", "root@127.0.0.1:1")
    for name in ("spoke2", "spoke3"):
        wgctl("add-spoke", name, "--ssh", f"root@127.0.0.1:{PORTS[name]}")


def shown(folder, columns, *arguments):
    """What has come to stay on the terminal."""
    text, status = Terminal([WGCTL, *arguments, "--color=never"], folder, columns).finish()
    if status != 1:
        sys.exit(f"exit status {status} of {arguments}: {text!r}")
    return re.sub(r"[^\n]*\r\x1b\[K", "", text).replace("\r\n", "\n").splitlines()


def assert_same(wanted, got):
    if wanted != got:
        sys.exit(f"not {wanted!r} but {got!r}")


def lines_of(names):
    return sorted(f"{name}: failed ({REASON % PORTS[name]})" for name in names)


def table_of(names, columns):
    """Times are not known beforehand, but for their width."""
    rows = ["NAME    RESULT   TIME  WHAT"]
    for name in names:
        what = REASON % PORTS[name]
        room = columns - len("spoke2  failed  0.0 s  ")
        if len(what) > room:
            what = what[:room - 1] + "…"
        rows.append(f"{name:6}  failed  T.T s  {what}")
    return rows


def check_table(folder, columns, names, *arguments):
    lines = shown(folder, columns, *arguments)
    count = len(names)
    assert_same(lines_of(names), sorted(lines[:count]))
    assert_same(table_of(names, columns),
                [re.sub(r"\d\.\d s", "T.T s", line) for line in lines[count:-1]])
    assert_same(f"{count} hosts: {count} failed", lines[-1])


def check_too_many(folder):
    """More than can be held at once while somebody thinks are refused before anybody is asked."""
    with open(os.path.join(folder, "site.yaml"), encoding="utf-8") as file:
        text = file.read()
    for i in range(512):
        key = base64.b64encode(bytes([77, i // 256, i % 256]) + bytes(29)).decode()
        text += (f"  s{i}:\n    address: 10.49.{i // 250 + 1}.{i % 250 + 1}\n"
                 f"    public_key: {key}\n    ssh: s{i}\n")
    with open(os.path.join(folder, "site.yaml"), "w", encoding="utf-8") as file:
        file.write(text.replace("10.49.0.0/24", "10.49.0.0/16"))
    text, status = Terminal([WGCTL, "deploy", "--all"], folder, 120).finish()
    if status != 2 or "deploy asks about 512 hosts at most: name fewer, or say --yes" not in text:
        sys.exit(f"exit status {status}: {text!r}")


def main():
    with tempfile.TemporaryDirectory() as folder:
        make_site(folder)
        check_table(folder, 120, ["hub", "spoke2", "spoke3"], "deploy", "--all", "--yes")
        check_table(folder, 60, ["hub", "spoke3", "spoke2"], "plan", "spoke3", "spoke2", "hub")
        assert_same(lines_of(PORTS), sorted(shown(folder, 80, "deploy", "--all", "-q")))
        assert_same(lines_of(["spoke3"]), shown(folder, 80, "confirm", "spoke3"))
        check_too_many(folder)


WGCTL = os.path.realpath(sys.argv[1])
main()
