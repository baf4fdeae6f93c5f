#!/usr/bin/env python3
"""Breaks a sweep that Slurm runs as an array of tasks, and looks whether anything is lost.

    GFNET_LAB=.build/release/gfnet-lab python3 Benchmarks/SeveralMachines/sweep_faults.py [--only NAMES] [--folder SHARED]
        [--stop-node COMMAND --start-node COMMAND]

Wanted of each: the same command, typed again until all is done, ends at the models and results of the same sweep on one
machine, and no run is started twice at a time. `--stop-node` is a command that takes one node of two from Slurm in the middle
(`systemctl stop slurmd` there, say), `--start-node` brings it back; without them that case is left out. Exit status: 0 all as
wanted, 1 something is not, 3 Slurm is not there.
"""

import argparse
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from processes import HERE, PROGRAM, digest, require

SEEDS = 6


def call(folder, *words, check=None):
    print("  $ " + " ".join(map(str, words)).replace(PROGRAM, "gfnet-lab"), flush=True)
    result = subprocess.run(words, cwd=folder, capture_output=True, text=True)
    for line in (result.stdout + result.stderr).splitlines():
        if line.startswith(("gfnet-lab: ", "job ", "all ")) or (check is not None and result.returncode != check):
            print("    | " + line[:240])
    return result


class Sweep:
    """A sweep of trainings in a folder that all nodes share."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        shutil.copy(HERE / "sweep.lua", self.folder / "sweep.lua")
        self.bad = []

    def words(self, out, *more):
        return [PROGRAM, "sweep", "sweep.lua", f"seed=1..{SEEDS}", "state={run}/state.safetensors",
                "save={run}/model.safetensors", "--threads", "1", "--no-cache", "--out", str(out), *more]

    def runs(self, out):
        return sorted((self.folder / out / "runs").glob("*"))

    def attempts(self, out):
        """For each run, how each of its attempts ended."""
        found = {}
        for run in self.runs(out):
            files = sorted((run / "attempts").glob("*.json"), key=lambda file: int(file.stem))
            found[run.name.split(",")[0]] = [json.loads(file.read_text())["status"] for file in files]
        return found

    def results(self, out):
        return {run.name.split("-")[0].split(",")[0]: digest(run / "model.safetensors") for run in self.runs(out)}

    def check(self, holds, what):
        print(f"    {'as wanted' if holds else 'WRONG'}: {what}", flush=True)
        if not holds:
            self.bad.append(what)

    def submit(self, out, options="--time=10:00 --cpus-per-task=1 --mem=0"):
        result = call(self.folder, *self.words(out, "--slurm", options, "--jobs", "2"))
        first = result.stdout.split(":")[0].split()
        return first[1] if len(first) == 2 and first[0] == "job" else ""

    def until(self, condition, seconds=900):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if condition():
                return True
            time.sleep(0.2)
        return False

    def wait(self, job, seconds=1800):
        """Returns when the job has left the queue."""
        gone = lambda: not subprocess.run(["squeue", "-h", "-j", job], capture_output=True, text=True).stdout.strip()
        self.check(self.until(gone, seconds), f"job {job} has left the queue")

    def begun(self, out, count=2):
        """Returns when so many runs have a state of an epoch."""
        self.check(self.until(lambda: sum((run / "state.safetensors").exists() for run in self.runs(out)) >= count),
                   f"{count} runs have begun")

    def owners(self, out):
        """The processes of runs that are under way: worker and program."""
        found = []
        for run in self.runs(out):
            for file in (run / "attempts").glob("*.json"):
                attempt = json.loads(file.read_text())
                if attempt["status"] == "running":
                    found.append((attempt["owner"]["process"], (attempt.get("child") or {}).get("process")))
        return found

    def same(self, out, whole, times=3):
        """Types the same command until all is done, and compares."""
        for _ in range(times):
            job = self.submit(out)
            if not job:
                break
            self.wait(job)
        print(f"    attempts: {self.attempts(out)}")
        found = self.results(out)
        self.check(found == whole, f"{len(found)} models, {sum(found.get(run) == whole[run] for run in whole)} the same bytes")
        result = call(self.folder, PROGRAM, "sweep", "status", out)
        self.check(f"{SEEDS} runs: {SEEDS} done" in result.stdout, "status says that all are done")


def whole_array(sweep, whole, options):
    """nothing is broken"""
    sweep.wait(sweep.submit("whole-slurm"))
    sweep.same("whole-slurm", whole)


def task_killed(sweep, whole, options):
    """a task and its run are killed (kill -9)"""
    job = sweep.submit("killed")
    sweep.begun("killed")
    owner, child = sweep.owners("killed")[0]
    print(f"    kill -9 of the worker {owner}; its run {child} sees the end of its input")
    os.kill(owner, signal.SIGKILL)
    sweep.wait(job)
    sweep.same("killed", whole)


def run_killed(sweep, whole, options):
    """the process of a run is killed (kill -9), as when memory runs out"""
    job = sweep.submit("run-killed")
    sweep.begun("run-killed")
    owner, child = sweep.owners("run-killed")[0]
    os.kill(child, signal.SIGKILL)
    sweep.wait(job)
    print(f"    attempts: {sweep.attempts('run-killed')}")
    sweep.same("run-killed", whole)


def cancelled(sweep, whole, options):
    """scancel in the middle"""
    job = sweep.submit("cancelled")
    sweep.begun("cancelled")
    call(sweep.folder, "scancel", job)
    sweep.wait(job)
    print(f"    attempts: {sweep.attempts('cancelled')}")
    sweep.same("cancelled", whole)


def node_lost(sweep, whole, options):
    """one of two nodes is lost and comes back"""
    if not options.stop_node:
        print("    skipped: --stop-node and --start-node say how")
        return
    # Each task has a node of its own.
    job = sweep.submit("node", "--time=10:00 --exclusive")
    sweep.begun("node")
    call(sweep.folder, "bash", "-c", options.stop_node)
    try:
        sweep.wait(job)
        print(f"    attempts: {sweep.attempts('node')}")
        sweep.same("node", whole)
    finally:
        call(sweep.folder, "bash", "-c", options.start_node)


def full_disk(sweep, whole, options):
    """the disk of the sweep's folder is full, and is made larger"""
    folder = sweep.folder / "small"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1800k", "none", folder], capture_output=True).returncode:
        print("    skipped: this user cannot mount a small disk")
        return
    try:
        sweep.wait(sweep.submit("small/sweep"))
        print(f"    attempts: {sweep.attempts('small/sweep')}")
        for log in sorted((folder / "sweep" / "slurm").glob("*.log")):
            print(f"    | {log.name}: " + " / ".join(log.read_text(errors="replace").splitlines()[-2:])[:300])
        subprocess.run(["mount", "-o", "remount,size=64m", folder], check=True)
        sweep.same("small/sweep", whole)
    finally:
        subprocess.run(["umount", "-l", folder])


