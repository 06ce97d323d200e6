"""Feeds as they stand in the world, from the file to stories."""

import json

import pytest

from articles.html import clean
from articles.importers.sources import Asked, Sources
from articles.importers.story import Story

from .reading import whole
from .test_wxr_shapes import kinds

SITE = "https://weir.example"
RSS = """<?xml version="1.0"?><rss version="2.0"
 xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:media="http://search.yahoo.com/mrss/"
 xmlns:slash="http://purl.org/rss/1.0/modules/slash/"
 xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd">
<channel><title>Weir</title><item><title>Fish</title>
<link>https://weir.example/fish?id=7&amp;utm_source=rss&amp;utm_medium=x</link>
{}</item></channel></rss>"""
ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">
<title>Weir</title><author><name>Marta Weir</name></author>
<entry><id>urn:1</id><title>Fish</title><link href="https://weir.example/fish"/>
<updated>2024-02-02T03:04:05Z</updated>{}</entry></feed>"""


@pytest.fixture
def story(tmp_path):
    """Return a function from a feed of one entry to its Story."""

    def read(text):
        path = tmp_path / "feed"
        path.write_text(text, "utf-8")
        with Sources([path]) as sources:
            records = [whole(record) for record in sources.read(Asked())]
        return next(record for record in records if isinstance(record, Story))

    return read


def names(story):
    return [credit.name for credit in story.credits]


class TestRss:
    def test_what_a_picture_shows_is_not_the_text(self, story):
        found = story(
            RSS.format(
                "<description>&lt;p&gt;The text.&lt;/p&gt;</description>"
                f'<media:content url="{SITE}/s.jpg" medium="image" width="90"/>'
                f'<media:content url="{SITE}/a.jpg" medium="image" width="800">'
                "<media:description>The weir</media:description>"
                "<media:credit>Cam Era</media:credit></media:content>"
                "<slash:comments>4</slash:comments>"
            )
        )
        assert clean(found.body_html) == "<p>The text.</p>"
        (note,) = found.pictures
        assert (note.src, note.is_lead) == (f"{SITE}/a.jpg", True)
        assert (note.caption, note.credit) == ("The weir", "Cam Era")
        assert found.comments == 4 and kinds(found) == ["summary"]

    def test_a_picture_that_the_text_shows_is_not_shown_twice(self, story):
        found = story(
            RSS.format(
                f'<description>&lt;img src="{SITE}/a.jpg"&gt; Words.</description>'
                f'<enclosure url="{SITE}/a.jpg" type="image/jpeg" length="1"/>'
            )
        )
        assert [note.is_lead for note in found.pictures] == [False]

    @pytest.mark.parametrize(
        ("written", "meant"),
        [
            ("<author>ann@weir.example (Ann Weir)</author>", ["Ann Weir"]),
            ("<author>Ann Weir &lt;ann@weir.example&gt;</author>", ["Ann Weir"]),
            ("<author>desk@weir.example</author>", []),
            ("<dc:creator>Ann Weir and Bo Lund</dc:creator>", ["Ann Weir", "Bo Lund"]),
            ("<dc:creator>Weir &amp; Co</dc:creator>", ["Weir & Co"]),
            (
                "<dc:creator>Ann Weir</dc:creator><itunes:author>The Show"
                "</itunes:author>",
                ["Ann Weir"],
            ),
            ("<itunes:author>Ann Weir</itunes:author>", ["Ann Weir"]),
        ],
    )
    def test_authors_are_names_without_addresses(self, story, written, meant):
        found = story(RSS.format(f"{written}<description>Words.</description>"))
        assert names(found) == meant

    def test_a_recording_is_heard_and_a_campaign_is_no_address(self, story):
        found = story(
            RSS.format(
                f'<enclosure url="{SITE}/talk.mp3" type="audio/mpeg" length="1"/>'
                "<content:encoded>&lt;p&gt;Notes.&lt;/p&gt;</content:encoded>"
            )
        )
        assert found.address == "/fish?id=7"
        assert f'data-embed="{SITE}/talk.mp3"' in found.body_html
        assert clean(found.body_html).endswith("<p>Notes.</p>")

    def test_empty_lines_divide_a_text_without_tags(self, story):
        found = story(
            RSS.format("<description>One &amp;amp; two.\n\nThree.</description>")
        )
        assert clean(found.body_html) == "<p>One &amp; two.</p>\n<p>Three.</p>"


class TestAtom:
    def test_plain_text_keeps_its_signs_and_is_no_standfirst(self, story):
        found = story(
            ATOM.format('<content type="text">1 &lt; 2 &lt;b&gt;\n\nEnd</content>')
        )
        assert clean(found.body_html) == "<p>1 &lt; 2 &lt;b&gt;</p>\n<p>End</p>"
        assert found.standfirst == ""

    def test_who_wrote_the_feed_wrote_its_entries_unless_they_say_else(self, story):
        assert names(story(ATOM.format("<summary>Words.</summary>"))) == ["Marta Weir"]
        own = "<author><name>Bo</name><email>bo@weir.example</email></author>"
        assert names(story(ATOM.format(f"{own}<summary>W.</summary>"))) == ["Bo"]

    def test_a_draft_does_not_go_out(self, story):
        found = story(
            ATOM.format(
                '<app:control xmlns:app="http://www.w3.org/2007/app"><app:draft>yes'
                "</app:draft></app:control><summary>Words.</summary>"
            )
        )
        assert found.status == "draft"

    def test_a_category_is_called_by_its_label(self, story):
        found = story(
            ATOM.format('<category term="f-1" label="Fish"/><summary>W.</summary>')
        )
        assert found.tags == ["Fish"]


class TestJsonFeed:
    def feed(self, **item):
        item = {"id": "1", "url": f"{SITE}/fish", "title": "Fish", **item}
        version = "https://jsonfeed.org/version/1"
        author = {"name": "Marta Weir"}
        return json.dumps({"version": version, "author": author, "items": [item]})

    def test_the_one_author_of_its_first_version_is_read(self, story):
        found = story(self.feed(content_text="Words.", author={"name": "Bo Lund"}))
        assert names(found) == ["Bo Lund"]
        assert names(story(self.feed(content_text="Words."))) == ["Marta Weir"]

    def test_a_recording_is_heard(self, story):
        told = [{"url": f"{SITE}/talk.mp3", "mime_type": "audio/mpeg"}, "none", {}]
        found = story(self.feed(content_html="<p>Notes.</p>", attachments=told))
        assert f'data-embed="{SITE}/talk.mp3"' in found.body_html
