#!/usr/bin/env python3
"""Times `gfnet-lab runs list` over many runs: the first time, again, and after one more run.

    python3 Benchmarks/Runs/runs_list.py [--runs 10000] [--rounds 9]

The folders are made here, as runs leave them: meta.json, summary.json, metrics.jsonl, log.txt. Of each command the median and the
slowest are printed, of the clock, beside a loop that does no more than ask for the state of the same files. The program is
.build/release/gfnet-lab, or $GFNET_LAB.
"""
import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.environ.get("GFNET_LAB", os.path.join(ROOT, ".build", "release", "gfnet-lab"))


def make(folder, number):
    run = os.path.join(folder, f"sweep-{number // 100}", f"run-{number % 100}")
    os.makedirs(run)
    day, minute = divmod(number, 1440)
    meta = {
        "written_by": "gfnet-lab", "title": f"Run {number}", "status": "failed" if number % 97 == 0 else "done",
        "started": f"2026-{1 + day % 12:02}-{1 + day // 12:02}T{minute // 60:02}:{minute % 60:02}:00Z", "seconds": 60 + number % 50,
        "command": ["gfnet-lab", "run", "scripts/train.lua", f"seed={number}"], "seed": number, "threads": 2, "precision": "f32",
        "repository": {"commit": "a" * 40, "dirty": False}, "versions": {"gfnet-lab": "0.1.0"},
        "files": ["meta.json", "summary.json", "metrics.jsonl", "log.txt"], "remarks": [],
        "parameters": [{"name": n, "value": number % (i + 7), "default": 0, "overridden": True} for i, n in enumerate("abcdef")],
    }
    texts = {
        "meta.json": json.dumps(meta), "log.txt": "started\n",
        "summary.json": json.dumps({"status": "done", "results": {"accuracy": number % 1000 / 10, "cost": number}}),
        "metrics.jsonl": "".join(json.dumps({"epoch": e, "loss": 3 / (e + 1), "accuracy": 60 + e}) + "\n" for e in range(10)),
    }
    for name, text in texts.items():
        with open(os.path.join(run, name), "w", encoding="utf-8") as file:
            file.write(text)


def timed(*arguments, environment):
    start = time.perf_counter()
    result = subprocess.run([PROGRAM, "runs", *arguments], env=environment, capture_output=True, text=True)
    seconds = time.perf_counter() - start
    if result.returncode != 0:
        raise SystemExit(result.stderr)
    return seconds, result.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=10000)
    parser.add_argument("--rounds", type=int, default=9)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        reports = os.path.join(folder, "reports")
        for number in range(arguments.runs):
            make(reports, number)
        environment = {**os.environ, "XDG_CACHE_HOME": os.path.join(folder, "cache")}
        listing = ["list", "--folder", reports]
        seconds, _ = timed(*listing, environment=environment)
        print(f"{arguments.runs} runs, the first list: {seconds:.2f} s")
        cases = {
            "all": [], "the last ten": ["--limit", "10"], "by accuracy": ["--sort", "accuracy", "--reverse", "--limit", "10"],
            "those that failed": ["--status", "failed"], "all as JSON": ["--json"],
        }
        for name, more in cases.items():
            times = [timed(*listing, *more, environment=environment)[0] for _ in range(arguments.rounds)]
            print(f"{name:24} {statistics.median(times):.3f} s, at most {max(times):.3f} s")
        make(reports, arguments.runs)
        seconds, output = timed(*listing, "--limit", "1", environment=environment)
        print(f"{'one run more':24} {seconds:.3f} s")
        start = time.perf_counter()
        for place, _, names in os.walk(reports):
            for name in names:
                if name in ("meta.json", "metrics.jsonl"):
                    os.stat(os.path.join(place, name))
        print(f"{'folders asked by Python':24} {time.perf_counter() - start:.3f} s")


if __name__ == "__main__":
    main()
