"""Values that hurt, in every field of every kind of source, and more tricks of each.

Adds to the SOURCES of hostile_sources.py.
"""

import csv
import gzip
import io
import json
import struct
import tarfile
import zipfile
from xml.sax.saxutils import escape

from .hostile_sources import (
    ITEM,
    MEDIUM_PAGE,
    PAGE,
    SOURCES,
    archive,
    feed,
    ghost,
    markdown,
    meta,
    post,
    source,
    tree,
    wxr,
)

# So many sources are there without these.
FIRST = len(SOURCES)
PHP = 'O:8:"Evil_Obj":2:{s:1:"f";s:9:"/etc/passw";s:1:"x";a:1:{i:0;O:1:"A":0:{}}}'
VALUES = {
    "zeros and bells": "Be\x00fore\x01\x07\x1b[31m after\x7f",
    "10,000 letters": "Long words " * 910,
    "one word of 10,000 letters": "Donau" * 2_000,
    "a serialised object": PHP,
    "a path of the desk": "/admin/login/",
    "a path that climbs": "../../../../etc/passwd",
    "another site's path": "//evil.example/%2e%2e/",
    "an address that is a program": "javascript:alert(1)//https://old.example/a/",
    "an address that is none": "http://[old.example/a]b/c.pdf",
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)>\"'><svg onload=x>",
    "templates and formulae": "=cmd|'/c x'!A1 {{ 7*7 }} {% include 'x' %} ${jndi:x}",
    "letters that turn and join": "a\u202e\u2066b\ufeff\u200d" + "e" + "\u0301" * 500,
    "a huge number": "9" * 400,
    "line ends": "a\r\nX-Evil: 1\r\n\r\n\u2028\u2029\x85\x0b\x0c",
}


def with_values(name, suffix=""):
    """Add a source for each value: a function of (folder, value) → path."""

    def add(make):
        for told, value in VALUES.items():

            def made(folder, value=value):
                return make(folder, value)

            SOURCES[f"{name}: {told}{suffix}"] = made
        return make

    return add


def xml(value):
    """A value as XML may hold it: some of the rest, as hostile files do, too."""
    return escape(value)


@with_values("wordpress", " everywhere")
def wxr_of(folder, value):
    shown = xml(value)
    wxr(
        "made",
        content=value.replace("]]>", ""),
        title=shown,
        link=shown,
        rest=meta("_thumbnail_id", value)
        + meta("_wp_old_slug", value)
        + meta("_yoast_wpseo_title", value)
        + f'<category domain="category" nicename="x">{shown}</category>'
        + f'<category domain="post_tag" nicename="y">{shown}</category>'
        + f"<dc:creator>{shown}</dc:creator><wp:post_name>{shown}</wp:post_name>"
        + f"<wp:post_parent>{shown}</wp:post_parent>",
        head=f"<wp:author><wp:author_login>{shown}</wp:author_login>"
        f"<wp:author_display_name>{shown}</wp:author_display_name></wp:author>",
    )
    return SOURCES.pop("wordpress: made")(folder)


@with_values("ghost", " everywhere")
def ghost_of(folder, value):
    row = {
        **dict.fromkeys(("id", "title", "slug", "custom_excerpt"), value),
        **dict.fromkeys(("canonical_url", "feature_image", "published_at"), value),
        "html": f"<p>{value}</p>",
        "status": "published",
    }
    user = {
        **dict.fromkeys(("id", "name", "slug", "bio", "location"), value),
        **dict.fromkeys(("website", "twitter", "profile_image", "email"), value),
    }
    tag = {"id": value, "name": value, "slug": value}
    tables = {"posts": [row], "users": [user], "tags": [tag]}
    tables["posts_authors"] = [{"post_id": value, "author_id": value}]
    tables["posts_tags"] = [{"post_id": value, "tag_id": value}]
    told = {"db": [{"meta": {}, "data": tables}]}
    (folder / "ghost.json").write_text(json.dumps(told))
    return folder / "ghost.json"


@with_values("feed", " in RSS")
def rss_of(folder, value):
    shown = xml(value)
    item = "".join(
        f"<{name}>{shown}</{name}>"
        for name in ("title", "link", "guid", "pubDate", "author", "category")
    )
    text = (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>T</title><item>{item}'
        f"<description>{shown}</description></item></channel></rss>"
    )
    (folder / "feed.xml").write_bytes(text.encode())
    return folder / "feed.xml"


