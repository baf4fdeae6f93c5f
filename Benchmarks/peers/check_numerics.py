#!/usr/bin/env python3
"""Compares every encoder with timm's and torchvision's.

Each is built there with the library's own random weights and with random statistics of batch norms, saved by torch.save
in both of its forms, imported by `gfnet-lab models import`, and evaluated on the same images of 224 and 96 pixels. Exit
status 1 if the logits differ by a relative error of 1e-3 or more, or if the two forms, or what Python's safetensors
reads, differ at all.

    Benchmarks/peers/check_numerics.py [--python PATH] [--only NAME] [--keep DIR]
"""

import argparse
import filecmp
import importlib.util
import json
import os
import sys
import tempfile

import peers

# Registry name: (library, what it is called there).
ENCODERS = [
    *[(name, library, name) for name in ("resnet18", "resnet34", "resnet50", "resnet101")
      for library in ("torchvision", "timm")],
    *[(name, library, name) for name in ("densenet121", "densenet169", "densenet201")
      for library in ("torchvision", "timm")],
    ("mobilenetv2_100", "torchvision", "mobilenet_v2"),
    ("mobilenetv2_100", "timm", "mobilenetv2_100"),
    ("mobilenetv3_small_075", "timm", "mobilenetv3_small_075"),
    ("mobilenetv3_small_100", "torchvision", "mobilenet_v3_small"),
    ("mobilenetv3_small_100", "timm", "mobilenetv3_small_100"),
    ("mobilenetv3_large_075", "timm", "mobilenetv3_large_075"),
    ("mobilenetv3_large_100", "torchvision", "mobilenet_v3_large"),
    ("mobilenetv3_large_100", "timm", "mobilenetv3_large_100"),
    # timm names no network of this width, but builds it.
    ("mobilenetv3_large_125", "timm", "mobilenetv3_large_100 x 1.25"),
    *[(f"efficientnet_b{i}", library, f"efficientnet_b{i}") for i in range(4)
      for library in ("torchvision", "timm")],
    *[(f"efficientnet_lite{i}", "timm", f"efficientnet_lite{i}") for i in range(3)],
    *[(f"tf_efficientnet_lite{i}", "timm", f"tf_efficientnet_lite{i}") for i in range(3)],
    *[(f"tf_efficientnet_lite{i}", "efficientnet_lite_pytorch", f"efficientnet-lite{i}") for i in range(3)],
    *[(name, "timm", name) for name in (
        "tf_mobilenetv3_small_075", "tf_mobilenetv3_small_100", "tf_mobilenetv3_large_075", "tf_mobilenetv3_large_100",
        "tf_efficientnet_b0", "tf_efficientnet_b1", "tf_efficientnet_b2", "tf_efficientnet_b3")],
    ("regnety_400m", "torchvision", "regnet_y_400mf"),
    ("regnety_400m", "timm", "regnety_004"),
    ("regnety_600m", "timm", "regnety_006"),
    # torchvision's regnet_y_800mf has other widths (64, 144, 320, 784): another network.
    ("regnety_800m", "timm", "regnety_008"),
    ("regnety_1.6g", "torchvision", "regnet_y_1_6gf"),
    ("regnety_1.6g", "timm", "regnety_016"),
    ("shufflenet_v2_x0_5", "torchvision", "shufflenet_v2_x0_5"),
    ("shufflenet_v2_x1_0", "torchvision", "shufflenet_v2_x1_0"),
]
TOLERANCE = 1e-3


def build(library, name):
    if library == "torchvision":
        import torchvision

        return torchvision.models.get_model(name, weights=None)
    if library == "timm":
        import timm

        if name.endswith(" x 1.25"):
            from timm.models import mobilenetv3

            return mobilenetv3._gen_mobilenet_v3(name.split()[0], 1.25, pretrained=False)
        return timm.create_model(name, pretrained=False)
    from efficientnet_lite_pytorch import EfficientNet

    # Without a size it pads by the input, as TensorFlow does; with one, every input as if it had that size.
    return EfficientNet.from_name(name, image_size=None)


def randomise(model):
    """Batch norms as after training; all other weights stay as the library initialises them.

    Their scales too: some libraries start those at the end of a residual block from zero, which would hide the block.
    """
    import torch

    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, torch.nn.modules.batchnorm._BatchNorm):
                module.running_mean.normal_(0, 0.1)
                module.running_var.uniform_(0.5, 1.5)
                module.weight.uniform_(0.7, 1.3)
                module.bias.normal_(0, 0.1)
                module.num_batches_tracked.fill_(7)
    return model.eval()


