"""Small pictures in every combination of what their formats offer, for check_images.py."""

import io
import itertools
import struct
import zlib

import numpy as np
import tifffile
from PIL import Image

W, H = 19, 17
ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def every(rng):
    """Yields (name, bytes)."""
    yield from pngs(rng)
    yield from netpbms(rng)
    yield from tiffs(rng)
    yield from bitmaps(rng)
    yield from oriented(rng)


def pngs(rng):
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    def rows(values, depth):
        for row in values:
            samples = row.reshape(-1)
            if depth >= 8:
                yield samples.astype(">u2" if depth == 16 else "u1").tobytes()
            else:
                bits = (samples[:, None] >> np.arange(depth - 1, -1, -1)) & 1
                yield np.packbits(bits.astype(np.uint8).reshape(-1)).tobytes()

    kinds = {0: (1, (1, 2, 4, 8, 16)), 2: (3, (8, 16)), 3: (1, (1, 2, 4, 8)), 4: (2, (8, 16)), 6: (4, (8, 16))}
    for kind, (channels, depths) in kinds.items():
        for depth, interlaced, transparent, (w, h) in itertools.product(
                depths, (0, 1), (0, 1), ((W, H), (1, 1), (3, 5))):
            if transparent and kind in (4, 6):
                continue
            values = rng.integers(0, 1 << depth, (h, w, channels))
            extra = b""
            if kind == 3:
                extra += chunk(b"PLTE", rng.integers(0, 256, (1 << depth) * 3).astype("u1").tobytes())
            if transparent:
                content = {0: lambda: struct.pack(">H", int(values.flat[0])),
                           2: lambda: struct.pack(">HHH", *map(int, values[0, 0])),
                           3: lambda: rng.integers(0, 256, min(1 << depth, 5)).astype("u1").tobytes()}[kind]()
                extra += chunk(b"tRNS", content)
            parts = [values[y::dy, x::dx] for x, y, dx, dy in ADAM7] if interlaced else [values]
            data = b"".join(b"\0" + row for part in parts if part.size for row in rows(part, depth))
            header = struct.pack(">IIBBBBB", w, h, depth, kind, 0, 0, interlaced)
            yield (f"png-{kind}-{depth}-{interlaced}-{transparent}-{w}x{h}.png",
                   b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b""))


def netpbms(rng):
    for largest in (1, 2, 7, 15, 100, 127, 128, 255, 256, 1000, 1023, 4095, 65534, 65535):
        for magic, channels in ((b"P5", 1), (b"P6", 3), (b"P2", 1), (b"P3", 3)):
            values = rng.integers(0, largest + 1, (H, W, channels))
            if magic in (b"P5", b"P6"):
                body = values.astype("u1" if largest < 256 else ">u2").tobytes()
            else:
                body = b" ".join(b"%d" % v for v in values.reshape(-1)) + b"\n"
            yield f"netpbm-{magic.decode()}-{largest}.pnm", magic + b"\n# comment\n%d %d\n%d\n" % (W, H, largest) + body
    bits = rng.integers(0, 2, (H, W))
    yield "netpbm-P4.pbm", b"P4 %d %d\n" % (W, H) + b"".join(np.packbits(row).tobytes() for row in bits)
    yield "netpbm-P1.pbm", b"P1 %d %d\n" % (W, H) + b"".join(b"%d" % v for v in bits.reshape(-1))
    for scale, kind in ((-1.0, "<f4"), (1.0, ">f4")):
        values = rng.normal(100, 100, (H, W)).astype(kind)
        yield f"netpbm-Pf-{kind[0]}.pfm", b"Pf\n%d %d\n%.1f\n" % (W, H, scale) + values.tobytes()


