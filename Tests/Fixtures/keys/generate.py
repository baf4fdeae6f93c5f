"""Writes source-keys.json: the weights and biases in other libraries' state dictionaries, with their shapes.

Library -> name in our registry -> key -> shape, for the libraries whose keys differ from ours.
Run with torchvision, timm, efficientnet_pytorch and efficientnet_lite_pytorch installed.
"""

import json

import efficientnet_pytorch
import timm
import torchvision
from efficientnet_lite_pytorch import EfficientNet

TORCHVISION = {
    "mobilenetv2_100": "mobilenet_v2",
    "mobilenetv3_small_100": "mobilenet_v3_small",
    "mobilenetv3_large_100": "mobilenet_v3_large",
    "efficientnet_b0": "efficientnet_b0",
    "efficientnet_b1": "efficientnet_b1",
    "efficientnet_b2": "efficientnet_b2",
    "efficientnet_b3": "efficientnet_b3",
    "regnety_400m": "regnet_y_400mf",
    "regnety_1.6g": "regnet_y_1_6gf",
}
TIMM = {
    "regnety_400m": "regnety_004",
    "regnety_600m": "regnety_006",
    "regnety_800m": "regnety_008",
    "regnety_1.6g": "regnety_016",
}


def shapes(model):
    return {
        key: list(value.shape)
        for key, value in model.state_dict().items()
        if key.endswith(("weight", "bias"))
    }


sources = {
    "torchvision": {own: shapes(torchvision.models.get_model(name)) for own, name in TORCHVISION.items()},
    "timm": {own: shapes(timm.create_model(name)) for own, name in TIMM.items()},
    "efficientnet_lite_pytorch": {
        f"tf_efficientnet_lite{i}": shapes(EfficientNet.from_name(f"efficientnet-lite{i}")) for i in range(3)
    },
    "efficientnet_pytorch": {
        f"tf_efficientnet_b{i}": shapes(efficientnet_pytorch.EfficientNet.from_name(f"efficientnet-b{i}"))
        for i in (0, 3)
    },
}
with open("source-keys.json", "w") as file:
    blocks = []
    for library, networks in sources.items():
        rows = [f'"{own}": ' + json.dumps(keys, separators=(",", ":")) for own, keys in networks.items()]
        blocks.append(f'"{library}": {{\n' + ",\n".join(rows) + "\n}")
    file.write("{\n" + ",\n".join(blocks) + "\n}\n")
