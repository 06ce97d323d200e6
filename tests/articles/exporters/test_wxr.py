"""What WordPress gets: valid XML, whatever stands in a text."""

import io
from datetime import timedelta
from xml.sax.saxutils import escape

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone
from lxml import etree

from articles import publishing
from articles.exporters import wxr
from articles.models import Article, Correction, Document
from tests.factories import (
    NOON,
    make_article,
    make_author,
    make_page,
    make_picture,
    make_section,
    make_tag,
)

pytestmark = pytest.mark.django_db
NAMES = {
    "wp": "http://wordpress.org/export/1.2/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "excerpt": "http://wordpress.org/export/1.2/excerpt/",
    "dc": "http://purl.org/dc/elements/1.1/",
}


@pytest.fixture(autouse=True)
def _own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.SITE_URL = "https://news.example"
    settings.TIME_ZONE = "Europe/Berlin"


def exported():
    file = io.StringIO()
    wxr.write(file, title="The Lantern & Co.")
    return etree.fromstring(file.getvalue().encode())


def items_of(root, kind):
    return {
        item.findtext("title"): item
        for item in root.iter("item")
        if item.findtext("wp:post_type", namespaces=NAMES) == kind
    }


def value(item, path):
    return item.findtext(path, namespaces=NAMES)


def test_a_story_has_its_authors_section_tags_dates_and_picture():
    picture = make_picture(60, 40, alt="A square")
    make_article(
        "Two at the river",
        path="/old/River.htm",
        standfirst="In short.",
        body=f'<p>See <a href="/about/">us</a>.</p><figure data-picture="{picture.pk}">'
        f'<img src="{picture.file.url}" alt=""></figure>',
        section=make_section("Town", parent=make_section("News")),
        authors=[make_author("Ada Lane"), make_author("Ben Hill")],
        tags=[make_tag("water")],
        lead_picture=picture,
    )
    root = exported()
    item = items_of(root, "post")["Two at the river"]
    terms = [(c.get("domain"), c.get("nicename")) for c in item.findall("category")]
    assert terms == [
        *(("author", "cap-ada-lane"), ("author", "cap-ben-hill")),
        *(("category", "town"), ("post_tag", "water")),
    ]
    assert value(item, "dc:creator") == "ada-lane"
    assert item.findtext("link") == "https://news.example/old/River.htm"
    assert value(item, "wp:post_name") == "River"
    assert value(item, "wp:post_date") == "2024-05-17 14:00:00"
    assert value(item, "wp:post_date_gmt") == "2024-05-17 12:00:00"
    assert value(item, "wp:status") == "publish"
    assert value(item, "excerpt:encoded") == "In short."
    body = value(item, "content:encoded")
    assert f'src="https://news.example{picture.file.url}"' in body
    assert 'href="https://news.example/about/"' in body
    assert "data-picture" not in body
    thumbnail = {
        value(m, "wp:meta_key"): value(m, "wp:meta_value")
        for m in item.findall("wp:postmeta", NAMES)
    }["_thumbnail_id"]
    (attachment,) = items_of(root, "attachment").values()
    assert value(attachment, "wp:post_id") == thumbnail
    assert value(attachment, "wp:attachment_url").startswith("https://news.example/")
    parents = {
        value(c, "wp:category_nicename"): value(c, "wp:category_parent")
        for c in root.iterfind(".//wp:category", NAMES)
    }
    assert parents == {"news": "", "town": "news"}


@pytest.mark.parametrize(
    "words", ["]]>", "a]]]>b", "<b>&amp;</b>", "\x0b\x1f\ufffe", "\U0001f43b ﷽ \u2028"]
)
def test_any_characters_make_valid_xml(words):
    make_article(f"A {words} z", body="<p>a]]&gt;b</p>", tags=[make_tag(f"t{words}")])
    (title, item), *_ = items_of(exported(), "post").items()
    kept = "".join(c for c in words if c not in "\x0b\x1f\ufffe")
    # WordPress prints titles as HTML.
    assert title == f"A {escape(kept)} z"
    assert value(item, "content:encoded") == "<p>a]]&gt;b</p>"