@with_values("feed", " in JSON")
def json_feed_of(folder, value):
    item = dict.fromkeys(
        *(
            (
                "id",
                "url",
                "title",
                "summary",
                "content_html",
                "image",
                "date_published",
            ),
        ),
        value,
    )
    item |= {"tags": [value], "authors": [{"name": value}], "language": value}
    told = {"version": "https://jsonfeed.org/version/1.1", "items": [item]}
    (folder / "feed.json").write_text(json.dumps(told))
    return folder / "feed.json"


@with_values("markdown", " in YAML")
def yaml_of(folder, value):
    names = ("title", "date", "author", "permalink", "image", "lang", "series")
    front = "".join(f"{name}: {json.dumps(value)}\n" for name in names)
    front += f"tags: [{json.dumps(value)}]\naliases: [{json.dumps(value)}]\n"
    text = f"---\n{front}---\n{value}\n\n![{value}]({value})\n\n[x](<{value}>)\n"
    (folder / "a.md").write_bytes(text.encode())
    return folder


@with_values("newsletter", " in a table")
def substack_of(folder, value):
    (folder / "posts").mkdir()
    (folder / "posts" / "1.a.html").write_bytes(f"<p>{value}</p>".encode())
    table = io.StringIO()
    rows = csv.writer(table)
    rows.writerow(["post_id", "post_date", "is_published", "title", "subtitle", "type"])
    rows.writerow(["1.a", value, "true", value, value, value])
    rows.writerow([value] * 6)
    (folder / "posts.csv").write_bytes(table.getvalue().encode())
    return folder


@with_values("pages", " in metadata")
def page_of(folder, value):
    shown = escape(value, {'"': "&quot;"})
    names = ("author", "date", "keywords", "description")
    metas = "".join(f'<meta name="{name}" content="{shown}">' for name in names)
    ld = json.dumps({"@type": "NewsArticle", "headline": value, "author": value})
    text = (
        f"<html lang='{shown}'><head><title>{shown}</title><base href='{shown}'>{metas}"
        f'<link rel="canonical" href="{shown}"><script type="application/ld+json">'
        f"{ld.replace('</', '<')}</script></head><body><h1>{shown}</h1>"
        f"<p>By {shown}</p>"
        f"<p>Some words of a story, {shown}, and some more of them.</p>"
        f'<a href="{shown}">x</a><img src="{shown}" alt="{shown}"></body></html>'
    )
    (folder / "a.html").write_bytes(text.encode())
    return folder


# More of XML.

QUADRATIC = f'<!DOCTYPE rss [<!ENTITY a "{"x" * 50_000}">]>'
wxr("one large entity, often", title="&a;" * 5_000, doctype=QUADRATIC)
wxr(
    "entities in an attribute",
    rest='<category domain="&a9;" nicename="&a9;">x</category>',
    doctype='<!DOCTYPE rss [<!ENTITY a9 "x"><!ENTITY a8 "&a9;&a8;">]>',
)
wxr(
    "default attributes of a DTD",
    doctype='<!DOCTYPE rss [<!ATTLIST item onload CDATA "alert(1)">]>',
)
wxr(
    "an inclusion",
    rest='<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" parse="text" '
    'href="file://SECRET_PATH"/>',
)
wxr("a stylesheet", head='<?xml-stylesheet href="file://SECRET_PATH"?>')
wxr(
    "20,000 namespaces", rest="".join(f'<a xmlns:n{n}="u:{n}"/>' for n in range(20_000))
)
wxr("300,000 empty elements", rest="<a/>" * 300_000)
wxr("200,000 remarks", rest="<!-- x -->" * 200_000)
wxr("items in items", rest="<item>" * 5_000)
wxr("authors of the head in items", rest="<wp:author>" * 2_000)
wxr(
    "parents in a ring",
    rest="<wp:post_parent>8</wp:post_parent></item>"
    + post("x", number="8").replace("</item>", "<wp:post_parent>7</wp:post_parent>"),
)
wxr("a negative number", number="-7")
wxr("numbers in other letters", number="٧７")
wxr("a photo that is a post", rest=meta("_thumbnail_id", "7"))
wxr("gallery of itself", content='[gallery ids="7,7,7"]' * 500)
wxr("PHP in a gallery", rest=meta("_gallery", PHP) + meta("footnotes", PHP))
wxr("comments without end", rest="<wp:comment>" * 20_000)
wxr("moments that are none", rest="<wp:post_date>0000-00-00 99:99:99</wp:post_date>")


