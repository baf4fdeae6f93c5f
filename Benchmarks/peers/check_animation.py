#!/usr/bin/env python3
"""Reads animated GIFs of gfnet-lab with Pillow, and with ffmpeg where it is installed.

    python3 Benchmarks/peers/check_animation.py [--program PATH]

Has gfnet-lab write a grey clip and one of many colours with `gfnet.plot.animate` and compares number of frames, delays,
repeats and pixels of what Pillow reads with the numbers that were drawn: grey levels are exact, colours within what 256 of
them allow. ffmpeg must count the same frames; where it is absent, that is said. Exit status 1 where something differs, 2 when
something that the comparison needs is missing. The program is .build/release/gfnet-lab unless said otherwise; Pillow and
NumPy come from PyPI into a virtual environment under ~/.cache/gfnet-lab, made at the first run.
"""

import argparse
import pathlib
import shutil
import subprocess
import sys
import tempfile

from peers import enter_pinned, fail

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGES = ["numpy>=2", "pillow>=13,<14"]
FRAMES, SIDE, SCALE = 5, 24, 2
# Formulae of the levels of frame f, row i, column j, which Lua and Python compute alike.
SCRIPT = """
local function clip(channels, level)
  local frames = {{}}
  for f = 0, {frames} - 1 do
    local planes = {{}}
    for c = 0, channels - 1 do
      planes[c + 1] = {{}}
      for i = 0, {side} - 1 do
        planes[c + 1][i + 1] = {{}}
        for j = 0, {side} - 1 do planes[c + 1][i + 1][j + 1] = level(f, c, i, j) / 255 end
      end
    end
    frames[f + 1] = gfnet.tensor(planes)
  end
  return frames
end
local options = {{fps = 8, scale = {scale}, interpolation = "nearest", range = {{0, 1}}}}
local grey = clip(1, function(f, c, i, j) return (11 * i + 5 * j + 17 * f) % 256 end)
gfnet.plot.animate(grey, options):save("{folder}/grey.gif")
local colours = clip(3, function(f, c, i, j) return ({{10 * i, 10 * j, 5 * (i + j) + f}})[c + 1] end)
gfnet.plot.animate(colours, options):save("{folder}/colours.gif")
"""

enter_pinned("venv-pictures", PACKAGES)

import numpy as np
from PIL import Image, ImageSequence


def expected(name, frame):
    """The levels of a frame, height × width × 3."""
    i, j = np.mgrid[0:SIDE, 0:SIDE]
    if name == "grey":
        level = (11 * i + 5 * j + 17 * frame) % 256
        levels = np.stack([level] * 3, axis=-1)
    else:
        levels = np.stack([10 * i, 10 * j, 5 * (i + j) + frame], axis=-1)
    return levels.repeat(SCALE, 0).repeat(SCALE, 1)


def check(path, bound):
    """What is wrong with a file; empty where it is as it was drawn."""
    image = Image.open(path)
    wrong = []
    if image.n_frames != FRAMES:
        return [f"{image.n_frames} frames, expected {FRAMES}"]
    if image.info.get("loop") != 0:
        wrong.append(f"repeats {image.info.get('loop')}, expected 0, which is for ever")
    total = 0
    for number, frame in enumerate(ImageSequence.Iterator(image)):
        total += frame.info["duration"]
        gap = int(np.abs(np.asarray(frame.convert("RGB"), int) - expected(path.stem, number)).max())
        if gap > bound:
            wrong.append(f"frame {number + 1} differs by {gap} levels, expected at most {bound}")
    # Frames of 12.5 hundredths of a second come out as 12 and 13.
    if abs(total - 1000 * FRAMES / 8) > 10:
        wrong.append(f"it takes {total} ms, expected {1000 * FRAMES / 8}")
    return wrong


def counted(path):
    """The frames that ffmpeg finds; None where it is not installed."""
    if not shutil.which("ffprobe"):
        return None
    run = subprocess.run(
        ["ffprobe", "-v", "error", "-count_frames", "-select_streams", "v:0", "-show_entries", "stream=nb_read_frames",
         "-of", "csv=p=0", path], capture_output=True, text=True)
    return run.stdout.strip().rstrip(",")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default=ROOT / ".build" / "release" / "gfnet-lab")
    program = pathlib.Path(parser.parse_args().program).resolve()
    if not program.exists():
        fail(f"there is no {program}: make build")
    differs = False
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        script = folder / "animate.lua"
        script.write_text(SCRIPT.format(frames=FRAMES, side=SIDE, scale=SCALE, folder=folder))
        run = subprocess.run([program, script], cwd=folder, capture_output=True, text=True)
        if run.returncode:
            fail(f"gfnet-lab: {run.stderr.strip()}")
        for stem, bound in (("grey", 0), ("colours", 24)):
            path = folder / f"{stem}.gif"
            wrong = check(path, bound)
            found = counted(path)
            if found is None:
                print("ffprobe is not installed: what ffmpeg reads is not compared")
            elif found != str(FRAMES):
                wrong.append(f"ffmpeg reads {found} frames, expected {FRAMES}")
            print(f"{stem}: " + ("; ".join(wrong) or f"{FRAMES} frames as they were drawn"))
            differs = differs or bool(wrong)
    sys.exit(differs)


main()
