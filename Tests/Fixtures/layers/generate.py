"""Records PyTorch's layers, losses and optimisers for the tests of scripts: python generate.py (needs torch and numpy).

For each layer NAME.pt is its state dictionary as torch.save writes it, and NAME.npz holds inputs x1, x2, …, results y1, …,
what they are weighted with for a loss (w1, …), and the gradients of inputs (dx1, …) and parameters (d.NAME).
"""

import pathlib

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

HERE = pathlib.Path(__file__).parent


def numbers(*shape, seed):
    return torch.from_numpy(np.random.default_rng(seed).standard_normal(shape).astype(np.float32))


class Channels(nn.LayerNorm):
    """Layer norm over the channels of each pixel."""

    def forward(self, x):
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class Attention(nn.MultiheadAttention):
    def forward(self, query, key=None, value=None):
        key = query if key is None else key
        return super().forward(query, key, key if value is None else value, need_weights=False)[0]


class Pixels(Attention):
    """Attention over the pixels of a map."""

    def forward(self, x):
        y = super().forward(x.flatten(2).transpose(1, 2))
        return y.transpose(1, 2).reshape(x.shape)


LAYERS = {
    "linear": (lambda: nn.Linear(10, 5), [(4, 10)]),
    "linear_sequence": (lambda: nn.Linear(6, 3, bias=False), [(2, 4, 6)]),
    "conv": (lambda: nn.Conv2d(3, 6, 3, stride=2, padding=1), [(2, 3, 9, 8)]),
    "conv_groups": (lambda: nn.Conv2d(4, 8, 3, padding=2, dilation=2, groups=2, bias=False), [(2, 4, 7, 7)]),
    "batch_norm": (lambda: nn.BatchNorm2d(5), [(3, 5, 4, 6)]),
    "layer_norm": (lambda: nn.LayerNorm(7), [(3, 4, 7)]),
    "layer_norm_map": (lambda: Channels(6), [(2, 6, 3, 5)]),
    "group_norm": (lambda: nn.GroupNorm(3, 6), [(2, 6, 4, 3)]),
    "max_pool": (lambda: nn.MaxPool2d(3, 2, 1), [(2, 3, 7, 8)]),
    "avg_pool": (lambda: nn.AvgPool2d(2), [(2, 3, 6, 8)]),
    "rnn_cell": (lambda: nn.RNNCell(4, 6), [(3, 4), (3, 6)]),
    "gru_cell": (lambda: nn.GRUCell(4, 6), [(3, 4), (3, 6)]),
    "lstm_cell": (lambda: nn.LSTMCell(4, 6), [(3, 4), (3, 6), (3, 6)]),
    "attention": (lambda: Attention(8, 2, batch_first=True), [(2, 5, 8)]),
    "attention_cross": (lambda: Attention(8, 4, batch_first=True), [(2, 3, 8), (2, 5, 8), (2, 5, 8)]),
    "attention_map": (lambda: Pixels(8, 2, batch_first=True), [(2, 8, 3, 4)]),
    "sequential": (
        lambda: nn.Sequential(
            nn.Conv2d(3, 4, 3, padding=1, bias=False), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(100, 3)
        ),
        [(2, 3, 5, 5)],
    ),
}


def layers():
    for seed, (name, (make, shapes)) in enumerate(LAYERS.items()):
        torch.manual_seed(seed)
        layer = make()
        for parameter in layer.parameters():  # Zeros and ones would hide mistakes.
            parameter.data += 0.3 * torch.randn(parameter.shape)
        torch.save(layer.state_dict(), HERE / f"{name}.pt")
        inputs = [numbers(*shape, seed=100 * seed + i).requires_grad_() for i, shape in enumerate(shapes)]
        if name == "lstm_cell":
            results = layer(inputs[0], (inputs[1], inputs[2]))
        else:
            results = layer(*inputs)
        results = results if isinstance(results, tuple) else (results,)
        weights = [numbers(*y.shape, seed=100 * seed + 50 + i) for i, y in enumerate(results)]
        sum((y * w).sum() for y, w in zip(results, weights)).backward()
        record = {f"x{i + 1}": x for i, x in enumerate(inputs)}
        record |= {f"dx{i + 1}": x.grad for i, x in enumerate(inputs)}
        record |= {f"y{i + 1}": y for i, y in enumerate(results)}
        record |= {f"w{i + 1}": w for i, w in enumerate(weights)}
        record |= {f"d.{key}": parameter.grad for key, parameter in layer.named_parameters()}
        save(name, record)


