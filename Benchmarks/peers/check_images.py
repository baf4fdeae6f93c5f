#!/usr/bin/env python3
"""Compares decoding and resizing of pictures with Pillow's.

    python3 Benchmarks/peers/check_images.py [--keep FOLDER] [--combinations]

Writes 50 pictures of different sizes, formats and modes, reads them with Pillow and with gfnet-lab's decoders, and
prints the largest difference of a pixel's level for each; then the same for both resize filters at several sizes, and
the times of both programs on one photograph-sized JPEG. Exit status 1 when a limit is passed, 2 when something that
the comparison needs is missing. With --combinations it compares some 1,650 small pictures instead, in every
combination of what their formats offer (image_combinations.py).

Pillow and NumPy come from PyPI into a virtual environment under ~/.cache/gfnet-lab, made at the first run.
"""

import argparse
import collections
import io
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import warnings

from peers import enter_pinned, fail

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGES = ["numpy>=2", "pillow>=13,<14", "tifffile", "imagecodecs"]

# Levels of 255. Lossy formats may differ by a level where two versions of a decoder round differently.
DECODE_LIMIT = {"JPEG": 1, "WebP": 1}
RESIZE_LIMIT = 1

enter_pinned("venv-images", PACKAGES)

import numpy as np
from PIL import Image


