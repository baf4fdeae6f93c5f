#!/usr/bin/env python3
"""Compares the formats of figures: PDF by pdftoppm and SVG by Chromium and rsvg-convert against the PNG of the same figure.

    python3 Benchmarks/peers/check_figures.py [--program PATH] [--keep FOLDER]
    python3 Benchmarks/peers/check_figures.py --folder FOLDER

Draws one figure of every kind by `figures.lua`, or takes NAME.png, NAME.svg and NAME.pdf of a folder. Needs pdftoppm and
pdffonts (Debian: poppler-utils), rsvg-convert (librsvg2-bin) and chromium, of which those that are missing are named and left
out; Pillow and NumPy come from PyPI into a virtual environment under ~/.cache/gfnet-lab, made at the first run. The program
is .build/release/gfnet-lab unless said otherwise.

The difference is that of the pages at half of the PNG's resolution, where an edge that lies half a pixel elsewhere counts
little and a text that lies elsewhere counts much: the root of the mean square of all pixels, in levels of 255, and the share
of pixels that differ by more than 64 levels. Where everything is moved by a point, they are 25 to 45 levels. pdftoppm sets
lines, glyphs and pictures on whole pixels, so it draws at four times the resolution. Exit status 1 where a difference is too
large, or a PDF has a font that is of Type 3 or not embedded.
"""
import argparse
import io
import os
import shutil
import subprocess
import sys
import tempfile

from peers import PROGRAM, enter_pinned

enter_pinned("venv-pictures", ["numpy>=2", "pillow>=13,<14"])

import numpy as np
from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__))
# Everything is drawn at the PNG's resolution, or a multiple of it, and compared at half of it.
DPI = 300
FINER = 4
# Chromium's own parts take some of a window's height even where they are not shown.
BROWSER = 200
MOST_RMS = 14.0
MOST_FAR = 0.015


def run(*command):
    return subprocess.run(command, check=True, capture_output=True).stdout


def pixels(data, size, scale=1):
    image = Image.open(io.BytesIO(data)).convert("RGBA")
    white = Image.new("RGBA", image.size, "white")
    white.alpha_composite(image)
    image = white.convert("RGB")
    whole = (size[0] * scale, size[1] * scale)
    if image.size != whole:
        # Renderers may round the size of the page to the next pixel.
        assert all(abs(a - b) <= scale for a, b in zip(image.size, whole)), f"{image.size} instead of {whole}"
        page = Image.new("RGB", whole, "white")
        page.paste(image, (0, 0))
        image = page
    return np.asarray(image.resize((size[0] // 2, size[1] // 2), Image.BOX), dtype=np.float64)


def by_pdftoppm(path):
    return run("pdftoppm", "-r", str(DPI * FINER), "-png", path)


def by_rsvg(path):
    return run("rsvg-convert", "--dpi-x", str(DPI), "--dpi-y", str(DPI), path)


def by_chromium(path):
    text = open(path, encoding="utf-8").read()
    start = text.index('width="') + 7
    width = float(text[start:text.index("pt", start)])
    start = text.index('height="') + 8
    height = float(text[start:text.index("pt", start)])
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "page.png")
        # A CSS pixel is three quarters of a point; the device's are as many as the resolution says.
        run(
            "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
            f"--force-device-scale-factor={DPI / 96}",
            f"--window-size={int(width / 0.75 + 2)},{int(height / 0.75 + 2 + BROWSER)}", f"--screenshot={out}",
            f"--user-data-dir={folder}/profile", "file://" + os.path.abspath(path))
        image = Image.open(out).convert("RGB")
        image = image.crop((0, 0, round(width * DPI / 72), round(height * DPI / 72)))
        data = io.BytesIO()
        image.save(data, "PNG")
        return data.getvalue()


# Ending, command, function and what its resolution is beside the PNG's.
RENDERERS = [
    ("pdf", "pdftoppm", by_pdftoppm, FINER), ("svg", "rsvg-convert", by_rsvg, 1), ("svg", "chromium", by_chromium, 1)]


def fonts(path):
    """The lines of pdffonts about fonts that are of Type 3 or not embedded."""
    lines = run("pdffonts", path).decode().splitlines()[2:]
    return [line for line in lines if "Type 3" in line or line.split()[-5] != "yes"]


def compare(folder, keep):
    names = sorted({n.rsplit(".", 1)[0] for n in os.listdir(folder) if n.endswith(".png")})
    renderers = [r for r in RENDERERS if shutil.which(r[1])]
    for _, command, *_ in RENDERERS:
        if not shutil.which(command):
            print(f"{command} is not there: what it shows is not compared")
    good = True
    print(f"{'figure':24}" + "".join(f"{command:>22}" for _, command, *_ in renderers))
    for name in names:
        with open(os.path.join(folder, name + ".png"), "rb") as file:
            png = file.read()
        size = Image.open(io.BytesIO(png)).size
        wanted = pixels(png, size)
        line = f"{name:24}"
        for ending, command, render, scale in renderers:
            path = os.path.join(folder, f"{name}.{ending}")
            if not os.path.exists(path):
                line += f"{'—':>22}"
                continue
            data = render(path)
            got = pixels(data, size, scale)
            difference = np.abs(got - wanted)
            rms = np.sqrt((difference**2).mean())
            far = (difference.max(axis=2) > 64).mean()
            line += f"{rms:13.2f} {far:7.2%}" + (" " if rms <= MOST_RMS and far <= MOST_FAR else "!")
            good &= rms <= MOST_RMS and far <= MOST_FAR
            if keep:
                both = np.concatenate([wanted, got, 255 - difference], axis=1).astype(np.uint8)
                Image.fromarray(both).save(os.path.join(keep, f"{name}.{command}.png"))
        pdf = os.path.join(folder, name + ".pdf")
        if os.path.exists(pdf) and shutil.which("pdffonts"):
            for bad in fonts(pdf):
                print(f"{name}.pdf: {bad}")
                good = False
        print(line, flush=True)
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=PROGRAM)
    parser.add_argument("--folder")
    parser.add_argument("--keep", help="a folder for pictures of PNG, the other format and their difference")
    arguments = parser.parse_args()
    if arguments.keep:
        os.makedirs(arguments.keep, exist_ok=True)
    if arguments.folder:
        sys.exit(0 if compare(arguments.folder, arguments.keep) else 1)
    with tempfile.TemporaryDirectory() as folder:
        run(arguments.program, "run", os.path.join(HERE, "figures.lua"), "--out", os.path.join(folder, "run"),
            "--formats", "png,svg,pdf")
        sys.exit(0 if compare(os.path.join(folder, "run", "figures"), arguments.keep) else 1)


if __name__ == "__main__":
    main()
