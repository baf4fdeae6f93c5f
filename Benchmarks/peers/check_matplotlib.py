#!/usr/bin/env python3
"""Draws the same numbers here and with Matplotlib, side by side, and measures both.

    Benchmarks/peers/check_matplotlib.py [--python PATH] [--keep FOLDER] [--runs N] [--strict]

Three numbers have a bar, which is for us: how far a picture of 150 dpi is from one that is drawn 16 times as fine and
averaged (root mean square in levels of 255; at most 2.0 for lines within the frame), a figure of 3.5 inches with four series
at 300 dpi (25 ms) and a grid of 40 glimpses (1 s). Times are of the processor, not of the clock, and hold layout, drawing and
the file, of the fastest of several runs. In --keep every kind stands side by side, ours at the left. Exit status 1 where a
distance is too large; a time that is counts only with --strict, as it depends on the machine.
"""

import argparse
import os
import sys
import tempfile
import time

import peers

HERE = os.path.dirname(os.path.abspath(__file__))
SIZE = (3.5, 2.6)
MOST_RMSE = 2.0
MOST_FOUR = 0.025
MOST_GRID = 1.0


def series(axes, marker):
    import numpy as np

    k = np.arange(12)
    for i, name in enumerate(["random", "centre", "learned", "oracle"], 1):
        axes.plot(4e7 + 1.5e7 * k, 66 + i + 9 * (1 - np.exp(-k / (2 + i))), marker=marker, markersize=4, label=name)


def four(plt):
    figure, axes = plt.subplots(figsize=SIZE, layout="constrained")
    series(axes, "o")
    axes.set(xlabel="mean Multiply-Adds", ylabel="top-1 (%)", title="Budgeted classification")
    axes.grid(True)
    axes.legend()
    return figure


def bare(plt):
    figure, axes = plt.subplots(figsize=SIZE, layout="constrained")
    series(axes, None)
    axes.set(xticks=[], yticks=[])
    return figure


def bars(plt):
    import numpy as np

    figure, axes = plt.subplots(figsize=SIZE, layout="constrained")
    place = np.arange(3)
    axes.bar(place - 0.2, [75.4, 76.3, 79.8], 0.4, label="static")
    axes.bar(place + 0.2, [75.5, 76.5, 79.8], 0.4, label="GFNet")
    axes.set_xticks(place, ["MobileNetV3", "RegNetY", "EfficientNet"])
    axes.set(ylabel="top-1 (%)")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2)
    return figure


def hist(plt):
    import numpy as np

    figure, axes = plt.subplots(figsize=SIZE, layout="constrained")
    axes.hist(1 - ((np.arange(2000) + 0.5) / 2000) ** 3, 20)
    axes.set(xlabel="confidence", ylabel="images")
    return figure


def heatmap(plt):
    import numpy as np

    figure, axes = plt.subplots(figsize=SIZE, layout="constrained")
    r, c = np.mgrid[1:25, 1:25]
    image = axes.imshow(np.exp(-((r - 9) ** 2) / 60 - (c - 14) ** 2 / 30), extent=(0.5, 24.5, 24.5, 0.5))
    figure.colorbar(image, label="share")
    axes.set(xlabel="column", ylabel="row")
    return figure


def grid(plt):
    import numpy as np
    from matplotlib.patches import Rectangle

    figure, panels = plt.subplots(5, 8, figsize=(7.16, 5.4), layout="constrained")
    y, x = np.mgrid[1:129, 1:129]
    for i, axes in enumerate(panels.flat, 1):
        axes.imshow(0.5 + 0.5 * np.sin(x * (i % 7 + 1) / 20) * np.cos(y / (5 + i % 5)), cmap="gray", vmin=0, vmax=1)
        axes.set(xticks=[], yticks=[])
        axes.set_title(f"{i} – class", fontsize=6)
        for step, (row, column, right) in enumerate(
            [(i * 41 % 80, i * 67 % 80, i % 2 == 0), (i * 29 % 80, i * 31 % 80, True)], 2
        ):
            color = "#16a34a" if right else "#dc2626"
            axes.add_patch(Rectangle((column, row), 48, 48, fill=False, color=color))
            text = f"{step}: {62 if step == 2 else 93} %"
            axes.text(column, row, text, fontsize=4, color="white", va="bottom", bbox={"color": color, "pad": 0.5})
    return figure


