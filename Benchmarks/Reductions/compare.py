#!/usr/bin/env python3
"""Compares the reductions of two builds: compare.py OLD_PROGRAM NEW_PROGRAM [ROUNDS].

Runs reductions.lua with both in turn and prints the least time of each case, in microseconds, and how many times as fast
the new one is. OMP_NUM_THREADS sets the number of threads.
"""

import pathlib
import subprocess
import sys
import tempfile

SCRIPT = pathlib.Path(__file__).with_name("reductions.lua")


def times(program):
    with tempfile.TemporaryDirectory() as folder:
        command = [program, "run", SCRIPT, "--out", folder]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rows = (line.split("\t") for line in output.splitlines() if line.count("\t") == 1)
    return {name: float(time) for name, time in rows}


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    programs, rounds = sys.argv[1:3], int(sys.argv[3]) if len(sys.argv) == 4 else 4
    least = [{}, {}]
    for _ in range(rounds):
        for best, program in zip(least, programs):
            for name, time in times(program).items():
                best[name] = min(best.get(name, time), time)
    print(f"{'':28}{'old':>10}{'new':>10}{'times as fast':>15}")
    for name, old in least[0].items():
        new = least[1][name]
        print(f"{name:28}{old:10.2f}{new:10.2f}{old / new:15.2f}")


if __name__ == "__main__":
    main()
