#!/usr/bin/env python3
"""Compares model:crop{interpolate = true} with PyTorch's grid_sample, values and gradients.

Images and places are drawn here, for images and patches of several sizes; a script cuts the patches and gives the gradients
of a random projection of them with respect to images and places. PyTorch does the same by the affine grid that AdaFocusV2's
code samples, in float64. Exit status 1 if anything differs by a relative error of 1e-4 or more.

    Benchmarks/peers/check_crop.py [--python PATH] [--keep DIR]
"""

import argparse
import os
import sys
import tempfile

import peers

# Images, side of the images, side of the patches.
CASES = [(1, 128, 48), (7, 128, 96), (16, 64, 17), (3, 96, 96), (33, 50, 32)]
TOLERANCE = 1e-4

SCRIPT = """
local p = gfnet.params{ folder = "", side = 0, patch = 0 }
local given = gfnet.tensor.load(p.folder .. "/given.safetensors")
local model = gfnet.model{ backbone = "resnet_tiny_16", image_size = p.side, patch_size = 32, classes = 2 }
local function cut(images, places) return model:crop(images, places, p.patch, { interpolate = true }) end
local of_images, of_places = gfnet.grad(function(images, places)
  return (cut(images, places) * given.weights):sum()
end, given.images, given.places)
gfnet.tensor.save(p.folder .. "/found.safetensors", {
  patches = cut(given.images, given.places), images = of_images, places = of_places })
"""


def expected(images, places, weights, patch):
    import torch
    import torch.nn.functional as F

    images, places = images.double().requires_grad_(), places.double().requires_grad_()
    side = images.shape[2]
    corners = places * (side - patch)
    nothing = torch.zeros(len(images), dtype=torch.float64)
    theta = torch.stack(
        [
            torch.stack([nothing + patch / side, nothing, (2 * corners[:, 1] + patch) / side - 1], 1),
            torch.stack([nothing, nothing + patch / side, (2 * corners[:, 0] + patch) / side - 1], 1),
        ],
        1,
    )
    grid = F.affine_grid(theta, [len(images), images.shape[1], patch, patch], align_corners=False)
    patches = F.grid_sample(images, grid, align_corners=False)
    (patches * weights).sum().backward()
    return {"patches": patches.detach(), "images": images.grad, "places": places.grad}


def compare(number, case, folder):
    import torch
    from safetensors.torch import load_file, save_file

    count, side, patch = case
    random = torch.Generator().manual_seed(number)
    given = {
        "images": torch.rand(count, 3, side, side, generator=random),
        # Not at whole pixels, where slopes on the two sides differ, and within the image.
        "places": (torch.randint(0, max(side - patch, 1), (count, 2), generator=random)
                   + 0.1 + 0.8 * torch.rand(count, 2, generator=random)) / max(side - patch, 1),
        "weights": torch.randn(count, 3, patch, patch, generator=random),
    }
    if side == patch:
        given["places"] = torch.rand(count, 2, generator=random)
    save_file(given, os.path.join(folder, "given.safetensors"))
    script = os.path.join(folder, "crop.lua")
    with open(script, "w") as file:
        file.write(SCRIPT)
    peers.program(
        "run", script, f"folder={folder}", f"side={side}", f"patch={patch}", "--allow", folder,
        "--out", os.path.join(folder, "report"))
    found = load_file(os.path.join(folder, "found.safetensors"))
    errors = {}
    for name, value in expected(given["images"], given["places"], given["weights"], patch).items():
        scale = value.abs().max().clamp(min=1e-3)
        errors[name] = float((found[name].double() - value).abs().max() / scale)
    return errors


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python")
    parser.add_argument("--keep", metavar="DIR")
    options = parser.parse_args()
    peers.enter(["torch", "numpy", "safetensors"], options.python)
    failed = 0
    for number, case in enumerate(CASES):
        with tempfile.TemporaryDirectory() as scratch:
            folder = os.path.join(options.keep, str(number)) if options.keep else scratch
            os.makedirs(folder, exist_ok=True)
            errors = compare(number, case, folder)
        bad = not all(error < TOLERANCE for error in errors.values())
        failed += bad
        shown = ", ".join(f"{name} {error:.1e}" for name, error in errors.items())
        print(f"{case[0]} images of {case[1]}, patches of {case[2]}: {shown}{'  DIFFERS' if bad else ''}")
    print(f"{len(CASES) - failed} of {len(CASES)} agree")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
