#!/usr/bin/env python3
"""Compares encoders of clips (temporal shift, TSM) with PyTorch.

Two comparisons. Networks with random weights are saved by torch.save as the authors' training program does, under file
names that say how they are made, imported by `gfnet-lab models import`, and evaluated on the same clips. And cases of the
form of Tests/Fixtures/reference/tsm_* are recorded, with weights and clips of the formula and one training step each, and
given to `gfnet-lab models verify`. Exit status 1 if anything differs by a relative error of 1e-3 or more, or is out of a
case's tolerance.

    Benchmarks/peers/check_clips.py [--python PATH] [--only NAME] [--keep DIR] [--check]

--check compares the recordings in the fixtures with what is computed here, so that whoever trusts them can trust the new
ones.
"""

import argparse
import json
import os
import sys
import tempfile

import peers

FIXTURES = os.path.join(peers.ROOT, "Tests/Fixtures/reference")
# Architecture, frames, divisor, place, whether there is dropout (and so a layer new_fc).
FILES = [
    *[(name, frames, 8, "blockres", True) for name in ("resnet18", "resnet50", "mobilenetv2") for frames in (4, 8, 16)],
    ("resnet34", 4, 8, "blockres", True), ("resnet101", 4, 8, "blockres", True), ("resnet18", 4, 8, "block", True),
    ("resnet50", 8, 8, "block", False), ("resnet50", 8, 4, "blockres", True), ("mobilenetv2", 8, 3, "blockres", False),
    ("resnet101", 3, 8, "block", True),
]
# The same of recorded cases, with the side of the frames and the gain of the weights that keeps activations in range.
CASES = [
    ("resnet18", 4, 8, "blockres", 96, 1.0), ("resnet34", 2, 8, "blockres", 64, 1.0),
    ("resnet50", 3, 8, "blockres", 64, 1.0), ("resnet50", 4, 8, "block", 96, 1.0),
    ("resnet101", 2, 8, "blockres", 64, 1.0), ("mobilenetv2", 5, 4, "blockres", 80, 1.4),
    ("resnet18", 1, 8, "block", 64, 1.0), ("mobilenetv2", 16, 8, "blockres", 64, 1.4),
]
TOLERANCE = 1e-3


def file_name(architecture, frames, divisor, place):
    return f"TSM_clips_RGB_{architecture}_shift{divisor}_{place}_avg_segment{frames}_e2.pth.tar"


def compare_file(architecture, frames, divisor, place, dropout, folder):
    """The largest relative errors of frame features, frame logits and logits."""
    import torch
    from clip_networks import ClipNetwork
    from safetensors.torch import load_file, save_file

    network = ClipNetwork(architecture, frames, divisor, place, dropout=0.5 if dropout else 0).randomise()
    path = os.path.join(folder, file_name(architecture, frames, divisor, place))
    state = {"module." + key: value for key, value in network.state_dict().items()}
    optimizer = torch.optim.SGD(network.parameters(), 0.01, momentum=0.9)
    torch.save(
        {"epoch": 2, "arch": architecture, "state_dict": state, "optimizer": optimizer.state_dict(),
         "best_prec1": torch.tensor(1.5)}, path)
    imported = os.path.join(folder, "encoder.safetensors")
    answer = json.loads(peers.program("models", "import", path, "-o", imported, "--force", "--json"))
    expected = {"frames": frames, "shift_divisor": divisor, "shift_place": place, "past_only": False}
    if architecture != "mobilenetv2" and answer["temporal_shift"] != expected:
        raise RuntimeError(f"imported as {answer['temporal_shift']}")
    generator = torch.Generator().manual_seed(frames)
    clips = {f"clips{side}": torch.randn(2, frames, 3, side, side, generator=generator) for side in (96, 64)}
    save_file(clips, os.path.join(folder, "input.safetensors"))
    output = os.path.join(folder, "output.safetensors")
    peers.program(
        "run", os.path.join(peers.ROOT, "Benchmarks/peers/clips.lua"), f"encoder={imported}",
        f"input={os.path.join(folder, 'input.safetensors')}", f"output={output}",
        "--out", os.path.join(folder, "report"))
    ours = load_file(output)
    worst = []
    for kind, name in enumerate(("frame_features", "frame_logits", "logits")):
        error = 0.0
        for key, batch in clips.items():
            with torch.no_grad():
                theirs = network(batch)[kind]
            error = max(error, ((ours[f"{key}.{name}"] - theirs).abs().max() / theirs.abs().max()).item())
        worst.append(error)
    return worst


def describe(architecture, frames, divisor, place, side, gain, seed):
    return {
        "architecture": architecture, "patch": side, "frames": frames, "shift_place": place, "shift_div": divisor,
        "classes": 11, "weight_gain": gain, "clip_seed": seed, "prefix": "tsm."}


def network_of(case, dropout):
    """With the formula's weights."""
    import torch
    from clip_networks import ClipNetwork
    from record_cases import formula

    network = ClipNetwork(
        case["architecture"], case["frames"], case["shift_div"], case["shift_place"], case["classes"], dropout)
    with torch.no_grad():
        for key, value in network.state_dict().items():
            fill_as(case, formula, key, value)
    return network


