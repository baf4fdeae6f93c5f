#!/usr/bin/env python3
"""Compares the speed of two builds of the program, run by run in turn.

    compare_builds.py OLD_FOLDER NEW_FOLDER [--rounds N] [--only PART]

The folders hold `gfnet-lab` and, for calls from Lua, `lua-calls` (`swift build -c release --product lua-calls`): usually
`.build/release`. For each network both programs wait for their turn (`gfnet-lab bench --turns`), so that what else the machine
does disturbs both alike. Printed are the least and the median time of both, and how many times as fast the new one is.
"""

import argparse
import json
import pathlib
import re
import statistics
import subprocess

CELLS = [
    ("encoder", "mobilenetv3_large_100", 1, 40),
    ("encoder", "mobilenetv3_large_100", 32, 3),
    ("encoder", "resnet50", 1, 10),
    ("encoder", "resnet50", 32, 1),
    ("episode", "mobilenetv3_large_100", 1, 15),
    ("episode", "resnet50", 1, 4),
    ("train", "mobilenetv3_large_100", 32, 1),
    ("train", "resnet_tiny_16", 32, 4),
]


class Turns:
    """A program that runs when it is told to."""

    def __init__(self, folder, part, arch, batch):
        command = [folder / "gfnet-lab", "bench", "--turns", "--part", part, "--arch", arch, "--batch", str(batch)]
        if arch != "resnet_tiny_16":
            command += ["--patch", "96"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.settings = self.process.stdout.readline()

    def run(self, count):
        """The milliseconds of `count` runs, each to its end."""
        self.process.stdin.write(f"{count}\n")
        self.process.stdin.flush()
        return [times[-1] for times in json.loads(self.process.stdout.readline())]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def row(name, old, new, unit):
    print(
        f"{name:44} {min(old):10.3f} {min(new):10.3f} {statistics.median(old):10.3f} {statistics.median(new):10.3f} {unit:3}"
        f"{min(old) / min(new):8.3f}{statistics.median(old) / statistics.median(new):8.3f}",
        flush=True,
    )


def networks(folders, rounds, only):
    for part, arch, batch, runs in CELLS:
        if only not in (None, part):
            continue
        programs = [Turns(folder, part, arch, batch) for folder in folders]
        times = [[], []]
        for round_number in range(rounds + 1):
            order = (0, 1) if round_number % 2 else (1, 0)
            for side in order:
                measured = programs[side].run(runs)
                if round_number > 0:
                    times[side] += measured
        for program in programs:
            program.close()
        row(f"{part} {arch}, batch {batch}", *times, "ms")


def calls(folders, rounds):
    times = [{}, {}]
    for _ in range(rounds):
        for side, folder in zip(times, folders):
            output = subprocess.run([folder / "lua-calls"], check=True, capture_output=True, text=True).stdout
            for name, time, unit in re.findall(r"^(.+?) {2,}([\d.]+) (ns|ms)", output, flags=re.M):
                side.setdefault((name, unit), []).append(float(time))
    for (name, unit), old in times[0].items():
        row(name, old, times[1][name, unit], unit)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs=2, type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--only", choices=["encoder", "episode", "train", "calls"])
    options = parser.parse_args()
    print(f"{'':44} {'old':>10} {'new':>10} {'old':>10} {'new':>10}    {'least':>8}{'median':>8}")
    networks(options.folders, options.rounds, options.only)
    if options.only in (None, "calls"):
        calls(options.folders, max(2, options.rounds // 3))


if __name__ == "__main__":
    main()