def bytes_of_xml(name, make_bytes):
    def make(folder):
        path = SOURCES["wordpress: zeros"](folder)
        path.write_bytes(make_bytes(path.read_text("utf-8", "replace")))
        return path

    SOURCES[f"wordpress: {name}"] = make


bytes_of_xml("in UTF-16 that says UTF-8", lambda text: text.encode("utf-16"))
bytes_of_xml("cut in the middle", lambda text: text.encode()[:-300])
bytes_of_xml("packed", lambda text: gzip.compress(text.encode()))
bytes_of_xml(
    "with three marks before it", lambda text: b"\xef\xbb\xbf" * 3 + text.encode()
)
bytes_of_xml(
    "in an encoding nobody has",
    lambda text: text.replace("UTF-8", "x-klingon").encode(),
)
bytes_of_xml(
    "in an encoding of IBM's", lambda text: text.replace("UTF-8", "cp037").encode()
)

feed(
    "Atom that loops", '<feed xmlns="http://www.w3.org/2005/Atom">' + "<entry>" * 3_000
)
feed("CDATA that never ends", "<rss><channel><item><title><![CDATA[" + "x" * 900_000)
feed("one large entity", f"{QUADRATIC}<rss>{ITEM.format('&a;' * 2_000)}</rss>")
feed(
    "links of the disk",
    f"<rss>{ITEM.format('x</title><link>file:///etc/passwd</link><title>')}</rss>",
)
feed("ten thousand entries without a name", "<rss><channel>" + "<item/>" * 10_000)
feed(
    "years beyond",
    "<rss>"
    + ITEM.format("x</title><pubDate>Mon, 99 Foo 99999</pubDate><title>")
    + "</rss>",
)

# More of JSON.


def json_text(name, text, file="ghost.json"):
    def make(folder):
        (folder / file).write_bytes(text if isinstance(text, bytes) else text.encode())
        return folder / file

    SOURCES[f"JSON: {name}"] = make


HEAD = '{"db":[{"meta":{},"data":{"posts":[{"id":"1","title":"A","slug":"a","html":"x"'
json_text("names twice", HEAD + ',"id":"2","title":["x"]' * 500 + "}]}}]}")
json_text("numbers that are none", HEAD + ',"published_at":NaN,"x":-Infinity}]}}]}')
json_text("a number of 100,000 digits", HEAD + ',"x":' + "9" * 100_000 + "}]}}]}")
json_text("half letters", HEAD + ',"custom_excerpt":"\\ud800\\udfff\\ud800"}]}}]}')
json_text("no UTF-8", HEAD.encode() + b',"x":"caf\xe9\xff"}]}}]}')
json_text("UTF-16", (HEAD + "}]}}]}").encode("utf-16"))
json_text("cut short", HEAD)
json_text("objects in objects", HEAD + ',"x":' + '{"a":' * 50_000)
json_text("a table that is none", '{"db":[{"meta":{},"data":{"posts":{"a":[1]}}}]}')
json_text("a database that is none", '{"db":[[],7,{"data":[]}]}')
ghost("a card in a card", lexical=json.dumps({"root": {"children": [
    {"type": "html", "html": "<div>" * 20_000},
    {"type": "gallery", "images": [{"src": "../../secret.txt"}] * 500},
    {"type": "bookmark", "url": "javascript:alert(1)", "metadata": 7},
    {"type": "file", "src": "file:///etc/passwd"},
]}}))  # fmt: skip
ghost("10,000 sections", mobiledoc=json.dumps(
    {"version": "0.3.1", "markups": [["a", ["href", "javascript:x"]]], "cards": [],
     "sections": [[1, "p", [[0, [0], 9, "x"]]]] * 10_000}
))  # fmt: skip

# More of Markdown.

