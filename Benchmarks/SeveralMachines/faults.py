#!/usr/bin/env python3
"""Breaks trainings that mpirun has started, each in another way, and looks at what becomes of them.

    GFNET_LAB=.build/release/gfnet-lab python3 Benchmarks/SeveralMachines/faults.py [--only NAMES] [--list]

Wanted of each: a line that names rank and machine, an end of all ranks, and that the same command goes on, with another
number of ranks, to the bytes of a training that nothing has stopped. Prints what was done, what was said, and what is not as
wanted. Exit status: 0 all as wanted, 1 something is not, 3 mpirun is not there.
"""

import argparse
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

from processes import HERE, PROGRAM, WRAPPER, Job, digest, require

EPOCHS = 6
HOST = socket.gethostname()
# What names a process: the program's own words, and those of mpirun where a process was killed.
NAMED = re.compile(r"rank (\d+) of \d+ on (\S+)|process rank (\d+) with PID \d+ on node (\S+)")


class Bench:
    """A folder, what a whole training ends at, and what was found."""

    def __init__(self, folder):
        self.folder, self.bad = pathlib.Path(folder), []
        shutil.copy(HERE / "train.lua", self.folder / "train.lua")
        (self.folder / "wrapper").write_text(WRAPPER)
        (self.folder / "wrapper").chmod(0o755)
        self.whole = None
        self.kept = ("train.lua", "wrapper")

    def command(self, ranks, *words, mpi=()):
        return ["mpirun", "-n", str(ranks), *mpi, "./wrapper", PROGRAM, "run", "train.lua", "--threads", "1", "--no-cache", *words]

    def start(self, ranks, *words, mpi=(), environment=None):
        command = self.command(ranks, *words, mpi=mpi)
        print("  $ " + " ".join(command).replace(PROGRAM, "gfnet-lab").replace("./wrapper ", ""))
        for name, value in (environment or {}).items():
            print(f"    {name}: {value}")
        return Job(self.folder, command, environment)

    def check(self, holds, what):
        print(f"    {'as wanted' if holds else 'WRONG'}: {what}")
        if not holds:
            self.bad.append(what)

    def clear(self):
        for path in self.folder.iterdir():
            if path.name not in self.kept:
                shutil.rmtree(path) if path.is_dir() else path.unlink()

    def reference(self):
        """Model and trace of a training that nothing stops."""
        if not self.whole:
            job = Job(self.folder, self.command(1, f"epochs={EPOCHS}"))
            if job.finish() != 0:
                sys.exit(f"a training of one rank fails:\n{job.text}")
            self.whole = self.results()
            self.clear()
        return self.whole

    def results(self):
        return [digest(self.folder / name) for name in ("model.safetensors", "model.safetensors.trace")]

    def ended(self, job, rank=None, seconds=300, said=""):
        """Looks at the end of a broken job, of which `rank` is to be named."""
        job.finish(seconds)
        left = job.survivors()
        self.check(job.status not in (0, None), f"status {job.status} after {job.seconds:.1f} s")
        self.check(not left, f"{len(left)} ranks run on" if left else "all ranks have ended")
        named = [line for line in job.text.splitlines() if NAMED.search(line)]
        for line in job.lines("gfnet-lab: ", "mpirun noticed"):
            print("    | " + line[:300])
        if rank is not None:
            found = [next(filter(None, match.groups()[::2])) for line in named if (match := NAMED.search(line))]
            self.check(len(named) == 1 and found == [str(rank)], f"one line names rank {rank}: {len(named)} do ({found})")
        if said:
            self.check(any(said in line for line in job.text.splitlines()), f"it says “{said}”")
        job.end()

    def resumes(self, ranks, *words):
        """The same command, with so many ranks, ends where a training that nothing has stopped does."""
        job = self.start(ranks, f"epochs={EPOCHS}", *words)
        status = job.finish()
        on = job.lines("going on after")
        for line in on + (job.lines("gfnet-lab: ") if status else []):
            print("    | " + line)
        self.check(status == 0 and self.results() == self.reference(), f"{ranks} ranks go on to the same bytes (status {status})")
        leftovers = [path.name for path in self.folder.rglob("*.tmp-*")]
        self.check(not leftovers, f"no temporary files are left: {leftovers}")


def same_bytes(bench):
    """1, 2, 3 and 4 ranks: weights after two epochs of each stage, and traces"""
    found = []
    for ranks in (1, 2, 3, 4):
        bench.clear()
        job = bench.start(ranks)
        bench.check(job.finish() == 0, f"status {job.status} after {job.seconds:.1f} s")
        found.append(bench.results())
    bench.check(len({tuple(result) for result in found}) == 1, f"model and trace: {found}")


def killed(rank, mark, ranks=2, again=4, limit=24):
    def run(bench):
        words = [f"epochs={EPOCHS}", f"traced={limit}"]
        job = bench.start(ranks, *words)
        pid = job.rank(rank)
        if mark:
            job.shows(mark)
            time.sleep(0.3 if mark.startswith("eval") else 0)
        else:
            time.sleep(0.1)
        print(f"    kill -9 of rank {rank} {'after “' + mark + '”' if mark else 'as it starts'}")
        os.kill(pid, signal.SIGKILL)
        bench.ended(job, rank)
        bench.resumes(again)
    run.__doc__ = f"rank {rank} of {ranks} is killed " + (f"after “{mark}”" if mark else "at its start")
    return run


