"""Exports, trees and archives made to hurt: {name: function of a folder → path}."""

import json
import os
import struct
import tarfile
import zipfile
from io import BytesIO

# Lies outside of every source; its words must turn up nowhere.
SECRET = "canary-in-the-mine"
SOURCES = {}
HEAD = """<?xml version="1.0" encoding="UTF-8"?>{doctype}
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:wp="http://wordpress.org/export/1.2/"><channel>
<title>Old</title><link>https://old.example</link>{head}
"""
LAUGHS = "".join(
    f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "haha"}">' for n in range(10)
)


def source(make):
    SOURCES[make.__name__] = make
    return make


def wxr(name, content="Words.", *, doctype="", head="", **told):
    """Add a source that is an export of one post."""

    def make(folder):
        secret = folder.parent / "secret.txt"
        item = post(content, **told)
        text = HEAD.format(doctype=doctype, head=head) + item + "</channel></rss>"
        text = text.replace("SECRET_PATH", str(secret))
        (folder / "old.xml").write_bytes(text.encode("utf-8", "surrogateescape"))
        return folder / "old.xml"

    SOURCES[f"wordpress: {name}"] = make


def post(content, title="A post", link="https://old.example/a/", rest="", number="7"):
    return (
        f"<item><title>{title}</title><link>{link}</link>"
        f"<content:encoded><![CDATA[{content}]]></content:encoded>"
        f"<wp:post_id>{number}</wp:post_id><wp:status>publish</wp:status>"
        "<wp:post_date_gmt>2010-02-03 04:05:06</wp:post_date_gmt>"
        f"<wp:post_type>post</wp:post_type>{rest}</item>"
    )


def meta(key, value):
    return (
        f"<wp:postmeta><wp:meta_key>{key}</wp:meta_key>"
        f"<wp:meta_value><![CDATA[{value}]]></wp:meta_value></wp:postmeta>"
    )


def terms(count, domain="post_tag"):
    return "".join(
        f'<category domain="{domain}" nicename="t{n}">Term {n}</category>'
        for n in range(count)
    )


