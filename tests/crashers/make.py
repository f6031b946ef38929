#!/usr/bin/env python3
"""Writes the pictures of this folder: each one small, each made to hurt a reader, each named by what it is.

    python3 tests/crashers/make.py

The files are kept, not made on the way, so that what was read once is what is read for ever. A picture that ends the
program in the field or under `cargo xtask fuzz photo` gets a name here, its bytes, and a line in tests/tests/crashers.rs.
"""
import pathlib
import struct
import zlib

HERE = pathlib.Path(__file__).parent


# --- JPEG, ITU-T T.81. The smallest picture that decodes: grey, each block a difference of 0 and an end of block.
def segment(marker, body):
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


SOI, EOI = b"\xff\xd8", b"\xff\xd9"
TABLES = (
    segment(0xDB, b"\x00" + b"\x01" * 64)
    + segment(0xC4, b"\x00\x01" + b"\x00" * 15 + b"\x00")
    + segment(0xC4, b"\x10\x01" + b"\x00" * 15 + b"\x00")
)
SCAN = segment(0xDA, b"\x01\x01\x00\x00\x3f\x00")


def frame(width, height, marker=0xC0, components=b"\x01\x11\x00", count=None):
    count = len(components) // 3 if count is None else count
    return segment(marker, struct.pack(">BHHB", 8, height, width, count) + components)


def jpeg(width=8, height=8, front=b"", marker=0xC0, components=b"\x01\x11\x00", count=None, end=EOI):
    blocks = ((width + 7) // 8) * ((height + 7) // 8)
    data = b"\x00" * (blocks * 2 // 8) + b"\x3f" if blocks < 10_000 else b"\x3f"
    return SOI + front + TABLES + frame(width, height, marker, components, count) + SCAN + data + end


def exif(tiff):
    return segment(0xE1, b"Exif\0\0" + tiff)


def directory(*entries, after=0):
    body = struct.pack("<H", len(entries))
    for tag, kind, count, value in entries:
        body += struct.pack("<HHI", tag, kind, count) + value.ljust(4, b"\0")
    return body + struct.pack("<I", after)


TIFF = b"II*\0\x08\0\0\0"
LONG = lambda number: struct.pack("<I", number)
SHORT = lambda number: struct.pack("<H", number)
GPS = (
    TIFF
    + directory((0x8825, 4, 1, LONG(26)))
    + directory((1, 2, 2, b"N\0"), (2, 5, 3, LONG(92)), (3, 2, 2, b"E\0"), (4, 5, 3, LONG(92)))
    + b"\xff\xff\xff\xff\0\0\0\0" * 3
)


# --- PNG, ISO/IEC 15948.
def chunk(kind, body, length=None):
    length = len(body) if length is None else length
    return struct.pack(">I", length) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def header(width, height, depth=8, colour=2, interlace=0):
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace))


def png(width=8, height=8, middle=b"", data=None, **more):
    data = zlib.compress((b"\0" + b"\x40" * width * 3) * height) if data is None else data
    return header(width, height, **more) + middle + chunk(b"IDAT", data) + chunk(b"IEND", b"")


BOMB = zlib.compress(b"\0" * 60_000_000, 9)
LARGER_BOMB = zlib.compress(b"\0" * 190_000_000, 9)


# --- WebP, RFC 9649.
def riff(body, length=None):
    length = len(body) + 4 if length is None else length
    return b"RIFF" + struct.pack("<I", length) + b"WEBP" + body


def part(kind, body):
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def lossless(width, height):
    bits = (width - 1) | (height - 1) << 14
    return part(b"VP8L", b"\x2f" + struct.pack("<I", bits) + b"\x88\x88\x08\x08\x00" * 4)


def extended(width, height, flags=0):
    size = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    return part(b"VP8X", bytes([flags, 0, 0, 0]) + size)


