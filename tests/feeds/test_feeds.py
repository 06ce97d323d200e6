"""Feeds say what their pages say, in three formats, without a fault."""

import json
from datetime import timedelta

import lxml.html
import pytest
from django.test import RequestFactory
from lxml import etree

from articles import publishing
from articles.models import Article, Correction
from newsroom.demo.fill import make_sample
from newsroom.feeds.addresses import KINDS, feed_path
from newsroom.models import Publication
from newsroom.pagecache.addresses import address_of
from newsroom.redirects.models import MissingPage
from tests.factories import (
    NOON,
    make_article,
    make_author,
    make_page,
    make_picture,
    make_section,
    make_series,
    make_tag,
    make_user,
)
from tests.feeds.validity import ATOM, CONTENT, DC, FAULTS, MEDIA
from tests.redirects.test_redirects import make_redirect

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
TYPES = {
    "rss": "application/rss+xml; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
    "json": "application/feed+json",
}
HOSTILE = [
    "Fish & <b>chips</b> at 5 < 6 > 4",
    "]]> & <![CDATA[ <script>alert(1)</script>",
    "Bread 🍞 and \U0001f9d1\u200d\U0001f33e, 100 %",
    "خبز \u202eالصباح\u202c في المدينة",
    "A bell\x07, an escape \x1b[31m, \x0b and \ufffe",
    "Two\nlines &amp; a quotation \"mark\" 'here'",
]


def items(page):
    return etree.fromstring(page.content).findall("channel/item")


def titles(page):
    return [item.findtext("title") for item in items(page)]