def distance(folder, name, rim=0.0):
    """How far a picture of 150 dpi is from the mean of 16 × 16 as fine pixels, without a rim of that part of its sides."""
    import numpy as np
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None
    coarse = np.asarray(Image.open(f"{folder}/{name}-150.png").convert("RGB"), dtype=np.float64)
    fine = Image.open(f"{folder}/{name}-2400.png").convert("RGB")
    height, width = coarse.shape[:2]
    fine = np.asarray(fine.crop((0, 0, 16 * width, 16 * height)))
    mean = fine.reshape(height, 16, width, 16, 3).mean(axis=(1, 3))
    top, left = round(rim * height), round(rim * width)
    off = (coarse - mean)[top:height - top, left:width - left]
    return float(np.sqrt((off**2).mean()))


def side_by_side(folder, keep, name):
    from PIL import Image

    both = [Image.open(f"{folder}/{side}-{name}.png").convert("RGB") for side in ("ours", "theirs")]
    page = Image.new("RGB", (sum(i.width for i in both) + 30, max(i.height for i in both)), "#bbbbbb")
    page.paste(both[0], (0, 0))
    page.paste(both[1], (both[0].width + 30, 0))
    page.save(f"{keep}/{name}.png")


def draw(folder, runs):
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    plt.rcParams.update({"font.family": "serif", "font.size": 8, "lines.linewidth": 1.25, "axes.linewidth": 0.5})
    times = {}
    for name, make in (("four", four), ("bars", bars), ("hist", hist), ("heatmap", heatmap), ("grid", grid)):
        best = float("inf")
        for _ in range(runs):
            start = time.process_time()
            figure = make(plt)
            figure.savefig(f"{folder}/theirs-{name}.png", dpi=300)
            best = min(best, time.process_time() - start)
            plt.close(figure)
        times[name] = best
    for name, make in (("four", four), ("bare", bare)):
        for dpi in (150, 2400):
            figure = make(plt)
            figure.savefig(f"{folder}/theirs-{name}-{dpi}.png", dpi=dpi)
            plt.close(figure)
    return times


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", help="an interpreter with matplotlib, numpy and pillow")
    parser.add_argument("--keep", help="a folder for both sides of every kind")
    parser.add_argument("--runs", type=int, default=7, help="of what is timed; the fastest counts")
    parser.add_argument("--strict", action="store_true", help="times that are too long are failures as well")
    arguments = parser.parse_args()
    peers.enter(["matplotlib", "numpy", "pillow"], arguments.python)
    with tempfile.TemporaryDirectory() as folder:
        printed = peers.program(
            "run", os.path.join(HERE, "matplotlib_figures.lua"), f"folder={folder}", f"runs={arguments.runs}",
            "--allow", folder, "--out", os.path.join(folder, "run"))
        ours = {}
        for line in printed.splitlines():
            if line.startswith("time "):
                _, name, seconds = line.split()
                ours[name] = float(seconds)
        theirs = draw(folder, arguments.runs)
        good = True
        print(f"{'':44}{'here':>10}{'Matplotlib':>12}{'bar':>8}")
        # Both set the frame, grid lines and texts on whole pixels, where they are sharper than the mean of finer ones.
        for name, text, rim, bar in (
            ("bare", "lines, distance from 16 times as fine", 0.08, MOST_RMSE),
            ("four", "the whole figure, the same", 0, None),
        ):
            mine, other = distance(folder, f"ours-{name}", rim), distance(folder, f"theirs-{name}", rim)
            shown = f"{bar:8.1f}" if bar else ""
            print(f"{text:44}{mine:10.2f}{other:12.2f}{shown}{' !' if bar and mine > bar else ''}")
            good &= bar is None or mine <= bar
        for name, text, bar in (
            ("four", "four series, 3.5 in, 300 dpi (ms)", MOST_FOUR), ("grid", "40 glimpses, 300 dpi (ms)", MOST_GRID)
        ):
            over = ours[name] > bar
            print(
                f"{text:44}{1e3 * ours[name]:10.1f}{1e3 * theirs[name]:12.1f}{1e3 * bar:8.0f}{' !' if over else ''}")
            good &= not (over and arguments.strict)
        if arguments.keep:
            os.makedirs(arguments.keep, exist_ok=True)
            for name in ("four", "bars", "hist", "heatmap", "grid"):
                side_by_side(folder, arguments.keep, name)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