FILES = {
    # Not pictures, or not ours.
    "empty.jpg": b"",
    "letter-named-as-a-picture.jpg": b"Dear sir or madam,\n",
    "two-letters-of-a-jpeg.jpg": b"\xff\xd8",
    "heic-named-as-jpeg.jpg": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
    "tiff-named-as-jpeg.jpg": TIFF + directory((0x100, 4, 1, LONG(1))),
    "gif-named-as-png.png": b"GIF89a\x01\0\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;",
    "video-named-as-jpeg.jpg": b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom",
    # JPEG: sizes and frames.
    "jpeg-of-65535-by-65535.jpg": jpeg(65_535, 65_535),
    "jpeg-of-no-rows.jpg": jpeg(8, 0),
    "jpeg-of-no-columns.jpg": jpeg(0, 8),
    "jpeg-of-no-components.jpg": jpeg(components=b""),
    "jpeg-of-255-components.jpg": jpeg(components=b"\x01\x11\x00" * 255),
    "jpeg-that-counts-more-components-than-it-has.jpg": jpeg(count=4),
    "jpeg-with-a-sampling-factor-of-zero.jpg": jpeg(components=b"\x01\x00\x00"),
    "jpeg-with-a-sampling-factor-of-fifteen.jpg": jpeg(components=b"\x01\xff\x00"),
    "jpeg-with-two-frames-of-different-size.jpg": SOI + TABLES + frame(8, 8) + frame(4_000, 4_000) + SCAN + b"\x3f" + EOI,
    "jpeg-progressive-of-50-megapixels.jpg": jpeg(8_160, 6_144, marker=0xC2, components=b"\x01\x22\x00\x02\x11\x00\x03\x11\x00"),
    "jpeg-lossless.jpg": jpeg(marker=0xC3),
    "jpeg-arithmetic.jpg": jpeg(marker=0xC9),
    # JPEG: scans and ends.
    "jpeg-of-a-thousand-scans.jpg": SOI + TABLES + frame(8, 8, 0xC2) + (SCAN + b"\x3f") * 1_000 + EOI,
    "jpeg-without-a-scan.jpg": SOI + TABLES + frame(8, 8) + EOI,
    "jpeg-without-a-frame.jpg": SOI + TABLES + SCAN + b"\x3f" + EOI,
    "jpeg-without-tables.jpg": SOI + frame(8, 8) + SCAN + b"\x3f" + EOI,
    "jpeg-without-its-end.jpg": jpeg(end=b""),
    "jpeg-cut-off-within-a-marker.jpg": jpeg(end=b"\xff"),
    "jpeg-whose-segment-is-longer-than-the-file.jpg": SOI + b"\xff\xe1\xff\xff" + b"Exif\0\0" + EOI,
    "jpeg-whose-segment-is-shorter-than-its-own-length.jpg": SOI + b"\xff\xe1\x00\x01" + TABLES + frame(8, 8) + SCAN + b"\x3f" + EOI,
    "jpeg-of-far-too-little-data.jpg": SOI + TABLES + frame(4_000, 3_000) + SCAN + b"\x3f" + EOI,
    "jpeg-with-codes-that-overflow-their-table.jpg": SOI + segment(0xC4, b"\x00" + b"\xff" * 16 + b"\x00" * 4_080) + TABLES + frame(8, 8) + SCAN + b"\x3f" + EOI,
    # JPEG: metadata.
    "exif-directory-that-leads-to-itself.jpg": jpeg(front=exif(TIFF + directory((0x112, 3, 1, SHORT(1)), after=8))),
    "exif-directory-within-itself.jpg": jpeg(front=exif(TIFF + directory((0x8769, 4, 1, LONG(8)), (0x8825, 4, 1, LONG(8))))),
    "exif-of-four-billion-letters.jpg": jpeg(front=exif(TIFF + directory((0x10F, 2, 0xFFFF_FFFF, LONG(0))))),
    "exif-of-65535-entries-that-are-not-there.jpg": jpeg(front=exif(TIFF + b"\xff\xff")),
    "exif-directory-beyond-the-end.jpg": jpeg(front=exif(b"II*\0\xff\xff\xff\xff")),
    "exif-orientation-of-nine.jpg": jpeg(front=exif(TIFF + directory((0x112, 3, 1, SHORT(9))))),
    "exif-orientation-that-is-a-text.jpg": jpeg(front=exif(TIFF + directory((0x112, 2, 4, b"up\0\0")))),
    "exif-position-divided-by-nothing.jpg": jpeg(front=exif(GPS)),
    "exif-cut-off-after-its-name.jpg": jpeg(front=segment(0xE1, b"Exif\0\0")),
    "colour-profile-of-two-of-one-parts.jpg": jpeg(front=segment(0xE2, b"ICC_PROFILE\0\x02\x01" + b"\xff" * 200)),
    "colour-profile-that-is-none.jpg": jpeg(front=segment(0xE2, b"ICC_PROFILE\0\x01\x01" + struct.pack(">I", 0xFFFF_FFFF) + b"\xff" * 300)),
    # PNG.
    "png-of-50000-by-50000.png": header(50_000, 50_000) + chunk(b"IDAT", b"") + chunk(b"IEND", b""),
    "png-of-81-megapixels-and-243-megabytes.png": header(9_000, 9_000) + chunk(b"IDAT", b"") + chunk(b"IEND", b""),
    "png-of-four-billion-columns.png": header(0xFFFF_FFFF, 1) + chunk(b"IDAT", b"") + chunk(b"IEND", b""),
    "png-of-no-columns.png": header(0, 8) + chunk(b"IDAT", b"") + chunk(b"IEND", b""),
    "png-of-depth-three.png": png(depth=3),
    "png-of-a-palette-that-is-not-there.png": png(colour=3, data=zlib.compress(b"\0\x07" + b"\x07" * 7)),
    "png-without-its-end.png": header(8, 8) + chunk(b"IDAT", zlib.compress(b"\0" * 200)),
    "png-whose-chunk-is-longer-than-the-file.png": header(8, 8) + struct.pack(">I", 0x7FFF_FFFF) + b"IDAT",
    "png-whose-pixels-end-early.png": png(data=zlib.compress(b"\0\1\2")),
    "png-whose-pixels-are-no-zlib.png": png(data=b"\xff" * 64),
    "png-whose-pixels-inflate-to-60-megabytes.png": png(data=BOMB),
    # Was held twice, 391 MB for a picture of eight by eight dots, until what a PNG unpacks had a limit of its own.
    "png-whose-colour-profile-inflates-to-190-megabytes.png": png(middle=chunk(b"iCCP", b"bomb\0\0" + LARGER_BOMB)),
    "png-whose-note-inflates-to-60-megabytes.png": png(middle=chunk(b"zTXt", b"Comment\0\0" + BOMB)),
    "png-of-exif-that-leads-to-itself.png": png(middle=chunk(b"eXIf", TIFF + directory((0x112, 3, 1, SHORT(6)), after=8))),
    "png-with-a-false-check-sum.png": png()[:-30] + b"\0" * 4 + png()[-26:],
    # WebP.
    "webp-shorter-than-it-says.webp": riff(lossless(8, 8), length=4_000),
    "webp-of-four-gigabytes.webp": riff(lossless(8, 8), length=0xFFFF_FFFF),
    "webp-of-a-part-that-nobody-knows.webp": riff(part(b"VP9 ", b"\0" * 16)),
    "webp-of-16384-by-16384.webp": riff(lossless(16_384, 16_384)),
    "webp-extended-of-16-million-squared.webp": riff(extended(1 << 24, 1 << 24) + lossless(8, 8)),
    "webp-extended-that-differs-from-its-picture.webp": riff(extended(4_000, 3_000) + lossless(8, 8)),
    "webp-animation-without-a-frame.webp": riff(extended(8, 8, flags=2) + part(b"ANIM", b"\0" * 6)),
    "webp-without-a-picture.webp": riff(extended(8, 8)),
    "webp-of-few-codes.webp": riff(lossless(64, 64)),
}

for name, content in FILES.items():
    (HERE / name).write_bytes(content)
for path in HERE.iterdir():
    if path.suffix in {".jpg", ".png", ".webp"} and path.name not in FILES:
        print(f"kept, and made by nothing here: {path.name}")
print(f"{len(FILES)} pictures")
