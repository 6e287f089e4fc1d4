#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""
`wgctl init` on a terminal: asks what the options do not say, with defaults, again after an
answer that is wrong; Ctrl-C, the end of input and a lost terminal leave nothing behind.

    init_tty.py WGCTL
"""
import os
import signal
import subprocess
import sys
import tempfile

sys.path[:0] = [os.path.dirname(os.path.abspath(__file__))]

from terminal import Terminal  # noqa: E402


def fail(what):
    sys.exit(what)


def new_folder(name):
    path = os.path.join(FOLDER, name)
    os.mkdir(path)
    return path


def site_of(folder):
    with open(os.path.join(folder, "site.yaml"), encoding="utf-8") as file:
        text = file.read()
    subprocess.run([WGCTL, "-q", "check"], cwd=folder, check=True)
    return text


def answer(terminal, question, text):
    terminal.expect(question)
    terminal.expect(": ")
    terminal.send(text + "\n")


def assert_holds(text, *lines):
    for line in lines:
        if line not in text:
            fail(f"{line!r} is missing in:\n{text}")


def assert_empty(folder, what):
    left = os.listdir(folder)
    if left:
        fail(f"{what} has left {left}")


def takes_defaults():
    folder = new_folder("clinics")
    terminal = Terminal([WGCTL, "init"], folder)
    answer(terminal, "name of the site [clinics]", "")
    answer(terminal, "public address of the hub", "vpn.example.org")
    answer(terminal, "tunnel addresses [10.49.0.0/24]", "")
    answer(terminal, "behind spokes [none]", "")
    answer(terminal, "networks behind the hub [none]", "")
    answer(terminal, "network behind it [none]", "")
    answer(terminal, "how ssh reaches the hub", "")
    text, status = terminal.finish()
    if status:
        fail(f"defaults: status {status}: {text}")
    site = site_of(folder)
    assert_holds(site, "site: clinics\n", "endpoint: vpn.example.org:51820",
                 "network: 10.49.0.0/24 ", "address: 10.49.0.1\n")
    if any(word in site for word in ("supernet:", "subnets:", "lan_address:", "ssh:")):
        fail(f"an answer that nobody gave is in:\n{site}")


def asks_again():
    folder = new_folder("wrong")
    terminal = Terminal([WGCTL, "init", "--ssh", "admin@vpn.example.org"], folder)
    answer(terminal, "name of the site", "My Site")
    terminal.expect("is not a name")
    answer(terminal, "name of the site", "mission")
    answer(terminal, "public address of the hub", "")
    answer(terminal, "public address of the hub", "a b")
    terminal.expect("is not HOST:PORT")
    answer(terminal, "public address of the hub", "203.0.113.7:443")
    answer(terminal, "tunnel addresses", "10.60.0.1/24")
    terminal.expect("did you mean '10.60.0.0/24'?")
    answer(terminal, "tunnel addresses", "10.60.0.0/24, fd60::/64")
    answer(terminal, "behind spokes", "10.20.0.0")
    terminal.expect("is not a prefix")
    answer(terminal, "behind spokes", "10.20.0.0/16")
    answer(terminal, "networks behind the hub", "10.99.0.0/16, lan")
    terminal.expect("'lan' is not a prefix")
    answer(terminal, "networks behind the hub", "10.10.0.0/16 192.168.5.0/24")
    answer(terminal, "network behind it", "10.10.1.999")
    terminal.expect("is not an address")
    answer(terminal, "network behind it", "10.10.1.10")
    text, status = terminal.finish()
    if status or "how ssh" in text:
        fail(f"wrong answers: status {status}: {text}")
    assert_holds(site_of(folder), "site: mission\n", "endpoint: 203.0.113.7:443 ",
                 "network: [10.60.0.0/24, fd60::/64] ", "address: [10.60.0.1, fd60::1]\n",
                 "supernet: 10.20.0.0/16 ", "subnets: [10.10.0.0/16, 192.168.5.0/24] ",
                 "lan_address: 10.10.1.10\n", "ssh: admin@vpn.example.org\n")


def is_interrupted(what, act, statuses):
    folder = new_folder(what)
    terminal = Terminal([WGCTL, "init"], folder)
    answer(terminal, "name of the site", "lab")
    terminal.expect("public address of the hub")
    act(terminal)
    text, status = terminal.finish()
    if status not in statuses:
        fail(f"{what}: status {status}: {text}")
    assert_empty(folder, what)


def has_no_questions():
    """With --yes the defaults are taken, and what has none is asked of the options."""
    folder = new_folder("yes")
    text, status = Terminal([WGCTL, "init", "--yes"], folder).finish()
    if status != 2 or "--endpoint is needed" not in text:
        fail(f"--yes: status {status}: {text}")
    assert_empty(folder, "--yes")
    text, status = Terminal([WGCTL, "init", "--yes", "--endpoint", "h.example.org"],
                            folder).finish()
    if status:
        fail(f"--yes with an endpoint: status {status}: {text}")
    assert_holds(site_of(folder), "endpoint: h.example.org:51820")


def is_refused_first():
    """A folder that has a site is no place for questions."""
    folder = new_folder("there")
    with open(os.path.join(folder, "site.yaml"), "w", encoding="utf-8") as file:
        file.write("mine\n")
    text, status = Terminal([WGCTL, "init"], folder).finish()
    if status != 1 or "exists already" not in text or "name of the site" in text:
        fail(f"site there: status {status}: {text}")


def main():
    takes_defaults()
    asks_again()
    is_interrupted("ctrl-c", lambda terminal: terminal.send("\3"), [1])
    is_interrupted("ctrl-d", lambda terminal: terminal.send("\4"), [1])
    is_interrupted("hangup", lambda terminal: os.kill(terminal.pid, signal.SIGHUP),
                   [-signal.SIGHUP])
    is_interrupted("terminated", lambda terminal: os.kill(terminal.pid, signal.SIGTERM),
                   [-signal.SIGTERM])
    has_no_questions()
    is_refused_first()


WGCTL = os.path.abspath(sys.argv[1])
with tempfile.TemporaryDirectory() as FOLDER:
    main()
