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
                "shape": list(tensor.shape),
                "float32": base64.b64encode(values.tobytes()).decode(),
            }
        )

    def write(self, path):
        lines = ",\n".join(json.dumps(entry) for entry in self.entries)
        (HERE / path).write_text("[\n" + lines + "\n]\n")


def interpolated(x, corners, height, width):
    """Patches at places between pixels, by the affine grid that AdaFocusV2 samples; in float64."""
    (h, w), x, corners = x.shape[2:], x.double(), corners.double()
    row, column = corners[:, 0], corners[:, 1]
    nothing = torch.zeros_like(row)
    theta = torch.stack(
        [
            torch.stack([nothing + width / w, nothing, (2 * column + width) / w - 1], 1),
            torch.stack([nothing, nothing + height / h, (2 * row + height) / h - 1], 1),
        ],
        1,
    )
    grid = F.affine_grid(theta, [len(x), x.shape[1], height, width], align_corners=False)
    return F.grid_sample(x, grid, align_corners=False).float()


def shifted(x, frames, divisor, past=False):
    """Channels of each frame from its neighbours, as the temporal shift module has them."""
    clips = x.unflatten(0, (-1, frames))
    fold = x.shape[1] // divisor
    result = clips.clone()
    if past:
        result[:, 0, :fold] = 0
        result[:, 1:, :fold] = clips[:, :-1, :fold]
    else:
        result[:, -1, :fold] = 0
        result[:, :-1, :fold] = clips[:, 1:, :fold]
        result[:, 0, fold : 2 * fold] = 0
        result[:, 1:, fold : 2 * fold] = clips[:, :-1, fold : 2 * fold]
    return result.flatten(0, 1)


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


def running(channels):
    return formula("mean", channels), formula("variance", channels) + 2


def rounded(x, scale):
    """Whole numbers, with the gradient passed straight through."""
    return (x * scale).round().detach() + (x - x.detach())


def gru(x, h, wi, wh, bi, bh):
    return torch._VF.gru_cell(x, h, wi, wh, bi, bh)


