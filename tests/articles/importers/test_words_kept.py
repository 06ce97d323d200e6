"""Nothing is lost between an export and its stories: every story, every word of it."""

import html
import json
import random
import re
from datetime import UTC, datetime
from xml.sax.saxutils import escape

import pytest

from articles.importers.readers import read_whole
from articles.importers.sources import Asked, Sources
from articles.importers.story import Story

from .hostile_sources import HEAD
from .test_other_sources import BLOGGER, ENTRY

PIECES = [
    "<p>The <strong>ferry</strong> left at <em>noon</em>, or <s>never</s>.</p>",
    "<h2>What the tide &amp; the wind brought</h2>",
    "<ul><li>rope</li><li>a bell<ul><li>of brass</li></ul></li></ul>",
    "<ol><li>First they came.</li><li>Then they went.</li></ol>",
    "<blockquote><p>“Nobody rings it,” she said.</p></blockquote>",
    "<table><tr><th>Year</th><th>Boats</th></tr><tr><td>1901</td><td>9</td></tr></table>",
    '<p>See <a href="https://elsewhere.example/a?b=1&amp;c=2">a list</a> — again…</p>',
    "<p>H<sub>2</sub>O, E = mc<sup>2</sup>, 3 &lt; 4, caf&eacute;, 10&nbsp;km</p>",
    "<h3>Mariä Lichtmeß, ночь, 夜明け, مرحبا</h3>",
    "<p>One line<br>and another<br>and a third.</p>",
    "<pre>x = 1\ny = 2</pre>",
    "<div><p>Inside of something.</p><p>And again.</p></div>",
    "<p><span style='color:red'>Red</span> <font face=x>type</font> <u>under</u>.</p>",
    "<hr>",
    "<p>He said [sic] that [he] went. 5 > 4 & so on.</p>",
    "<dl><dt>Sheet</dt><dd>A rope, not a sail.</dd></dl>",
]
POSTS = 40


def bodies():
    dice = random.Random(7)
    return [
        "\n\n".join([f"<p>Story number {n} begins.</p>", *dice.sample(PIECES, 9)])
        for n in range(POSTS)
    ]


def moment(n):
    return datetime(2001 + n % 20, 1 + n % 12, 1 + n % 28, n % 24, n % 60, tzinfo=UTC)


def wordpress(file, body):
    pieces = [HEAD.format(doctype="", head="")]
    for n, markup in enumerate(bodies()):
        pieces.append(
            f"<item><title>Title {n} &amp; more</title>"
            f"<link>https://old.example/{n}/</link><dc:creator>w{n % 3}</dc:creator>"
            f"<content:encoded><![CDATA[{body(markup)}]]></content:encoded>"
            f"<wp:post_id>{n + 1}</wp:post_id><wp:status>publish</wp:status>"
            f"<wp:post_date_gmt>{moment(n):%Y-%m-%d %H:%M:%S}</wp:post_date_gmt>"
            "<wp:post_type>post</wp:post_type>"
            f'<category domain="post_tag" nicename="t">Tag {n % 4}</category></item>'
        )
    file.write_text("".join(pieces) + "</channel></rss>", "utf-8")


def classic(folder):
    wordpress(folder / "a.xml", lambda markup: markup)
    return folder / "a.xml"


def blocks(folder):
    def as_blocks(markup):
        pieces = markup.split("\n\n")
        return "\n\n".join(f"<!-- wp:x -->\n{p}\n<!-- /wp:x -->" for p in pieces)

    wordpress(folder / "a.xml", as_blocks)
    return folder / "a.xml"