def test_sample_content_is_valid_everywhere(client, db, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    make_sample(picture_width=60)
    Publication.objects.filter(pk=1).update(hub="https://hub.example/")
    article = Article.objects.live().exclude(section=None).exclude(series=None).first()
    subjects = [article.section, article.series, article.tags.first()]
    subjects.append(article.authors.first())
    paths = ["/", *(row.get_absolute_url() for row in subjects)]
    for kind in KINDS:
        feeds = [feed_path(path, kind, is_summary=s) for path in paths for s in (0, 1)]
        feeds.append("/feeds/corrections/" + ("" if kind == "rss" else f"{kind}/"))
        for path in feeds:
            page = client.get(path)
            assert page["Content-Type"] == TYPES[kind]
            assert FAULTS[kind](page.content) == [], path
            assert b"hub.example" in page.content


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_words_stay_words(client, kind):
    picture = make_picture(
        alt='"Alt" <& \x0b', caption="<i>Caption</i>", credit="A & B"
    )
    for headline in HOSTILE:
        make_article(
            headline,
            path=f"/{abs(hash(headline))}/",
            standfirst=headline,
            lead_picture=picture,
            language="ar" if "خبز" in headline else "en",
            authors=[make_author(headline[:100], slug=f"a{abs(hash(headline))}")],
            tags=[make_tag(headline[:90], slug=f"t{abs(hash(headline))}")],
            body=f"<p>{'x' * 300}</p><pre>]]&gt; &lt;script&gt;</pre>",
        )
    page = client.get(feed_path("/", kind))
    assert FAULTS[kind](page.content) == []
    assert "\x07" not in page.content.decode()
    assert (
        b"<script>" not in page.content.replace(b"<![CDATA[ <script>", b"")
        or kind == "json"
    )
    if kind == "rss":
        told = titles(page)
        assert "Fish & <b>chips</b> at 5 < 6 > 4" in told
        assert "A bell, an escape [31m, and" in [t.strip() for t in told]
    assert len(items(page)) == len(HOSTILE) if kind == "rss" else True


def full(client, article, kind="rss"):
    item = items(client.get("/feed/"))[0]
    assert item.findtext("link").endswith(article.get_absolute_url())
    return item.findtext(f"{CONTENT}encoded")


def test_addresses_in_the_text_are_whole(client, settings):
    settings.SITE_URL = "https://news.example"
    article = make_article(
        body='<p><a href="/about/">us</a> <a href="#h-part">part</a> '
        '<a href="other.html">other</a> <a href="https://x.example/?a=1&amp;b=2">x</a> '
        '<a href="//y.example/">y</a></p>'
        '<blockquote cite="/said/"><p>So.</p></blockquote>'
    )
    text = full(client, article)
    own = f"https://news.example{article.path}"
    assert 'href="https://news.example/about/"' in text
    assert f'href="{own}#h-part"' in text
    assert f'href="{own}other.html"' in text
    assert 'href="https://x.example/?a=1&amp;b=2"' in text
    assert 'href="https://y.example/"' in text
    assert 'cite="https://news.example/said/"' in text


def test_pictures_embeds_and_footnotes_need_nothing_of_ours(client):
    picture = make_picture(alt="A weir", credit="Ann Ash")
    article = make_article(
        body=f'<p>Text<sup class="footnote" data-footnote="A source">*</sup></p>'
        f'<figure data-picture="{picture.pk}"><img src="/old.jpg" alt=""></figure>'
        '<figure data-picture="999999"><img src="/gone.jpg" alt=""></figure>'
        '<figure class="embed" data-embed="https://video.example/1">'
        '<a href="https://video.example/1">A film</a></figure>'
    )
    text = full(client, article)
    assert 'alt="A weir"' in text and "<small>Ann Ash</small>" in text
    assert "<li>A source</li>" in text
    assert '<a href="https://video.example/1">A film</a>' in text
    assert "data-" not in text and "gone.jpg" not in text and "<iframe" not in text


def test_corrections_stand_in_the_full_text_and_in_a_feed_of_their_own(client):
    article = make_article("The weir", body="<p>Text.</p>")
    hidden = make_article("Secret", status=Article.Status.DRAFT)
    for row, words in ((article, "It was <Monday>."), (hidden, "Marzipan")):
        Correction.objects.create(article=row, text=words)
    assert "It was &lt;Monday&gt;." in full(client, article)
    page = client.get("/feeds/corrections/")
    assert titles(page) == ["Correction: The weir"]
    assert b"Marzipan" not in page.content and b"Secret" not in page.content


def test_a_summary_has_no_text(client):
    make_article("Headline", standfirst="In short.", body="<p>Marzipan</p>")
    for kind in KINDS:
        page = client.get(feed_path("/", kind, is_summary=True))
        assert b"In short." in page.content
        assert b"Marzipan" not in page.content


def test_every_feed_lists_its_own_and_nothing_hidden(client):
    section, other = make_section("News"), make_section("Sport")
    below = make_section("Courts", parent=section)
    tag, author, series = (
        make_tag("Water"),
        make_author("Ann Ash"),
        make_series("Flood"),
    )
    make_article("In all", section=section, tags=[tag], authors=[author], series=series)
    make_article("Below", section=below, published_at=NOON + HOUR)
    make_article("Elsewhere", section=other, published_at=NOON + 2 * HOUR)
    for status in (Article.Status.DRAFT, Article.Status.WITHDRAWN):
        make_article("Secret", status=status, section=section, tags=[tag])
    wanted = {
        "/": ["Elsewhere", "Below", "In all"],
        section.get_absolute_url(): ["Below", "In all"],
        tag.get_absolute_url(): ["In all"],
        author.get_absolute_url(): ["In all"],
        series.get_absolute_url(): ["In all"],
    }
    for page, headlines in wanted.items():
        assert titles(client.get(feed_path(page))) == headlines, page


def test_a_subject_without_stories_has_no_feed(client):
    for row in (make_tag("Plan"), make_author("Cy"), make_series("Plan")):
        assert client.get(feed_path(row.get_absolute_url())).status_code == 404
    assert client.get("/tags/nothing/feed/").status_code == 404
    assert (
        client.get(feed_path(make_section("Empty").get_absolute_url())).status_code
        == 200
    )
    assert client.get("/feed/").status_code == 200


def test_an_id_stays_whatever_moves(client, settings):
    settings.SITE_URL = "https://old.example"
    Publication(name="The Weir", feed_authority="old.example,2026").save()
    article = make_article("First")
    before = items(client.get("/feed/"))[0].findtext("guid")
    assert before == f"tag:old.example,2026:article-{article.pk}"
    settings.SITE_URL = "https://new.example"
    article.headline, article.path = "Second", "/elsewhere/"
    article.save()
    item = items(client.get("/feed/"))[0]
    assert item.findtext("guid") == before
    assert item.findtext("link") == "https://new.example/elsewhere/"


def ids_in(client, path):
    """Return {title: id} of a feed's entries, whatever its format."""
    content = client.get(path).content
    if "json" in path:
        return {item["title"]: item["id"] for item in json.loads(content)["items"]}
    root = etree.fromstring(content)
    if root.tag == "rss":
        return {
            item.findtext("title"): item.findtext("guid")
            for item in root[0].iter("item")
        }
    entries = root.iter(f"{ATOM}entry")
    return {e.findtext(f"{ATOM}title"): e.findtext(f"{ATOM}id") for e in entries}


@pytest.mark.parametrize("is_summary", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_an_id_stays_with_another_address_section_tag_or_author(
    client, kind, is_summary
):
    news, sport = make_section("News"), make_section("Sport")
    user, other = make_user("pat", "publisher"), make_article("Other", section=sport)
    article = make_article("Eels", section=news, tags=[make_tag("Water")])
    before = ids_in(client, feed_path("/sections/news/", kind, is_summary=is_summary))
    copy = publishing.open_working_copy(article, user)
    copy.section, copy.headline, copy.path = sport, "Eels again", "/eels-again/"
    copy.save()
    copy.tags.set([make_tag("Fish")])
    publishing.publish_changes(article, user)
    article.refresh_from_db()
    article.path = "/moved/"
    article.save()
    article.bylines.create(author=make_author("Ann Ash"))
    publishing.withdraw(article, user)
    article.publish()
    for page in ("/", "/sections/sport/", "/tags/fish/", "/authors/ann-ash/"):
        path = feed_path(page, kind, is_summary=is_summary)
        found = ids_in(client, path)
        assert found["Eels again"] == before["Eels"], path
        assert found.get("Other") != before["Eels"]
    assert ids_in(client, "/feed/")["Other"].endswith(f"article-{other.pk}")


def test_the_id_of_a_correction_stays_when_its_story_moves(client):
    article = make_article("Eels")
    Correction.objects.create(article=article, text="No.", corrected_at=NOON)
    before = ids_in(client, "/feeds/corrections/")
    article.path, article.section = "/moved/", make_section("Sport")
    article.save()
    assert ids_in(client, "/feeds/corrections/") == before != {}


def test_only_a_material_update_is_one(client):
    article = make_article("First", body="<p>a</p>")
    article.body = "<p>b</p>"
    article.save()
    item = items(client.get("/feed/"))[0]
    assert item.find(f"{ATOM}updated") is None
    assert item.findtext("pubDate") == "Fri, 17 May 2024 12:00:00 +0000"
    article.material_update_at = NOON + HOUR
    article.save()
    entry = etree.fromstring(client.get("/feed/atom/").content).find(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}updated") == "2024-05-17T13:00:00+00:00"
    assert entry.findtext(f"{ATOM}published") == "2024-05-17T12:00:00+00:00"


def test_authors_subjects_and_picture_are_told(client, settings):
    settings.SITE_URL = "https://news.example"
    author, other = make_author("Ann Ash", slug="ann"), make_author("Ben Birch")
    article = make_article(
        section=make_section("News"),
        tags=[make_tag("Water")],
        authors=[author],
        lead_picture=make_picture(alt="A weir", credit="Cy"),
        language="ar",
    )
    article.bylines.create(author=other, role="Photographs", position=1)
    item = items(client.get("/feed/"))[0]
    assert [row.text for row in item.findall(f"{DC}creator")] == [
        "Ann Ash",
        "Ben Birch",
    ]
    assert [row.text for row in item.findall("category")] == ["News", "Water"]
    assert (
        item.find(f"{MEDIA}content")
        .get("url")
        .startswith("https://news.example/media/")
    )
    told = json.loads(client.get("/feed/json/").content)["items"][0]
    assert told["authors"][0] == {
        "name": "Ann Ash",
        "url": "https://news.example/authors/ann/",
    }
    assert told["language"] == "ar"
    assert told["content_html"].startswith('<div dir="rtl" lang="ar">')


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/feed", "/feed/"),
        ("/feeds", "/feed/"),
        ("/feeds/", "/feed/"),
        ("/rss", "/feed/"),
        ("/rss/", "/feed/"),
        ("/rss.xml", "/feed/"),
        ("/index.xml", "/feed/"),
        ("/feed.xml", "/feed/"),
        ("/feed/rss2/", "/feed/"),
        ("/atom.xml", "/feed/atom/"),
        ("/feeds/posts/default", "/feed/atom/"),
        ("/feed.json", "/feed/json/"),
        ("/?feed=rss2", "/feed/"),
        ("/?feed=atom", "/feed/atom/"),
        ("/?feed=%00", "/feed/"),
        ("/category/news/feed/", "/sections/news/feed/"),
        ("/category/water/feed", "/tags/water/feed/"),
        ("/tag/water/rss/", "/tags/water/feed/"),
        ("/tags/water/feed", "/tags/water/feed/"),
        ("/author/ann-ash/feed/atom/", "/authors/ann-ash/feed/atom/"),
        ("/author/ann-ash/rss/", "/authors/ann-ash/feed/"),
        *((f"/feed/{kind}", "/feed/") for kind in ("rss", "rss2/", "rdf", "rdf/")),
        *((f"/feed/{kind}", f"/feed/{kind}/") for kind in ("atom", "json")),
        ("/feeds/posts/default/", "/feed/atom/"),
        ("/wp-rss2.php", "/feed/"),
        ("/wp-atom.php", "/feed/atom/"),
        ("/index.rdf", "/feed/"),
        ("/atom/", "/feed/atom/"),
        ("/?feed=rdf", "/feed/"),
        ("/?feed=json", "/feed/json/"),
        ("/category/paper/news/feed/", "/sections/news/feed/"),
        ("/category/a/b/c/water/feed/rdf/", "/tags/water/feed/"),
        ("/category/paper/news/?feed=rss2", "/sections/news/feed/"),
        *(
            (f"{page}?feed={asked}", f"{page.rstrip('/')}/feed/{kind}")
            for page in ("/sections/news/", "/tags/water", "/authors/ann-ash/")
            for asked, kind in (("rss2", ""), ("rdf", ""), ("atom", "atom/"), ("", ""))
        ),
        ("/tag/water/?feed=atom", "/tags/water/feed/atom/"),
        ("/series/flood/?feed=rss&utm_source=x", "/series/flood/feed/"),
    ],
)
def test_common_addresses_of_other_systems_lead_here(client, old, new):
    make_section("News", slug="news")
    make_article(
        tags=[make_tag("Water", slug="water")],
        authors=[make_author("Ann Ash")],
        series=make_series("Flood"),
    )
    page = client.get(old)
    assert (page.status_code, page["Location"]) == (301, new)
    assert client.get(new).status_code == 200
    assert client.get("/category/nothing/feed/").status_code == 404
    assert not MissingPage.objects.exclude(address__contains="nothing").exists()