def test_pictures_in_a_text_are_those_that_wordpress_fetches():
    """It leads no other size's address to its own copy."""
    picture = make_picture(1400, 900)
    smaller = picture.renditions[0]["name"]
    make_article(
        "Shown",
        body=f'<figure data-picture="{picture.pk}"><img src="/media/{smaller}" alt="">'
        "</figure>",
    )
    root = exported()
    (attachment,) = items_of(root, "attachment").values()
    address = value(attachment, "wp:attachment_url")
    body = value(items_of(root, "post")["Shown"], "content:encoded")
    assert f'src="{address}"' in body and smaller not in body


def test_documents_are_attachments():
    document = Document(name="Report.pdf", digest="d" * 64, bytes=4)
    document.file.save("dd/report.pdf", ContentFile(b"%PDF"))
    attachment = items_of(exported(), "attachment")["Report.pdf"]
    address = value(attachment, "wp:attachment_url")
    assert address == f"https://news.example{document.file.url}"


def test_no_two_items_are_one_for_wordpress():
    """A title and a second are one to it, and logins that differ by their ü."""
    for _ in range(3):
        make_article("Letters", authors=[make_author("Ümit Ö")])
        make_article("Untitled", status="draft", created_at=NOON)
    root = exported()
    items = [
        (item.findtext("title"), value(item, "wp:post_date"), value(item, "dc:creator"))
        for item in root.iter("item")
    ]
    assert len({item[:2] for item in items}) == 6
    logins = [a.text for a in root.iterfind(".//wp:author_login", NAMES)]
    assert len(set(logins)) == 3 and all(login.isascii() for login in logins)
    assert {creator for title, _, creator in items if title == "Letters"} == {*logins}
    gmt = {
        value(item, "wp:post_date_gmt")
        for item in root.iter("item")
        if item.findtext("title") == "Untitled"
    }
    assert gmt == {"0000-00-00 00:00:00"}


def test_corrections_stand_in_the_text():
    article = make_article("Wrong", body="<p>Body.</p>")
    Correction.objects.create(article=article, text="It was < Tuesday.")
    publishing.retract(article, None, "Never so.")
    body = value(items_of(exported(), "post")["Wrong"], "content:encoded")
    assert body == (
        "<p><strong>Retraction:</strong> Never so.</p><p>Body.</p>"
        "<p><strong>Correction:</strong> It was &lt; Tuesday.</p>"
    )


def test_only_what_readers_see_is_published_there():
    make_article("Out")
    make_article("Draft", status="draft")
    make_article("Withdrawn", status="withdrawn")
    later = timezone.now() + timedelta(days=1)
    make_article("Later", published_at=later)
    ended = timezone.now() - timedelta(days=1)
    make_article("Ended", expires_at=ended)
    publishing.move_to_trash(make_article("Thrown away"), None)
    publishing.open_working_copy(Article.objects.get(headline="Out"), None)
    make_page("About", path="/about/", is_published=False)
    root = exported()
    assert {t: value(i, "wp:status") for t, i in items_of(root, "post").items()} == {
        "Out": "publish",
        "Draft": "draft",
        "Withdrawn": "private",
        "Later": "future",
        "Ended": "private",
        "Thrown away": "trash",
    }
    assert value(items_of(root, "page")["About"], "wp:status") == "draft"
    numbers = [value(item, "wp:post_id") for item in root.iter("item")]
    assert len(set(numbers)) == len(numbers)


def test_an_address_that_is_not_public_stays_here():
    make_author("Ada Lane", email="ada@home.test")
    make_author("Ben Hill", email="ben@desk.test", is_email_public=True)
    text = etree.tostring(exported(), encoding="unicode")
    assert "ben@desk.test" in text
    assert "ada@home.test" not in text
