#!/usr/bin/env python3
"""Records cases of the form of Tests/Fixtures/reference with PyTorch's own networks, and verifies them.

    Benchmarks/peers/record_cases.py [--out DIR] [--only NAME] [--no-training] [--check] [--exact] [--python PATH]

For every row of the paper's table of networks, encoders of timm and torchvision, the policy and the classifier are built
in PyTorch and given the formula's weights and images; what they compute goes to a folder, which `gfnet-lab models verify`
then reads. With --check the same is done for the cases in Tests/Fixtures/reference, and compared with those recordings:
whoever trusts them can trust the new ones. Exit status 1 if a case is out of tolerance.

A training step on two images amplifies rounding, so that a recording in float32 says as much of the order of its sums as
of the network. `<case>.training.float64.json` therefore holds the same gradients computed in float64; --exact writes
these files beside the recordings of the fixtures.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile

import peers

FIXTURES = os.path.join(peers.ROOT, "Tests/Fixtures/reference")

# Encoder, patch, steps; then a patch size and a number of steps that the paper does not use.
CASES = [
    ("resnet50", 96, 5), ("resnet50", 128, 5), ("densenet121", 96, 5), ("densenet169", 96, 5), ("densenet201", 96, 5),
    ("regnety_600m", 96, 5), ("regnety_800m", 96, 5), ("regnety_1.6g", 96, 5),
    ("mobilenetv3_large_100", 96, 3), ("mobilenetv3_large_100", 128, 3), ("mobilenetv3_large_125", 128, 3),
    ("efficientnet_b2", 128, 4), ("efficientnet_b3", 128, 4), ("efficientnet_b3", 144, 4),
    ("densenet121", 128, 3), ("regnety_600m", 112, 2), ("mobilenetv3_large_100", 80, 5), ("efficientnet_b2", 96, 5),
    ("resnet_tiny_16", 48, 4), ("resnet_tiny_24", 48, 4), ("resnet_tiny_32", 48, 4), ("resnet_tiny_32d", 40, 3),
]
# Gain of the weights that keeps activations in range, side of the images.
FAMILIES = {
    "resnet_tiny": (1.11, 128), "resnet": (1.11, 224), "densenet": (1.35, 224), "regnety": (1.17, 224), "mobilenetv3": (1.2, 224),
    "mobilenetv2": (1.4, 224),
    "efficientnet_b2": (1.41, 260), "efficientnet_b3": (1.41, 300),
}
REGNETS = {"regnety_600m": "regnety_006", "regnety_800m": "regnety_008", "regnety_1.6g": "regnety_016"}
REGNET_KEYS = [
    ("head.fc.", "fc."), (".conv1.conv.", ".f.a."), (".conv1.bn.", ".f.a_bn."), (".conv2.conv.", ".f.b."),
    (".conv2.bn.", ".f.b_bn."), (".se.fc1.", ".f.se.f_ex.0."), (".se.fc2.", ".f.se.f_ex.2."),
    (".conv3.conv.", ".f.c."), (".conv3.bn.", ".f.c_bn."), (".downsample.conv.", ".proj."),
    (".downsample.bn.", ".bn."),
]


def u(name, count):
    """The formula's numbers u(name, 0), u(name, 1), …"""
    import numpy as np

    mask = 2**64 - 1
    h = 0xCBF29CE484222325
    for byte in name.encode():
        h = (h ^ byte) * 0x100000001B3 & mask
    with np.errstate(over="ignore"):
        z = np.uint64(h) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ z >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ z >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
    return ((z >> np.uint64(40)).astype(np.float64) / 2**23 - 1).astype(np.float32)


def formula(name, *shape):
    import math

    import torch

    return torch.from_numpy(u(name, math.prod(shape)).copy()).reshape(shape)


def fill(key, value, gain):
    """The formula's numbers for the array that the authors call `key`."""
    import math

    import numpy as np

    if key.endswith("num_batches_tracked"):
        return
    values = formula(key, *value.shape)
    if value.dim() >= 2:
        fan_in = math.prod(value.shape[1:])
        values = values * float(np.float32(math.sqrt(3 / fan_in) * gain))
    elif key.endswith(("running_var", "weight")):
        values = 1 + 0.5 * values
    else:
        values = 0.1 * values
    value.copy_(values)


def stride(name):
    """Pixels of the input for one of the last map."""
    return 8 if name.startswith("resnet_tiny") else 32


