#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Time and memory of the commands that read or change a site, over the number of spokes.

    site.py WGCTL FLOOR MAKE_SITE TIMED [-n RUNS] [-d FOLDER] [SPOKES...]

Prints a table: the median of RUNS of each, peak memory, and the time of render over that of
a bare loop that does the same work (floor.c), run in turns. The FOLDER holds the files; what
is asked of the disk is asked of the one below it. A second run in five minutes is slower
where the FOLDER is on ext4: see fresh().
"""
import argparse
import os
import statistics
import subprocess
import sys
import tempfile


class Tools:
    """The programs, and a folder for their output."""

    def __init__(self, folder, programs):
        self.folder = folder
        os.mkdir(folder)
        self.result = os.path.join(folder, "result")
        self.site = os.path.join(folder, "site")
        self.wgctl, self.floor, self.make_site, self.timed = map(os.path.abspath, programs)

    def run(self, *command):
        """Seconds and peak KiB of one run; the end of the program if it fails."""
        done = subprocess.run([self.timed, self.result, *command], cwd=self.site, check=False,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        if done.returncode:
            sys.exit(f"{' '.join(command)}: status {done.returncode}: "
                     f"{done.stderr.decode(errors='replace')[:500]}")
        with open(self.result, encoding="ascii") as result:
            seconds, kib = result.read().split()
        return float(seconds), int(kib)


def fresh(tools, name):
    """
    An empty folder. Nothing is removed before the end: for up to five minutes ext4 goes
    around the inodes of removed files, which takes longer than all that is measured here.
    """
    folder = os.path.join(tools.folder, name)
    os.mkdir(folder)
    os.sync()
    return folder


def measure(tools, spokes, runs):
    """For each kind of work its runs, as (seconds, KiB)."""
    fresh(tools, "site")
    tools.run(tools.make_site, str(spokes))
    done = {"floor": [], "render": [], "check": [], "list": [], "config hub": [], "add-spoke": []}
    for turn in range(runs):
        output = fresh(tools, f"floor-{turn}")
        done["floor"].append(tools.run(tools.floor, str(spokes), output))
        output = fresh(tools, f"render-{turn}")
        done["render"].append(tools.run(tools.wgctl, "render", "-o", output))
        for command in ("check", "list", "config hub"):
            done[command].append(tools.run(tools.wgctl, *command.split()))
        done["add-spoke"].append(
            tools.run(tools.wgctl, "add-spoke", f"new-{turn}", "--subnet", "auto/28"))
    tools.run(tools.wgctl, "check")
    return done


def print_table(spokes, done):
    floor = statistics.median(seconds for seconds, _ in done["floor"])
    for what, results in done.items():
        times = sorted(seconds for seconds, _ in results)
        median = statistics.median(times)
        ratio = f"{median / floor:8.2f}" if what == "render" else " " * 8
        print(f"{spokes:8} {what:12} {median:8.3f} {times[0]:8.3f} {times[-1]:8.3f} "
              f"{median / spokes * 1e6:10.1f} {max(kib for _, kib in results) / 1024:8.1f} "
              f"{ratio}".rstrip())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("wgctl")
    parser.add_argument("floor")
    parser.add_argument("make_site")
    parser.add_argument("timed")
    parser.add_argument("spokes", nargs="*", type=int, default=[1000, 10000])
    parser.add_argument("-n", "--runs", type=int, default=5)
    parser.add_argument("-d", "--directory")
    options = parser.parse_intermixed_args()
    programs = (options.wgctl, options.floor, options.make_site, options.timed)
    print("  spokes command      median s    least     most   us/spoke      MiB  x floor")
    with tempfile.TemporaryDirectory(dir=options.directory) as folder:
        for spokes in options.spokes:
            tools = Tools(os.path.join(folder, str(spokes)), programs)
            print_table(spokes, measure(tools, spokes, options.runs))


main()
