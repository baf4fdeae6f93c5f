#!/usr/bin/env python3
"""Writes tensorflow.json: logits of timm's tf_* networks and of those that have the same arrays.

    python tensorflow.py        (in this folder; torch, torchvision, timm)

Weights and images follow from the formula of Benchmarks/peers/record_cases.py; the networks are evaluated in float64.
"""
import json
import math
import os
import sys

import numpy as np
import timm
import torch

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../../Benchmarks/peers"))
from record_cases import u

CLASSES = 5
SIDES = [(64, 64), (65, 97), (51, 38)]
NAMES = [
    "tf_mobilenetv3_small_075", "tf_mobilenetv3_small_100", "tf_mobilenetv3_large_075", "tf_mobilenetv3_large_100",
    *[f"tf_efficientnet_b{i}" for i in range(4)],
]


def fill(key, value):
    numbers = u(key, value.numel()).reshape(tuple(value.shape))
    if value.dim() >= 2:
        numbers = numbers * np.float32(math.sqrt(3 / math.prod(value.shape[1:])) * 1.3)
    elif key.endswith(("running_var", "weight")):
        numbers = 1 + np.float32(0.5) * numbers
    else:
        numbers = np.float32(0.1) * numbers
    value.copy_(torch.from_numpy(np.ascontiguousarray(numbers)))


def main():
    result = {}
    for name in NAMES:
        own = timm.create_model(name, num_classes=CLASSES)
        with torch.no_grad():
            for key, value in own.state_dict().items():
                if value.is_floating_point():
                    fill(key, value)
        plain = timm.create_model(name[3:], num_classes=CLASSES)
        plain.load_state_dict(own.state_dict())
        for net in (own, plain):
            net = net.double().eval()
            with torch.no_grad():
                result[name if net is own else name[3:]] = [
                    [height, width, net(torch.from_numpy(u("image", 3 * height * width)).double().reshape(1, 3, height, width))[0].tolist()]
                    for height, width in SIDES
                ]
    with open("tensorflow.json", "w") as file:
        json.dump(result, file, indent=1)


if __name__ == "__main__":
    main()
