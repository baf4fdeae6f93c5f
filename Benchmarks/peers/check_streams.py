#!/usr/bin/env python3
"""Compares frame-by-frame answers of a clip network with PyTorch running TSM's online form, and how long both take.

`Benchmarks/Adaptive/frames.lua` makes a MobileNetV2 whose frames take channels from the past alone, writes its weights, and
answers frames that a formula gives, one by one and as windows. Here the same network is evaluated frame by frame, with a
buffer before each shifted block as in TSM's online demo, and its answers are compared: softmax of the mean of the last
frames' logits. Exit status 1 if an answer differs by a relative error of 1e-3 or more, or in its class.

    Benchmarks/peers/check_streams.py [--python PATH] [--count N] [--size S] [--rounds N] [--threads N]
"""

import argparse
import json
import os
import statistics
import struct
import sys
import tempfile
import time

import peers

TOLERANCE = 1e-3
FRAMES = 8


def arrays(path):
    """The float32 arrays of a safetensors file."""
    import numpy
    import torch

    with open(path, "rb") as file:
        data = file.read()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + length])
    found = {}
    for name, entry in header.items():
        if name == "__metadata__" or entry["dtype"] != "F32":
            continue
        start, end = (8 + length + offset for offset in entry["data_offsets"])
        values = numpy.frombuffer(data[start:end], dtype="<f4").copy()
        found[name] = torch.from_numpy(values.reshape(entry["shape"]))
    return found


def online(weights):
    """MobileNetV2 with a buffer before each shifted block, and these weights."""
    import torch
    from clip_networks import MOBILE, InvertedResidual, MobileNetV2
    from torch import nn

    class OnlineShift(nn.Module):
        """The first channels of the frame before, then `net`."""

        def __init__(self, net):
            super().__init__()
            self.net, self.buffer = net, None

        def forward(self, x):
            fold = x.shape[1] // 8
            kept = x[:, :fold].clone()
            before = torch.zeros_like(kept) if self.buffer is None else self.buffer
            self.buffer = kept
            return self.net(torch.cat((before, x[:, fold:]), 1))

    network = MobileNetV2(weights["classifier.weight"].shape[0])
    order = [("conv_stem", "bn1")]
    for stage, (expansion, _, repeats, _) in enumerate(MOBILE):
        for index in range(repeats):
            block = f"blocks.{stage}.{index}."
            parts = [("conv_dw", "bn1"), ("conv_pw", "bn2")] if expansion == 1 else [
                ("conv_pw", "bn1"), ("conv_dw", "bn2"), ("conv_pwl", "bn3")]
            order += [(block + convolution, block + norm) for convolution, norm in parts]
    order.append(("conv_head", "bn2"))
    convolutions = [module for module in network.modules() if isinstance(module, nn.Conv2d)]
    norms = [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
    with torch.no_grad():
        for (convolution, norm), ours, its in zip(order, convolutions, norms, strict=True):
            ours.weight.copy_(weights[convolution + ".weight"])
            for name in ("weight", "bias", "running_mean", "running_var"):
                getattr(its, name).copy_(weights[f"{norm}.{name}"])
        network.classifier.weight.copy_(weights["classifier.weight"])
        network.classifier.bias.copy_(weights["classifier.bias"])
    for block in network.features:
        if isinstance(block, InvertedResidual) and block.adds and len(block.conv) == 8:
            block.conv[0] = OnlineShift(block.conv[0])
    return network.eval(), OnlineShift


def frames(count, size):
    import torch

    down = 7 * torch.arange(size).reshape(1, size, 1) + 29 * torch.arange(3).reshape(3, 1, 1)
    levels = down + 13 * torch.arange(size).reshape(1, 1, size)
    mean = torch.tensor([0.485, 0.456, 0.406]).reshape(3, 1, 1)
    deviation = torch.tensor([0.229, 0.224, 0.225]).reshape(3, 1, 1)
    return [((((levels + 5 * n) % 256) / 255 - mean) / deviation)[None] for n in range(count)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", help="an interpreter with PyTorch; default: an environment of its own")
    parser.add_argument("--count", type=int, default=64, help="frames of the stream")
    parser.add_argument("--size", type=int, default=224, help="side of the frames")
    parser.add_argument("--rounds", type=int, default=5, help="of both, in turn")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="of PyTorch")
    options = parser.parse_args()
    peers.enter(["torch", "numpy"], options.python)
    import torch

    torch.set_num_threads(options.threads)
    with tempfile.TemporaryDirectory() as folder, torch.no_grad():
        weights, answers = os.path.join(folder, "model.safetensors"), os.path.join(folder, "answers.safetensors")
        print(peers.program(
            "run", os.path.join(peers.ROOT, "Benchmarks/Adaptive/frames.lua"), f"weights={weights}",
            f"answers={answers}", f"count={options.count}", f"size={options.size}", f"rounds={options.rounds}",
            "--out", os.path.join(folder, "report")).strip())
        found = arrays(answers)
        ours = list(zip(found["predictions"].tolist(), found["confidences"].tolist()))
        own = {name.removeprefix("model_prime."): value for name, value in arrays(weights).items()
               if name.startswith("model_prime.")}
        network, shift = online(own)
        images, seconds, wrong, worst = frames(options.count, options.size), [], 0, 0.0
        for round_number in range(options.rounds + 1):
            for module in network.modules():
                if isinstance(module, shift):
                    module.buffer = None
            start, logits = time.perf_counter(), []
            for image in images:
                logits.append(network(image))
                mean = torch.cat(logits[-FRAMES:]).mean(0)
                confidence, label = mean.softmax(0).max(0)
                if round_number == 0:
                    wrong += label.item() + 1 != ours[len(logits) - 1][0]
                    worst = max(worst, abs(ours[len(logits) - 1][1] / confidence.item() - 1))
            if round_number > 0:
                seconds.append((time.perf_counter() - start) / options.count)
        theirs, mine = statistics.median(seconds), found["seconds"].item()
        print(f"PyTorch eager, online      {1000 * theirs:8.2f} ms an answer, {1 / theirs:6.1f} a second,"
              f" {theirs / mine:5.2f} times the first")
        print(f"{len(ours)} answers, {wrong} of another class, largest relative error of a probability {worst:.1e}")
        sys.exit(1 if wrong or worst >= TOLERANCE or len(ours) != options.count else 0)


if __name__ == "__main__":
    main()
