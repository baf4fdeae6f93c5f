"""Writes the pictures of this folder, and what Pillow reads from them.

    python3 make.py          (needs Pillow 13 and NumPy)

pixels.bin holds the RGB bytes of each picture as Pillow's convert("RGB") gives them, one after the other; index.json
says which is where, and what becomes of some of them when they are resized. broken/ holds files that must be refused.
"""

import io
import json
import pathlib
import struct
import zlib

import numpy as np
from PIL import Image

FOLDER = pathlib.Path(__file__).resolve().parent
W, H = 19, 17


def picture(seed, channels, w=W, h=H):
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:h, 0:w].astype(float)
    planes = [
        128 + 90 * np.sin(0.3 * x * (c + 1) + seed) * np.cos(0.25 * y) + rng.normal(0, 9, (h, w))
        for c in range(channels)
    ]
    return np.clip(np.stack(planes, -1), 0, 255).astype(np.uint8)


def rgb(seed, w=W, h=H): return Image.fromarray(picture(seed, 3, w, h))
def grey(seed): return Image.fromarray(picture(seed, 1)[..., 0])
def rgba(seed): return Image.fromarray(picture(seed, 4))
def cmyk(seed): return Image.frombytes("CMYK", (W, H), picture(seed, 4).tobytes())


def saved(image, format, **options):
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


# PNG: what Pillow does not write.

def png(width, height, depth, kind, rows, interlaced=False, extra=b""):
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, int(interlaced))
    data = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", data) + chunk(b"IEND", b""))


def interlaced_png(pixels, depth, kind):
    """Adam7; pixels are h × w × bytes."""
    rows = []
    for x0, y0, dx, dy in ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)):
        part = pixels[y0::dy, x0::dx]
        if part.size:
            rows += [row.tobytes() for row in part]
    return png(pixels.shape[1], pixels.shape[0], depth, kind, rows, True)


def deep(seed, channels):
    values = picture(seed, channels).astype(np.uint16) * 200 + 77
    return values.byteswap().view(np.uint8).reshape(H, W, 2 * channels)


# BMP