def tiffs(rng):
    def values(kind, channels, planar):
        if kind == "bool":
            array = rng.integers(0, 2, (H, W, channels)).astype(bool)
        elif kind[0] == "f":
            array = rng.normal(100, 100, (H, W, channels)).astype(kind)
        else:
            limits = np.iinfo(kind)
            array = rng.integers(max(limits.min, -300), min(limits.max, 70000), (H, W, channels), endpoint=True).astype(kind)
        if channels == 1:
            return array[..., 0]
        return np.moveaxis(array, -1, 0) if planar == "separate" else array

    photometrics = (("minisblack", 1), ("miniswhite", 1), ("rgb", 3), ("ycbcr", 3), ("separated", 4), ("rgb", 4),
                    ("minisblack", 2), ("palette", 1))
    for (photometric, channels), kind, compression, planar, order, tile in itertools.product(
            photometrics, ("u1", "u2", "i1", "i2", "u4", "f4", "bool"),
            ("none", "packbits", "lzw", "deflate", "adobe_deflate", "zstd", "lzma", "jpeg"),
            ("contig", "separate"), "<>", (None, (16, 16))):
        if (planar == "separate" and channels == 1) or (kind == "bool" and channels > 1):
            continue
        if (compression == "jpeg" or photometric == "palette") and kind != "u1":
            continue
        if compression not in ("none", "lzw", "deflate") and (order == ">" or tile):
            continue
        options = {}
        if photometric == "palette":
            options["colormap"] = rng.integers(0, 65536, (3, 256)).astype("u2")
        if (photometric, channels) in (("rgb", 4), ("minisblack", 2)):
            options["extrasamples"] = ["unassalpha"]
        if photometric == "ycbcr" and compression != "jpeg":
            options["subsampling"] = (1, 1)
        out = io.BytesIO()
        try:
            tifffile.imwrite(
                out, values(kind, channels, planar), photometric=photometric,
                compression=None if compression == "none" else compression,
                planarconfig=planar if channels > 1 else None, byteorder=order, tile=tile, metadata=None, **options)
        except Exception:  # a combination that the format or tifffile does not have
            continue
        yield (f"tiff-{photometric}{channels}-{kind}-{compression}-{planar}-{'big' if order == '>' else 'little'}"
               f"-{'tiles' if tile else 'strips'}.tif", out.getvalue())
    for kind, (channels, photometric), compression in itertools.product(
            ("u1", "u2"), ((1, "minisblack"), (3, "rgb")), ("lzw", "deflate")):
        out = io.BytesIO()
        tifffile.imwrite(out, values(kind, channels, "contig"), photometric=photometric, compression=compression, predictor=2,
                         metadata=None)
        yield f"tiff-predictor-{kind}-{channels}-{compression}.tif", out.getvalue()
    for compression in ("group3", "group4", "tiff_ccitt", "packbits", "tiff_lzw", "tiff_adobe_deflate"):
        out = io.BytesIO()
        Image.fromarray(rng.integers(0, 256, (H, W)).astype("u1")).convert("1").save(out, "TIFF", compression=compression)
        yield f"tiff-bits-{compression}.tif", out.getvalue()


def bitmaps(rng):
    """BMP of all depths, headers and directions that store pixels without runs."""
    for bits, header, down in itertools.product((1, 4, 8, 16, 24, 32), (12, 40, 56, 108, 124), (False, True)):
        if header == 12 and (bits in (16, 32) or down):
            continue
        rows = b""
        for _ in range(H):
            line = rng.integers(0, 256, (W * bits + 7) // 8).astype("u1").tobytes()
            rows += line + b"\0" * (-len(line) % 4)
        entry = 3 if header == 12 else 4
        colors = 1 << bits if bits <= 8 else 0
        palette = b"".join(rng.integers(0, 256, 3).astype("u1").tobytes() + b"\0" * (entry - 3) for _ in range(colors))
        if header == 12:
            info = struct.pack("<IHHHH", 12, W, H, 1, bits)
        else:
            info = struct.pack("<IiiHHIIIIII", header, W, -H if down else H, 1, bits, 0, len(rows), 0, 0, colors, 0)
            info += bytes(header - 40)
        start = 14 + len(info) + len(palette)
        yield (f"bmp-{bits}-{header}-{'down' if down else 'up'}.bmp",
               struct.pack("<2sIHHI", b"BM", start + len(rows), 0, 0, start) + info + palette + rows)


def oriented(rng):
    image = Image.fromarray(rng.integers(0, 256, (H, W, 3)).astype("u1"))
    for orientation in range(1, 9):
        for mode in ("RGB", "L", "1", "P", "CMYK", "YCbCr", "RGBA"):
            out = io.BytesIO()
            image.convert(mode).save(out, "TIFF", tiffinfo={274: orientation})
            yield f"tiff-orientation{orientation}-{mode}.tif", out.getvalue()
        exif = Image.Exif()
        exif[274] = orientation
        for kind, options in (("JPEG", {}), ("PNG", {}), ("WEBP", {"lossless": True})):
            out = io.BytesIO()
            image.save(out, kind, exif=exif, **options)
            yield f"{kind.lower()}-orientation{orientation}.{kind.lower()}", out.getvalue()
    for quality, subsampling, progressive in itertools.product((10, 75, 95, 100), (0, 1, 2), (False, True)):
        for mode in ("RGB", "L", "CMYK"):
            out = io.BytesIO()
            image.convert(mode).save(out, "JPEG", quality=quality, subsampling=subsampling, progressive=progressive)
            yield f"jpeg-{mode}-{quality}-{subsampling}-{int(progressive)}.jpeg", out.getvalue()


# What Pillow 13 makes of these is wrong: it takes planes of 16 bits for planes of 8, and turns the bytes of these
# kinds of samples a second time.
PILLOW_ERRS = (
    lambda name: "-u2-none-separate-" in name,
    lambda name: ("-f4-" in name or "-i2-" in name) and "-big-" in name and "-none-" not in name,
)