def ghost(folder):
    tags = [{"id": f"t{n}", "name": f"Tag {n}", "slug": f"t{n}"} for n in range(4)]
    users = [{"id": f"u{n}", "name": f"w{n}", "slug": f"w{n}"} for n in range(3)]
    posts = [
        {
            **{"id": f"p{n}", "title": f"Title {n} & more", "slug": f"s{n}"},
            **{"html": markup, "status": "published"},
            "published_at": moment(n).isoformat().replace("+00:00", ".000Z"),
        }
        for n, markup in enumerate(bodies())
    ]
    ties = [{"post_id": f"p{n}", "tag_id": f"t{n % 4}"} for n in range(POSTS)]
    own = [{"post_id": f"p{n}", "author_id": f"u{n % 3}"} for n in range(POSTS)]
    tables = {"posts": posts, "tags": tags, "users": users}
    tables |= {"posts_tags": ties, "posts_authors": own}
    (folder / "a.json").write_text(json.dumps({"db": [{"data": tables}]}), "utf-8")
    return folder / "a.json"


def rss(folder):
    entries = "".join(
        f"<item><title>Title {n} &amp;amp; more</title><guid>g{n}</guid>"
        f"<link>https://old.example/{n}/</link><dc:creator>w{n % 3}</dc:creator>"
        f"<category>Tag {n % 4}</category>"
        f"<pubDate>{moment(n):%d %b %Y %H:%M:%S} GMT</pubDate>"
        f"<content:encoded>{escape(markup)}</content:encoded></item>"
        for n, markup in enumerate(bodies())
    )
    head = HEAD.format(doctype="", head="").replace("wordpress.org", "w.example")
    (folder / "a.xml").write_text(f"{head}{entries}</channel></rss>", "utf-8")
    return folder / "a.xml"


def json_feed(folder):
    items = [
        {
            **{"id": str(n), "url": f"https://old.example/{n}/"},
            **{"title": f"Title {n} &amp; more", "content_html": markup},
            **{"tags": [f"Tag {n % 4}"], "authors": [{"name": f"w{n % 3}"}]},
            "date_published": moment(n).isoformat(),
        }
        for n, markup in enumerate(bodies())
    ]
    told = {"version": "https://jsonfeed.org/version/1.1", "items": items}
    (folder / "a.json").write_text(json.dumps(told), "utf-8")
    return folder / "a.json"


def blogger(folder):
    entries = []
    for n, markup in enumerate(bodies()):
        entry = ENTRY.format(number=n, kind="post", control="")
        entry = entry.replace(f"&lt;p&gt;Text {n}.&lt;/p&gt;", escape(markup))
        entry = entry.replace(f"<title>Entry {n}", f"<title>Title {n} &amp;amp; more")
        entry = entry.replace("Tides", f"Tag {n % 4}").replace("Rut Amsel", f"w{n % 3}")
        at = moment(n).isoformat()
        entry = entry.replace("2011-06-01T10:00:00.000-07:00", at)
        entries.append(entry)
    (folder / "a.xml").write_text(BLOGGER.format(entries="".join(entries)), "utf-8")
    return folder / "a.xml"


def words(markup):
    """The words a browser shows, by a reading of our own, not the importer's."""
    markup = re.sub(r"</?(?:strong|em|s|sub|sup|a|span|font|u|b|i)\b[^>]*>", "", markup)
    return html.unescape(re.sub(r"<[^<>]*>", " ", markup)).split()


@pytest.mark.parametrize("write", [classic, blocks, ghost, rss, json_feed, blogger])
def test_every_story_and_every_word_comes_along(tmp_path, write):
    with Sources([write(tmp_path)]) as sources:
        records = [r for r in sources.read(Asked()) if isinstance(r, Story)]
        stories = [read_whole(record) for record in records]
    assert len(stories) == POSTS
    for n, (story, markup) in enumerate(zip(stories, bodies(), strict=True)):
        assert words(story.body_html) == words(markup)
        assert story.headline == f"Title {n} & more"
        assert [credit.name for credit in story.credits] == [f"w{n % 3}"]
        assert f"Tag {n % 4}" in story.tags
        assert story.published.moment == moment(n)
        assert story.status == "published"
        assert not any(problem.is_broken for problem in story.problems)