markdown("merged keys", "---\na: &a {x: 1}\nb: {<<: [*a, *a, *a]}\ntitle: A\n---\nx")
markdown("an alias of nothing", "---\ntitle: *nobody\n---\nx")
markdown("an alias of itself", "---\ntitle: A\na: &a [*a]\nb: &b {b: *b}\n---\nx")
markdown("tags of Python", "---\ntitle: A\nx: !!python/name:os.system\n---\nx")
markdown("a file by its tag", "---\ntitle: A\nx: !include SECRET\n---\nx")
markdown("many documents", "---\ntitle: A\n---\n" + "---\ntitle: B\n---\n" * 5_000)
markdown("a key that is a list", "---\n? [a, b]\n: c\ntitle: A\n---\nx")
markdown(
    "sixty-nines", "---\ntitle: A\nn: 1:1:1:1:1:1:1\nx: 0x" + "f" * 5_000 + "\n---\nx"
)
markdown("dates beyond", "---\ntitle: A\ndate: 99999-99-99T99:99:99Z\n---\nx")
markdown("TOML's dates beyond", "+++\ntitle = 'A'\ndate = 9999-12-31T23:59:60Z\n+++\nx")
markdown("TOML's keys twice", "+++\n" + "a.b.c.d = 1\n" * 3_000 + "+++\nx")
markdown("TOML's dots", "+++\n" + ".".join("a" * 4_000) + " = 1\n+++\nx")
markdown("tables", "---\ntitle: A\n---\n" + "|a" * 3_000 + "\n" + "|-" * 3_000 + "\n")
markdown("references", "---\ntitle: A\n---\n" + "[a]: <b\n" * 20_000)
markdown("codes", "---\ntitle: A\n---\n" + "`" * 60_000)
markdown("links in links", "---\ntitle: A\n---\n" + "[a](" * 20_000)
markdown("pictures in pictures", "---\ntitle: A\n---\n" + "![a![" * 10_000)
markdown("open markup", "---\ntitle: A\n---\n" + "<a <!-- <![CDATA[ <? " * 10_000)
markdown(
    "shortcode of a file",
    '---\ntitle: A\n---\n{{< readfile "SECRET" >}}{% include SECRET %}',
)
markdown("entities", "---\ntitle: A\n---\n" + "&" * 60_000)

# More of archives.


@source
def zip_of_overlapping_members(folder):
    """One packed member, named a thousand times in the zip's table."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("a.html", b"<p>x</p>" * 900_000)
        (info,) = made.infolist()
        for number in range(1_000):
            twin = zipfile.ZipInfo(f"a{number}.html")
            for name in ("header_offset", "file_size", "compress_size", "CRC"):
                setattr(twin, name, getattr(info, name))
            twin.compress_type = zipfile.ZIP_DEFLATED
            made.filelist.append(twin)
    (folder / "old.zip").write_bytes(out.getvalue())
    return folder / "old.zip"


def patched_zip(name, change):
    def make(folder):
        path = SOURCES["archive: a name twice"](folder)
        path.write_bytes(change(path.read_bytes()))
        return path

    SOURCES[f"archive: {name}"] = make


CENTRAL = b"PK\x01\x02"


def _set(content, offset, packed):
    """Change a field of all entries of a zip's table."""
    out, at = bytearray(content), content.find(CENTRAL)
    while at >= 0:
        out[at + offset : at + offset + len(packed)] = packed
        at = content.find(CENTRAL, at + 4)
    return bytes(out)


