#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""
`wgctl qr` on real terminals, to PNG and to SVG, is read by zbarimg as exactly the bytes of
`wgctl config`; a window that is too small is told so. Skipped (77) without zbarimg.

    qr.py WGCTL
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "unit")]

import oracle_qr  # noqa: E402
from terminal import Terminal  # noqa: E402

SKIP = 77


def fail(what):
    sys.exit(what)


def wgctl(*args):
    return subprocess.run([WGCTL, *args], cwd=FOLDER, stdout=subprocess.PIPE, check=True,
                          umask=0).stdout


def show(name, columns, rows, said):
    """What stands on the terminal, its status, and what stands in stderr."""
    terminal = Terminal([WGCTL, "qr", name], FOLDER, columns, rows, stderr=said)
    text, status = terminal.finish()
    with open(said, encoding="utf-8") as file:
        return text.replace("\r\n", "\n"), status, file.read()


def check_terminal(name, text, said):
    """The smallest window that is large enough shows it; one column or row less does not."""
    _, status, message = show(name, 20, 10, said)
    found = re.search(r"the code needs (\d+) columns and (\d+) rows, this window has 20 and 10: "
                      r"make it larger .*'wgctl qr " + name + r" --png FILE'", message)
    if status != 1 or not found:
        fail(f"{name} in a small window: status {status}, {message!r}")
    columns, rows = int(found.group(1)), int(found.group(2))
    for less in (1, 0), (0, 1):
        picture, status, message = show(name, columns - less[0], rows - less[1], said)
        if status != 1 or picture or "the code needs" not in message:
            fail(f"{name} in a window that lacks {less}: status {status}, {picture!r}")
    picture, status, message = show(name, columns, rows, said)
    if status != 0 or message:
        fail(f"{name}: status {status}, {message!r}")
    widths = {len(re.sub("\033\\[[0-9;]*m", "", line)) for line in picture.split("\n")[:-1]}
    if max(widths) > columns or picture.count("\n") >= rows:
        fail(f"{name}: the picture is larger than it says")
    path = os.path.join(FOLDER, "terminal.pgm")
    for theme in oracle_qr.DARK_THEME, oracle_qr.LIGHT_THEME:
        painted = oracle_qr.paint_terminal(picture, theme)
        oracle_qr.write_pgm(path, oracle_qr.enlarge(painted, oracle_qr.CELL))
        oracle_qr.assert_scans(path, text, f"{name} on a terminal")


def check_files(name, text):
    wgctl("qr", name, "--png", "code.png", "--svg", "code.svg")
    for file in "code.png", "code.svg":
        mode = os.stat(os.path.join(FOLDER, file)).st_mode & 0o7777
        if mode != 0o600:
            fail(f"{file} has the mode {mode:o}")
    oracle_qr.assert_scans(os.path.join(FOLDER, "code.png"), text, f"{name}, PNG")
    with open(os.path.join(FOLDER, "code.svg"), encoding="utf-8") as file:
        painted = oracle_qr.paint_svg(file.read())
    path = os.path.join(FOLDER, "svg.pgm")
    oracle_qr.write_pgm(path, oracle_qr.enlarge(painted, 4))
    oracle_qr.assert_scans(path, text, f"{name}, SVG")


def main():
    if not shutil.which("zbarimg"):
        print("skipped: no zbarimg")
        sys.exit(SKIP)
    wgctl("init", "-q", "--name", "lab", "--endpoint", "vpn.example.org", "--network",
          "10.49.0.0/24,fd49::/64", "--supernet", "10.20.0.0/16", "--hub-subnet",
          "10.10.0.0/16")
    wgctl("add-spoke", "-q", "phone")
    wgctl("add-spoke", "-q", "tablet", "--allowed-ips", "all")
    wgctl("add-spoke", "-q", "clinic", "--subnet", "auto/24", "--allowed-ips",
          ",".join(f"10.100.{i * 2}.0/24" for i in range(40)))
    for name in "phone", "tablet", "clinic":
        text = wgctl("config", name)
        check_terminal(name, text, os.path.join(FOLDER, "said"))
        check_files(name, text)
    print("3 configurations: zbarimg reads terminal, PNG and SVG, byte for byte")


WGCTL = os.path.abspath(sys.argv[1])
with tempfile.TemporaryDirectory() as FOLDER:
    main()
