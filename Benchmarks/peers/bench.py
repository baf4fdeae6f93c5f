#!/usr/bin/env python3
"""Measures gfnet-lab against PyTorch, ONNX Runtime and OpenVINO in one run; writes reports/bench/.

Every side is a process of its own. They take turns, in another order in each round, and nobody's turn begins before the
threads of the one before sleep. results.json keeps every cell as soon as it is measured: an interrupted run goes on where
it stopped, and a finished one only draws its report again.

    make bench                              everything
    make bench ARGS=--quick                 the most important cells, a few minutes
    make bench ARGS="--only resnet50 --part encoder --batch 1"
    make bench ARGS="--clips"               clips alone
    make bench ARGS=--list                  what would be measured, and roughly how long it takes
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import cells
import peers
import sides
import store
from peers import Unavailable

NEEDED, WANTED = ["torch", "torchvision", "timm", "numpy"], ["onnx", "onnxruntime", "openvino"]
# Milliseconds that a turn of a fast side lasts, and above which a turn needs no run that is not counted.
TURN, SLOW = 60, 150
MOST_RUNS = 10
# Cores used by other programs that are worth a word.
DISTURBED = 0.2


def busy_seconds():
    """Processor time of the whole machine that was not idle."""
    with open("/proc/stat", encoding="ascii") as file:
        user, nice, system, _, _, irq, soft, stolen, *_ = map(int, file.readline().split()[1:])
    return (user + nice + system + irq + soft + stolen) / os.sysconf("SC_CLK_TCK")


class Measurement:
    """The sides, and the rounds in which they take turns."""

    def __init__(self, options, python, reason, folder):
        log = os.path.join(options.out, "peers.log")
        if os.path.exists(log):
            os.remove(log)
        self.rounds, self.folder, self.without = options.rounds, folder, {}
        self.sides = {name: sides.Ours(name.split()[-1], options.threads, log, {cells.ADAFOCUS: options.adafocus}) for name in cells.OURS}
        for name in (cells.EAGER, cells.COMPILED, cells.ORT, *cells.OPENVINO):
            if python:
                self.sides[name] = sides.Peer(name, python, options.threads, folder, log)
            else:
                self.without[name] = reason

    def measure(self, cell):
        """What results.json keeps of a cell."""
        # What an older network left must not be taken for this one.
        for name in os.listdir(self.folder):
            os.remove(os.path.join(self.folder, name))
        start = time.monotonic()
        results, ready = {}, {}
        # PyTorch eager first: it writes what the others read.
        for name in sorted(cell.sides, key=lambda name: name != cells.EAGER):
            try:
                if name in self.without:
                    raise Unavailable(self.without[name])
                results[name] = self.sides[name].prepare(cell.settings())
                ready[name] = self.sides[name]
            except Unavailable as problem:
                self.lacks(results, name, problem)
        before = self.clocks()
        self.take_turns(ready, results)
        elapsed, busy, own = (after - earlier for after, earlier in zip(self.clocks(), before))
        for side in ready.values():
            side.release()
        return store.describe(cell) | {
            "seconds": round(time.monotonic() - start, 1),
            # Cores that other programs used meanwhile: what disturbs.
            "others": round(max(0.0, busy - own) / elapsed, 2) if elapsed > 1 else 0.0,
            "sides": {name: results[name] for name in cell.sides}}

    def take_turns(self, ready, results):
        counts = {}
        for name, side in ready.items():
            trial = side.run(1)[0][-1]
            if trial < SLOW:
                trial = min(run[-1] for run in side.run(3))
            counts[name] = (max(1, min(MOST_RUNS, round(TURN / trial))), int(trial < SLOW))
            results[name] |= {"runs_ms": [], "rounds": 0}
        for number in range(self.rounds):
            names = list(ready)
            turn = number % max(1, len(names))
            for name in names[turn:] + names[:turn]:
                runs, uncounted = counts[name]
                try:
                    times = ready[name].run(runs + uncounted)[uncounted:]
                    ready[name].process.settle()
                except Unavailable as problem:
                    self.lacks(results, name, problem)
                    del ready[name]
                    continue
                results[name]["runs_ms"] += [[round(value, 5) for value in run] for run in times]
                results[name]["rounds"] += 1

    def lacks(self, results, name, problem):
        """Missing libraries may be there next time; what a side refused, it refuses again."""
        results[name] = {"unavailable": str(problem), "retry": name in self.without}
        # What is missing altogether was said at the start.
        if name not in self.without:
            print(f"  without {name}: {problem}", file=sys.stderr, flush=True)

    def clocks(self):
        """Now, processor time of the machine, and of this program with all sides."""
        children = [side.process for side in self.sides.values() if side.process]
        own = time.process_time() + sum(child.seconds() for child in children)
        return time.monotonic(), busy_seconds(), own

    def close(self):
        for side in self.sides.values():
            side.close()


def arguments():
    parser = argparse.ArgumentParser(
        prog="make bench ARGS=…", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="two networks at their own size, and the project's own")
    parser.add_argument("--fresh", action="store_true", help="forget what was measured before")
    parser.add_argument(
        "--undisturbed", action="store_true", help="measure cells again while which other programs used the processor")
    parser.add_argument("--list", action="store_true", help="show the cells and end")
    parser.add_argument("--only", nargs="+", metavar="NETWORK", help="only these networks")
    parser.add_argument(
        "--part", nargs="+", choices=["encoder", "episode", "train", "report", "adaptive", "lua", "kernels"], help="only these parts")
    parser.add_argument("--clips", action="store_true", help="only clips")
    parser.add_argument("--side", type=int, nargs="+", metavar="PIXELS", help="only encoders on inputs of this side")
    parser.add_argument("--batch", type=int, nargs="+", metavar="N", help="only these batches")
    parser.add_argument(
        "--compiled", choices=["some", "all", "none"], default="some",
        help="cells in which PyTorch compiled takes part: each costs a minute of compiling")
    parser.add_argument(
        "--adafocus", metavar="FILE",
        help="our model of its cells: MobileNetV2 glances at 8 frames at 224², ResNet-50 sees 12 others at 144²")
    parser.add_argument("--rounds", type=int, default=20, help="in which every side has a turn (default: 20)")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)), help="of every side (default: all cores)")
    parser.add_argument("--out", default=os.path.join(peers.ROOT, "reports", "bench"), help="default: reports/bench")
    parser.add_argument("--python", metavar="PATH", help="an interpreter that has the libraries, instead of an own environment")
    options = parser.parse_args()
    for name in ("rounds", "threads"):
        if getattr(options, name) < 1:
            parser.error(f"--{name} must be at least 1")
    names = {cell.network for cell in cells.plan()}
    for name in options.only or []:
        if name not in names:
            parser.error(f"--only has no network '{name}'; there are {', '.join(sorted(names))}")
    return options


def chosen(options):
    """The cells that the options leave."""
    parts = options.part or ["encoder", "episode", "train"]
    return [
        cell for cell in cells.plan(options.quick, options.compiled)
        if cell.part in parts and (not options.clips or cell.frames > 1) and (not options.only or cell.network in options.only)
        and (not options.side or cell.part != "encoder" or cell.patch in options.side)
        and (not options.batch or cell.part == "train" or cell.batch in options.batch)]


def minutes(seconds):
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"


def measure_all(options, results, todo, python, reason):
    guesses = [cell.guess(options.rounds) for cell in todo]
    spent = expected = 0.0
    with tempfile.TemporaryDirectory(prefix="gfnet-lab-bench-") as folder:
        measurement = Measurement(options, python, reason, folder)
        try:
            for number, cell in enumerate(todo):
                # What is left, at the pace of what was measured so far.
                pace = spent / expected if expected else 1.0
                left = minutes(pace * sum(guesses[number:]))
                print(f"[{number + 1}/{len(todo)}, about {left} left] {cell.key}", file=sys.stderr, flush=True)
                result = measurement.measure(cell)
                results.add(cell, result)
                spent, expected = spent + result["seconds"], expected + guesses[number]
                print("  " + store.summary(result), file=sys.stderr, flush=True)
                if result["others"] > DISTURBED:
                    print(f"  disturbed: other programs used {result['others']:.1f} cores", file=sys.stderr)
        finally:
            measurement.close()


def measure_peaks(options, results):
    """At the start and at the end; the better one counts, whatever else ran at the other time."""
    peaks = results.content["peak_madds_per_s"]
    for precision in ("f32", "bf16"):
        try:
            peaks[precision] = max(peaks.get(precision, 0), store.peak(precision, options.threads))
        except RuntimeError as problem:
            print(f"without {precision}: {problem}", file=sys.stderr)
    results.save()


def run(command, what, output=None):
    """Runs one of our own programs; its name where it failed."""
    print(what, file=sys.stderr, flush=True)
    try:
        if subprocess.run(command, stdin=subprocess.DEVNULL, stdout=output).returncode == 0:
            return []
    except OSError as problem:
        print(problem, file=sys.stderr)
    print(f"failed: {what}", file=sys.stderr)
    return [what]


def own_measurements(options):
    """What needs no peer; returns what failed."""
    parts, failed = options.part or ["report", "adaptive", "lua", "kernels"], []
    script = os.path.join(peers.ROOT, "Benchmarks", "Adaptive", "efficiency.lua")
    short = ["images=1000", "rounds=3"] if options.quick else []
    threads = ["--threads", str(options.threads)]
    programs = {"lua": ("lua-calls", "what calls between Lua and Swift cost"), "kernels": ("own-kernels", "what own kernels gain")}
    for part, (name, title) in programs.items():
        if part not in parts:
            continue
        path = os.path.join(options.out, f"{name}.txt")
        with open(path, "w", encoding="utf-8") as file:
            failed += run([os.path.join(os.path.dirname(peers.PROGRAM), name)], title, file)
        with open(path, encoding="utf-8") as file:
            print(file.read(), end="")
    if "adaptive" in parts:
        failed += run(
            [peers.PROGRAM, "run", script, *short, *threads, "--out", os.path.join(options.out, "adaptive")],
            "what an exit saves")
        failed += run(
            [peers.PROGRAM, "run", os.path.join(peers.ROOT, "Benchmarks", "Clips", "exits.lua"),
             *(["clips=256", "rounds=3"] if options.quick else []), *threads, "--out",
             os.path.join(options.out, "clip-exits")], "what an exit saves on clips")
    if options.part is None or "report" in parts:
        # It finds what it shows, results.lua, in its own folder.
        report = shutil.copy(os.path.join(peers.HERE, "report.lua"), options.out)
        failed += run(
            [peers.PROGRAM, "run", report, *short, *threads, "--out", options.out],
            "accuracy against time, tables and figures")
    return failed


def main():
    options = arguments()
    plan = chosen(options)
    if not plan and not options.part:
        sys.exit("no cell fits these options: --list shows them")
    if options.list:
        for cell in plan:
            print(f"{cell.key:50}{minutes(cell.guess(options.rounds)):>8}  {', '.join(cell.sides)}")
        print(f"{len(plan)} cells, about {minutes(sum(cell.guess(options.rounds) for cell in plan))} on two cores")
        return
    python, reason = None, ""
    try:
        python = peers.interpreter(NEEDED, options.python, extra=WANTED)
    except Unavailable as problem:
        reason = str(problem)
        print(f"without PyTorch, ONNX Runtime and OpenVINO: {reason}", file=sys.stderr)
    os.makedirs(options.out, exist_ok=True)
    results = store.Store(options.out, store.machine(options.threads, python), options.fresh)
    limit = DISTURBED if options.undisturbed else None
    todo = [cell for cell in plan if results.is_missing(cell, options.rounds, python is not None, limit)]
    if len(todo) < len(plan):
        print(f"{len(plan) - len(todo)} of {len(plan)} cells are measured already (--fresh: anew)", file=sys.stderr)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        measure_peaks(options, results)
        measure_all(options, results, todo, python, reason)
        measure_peaks(options, results)
        results.write_tables()
        failed = own_measurements(options)
    except KeyboardInterrupt:
        print(f"interrupted: what was measured is in {results.path}; the same command goes on", file=sys.stderr)
        sys.exit(130)
    print(f"every run: {results.path}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
