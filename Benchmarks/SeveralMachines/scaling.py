#!/usr/bin/env python3
"""Measures the parts of a training step on this machine, and prints what 8, 64 and 512 ranks would take after a model.

    GFNET_LAB=.build/release/gfnet-lab python3 Benchmarks/SeveralMachines/scaling.py [--measured FILE] [--hosts a,b]

Measures, for ResNet-50 and resnet_tiny_16: a step of one rank with two cores, of two ranks with one core each, and of one
process without mpirun; and the reduction alone by size of bucket. Writes them to --measured as JSON, from which the tables are
made anew with --model alone. Figures count on a machine that does nothing else: what was measured, the load before, and the
processor are printed with them. docs/scaling.md says what the model is. Exit status: 0, or 3 where mpirun is not there.
"""

import argparse
import json
import math
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

from processes import ENVIRONMENT, HERE, PROGRAM, require

NETWORKS = {
    "resnet_tiny_16": {"side": 128, "patch": 48, "images": 512, "batch": 128},
    "resnet50": {"side": 224, "patch": 96, "images": 64, "batch": 32},
}
RANKS, LINKS = (8, 64, 512), (10, 100)
# Bytes that the program sends at once: `PartSum`.
BUCKET = 16 << 20


def run(words, folder):
    result = subprocess.run(words, cwd=folder, env={**os.environ, **ENVIRONMENT}, capture_output=True, text=True)
    if result.returncode:
        sys.exit(f"{' '.join(map(str, words))}\n{result.stdout}{result.stderr}")
    return result.stdout


def step(name, ranks, threads, shards, options, folder):
    """The seconds of a step: the median over the epochs after the first."""
    setup = NETWORKS[name]
    words = [PROGRAM, "run", str(HERE / "scaling.lua"), f"backbone={name}", f"epochs={options.epochs}", "--threads", str(threads), "--no-cache"]
    words += [f"{key}={value}" for key, value in setup.items()]
    if shards:
        words += ["--shards", shards]
    if ranks:
        words = ["mpirun", "-n", str(ranks), *(["-host", options.hosts] if options.hosts and ranks > 1 else []), *words]
    output = run(words, folder)
    seconds = [float(text) for text in re.findall(r"epoch \d+ seconds ([\d.]+)", output)][1:]
    steps = math.ceil(setup["images"] / setup["batch"])
    return statistics.median(seconds) / steps


def measure(options):
    found = {"processor": processor(), "cores": os.cpu_count(), "load": os.getloadavg()[0], "networks": {}, "hosts": options.hosts}
    with tempfile.TemporaryDirectory() as folder:
        for name in NETWORKS:
            times = {}
            # In turn, so that what the machine does besides meets all alike.
            for _ in range(options.rounds):
                for key, ranks, threads, shards in (
                        ("one process, 2 cores", 0, 2, None), ("1 rank of 2 cores, one shard", 1, 2, "ranks"),
                        ("2 ranks of 1 core, two shards", 2, 1, "ranks"), ("2 ranks of 1 core, eight shards", 2, 1, "8")):
                    times.setdefault(key, []).append(step(name, ranks, threads, shards, options, folder))
            size = (pathlib.Path(folder) / "scaling-model.safetensors").stat().st_size
            found["networks"][name] = {"bytes": size, **NETWORKS[name], "seconds": {key: min(values) for key, values in times.items()}}
        hosts = ["-host", options.hosts] if options.hosts else []
        output = run(["mpirun", "-n", "2", *hosts, sys.executable, str(HERE / "reduction.py")], folder)
        found["reduction"] = json.loads(output.splitlines()[-1])
    return found


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        return next((line.split(":")[1].strip() for line in file if line.startswith("model name")), "?")