wxr("entity bomb", title="&a9;", doctype=f"<!DOCTYPE rss [{LAUGHS}]>")
wxr(
    "external entity",
    title="x &e;",
    doctype='<!DOCTYPE rss [<!ENTITY e SYSTEM "file://SECRET_PATH">]>',
)
wxr(
    "external entity in the head",
    head="<wp:author><wp:author_login>a</wp:author_login>"
    "<wp:author_display_name>&e;</wp:author_display_name></wp:author>",
    doctype='<!DOCTYPE rss [<!ENTITY e SYSTEM "file://SECRET_PATH">]>',
)
wxr("external DTD", doctype='<!DOCTYPE rss SYSTEM "http://127.0.0.1:9/x.dtd">')
wxr(
    "parameter entities",
    doctype='<!DOCTYPE rss [<!ENTITY % p SYSTEM "file://SECRET_PATH"> %p;]>',
)
wxr("zeros", content="Be\x00fore \x01\x08 after", title="Ze\x00ro")
wxr("title of 10,000 letters", title="Long " * 2_000)
wxr("serialised object", rest=meta("_x", 'O:8:"Evil_Obj":1:{s:1:"a";s:2:"id";}'))
wxr("address of the desk", link="https://old.example/admin/login/")
wxr("address that climbs", link="https://old.example/../../etc/passwd")
wxr("address that is none", link="https://[old.example/a/")
wxr("address of another scheme", link="javascript://old.example/%0aalert(1)")
wxr("address of 10,000 letters", link="https://old.example/" + "a" * 10_000)
wxr(
    "200,000 terms",
    head="".join(
        f"<wp:tag><wp:tag_slug>t{n}</wp:tag_slug><wp:tag_name>Term {n}</wp:tag_name>"
        "</wp:tag>"
        for n in range(200_000)
    ),
)
wxr("3,000 tags on a post", rest=terms(3_000))
wxr("3,000 authors of a post", rest=terms(3_000, "author"))
wxr(
    "categories in a ring",
    head="".join(
        f"<wp:category><wp:category_nicename>{a}</wp:category_nicename>"
        f"<wp:category_parent>{b}</wp:category_parent><wp:cat_name>{a}</wp:cat_name>"
        "</wp:category>"
        for a, b in ("xy", "yx")
    ),
    rest='<category domain="category" nicename="x">x</category>',
)
wxr("shortcodes in shortcodes", content="[box]" * 5_000 + "x" + "[/box]" * 5_000)
wxr("quotes in quotes", content="[quote]" * 5_000 + "x" + "[/quote]" * 5_000)
wxr("open shortcode", content="[gallery " + 'a="' * 60_000)
wxr("open brackets", content="[" * 300_000)
wxr("open names", content="[a " * 100_000)
wxr("open captions", content="[caption]<img src=x> " * 20_000)
wxr("captions of open images", content="[caption]" + "<a " * 50_000 + "[/caption]")
wxr("empty lines", content="a\n\n" * 60_000)
wxr("line ends", content="<br>\n" * 100_000)
wxr("spaces", content="x" + " " * 300_000 + "x\n" + " \n" * 100_000)
wxr("open paragraphs", content="<p" * 100_000)
wxr("open pre", content="<pre>" * 50_000)
wxr("open block", content="<!-- wp:x {" + "{" * 200_000)
wxr("open blocks", content="<!-- wp:x {\n" * 30_000)
wxr("open comments", content="<!--more " * 60_000)
wxr(
    "open pull quotes",
    content="<!-- wp:p -->" + '<figure class="wp-block-pullquote">' * 20_000,
)
wxr(
    "open footnotes",
    content="<!-- wp:p -->" + '<sup data-fn="a">' * 20_000,
    rest=meta("footnotes", '[{"id":"a","content":"x"}]'),
)
wxr(
    "block that holds itself",
    content='<!-- wp:block {"ref":9} /-->',
    rest="</item>"
    + post('<!-- wp:block {"ref":9} /-->' * 50, number="9").replace(
        "post</wp:post_type></item>", "wp_block</wp:post_type>"
    ),
)
wxr("block of a huge number", content='<!-- wp:block {"ref":1e400} /-->')
wxr("broken UTF-8", content="caf\udce9 \udcff\udcfe \udced\udca0\udc80", title="\udcff")
wxr("deep nesting", content="<div>" * 50_000 + "x")
wxr("deep spans", content="<span>" * 20_000 + "x")
wxr("deep lists", content="<ul><li>" * 5_000 + "x")
wxr("huge attribute", content='<p title="' + "x" * 5_000_000 + '">x</p>')
wxr("100,000 attributes", content="<p " + "a=1 " * 100_000 + ">x</p>")
wxr("scripts", content="<script>alert(1)</script><img src=x onerror=alert(1)>")
wxr("a picture of ours", content='<figure data-picture="1"><img src="/x.jpg"></figure>')
wxr("numbers beyond", content=f'[gallery ids="{"9" * 400}"]', number="9" * 18)
wxr("picture of the disk", content='<img src="file://SECRET_PATH"><img src="//x/y">')
wxr("item in a comment", content="x ]]> <item> <!-- </item>")
wxr("section that never ends", head="<![CDATA[" + "x" * 1_000_000)


def ghost(name, **row):
    def make(folder):
        told = {"id": "1", "title": "A", "slug": "a", "status": "published", **row}
        tables = {"posts": [told], "users": [{"id": "u", "name": "B"}], "tags": []}
        text = json.dumps({"db": [{"meta": {}, "data": tables}]})
        (folder / "ghost.json").write_text(text, "utf-8")
        return folder / "ghost.json"

    SOURCES[f"ghost: {name}"] = make


def nested(depth):
    node = '{"type":"quote","children":['
    tree = node * depth + '{"type":"text","text":"x"}' + "]}" * depth
    return '{"root":{"children":[' + tree + "]}}"