@pytest.mark.parametrize(
    "old",
    [
        *(
            "/comments/feed/",
            "/comments/feed",
            "/comments/feed/atom/",
            "/?feed=comments-rss2",
        ),
        *("/wp-commentsrss2.php", "/feeds/comments/default"),
    ],
)
def test_a_feed_of_comments_is_gone(client, old):
    assert client.get(old).status_code == 410


@pytest.mark.parametrize(
    "address", ["/category/news/feed/", "/comments/feed/", "/tag/news/feed/", "/atom/"]
)
def test_what_an_imported_story_or_a_redirect_holds_there_wins(client, address):
    make_section("News", slug="news")
    make_article(tags=[make_tag("News", slug="news")])
    story = make_article("Born there", path=address)
    assert b"Born there" in client.get(address).content
    story.delete()
    assert client.get(address).status_code in (301, 410)
    make_redirect(address, "/elsewhere/")
    assert client.get(address)["Location"] == "/elsewhere/"


def test_a_redirect_of_a_question_for_a_feed_wins(client):
    make_section("News", slug="news")
    for path in ("/?feed=rss2", "/category/news/"):
        make_article("At the root", path=path)
    for path in ("/?feed=rss2", "/category/news/?feed=rss2"):
        assert b"At the root" in client.get(path).content
    address = "/sections/news/?feed=rss2"
    make_redirect(address, "/elsewhere/")
    assert client.get(address)["Location"] == "/elsewhere/"
    assert client.get("/sections/news/?feed=atom")["Location"].endswith("/feed/atom/")