def killed_in_writing(bench):
    """Rank 0 is killed as it writes a checkpoint"""
    job = bench.start(2, f"epochs={EPOCHS}")
    pid = job.rank(0)
    names = set()
    # Files have other names while they are written.
    def writes():
        for entry in os.scandir(bench.folder):
            if ".tmp-" in entry.name:
                names.add(entry.name)
                os.kill(pid, signal.SIGKILL)
                return True
        return False
    bench.check(job.until(writes, interval=0), f"it was met while it wrote {names}")
    bench.ended(job, 0)
    print(f"    left: {sorted(path.name for path in bench.folder.iterdir())}")
    bench.resumes(1)


def lua_error(place, named=True):
    def run(bench):
        job = bench.start(3, f"epochs={EPOCHS}", f"fails={place}")
        bench.ended(job, 1, said="no light" if place != "memory" else "rank 1 of 3")
        bench.resumes(2)
    run.__doc__ = f"rank 1 of 3 fails: {place}"
    return run


def low_memory(bench):
    """The system refuses memory to rank 1 (ulimit -v)"""
    job = bench.start(2, f"epochs={EPOCHS}", environment={"BEFORE_1": "ulimit -v 500000"})
    bench.ended(job, 1)
    bench.resumes(2)


def full_disk(rank):
    def run(bench):
        folder = bench.folder / "small"
        folder.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", folder], capture_output=True).returncode:
            print("    skipped: this user cannot mount a small disk")
            return
        try:
            if rank == 0:
                job = bench.start(2, f"epochs={EPOCHS}", "state=small/state")
                bench.ended(job, 0, said="No space left on device")
                print(f"    left: {sorted(path.name for path in folder.iterdir())}")
                subprocess.run(["mount", "-o", "remount,size=64m", folder], check=True)
                bench.resumes(2, "state=small/state")
            else:
                # Rank 1 writes nothing, so nothing of it may need the disk.
                before = "head -c 2M /dev/zero > small/fill 2>/dev/null; export TMPDIR=$PWD/small XDG_CACHE_HOME=$PWD/small"
                job = bench.start(2, f"epochs={EPOCHS}", environment={"BEFORE_1": before})
                bench.check(job.finish() == 0 and bench.results() == bench.reference(), f"status {job.status}")
                for line in job.lines("gfnet-lab: "):
                    print("    | " + line)
        finally:
            subprocess.run(["umount", "-l", folder])
    run.__doc__ = f"the disk of rank {rank} is full"
    return run


def asked_to_stop(number, to_rank=None, reports=True):
    whom = "mpirun" if to_rank is None else f"rank {to_rank}"
    def run(bench):
        job = bench.start(2, f"epochs={EPOCHS}")
        target = job.rank(to_rank) if to_rank is not None else job.process.pid
        job.shows("stage 1, epoch 3 is done")
        print(f"    {number.name} to {whom} after stage 1, epoch 3")
        os.kill(target, number)
        bench.ended(job)
        meta = bench.folder / "reports" / "train" / "meta.json"
        if reports:
            bench.check(meta.exists() and '"interrupted"' in meta.read_text(), "the report says that it was interrupted")
        bench.resumes(3)
    run.__doc__ = f"{number.name} to {whom}"
    return run


def stopped(rank):
    def run(bench):
        job = bench.start(3, f"epochs={EPOCHS}", environment={"GFNET_LAB_MPI_PATIENCE": "5"})
        pid = job.rank(rank)
        job.shows("stage 1, epoch 2 is done")
        print(f"    SIGSTOP to rank {rank}")
        os.kill(pid, signal.SIGSTOP)
        bench.ended(job, rank)
        bench.resumes(2)
    run.__doc__ = f"rank {rank} of 3 is stopped (SIGSTOP) and never goes on"
    return run


CASES = {
    "same": same_bytes,
    "kill-training": killed(1, "stage 1, epoch 2 is done"),
    "kill-policy": killed(2, "stage 2, epoch 1 is done", ranks=3, again=1),
    "kill-first": killed(0, "stage 3, epoch 1 is done", again=3),
    "kill-evaluation": killed(1, "evaluation begins", again=2, limit=4000),
    "kill-start": killed(1, ""),
    "kill-writing": killed_in_writing,
    "error-start": lua_error("start"),
    "error-loss": lua_error("loss"),
    "error-alone": lua_error("alone"),
    "error-memory": lua_error("memory"),
    "memory": low_memory,
    "disk-first": full_disk(0),
    "disk-other": full_disk(1),
    # Open MPI kills a second after it has passed these on, which is enough for a report or not.
    "interrupt": asked_to_stop(signal.SIGINT, reports=False),
    "terminate": asked_to_stop(signal.SIGTERM, reports=False),
    "usr1": asked_to_stop(signal.SIGUSR1),
    "kill-mpirun": asked_to_stop(signal.SIGKILL, reports=False),
    "interrupt-rank": asked_to_stop(signal.SIGINT, 1),
    "stop": stopped(1),
    "stop-first": stopped(0),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="names of cases, with commas between them")
    parser.add_argument("--list", action="store_true", help="names the cases")
    options = parser.parse_args()
    if options.list:
        print("\n".join(f"{name:16} {case.__doc__}" for name, case in CASES.items()))
        return 0
    names = options.only.split(",") if options.only else list(CASES)
    if unknown := [name for name in names if name not in CASES]:
        parser.error(f"there is no case {unknown[0]}; --list names them")
    require(("mpirun", "openmpi-bin"))
    bad = {}
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(folder)
        bench.reference()
        for name in names:
            print(f"{name}: {CASES[name].__doc__}", flush=True)
            bench.clear()
            bench.bad = []
            CASES[name](bench)
            if bench.bad:
                bad[name] = bench.bad
            sys.stdout.flush()
    print(f"{len(names) - len(bad)} of {len(names)} cases are as wanted")
    for name, reasons in bad.items():
        print(f"  {name}: {'; '.join(reasons)}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
