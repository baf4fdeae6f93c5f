#!/usr/bin/env python3
"""Writes a checkpoint of the form that the paper's authors publish, with random weights.

    Benchmarks/peers/make_authors_checkpoint.py OUT [--arch NAME] [--patch P] [--steps T] [--legacy] [--python PATH]

The encoders' keys and shapes are those recorded in Tests/Fixtures/reference; thresholds, costs and results are made up but
of the right form: dynamic_threshold 39 × T, budgeted_batch_classification [costs, accuracies].
"""

import argparse
import json
import os

import peers

# Feature length, channels of the last map, convolutional policy, units of the policy, recurrent classifier.
ARCHITECTURES = {
    "resnet50": (2048, 2048, False, 1024, True),
    "densenet121": (1024, 1024, False, 1024, True),
    "densenet169": (1664, 1664, False, 1024, True),
    "densenet201": (1920, 1920, False, 1024, True),
    "mobilenetv3_large_100": (1280, 960, True, 256, False),
    "mobilenetv3_large_125": (1280, 1200, True, 256, False),
    "efficientnet_b2": (1408, 1408, True, 256, False),
    "efficientnet_b3": (1536, 1536, True, 256, False),
    "regnety_600m": (608, 608, True, 256, True),
    "regnety_800m": (768, 768, True, 256, True),
    "regnety_1.6g": (888, 888, True, 256, True),
}


def gru(inputs, units):
    return {
        "weight_ih_l0": (3 * units, inputs), "weight_hh_l0": (3 * units, units),
        "bias_ih_l0": (3 * units,), "bias_hh_l0": (3 * units,),
    }


def linear(name, inputs, outputs):
    return {f"{name}.weight": (outputs, inputs), f"{name}.bias": (outputs,)}


def policy(channels, side, units, convolutional):
    if convolutional:
        shapes = {"state_encoder.0.weight": (32, channels, 1, 1), **linear("state_encoder.3", 32 * side * side, units)}
    else:
        shapes = {**linear("state_encoder.0", channels * side * side, 2048), **linear("state_encoder.2", 2048, units)}
    shapes |= {f"gru.{key}": shape for key, shape in gru(units, units).items()}
    return shapes | linear("actor.0", units, 2) | linear("critic.0", units, 1)


def classifier(features, recurrent):
    if recurrent:
        return {f"rnn.{key}": shape for key, shape in gru(features, 1024).items()} | linear("fc", 1024, 1000)
    shapes = {}
    for step in range(2, 6):
        shapes |= linear(f"fc_{step}", features * step, 1000)
    return shapes


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out")
    parser.add_argument("--arch", default="mobilenetv3_large_100", choices=sorted(ARCHITECTURES))
    parser.add_argument("--patch", type=int, default=96)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--legacy", action="store_true", help="the form of PyTorch before 1.6, as the published files")
    parser.add_argument("--training", action="store_true", help="as the training program saves it: weights alone")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--python", help="an interpreter that has torch")
    options = parser.parse_args()
    peers.enter(["torch"], options.python)

    import collections

    import torch

    torch.manual_seed(options.seed)
    features, channels, convolutional, units, recurrent = ARCHITECTURES[options.arch]
    steps = options.steps or (5 if recurrent else 3)

    def state(shapes, prefix=""):
        result = collections.OrderedDict()
        for key, shape in shapes.items():
            shape = tuple(shape)
            if key.endswith("num_batches_tracked"):
                value = torch.tensor(5)
            elif len(shape) >= 2:
                value = torch.randn(shape) * (2 / torch.tensor(shape[1:]).prod()).sqrt()
            elif key.endswith(("running_var", "weight")):
                value = 1 + 0.3 * (torch.rand(shape) - 0.5)
            else:
                value = 0.05 * torch.randn(shape)
            result[prefix + key] = value
        return result

    keys = os.path.join(peers.ROOT, "Tests/Fixtures/reference", f"{options.arch}.keys.json")
    if not os.path.exists(keys):
        raise SystemExit(f"there is no record of the encoder's keys: {keys}")
    with open(keys) as file:
        encoder = json.load(file)
    prefix = "" if options.training else "module."
    side = -(-options.patch // 32)
    checkpoint = {
        "model_prime_state_dict": state(encoder, prefix),
        "model_state_dict": state(encoder, prefix),
        "fc": state(classifier(features, recurrent)),
        "policy": state(policy(channels, side, units, convolutional)),
    }
    if options.training:
        checkpoint |= {"epoch": 3, "acc": 70.0, "best_acc": 71.0, "optimizer": None, "ppo_optimizer": None}
    else:
        costs = [43.1 + 45.7 * step for step in range(steps)]
        thresholds = torch.sort(torch.rand(39, steps), dim=0, descending=True).values
        thresholds[:, -1] = -1e8
        thresholds[0, 0] = 1e8
        checkpoint |= {
            "model_name": options.arch, "patch_size": options.patch, "flops": costs,
            "model_flops": 41.8, "policy_flops": 0.74, "fc_flops": [1.3 + step for step in range(steps)],
            "anytime_classification": [65.0 + 4 * step for step in range(steps)],
            "dynamic_threshold": thresholds,
            "budgeted_batch_classification": [
                [costs[0] + (costs[-1] - costs[0]) * p / 40 for p in range(1, 40)],
                [65 + 8 * p / 40 for p in range(1, 40)],
            ],
        }
    torch.save(checkpoint, options.out, _use_new_zipfile_serialization=not options.legacy)
    print(f"{options.out}: {os.path.getsize(options.out) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
