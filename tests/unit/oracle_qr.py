#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""zbarimg reads our QR codes, byte for byte: the PNG, the SVG and the terminal's picture.

The terminal's picture is painted as a terminal does it, by the colours that its escapes
set, on a dark and on a light theme.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

SKIP = 77
CELL = 6  # pixels on a side of half a character
DARK_THEME = {"foreground": 200, "background": 30}
LIGHT_THEME = {"foreground": 40, "background": 250}


def fail(what, text=""):
    sys.exit(f"{what}: {text}")


def draw(tool, data, *args):
    return subprocess.run([tool, *args], input=data, stdout=subprocess.PIPE, check=True).stdout


def assert_scans(path, data, what):
    done = subprocess.run(["zbarimg", "-q", "--nodbus", "--raw", "-Sbinary", "--oneshot", path],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    if done.stdout != data:
        fail(what, f"zbarimg reads {len(done.stdout)} bytes of {len(data)}, {done.stdout[:60]}")


def write_pgm(path, rows):
    with open(path, "wb") as file:
        file.write(b"P5 %d %d 255\n" % (len(rows[0]), len(rows)))
        file.writelines(bytes(row) for row in rows)


def enlarge(rows, scale):
    return [[pixel for pixel in row for _ in range(scale)] for row in rows for _ in range(scale)]


def luma(red, green, blue):
    return round(0.299 * red + 0.587 * green + 0.114 * blue)


def palette(index, theme):
    """Grey of one of the 256 colours; the first 16 are the theme's own."""
    if index < 16:
        return theme["foreground"] if index % 8 else theme["background"]
    if index < 232:
        steps = (0, 95, 135, 175, 215, 255)
        index -= 16
        return luma(steps[index // 36], steps[index // 6 % 6], steps[index % 6])
    return 8 + 10 * (index - 232)


def set_colours(codes, pen, theme):
    """ESC[...m as ECMA-48 and xterm have it; an unknown code is a mistake of ours."""
    codes = [int(code or 0) for code in codes.split(";")]
    while codes:
        code = codes.pop(0)
        if code == 0:
            pen.update(theme)
        elif code in (38, 48) and codes[:1] == [5]:
            pen["foreground" if code == 38 else "background"] = palette(codes[1], theme)
            del codes[:2]
        else:
            fail("terminal", f"unknown colour {code}")


def paint_terminal(text, theme):
    """The text on a screen as wide as it, as rows of grey; what is not written is theme."""
    halves = {" ": "bb", "\u2580": "fb", "\u2584": "bf", "\u2588": "ff"}
    pen = dict(theme)
    rows = []
    for line in text.split("\n")[:-1]:
        upper, lower = [], []
        for escape, character in re.findall("\033\\[([0-9;]*)m|(.)", line, re.DOTALL):
            if not character:
                set_colours(escape, pen, theme)
                continue
            for row, half in zip((upper, lower), halves[character]):
                row.append(pen["foreground" if half == "f" else "background"])
        if pen != theme:
            fail("terminal", "a line leaves its colours behind")
        rows += [upper, lower]
    if len({len(row) for row in rows}) != 1:
        fail("terminal", "lines differ in length")
    border = theme["background"]
    width = len(rows[0]) + 2 * 5
    blank = [[border] * width for _ in range(5)]
    return blank + [[border] * 5 + row + [border] * 5 for row in rows] + blank


def check_terminal(tool, data, folder, what):
    text = draw(tool, data, "terminal").decode()
    for name, theme in (("dark", DARK_THEME), ("light", LIGHT_THEME)):
        path = os.path.join(folder, "terminal.pgm")
        write_pgm(path, enlarge(paint_terminal(text, theme), CELL))
        assert_scans(path, data, f"{what}, terminal, {name} theme")


def check_png(tool, data, folder, what):
    path = os.path.join(folder, "code.png")
    for scale in (3, 4, 8):
        with open(path, "wb") as file:
            file.write(draw(tool, data, "png", str(scale)))
        assert_scans(path, data, f"{what}, PNG at {scale}")


def paint_svg(text):
    """The few elements that we use: a white ground and one path of rectangles."""
    side = int(re.search('viewBox="0 0 ([0-9]+) ', text).group(1))
    rows = [[255] * side for _ in range(side)]
    path = re.search('<path d="([^"]*)"', text).group(1)
    for x, y, run in re.findall("M([0-9]+),([0-9]+)h([0-9]+)v1h-[0-9]+z", path):
        for column in range(int(x), int(x) + int(run)):
            rows[int(y)][column] = 0
    return rows


def check_svg(tool, data, folder, what):
    text = draw(tool, data, "svg")
    path = os.path.join(folder, "own.pgm")
    write_pgm(path, enlarge(paint_svg(text.decode()), 4))
    assert_scans(path, data, f"{what}, SVG")
    if not shutil.which("rsvg-convert"):
        return
    for background in ("none", "black", "red"):
        path = os.path.join(folder, "rsvg.png")
        done = subprocess.run(["rsvg-convert", "-b", background], input=text,
                              stdout=subprocess.PIPE, check=True)
        with open(path, "wb") as file:
            file.write(done.stdout)
        assert_scans(path, data, f"{what}, SVG by rsvg-convert on {background}")


def samples(wgconf_tool):
    yield "one byte", b"x"
    yield "digits", b"0123456789" * 3
    yield "UTF-8", "höspital ☃ \n".encode()
    yield "every byte", bytes(range(256))
    for seed in range(1, 200, 20):
        text = subprocess.run([wgconf_tool, "random", str(seed)], stdout=subprocess.PIPE,
                              check=True).stdout
        if text and len(text) <= 1273:
            yield f"configuration {seed}", text
    yield "bytes for version 25", b"AllowedIPs = 10.20.1.0/24\n" * 48
    yield "the largest", (b"AllowedIPs = 10.20.1.0/24\n" * 120)[:2953]


def main():
    wgconf_tool, qr_tool = sys.argv[1:]
    if not shutil.which("zbarimg"):
        print("skipped: no zbarimg")
        sys.exit(SKIP)
    count = 0
    with tempfile.TemporaryDirectory() as folder:
        for what, data in samples(wgconf_tool):
            check_png(qr_tool, data, folder, what)
            check_svg(qr_tool, data, folder, what)
            check_terminal(qr_tool, data, folder, what)
            count += 1
    print(f"{count} codes: zbarimg reads PNG, SVG and terminal")
    if not shutil.which("rsvg-convert"):
        print("there is no rsvg-convert: the SVG was painted by this test alone")


if __name__ == "__main__":
    main()