def test_a_name_without_stories_leads_nowhere(client):
    tag, author = make_tag("Plan", slug="plan"), make_author("Ann Ash")
    series = make_series("Plot")
    make_article(status="draft", tags=[tag], authors=[author], series=series)
    for path in (
        *("/tag/plan/feed/", "/category/plan/feed/", "/author/ann-ash/feed/"),
        *(f"/series/{series.slug}/rss/", "/tags/plan/?feed=rss2", "/tag/plan/?feed="),
    ):
        assert client.get(path).status_code == 404, path
    Article.objects.get().publish()
    for path in ("/tag/plan/feed/", f"/series/{series.slug}/rss/"):
        assert client.get(path).status_code == 301, path


def test_pages_name_their_feeds(client):
    section, author = make_section("News & <more>"), make_author("Ann Ash")
    article = make_article(section=section, tags=[make_tag()], authors=[author])
    for row in (section, author, article.tags.get()):
        page = lxml.html.fromstring(client.get(row.get_absolute_url()).content.decode())
        found = page.xpath("//head/link[@rel='alternate']/@href")
        own = [feed_path(row.get_absolute_url(), kind) for kind in KINDS]
        assert found == own + [feed_path("/", kind) for kind in KINDS]
        for path in {*found, *page.xpath("//body//a[contains(@href, 'feed')]/@href")}:
            assert client.get(path).status_code == 200
    page = lxml.html.fromstring(client.get(article.path).content.decode())
    # The first is for other sites (oEmbed).
    found = page.xpath("//head/link[@rel='alternate']/@href")[1:]
    assert found == [feed_path("/", kind) for kind in KINDS]