def bmp(width, height, bits, data, palette=b"", compression=0, masks=b"", header=40):
    if header == 12:
        info = struct.pack("<IHHHH", 12, width, height, 1, bits)
    else:
        info = struct.pack("<IiiHHIIIIII", 40, width, height, 1, bits, compression, len(data), 0, 0, len(palette) // 4, 0)
    start = 14 + len(info) + len(masks) + len(palette)
    return struct.pack("<2sIHHI", b"BM", start + len(data), 0, 0, start) + info + masks + palette + data


def rows16(seed):
    values = picture(seed, 2).view(np.uint8).reshape(H, W * 2)
    return b"".join(row.tobytes() + b"\0" * (-len(row.tobytes()) % 4) for row in values)


COLORS = b"".join(bytes([i * 9 % 256, i * 31 % 256, i * 77 % 256, 0]) for i in range(16))


# TIFF

def tiff(tags, data_tags, big=False):
    """A file of one directory: tags {number: (type, values)}; data_tags {offsets tag: (counts tag, blocks)}."""
    order = ">" if big else "<"
    size = {1: "B", 3: "H", 4: "I"}
    body = bytearray((b"MM\0*" if big else b"II*\0") + b"\0\0\0\0")
    for offsets, (counts, blocks) in data_tags.items():
        places = []
        for block in blocks:
            places.append(len(body))
            body += block
        tags[offsets], tags[counts] = (4, places), (4, [len(block) for block in blocks])
    entries = []
    for tag, (kind, values) in sorted(tags.items()):
        packed = struct.pack(order + size[kind] * len(values), *values)
        if len(packed) <= 4:
            field = packed.ljust(4, b"\0")
        else:
            field = struct.pack(order + "I", len(body))
            body += packed + b"\0" * (len(packed) % 2)
        entries.append(struct.pack(order + "HHI", tag, kind, len(values)) + field)
    struct.pack_into(order + "I", body, 4, len(body))
    return bytes(body) + struct.pack(order + "H", len(entries)) + b"".join(entries) + b"\0\0\0\0"


def tags(bits, photometric, samples, **more):
    result = {256: (4, [W]), 257: (4, [H]), 258: (3, [bits] * samples), 259: (3, [1]), 262: (3, [photometric]),
              277: (3, [samples]), 278: (4, [H])}
    result.update({int(k[1:]): v for k, v in more.items()})
    return result


def tiled_tiff():
    pixels = picture(60, 3)
    blocks = []
    for y in range(0, H, 16):
        for x in range(0, W, 16):
            block = np.zeros((16, 16, 3), np.uint8)
            part = pixels[y:y + 16, x:x + 16]
            block[:part.shape[0], :part.shape[1]] = part
            blocks.append(zlib.compress(block.tobytes()))
    all_tags = tags(8, 2, 3, t259=(3, [8]), t322=(3, [16]), t323=(3, [16]))
    del all_tags[278]
    return tiff(all_tags, {324: (325, blocks)})


def gif_with_offset():
    """A frame in the middle of a larger canvas, transparent around it, with its own palette."""
    frame = Image.open(io.BytesIO(saved(rgb(45, 9, 7).quantize(16), "GIF")))
    data = bytearray(saved(rgb(45, 9, 7).quantize(16), "GIF"))
    struct.pack_into("<HH", data, 6, W, H)
    place = data.index(b",", 13 + 3 * (2 << (data[10] & 7)))
    struct.pack_into("<HH", data, place + 1, 6, 5)
    return bytes(data)


PICTURES = {
    "colour.jpg": saved(rgb(1), "JPEG", quality=85),
    "colour-444.jpg": saved(rgb(2), "JPEG", quality=95, subsampling=0),
    "progressive.jpg": saved(rgb(3), "JPEG", progressive=True),
    "grey.jpg": saved(grey(4), "JPEG"),
    "cmyk.jpg": saved(cmyk(5), "JPEG", quality=90),
    "orientation-6.jpg": saved(rgb(6), "JPEG", exif=(lambda e: (e.__setitem__(0x0112, 6), e)[1])(Image.Exif())),
    "rgb.png": saved(rgb(10), "PNG"),
    "rgba.png": saved(rgba(11), "PNG"),
    "grey-alpha.png": saved(Image.fromarray(picture(12, 2), "LA"), "PNG"),
    "palette.png": saved(rgb(13).quantize(64), "PNG"),
    "palette-transparent.png": saved(rgb(14).quantize(16), "PNG", bits=4, transparency=3),
    "one-bit.png": saved(grey(15).convert("1"), "PNG"),
    "deep-grey.png": saved(Image.fromarray(picture(16, 1)[..., 0].astype(np.uint16) * 2), "PNG"),
    "deep-rgb.png": png(W, H, 16, 2, [r.tobytes() for r in deep(17, 3)]),
    "deep-grey-alpha.png": png(W, H, 16, 4, [r.tobytes() for r in deep(18, 2)]),
    "interlaced.png": interlaced_png(picture(19, 3), 8, 2),
    "interlaced-deep-grey.png": interlaced_png(
        (picture(20, 1)[..., 0].astype(np.uint16) * 2).byteswap().view(np.uint8).reshape(H, W, 2), 16, 0),
    "two-bits.png": png(W, H, 2, 0, [bytes((i * 37 + y * 11) % 256 for i in range(5)) for y in range(H)]),
    "lossy.webp": saved(rgb(30), "WEBP", quality=80),
    "lossy-alpha.webp": saved(rgba(31), "WEBP", exact=True),
    "lossless.webp": saved(rgb(32), "WEBP", lossless=True),
    "animation.webp": saved(rgb(33), "WEBP", save_all=True, append_images=[rgb(34)]),
    "palette.gif": saved(rgb(40).quantize(32), "GIF", interlace=0),
    "interlaced.gif": saved(rgb(41).quantize(200), "GIF", interlace=1),
    "transparent.gif": saved(rgb(42).quantize(32), "GIF", transparency=4),
    "animation.gif": saved(rgb(43).quantize(16), "GIF", save_all=True, append_images=[rgb(44).quantize(16)]),
    "offset.gif": gif_with_offset(),
    "colour.bmp": saved(rgb(50), "BMP"),
    "palette.bmp": saved(rgb(51).quantize(16), "BMP"),
    "one-bit.bmp": saved(grey(52).convert("1"), "BMP"),
    "alpha.bmp": saved(rgba(53), "BMP"),
    "top-down.bmp": bmp(W, -H, 16, rows16(54)),
    "five-six-five.bmp": bmp(W, H, 16, rows16(55), compression=3, masks=struct.pack("<III", 0xF800, 0x7E0, 0x1F)),
    "os2.bmp": bmp(W, H, 4, bytes((7 * i) % 256 for i in range(12 * H)),
                   b"".join(COLORS[4 * i:4 * i + 3] for i in range(16)), header=12),
    "run-lengths.bmp": bmp(8, 3, 8, bytes([3, 5, 0, 5, 1, 2, 3, 4, 5, 0, 0, 0, 8, 9, 0, 0, 2, 1, 6, 2, 0, 1]),
                           COLORS, compression=1),
    "half-byte-runs.bmp": bmp(8, 2, 4, bytes([5, 0x12, 3, 0x34, 0, 0, 0, 5, 0x56, 0x78, 0x90, 0, 3, 0xAB, 0, 1]),
                              COLORS, compression=2),
    "colour.tif": saved(rgb(61), "TIFF"),
    "lzw.tif": saved(rgba(62), "TIFF", compression="tiff_lzw"),
    "cmyk.tif": saved(cmyk(63), "TIFF", compression="tiff_adobe_deflate"),
    "jpeg.tif": saved(rgb(64), "TIFF", compression="jpeg"),
    "palette.tif": saved(rgb(65).quantize(200), "TIFF", compression="packbits"),
    "group4.tif": saved(grey(66).convert("1"), "TIFF", compression="group4"),
    "deep-grey.tif": saved(Image.fromarray(picture(67, 1)[..., 0].astype(np.uint16) * 2), "TIFF"),
    "float.tif": saved(Image.fromarray(picture(68, 1)[..., 0].astype(np.float32) * 1.5 - 40.25), "TIFF"),
    "tiled.tif": tiled_tiff(),
    "planes.tif": tiff(tags(8, 2, 3, t284=(3, [2])),
                       {273: (279, [picture(69, 3)[..., c].tobytes() for c in range(3)])}),
    "big-endian-deep.tif": tiff(tags(16, 2, 3), {273: (279, [deep(70, 3).tobytes()])}, big=True),
    "white-is-zero.tif": tiff(tags(8, 0, 1), {273: (279, [picture(71, 1).tobytes()])}),
    "associated-alpha.tif": tiff(tags(8, 2, 4, t338=(3, [1])), {273: (279, [picture(72, 4).tobytes()])}),
    "orientation-6.tif": tiff(tags(8, 2, 3, t274=(3, [6])), {273: (279, [picture(73, 3).tobytes()])}),
}

# Netpbm: the values as text and as bytes, other largest values than 255, comments.

def netpbm(magic, largest, seed, channels, comment=b"# made by make.py\n"):
    values = (picture(seed, channels).astype(float) / 255 * largest).round().astype(int)
    if magic in (b"P1", b"P2", b"P3"):
        body = b" ".join(b"%d" % v for v in values.reshape(-1)) + b"\n"
    elif magic == b"P4":
        body = b"".join(np.packbits(row[:, 0] > 0).tobytes() for row in values)
    else:
        body = values.astype("u1" if largest < 256 else ">u2").tobytes()
    head = magic + b"\n" + comment + b"%d %d\n" % (W, H)
    return head + (b"" if magic in (b"P1", b"P4") else b"%d\n" % largest) + body


def without_crc(data, name):
    place = data.index(name)
    end = place + 4 + struct.unpack(">I", data[place - 4:place])[0]
    return data[:end] + b"\1\2\3\4" + data[end + 4:]


def with_chunk(data, name, content):
    """Before the pixels."""
    place = data.index(b"IDAT") - 4
    chunk = struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
    return data[:place] + chunk + data[place:]


PICTURES.update({
    "colour.ppm": netpbm(b"P6", 255, 80, 3),
    "colour-text.ppm": netpbm(b"P3", 255, 81, 3),
    "colour-100.ppm": netpbm(b"P6", 100, 82, 3),
    "colour-deep.ppm": netpbm(b"P6", 65535, 83, 3),
    "colour-1000-text.ppm": netpbm(b"P3", 1000, 84, 3),
    "grey.pgm": netpbm(b"P5", 255, 85, 1),
    "grey-7.pgm": netpbm(b"P5", 7, 86, 1),
    "grey-text.pgm": netpbm(b"P2", 254, 87, 1),
    "grey-300.pgm": netpbm(b"P5", 300, 88, 1),
    "bits.pbm": netpbm(b"P4", 1, 89, 1),
    "bits-text.pbm": netpbm(b"P1", 1, 90, 1),
    "line-ends.ppm": b"P6\r\n19 17 # across, down\r255\n" + picture(91, 3).tobytes(),
    "floats.pfm": b"Pf\n19 17\n-1.0\n" + (picture(92, 1).astype("<f4") * 1.5 - 40.25).tobytes(),
    "differences.tif": saved(rgb(93).convert("YCbCr"), "TIFF"),
    "differences-lzw.tif": saved(rgb(94).convert("YCbCr"), "TIFF", compression="tiff_lzw"),
    "idat-crc.png": without_crc(saved(rgb(95), "PNG"), b"IDAT"),
    "unknown-chunk.png": with_chunk(saved(rgb(96), "PNG"), b"ABCD", b"of no known kind"),
    **{f"orientation-{n}-grey.tif": tiff(tags(8, 1, 1, t274=(3, [n])), {273: (279, [picture(96 + n, 1).tobytes()])})
       for n in (2, 3, 4, 5, 7, 8)},
})

RESIZES = [("rgb.png", w, h) for w, h in ((11, 9), (64, 40), (19, 5), (7, 17), (100, 3), (1, 1))]

BROKEN = {
    "huge.png": png(60000, 60000, 8, 2, [b"\0\0\0"]),
    "claims.png": png(9000, 9000, 8, 2, [b"\0\0\0"]),
    "huge.bmp": bmp(60000, 60000, 24, b"\0" * 16),
    "huge.gif": b"GIF89a" + struct.pack("<HHBBB", 60000, 60000, 0, 0, 0) + b"," + struct.pack("<HHHHB", 0, 0, 60000, 60000, 0)
                + b"\x08\x02\0\x01\0;",
    "huge.tif": tiff({**tags(8, 2, 3), 256: (4, [60000]), 257: (4, [60000])}, {273: (279, [b"\0" * 16])}),
    "huge.jpg": (lambda d: d.replace(struct.pack(">HH", H, W), struct.pack(">HH", 60000, 60000)))(saved(rgb(1), "JPEG")),
    "cut.jpg": saved(rgb(1), "JPEG")[:-60],
    "cut.png": saved(rgb(10), "PNG")[:-90],
    "cut.webp": saved(rgb(30), "WEBP")[:-40],
    "cut.gif": saved(rgb(40).quantize(32), "GIF")[:-60],
    "cut.bmp": saved(rgb(50), "BMP")[:-100],
    "cut.tif": saved(rgb(61), "TIFF", compression="tiff_lzw")[:300],
    "empty.jpg": b"",
    "text.png": b"This is not a picture.\n",
    "cut.ppm": netpbm(b"P6", 255, 80, 3)[:-5],
    "cut-text.pgm": netpbm(b"P2", 255, 85, 1)[:-40],
    "huge.ppm": b"P6\n60000 60000\n255\n" + bytes(16),
    "claims.pgm": b"P5\n9000 9000\n255\n" + bytes(16),
    "beyond.pgm": b"P2\n19 17\n100\n" + b" ".join(b"101" for _ in range(W * H)) + b"\n",
    "words.ppm": b"P3\nnineteen 17\n255\n0 0 0\n",
    "largest.pgm": b"P5\n19 17\n65536\n" + bytes(2 * W * H),
    "negative.pgm": b"P2\n19 -17\n255\n0\n",
    "bits12.jpg": (lambda d: d.replace(b"\xff\xc0\0\x11\x08", b"\xff\xc1\0\x11\x0c"))(saved(rgb(1), "JPEG")),
}


def main():
    index = {"pictures": [], "resizes": []}
    pixels = bytearray()

    def keep(image):
        place = len(pixels)
        pixels.extend(np.asarray(image).tobytes())
        return {"width": image.width, "height": image.height, "offset": place}

    for name, data in PICTURES.items():
        (FOLDER / name).write_bytes(data)
        index["pictures"].append({"name": name, **keep(Image.open(io.BytesIO(data)).convert("RGB"))})
    for name, w, h in RESIZES:
        image = Image.open(FOLDER / name).convert("RGB")
        for filter_name, resample in (("bilinear", Image.BILINEAR), ("bicubic", Image.BICUBIC)):
            index["resizes"].append({"name": name, "filter": filter_name, **keep(image.resize((w, h), resample))})
    image = Image.open(FOLDER / "rgb.png").convert("RGB")
    index["box"] = {"name": "rgb.png", "filter": "bicubic", "box": [2.5, 1.25, 17.75, 13.5],
                    **keep(image.resize((12, 10), Image.BICUBIC, box=(2.5, 1.25, 17.75, 13.5)))}
    (FOLDER / "broken").mkdir(exist_ok=True)
    for name, data in BROKEN.items():
        (FOLDER / "broken" / name).write_bytes(data)
    (FOLDER / "pixels.bin").write_bytes(pixels)
    (FOLDER / "index.json").write_text(json.dumps(index, indent=1) + "\n")


main()
