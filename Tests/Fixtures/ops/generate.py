"""Records PyTorch's results for the tensor tests: python generate.py (needs torch and numpy)."""

import base64
import json
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

HERE = pathlib.Path(__file__).parent


def formula(name, *shape):
    """u(name, i) in [-1, 1): FNV-1a of the name, SplitMix64's finaliser of the index."""
    h = 0xCBF29CE484222325
    for byte in name.encode():
        h = (h ^ byte) * 0x100000001B3 % 2**64
    count = int(np.prod(shape))
    with np.errstate(over="ignore"):
        z = np.uint64(h) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
    u = (z >> np.uint64(40)).astype(np.float32) * np.float32(2.0**-23) - np.float32(1)
    return torch.from_numpy(u.reshape(shape).copy())


class Recorder:
    def __init__(self):
        self.entries = []

    def add(self, name, tensor):
        values = np.ascontiguousarray(tensor.detach().numpy().astype("<f4"))
        self.entries.append(
            {
                "name": name,
                "shape": list(values.shape),
                "float32": base64.b64encode(values.tobytes()).decode(),
            }
        )

    def write(self, path):
        lines = ",\n".join(json.dumps(entry) for entry in self.entries)
        (HERE / path).write_text("[\n" + lines + "\n]\n")


def resize():
    record = Recorder()
    cases = [
        (2, 3, 7, 9, 14, 18),  # exact doubling
        (1, 3, 23, 31, 11, 13),  # down, odd
        (1, 3, 11, 13, 29, 17),  # up, odd
        (1, 3, 40, 36, 12, 31),  # far down and a little down
        (1, 9, 5, 5, 8, 3),  # channels beyond one vector, up and down
        (1, 2, 6, 6, 6, 6),  # identity
        (1, 2, 1, 1, 3, 4),  # a single pixel
        (1, 2, 5, 4, 1, 1),  # to a single pixel
        (1, 1, 2, 3, 9, 7),  # every tap is clamped
    ]
    for n, c, h, w, oh, ow in cases:
        for mode in ("bilinear", "bicubic"):
            for align in (False, True):
                name = f"{mode}.{'corners' if align else 'edges'}.{n}x{c}x{h}x{w}.{oh}x{ow}"
                x = formula("image", n, c, h, w).requires_grad_()
                y = F.interpolate(x, size=(oh, ow), mode=mode, align_corners=align)
                y.backward(formula("seed", n, c, oh, ow))
                record.add(name, y)
                record.add(name + ".gradient", x.grad)
    record.write("resize.json")


if __name__ == "__main__":
    torch.set_num_threads(1)
    resize()