def build_encoder(name):
    """The network, its (features, map) function, its classifier, and what the authors call its state-dict keys."""
    if name.startswith("resnet_tiny"):
        import tiny_resnet

        net = tiny_resnet.TinyResNet(name)
        return net, net.encode, net.fc, str
    if name.startswith(("resnet", "densenet")):
        import torch.nn.functional as F
        import torchvision

        net = torchvision.models.get_model(name, weights=None)
        if name.startswith("densenet"):
            def encode(x):
                x = F.relu(net.features(x))
                return x.mean((2, 3)), x
            return net, encode, net.classifier, str

        def encode(x):
            x = net.maxpool(net.relu(net.bn1(net.conv1(x))))
            x = net.layer4(net.layer3(net.layer2(net.layer1(x))))
            return x.mean((2, 3)), x
        return net, encode, net.fc, str
    import timm

    if name == "mobilenetv3_large_125":
        from timm.models import mobilenetv3

        net = mobilenetv3._gen_mobilenet_v3("mobilenetv3_large_100", 1.25, pretrained=False)
    else:
        net = timm.create_model(REGNETS.get(name, name), pretrained=False)

    def encode(x):
        x = net.forward_features(x)
        features = net.forward_head(x, pre_logits=True) if name.startswith("mobilenetv3") else x.mean((2, 3))
        return features, x

    def own_key(key):
        if name in REGNETS:
            for theirs, ours in REGNET_KEYS:
                key = key.replace(theirs, ours)
        return key
    return net, encode, net.get_classifier(), own_key


