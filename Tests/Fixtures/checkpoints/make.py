"""Writes the small PyTorch files of this folder; needs the PyPI packages torch and numpy.

    python3 make.py

The tests know what is in them: tensors count 0, 1, 2, … divided by 4.
"""

import collections
import os
import zipfile

import numpy as np
import torch

os.chdir(os.path.dirname(os.path.abspath(__file__)))


def counted(*shape, dtype=torch.float32):
    count = int(np.prod(shape))
    values = torch.arange(count, dtype=torch.float64)
    return (values / 4 if dtype.is_floating_point else values).to(dtype).reshape(shape)


def content():
    base = counted(4, 6)
    return {
        "types": {
            name: counted(2, 3, dtype=getattr(torch, name))
            for name in ["float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8"]
        },
        "bool": torch.tensor([True, False]),
        "scalar": torch.tensor(2.5),
        "empty": torch.zeros(0, 3),
        # All of these are views of one storage.
        "views": {
            "base": base,
            "transposed": base.t(),
            "columns": base[:, 1::2],
            "tail": base[2:],
            "expanded": base[0, :2].expand(3, 2),
            "channels_last": counted(1, 2, 2, 3).contiguous(memory_format=torch.channels_last),
        },
        "parameter": torch.nn.Parameter(counted(3)),
        "size": torch.Size([2, 3]),
        "plain": [None, True, -1, 1 << 40, 1.5, "é", b"\x00\xff", (1, 2), {3}, frozenset({4})],
        "ordered": collections.OrderedDict(b=1, a=2),
        7: "integer key",
        "numpy": {
            "scalar": np.float64(3.5),
            "integer": np.int32(-7),
            "array": np.arange(3) / 4,
            "matrix": np.asfortranarray((np.arange(6) / 4).reshape(2, 3)),
        },
    }


def main():
    torch.save(content(), "types.pt")
    torch.save(content(), "types.legacy.pt", _use_new_zipfile_serialization=False)
    for protocol in (3, 4, 5):
        torch.save(content(), f"types.protocol{protocol}.pt", pickle_protocol=protocol)
    module = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 1), torch.nn.BatchNorm2d(2))
    with torch.no_grad():
        for value in module.state_dict().values():
            value.copy_(counted(*value.shape, dtype=value.dtype))
    torch.save(module.state_dict(), "module.pt")
    torch.save(module.state_dict(), "module.legacy.pt", _use_new_zipfile_serialization=False)

    # As an archiver would write it again: compressed.
    with zipfile.ZipFile("module.pt") as source, zipfile.ZipFile("module.deflated.pt", "w") as target:
        for name in source.namelist():
            target.writestr(zipfile.ZipInfo(name), source.read(name), zipfile.ZIP_DEFLATED)
    # As a big-endian machine would mark it.
    with zipfile.ZipFile("module.pt") as source, zipfile.ZipFile("big-endian.pt", "w") as target:
        for name in source.namelist():
            data = b"big" if name.endswith("/byteorder") else source.read(name)
            target.writestr(zipfile.ZipInfo(name), data)
    # A whole module instead of its state dictionary.
    torch.save(torch.nn.ReLU(), "whole-module.pt")


if __name__ == "__main__":
    main()