def embedding():
    torch.manual_seed(50)
    layer = nn.Embedding(6, 4)
    torch.save(layer.state_dict(), HERE / "embedding.pt")
    places = torch.tensor([[0, 5, 2], [2, 2, 1]])
    y = layer(places)
    w = numbers(*y.shape, seed=5000)
    (y * w).sum().backward()
    # Scripts count rows from 1.
    save("embedding", {"x1": (places + 1).float(), "y1": y, "w1": w, "d.weight": layer.weight.grad})


def losses():
    logits, teacher = numbers(5, 4, seed=1), numbers(5, 4, seed=2)
    labels = torch.tensor([2, 0, 3, 3, 1])
    weight = torch.tensor([0.5, 2.0, 1.0, 1.5])
    x, y = 2 * numbers(3, 4, seed=3), numbers(3, 4, seed=4)
    x[0, 0] = 0
    truth = (y > 0).float()
    T = 3.0
    cases = {
        "cross_entropy": (logits, lambda x: F.cross_entropy(x, labels)),
        "smoothed": (logits, lambda x: F.cross_entropy(x, labels, label_smoothing=0.1)),
        "weighted": (logits, lambda x: F.cross_entropy(x, labels, weight=weight)),
        "weighted_smoothed": (logits, lambda x: F.cross_entropy(x, labels, weight=weight, label_smoothing=0.2)),
        "summed": (logits, lambda x: F.cross_entropy(x, labels, weight=weight, reduction="sum")),
        "each": (logits, lambda x: F.cross_entropy(x, labels, reduction="none")),
        "probabilities": (logits, lambda x: F.cross_entropy(x, teacher.softmax(1), weight=weight, label_smoothing=0.1)),
        "nll": (logits, lambda x: F.nll_loss(F.log_softmax(x, 1), labels, weight=weight)),
        "mse": (x, lambda x: F.mse_loss(x, y)),
        "l1": (x, lambda x: F.l1_loss(x, y, reduction="sum")),
        "smooth_l1": (x, lambda x: F.smooth_l1_loss(x, y, beta=0.7)),
        "bce": (x, lambda x: F.binary_cross_entropy_with_logits(x, truth)),
        "bce_weighted": (x, lambda x: F.binary_cross_entropy_with_logits(x, truth, pos_weight=torch.tensor(3.0))),
        "kl_div": (
            logits,
            lambda x: T * T * F.kl_div(F.log_softmax(x / T, 1), F.softmax(teacher / T, 1), reduction="batchmean"),
        ),
    }
    record = {"logits": logits, "teacher": teacher, "labels": (labels + 1).float(), "weight": weight}
    record |= {"x": x, "y": y, "truth": truth}
    for name, (given, loss) in cases.items():
        leaf = given.clone().requires_grad_()
        value = loss(leaf)
        value.sum().backward()
        record |= {f"{name}.value": value, f"{name}.gradient": leaf.grad}
    save("losses", record)


def optimisers():
    start = numbers(3, 4, seed=20)
    gradients = [numbers(3, 4, seed=21 + i) for i in range(6)]
    cases = {
        "sgd": lambda p: torch.optim.SGD(p, lr=0.1),
        "momentum": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.01),
        "nesterov": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01),
        "adam": lambda p: torch.optim.Adam(p, lr=0.01, betas=(0.8, 0.99), weight_decay=0.1),
        "adamw": lambda p: torch.optim.AdamW(p, lr=0.01, weight_decay=0.1),
    }
    record = {"start": start} | {f"g{i + 1}": g for i, g in enumerate(gradients)}
    for name, make in cases.items():
        weights = start.clone().requires_grad_()
        optimiser = make([weights])
        for gradient in gradients:
            weights.grad = gradient.clone()
            optimiser.step()
        record[name] = weights
    save("optimisers", record)


def save(name, record):
    arrays = {key: np.ascontiguousarray(value.detach().numpy()) for key, value in record.items()}
    np.savez(HERE / f"{name}.npz", **arrays)


layers()
embedding()
losses()
optimisers()
