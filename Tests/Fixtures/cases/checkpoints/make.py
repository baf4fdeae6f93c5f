#!/usr/bin/env python3
"""Writes objects.pt and objects.legacy.pt: a state dictionary with what trainings keep beside it.

    python make.py        (in this folder; torch, numpy, omegaconf, yacs, easydict)
"""
import argparse
import collections
import datetime
import enum
import functools
import pathlib
import random
import types

import numpy as np
import torch
from easydict import EasyDict
from omegaconf import OmegaConf
from yacs.config import CfgNode


class Outer:
    class Colour(enum.Enum):
        RED = 1


class State(collections.OrderedDict):
    """A kind of dictionary."""


class Slots:
    __slots__ = ("a", "b")

    def __init__(self):
        self.a, self.b = 1, 2


def main():
    numbers = torch.arange(6.0).reshape(2, 3)
    marked = torch.nn.Parameter(numbers.clone())
    marked.is_dist = True
    holder = types.SimpleNamespace(name="holder")
    holder.self = holder
    value = {
        "state_dict": State(w=numbers, marked=marked),
        "args": argparse.Namespace(model="resnet18", lr=0.1, output=pathlib.Path("/a/b"), holder=holder),
        "cfg": OmegaConf.create({"model": {"name": "resnet18"}, "list": [1, 2]}),
        "yacs": CfgNode({"MODEL": {"NAME": "resnet18"}}),
        "easy": EasyDict({"a": {"b": 1}}),
        "default": collections.defaultdict(list, {"x": [1]}),
        "counter": collections.Counter("aab"),
        "deque": collections.deque([1, 2], maxlen=5),
        "when": datetime.datetime(2024, 5, 6, 7, 8, 9),
        "span": datetime.timedelta(seconds=5),
        "colour": Outer.Colour.RED,
        "partial": functools.partial(max, 1),
        "slots": Slots(),
        "class": torch.nn.ReLU,
        "complex": 1 + 2j,
        "device": torch.device("cpu"),
        "dtype": torch.float16,
        "numpy": {
            "state": np.random.RandomState(1).get_state(), "generator": np.random.default_rng(1),
            "text": np.array(["a", "bc"]), "objects": np.array([None, 1], dtype=object), "big": np.array([1], ">i4"),
            "scalar": np.str_("text"), "structure": np.zeros(2, [("a", "i4"), ("b", "f8")]),
        },
        "python": random.Random(1).getstate(),
        "bytes": bytearray(b"hello"),
        "empty": bytearray(),
        "module": torch.nn.Linear(2, 2),
        "optimizer": torch.optim.SGD([marked], lr=0.1).state_dict(),
        "kinds": {
            "complex": torch.zeros(2, dtype=torch.complex64), "half": torch.zeros(2, dtype=torch.complex32),
            "float8": torch.zeros(4).to(torch.float8_e5m2), "sparse": torch.eye(3).to_sparse(),
            "rows": torch.eye(3).to_sparse_csr(), "meta": torch.zeros(2, 2, device="meta"),
            "quantized": torch.quantize_per_tensor(numbers, 0.1, 0, torch.qint8),
            "conjugate": torch.zeros(2, dtype=torch.complex64).conj(), "nested": torch.nested.nested_tensor([numbers]),
        },
        ("a", 1): "key of two parts",
        torch.float32: "key of a type",
    }
    torch.save(value, "objects.pt")
    kinds = value["kinds"]
    # The old form has no way to write these.
    for name in ("float8", "meta", "nested"):
        kinds.pop(name)
    torch.save(value, "objects.legacy.pt", _use_new_zipfile_serialization=False)


if __name__ == "__main__":
    main()
