"""Nothing that readers may not see leaves a trace anywhere.

A small site holds a word in each thing that is not out. Everything that readers can
ask for is asked for, and none of these words may be in it: no page, feed, sitemap,
count, JSON-LD, picture's name, list beside a story, redirect or missing page.
"""

import re
from datetime import timedelta
from urllib.parse import quote

from django.test import TestCase, override_settings
from django.utils import timezone

from articles import publishing, revisions, translations
from articles.models import Article, Correction, Note, PreviewLink
from newsroom import clock
from newsroom.feeds.addresses import ATOM, JSON, RSS, feed_path
from newsroom.feeds.models import PartnerFeed
from newsroom.redirects.models import Redirect
from newsroom.reports.models import Report
from tests.crawling import Crawl
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

Status = Article.Status
DAY = timedelta(days=1)
# A word for each thing that must leave no trace.
WORDS = {
    name: f"zq{number:02}{name}"
    for number, name in enumerate(
        (
            *("draft", "review", "scheduled", "expired", "withdrawn", "trashed"),
            *("copy", "oldrevision", "tag", "author", "series", "picture"),
            *("page", "note", "correction", "report", "link", "synonym"),
        ),
        start=1,
    )
}
FOUND = re.compile(r"zq\d\d\w*", re.IGNORECASE)


def hide(name, **fields):
    """Make an article with a word in all of its texts, that readers may not see."""
    word = WORDS[name]
    return make_article(
        f"{word} headline",
        path=f"/hidden/{len(word)}-{list(WORDS).index(name)}/",
        front_headline=f"{word} front",
        standfirst=f"{word} standfirst",
        body=f"<p>{word} body of the mill</p>",
        sources=f"{word} sources",
        checked_by=f"{word} checks",
        ai_use=f"{word} machine",
        seo_title=f"{word} title",
        seo_description=f"{word} description",
        **fields,
    )


def hidden_world():
    """Make a site of a few stories, beside everything that is not out."""
    section, tag, ada = make_section("News"), make_tag("water"), make_author("Ada")
    series, user = make_series("The flood"), make_user("pat", "publisher")
    beside = {"section": section, "tags": [tag], "series": series, "authors": [ada]}
    for number in range(3):
        make_article(
            f"The mill {number}",
            path=f"/mill/{number}/",
            published_at=NOON + number * DAY,
            body="<p>Water.</p>",
            language=["en", "de", "fr"][number],
            **beside,
        )
    first, second, third = Article.objects.order_by("published_at")
    Correction.objects.create(article=first, text="It was a Tuesday.")
    now = timezone.now()
    secret_tag, author = make_tag(WORDS["tag"]), make_author(WORDS["author"])
    secret_tag.synonyms.create(name=WORDS["synonym"])
    picture = make_picture(
        alt=WORDS["picture"], caption=WORDS["picture"], credit=WORDS["picture"],
        title=WORDS["picture"], uploaded_name=f"{WORDS['picture']}.jpg",
    )  # fmt: skip
    secrets = {"section": section, "authors": [ada, author]}
    secrets |= {"tags": [tag, secret_tag], "lead_picture": picture}
    draft = hide("draft", status=Status.DRAFT, language="es", **secrets)
    hide("review", status=Status.REVIEW, **secrets)
    own = make_series(WORDS["series"])
    hide("scheduled", published_at=now + DAY, **secrets | {"series": own})
    hide("expired", published_at=NOON, expires_at=now - DAY, **secrets)
    gone = hide("withdrawn", published_at=NOON + DAY / 2, **secrets)
    trashed = hide("trashed", published_at=NOON + DAY / 3, **secrets)
    clock.tick()
    publishing.withdraw(gone, user, "We could not stand by it.")
    publishing.move_to_trash(trashed, user)
    # What a live story said before, and will say.
    second.body = f"<p>{WORDS['oldrevision']}</p>"
    second.save()
    revisions.record(second, user, name=WORDS["oldrevision"])
    second.body = "<p>Water, again.</p>"
    second.save()
    copy = publishing.open_working_copy(third, user)
    copy.headline = copy.standfirst = copy.body = WORDS["copy"]
    copy.lead_picture, copy.series = picture, own
    copy.save()
    copy.tags.add(secret_tag)
    Correction.objects.create(article=copy, text=WORDS["correction"])
    Note.objects.create(article=first, text=WORDS["note"])
    Report.objects.create(article=first, text=WORDS["report"])
    PreviewLink.objects.create(
        article=draft, label=WORDS["link"], expires_at=now + DAY, made_by=user
    )
    make_page(WORDS["page"], path="/hidden/page/", is_published=False)
    revisions.set_related(first, [draft.pk, gone.pk, trashed.pk])
    translations.link(first, second)
    translations.link(first, draft)
    Redirect(old="/old/", target="/hidden/10-0/").save()
    PartnerFeed.objects.create(name="daily", slug="daily", token="")
    return first


