"""Feeds, Blogger, Medium, Substack, Markdown and archives, from files to stories."""

import io
import json
import tarfile
import zipfile

import pytest

from articles.html import clean
from articles.importers.sources import Asked, Sources
from articles.importers.story import Problem, Story

from .reading import whole

RSS = """<?xml version="1.0"?><rss version="2.0"
 xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Weir</title>
<item><title>One &amp; only</title><link>https://weir.example/2019/one.html</link>
<guid>tag:weir,1</guid><pubDate>Tue, 05 Mar 2019 08:00:00 +0100</pubDate>
<dc:creator>Lena Holt</dc:creator><category>River</category>
<description>Short.</description>
<content:encoded><![CDATA[<p>Long <script>alert(1)</script>words.</p>
<p><img src="/img/a.jpg" alt="A"></p>]]></content:encoded></item></channel></rss>"""

JSON_FEED = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "language": "de",
        "authors": [{"name": "Lena Holt"}],
        "items": [
            {
                "id": "1",
                "url": "https://weir.example/eins/?id=7",
                "title": "Eins",
                "content_html": "<p>Worte.</p>",
                "date_published": "2020-02-03T04:05:06Z",
                "tags": ["Fluss"],
            },
            "no story",
        ],
    }
)

BLOGGER = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"
 xmlns:app="http://purl.org/atom/app#"><generator>Blogger</generator>
{entries}</feed>"""
ENTRY = """<entry><id>tag:blogger,{number}</id>
<published>2011-06-01T10:00:00.000-07:00</published>
<category scheme="http://schemas.google.com/g/2005#kind"
 term="http://schemas.google.com/blogger/2008/kind#{kind}"/>
<category scheme="http://www.blogger.com/atom/ns#" term="Tides"/>
<title>Entry {number}</title>
<content type="html">&lt;p&gt;Text {number}.&lt;/p&gt;</content>
<link rel="alternate" href="http://tides.blogspot.example/2011/06/entry-{number}.html"/>
<author><name>Rut Amsel</name></author>{control}</entry>"""

MEDIUM = """<!DOCTYPE html><html><head><title>On locks</title></head><body>
<article class="h-entry"><header><h1 class="p-name">On locks</h1></header>
<section data-field="subtitle" class="p-summary">And their keepers</section>
<section data-field="body" class="e-content"><section class="section">
<div class="section-divider"><hr></div><div class="section-content">
<h3 class="graf graf--h3 graf--title">On locks</h3>
<p class="graf graf--p">A lock is a <strong>door</strong>.</p>
<blockquote class="graf graf--pullquote pullquote">Doors of water.</blockquote>
</div></section></section><footer><p>By <a class="p-author h-card">Bo Lund</a> on
<a href="https://medium.example/p/1"><time class="dt-published"
 datetime="2017-04-05T06:07:08.000Z">April</time></a></p>