patched_zip("locked zip", lambda content: _set(content, 8, struct.pack("<H", 1)))
patched_zip(
    "packed as nobody can", lambda content: _set(content, 10, struct.pack("<H", 97))
)
patched_zip(
    "offsets beyond", lambda content: _set(content, 42, struct.pack("<I", 2**31))
)
patched_zip("sizes beyond", lambda content: _set(content, 24, struct.pack("<I", 2**31)))
patched_zip("wrong checksums", lambda content: _set(content, 16, b"\0\0\0\0"))
patched_zip("rubbish before it", lambda content: b"GIF89a" + b"\0" * 500 + content)
archive(
    "reserved names",
    [(n, PAGE, "") for n in ("CON", "NUL.html", "a:b.html", " .", "-rf.html")],
)
archive(
    "names in letters that turn",
    [("a\u202elmth.exe.html", PAGE, ""), ("b\x1b[31m.html", PAGE, "")],
)
archive("a folder that is a file", [("a", PAGE, ""), ("a/b.html", PAGE, "")])
archive("5,000 folders deep", [("a/" * 2_000 + "b.html", PAGE, "")])
archive("10,000 empty files", [(f"{n}.html", b"", "") for n in range(10_000)])
archive(
    "through a link of its own",
    [
        ("d", b"../..", tarfile.SYMTYPE),
        ("d/slipped.html", PAGE, ""),
        ("a.html", PAGE, ""),
    ],
    "tar",
)
archive(
    "through an absolute link",
    [("d", b"/tmp", tarfile.SYMTYPE), ("d/slipped.html", PAGE, "")],
    "tar",
)
archive("a pipe", [("a.html", b"", tarfile.FIFOTYPE), ("b.html", PAGE, "")], "tar")
archive("a link to itself", [("a.html", b"a.html", tarfile.SYMTYPE)], "tar")


def patched_tar(name, change, ending="tar"):
    def make(folder):
        path = SOURCES["archive: a pipe"](folder)
        content = change(path.read_bytes())
        path = folder / f"old.{ending}"
        path.write_bytes(content)
        return path

    SOURCES[f"archive: {name}"] = make


patched_tar("tar cut short", lambda content: content[:900])
patched_tar(
    "packed tar cut short", lambda content: gzip.compress(content)[:-20], "tar.gz"
)
patched_tar("tar of a huge size", lambda c: c[:124] + b"77777777777\0" + c[136:])
patched_tar("packed bomb", lambda c: gzip.compress(b"\0" * 80_000_000), "tar.gz")

# More of pages and newsletters: encodings that are programs of Python's, and others.

for charset in (
    "zlib",
    "hex",
    "rot13",
    "unicode_escape",
    "idna",
    "punycode",
    "undefined",
):
    head = f'<meta charset="{charset}"><title>'.encode()
    tree(f"charset {charset}", PAGE.replace(b"<title>", head))
tree("UTF-16 of an odd length", PAGE.decode().encode("utf-16")[:-1])
tree("UTF-32", PAGE.decode().encode("utf-32"))
tree("a mark of another encoding", b"\xfe\xff" + PAGE)
tree("open tags", b"<html><body>" + b"<p <b <i " * 50_000)
tree("open remark", PAGE + b"<!--" * 100_000)
tree("tables in tables", b"<table><tr><td>" * 3_000 + b"x")
tree("JSON-LD that is deep", PAGE.replace(
    b"<title>",
    b'<script type="application/ld+json">' + b"[" * 50_000 + b"</script><title>",
))  # fmt: skip
tree("frames of itself", b'<frameset><frame src="a.html"><frame src="/">' * 50)
tree("refresh elsewhere", PAGE.replace(
    b"<title>", b'<meta http-equiv="refresh" content="0;url=file:///etc/passwd"><title>'
))  # fmt: skip
tree("a million spaces", b"By" + b" " * 1_000_000 + b"x", "a.txt")
tree("a line of a megabyte", b"x" * 1_000_000, "a.txt")
tree("By, 50,000 times", b"By Ann Otter\n" * 50_000, "a.txt")
tree("dates, 20,000 times", b"March 3, 2002 " * 20_000, "a.txt")
tree("nothing but marks", "\u0301\u202e\ufeff".encode() * 50_000, "a.txt")
tree("a program", b"\x7fELF" + bytes(range(256)) * 500, "a.html")


def medium(name, change):
    def make(folder):
        (folder / "posts").mkdir()
        (folder / "posts" / "a.html").write_bytes(change(MEDIUM_PAGE))
        return folder

    SOURCES[f"newsletter: {name}"] = make


medium("Medium that is deep", lambda page: page.replace(b"WORDS", b"<div>" * 50_000))
medium(
    "Medium of scripts", lambda page: page.replace(b"WORDS", b"<svg onload=alert(1)>")
)
medium(
    "Medium's address", lambda page: page.replace(b"https://m.example/p", b"http://[")
)
medium("Medium's moment", lambda page: page.replace(b"2017-04-05", b"9999999-99-99"))
