#!/usr/bin/env python3
"""Compares calls on small tensors with NumPy's.

    against_numpy.py GFNET_LAB [--rounds N] [--size N]

GFNET_LAB is the program (`swift build -c release`: `.build/release/gfnet-lab`). Each case is run in turn by both, so that what else
the machine does disturbs both alike; printed are the least time of a call on one element and on `--size` elements, in
nanoseconds, and how many times NumPy's it is. Calls that are methods of small arrays should stay below twice NumPy's.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy as np

# Name, in Lua, in Python. x and y have N elements, m is a mask of them, k are places (1-based and 0-based), i is int32.
CASES = [
    ("add", "x + y", "x + y"),
    ("add a number", "x + 1.5", "x + 1.5"),
    ("multiply", "x * y", "x * y"),
    ("int32 add", "i + i", "i + i"),
    ("compare", "x:gt(0.5)", "x > 0.5"),
    ("and of masks", "m & m", "m & m"),
    ("where", "m:where(x, y)", "np.where(m, x, y)"),
    ("exp", "x:exp()", "np.exp(x)"),
    ("sum", "x:sum()", "x.sum()"),
    ("max", "x:max()", "x.max()"),
    ("mean", "x:mean()", "x.mean()"),
    ("argmax", "x:argmax()", "x.argmax()"),
    ("cumsum", "x:cumsum()", "x.cumsum()"),
    ("sort", "x:sort()", "np.sort(x)"),
    ("median", "x:median()", "np.median(x)"),
    ("element", "x[1]", "x[0]"),
    ("slice", "x[{{1, 1}}]", "x[0:1]"),
    ("mask", "x[m]", "x[m]"),
    ("places", "x[k]", "x[k]"),
    ("write one", "x[1] = 0.25", "x[0] = 0.25"),
    ("write by mask", "x[m] = 0.25", "x[m] = 0.25"),
    ("to int32", "x:int()", "x.astype(np.int32)"),
    ("reshape", "x:reshape(1, -1)", "x.reshape(1, -1)"),
    ("concatenate", "T.concatenate({x, y})", "np.concatenate([x, y])"),
    ("dot", "x:dot(y)", "x.dot(y)"),
]

LUA = """
local T = gfnet.tensor
local n, calls = {n}, {calls}
local x = T.arange(0, n - 1) / n
local y = x:clone()
local m, k, i = x:gt(0.5), T.arange(1, n):int(), T.arange(1, n):int()
local clock = os.clock
local function time(name, body)
  body()
  local start = clock()
  for _ = 1, calls do body() end
  io.write(name, "\\t", (clock() - start) / calls * 1e9, "\\n")
end
"""


def ours(program, n, calls):
    text = LUA.format(n=n, calls=calls)
    for name, lua, _ in CASES:
        body = lua if "] = " in lua else "return " + lua
        text += f'time("{name}", function() {body} end)\n'
    with tempfile.TemporaryDirectory() as folder:
        script = pathlib.Path(folder) / "calls.lua"
        script.write_text(text)
        done = subprocess.run([program, "run", str(script)], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{program}: {done.stderr.strip()}")
    pairs = (line.split("\t") for line in done.stdout.splitlines() if "\t" in line)
    return {name: float(value) for name, value in pairs}


def numpys(n, calls):
    x = np.arange(n, dtype=np.float32) / n
    names = dict(np=np, x=x, y=x.copy(), m=x > 0.5, k=np.arange(n), i=np.arange(n, dtype=np.int32))
    result = {}
    for name, _, source in CASES:
        exec("def body():\n " + (source if "] = " in source else "return " + source), names)
        body = names["body"]
        body()
        start = time.process_time_ns()
        for _ in range(calls):
            body()
        result[name] = (time.process_time_ns() - start) / calls
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--calls", type=int, default=20000)
    options = parser.parse_args()
    print(f"{'':16}{'one element':>30}{f'{options.size} elements':>32}")
    print(f"{'ns per call':16}" + f"{'here':>10}{'NumPy':>10}{'ratio':>10}" * 2)
    best = {}
    for _ in range(options.rounds):
        for n in (1, options.size):
            for who, times in (("here", ours(options.program, n, options.calls)), ("numpy", numpys(n, options.calls))):
                for name, value in times.items():
                    key = (name, n, who)
                    best[key] = min(best.get(key, float("inf")), value)
    for name, _, _ in CASES:
        cells = ""
        for n in (1, options.size):
            here, numpy = best[name, n, "here"], best[name, n, "numpy"]
            cells += f"{here:10.0f}{numpy:10.0f}{here / numpy:10.2f}"
        print(f"{name:16}{cells}")


if __name__ == "__main__":
    main()