def test_the_picture_of_a_subject_is_its_feeds(client):
    section = make_section("News", picture=make_picture(900, 600))
    make_article(section=section, lead_picture=make_picture(30, 20))
    icon = f"http://testserver{section.picture.url_near(512, '1:1')}"
    pages = {}
    for kind in KINDS:
        pages[kind] = client.get(feed_path(section.get_absolute_url(), kind)).content
        assert FAULTS[kind](pages[kind]) == []
        assert icon.encode() not in client.get(feed_path("/", kind)).content
    channel = etree.fromstring(pages["rss"]).find("channel")
    assert channel.findtext("image/url") == icon
    assert channel.findtext("image/link") == channel.findtext("link")
    assert etree.fromstring(pages["atom"]).findtext(f"{ATOM}icon") == icon
    assert json.loads(pages["json"])["icon"] == icon


def test_query_count_does_not_grow_with_the_list(client, django_assert_num_queries):
    section = make_section("News")
    for number in range(4):
        make_article(
            section=section,
            published_at=NOON + number * HOUR,
            tags=[make_tag(), make_tag()],
            authors=[make_author(), make_author()],
            lead_picture=make_picture(30, 20),
        )
    client.get("/feed/")
    # keys, the stories with all beside them, the publication
    with django_assert_num_queries(3):
        client.get("/feed/")
    # the section, with its children, besides
    with django_assert_num_queries(4):
        client.get(feed_path(section.get_absolute_url(), "json"))


@pytest.mark.django_db(transaction=True)
class TestKept:
    def test_a_kept_feed_answers_304_until_it_changes(self, client, store):
        store.follow()
        article = make_article("First", body="<p>a</p>", tags=[make_tag("Water")])
        other = make_article("Other", published_at=NOON - HOUR)
        for path in ("/feed/", "/feed/atom/", "/feed/json/", "/tags/water/feed/"):
            page = client.get(path, headers={"cdn-loop": "a-cdn"})
            asked = {"if-none-match": page["ETag"]}
            assert client.get(path, headers=asked).status_code == 304
            assert f"article-{article.pk}" in page["Surrogate-Key"].split()
        other.body = "<p>changed</p>"
        other.save()
        assert client.get("/feed/", headers=asked).status_code == 200
        kept = address_of(RequestFactory().get("/tags/water/feed/").environ)
        assert store.read(kept, "") is not None

    @pytest.mark.parametrize("path", ["/category/news/feed/", "/comments/feed/"])
    @pytest.mark.parametrize(
        "make",
        [make_article, make_page, lambda path: make_redirect(path, "/elsewhere/")],
    )
    def test_an_old_address_is_kept_until_something_stands_there(
        self, client, store, path, make
    ):
        store.follow()
        make_section("News", slug="news")
        first = client.get(path)
        kept = address_of(RequestFactory().get(path).environ)
        assert store.read(kept, "") is not None
        assert client.get(path).status_code == first.status_code in (301, 410)
        make(path=path)
        after = client.get(path)
        assert (after.status_code, after.get("Location")) != (
            first.status_code,
            first.get("Location"),
        )

    def test_a_query_for_a_feed_is_not_answered_with_the_kept_home_page(
        self, client, store
    ):
        store.follow()
        make_article("First")
        assert client.get("/").status_code == 200
        assert client.get("/?utm_source=x").status_code == 200
        assert client.get("/?feed=rss2").status_code == 301