def fit(reduction):
    """Seconds of a message and bytes per second, after time = messages × latency + bytes / rate, by least squares."""
    ranks, total = reduction["ranks"], reduction["total"]
    sent = 2 * total * (ranks - 1) / ranks
    points = [(2 * (ranks - 1) * math.ceil(total / entry["bucket"]), entry["seconds"]) for entry in reduction["buckets"]]
    # Relative errors count, as the times lie apart by orders of magnitude.
    weights = [1 / seconds ** 2 for _, seconds in points]
    mean = lambda values: sum(weight * value for weight, value in zip(weights, values)) / sum(weights)
    x, y = mean([messages for messages, _ in points]), mean([seconds for _, seconds in points])
    slope = mean([(m - x) * (s - y) for m, s in points]) / mean([(m - x) ** 2 for m, _ in points])
    latency = max(slope, 0)
    return latency, sent / max(y - latency * x, 1e-9)


def network_time(size, ranks, rate, latency):
    """Seconds in which `ranks` add up `size` bytes: each sends and receives 2 (R - 1) / R of them, in 2 (R - 1) messages a bucket."""
    return 2 * size * (ranks - 1) / ranks / rate + 2 * (ranks - 1) * math.ceil(size / BUCKET) * latency


def local_time(network, latency, rate):
    """Seconds of what a step of several ranks costs beside the network: copies, additions, waits."""
    seconds = network["seconds"]
    added = seconds["2 ranks of 1 core, two shards"] - seconds["1 rank of 2 cores, one shard"]
    return max(added - network_time(network["bytes"], 2, rate, latency), 0)


def table(header, rows):
    lines = [header, ["---"] * len(header), *rows]
    print("\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines) + "\n")


def report(found, options):
    print(f"{found['processor']}, {found['cores']} cores, load before the measurements {found['load']:.2f}\n")
    table(["step, seconds", *found["networks"]], [
        [key, *(f"{network['seconds'][key]:.4f}" for network in found["networks"].values())]
        for key in next(iter(found["networks"].values()))["seconds"]])
    latency, rate = fit(found["reduction"])
    table(["bucket", f"reduction of {found['reduction']['total'] >> 20} MiB by {found['reduction']['ranks']} ranks, ms"],
          [[f"{entry['bucket'] >> 10} KiB", f"{entry['seconds'] * 1e3:.1f}"] for entry in found["reduction"]["buckets"]])
    print(f"fitted here: {latency * 1e6:.1f} µs a message, {rate * 8 / 1e9:.1f} Gbit/s\n")
    if options.latency is not None:
        latency = options.latency * 1e-6
    for name, network in found["networks"].items():
        alone = network["seconds"]["1 rank of 2 cores, one shard"]
        local = local_time(network, latency, rate)
        print(f"{name}: {network['bytes'] / 1e6:.1f} MB a step; {network['batch']} images a rank, {alone:.3f} s; beside the network {local * 1e3:.1f} ms\n")
        rows = []
        for ranks in RANKS:
            row = [ranks]
            for link in LINKS:
                moved = network_time(network["bytes"], ranks, link * 1e9 / 8 * options.use, latency)
                whole = alone + local + moved
                row += [f"{moved * 1e3:.0f}", f"{alone / whole * 100:.0f}", f"{network['batch'] * ranks / whole:.0f}"]
            rows.append(row)
        table(["ranks", *(f"{link} Gbit/s: {what}" for link in LINKS for what in ("exchange, ms", "efficiency, %", "images/s"))], rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--measured", default="scaling.json", help="the file of what was measured (default: scaling.json)")
    parser.add_argument("--model", action="store_true", help="measures nothing, and reads that file")
    parser.add_argument("--hosts", help="two hosts for the two ranks, as mpirun's -host takes them (default: this machine)")
    parser.add_argument("--epochs", type=int, default=4, help="of each measurement, the first of which does not count")
    parser.add_argument("--rounds", type=int, default=3, help="of all measurements, in turn; the least time counts")
    parser.add_argument("--use", type=float, default=0.8, help="the share of a link that data get (default: 0.8)")
    parser.add_argument("--latency", type=float, help="µs of a message (default: as fitted)")
    options = parser.parse_args()
    if options.epochs < 2 or options.rounds < 1:
        parser.error("--epochs must be at least 2, and --rounds 1")
    path = pathlib.Path(options.measured)
    if not options.model:
        require(("mpirun", "openmpi-bin"))
        path.write_text(json.dumps(measure(options), indent=1) + "\n")
    report(json.loads(path.read_text()), options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
