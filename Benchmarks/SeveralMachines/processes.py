"""What the scripts of this folder share: the program under test, programs that must be there, and jobs that can be broken."""

import hashlib
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PROGRAM = os.environ.get("GFNET_LAB", str(ROOT / ".build" / "release" / "gfnet-lab"))
# As root, with more ranks than cores, none bound to a core; for Open MPI 4 and 5.
ENVIRONMENT = {
    "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "PRTE_ALLOW_RUN_AS_ROOT": "1",
    "PRTE_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "OMPI_MCA_rmaps_base_oversubscribe": "1",
    "OMPI_MCA_hwloc_base_binding_policy": "none", "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe",
    "PRTE_MCA_hwloc_default_binding_policy": "none", "OMPI_MCA_btl_vader_single_copy_mechanism": "none",
}
# Notes the number of the process, which is that of the program afterwards, and may do something on one rank alone.
WRAPPER = """#!/bin/bash
rank=${OMPI_COMM_WORLD_RANK:-$PMI_RANK}
echo $$ > "pid$rank"
before="BEFORE_$rank"
eval "${!before}"
exec "$@"
"""


def require(*tools):
    """Ends the program, with status 3 and what to install, where one of `tools` (name, Debian package) is not there."""
    for name, package in tools:
        if not shutil.which(name):
            print(f"skipped: {name} is not there (Debian: {package})")
            sys.exit(3)
    if not os.access(PROGRAM, os.X_OK):
        sys.exit(f"{PROGRAM} is not there: make build, or GFNET_LAB names another")


def digest(path):
    path = pathlib.Path(path)
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16] if path.exists() else "none"


def is_running(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


class Job:
    """A command that runs in `folder`, in a process group of its own."""

    def __init__(self, folder, command, environment=None):
        self.folder, self.command = pathlib.Path(folder), command
        for old in self.folder.glob("pid[0-9]*"):
            old.unlink()
        self.log = self.folder / "job.out"
        self.began = time.monotonic()
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                env={**os.environ, **ENVIRONMENT, **(environment or {})}, start_new_session=True)
        self.status = None

    @property
    def text(self):
        return self.log.read_text(encoding="utf-8", errors="replace")

    def rank(self, number, seconds=120):
        """The number of the process of a rank."""
        file = self.folder / f"pid{number}"
        if not self.until(lambda: file.exists() and file.read_text().strip(), seconds):
            raise TimeoutError(f"rank {number} was not started: {self.text}")
        return int(file.read_text())

    def until(self, condition, seconds=600, interval=0.01):
        """Waits until `condition` holds; false where the job has ended or the time is over."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if condition():
                return True
            if self.process.poll() is not None:
                return bool(condition())
            time.sleep(interval)
        return False

    def shows(self, text, seconds=600):
        return self.until(lambda: text in self.text, seconds)

    def finish(self, seconds=900):
        """Waits for the end; a job that does not end is ended, and its status stays None."""
        try:
            self.status = self.process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            self.end()
        self.seconds = time.monotonic() - self.began
        return self.status

    def end(self):
        """Ends what is left of the job: only what it has started."""
        for pid in [self.process.pid, *self.pids()]:
            if is_running(pid):
                try:
                    os.kill(pid, signal.SIGCONT)
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
        self.process.wait()

    def pids(self):
        return [int(text) for file in self.folder.glob("pid[0-9]*") if (text := file.read_text().strip())]

    def survivors(self, seconds=5):
        """Ranks that run on although the job has ended."""
        end = time.monotonic() + seconds
        while (left := [pid for pid in self.pids() if is_running(pid)]) and time.monotonic() < end:
            time.sleep(0.1)
        return left

    def lines(self, *marks):
        """The lines that hold one of `marks`."""
        return [line for line in self.text.splitlines() if any(mark in line for mark in marks)]
