"""Picture files as bytes: what a file is, what hides in it, its picture alone.

Nothing here decodes a picture, so nothing here can be made to eat memory.
"""

import re
import zipfile
from itertools import count

# The first bytes of what we read, by Pillow's names.
MAGIC = {
    "JPEG": re.compile(rb"\xff\xd8\xff"),
    "PNG": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "GIF": re.compile(rb"GIF8[79]a"),
    "WEBP": re.compile(rb"RIFF....WEBP", re.DOTALL),
    "AVIF": re.compile(rb"....ftyp(?:avif|avis|(?:mif1|msf1).{8}.{0,24}avi[fs])", re.S),
}
# What people upload by mistake, to be named in a sentence.
OTHERS = {
    "SVG": re.compile(
        rb"\s*(?:\xef\xbb\xbf)?\s*(?:<\?xml.{0,1000}?)?<svg\b", re.S | re.I
    ),
    "HEIC": re.compile(rb"....ftyp(?:hei[cxms]|hev[cx]|mif1|msf1)", re.S),
    "TIFF": re.compile(rb"II\*\x00|MM\x00\*|II\+\x00"),
    "BMP": re.compile(rb"BM.{4}\x00\x00\x00\x00", re.S),
    "PDF": re.compile(rb"%PDF-"),
    "Photoshop": re.compile(rb"8BPS"),
    "video": re.compile(rb"....ftyp|\x1aE\xdf\xa3|RIFF....AVI ", re.S),
    "ZIP": re.compile(rb"PK\x03\x04"),
}
HEAD = 4096

# What browsers, servers and readers would run or open, in whatever file it stands.
# Six bytes and more: shorter ones turn up by chance in compressed pictures.
HIDDEN = {
    "HTML": (
        b"<script",
        b"<!doctype html",
        b"<html>",
        b"<html ",
        b"<iframe",
        b"<body ",
    ),
    "SVG": (b"<svg xmlns", b"<svg width"),
    "PHP": (b"<?php ", b"<?php\n", b"<?php\r", b"<?php\t", b"<?php("),
    "RAR": (b"rar!\x1a\x07",),
    "7z": (b"7z\xbc\xaf\x27\x1c",),
    "PDF": (b"%pdf-1.", b"%pdf-2."),
    "JavaScript": (b"*/=", b"*/ ="),
}
PORTION = 1024 * 1024


def kind_of(head):
    """Return what a file is by its first bytes: one of MAGIC, one of OTHERS, or ""."""
    for kind, magic in (MAGIC | OTHERS).items():
        if magic.match(head):
            return kind
    return ""


def stated_size(kind, head):
    """Return (width, height) as a WebP or AVIF file states it, or None.

    Their decoders reserve memory when the file is opened, before Pillow tells sizes.
    """
    if kind == "AVIF":
        sizes = [
            (int.from_bytes(found[1]), int.from_bytes(found[2]))
            for found in re.finditer(rb"ispe\0\0\0\0(.{4})(.{4})", head, re.DOTALL)
        ]
        return max(sizes, key=lambda size: size[0] * size[1], default=None)
    if kind == "WEBP" and head[12:16] == b"VP8X":
        return tuple(int.from_bytes(head[n : n + 3], "little") + 1 for n in (24, 27))
    if kind == "WEBP" and head[12:16] == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == "WEBP" and head[12:16] == b"VP8 ":
        return tuple(
            int.from_bytes(head[n : n + 2], "little") & 0x3FFF for n in (26, 28)
        )
    return None


def hidden_in(file, kind):
    """Return what else a picture file is (one of HIDDEN, or "ZIP"), or "".

    What phones put behind a picture (a film, a second picture) is none of these: it
    is harmless, and is dropped because only the picture is kept.
    """
    file.seek(0)
    head = file.read(16)
    # The length of the first segment, or the width, reads as the start of a comment.
    is_script = head[4:6] == b"/*" or head[6:8] == b"/*"
    file.seek(0)
    tail = b""
    while portion := file.read(PORTION):
        text = (tail + portion).lower()
        for name, signs in HIDDEN.items():
            if name == "JavaScript" and not is_script:
                continue
            if any(sign in text for sign in signs):
                return name
        tail = portion[-16:]
    # Looks for the directory that stands at the end of a ZIP file.
    return "ZIP" if zipfile.is_zipfile(file) else ""


class Unclear(Exception):
    """The file is not built as its format says; it has to be made anew."""


JFIF = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
# Start of frame, tables, restart interval, scans: what a decoder needs. Adobe's APP14
# is dealt with apart: its last byte says how the colours are written.
JPEG_NEEDED = {0xC0, 0xC1, 0xC2, 0xC4, 0xDB, 0xDD}
NEXT_MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])", re.DOTALL)


def jpeg_alone(content):
    """Return a JPEG file with nothing but its picture, bit by bit the same picture.

    Drops EXIF, XMP, IPTC, profiles, comments, thumbnails, and all that stands behind
    the end: second pictures, films. Raises Unclear.
    """
    kept = bytearray(b"\xff\xd8")
    adobe, place, has_scan = b"", 2, False
    while True:
        marker, place = _marker(content, place)
        if marker == 0xD9:
            break
        if place + 2 > len(content):
            raise Unclear
        length = int.from_bytes(content[place : place + 2])
        segment = content[place : place + length]
        if length < 2 or len(segment) < length:
            raise Unclear
        place += length
        if marker in JPEG_NEEDED:
            kept += bytes((0xFF, marker)) + segment
        elif marker == 0xEE and segment[2:7] == b"Adobe" and length >= 14:
            adobe = b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00" + segment[13:14]
        elif marker == 0xDA:
            end = NEXT_MARKER.search(content, place)
            stop = end.start() if end else len(content)
            kept += b"\xff\xda" + segment + content[place:stop]
            place, has_scan = stop, True
            if not end:
                break
        elif not 0xE0 <= marker <= 0xFE:
            raise Unclear
    if not has_scan:
        raise Unclear
    # JFIF says that the colours are YCbCr; Adobe says it itself.
    return bytes(kept[:2] + (adobe or JFIF) + kept[2:] + b"\xff\xd9")


def _marker(content, place):
    found = re.compile(rb"\xff+([^\x00\xff])", re.DOTALL).match(content, place)
    if not found:
        raise Unclear
    return found[1][0], found.end()


PNG_NEEDED = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")


def png_alone(content):
    """Return a PNG file with nothing but its (first) picture. Raises Unclear."""
    kept, place = bytearray(content[:8]), 8
    for _number in count():
        length = int.from_bytes(content[place : place + 4])
        kind = content[place + 4 : place + 8]
        end = place + 12 + length
        if len(kind) < 4 or end > len(content):
            raise Unclear
        if kind in PNG_NEEDED:
            kept += content[place:end]
        if kind == b"IEND":
            return bytes(kept)
        place = end