# Name, shapes of the inputs (u("<name>.<i>")), function of them. OperationTests.swift has the same list.
OPERATIONS = [
    ("add", [(2, 3, 4, 5), (3, 1, 5)], lambda x, y: x + y),
    ("subtract", [(4, 1), (3, 4, 6)], lambda x, y: x - y),
    ("multiply", [(2, 3, 4, 5), (2, 3, 1, 1)], lambda x, y: x * y),
    ("divide", [(5, 7), (7,)], lambda x, y: x / (y + 3)),
    ("maximum", [(3, 4, 5), (4, 1)], torch.maximum),
    ("minimum", [(3, 4, 5), (4, 1)], torch.minimum),
    ("maximum.ties", [(2, 6)], lambda x: torch.maximum(rounded(x, 2), torch.zeros(()) * x)),
    ("power", [(3, 5), (2, 3, 1)], lambda x, y: (x + 2) ** y),
    ("scalars", [(4, 5)], lambda x: 1 / ((3 - (x * 2 + 1)) / 4 + 2)),
    ("silu", [(3, 50)], lambda x: F.silu(x * 6)),
    ("hardswish", [(3, 50)], lambda x: F.hardswish(x * 6)),
    ("hardsigmoid", [(3, 50)], lambda x: F.hardsigmoid(x * 6)),
    ("relu6", [(3, 50)], lambda x: F.relu6(x * 9)),
    ("clamp", [(3, 50)], lambda x: x.clamp(-0.25, 0.5)),
    ("rsqrt", [(3, 50)], lambda x: (x + 2).rsqrt()),
    ("reshape", [(2, 3, 4, 5)], lambda x: x.reshape(6, -1)),
    ("permute", [(2, 3, 4, 5)], lambda x: x.permute(3, 1, 0, 2)),
    ("expand", [(3, 1, 2)], lambda x: x.expand(4, 3, 5, 2)),
    ("slice", [(2, 7, 3)], lambda x: x[:, 1:6:2]),
    ("select", [(2, 7, 3)], lambda x: x[:, 4]),
    ("sum.all", [(2, 3, 4, 5)], lambda x: x.sum()),
    ("sum.pixels", [(2, 3, 4, 5)], lambda x: x.sum((2, 3))),
    ("sum.middle", [(4, 3, 6)], lambda x: x.sum(1, keepdim=True)),
    ("mean.channels", [(2, 3, 4, 5)], lambda x: x.mean((1,))),
    ("mean.batch", [(2, 3, 4, 5)], lambda x: x.mean((0, 2, 3), keepdim=True)),
    ("index_select.rows", [(5, 3, 2)], lambda x: x[[4, 0, 4, 2]]),
    ("index_select.channels", [(2, 5, 3, 2)], lambda x: x[:, [1, 3, 3, 0, 1]]),
    ("index_select.images", [(3, 2, 4, 5)], lambda x: x[[2, 2, 0]]),
    ("gather", [(3, 5, 2)], lambda x: x.gather(1, (torch.arange(24).reshape(3, 4, 2) * 7) % 5)),
    ("concatenate.channels", [(2, 3, 4, 5), (2, 1, 4, 5)], lambda x, y: torch.cat([x, y], 1)),
    ("concatenate.rows", [(2, 3), (4, 3)], lambda x, y: torch.cat([x, y, x], 0)),
    ("stack", [(2, 3), (2, 3)], lambda x, y: torch.stack([x, y], -1)),
    ("crop.interpolated", [(4, 3, 8, 9), (4, 2)], lambda x, p: interpolated(x, p * 1.9 + 2, 4, 4)),
    ("crop", [(2, 3, 8, 9)], lambda x: torch.stack([x[0, :, 1:5, 5:9], x[1, :, 4:8, 0:4]])),
    ("max", [(3, 6, 4)], lambda x: x.max(1).values),
    ("min.ties", [(3, 40)], lambda x: rounded(x, 3).min(-1, keepdim=True).values),
    ("topk", [(5, 9)], lambda x: x.topk(4, 1).values),
    ("topk.smallest", [(7, 3, 2)], lambda x: x.topk(5, 0, largest=False).values),
    ("argmax", [(3, 6, 4)], lambda x: x.argmax(1).float()),
    ("where", [(4, 1), (3, 1, 5), (4, 5)], lambda c, a, b: torch.where(c > 0, a, b)),
    ("variance", [(2, 3, 4, 5)], lambda x: x.var((0, 2, 3))),
    ("variance.biased", [(4, 6)], lambda x: x.var(1, unbiased=False, keepdim=True)),
    ("deviation", [(4, 6)], lambda x: x.std()),
    ("norm", [(4, 6)], lambda x: torch.linalg.vector_norm(x, dim=1)),
    ("cumulative_sum", [(3, 7, 2)], lambda x: x.cumsum(1)),
    ("flip", [(2, 3, 4, 5)], lambda x: x.flip(3)),
    ("pad", [(2, 3, 4, 5)], lambda x: F.pad(x, (3, 4, 1, 2))),
    ("outer", [(4,), (6,)], torch.outer),
    ("dot", [(60,), (60,)], torch.dot),
    ("conv2d", [(2, 4, 9, 8), (6, 4, 3, 2), (6,)], lambda x, w, b: F.conv2d(x, w, b, (2, 1), (1, 0))),
    ("conv2d.dilated", [(1, 3, 9, 9), (5, 3, 3, 3)], lambda x, w: F.conv2d(x, w, None, 1, 2, 2)),
    ("conv2d.groups", [(2, 6, 7, 7), (9, 2, 3, 3)], lambda x, w: F.conv2d(x, w, None, 1, 1, 1, 3)),
    (
        "conv2d.depthwise",
        [(2, 5, 7, 6), (5, 1, 5, 5), (5,)],
        lambda x, w, b: F.conv2d(x, w, b, 2, 2, 1, 5),
    ),
    (
        "batch_norm.training",
        [(3, 5, 4, 6), (5,), (5,)],
        lambda x, g, b: F.batch_norm(x, None, None, g, b, True),
    ),
    (
        "batch_norm.relu",
        [(3, 5, 4, 6), (5,), (5,)],
        lambda x, g, b: F.relu(F.batch_norm(x, None, None, g, b, True)),
    ),
    (
        "batch_norm.inference",
        [(3, 5, 4, 6), (5,), (5,)],
        lambda x, g, b: F.relu(F.batch_norm(x, *running(5), g, b, False)),
    ),
    ("max_pool", [(2, 3, 9, 8)], lambda x: F.max_pool2d(x, 3, 2, 1)),
    ("avg_pool", [(2, 3, 9, 8)], lambda x: F.avg_pool2d(x, (3, 2), (2, 2), (1, 1))),
    ("avg_pool.inside", [(2, 3, 9, 8)], lambda x: F.avg_pool2d(x, 3, 2, 1, False, False)),
    ("linear", [(4, 6), (3, 6), (3,)], F.linear),
    ("matmul", [(3, 4, 5), (3, 5, 2)], torch.matmul),
    ("gru", [(4, 3), (4, 5), (15, 3), (15, 5), (15,), (15,)], gru),
    ("softmax", [(4, 7)], lambda x: F.softmax(x * 5, 1)),
    ("log_softmax", [(4, 7)], lambda x: F.log_softmax(x * 5, 1)),
    ("cross_entropy", [(4, 7)], lambda x: F.cross_entropy(x * 5, torch.tensor([6, 0, 2, 2]))),
    (
        "cross_entropy.smoothed",
        [(4, 7)],
        lambda x: F.cross_entropy(x * 5, torch.tensor([6, 0, 2, 2]), label_smoothing=0.1),
    ),
    ("roll", [(3, 5, 2)], lambda x: x.roll(2, 1)),
    ("tile", [(2, 3)], lambda x: x.repeat(2, 1, 3)),
    ("repeat_interleave", [(2, 3)], lambda x: x.repeat_interleave(3, 1)),
    ("diff", [(4, 5)], lambda x: x.diff(dim=1)),
    ("tril", [(2, 4, 5)], lambda x: x.tril(1)),
    ("triu", [(4, 5)], lambda x: x.triu(-1)),
    ("movedim", [(2, 3, 4)], lambda x: x.movedim(0, 2)),
    ("pad.axes", [(2, 3)], lambda x: F.pad(x, (0, 3, 1, 2), value=0.5)),
    ("pad.reflect", [(2, 5)], lambda x: F.pad(x, (3, 2), mode="reflect")),
    ("pad.replicate", [(2, 5)], lambda x: F.pad(x, (3, 2), mode="replicate")),
    ("pad.circular", [(2, 5)], lambda x: F.pad(x, (3, 2), mode="circular")),
    ("windows", [(3, 9)], lambda x: x.unfold(1, 4, 2)),
    (
        "im2col",
        [(2, 3, 6, 7)],
        lambda x: F.unfold(x, (3, 2), dilation=(1, 2), padding=(1, 0), stride=(2, 1)),
    ),
    ("temporal_shift", [(6, 11, 3, 5)], lambda x: shifted(x, 3, 4)),
    ("temporal_shift.past", [(6, 11, 3, 5)], lambda x: shifted(x, 3, 4, past=True)),
    ("temporal_shift.rows", [(8, 24)], lambda x: shifted(x, 4, 8)),
    ("temporal_shift.sequence", [(4, 8, 3)], lambda x: shifted(x, 2, 2)),
    ("diagonal", [(3, 4, 5)], lambda x: x.diagonal(dim1=0, dim2=2)),
    (
        "scatter",
        [(4, 3), (2, 3)],
        lambda x, s: x.scatter(0, torch.tensor([[0, 3, 1], [2, 0, 3]]), s),
    ),
    (
        "scatter_add",
        [(4, 3), (2, 3)],
        lambda x, s: x.scatter_add(0, torch.tensor([[0, 3, 1], [2, 3, 1]]), s),
    ),
    ("picked", [(3, 4, 5)], lambda x: x[[2, 0, 2], :, [1, 4, 1]]),
    ("sort", [(3, 7)], lambda x: x.sort(1).values),
    ("sort.descending", [(7, 3)], lambda x: x.sort(0, descending=True).values),
    ("prod", [(2, 3, 4)], lambda x: x.prod(2).prod(0)),
    ("prod.zeros", [(3, 4)], lambda x: rounded(x, 1).prod(1, keepdim=True)),
    ("cumprod", [(3, 5)], lambda x: x.cumprod(1)),
    ("cumprod.zeros", [(3, 6)], lambda x: rounded(x, 1).cumprod(1)),
    ("logsumexp", [(3, 4, 5)], lambda x: (x * 5).logsumexp((0, 2))),
    ("quantile", [(4, 6)], lambda x: x.quantile(0.3, 1)),
    ("median", [(5, 3)], lambda x: x.quantile(0.5, 0, keepdim=True)),
    ("norm.one", [(4, 5)], lambda x: torch.linalg.vector_norm(x, 1, dim=1)),
    ("norm.three", [(4, 5)], lambda x: torch.linalg.vector_norm(x, 3, dim=1)),
    ("norm.largest", [(4, 5)], lambda x: torch.linalg.vector_norm(x, float("inf"), dim=0)),
    ("amax", [(3, 4, 2)], lambda x: x.amax((0, 2))),
    ("matmul.stack", [(3, 1, 2, 4), (5, 4, 3)], torch.matmul),
    ("matmul.one", [(3, 2, 4), (4, 5)], torch.matmul),
    ("matmul.vector", [(3, 2, 4), (4,)], torch.matmul),
    ("matmul.row", [(4,), (3, 4, 2)], torch.matmul),
    ("einsum.transpose", [(3, 4)], lambda x: torch.einsum("ij->ji", x)),
    ("einsum.trace", [(4, 4, 3)], lambda x: torch.einsum("iij->j", x)),
    ("einsum.batch", [(2, 3, 4), (2, 4, 5)], lambda x, y: torch.einsum("bij,bjk->bik", x, y)),
    (
        "einsum.attention",
        [(2, 3, 4, 5), (2, 6, 4, 5)],
        lambda x, y: torch.einsum("bqhd,bkhd->bhqk", x, y),
    ),
    ("einsum.summed", [(3, 4, 2), (4, 5)], lambda x, y: torch.einsum("abx,bc->ca", x, y)),
    ("einsum.implicit", [(3, 4), (4, 2)], lambda x, y: torch.einsum("ij,jk", x, y)),
    ("atan2", [(4, 5), (5,)], torch.atan2),
    ("modulo", [(4, 5), (5,)], lambda x, y: torch.remainder(x * 5, y + 2)),
    ("erf", [(3, 20)], torch.erf),
    ("expm1", [(3, 20)], torch.expm1),
]


def operations():
    record = Recorder()
    for name, shapes, function in OPERATIONS:
        inputs = [formula(f"{name}.{i}", *shape).requires_grad_() for i, shape in enumerate(shapes)]
        y = function(*inputs)
        if y.requires_grad:
            y.backward(formula("seed", *y.shape))
        record.add(name, y)
        for i, x in enumerate(inputs):
            if x.grad is not None:
                record.add(f"{name}.gradient.{i}", x.grad)
    record.write("operations.json")


if __name__ == "__main__":
    torch.set_num_threads(1)
    resize()
    operations()
