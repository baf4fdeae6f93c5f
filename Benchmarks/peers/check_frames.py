#!/usr/bin/env python3
"""Compares clips of folders of frames with what NumPy and Pillow make of the same lists and frames.

    python3 Benchmarks/peers/check_frames.py [--program PATH]

Writes videos of JPEG frames of different lengths and sizes and lists of them in the forms of TSM, AR-Net and AdaFocus, has
gfnet-lab open them by every way of choosing frames that draws nothing and by every number of crops, and compares frames,
order, classes and levels with the published formulae in NumPy and the crops of Pillow. Exit status 1 where a level differs by more
than 1, 2 when something that the comparison needs is missing. The program is .build/release/gfnet-lab unless said
otherwise; Pillow and NumPy come from PyPI into a virtual environment under ~/.cache/gfnet-lab, made at the first run.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

from peers import enter_pinned, fail

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGES = ["numpy>=2", "pillow>=13,<14"]
SEGMENTS = 6
RESIZE, CROP = 64, 56

enter_pinned("venv-pictures", PACKAGES)

import numpy as np
from PIL import Image

# Names, frames, sizes and labels; names may hold the separators of their list.
VIDEOS = [("{}", 1, (80, 60), 2), ("{} b", 3, (60, 90), 0), ("c/{} d", 6, (64, 64), 1), ("e{}", 41, (120, 70), 4),
          ("{}f", 64, (70, 66), 3), ("g {}", 90, (91, 67), 2)]
FORMS = [
    ("something-v1", " ", "{:05d}.jpg", "first"), ("something-v2", " ", "{:06d}.jpg", "first"),
    ("kinetics", " ", "img_{:05d}.jpg", "first"), ("mini-kinetics", " ", "{:05d}.jpg", "last"),
    ("activitynet", ",", "image_{:05d}.jpg", "last"), ("kinetics-ar-net", ";", "image_{:05d}.jpg", "last"),
]


def frames(method, count, short):
    """The frames of each clip, from 0."""
    if method in ("test", "twice") or count > SEGMENTS and method == "validation":
        tick = count / float(SEGMENTS)
        clips = [np.array([int(tick / 2.0 + tick * x) for x in range(SEGMENTS)])]
        if method == "twice":
            clips.append(np.array([int(tick * x) for x in range(SEGMENTS)]))
        return clips
    if method == "validation":
        last = np.minimum(np.arange(SEGMENTS), count - 1)
        return [last if short == "last" else np.zeros(SEGMENTS, int)]
    starts = np.linspace(0, max(0, count - 64), num=10, dtype=int)
    return [(start + np.arange(SEGMENTS) * (64 // SEGMENTS)) % count for start in starts]


def crops(image, number):
    """The crops of one picture, in the order of the views."""
    width, height = image.size
    if width <= height:
        image = image.resize((RESIZE, int(RESIZE * height / width)), Image.Resampling.BILINEAR)
    else:
        image = image.resize((int(RESIZE * width / height), RESIZE), Image.Resampling.BILINEAR)
    width, height = image.size
    across, down = (width - CROP) // 4, (height - CROP) // 4
    if number == 1:
        places = [(int(round((width - CROP) / 2.0)), int(round((height - CROP) / 2.0)))]
    elif number == 3:
        places = [(0, 2 * down), (4 * across, 2 * down), (2 * across, 2 * down)]
    else:
        places = [(0, 0), (4 * across, 0), (0, 4 * down), (4 * across, 4 * down), (2 * across, 2 * down)]
    found = []
    for left, top in places:
        part = image.crop((left, top, left + CROP, top + CROP))
        found.append(part)
        if number == 10:
            found.append(part.transpose(Image.Transpose.FLIP_LEFT_RIGHT))
    return [np.asarray(part).transpose(2, 0, 1) for part in found]


def write(folder, separator, template):
    """Writes frames and list; returns the videos as (pictures, label)."""
    rng = np.random.default_rng(5)
    lines, videos = [], []
    for name, count, (width, height), label in VIDEOS:
        name = name.format("v,w" if separator == ";" else "v")
        place = folder / "frames" / name
        place.mkdir(parents=True)
        y, x = np.mgrid[0:height, 0:width].astype(float)
        pictures = []
        for frame in range(count):
            planes = [128 + 90 * np.sin(x * (0.1 + 0.05 * c) + frame) * np.cos(y * 0.13) for c in range(3)]
            levels = np.clip(np.stack(planes, -1) + rng.normal(0, 8, (height, width, 3)), 0, 255).astype(np.uint8)
            path = place / template.format(frame + 1)
            Image.fromarray(levels).save(path, quality=90)
            pictures.append(Image.open(path).convert("RGB"))
        more = f"{separator}7" if separator == "," and label == 2 else ""
        lines.append(f"{name}{separator}{count}{separator}{label}{more}\n")
        videos.append((pictures, label))
    (folder / "list.txt").write_text("".join(lines))
    return videos


SCRIPT = """
local cases = { %s }
for _, case in ipairs(cases) do
  local data = gfnet.dataset("frames", {
    list = "list.txt", root = "frames", preset = "%s", segments = %d, resize = %d, crop = %d,
    sampling = case[1], crops = case[2],
  })
  local clips, labels = {}, {}
  for i = 1, #data do clips[i] = data[i].clip labels[i] = data[i].label end
  gfnet.tensor.save(case[1] .. case[2] .. ".npz", {
    clips = gfnet.tensor.stack(clips), labels = gfnet.tensor(labels), views = gfnet.tensor{ data.views } })
end
"""


def compare(program, preset, separator, template, short):
    cases = [(method, number) for method in ("test", "validation", "twice", "dense") for number in (1, 3, 5, 10)]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        videos = write(folder, separator, template)
        listed = ", ".join(f'{{ "{method}", {number} }}' for method, number in cases)
        (folder / "clips.lua").write_text(SCRIPT % (listed, preset, SEGMENTS, RESIZE, CROP))
        ran = subprocess.run([program, "run", "clips.lua"], cwd=folder, capture_output=True, text=True)
        if ran.returncode:
            fail(f"the script ended with {ran.returncode}: {ran.stderr.strip()}")
        worst, count = 0, 0
        for method, number in cases:
            found = np.load(folder / f"{method}{number}.npz")
            expected, labels = [], []
            for pictures, label in videos:
                for clip in frames(method, len(pictures), short):
                    cut = [crops(pictures[frame], number) for frame in clip]
                    for view in range(len(cut[0])):
                        expected.append(np.stack([frame[view] for frame in cut]))
                        labels.append(label + 1)
            levels = np.rint(found["clips"] * 255).astype(int)
            if levels.shape != np.shape(expected) or list(found["labels"].astype(int)) != labels:
                print(f"{preset} {method}, {number} crops: shape {levels.shape} or labels differ")
                return 256, count
            gap = int(np.abs(levels - np.array(expected, int)).max())
            if gap > 1:
                print(f"{preset} {method}, {number} crops: levels differ by {gap}")
            worst, count = max(worst, gap), count + len(expected)
        return worst, count


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default=ROOT / ".build" / "release" / "gfnet-lab")
    program = pathlib.Path(parser.parse_args().program).resolve()
    if not program.exists():
        fail(f"there is no {program}: make build")
    worst = 0
    for form in FORMS:
        gap, count = compare(program, *form)
        print(f"{form[0]}: {count} clips, largest difference of a level {gap}")
        worst = max(worst, gap)
    sys.exit(worst > 1)


main()
