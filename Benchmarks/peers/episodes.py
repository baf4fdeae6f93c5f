#!/usr/bin/env python3
"""Times whole episodes and training steps of Glance-and-Focus Networks here and in PyTorch eager, in turn.

    Benchmarks/peers/episodes.py [--only NAME] [--batch N …] [--part episode|train …] [--rounds N] [--runs N]
                                 [--threads N] [--out DIR] [--python PATH]

PyTorch's network is that of record_cases.py: the encoder of timm or torchvision, the policy and the classifier, written as
the authors wrote theirs. Both sides have random weights and images. Prints medians in milliseconds after every step, and
what a step beyond the first costs on both sides; writes the same to DIR/episodes.json and DIR/episodes.md.
"""

import argparse
import json
import os
import statistics
import time

import peers
import record_cases

NETWORKS = [
    ("mobilenetv3_large_100", 96, 3), ("resnet50", 96, 5), ("densenet121", 96, 5), ("regnety_600m", 96, 5),
    ("efficientnet_b2", 128, 4),
]
TRAINED = ["mobilenetv3_large_100", "resnet50"]


class PyTorch:
    """Episodes and training steps in PyTorch eager."""

    def __init__(self, name, patch, steps, batch):
        import torch

        self.case = record_cases.describe(name, patch, steps, 0) | {"image_size": 224 if patch < 224 else patch}
        self.network = record_cases.Network(self.case)
        self.images = torch.randn(batch, 3, self.case["image_size"], self.case["image_size"])
        self.labels = torch.arange(batch) % 1000
        self.optimizer = None

    def episode(self):
        """Milliseconds from the start to the end of each step."""
        import torch

        network, times, seen, maps, memory, state = self.network, [], [], None, None, None
        with torch.no_grad():
            start = time.perf_counter()
            inputs = network.glance(self.images, self.case["glance_interpolation"])
            for number in range(1, self.case["steps"] + 1):
                if number > 1:
                    actions, _, memory = network.propose(maps, memory)
                    _, inputs = network.patches(self.images, actions)
                features, maps, own = network.step(number, inputs)
                seen.append(features)
                _, state = network.classify(seen, state, own, True)
                times.append((time.perf_counter() - start) * 1e3)
        return times

    def train(self):
        """Milliseconds of one step of stage 1, with descent on every loss and the encoders' own classifiers."""
        import torch
        import torch.nn.functional as F

        network = self.network
        if self.optimizer is None:
            parts = [part[0] for part in network.parts.values()] + [network.classifier]
            for part in parts:
                part.train()
            values = [value for part in parts for value in part.parameters()]
            self.optimizer = torch.optim.SGD(values, lr=1e-3, momentum=0.9, nesterov=True, weight_decay=1e-4)
        start = time.perf_counter()
        self.optimizer.zero_grad()
        loss, seen, state = 0, [], None
        inputs = network.glance(self.images, self.case["glance_interpolation"])
        for number in range(1, self.case["steps"] + 1):
            if number > 1:
                _, inputs = network.patches(self.images, torch.rand(len(self.images), 2))
            features, _, own = network.step(number, inputs)
            seen.append(features)
            logits, state = network.classify(seen, state, own, False)
            loss = loss + F.cross_entropy(logits, self.labels) + F.cross_entropy(own(features), self.labels)
        (loss / self.case["steps"]).backward()
        self.optimizer.step()
        return [(time.perf_counter() - start) * 1e3]


def ours(name, patch, steps, batch, part, precision, runs, threads):
    """Milliseconds of each run by step: a list of lists."""
    report = json.loads(peers.program(
        "bench", "--arch", name, "--patch", str(patch), "--steps", str(steps), "--batch", str(batch), "--image", "224",
        "--part", part, "--precision", precision, "--runs", str(runs), "--threads", str(threads), "--json"))
    return [list(times) for times in zip(*(timing["runs_ms"] for timing in report["timings"]))]


def compare(name, patch, steps, batch, part, options):
    """Medians by step: side → milliseconds."""
    peer = PyTorch(name, patch, steps, batch)
    run = peer.episode if part == "episode" else peer.train
    times = {"PyTorch eager f32": [], "f32": []}
    if part == "episode":
        times["bf16"] = []
    run()
    for _ in range(options.rounds):
        run()
        times["PyTorch eager f32"] += [run() for _ in range(options.runs)]
        time.sleep(0.2)
        for precision in [key for key in ("f32", "bf16") if key in times]:
            try:
                times[precision] += ours(name, patch, steps, batch, part, precision, options.runs, options.threads)
            except RuntimeError as problem:
                print(f"without {precision}: {problem}")
                del times[precision]
    return {side: [statistics.median(step) for step in zip(*values)] for side, values in times.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", help="one network")
    parser.add_argument("--batch", type=int, nargs="+", default=[1, 32])
    parser.add_argument("--part", nargs="+", choices=["episode", "train"], default=["episode", "train"])
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--runs", type=int, default=5, help="of each side in a round")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--out", default=os.path.join(peers.ROOT, "reports", "bench"))
    parser.add_argument("--python", help="an interpreter that has torch, torchvision and timm")
    options = parser.parse_args()
    peers.enter(["torch", "torchvision", "timm", "numpy"], options.python)
    import torch

    torch.set_num_threads(options.threads)
    results, lines = [], ["| network | batch | part | side | milliseconds after each step | a further step | ratio |",
                          "|---|---:|---|---|---|---:|---:|"]
    for name, patch, steps in NETWORKS:
        if options.only not in (None, name):
            continue
        for part in options.part:
            if part == "train" and name not in TRAINED and options.only is None:
                continue
            for batch in options.batch if part == "episode" else [32]:
                medians = compare(name, patch, steps, batch, part, options)
                results.append({"network": name, "patch": patch, "batch": batch, "part": part, "medians_ms": medians})
                further = {
                    side: (values[-1] - values[0]) / (len(values) - 1) if len(values) > 1 else values[0]
                    for side, values in medians.items()}
                for side, values in medians.items():
                    listed = " / ".join(f"{value:.1f}" for value in values)
                    line = (f"| {name} {patch} | {batch} | {part} | {side} | {listed} | {further[side]:.2f} "
                            f"| {further['PyTorch eager f32'] / further[side]:.2f} |")
                    print(line, flush=True)
                    lines.append(line)
    os.makedirs(options.out, exist_ok=True)
    with open(os.path.join(options.out, "episodes.json"), "w", encoding="utf-8") as file:
        json.dump({"threads": options.threads, "rounds": options.rounds, "runs": options.runs, "results": results},
                  file, indent=1)
    with open(os.path.join(options.out, "episodes.md"), "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