ghost("deep tree", lexical=nested(20_000))
ghost("rather deep tree", lexical=nested(400))
ghost("tree that is none", lexical='{"root":{"children":[7,null,"x",[]]}}')
ghost("old format that is none", mobiledoc='{"sections":[[1],[10,99],7,[3,"ul",5]]}')
ghost("values of other kinds", title={"a": 1}, html=["x"], slug=7, status=[], html2=1)
ghost("absurd moment", html="<p>x</p>", published_at=10**30)
ghost("picture that climbs", html="<p>x</p>", feature_image="../../secret.txt")
ghost("open cards", html='<figure class="kg-bookmark-card">' * 20_000)
ghost("open forms", html='<div class="kg-signup-card">' * 20_000)


@source
def deep_json(folder):
    (folder / "ghost.json").write_text('{"db":[{"data":{"posts":' + "[" * 200_000)
    return folder / "ghost.json"


def feed(name, text):
    def make(folder):
        secret = str(folder.parent / "secret.txt")
        (folder / "feed.xml").write_text(text.replace("SECRET_PATH", secret), "utf-8")
        return folder / "feed.xml"

    SOURCES[f"feed: {name}"] = make


ITEM = "<channel><title>T</title><item><title>{}</title><guid>1</guid></item></channel>"
feed(
    "entity bomb",
    f'<?xml version="1.0"?><!DOCTYPE rss [{LAUGHS}]><rss>{ITEM.format("&a9;")}</rss>',
)
feed(
    "external entity",
    '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY e SYSTEM "file://SECRET_PATH">]>'
    f"<rss>{ITEM.format('x &e;')}</rss>",
)
feed("deep nesting", "<rss><channel>" + "<a>" * 100_000)
feed(
    "Blogger that is deep",
    '<feed xmlns="http://www.w3.org/2005/Atom"><generator>Blogger</generator>'
    + "<entry>" * 50_000,
)
feed(
    "JSON of other kinds",
    json.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "items": [
                {"id": [], "title": 5, "content_html": {"a": 1}, "tags": {"x": 1}},
                {"id": 2, "url": 7, "authors": "x", "content_text": 9, "summary": []},
                {"id": 3, "url": "http://[", "date_published": 5, "image": {}},
                *(None, 7, "x"),
            ],
        }
    ),
)


def markdown(name, text):
    def make(folder):
        (folder / "a.md").write_text(text.replace("SECRET", "../secret.txt"), "utf-8")
        return folder

    SOURCES[f"markdown: {name}"] = make


ALIASES = "a0: &a0 [x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)
)
markdown("billion laughs", f"---\ntitle: A\n{ALIASES}---\nx")
markdown("objects", "---\ntitle: !!python/object/apply:os.system ['id']\n---\nx")
markdown("deep YAML", "---\ntitle: A\nx: " + "[" * 5_000 + "\n---\nx")
markdown("deep TOML", "+++\nx = " + "[" * 20_000 + "\n+++\nx")
markdown(
    "values of other kinds",
    "---\ntitle: [a, {b: c}]\ndate: .inf\ntags: {a: b}\nimage: [SECRET]\n"
    "permalink: ../../x\nauthor: 7\n---\nx",
)
markdown("picture that climbs", "---\ntitle: A\nimage: SECRET\n---\n![x](SECRET)")
markdown("brackets", "---\ntitle: A\n---\n" + "[" * 50_000)
markdown("emphasis", "---\ntitle: A\n---\n" + "*a _b " * 20_000)
markdown("quotations", "---\ntitle: A\n---\n" + "> " * 20_000 + "x")
markdown(
    "lists", "---\ntitle: A\n---\n" + "".join(" " * n + "- x\n" for n in range(500))
)
markdown("open tags", "---\ntitle: A\n---\n" + "{% comment " * 20_000)
markdown("open codes", "---\ntitle: A\n---\n" + "{{< a " * 20_000)
markdown("no end of the front", "---\ntitle: A\n" * 20_000)


def archive(name, members, ending="zip"):
    """Add an archive of (name, content, "link" or "")."""

    def make(folder):
        path = folder / f"old.{ending}"
        if ending == "zip":
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
                for inner, content, kind in members:
                    info = zipfile.ZipInfo(inner)
                    info.external_attr = (0o120777 if kind else 0o100644) << 16
                    info.compress_type = zipfile.ZIP_DEFLATED
                    out.writestr(info, content)
            return path
        with tarfile.open(path, "w") as out:
            for inner, content, kind in members:
                info = tarfile.TarInfo(inner)
                info.size = 0 if kind else len(content)
                if kind:
                    info.type, info.linkname = kind, content.decode()
                out.addfile(info, BytesIO(content))
        return path

    SOURCES[f"archive: {name}"] = make


