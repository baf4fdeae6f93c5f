#!/usr/bin/env python3
"""Two hosts that are network namespaces of this machine, and a training over the link between them, which is cut.

    sudo GFNET_LAB=.build/release/gfnet-lab python3 Benchmarks/SeveralMachines/network_faults.py [--only NAMES] [--slow]

mpirun starts its ranks on the second host by a launcher of this script instead of ssh. Wanted: a line that names a rank or the
host that was lost, the end of all ranks on both, and that the same command goes on to the bytes of a training that nothing
has stopped. Needs root, Linux with network namespaces, and Open MPI. Exit status: 0 all as wanted, 1 something is not, 3
something that is needed is not there.
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import faults
from faults import Bench
from processes import PROGRAM, WRAPPER, Job, require

HOSTS = {"gfnet-a": "10.117.3.1", "gfnet-b": "10.117.3.2"}
# What mpirun calls instead of `ssh HOST COMMAND…`: the host has its own network and its own name.
LAUNCHER = """#!/bin/bash
while [ "${1#-}" != "$1" ]; do shift; done
host=$1; shift
exec ip netns exec "$host" unshare --uts bash -c 'hostname "$0"; exec bash -c "$1"' "$host" "$*"
"""
# Open MPI notices a silent peer by the system's keep-alive, of which it waits five minutes for the first.
QUICK = {"oob_tcp_keepalive_time": "4", "oob_tcp_keepalive_intvl": "2", "oob_tcp_keepalive_probes": "3"}


def ip(*words, check=True):
    return subprocess.run(["ip", *words], check=check, capture_output=True, text=True)


def connect():
    """Makes both hosts and the link; raises CalledProcessError where the system does not let us."""
    for host in HOSTS:
        ip("netns", "add", host)
        ip("-n", host, "link", "set", "lo", "up")
    ip("link", "add", "eth-a", "netns", "gfnet-a", "type", "veth", "peer", "name", "eth-b", "netns", "gfnet-b")
    for host, address in HOSTS.items():
        ip("-n", host, "addr", "add", address + "/24", "dev", "eth-" + host[-1])
        ip("-n", host, "link", "set", "eth-" + host[-1], "up")


def disconnect():
    for host in HOSTS:
        ip("netns", "del", host, check=False)


class TwoHosts(Bench):
    def __init__(self, folder):
        super().__init__(folder)
        (self.folder / "launcher").write_text(LAUNCHER)
        (self.folder / "launcher").chmod(0o755)
        self.kept = ("train.lua", "wrapper", "launcher")

    def over(self, ranks, *words, mca=None, environment=None):
        """Starts a training of so many ranks on both hosts."""
        hosts = ",".join(f"{host}:{(ranks + 1 - index) // 2}" for index, host in enumerate(HOSTS))
        options = {"plm_rsh_agent": str(self.folder / "launcher"), "btl_tcp_if_include": "10.117.3.0/24",
                   "oob_tcp_if_include": "10.117.3.0/24", **(mca or {})}
        flags = [word for name, value in options.items() for word in ("--mca", name, value)]
        exported = [word for name in ("GFNET_LAB_MPI_PATIENCE",) if name in (environment or {}) for word in ("-x", name)]
        command = self.command(ranks, *words, mpi=["-host", hosts, *exported, *flags])
        print("  $ " + " ".join(command).replace(PROGRAM, "gfnet-lab").replace("./wrapper ", ""), flush=True)
        first = next(iter(HOSTS))
        return Job(self.folder, [str(self.folder / "launcher"), first, "cd", str(self.folder), "&&", "exec", *command], environment)


def whole(bench):
    """two ranks on two hosts, nothing is broken"""
    job = bench.over(2, f"epochs={faults.EPOCHS}")
    bench.check(job.finish() == 0 and bench.results() == bench.reference(), f"status {job.status}, the bytes of one process")
    if job.status:
        print(job.text)


def cut(mca=None, environment=None, seconds=200, ranks=2, mpirun_ends=True):
    def run(bench):
        job = bench.over(ranks, f"epochs={faults.EPOCHS * 20}", mca=mca, environment=environment)
        job.shows("stage 1, epoch 2 is done")
        print("    the link goes down: ip link set eth-b down", flush=True)
        ip("-n", "gfnet-b", "link", "set", "eth-b", "down")
        try:
            job.until(lambda: False, seconds, 0.1)
            left = job.survivors(30)
            job.finish(1)
        finally:
            ip("-n", "gfnet-b", "link", "set", "eth-b", "up")
        for line in job.lines("gfnet-lab: ", "ORTE has lost", "Remote daemon"):
            print("    | " + line[:300])
        bench.check(job.status != 0 and (job.status is not None or not mpirun_ends), f"status {job.status} after {job.seconds:.1f} s")
        bench.check(not left, f"ranks that run on: {len(left)}")
        named = [line for line in job.text.splitlines() if faults.NAMED.search(line) or re.search(r"gfnet-b", line)]
        bench.check(bool(named), f"{len(named)} lines name the host that was lost")
        if environment:
            bench.check(any("rank 1 of 2 on gfnet-b" in line for line in named), "a line names the rank")
        job.end()
        job = bench.over(2, f"epochs={faults.EPOCHS * 20}")
        going = job.shows("going on after")
        job.finish(0.1)
        bench.check(going, "the same command goes on")
        bench.clear()
    run.__doc__ = f"the link is cut in training{' and mpirun is told to notice soon' if mca else ''}{f', {environment}' if environment else ''}"
    return run


CASES = {
    "whole": whole,
    "cut": cut(QUICK),
    # Ranks end by themselves, with a line that names the lost one. mpirun has then written to the lost host, and waits until
    # the system no longer repeats that, where keep-alives are not sent.
    "cut-patience": cut(environment={"GFNET_LAB_MPI_PATIENCE": "10"}, seconds=60, mpirun_ends=False),
    "cut-slow": cut(seconds=1200),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help=f"of {', '.join(CASES)}, with commas between them")
    parser.add_argument("--slow", action="store_true", help="also without any option of mpirun, which takes eight minutes to notice")
    options = parser.parse_args()
    names = options.only.split(",") if options.only else [name for name in CASES if options.slow or name != "cut-slow"]
    if unknown := [name for name in names if name not in CASES]:
        parser.error(f"there is no case {unknown[0]}")
    require(("mpirun", "openmpi-bin"), ("ip", "iproute2"))
    try:
        disconnect()
        connect()
    except subprocess.CalledProcessError as problem:
        disconnect()
        print(f"skipped: no network namespaces can be made here: {problem.stderr.strip()}")
        return 3
    bad = {}
    try:
        with tempfile.TemporaryDirectory() as folder:
            bench = TwoHosts(folder)
            bench.reference()
            for name in names:
                print(f"{name}: {CASES[name].__doc__}", flush=True)
                bench.clear()
                bench.bad = []
                CASES[name](bench)
                if bench.bad:
                    bad[name] = bench.bad
    finally:
        disconnect()
    print(f"{len(names) - len(bad)} of {len(names)} cases are as wanted")
    for name, reasons in bad.items():
        print(f"  {name}: {'; '.join(reasons)}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