def inputs():
    import torch

    generator = torch.Generator().manual_seed(20)
    return {f"images{side}": torch.randn(2, 3, side, side, generator=generator) for side in (224, 96)}


def compare(name, library, model, images, folder):
    """Largest relative error of the logits by image size."""
    import torch
    from safetensors.torch import load_file

    files = {}
    for form, modern in (("zip", True), ("legacy", False)):
        path = os.path.join(folder, f"{name}.{library}.{form}.pth")
        torch.save(model.state_dict(), path, _use_new_zipfile_serialization=modern)
        files[form] = path.replace(".pth", ".safetensors")
        answer = json.loads(
            peers.program("models", "import", path, "--backbone", name, "-o", files[form], "--force", "--json"))
        recognised = json.loads(peers.program("models", "show", path, "--json")) if modern else None
        # Without a name it is found, or said to fit several.
        if recognised and recognised["backbone"] not in (name, None):
            raise RuntimeError(f"without --backbone it was taken for {recognised['backbone']}")
    if not filecmp.cmp(files["zip"], files["legacy"], shallow=False):
        raise RuntimeError("the two forms of torch.save were read differently")
    own = sum(value.numel() for value in load_file(files["zip"]).values() if value.is_floating_point())
    theirs = sum(value.numel() for value in model.state_dict().values() if value.is_floating_point())
    if own != theirs:
        raise RuntimeError(f"safetensors reads {own} numbers, PyTorch has {theirs}")
    output = os.path.join(folder, "output.safetensors")
    peers.program(
        "run", os.path.join(peers.ROOT, "Benchmarks/peers/logits.lua"), f"encoder={files['zip']}",
        f"input={os.path.join(folder, 'input.safetensors')}", f"output={output}",
        "--out", os.path.join(folder, "report"))
    logits = load_file(output)
    errors = {}
    with torch.no_grad():
        for key, batch in images.items():
            expected = model(batch)
            errors[key] = ((logits[key] - expected).abs().max() / expected.abs().max()).item()
    return answer["keys"], errors


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", help="an interpreter that has torch, torchvision, timm and safetensors")
    parser.add_argument("--only", help="only encoders whose name starts so")
    parser.add_argument("--keep", help="keep the files in this folder")
    options = parser.parse_args()
    peers.enter(["torch", "torchvision", "timm", "safetensors"], options.python, extra=["efficientnet_lite_pytorch"])

    import torch
    from safetensors.torch import save_file

    torch.set_num_threads(os.cpu_count() or 1)
    registry = {row["name"] for row in json.loads(peers.program("models", "list", "--json"))["encoders"]}
    images = inputs()
    failures = compared = 0
    print(f"{'encoder':24}{'library':28}{'keys':28}{'224':>10}{'96':>10}")
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or temporary
        os.makedirs(folder, exist_ok=True)
        save_file(images, os.path.join(folder, "input.safetensors"))
        for seed, (name, library, theirs) in enumerate(ENCODERS):
            if options.only and not name.startswith(options.only):
                continue
            row = f"{name:24}{library:28}"
            if name not in registry:
                print(f"{row}not in the registry yet")
                continue
            if importlib.util.find_spec(library) is None:
                print(f"{row}not compared: the package is not installed")
                continue
            try:
                torch.manual_seed(seed)
                model = randomise(build(library, theirs))
                keys, errors = compare(name, library, model, images, folder)
            except Exception as error:
                failures += 1
                print(f"{row}FAILED: {(str(error) or repr(error)).splitlines()[0][:200]}")
                continue
            compared += 1
            good = all(error < TOLERANCE for error in errors.values())
            failures += not good
            values = "".join(f"{errors[key]:10.1e}" for key in images)
            print(f"{row}{keys:28}{values}{'' if good else '  BEYOND ' + str(TOLERANCE)}", flush=True)
    absent = sorted(registry - {name for name, _, _ in ENCODERS})
    print(f"{compared} compared, {failures} failed; only here: {', '.join(absent) or 'none'}")
    sys.exit(1 if failures or not compared else 0)


if __name__ == "__main__":
    main()