PAGE = b"<html><title>A page</title><body><p>Some words of a story.</p></body></html>"
archive("zip slip", [("../slipped.html", PAGE, ""), ("a.html", PAGE, "")])
archive("absolute names", [("/tmp/slipped.html", PAGE, ""), ("C:\\a.html", PAGE, "")])
archive("links in a zip", [("a.html", b"../secret.txt", "link")])
archive("bomb", [("a.html", b"a" * 60_000_000, "")])
archive("nested", [("b.zip", b"PK\x03\x04" + b"\x00" * 40, ""), ("a.html", PAGE, "")])
archive("a name twice", [("a.html", PAGE, ""), ("a.html", PAGE + b"!", "")])
archive("long names", [("a" * 5_000 + ".html", PAGE, ""), ("b/" * 500 + "c", PAGE, "")])
archive(
    "links and devices in a tar",
    [
        ("a.html", b"../../secret.txt", tarfile.SYMTYPE),
        ("b.html", b"/etc/passwd", tarfile.LNKTYPE),
        ("c.html", b"", tarfile.CHRTYPE),
        ("../slipped.html", PAGE, ""),
    ],
    "tar",
)


@source
def zip_cut_short(folder):
    SOURCES["archive: zip slip"](folder)
    path = folder / "old.zip"
    path.write_bytes(path.read_bytes()[:-20])
    return path


@source
def zip_that_lies(folder):
    SOURCES["archive: zip slip"](folder)
    path = folder / "old.zip"
    content = path.read_bytes()
    path.write_bytes(content.replace(struct.pack("<I", len(PAGE)), b"\x01\0\0\0"))
    return path


MEDIUM_PAGE = (
    b'<html><body><article class="h-entry"><h1 class="p-name">A</h1>'
    b'<section data-field="body"><p>WORDS</p></section><footer>'
    b'<a class="p-canonical" href="https://m.example/p">x</a>'
    b'<time class="dt-published" datetime="2017-04-05T06:07:08.000Z">x</time>'
    b"</footer></article></body></html>"
)


def newsletter(name, row):
    def make(folder):
        (folder / "posts").mkdir()
        (folder / "posts" / "1.a.html").write_bytes(PAGE)
        head = "post_id,title,post_date,is_published\n"
        (folder / "posts.csv").write_bytes((head + row).encode("latin-1"))
        return folder

    SOURCES[f"newsletter: {name}"] = make


newsletter("huge field", f'1.a,"{"x" * 300_000}",2020-01-01,true\n')
newsletter("zeros", "1.a,Ze\x00ro,2020-01-01,true\n")
newsletter("no UTF-8", "1.a,caf\xe9,2020-01-01,true\n")
newsletter("name that climbs", "../../secret.a,A,2020-01-01,true\n1.a,A\n,,,,,,\n")


def tree(name, content, file="a.html"):
    def make(folder):
        (folder / file).write_bytes(content)
        return folder

    SOURCES[f"pages: {name}"] = make


tree("pictures of the disk", PAGE.replace(b"<p>", b'<p><img src="../secret.txt">'))
tree("base elsewhere", PAGE.replace(b"<title>", b'<base href="file:///etc/"><title>'))
tree("deep nesting", b"<html><body>" + b"<div>" * 100_000 + b"x")
tree("huge attribute", b'<html><body title="' + b"x" * 5_000_000 + b'"><p>x')
tree("strange charset", PAGE.replace(b"<title>", b'<meta charset="utf-7"><title>'))
tree("a million links", b"<html><body>" + b"<a href=x>a</a>" * 200_000)
tree("name that is no text", PAGE, os.fsdecode(b"a\xff\n.html"))


@source
def links_of_the_disk(folder):
    (folder / "secret.html").symlink_to(folder.parent / "secret.txt")
    (folder / "round").symlink_to(folder)
    (folder / "up").symlink_to(folder.parent)
    (folder / "self.html").symlink_to(folder / "self.html")
    return folder
