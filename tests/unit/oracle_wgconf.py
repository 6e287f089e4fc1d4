#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""wg and wg-quick read what wgconf_format writes, and what wgconf_parse accepts.

wg setconf gets its own view of /run, where a socket of ours stands in for the device: wg
tells it all that it understood of the file, and that is compared with our reading.
"""
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading

SKIP = 77
DEVICE = "wgoracle"
RANDOM = 300
QUICK_RUNS = 60
MUTANTS = 20000
MUTANTS_READ_AT_LEAST = 2000
QUICK = re.compile(rb"[ \t]*(address|mtu|dns)[ \t]*=", re.IGNORECASE)
NAME = re.compile(r"\bh[0-9]+\.example\.org\b")


def skip(reason):
    print("skipped:", reason)
    sys.exit(SKIP)


def enter_own_run():
    """Starts this script again where /run is its own."""
    for options in (["-m"], ["-r", "-m"]):
        try:
            subprocess.run(["unshare", *options, "mount", "-t", "tmpfs", "none", "/run"],
                           check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            continue
        script = 'mount -t tmpfs none /run && exec "$@"'
        os.execvp("unshare", ["unshare", *options, "sh", "-c", script, "sh",
                              sys.executable, *sys.argv, "inside"])
    skip("unshare cannot give a mount namespace")


class Device:
    """Answers wg as a driver in user space does and keeps what it was told."""

    def __init__(self):
        os.makedirs("/run/wireguard", exist_ok=True)
        self.told = None
        self.server = socket.socket(socket.AF_UNIX)
        self.server.bind(f"/run/wireguard/{DEVICE}.sock")
        self.server.listen()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            client = self.server.accept()[0]
            text = b""
            while not text.endswith(b"\n\n"):
                piece = client.recv(1 << 20)
                if not piece:
                    break
                text += piece
            if text:
                self.told = text.decode()
                client.sendall(b"errno=0\n\n")
            client.close()

    def read(self, path):
        """What wg makes of the file: None where it refuses it."""
        self.told = None
        env = {"PATH": os.environ["PATH"], "WG_ENDPOINT_RESOLUTION_RETRIES": "0"}
        done = subprocess.run(["wg", "setconf", DEVICE, path], env=env, text=True,
                              capture_output=True, check=False)
        return (self.told if done.returncode == 0 else None), done.stderr


def meaning(text):
    """Device and peers, the same for both texts; wg also says how to apply them."""
    ignored = {"set", "fwmark", "replace_peers", "replace_allowed_ips"}
    device = {"peers": {}}
    peer = None
    for line in text.split():
        field, value = line.split("=", 1)
        if field == "fwmark" and value != "0":
            raise ValueError("wg sets a mark")
        if field in ignored:
            continue
        if field == "public_key":
            if value in device["peers"]:
                raise ValueError("a peer twice")
            peer = device["peers"][value] = {"allowed_ip": set(), "preshared_key": "0" * 64,
                                             "persistent_keepalive_interval": "0"}
        elif field == "allowed_ip":
            peer["allowed_ip"].add(value)
        elif peer is None:
            device[field] = value
        else:
            peer[field] = value
    return device


def strip(path):
    """The file without the fields that are wg-quick's own, under another name."""
    with open(path, "rb") as file:
        lines = file.read().split(b"\n")
    with open(path + ".stripped", "wb") as file:
        file.write(b"\n".join(line for line in lines if not QUICK.match(line)))
    return path + ".stripped"


def check(device, path, ours, what):
    theirs, errors = device.read(strip(path))
    if theirs is None:
        sys.exit(f"{what}: wg refuses it: {errors}\n{open(path, 'rb').read()}")
    if meaning(theirs) != meaning(ours):
        sys.exit(f"{what}: wg understands\n{theirs}\nand we\n{ours}")


def check_quick(path, folder, what):
    """wg-quick takes out its own fields as we do, and nothing else but indentation."""
    named = os.path.join(folder, "wgquick.conf")
    shutil.copy(path, named)
    os.chmod(named, 0o600)
    done = subprocess.run(["wg-quick", "strip", named], check=True, capture_output=True)
    with open(strip(path), "rb") as file:
        ours, theirs = ([line.strip(b" \t") for line in text.strip().split(b"\n")]
                        for text in (file.read(), done.stdout))
    if ours != theirs:
        sys.exit(f"{what}: wg-quick strip gives\n{done.stdout}")


def run(*args):
    return subprocess.run(args, check=True, stdout=subprocess.PIPE, text=True).stdout


def check_random(tool, device, folder):
    path = os.path.join(folder, "random.conf")
    for seed in range(RANDOM):
        text = run(tool, "random", str(seed))
        with open(path, "w", encoding="ascii") as file:
            file.write(NAME.sub("192.0.2.1", text))
        check(device, path, run(tool, "meaning", path), f"seed {seed}")
        if seed < QUICK_RUNS and os.geteuid() == 0:
            check_quick(path, folder, f"seed {seed}")
    print(f"{RANDOM} random configurations: wg reads them as we do")


def check_mutants(tool, device, folder):
    read = int(run(tool, "mutate", "1", str(MUTANTS), folder))
    names = sorted(name for name in os.listdir(folder) if name.endswith(".meaning"))
    if read < MUTANTS_READ_AT_LEAST:
        sys.exit(f"only {read} of {MUTANTS} mutants are read: the test shows little")
    named = 0
    for index, name in enumerate(names):
        with open(os.path.join(folder, name), encoding="ascii") as file:
            ours = file.read()
        if re.search(r"^endpoint=[^\[\n]*[a-z]", ours, re.MULTILINE | re.IGNORECASE):
            named += 1
            continue
        path = os.path.join(folder, name.replace(".meaning", ".conf"))
        check(device, path, ours, name)
        if index < QUICK_RUNS and os.geteuid() == 0:
            check_quick(path, folder, name)
    print(f"{MUTANTS} mutants: {read} are read by us, {named} of them with a host name; "
          f"wg reads the other {read - named} as we do")


def main():
    tool = os.path.abspath(sys.argv[1])
    for program in ("wg", "wg-quick", "unshare"):
        if not shutil.which(program):
            skip(f"no {program}")
    if sys.argv[2:] != ["inside"]:
        enter_own_run()
    device = Device()
    with tempfile.TemporaryDirectory() as folder:
        check_random(tool, device, folder)
    with tempfile.TemporaryDirectory() as folder:
        check_mutants(tool, device, folder)
    if os.geteuid() != 0:
        print("wg-quick strip was left out: it wants root")


main()
