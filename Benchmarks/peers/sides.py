"""The programs that take turns: each is a process of its own, which sleeps between its turns."""

import contextlib
import json
import os
import select
import subprocess
import time

import peers
from peers import Unavailable

# Seconds for an answer: compiling takes longest.
PATIENCE = 900


class Process:
    """A child that answers each line with a line of JSON."""

    def __init__(self, command, threads, log):
        self.log = log
        self.from_here = os.path.getsize(log) if os.path.exists(log) else 0
        environment = {**os.environ, "OMP_NUM_THREADS": str(threads), "GFNET_LAB_PEERS": "1", "PYTHONWARNINGS": "ignore"}
        with open(log, "ab") as errors:
            # A session of its own: an interrupt at the terminal is ours to handle.
            self.child = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, env=environment,
                start_new_session=True)
        self.buffer = b""

    def answer(self, patience=PATIENCE):
        end = time.monotonic() + patience
        while b"\n" not in self.buffer:
            left = end - time.monotonic()
            if left <= 0:
                self.close()
                raise Unavailable(f"no answer within {patience} s")
            if not select.select([self.child.stdout], [], [], left)[0]:
                continue
            data = os.read(self.child.stdout.fileno(), 1 << 16)
            if not data:
                raise Unavailable(self.last_words())
            self.buffer += data
        line, _, self.buffer = self.buffer.partition(b"\n")
        return json.loads(line)

    def tell(self, line):
        try:
            self.child.stdin.write(line.encode() + b"\n")
            self.child.stdin.flush()
        except BrokenPipeError:
            raise Unavailable(self.last_words()) from None

    def last_words(self):
        """Why the child ended: the last line of what it wrote to standard error."""
        status = self.child.wait()
        with open(self.log, "rb") as file:
            file.seek(self.from_here)
            lines = file.read().decode(errors="replace").strip().splitlines()
        return lines[-1].strip() if lines else f"it ended with status {status}"

    def seconds(self):
        """Processor time of the child, all threads."""
        try:
            # The clock of a process, as clock_getcpuclockid(3) makes it.
            return time.clock_gettime(~self.child.pid << 3 | 2)
        except OSError:
            return 0.0

    def settle(self):
        """Waits until no thread of it spins any more: it would take the next one's core."""
        for _ in range(200):
            before = self.seconds()
            time.sleep(0.003)
            if self.seconds() - before < 0.0002:
                return True
        return False

    def close(self):
        if self.child.poll() is None:
            self.child.stdin.close()
            try:
                self.child.wait(2)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()


class Ours:
    """`gfnet-lab bench --turns`, a process for each cell."""

    def __init__(self, precision, threads, log, models):
        self.precision, self.threads, self.log, self.models = precision, threads, log, models
        self.process = None

    def prepare(self, cell):
        arguments = self.network(cell) | {
            "batch": cell["batch"], "part": cell["part"], "precision": self.precision, "threads": self.threads}
        words = [word for key, value in arguments.items() for word in (f"--{key}", str(value))]
        self.process = Process([peers.PROGRAM, "bench", *words, "--turns"], self.threads, self.log)
        settings = self.process.answer()
        return {"madds": [timing["madds"] for timing in settings["timings"]]}

    def network(self, cell):
        """The options that say which network it is: those of its form, or the file of one that has no such options."""
        if cell["network"] in self.models:
            if self.models[cell["network"]] is None:
                raise Unavailable(f"no model file: name one with --{cell['network']} FILE")
            return {"model": self.models[cell["network"]]}
        form = {"arch": cell["network"], "patch": cell["patch"], "image": cell["image"], "steps": cell["steps"]}
        return form | ({"frames": cell["frames"]} if cell["frames"] > 1 else {})

    def run(self, count):
        self.process.tell(str(count))
        return self.process.answer()

    def release(self):
        if self.process:
            self.process.close()
        self.process = None

    close = release


class Peer:
    """A side of worker.py, in one process for all cells."""

    def __init__(self, side, python, threads, folder, log):
        self.command = [python, os.path.join(peers.HERE, "worker.py"), side, folder, str(threads)]
        self.threads, self.log = threads, log
        self.process = None

    def ask(self, **request):
        self.process.tell(json.dumps(request))
        answer = self.process.answer()
        if "unavailable" in answer:
            raise Unavailable(answer["unavailable"])
        return answer

    def prepare(self, cell):
        if self.process is None:
            self.process = Process(self.command, self.threads, self.log)
        try:
            return self.ask(prepare=cell)
        finally:
            self.forget_the_dead()

    def run(self, count):
        try:
            return self.ask(run=count)["runs"]
        finally:
            self.forget_the_dead()

    def forget_the_dead(self):
        if self.process.child.poll() is not None:
            self.process = None

    def release(self):
        if self.process:
            with contextlib.suppress(Unavailable):
                self.ask(release=True)

    def close(self):
        if self.process:
            self.process.close()