<p><a href="https://medium.example/@bo/on-locks-1" class="p-canonical">x</a></p>
</footer></article></body></html>"""


def read(path, **asked):
    with Sources([path]) as sources:
        return [whole(record) for record in sources.read(Asked(**asked))]


def stories(records):
    return [record for record in records if isinstance(record, Story)]


def problems(records):
    return [record for record in records if isinstance(record, Problem)]


def test_rss_gives_whole_stories(tmp_path):
    file = tmp_path / "feed.xml"
    file.write_text(RSS)
    (story,) = stories(read(file))
    assert (story.headline, story.address) == ("One & only", "/2019/one.html")
    assert story.credits[0].name == "Lena Holt"
    assert story.published.moment.isoformat() == "2019-03-05T07:00:00+00:00"
    body = clean(story.body_html)
    assert "Long words." in body and "alert" not in body
    assert story.pictures[0].src == "https://weir.example/img/a.jpg"


def test_a_json_feed_keeps_the_query_of_its_addresses(tmp_path):
    file = tmp_path / "feed.json"
    file.write_text(JSON_FEED)
    records = read(file)
    (story,) = stories(records)
    assert story.address == "/eins/?id=7"
    assert (story.language, story.tags) == ("de", ["Fluss"])
    assert [problem.kind for problem in problems(records)] == ["unparsable"]


def test_plain_text_of_a_json_feed_keeps_its_signs_and_lines(tmp_path):
    item = {"id": "5", "content_text": "If a < b & c > d:\nso it is.\n\nThe end."}
    feed = {"version": "https://jsonfeed.org/version/1.1", "items": [item]}
    file = tmp_path / "feed.json"
    file.write_text(json.dumps(feed))
    (story,) = stories(read(file))
    body = "<p>If a &lt; b &amp; c &gt; d:<br>so it is.</p><p>The end.</p>"
    assert clean(story.body_html) == clean(body)
    assert story.headline == "If a < b & c > d: so it is. The end."


def test_a_feed_that_is_broken_off_says_so_and_makes_no_story_of_nothing(tmp_path):
    file = tmp_path / "feed.xml"
    file.write_text(RSS[: RSS.index("</item>")] + "</item><item><guid>2</guid><ti")
    records = read(file)
    assert len(stories(records)) == 1
    assert [problem.kind for problem in problems(records)] == ["unsound", "empty"]


def test_blogger_gives_posts_pages_and_drafts_and_counts_comments(tmp_path):
    file = tmp_path / "blog.xml"
    draft = "<app:control><app:draft>yes</app:draft></app:control>"
    entries = [
        ENTRY.format(number=1, kind="post", control=""),
        ENTRY.format(number=2, kind="post", control=draft),
        ENTRY.format(number=3, kind="page", control=""),
        ENTRY.format(number=4, kind="comment", control=""),
        ENTRY.format(number=5, kind="template", control=""),
    ]
    file.write_text(BLOGGER.format(entries="".join(entries)))
    records = read(file)
    found = {story.headline: story for story in stories(records)}
    assert sorted(found) == ["Entry 1", "Entry 2", "Entry 3"]
    assert found["Entry 1"].address == "/2011/06/entry-1.html"
    assert found["Entry 2"].status == "draft"
    assert found["Entry 3"].kind == "page"
    assert "1 comment was left behind" in problems(records)[0].reason


def test_medium_gives_the_story_without_its_title_twice(tmp_path):
    file = tmp_path / "medium.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("medium-export/posts/2017-04-05_On-locks-1.html", MEDIUM)
        archive.writestr("medium-export/README.html", "<p>Read me</p>")
    (story,) = stories(read(file))
    assert (story.headline, story.standfirst) == ("On locks", "And their keepers")
    assert story.credits[0].name == "Bo Lund"
    body = clean(story.body_html)
    assert "On locks" not in body
    assert '<aside class="pullquote">' in body


def test_substack_reads_its_table_and_its_files(tmp_path):
    file = tmp_path / "export.zip"
    rows = (
        "post_id,post_date,is_published,audience,type,title,subtitle,podcast_url\n"
        "11.first,2022-01-02T03:04:05.000Z,true,everyone,newsletter,First,Below,\n"
        "12.paid,2022-02-02T03:04:05.000Z,true,only_paid,newsletter,Paid,,\n"
        "13.lost,2022-02-02T03:04:05.000Z,true,everyone,newsletter,Lost,,\n"
    )
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("posts.csv", rows)
        archive.writestr("posts/11.first.html", "<p>Hello.</p>")
        archive.writestr("posts/12.paid.html", "<p>Secret.</p>")
        archive.writestr("posts/14.extra.html", "<p>Extra.</p>")
    records = read(file)
    found = {story.headline: story for story in stories(records)}
    assert found["First"].address == "/p/first"
    assert found["Paid"].status == "draft"
    assert sorted(p.kind for p in problems(records)) == ["left-out", "missing"]


def test_a_tree_of_markdown_keeps_jekylls_addresses(tmp_path):
    site = tmp_path / "site"
    (site / "_posts").mkdir(parents=True)
    (site / "_config.yml").write_text("url: https://jek.example\npermalink: pretty\n")
    (site / "_posts/2013-07-08-first-post.md").write_text(
        "---\ntitle: First *post*\nauthor: Pim Roos\ncategories: [News]\n"
        "tags: [a, b]\nredirect_from: /old/\n---\nText with a note.[^1]\n\n"
        "| a | b |\n|---|---|\n| 1 | 2 |\n\n[^1]: The note.\n"
    )
    (site / "broken.md").write_text("---\ntitle: [unclosed\n---\nText\n")
    (site / "bomb.md").write_text("---\na: &a [x]\nb: [*a, *a]\n---\nText\n")
    records = read(site)
    (story,) = stories(records)
    assert story.address == "/News/2013/07/08/first-post/".lower()
    assert story.other_addresses == ["/old/"]
    assert [credit.name for credit in story.credits] == ["Pim Roos"]
    body = clean(story.body_html)
    assert 'data-footnote="The note."' in body
    assert "<table>" in body
    assert {p.file for p in problems(records)} == {"broken.md", "bomb.md"}


def test_hugos_front_matter_and_shortcodes_are_read(tmp_path):
    site = tmp_path / "hugo"
    (site / "content/posts").mkdir(parents=True)
    (site / "content/posts/weir.md").write_text(
        '+++\ntitle = "Weir"\ndate = 2016-05-06T07:08:09Z\ndraft = true\n'
        'aliases = ["/w/"]\n+++\n{{< youtube abcdefghijk >}}\n\n'
        '{{< figure src="/a.jpg" caption="The weir" >}}\n'
    )
    (story,) = stories(read(site))
    assert (story.address, story.status) == ("/posts/weir/", "draft")
    assert story.pictures[0].caption == "The weir"
    assert "youtube.com/watch?v=abcdefghijk" in clean(story.body_html)


def test_an_archive_cannot_write_outside_its_folder(tmp_path):
    file = tmp_path / "old.tar"
    page = b"<html><body><h1>Title</h1><p>" + b"A sentence of a story. " * 40
    with tarfile.open(file, "w") as archive:
        for name in ("../outside.html", "/absolute.html", "site/story.html"):
            member = tarfile.TarInfo(name)
            member.size = len(page)
            archive.addfile(member, io.BytesIO(page))
        link = tarfile.TarInfo("site/link.html")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/hostname"
        archive.addfile(link)
    records = read(file)
    assert len(stories(records)) == 1
    outside = [problem.sample for problem in problems(records)]
    assert outside == ["../outside.html", "/absolute.html", "site/link.html"]
    assert not (tmp_path.parent / "outside.html").exists()


def test_a_bomb_is_refused(tmp_path):
    file = tmp_path / "bomb.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("page.html", b"<p>" + b"\0" * 60_000_000)
    (problem,) = read(file)
    assert problem.kind == "too-large"


@pytest.mark.parametrize("name", ["none.zip", "folder/none"])
def test_what_is_not_there_is_named(tmp_path, name):
    (problem,) = read(tmp_path / name)
    assert problem.kind == "missing"


def test_front_matter_that_cannot_be_read_is_one_sentence(tmp_path):
    folder = tmp_path / "_posts"
    folder.mkdir()
    post = folder / "2012-03-09-clock.md"
    good = folder / "2012-03-10-bell.md"
    post.write_text("---\ntitle: [unclosed\n---\nWords.\n")
    good.write_text("---\ntitle: Bell\n---\nWords.\n")
    (problem,) = problems(read(tmp_path))
    assert problem.line == 2
    assert problem.reason.startswith("The front matter cannot be read: expected")
    assert "  " not in problem.reason and "unicode string" not in problem.reason