def fill_as(case, formula, key, value):
    import math

    import numpy as np

    if key.endswith("num_batches_tracked"):
        return
    values = formula(case["prefix"] + key, *value.shape)
    if value.dim() >= 2:
        values = values * float(np.float32(math.sqrt(3 / math.prod(value.shape[1:])) * case["weight_gain"]))
    elif key.endswith(("running_var", "weight")):
        values = 1 + 0.5 * values
    else:
        values = 0.1 * values
    value.copy_(values)


def clips_of(case):
    from record_cases import formula

    side, frames = case["patch"], case["frames"]
    grid = -(-side // 16)
    blocks = formula(f"clip.{case['clip_seed']}.blocks", 2, frames, 3, grid, grid)
    blocks = blocks.repeat_interleave(16, 3).repeat_interleave(16, 4)[..., :side, :side]
    return 1.5 * blocks + 0.5 * formula(f"clip.{case['clip_seed']}.noise", 2, frames, 3, side, side)


def evaluate(case):
    import torch

    network = network_of(case, 0.5).eval()
    with torch.no_grad():
        features, frame_logits, logits = network(clips_of(case))
    keys = {key: list(value.shape) for key, value in network.state_dict().items()}
    return {"frame_features": features, "frame_logits": frame_logits, "logits": logits}, case | {"keys": keys}


def train(case, labels):
    """One step with the statistics of the batch and without dropout."""
    import torch
    import torch.nn.functional as F
    from record_cases import summary

    network, clips = network_of(case, 0), clips_of(case)
    loss = F.cross_entropy(network.train()(clips)[2], torch.tensor(labels))
    loss.backward()
    return {
        "labels": labels, "loss": loss.item(),
        "gradients": {key: summary(value.grad) for key, value in network.named_parameters()},
        "buffers": {
            key: value.double().norm().item() for key, value in network.named_buffers() if "running" in key}}


def record(case, name, folder):
    from safetensors.torch import save_file

    arrays, description = evaluate(case)
    save_file({key: value.contiguous() for key, value in arrays.items()}, os.path.join(folder, name + ".safetensors"))
    labels = [3, case["classes"] - 1]
    write(os.path.join(folder, name + ".json"), description)
    write(os.path.join(folder, name + ".training.json"), train(case, labels))


def write(path, value):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(value, file, indent=1)
        file.write("\n")


def recorded():
    """The cases of clips in the fixtures, by name."""
    for name in sorted(os.listdir(FIXTURES)):
        if name.startswith("tsm_") and name.endswith(".json") and ".training." not in name:
            with open(os.path.join(FIXTURES, name), encoding="utf-8") as file:
                yield name.removesuffix(".json"), json.load(file)


def check_recorded():
    """The number of recordings in the fixtures that PyTorch does not give here."""
    from safetensors.torch import load_file

    failures = 0
    for name, case in recorded():
        arrays, description = evaluate(case)
        theirs = load_file(os.path.join(FIXTURES, name + ".safetensors"))
        errors = [((arrays[key] - theirs[key]).abs().max() / theirs[key].abs().max()).item() for key in theirs]
        good = max(errors) < 1e-4 and description["keys"] == case["keys"]
        failures += not good
        print(f"{name:44}{'as recorded' if good else 'DIFFERS'} {max(errors):10.1e}", flush=True)
    return failures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", help="an interpreter that has torch and safetensors")
    parser.add_argument("--only", default="", help="only architectures that start so")
    parser.add_argument("--keep", help="keep the files in this folder")
    parser.add_argument("--check", action="store_true", help="compare the fixtures' recordings with PyTorch")
    options = parser.parse_args()
    peers.enter(["torch", "numpy", "safetensors"], options.python)

    import torch

    torch.set_num_threads(len(os.sched_getaffinity(0)))
    failures = check_recorded() if options.check else 0
    print(f"{'file':64}{'features':>10}{'frames':>10}{'logits':>10}")
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or temporary
        os.makedirs(folder, exist_ok=True)
        for seed, row in enumerate(row for row in FILES if row[0].startswith(options.only)):
            torch.manual_seed(seed)
            name = file_name(*row[:4]) + ("" if row[4] else " (no dropout)")
            try:
                errors = compare_file(*row, folder)
            except Exception as error:
                failures += 1
                print(f"{name:64}FAILED: {(str(error) or repr(error)).splitlines()[0][:200]}", flush=True)
                continue
            good = all(error < TOLERANCE for error in errors)
            failures += not good
            print(f"{name:64}" + "".join(f"{error:10.1e}" for error in errors) + ("" if good else "  BEYOND"), flush=True)
        cases = os.path.join(folder, "cases")
        os.makedirs(cases, exist_ok=True)
        for number, row in enumerate(row for row in CASES if row[0].startswith(options.only)):
            place = "-block" if row[3] == "block" else ""
            case = describe(*row, f"c{number}")
            record(case, f"tsm_{row[0]}{place}@{row[4]}x{row[1]}", cases)
        answer = peers.run("models", "verify", cases)
        failures += answer.returncode != 0
        print(answer.stdout + answer.stderr, end="")
    print(f"{failures} failed")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