def addresses():
    """Return what readers may ask for, beside what links lead to.

    Whoever adds a page for readers adds it here.
    """
    articles = Article.objects.exclude(path=None)
    paths = [*articles.values_list("path", flat=True), "/hidden/page/"]
    keys = Article.objects.values_list("pk", flat=True)
    feeds = [
        feed_path(page, kind, is_summary=is_summary)
        for page in ("/", "/sections/news/", "/tags/water/", "/authors/ada/")
        for kind in (RSS, ATOM, JSON)
        for is_summary in (False, True)
    ]
    return [
        *("/", "/archive/", "/archive/2024/", "/archive/2024/05/", "/tags/"),
        *("/authors/", "/most-read/", "/most-read/list/", "/corrections/"),
        *("/robots.txt", "/sitemap.xml", "/sitemaps/news.xml", "/humans.txt"),
        *("/feeds/corrections/", "/feeds/corrections/json/", "/series/the-flood/"),
        *("/feeds/partner/daily/", "/old/", "/missing/", "/the/mill/headline/"),
        *("/hidden", "/hidden/", f"/?p={keys[0]}", "/?feed=rss2", "/search/?q=zq"),
        *feeds,
        *paths,
        *(f"{path}?plain" for path in paths),
        *(path.rstrip("/") for path in paths),
        *(f"/report-error/{key}/" for key in keys),
        *(f"/social-pictures/{key}-0123456789abcdef.png" for key in keys),
        *(f"/oembed/?url={quote(f'http://testserver{path}')}" for path in paths),
        *(f"/tags/{WORDS['tag']}/", f"/tags/{WORDS['tag']}/feed/"),
        *(f"/authors/{WORDS['author']}/", f"/series/{WORDS['series']}/"),
    ]


@override_settings(SITE_URL="http://testserver")
class NoTrace(TestCase):
    def test_of_what_readers_may_not_see(self):
        first = hidden_world()
        asked = list(dict.fromkeys(addresses()))
        crawl = Crawl(self.client).run(*asked)
        traces = []
        for address, (status, text) in crawl.pages.items():
            # What stands in the address itself, the reader knows already.
            known = {word.lower() for word in FOUND.findall(address)}
            found = {word.lower() for word in FOUND.findall(text)} - known
            traces += [(address, status, word) for word in sorted(found)]
        self.assertEqual(traces, [])
        self.assertGreaterEqual(len(WORDS), 12)
        # The pages were there, and show what is out.
        self.assertIn("The mill 0", crawl.pages["/"][1])
        self.assertIn("It was a Tuesday.", crawl.pages["/corrections/"][1])
        self.assertEqual(crawl.pages[first.path][0], 200)
        self.assertIn("/mill/1/", crawl.pages[first.path][1])

    def test_counts_and_redirects_say_no_more(self):
        hidden_world()
        page = self.client.get("/tags/").content.decode()
        self.assertIn('<span class="count">3</span>', page)
        page = self.client.get("/archive/2024/05/").content.decode()
        self.assertEqual(page.count('<article class="card'), 3)
        for path in Article.objects.filter(path__startswith="/hidden/").values_list(
            "path", flat=True
        ):
            for asked in (path, path.rstrip("/")):
                status = self.client.get(asked).status_code
                self.assertIn(status, (404, 410), asked)

    def test_a_word_that_is_out_is_found(self):
        """The test is able to fail."""
        make_article(WORDS["draft"], path="/out/")
        crawl = Crawl(self.client).run("/")
        found = [a for a, (_status, text) in crawl.pages.items() if FOUND.search(text)]
        self.assertIn("/", found)
        self.assertIn("/out/", found)
