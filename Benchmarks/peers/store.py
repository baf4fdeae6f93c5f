"""Where `make bench` keeps what it measured: results.json with every run, results.csv with what the report reads."""

import csv
import hashlib
import json
import os
import platform
import subprocess
import sys

import cells
import peers

# Of the processor, what the speed of matrix products hangs on.
FLAGS = ("avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "amx_tile", "amx_bf16", "amx_int8")
COLUMNS = ("part", "network", "frames", "patch", "image", "batch", "stage", "side", "runs", "median_ms", "least_ms", "p95_ms",
           "ratio", "madds", "percent_of_peak", "deviation", "unavailable")
LIBRARIES = ("torch", "torchvision", "timm", "numpy", "onnx", "onnxruntime", "openvino")


def quantile(values, share):
    """The nearest rank: always a number that was measured."""
    ordered = sorted(values)
    return ordered[max(0, min(len(ordered) - 1, -int(-share * len(ordered) // 1) - 1))]


def replace(path, write):
    """A file that is there whole or as it was."""
    aside = path + ".part"
    with open(aside, "w", encoding="utf-8", newline="") as file:
        write(file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(aside, path)


def lua(value):
    """`value` as a Lua expression."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"[{lua(key)}] = {lua(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "{" + ",\n".join(map(lua, value)) + "}"
    if isinstance(value, str):
        return json.dumps("".join(letter if letter.isprintable() else " " for letter in value), ensure_ascii=False)
    return repr(value)


def first_line(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True).stdout.strip().splitlines()[0]
    except (OSError, IndexError):
        return None


def machine(threads, python):
    """What the numbers depend on besides the program."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        lines = dict(line.split(":", 1) for line in file.read().splitlines() if ":" in line)
    facts = {key.strip(): value.strip() for key, value in lines.items()}
    with open(peers.PROGRAM, "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    versions = {"Python": platform.python_version()}
    if python:
        listed = subprocess.run(
            [python, "-c", "import importlib.metadata as m, json, sys, platform\nv = {'Python': platform.python_version()}\n"
             "for name in sys.argv[1:]:\n  try: v[name] = m.version(name)\n  except m.PackageNotFoundError: pass\n"
             "print(json.dumps(v))", *LIBRARIES], capture_output=True, text=True)
        if listed.returncode == 0:
            versions = json.loads(listed.stdout)
    compiler = first_line(os.environ.get("CXX", "g++"), "--version")
    flags = facts.get("flags", facts.get("Features", "")).split()
    return {
        "processor": facts.get("model name", platform.machine()),
        "flags": [flag for flag in FLAGS if flag in flags],
        "cores": len(os.sched_getaffinity(0)), "threads": threads, "system": platform.platform(),
        "program": peers.program("--version").strip(), "program_sha256": digest,
        "commit": first_line("git", "-C", peers.ROOT, "describe", "--always", "--dirty"),
        "versions": versions | ({"C++ compiler": compiler} if compiler else {}),
    }


class Store:
    """Results of earlier and of this run in a folder; each cell is on disk as soon as it is measured."""

    def __init__(self, folder, facts, fresh=False):
        os.makedirs(folder, exist_ok=True)
        self.folder = folder
        self.path = os.path.join(folder, "results.json")
        self.content = {"format": 2, "machine": facts, "peak_madds_per_s": {}, "cells": {}}
        if fresh or not os.path.exists(self.path):
            return
        try:
            with open(self.path, encoding="utf-8") as file:
                old = json.load(file)
            # The commit is where the program comes from; what counts is whether it is the same program.
            same = all(old["machine"].get(key) == value for key, value in facts.items() if key != "commit")
            if old["format"] != 2 or not same:
                aside = self.path.replace(".json", ".before.json")
                os.replace(self.path, aside)
                print(f"results of another build, machine or set of libraries are kept as {aside}", file=sys.stderr)
                return
            self.content |= {"peak_madds_per_s": old["peak_madds_per_s"], "cells": old["cells"]}
        except (OSError, ValueError, KeyError, AttributeError) as problem:
            sys.exit(f"{self.path} cannot be read ({problem!r}): remove it, or start anew with --fresh")

    @property
    def cells(self):
        return self.content["cells"]

    def is_missing(self, cell, rounds, peers_are_there, limit=None):
        """True unless every side has had so many rounds, or cannot have them; `limit`: of cores that others used."""
        measured = self.cells.get(cell.key, {})
        sides = measured.get("sides", {})
        if limit is not None and measured.get("others", 0) > limit:
            return True

        def done(side):
            result = sides.get(side, {})
            refused = "unavailable" in result and not (peers_are_there and result.get("retry"))
            return refused or result.get("rounds", 0) >= rounds

        # All or none: sides that are compared took turns.
        return not all(done(side) for side in cell.sides)

    def add(self, cell, result):
        self.cells[cell.key] = result
        self.save()

    def save(self):
        replace(self.path, lambda file: json.dump(self.content, file, separators=(",", ":")))

    def write_tables(self):
        """results.csv, a row for each stage of each side; results.lua, the same and the machine, for the report."""
        rows = list(self.rows())
        replace(os.path.join(self.folder, "results.csv"), lambda file: csv.writer(file).writerows([COLUMNS, *rows]))
        facts = self.content["machine"]
        machine = [
            ("processor", facts["processor"]), ("instructions", " ".join(facts["flags"])), ("cores", facts["cores"]),
            ("threads of every side", facts["threads"]), ("system", facts["system"]),
            ("gfnet-lab", f"{facts['program'].split()[-1]}, {facts['commit'] or 'no commit'}"),
            *((f"peak {precision} (G Multiply-Adds/s)", round(value / 1e9))
              for precision, value in self.content["peak_madds_per_s"].items()),
            *facts["versions"].items()]
        data = {
            "machine": [list(map(str, pair)) for pair in machine],
            "rows": [{key: value for key, value in zip(COLUMNS, row) if value != ""} for row in rows]}
        replace(os.path.join(self.folder, "results.lua"), lambda file: file.write(f"return {lua(data)}\n"))

    def rows(self):
        for cell in self.cells.values():
            settings = [cell[key] for key in ("part", "network", "frames", "patch", "image", "batch")]
            for side, result in cell["sides"].items():
                if "unavailable" in result:
                    yield (*settings, "", side, 0, *[""] * 7, result["unavailable"])
                    continue
                precision = side.split()[-1]
                own = cell["sides"].get(f"gfnet-lab {precision}", {})
                for stage, times in stages(result).items():
                    median = quantile(times, 0.5)
                    reference = stages(own).get(stage) if "runs_ms" in own else None
                    ratio = median / quantile(reference, 0.5) if reference else ""
                    madds = stage_madds(own, stage)
                    peak = self.content["peak_madds_per_s"].get(precision)
                    share = 100 * madds / (median / 1000) / peak if madds and peak else ""
                    yield (*settings, stage, side, len(times), median, min(times), quantile(times, 0.95), ratio,
                           madds or "", share, result.get("deviation", ""), "")


def stages(result):
    """Milliseconds of all runs by stage: 1, 2, … for what had passed after each step, and "further" for a step beyond
    the first."""
    runs = result.get("runs_ms", [])
    if not runs:
        return {}
    count = len(runs[0])
    times = {str(index + 1): [run[index] for run in runs] for index in range(count)}
    if count > 1:
        times["further"] = [(run[-1] - run[0]) / (count - 1) for run in runs]
    return times


def stage_madds(result, stage):
    """Multiply-Adds of a stage; None where they are not known."""
    madds = result.get("madds")
    if not madds:
        return None
    if stage == "further":
        return (madds[-1] - madds[0]) / (len(madds) - 1)
    return madds[int(stage) - 1]


def describe(cell):
    """What identifies a cell in results.json."""
    return {"part": cell.part, "network": cell.network, "frames": cell.frames, "patch": cell.patch, "image": cell.image,
            "steps": cell.steps, "batch": cell.batch}


def summary(result):
    """One line of medians after the last stage."""
    words = []
    for side, measured in result["sides"].items():
        times = [run[-1] for run in measured.get("runs_ms", [])]
        words.append(f"{side} {quantile(times, 0.5):.2f}" if times else f"{side} –")
    return ", ".join(words) + " ms"


def peak(precision, threads):
    """Multiply-Adds per second of this machine's best matrix product."""
    report = peers.program(
        "bench", "--part", "glance", "--arch", cells.OWN, "--runs", "100", "--precision", precision, "--threads",
        str(threads), "--json")
    return json.loads(report)["peak_madds_per_s"]
