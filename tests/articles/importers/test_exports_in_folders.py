"""Exports as their systems hand them out: in zips, in parts, called after a day."""

import zipfile
from pathlib import Path

import pytest

from articles.importers.archives import unpack
from articles.importers.files import source_name
from articles.importers.sources import Asked, Sources
from articles.importers.story import Problem, Story
from articles.models import Article, Picture

from .importing import drawing, run
from .reading import whole
from .test_other_sources import BLOGGER, ENTRY, RSS
from .wxr_export import UPLOADS, attachment, export, meta, post

LEAD = meta(_thumbnail_id="2")

TAKEOUT = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"
 xmlns:blogger="http://schemas.google.com/blogger/2018"><title>Tides</title>
{entries}</feed>"""
TAKEN = """<entry><id>tag:blogger.com,1999:blog-1.post-{number}</id>
<blogger:type>POST</blogger:type><blogger:status>{status}</blogger:status>
<author><name>Rut Amsel</name></author><title>Entry {number}</title>
<content type="html">&lt;p&gt;Text.&lt;/p&gt;</content>
<blogger:metaDescription>About {number}</blogger:metaDescription>
<published>2021-02-03T04:05:06Z</published>
<category scheme="tag:blogger.com,1999:blog-1" term="Tides"/>
<blogger:filename>/2021/02/entry-{number}.html</blogger:filename></entry>"""


def zipped(path, **files):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def read(path):
    with Sources([path]) as sources:
        names = [source.reader.NAME for source in sources.found]
        return names, [whole(record) for record in sources.read(Asked())]


def stories(records):
    return [record for record in records if isinstance(record, Story)]


def test_a_zip_of_parts_is_one_export(tmp_path):
    first = export(attachment(21, "weir.jpg", "The weir"))
    second = export(post(1, "[gallery ids='21']", extra=meta(_thumbnail_id="21")))
    parts = {"w.2024-05-03.000.xml": first, "w.2024-05-03.001.xml": second}
    names, records = read(zipped(tmp_path / "w.zip", **parts))
    (story,) = stories(records)
    assert names == ["wordpress"]
    assert [(p.caption, p.is_lead) for p in story.pictures] == [
        ("The weir", False),
        ("The weir", True),
    ]


def test_a_damaged_part_does_not_keep_the_others_out(tmp_path):
    broken = export(post(1, "One."), post(2, "Two."))
    parts = {
        "a.xml": broken[: broken.index("Two.")],
        "b.xml": export(post(3, "Three.")),
    }
    _names, records = read(zipped(tmp_path / "w.zip", **parts))
    assert [story.source_id for story in stories(records)] == ["post-1", "post-3"]
    assert [r.file for r in records if isinstance(r, Problem)] == ["a.xml"]


def test_an_export_is_found_beside_all_of_its_pictures(tmp_path):
    pictures = {f"uploads/{number}.jpg": b"\xff\xd8" for number in range(2_500)}
    files = {**pictures, "z.xml": export(post(1, "Words."))}
    names, records = read(zipped(tmp_path / "w.zip", **files))
    assert names == ["wordpress"] and len(stories(records)) == 1


@pytest.mark.django_db
def test_pictures_that_came_with_an_export_are_taken(tmp_path):
    image = f'<img src="{UPLOADS}/weir.jpg" alt="The weir">'
    files = {
        "weir.xml": export(attachment(2, "b.jpg"), post(1, image, extra=LEAD)),
        "uploads/2024/04/weir.jpg": drawing(1),
        "uploads/2024/04/b.jpg": drawing(2),
    }
    path = zipped(tmp_path / "w.zip", **files)
    assert "1 new" in run(path)
    article = Article.objects.get()
    assert f'data-picture="{Picture.objects.get(alt="The weir").pk}"' in article.body
    assert article.lead_picture is not None and Picture.objects.count() == 2
    assert "0 new, 0 changed, 1 unchanged" in run(path)


def test_googles_copy_of_a_blog_is_found_in_its_tree(tmp_path):
    entries = "".join(
        TAKEN.format(number=number, status=status)
        for number, status in enumerate(("LIVE", "DRAFT", "SOFT_TRASHED"), 1)
    )
    files = {
        "Takeout/archive_browser.html": "<p>Your data</p>",
        "Takeout/Blogger/Blogs/Tides/feed.atom": TAKEOUT.format(entries=entries),
        "Takeout/Blogger/Blogs/Tides/theme-layouts.xml": "<html></html>",
    }
    _names, records = read(zipped(tmp_path / "takeout-1.zip", **files))
    found = {story.headline: story for story in stories(records)}
    assert {name: one.status for name, one in found.items()} == {
        "Entry 1": "published",
        "Entry 2": "draft",
    }
    assert found["Entry 1"].address == "/2021/02/entry-1.html"
    assert found["Entry 1"].seo_description == "About 1"
    trashed = [r for r in records if isinstance(r, Problem)]
    assert [(p.kind, p.sample) for p in trashed] == [("trashed", "Entry 3")]


def test_a_feed_among_a_sites_pages_is_none_of_its_stories(tmp_path):
    page = "<html><body><h1>A lock</h1><p>Words of the lock.</p></body></html>"
    names, _records = read(
        zipped(tmp_path / "s.zip", **{"a.html": page, "rss.xml": RSS})
    )
    assert names == ["pages"]
    names, records = read(zipped(tmp_path / "f.zip", **{"rss.xml": RSS}))
    assert names == ["feed"] and len(stories(records)) == 1


def test_a_draft_of_blogger_stays_one_without_its_namespace(tmp_path):
    draft = "<app:control><app:draft>yes</app:draft></app:control>"
    entries = [
        ENTRY.format(number=1, kind="post", control=draft),
        ENTRY.format(number=2, kind="post", control=""),
    ]
    file = tmp_path / "blog.xml"
    text = BLOGGER.format(entries="".join(entries))
    file.write_text(text.replace(' xmlns:app="http://purl.org/atom/app#"', ""))
    _names, records = read(file)
    assert [one.status for one in stories(records)] == ["draft", "published"]
    assert [r.kind for r in records if isinstance(r, Problem)] == ["unsound"]
    # What is broken off in an entry is no story.
    file.write_text(text[: text.index("Text 2")])
    _names, records = read(file)
    assert [one.headline for one in stories(records)] == ["Entry 1"]
    assert [r.kind for r in records if isinstance(r, Problem)] == ["unparsable"]


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("weir.WordPress.2024-05-03.xml", "weir.WordPress"),
        ("weir.wordpress.2024-05-03.000.xml", "weir.wordpress"),
        ("weir.ghost.2024-05-03-10-11-12.json", "weir.ghost"),
        ("blog-05-03-2024.xml", "blog"),
        ("weir (2).xml", "weir"),
        ("2024-05-03.xml", "2024-05-03"),
        ("weir-1998.xml", "weir-1998"),
    ],
)
def test_a_source_is_known_without_the_day_of_its_export(name, known):
    assert source_name(Path(name)) == known


@pytest.mark.django_db
def test_the_next_export_of_a_site_finds_its_stories_again(tmp_path):
    first = tmp_path / "weir.WordPress.2024-05-03.xml"
    first.write_text(export(post(1, "Eight fish."), post(2, "Water.", title="Two")))
    assert "2 new" in run(first)
    next_one = tmp_path / "weir.WordPress.2024-06-01.xml"
    next_one.write_text(export(post(1, "Nine fish."), post(2, "Water.", title="Two")))
    assert "0 new, 1 changed, 1 unchanged" in run(next_one)
    assert "0 new, 0 changed, 2 unchanged" in run(next_one)
    assert "Nine fish." in Article.objects.get(path="/blog/2024/fish-1/").body
    assert Article.objects.count() == 2


@pytest.mark.parametrize("encoding", ["utf-8", "cp437"])
def test_names_in_a_zip_whose_maker_did_not_flag_their_encoding(tmp_path, encoding):
    name = "Größe der Flut.html".encode(encoding)
    stand_in = "x" * len(name)
    file = zipped(tmp_path / "old.zip", **{stand_in: "<p>Water.</p>"})
    file.write_bytes(file.read_bytes().replace(stand_in.encode(), name))
    folder = tmp_path / "unpacked"
    folder.mkdir()

    assert unpack(file, folder) == []
    assert [path.name for path in folder.iterdir()] == ["Größe der Flut.html"]