CASES = {"whole": whole_array, "task": task_killed, "run": run_killed, "cancel": cancelled, "disk": full_disk, "node": node_lost}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help=f"of {', '.join(CASES)}, with commas between them")
    parser.add_argument("--folder", help="where a folder can be made that all nodes see (default: the system's for temporary files)")
    parser.add_argument("--stop-node", help="a command that takes one node from Slurm")
    parser.add_argument("--start-node", default="true", help="a command that brings it back")
    options = parser.parse_args()
    names = options.only.split(",") if options.only else list(CASES)
    if unknown := [name for name in names if name not in CASES]:
        parser.error(f"there is no case {unknown[0]}")
    require(("sbatch", "slurm-wlm"), ("squeue", "slurm-wlm"))
    if subprocess.run(["sinfo", "-h"], capture_output=True).returncode:
        print("skipped: Slurm is installed, but its controller does not answer")
        return 3
    bad = {}
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        sweep = Sweep(folder)
        call(folder, *sweep.words("here", "--jobs", "1"), check=0)
        whole = sweep.results("here")
        for name in names:
            print(f"{name}: {CASES[name].__doc__}", flush=True)
            sweep.bad = []
            CASES[name](sweep, whole, options)
            if sweep.bad:
                bad[name] = sweep.bad
    print(f"{len(names) - len(bad)} of {len(names)} cases are as wanted")
    for name, reasons in bad.items():
        print(f"  {name}: {'; '.join(reasons)}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