class Network:
    """The Glance-and-Focus Network of a case, with the formula's weights."""

    def __init__(self, case):
        import torch
        from torch import nn

        self.case = case
        name, side = case["architecture"], -(-case["patch_size"] // stride(case["architecture"]))
        self.parts = {}
        for prefix in ("model_prime.", "model."):
            self.parts[prefix] = self.build_encoder(name)
        features, channels = self.widths()
        self.features, self.channels, self.side = features, channels, side
        units = case["policy_hidden_dim"]
        if case["policy_conv"]:
            encoder = nn.Sequential(
                nn.Conv2d(channels, 32, 1, bias=False), nn.ReLU(), nn.Flatten(),
                nn.Linear(32 * side * side, units), nn.ReLU())
        else:
            encoder = nn.Sequential(
                nn.Linear(channels * side * side, 2048), nn.ReLU(), nn.Linear(2048, units), nn.ReLU())
        self.policy = nn.ModuleDict({
            "state_encoder": encoder, "gru": nn.GRU(units, units),
            "actor": nn.Sequential(nn.Linear(units, 2), nn.Sigmoid()), "critic": nn.Sequential(nn.Linear(units, 1))})
        if case["classifier"] == "cascade":
            self.classifier = nn.ModuleDict({
                f"fc_{t}": nn.Linear(features * t, 1000) for t in range(2, max(5, case["steps"]) + 1)})
        else:
            width = 256 if name.startswith("resnet_tiny") else 1024
            self.classifier = nn.ModuleDict({"rnn": nn.GRU(features, width), "fc": nn.Linear(width, 1000)})
        with torch.no_grad():
            for key, value in self.state().items():
                fill(key, value, case["weight_gain"])
        for module in self.modules():
            module.eval()

    def build_encoder(self, name):
        return build_encoder(name)

    def widths(self):
        import torch

        _, encode, _, _ = self.parts["model."]
        self.parts["model."][0].eval()
        with torch.no_grad():
            features, maps = encode(torch.zeros(self.case.get("frames", 1), 3, self.case["patch_size"], self.case["patch_size"]))
        return features.shape[1], maps.shape[1]

    def modules(self):
        return [self.parts["model_prime."][0], self.parts["model."][0], self.classifier, self.policy]

    def state(self, parameters=False):
        """Authors' key → tensor; parameters alone, or buffers too."""
        result = {}
        for prefix, (net, _, _, own_key) in self.parts.items():
            items = net.named_parameters() if parameters else net.state_dict().items()
            result |= {prefix + own_key(key): value for key, value in items}
        for prefix, module in (("fc.", self.classifier), ("policy.", self.policy)):
            items = module.named_parameters() if parameters else module.state_dict().items()
            result |= {prefix + key: value for key, value in items}
        return result

    def glance(self, images, mode):
        import torch.nn.functional as F

        side = self.case["patch_size"]
        return F.interpolate(images, (side, side), mode=mode, align_corners=True)

    def patches(self, images, actions):
        import torch

        side = self.case["patch_size"]
        places = torch.floor(actions * (images.shape[2] - side)).int()
        return places, torch.stack([
            image[:, r:r + side, c:c + side] for image, (r, c) in zip(images, places.tolist())])

    def propose(self, maps, memory):
        """Mean action, value, memory."""
        x = maps.detach()
        if not self.case["policy_conv"]:
            x = x.flatten(1)
        x = self.policy["state_encoder"](x)
        out, memory = self.policy["gru"](x[None], memory)
        return self.policy["actor"](out[0]), self.policy["critic"](out[0])[:, 0], memory

    def classify(self, seen, memory, own, own_first):
        """Logits of the last step of `seen` (features by step), memory; `own`: the encoder's classifier."""
        import torch

        if self.case["classifier"] == "cascade":
            if len(seen) == 1:
                return own(seen[0]), None
            return self.classifier[f"fc_{len(seen)}"](torch.cat(seen, 1)), None
        out, memory = self.classifier["rnn"](seen[-1][None], memory)
        return (own(seen[0]) if own_first and len(seen) == 1 else self.classifier["fc"](out[0])), memory

    def step(self, number, images):
        """Features, map, the encoder's own classifier."""
        _, encode, own, _ = self.parts["model_prime." if number == 1 else "model."]
        features, maps = encode(images)
        return features, maps, own


def make_images(case):
    side = case["image_size"]
    grid = -(-side // 16)
    seed = case["image_seed"]
    blocks = formula(f"image.{seed}.blocks", 2, 3, grid, grid)
    blocks = blocks.repeat_interleave(16, 2).repeat_interleave(16, 3)[:, :, :side, :side]
    return 1.5 * blocks + 0.5 * formula(f"image.{seed}.noise", 2, 3, side, side)


def describe(name, patch, steps, seed):
    family = next(key for key in FAMILIES if name.startswith(key))
    gain, side = FAMILIES[family]
    conv = family not in ("resnet", "densenet")
    recurrent = family.startswith(("resnet", "densenet", "regnety"))
    return {
        "architecture": name, "patch_size": patch, "image_size": side, "steps": steps, "weight_gain": gain,
        "image_seed": seed, "policy_conv": conv, "policy_hidden_dim": 256 if conv else 1024,
        "classifier": "gru" if recurrent else "cascade",
        "glance_interpolation": "bilinear" if family in ("densenet", "regnety") else "bicubic",
    }


def evaluate(case, images):
    """What `<case>.safetensors` holds."""
    import torch

    network = Network(case)
    regnet = case["architecture"].startswith("regnety")
    features, logits, actions, places = [], [], [], []
    memory = policy = None
    with torch.no_grad():
        inputs = network.glance(images, case["glance_interpolation"])
        for number in range(1, case["steps"] + 1):
            if number > 1:
                action, _, policy = network.propose(maps, policy)
                place, inputs = network.patches(images, action)
                actions.append(action)
                places.append(place)
            seen, maps, own = network.step(number, inputs)
            features.append(seen)
            answer, memory = network.classify(features, memory, own, regnet)
            logits.append(answer)
    result = {
        "features": torch.stack(features), "logits": torch.stack(logits),
        "probabilities": torch.stack(logits).softmax(-1),
    }
    if actions:
        result |= {"actions": torch.stack(actions), "coordinates": torch.stack(places)}
    encoder = network.parts["model."][0]

    def count(module):
        return sum(parameter.numel() for parameter in module.parameters())

    description = case | {
        "feature_dim": network.features, "feature_map_channels": network.channels,
        "parameters": {
            "encoder": count(encoder), "policy": count(network.policy), "classifier": count(network.classifier)},
    }
    own_key = network.parts["model."][3]
    keys = {own_key(key): list(value.shape) for key, value in encoder.state_dict().items()}
    return result, description, keys


def summary(gradient):
    return [gradient.double().norm().item()] + gradient.flatten()[:3].tolist()


def train(case, images):
    """What `<case>.training.json` holds: one step of stage 1, and one update of the policy."""
    return step_of_training(case, images) | {"ppo": update(case)}


def exact_gradients(case, images):
    """What `<case>.training.float64.json` holds: the loss and the gradients of that step, computed in float64."""
    result = step_of_training(case, images, double=True)
    return {key: result[key] for key in ("loss", "gradients")}


def step_of_training(case, images, double=False):
    """One step of stage 1; with `double`, weights, glance and patches are the same numbers and all else is float64.

    The glance is made in float32 in any case: its places between pixels are part of what a port must reproduce, and they
    are further from those in float64 than rounding moves anything else.
    """
    import torch
    import torch.nn.functional as F

    network = Network(case)
    family = case["architecture"]
    frozen = family.startswith(("mobilenetv3", "efficientnet"))
    weight, steps, labels = (5 if frozen else 1), 3, [7, 421]
    for net, _, _, _ in network.parts.values():
        net.train()
        net.drop_rate = 0.0
    if double:
        for module in network.modules():
            module.double()
    if frozen:
        network.parts["model_prime."][0].eval().requires_grad_(False)
    draws = (formula("train.actions", 2, 2, 2) + 1) / 2
    target = torch.tensor(labels)
    losses, auxiliary, seen, memory = [], [], [], None
    inputs = network.glance(images, "bicubic")
    for number in range(1, steps + 1):
        if number > 1:
            _, inputs = network.patches(images, draws[number - 2])
        features, _, own = network.step(number, inputs.double() if double else inputs)
        seen.append(features)
        logits, memory = network.classify(seen, memory, own, False)
        losses.append(F.cross_entropy(logits, target))
        auxiliary.append(F.cross_entropy(own(features), target))
    loss = (sum(losses) + weight * sum(auxiliary)) / steps
    loss.backward()
    policy_keys = {key for key in network.state() if key.startswith("policy.")}
    gradients = {
        key: summary(value.grad) for key, value in network.state(parameters=True).items()
        if value.grad is not None and key not in policy_keys}
    norms = {
        key: value.double().norm().item() for key, value in network.state().items()
        if key.endswith(("running_mean", "running_var"))}
    return {
        "labels": labels, "aux_weight": weight, "global_encoder_trained": not frozen, "steps": steps,
        "cross_entropy": [value.item() for value in losses],
        "auxiliary_cross_entropy": [value.item() for value in auxiliary], "loss": loss.item(),
        "gradients": gradients, "batch_norm_running_norms": norms,
    }


def update(case):
    import torch

    network = Network(case)
    batch, steps = 4, 2
    states = formula("ppo.states", steps, batch, network.channels, network.side, network.side).clamp(min=0)
    actions = (formula("ppo.actions", steps, batch, 2) + 1) / 2
    rewards = 0.1 * formula("ppo.rewards", steps, batch)
    noise = 0.5 * formula("ppo.noise", steps, batch)

    logs, values, memory = [], [], None
    for maps, action in zip(states, actions):
        mean, value, memory = network.propose(maps, memory)
        spread = torch.distributions.MultivariateNormal(mean, 0.01 * torch.eye(2))
        logs.append(spread.log_prob(action))
        values.append(value)
    logs, values = torch.stack(logs), torch.stack(values)
    returns = [rewards[1], rewards[0] + 0.7 * rewards[1]][::-1]
    returns = torch.stack(returns)
    returns = (returns - returns.mean()) / (returns.std() + 1e-5)
    ratios = (logs - (logs.detach() + noise)).exp()
    advantage = returns - values.detach()
    surrogate = torch.minimum(ratios * advantage, ratios.clamp(0.8, 1.2) * advantage)
    loss = (-surrogate + 0.5 * (values - returns).square().mean() - 0.01 * spread.entropy().mean()).mean()
    loss.backward()
    return {
        "batch": batch, "steps": steps, "log_probabilities": logs.tolist(), "values": values.tolist(),
        "returns": returns.tolist(), "ratios": ratios.tolist(), "loss": loss.item(),
        "gradients": {
            key: summary(value.grad) for key, value in network.policy.named_parameters() if value.grad is not None},
    }


def record(case, name, folder, training):
    from safetensors.torch import save_file

    images = make_images(case)
    arrays, description, keys = evaluate(case, images)
    save_file({key: value.contiguous() for key, value in arrays.items()}, os.path.join(folder, name + ".safetensors"))
    files = {name + ".json": description, case["architecture"] + ".keys.json": keys}
    if training:
        files[name + ".training.json"] = train(case, images)
        files[name + ".training.float64.json"] = exact_gradients(case, images)
    for file, content in files.items():
        with open(os.path.join(folder, file), "w") as stream:
            json.dump(content, stream, indent=1)


def fixtures():
    """Name and description of each case in the fixtures, and whether a training step was recorded of it."""
    for file in sorted(os.listdir(FIXTURES)):
        name = file.removesuffix(".json")
        if "@" not in file or name == file or ".training" in name:
            continue
        with open(os.path.join(FIXTURES, file)) as stream:
            case = json.load(stream)
        yield name, case, os.path.exists(os.path.join(FIXTURES, name + ".training.json"))


def record_exact():
    """Writes the float64 gradients of the fixtures, and prints how far the recordings in float32 are from them."""
    for name, case, trained in fixtures():
        if not trained:
            continue
        exact = exact_gradients(case, make_images(case))
        with open(os.path.join(FIXTURES, name + ".training.float64.json"), "w") as stream:
            json.dump(exact, stream, indent=1)
        with open(os.path.join(FIXTURES, name + ".training.json")) as stream:
            recorded = json.load(stream)["gradients"]
        largest = max(norm for norm, *_ in recorded.values())
        errors = {
            key: abs(recorded[key][0] / value[0] - 1) for key, value in exact["gradients"].items()
            if recorded[key][0] > 1e-5 * largest}
        worst = max(errors, key=errors.get)
        print(f"{name}: {len(errors)} norms, recorded with errors up to {errors[worst]:.2%} ({worst})")


def check(folder):
    """Records the cases of the fixtures anew and prints how far the recordings are from them; 1 if too far."""
    import torch
    from safetensors.torch import load_file

    bad = 0
    for name, case, trained in fixtures():
        record(case, name, folder, trained)
        ours, theirs = (load_file(os.path.join(place, name + ".safetensors")) for place in (folder, FIXTURES))
        errors = {
            key: ((ours[key] - theirs[key]).abs().max() / theirs[key].abs().max()).item()
            for key in ("features", "logits")}
        errors["coordinates"] = (ours["coordinates"] != theirs["coordinates"]).sum().item()
        with open(os.path.join(folder, case["architecture"] + ".keys.json")) as one, \
                open(os.path.join(FIXTURES, case["architecture"] + ".keys.json")) as other:
            errors["keys"] = int(json.load(one) != json.load(other))
        if trained:
            with open(os.path.join(folder, name + ".training.json")) as one, \
                    open(os.path.join(FIXTURES, name + ".training.json")) as other:
                a, b = json.load(one), json.load(other)
            errors["loss"] = abs(a["loss"] / b["loss"] - 1)
            errors["PPO loss"] = abs(a["ppo"]["loss"] / b["ppo"]["loss"] - 1)
            errors["PPO gradients"] = max(
                abs(a["ppo"]["gradients"][key][0] / value[0] - 1) for key, value in b["ppo"]["gradients"].items())
            errors["gradients missing"] = len(b["gradients"].keys() ^ a["gradients"].keys())
            # Rounding moves single gradients of these batches of two images by up to some percent.
            ratios = torch.tensor([
                abs(a["gradients"][key][0] / value[0] - 1) for key, value in b["gradients"].items()
                if value[0] > 1e-4 * max(norm for norm, *_ in b["gradients"].values())])
            errors["gradient norms, median"] = ratios.median().item()
            errors["gradient norms, largest"] = ratios.max().item()
        good = all(value < (0.05 if "gradient norms" in key else 1e-3) for key, value in errors.items())
        bad += not good
        print(f"{name:28}{'ok' if good else 'DIFFERS':9}" + ", ".join(f"{k} {v:.1e}" for k, v in errors.items()))
    return bad


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", help="write the cases here and leave them")
    parser.add_argument("--only", help="only cases whose name (such as resnet50@96) starts so")
    parser.add_argument("--no-training", action="store_true", help="evaluations alone")
    parser.add_argument("--check", action="store_true", help="compare this program with the recordings of the fixtures")
    parser.add_argument("--exact", action="store_true", help="write float64 gradients beside the fixtures' recordings")
    parser.add_argument("--python", help="an interpreter that has torch, torchvision, timm and safetensors")
    options = parser.parse_args()
    peers.enter(["torch", "torchvision", "timm", "safetensors"], options.python, extra=["efficientnet_lite_pytorch"])

    import torch

    torch.manual_seed(0)
    if options.exact:
        return record_exact()
    with tempfile.TemporaryDirectory() as temporary:
        if options.check:
            sys.exit(1 if check(temporary) else 0)
        folder = options.out or temporary
        os.makedirs(folder, exist_ok=True)
        for seed, (name, patch, steps) in enumerate(CASES):
            case = f"{name}@{patch}"
            if options.only and not case.startswith(options.only):
                continue
            print(f"recording {case}, {steps} steps", file=sys.stderr, flush=True)
            record(describe(name, patch, steps, seed), case, folder, not options.no_training)
        sys.exit(subprocess.run([peers.PROGRAM, "models", "verify", folder]).returncode)


if __name__ == "__main__":
    main()
