#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Looks for keys where any user of a machine could read them: argument lists, environments.

    watch_secrets.py KEYS STOP

Reads every process over and over until the file STOP exists; KEYS is the folder of key files,
read anew each time. Prints each finding once, and at last how many rounds it made.
"""
import glob
import os
import sys


def secrets(folder):
    found = set()
    for path in glob.glob(os.path.join(folder, "*.key")) + glob.glob(
            os.path.join(folder, "*.psk")):
        try:
            with open(path, "rb") as file:
                found.add(file.read().strip())
        except OSError:
            pass
    found.discard(b"")
    return found


def read(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def main():
    keys, stop = sys.argv[1:]
    seen = set()
    rounds = 0
    while not os.path.exists(stop):
        wanted = secrets(keys)
        for process in filter(str.isdigit, os.listdir("/proc")):
            for part in ("cmdline", "environ"):
                text = read(f"/proc/{process}/{part}")
                if any(key in text for key in wanted):
                    seen.add((part, text.split(b"\0")[0].decode(errors="replace")))
        rounds += 1
    for part, program in sorted(seen):
        print(f"a key stood in the {part} of {program}")
    print(f"{rounds} rounds")


main()