def picture(seed, width, height, channels):
    """Smooth shapes and fine noise, so that both filters and both kinds of compression have work to do."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    planes = []
    for c in range(channels):
        a, b, p = rng.uniform(0.01, 0.35, 3)
        wave = np.sin(a * x + 7 * p) * np.cos(b * y) + 0.4 * ((x // 9 + y // 7 + c) % 2)
        planes.append(128 + 80 * wave + rng.normal(0, 12, (height, width)))
    return np.clip(np.stack(planes, -1), 0, 255).astype(np.uint8)


def generated(folder):
    """Saves 50 pictures; yields (path, format, what it is)."""
    count = 0

    def save(image, ending, what, **options):
        nonlocal count
        count += 1
        path = folder / f"{count:02d}.{ending}"
        image.save(path, **options)
        name = {"jpg": "JPEG", "tif": "TIFF", "webp": "WebP"}.get(ending, ending.upper())
        return str(path), name, what

    def rgb(w, h): return Image.fromarray(picture(count, w, h, 3))
    def grey(w, h): return Image.fromarray(picture(count, w, h, 1)[..., 0])
    def rgba(w, h): return Image.fromarray(picture(count, w, h, 4))
    def cmyk(w, h): return Image.fromarray(picture(count, w, h, 4), "CMYK")
    def two(w, h): return Image.fromarray(picture(count, w, h, 2), "LA")
    def palette(w, h, n=256): return rgb(w, h).quantize(n)

    def deep(w, h):
        values = picture(count, w, h, 1)[..., 0].astype(np.uint16) * 5
        return Image.fromarray(values)

    yield save(rgb(500, 375), "jpg", "4:2:0, quality 75")
    yield save(rgb(331, 257), "jpg", "4:4:4, quality 95", quality=95, subsampling=0)
    yield save(rgb(97, 401), "jpg", "4:2:2, quality 50", quality=50, subsampling=1)
    yield save(rgb(640, 480), "jpg", "progressive", progressive=True, quality=85)
    yield save(rgb(17, 9), "jpg", "tiny, optimised", optimize=True)
    yield save(rgb(1, 1), "jpg", "one pixel")
    yield save(rgb(120, 90), "jpg", "EXIF orientation 6", exif=exif(6))
    yield save(rgb(200, 130), "jpg", "restart markers", restart_marker_blocks=4)
    yield save(rgb(150, 110), "jpg", "RGB, not transformed", keep_rgb=True, quality=90)
    yield save(grey(301, 200), "jpg", "grey")
    yield save(grey(64, 300), "jpg", "grey, progressive", progressive=True)
    yield save(cmyk(200, 160), "jpg", "CMYK")
    yield save(cmyk(199, 77), "jpg", "CMYK, quality 95", quality=95)
    yield save(rgb(2000, 1500), "jpg", "three million pixels", quality=80)
    yield save(rgb(300, 200), "png", "RGB")
    yield save(rgba(300, 200), "png", "RGBA")
    yield save(grey(123, 45), "png", "grey")
    yield save(two(123, 45), "png", "grey and alpha")
    yield save(palette(200, 100), "png", "palette")
    yield save(palette(201, 99, 14), "png", "palette, 4 bits", bits=4)
    yield save(palette(33, 40, 4), "png", "palette, 2 bits", bits=2)
    yield save(palette(200, 100), "png", "palette, one colour transparent", transparency=3)
    yield save(palette(77, 88), "png", "palette with alpha", transparency=bytes(range(256)))
    yield save(rgb(60, 60), "png", "RGB, one colour transparent", transparency=(1, 2, 3))
    yield save(grey(75, 31).convert("1"), "png", "1 bit")
    yield save(deep(120, 80), "png", "16-bit grey")
    yield save(rgb(1, 700), "png", "one pixel wide")
    yield save(rgb(300, 200), "webp", "lossy")
    yield save(rgb(301, 199), "webp", "lossy, quality 30", quality=30)
    yield save(rgba(300, 200), "webp", "lossy with alpha", exact=True)
    yield save(rgb(111, 222), "webp", "lossless", lossless=True)
    yield save(rgba(90, 80), "webp", "lossless with alpha", lossless=True, exact=True)
    yield save(rgb(80, 60), "webp", "animation", save_all=True, append_images=[rgb(80, 60)])
    yield save(palette(200, 150), "gif", "palette")
    yield save(palette(90, 61, 7), "gif", "7 colours", interlace=0)
    yield save(palette(90, 61), "gif", "interlaced", interlace=1)
    yield save(palette(90, 61), "gif", "one colour transparent", transparency=5)
    yield save(palette(70, 50), "gif", "animation", save_all=True, append_images=[palette(70, 50)])
    yield save(grey(70, 50), "gif", "grey")
    yield save(rgb(101, 67), "bmp", "24 bits")
    yield save(palette(101, 67), "bmp", "palette")
    yield save(grey(75, 31).convert("1"), "bmp", "1 bit")
    yield save(rgba(31, 40), "bmp", "32 bits")
    yield save(rgb(150, 100), "tif", "uncompressed")
    yield save(rgba(150, 100), "tif", "LZW, RGBA", compression="tiff_lzw")
    yield save(cmyk(150, 100), "tif", "Deflate, CMYK", compression="tiff_adobe_deflate")
    yield save(rgb(150, 100), "tif", "JPEG", compression="jpeg")
    yield save(deep(99, 40), "tif", "16-bit grey")
    yield save(grey(170, 90).convert("1"), "tif", "1 bit, Group 4", compression="group4")
    yield save(palette(64, 48), "tif", "palette, PackBits", compression="packbits")


def exif(orientation):
    data = Image.Exif()
    data[0x0112] = orientation
    return data


class Reader:
    """The other side: Benchmarks/Images answers one request a line."""

    def __init__(self):
        built = subprocess.run(
            ["swift", "build", "-c", "release", "--product", "image-pixels"], cwd=ROOT,
            stdout=subprocess.DEVNULL if not sys.stderr.isatty() else sys.stderr)
        if built.returncode:
            fail("Benchmarks/Images does not build")
        program = ROOT / ".build" / "release" / "image-pixels"
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, *words):
        self.process.stdin.write("\t".join(map(str, words)).encode() + b"\n")
        self.process.stdin.flush()
        status, *numbers = self.process.stdout.readline().decode().split()
        if status != "ok":
            raise RuntimeError(" ".join(numbers))
        return numbers

    def pixels(self, *words):
        width, height = map(int, self.ask(*words))
        data = self.process.stdout.read(width * height * 3)
        return np.frombuffer(data, np.uint8).reshape(height, width, 3)


def difference(ours, theirs):
    """The largest difference, and the share of levels that differ."""
    if ours.shape != theirs.shape:
        raise RuntimeError(f"shape {ours.shape}, Pillow's is {theirs.shape}")
    gap = np.abs(ours.astype(int) - theirs.astype(int))
    return int(gap.max()), float((gap > 0).mean())


def compare_combinations(reader, folder):
    """Prints how many pictures are equal, read by one side alone, or different; returns how many should not be so."""
    import image_combinations

    warnings.simplefilter("ignore")
    groups = collections.defaultdict(list)
    for name, data in image_combinations.every(np.random.default_rng(7)):
        path = folder / name
        path.write_bytes(data)
        try:
            # From memory: opened by its name, a picture of some modes is not turned by Pillow 13.
            with Image.open(io.BytesIO(data)) as image:
                theirs = np.asarray(image.convert("RGB"))
        except Exception:
            theirs = None
        try:
            ours = reader.pixels("decode", path)
        except RuntimeError:
            ours = None
        lossy = "jpeg" in name
        if ours is None or theirs is None:
            kind = "neither reads" if ours is theirs else "only Pillow reads" if ours is None else "only gfnet-lab reads"
        elif ours.shape == theirs.shape and difference(ours, theirs)[0] <= lossy:
            kind = "equal"
        elif any(errs(name) for errs in image_combinations.PILLOW_ERRS):
            kind = "different where Pillow errs"
        else:
            kind = "different"
        groups[kind].append(name)
    for kind, names in sorted(groups.items()):
        print(f"{len(names):5}  {kind:28} {'' if kind == 'equal' else ', '.join(names[:4])}")
    return len(groups["different"]) + len(groups["only Pillow reads"])


def best(runs, body):
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        body()
        times.append(time.perf_counter() - start)
    return min(times)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--keep", help="write the pictures here and leave them")
    arguments.add_argument("--combinations", action="store_true", help="compare every combination of small pictures")
    chosen = arguments.parse_args()
    keep = chosen.keep
    folder = pathlib.Path(keep or tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    reader = Reader()
    bad = 0
    files = [] if chosen.combinations else list(generated(folder))
    try:
        if chosen.combinations:
            sys.exit(1 if compare_combinations(reader, folder) else 0)
        print(f"Pillow {Image.__version__}, {len(files)} pictures; differences in levels of 255\n")
        print(f"{'':3} {'format':6} {'size':>10}  {'largest':>7} {'differing':>9}  kind")
        for number, (path, name, what) in enumerate(files, 1):
            with Image.open(path) as image:
                theirs = np.asarray(image.convert("RGB"))
            size = f"{theirs.shape[1]}×{theirs.shape[0]}"
            try:
                largest, share = difference(reader.pixels("decode", path), theirs)
            except RuntimeError as error:
                largest, share = 255, 1
                what += f": {error}"
            bad += largest > DECODE_LIMIT.get(name, 1 if what == "JPEG" else 0)
            print(f"{number:3} {name:6} {size:>10}  {largest:7d} {100 * share:8.3f}%  {what}")

        print(f"\n{'filter':9} {'largest':>7} {'differing':>9}  pictures × sizes")
        for filter_name, resample in (("bilinear", Image.BILINEAR), ("bicubic", Image.BICUBIC)):
            largest, share, tried = 0, 0.0, 0
            for path, name, what in files:
                # Lossless files only: the source pixels are then the same on both sides.
                if name not in ("PNG", "GIF", "BMP"):
                    continue
                with Image.open(path) as image:
                    image = image.convert("RGB")
                for width, height in ((224, 224), (256, 171), (64, 48), (500, 375), (7, 300), (1, 1)):
                    theirs = np.asarray(image.resize((width, height), resample))
                    ours = reader.pixels("resize", filter_name, width, height, path)
                    one, part = difference(ours, theirs)
                    largest, share, tried = max(largest, one), share + part, tried + 1
            bad += largest > RESIZE_LIMIT
            print(f"{filter_name:9} {largest:7d} {100 * share / tried:8.3f}%  {tried}")

        photograph = next(path for path, _, what in files if what == "4:2:0, quality 75")
        large = next(path for path, _, what in files if what == "three million pixels")
        print("\nmilliseconds, fastest of 20   Pillow  gfnet-lab  ratio")
        for path, size in ((photograph, (341, 256)), (large, (341, 256))):
            for filter_name, resample in (("bilinear", Image.BILINEAR), ("bicubic", Image.BICUBIC)):
                with Image.open(path) as image:
                    source = image.convert("RGB")
                theirs = [
                    best(20, lambda: Image.open(path).convert("RGB")),
                    best(20, lambda: source.resize(size, resample)),
                ]
                ours = map(float, reader.ask("time", filter_name, *size, 20, path))
                for what, a, b in zip(("decode", filter_name), theirs, ours):
                    print(f"{what:9} {source.width:4}×{source.height:<4} {1e3 * a:15.2f} {1e3 * b:10.2f} {a / b:6.2f}")
    finally:
        if not keep:
            shutil.rmtree(folder)
    if bad:
        print(f"\n{bad} over the limit")
    sys.exit(1 if bad else 0)


main()
