#!/usr/bin/env python3
"""Runs streams and a training for half an hour, and looks at their memory; writes reports/soak/.

Both run at once, each with half of the threads. Every few seconds their resident memory is read. It counts as flat when
the last third of the time, after a warm-up, needs hardly more than the first third does.

    make soak
    make soak ARGS="--minutes 5"
"""

import argparse
import csv
import os
import shutil
import signal
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(os.path.dirname(HERE), "peers"))

from peers import PROGRAM, ROOT
from store import lua, replace

KINDS = ("stream", "train")
# Share of the time that does not count, and by what share memory may grow after it.
WARM_UP, ALLOWED = 0.2, 0.02


def arguments():
    parser = argparse.ArgumentParser(
        prog="make soak ARGS=…", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30, help="default: 30")
    parser.add_argument("--interval", type=float, default=5, help="seconds between two looks (default: 5)")
    parser.add_argument("--out", default=os.path.join(ROOT, "reports", "soak"), help="default: reports/soak")
    options = parser.parse_args()
    if options.minutes <= 0 or options.interval <= 0 or options.minutes * 60 < 10 * options.interval:
        parser.error("there must be time for ten looks at least")
    return options


def resident(process):
    """Megabytes."""
    with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
        for line in file:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    return 0.0


def watch(options, processes):
    """Rows of seconds and megabytes, until the time is over."""
    rows, start = [], time.monotonic()
    while (now := time.monotonic() - start) < options.minutes * 60:
        for name, process in processes.items():
            if process.poll() is not None:
                sys.exit(f"{name} ended by itself with status {process.returncode}: see {options.out}/{name}.log")
        rows.append([round(now, 1), *(round(resident(process), 2) for process in processes.values())])
        if sys.stderr.isatty():
            print(f"\r{now / 60:.1f} of {options.minutes:g} minutes", end="", file=sys.stderr, flush=True)
        time.sleep(options.interval)
    return rows


def verdict(rows, column):
    """Medians of the first and the last third after the warm-up, and whether the second is no more."""
    values = [row[column] for row in rows if row[0] >= WARM_UP * rows[-1][0]]
    third = len(values) // 3
    first, last = statistics.median(values[:third]), statistics.median(values[-third:])
    return first, last, last <= first * (1 + ALLOWED)


def main():
    options = arguments()
    os.makedirs(options.out, exist_ok=True)
    threads = str(max(1, len(os.sched_getaffinity(0)) // len(KINDS)))
    processes = {}
    try:
        for kind in KINDS:
            log = open(os.path.join(options.out, f"{kind}.log"), "w", encoding="utf-8")
            processes[kind] = subprocess.Popen(
                [PROGRAM, "run", os.path.join(HERE, f"{kind}.lua"), f"minutes={2 * options.minutes}", "--threads", threads,
                 "--out", os.path.join(options.out, kind)], stdout=log, stderr=log)
        rows = watch(options, processes)
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        for process in processes.values():
            process.send_signal(signal.SIGINT)
        for process in processes.values():
            process.wait()
    replace(os.path.join(options.out, "memory.csv"), lambda file: csv.writer(file).writerows([["seconds", *KINDS], *rows]))
    flat, lines = True, []
    for column, kind in enumerate(KINDS, 1):
        first, last, is_flat = verdict(rows, column)
        flat &= is_flat
        lines.append((kind, first, last))
        print(f"{kind}: {first:.1f} MB after the warm-up, {last:.1f} MB at the end: {'flat' if is_flat else 'GROWS'}")
    columns = dict(zip(("seconds", *KINDS), map(list, zip(*rows))))
    data = columns | {"rows": [list(line) for line in lines]}
    replace(os.path.join(options.out, "memory.lua"), lambda file: file.write(f"return {lua(data)}\n"))
    report = shutil.copy(os.path.join(HERE, "memory_report.lua"), options.out)
    subprocess.run([PROGRAM, "run", report, "--out", options.out], check=True)
    sys.exit(0 if flat else 1)


if __name__ == "__main__":
    main()
