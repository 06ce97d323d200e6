"""A small site, for edits of every kind (edits.py), and every address it has."""

import random
from datetime import timedelta

from django.test import Client
from django.urls import reverse

from articles.models import Article, Correction, Page, Picture, Section, Series, Tag
from authors.models import Author
from newsroom import clock, social
from newsroom.blocks.models import AdvertiseBlock, ShareBlock, ShareNetwork
from newsroom.feeds.addresses import ATOM, JSON, feed_path
from newsroom.feeds.models import PartnerFeed
from newsroom.furniture import Furniture
from newsroom.models import Publication
from newsroom.pagecache.addresses import Address
from newsroom.redirects.models import Redirect
from tests.factories import (
    NOON,
    make_article,
    make_author,
    make_menu,
    make_page,
    make_picture,
    make_section,
    make_series,
    make_tag,
    make_user,
)
from tests.pagecache.edits import Edits

Status = Article.Status
# What has a feed of its own.
FOLLOWED = (Section, Tag, Author, Series)
FILES = (
    *(
        "/feeds/corrections/",
        "/corrections/",
        "/sitemap.xml",
        "/sitemaps/pages.xml",
        "/rss.xml",
    ),
    *("/sitemaps/news.xml", "/sitemaps/tags-1.xml", "/sitemaps/authors-1.xml"),
    "/humans.txt",
)
# Every address is rendered anew after every edit: more rows prove no more. Where
# there are more than these, the next edit takes one away.
MOST = {Article: 9, Tag: 5, Author: 4, Page: 3}
HOST = "testserver"


class World(Edits):
    """The rows, and a random generator that decides what happens to them next."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.count = 0
        self.made = []  # the names of the edits
        # The moment that something of the last edit waits for.
        self.moment_at = None
        self.user = make_user(f"pat{seed}", "publisher")
        self.desk = Client()
        self.desk.force_login(self.user)
        Publication.objects.update_or_create(pk=1, defaults={"name": "The Weir"})
        top = [make_section(name) for name in ("News", "Sport")]
        make_section("Rowing", parent=top[1])
        make_menu(top[0], ("Elsewhere", "/elsewhere/"))
        for name in ("water", "bread", "bridges"):
            make_tag(name)
        for name in ("Ann Ash", "Ben Birch", "Cy Cedar"):
            make_author(name)
        make_series("The flood")
        make_picture(300, 200)
        make_picture(200, 300)
        make_page("About", path="/about/", body="<p>Us.</p>")
        for number in range(7):
            self.make_story(published_at=NOON + number * timedelta(hours=1))
        share = ShareBlock.objects.create(name="Share", placement="after_body")
        network = ShareNetwork.objects.create(
            name="Ripple", url_pattern="https://ripple.example/?u={url}"
        )
        share.networks.add(network)
        AdvertiseBlock.objects.create(
            name="House", placement="sidebar", headline="Here", link_url="/about/"
        )
        for name, delay in (("daily", 0), ("weekly", 60)):
            PartnerFeed.objects.create(name=name, slug=name, delay=delay, count=5)
        # What is here is announced: no later tick throws it away.
        clock.tick()

    # Choosing

    def edit(self):
        """Do something; return its name."""
        much = next((m for m in MOST if m.objects.count() > MOST[m]), None)
        if self.moment_at:
            name = "wait_for_it"
        elif much and self.made[-3:] != [f"fewer_{much._meta.model_name}s"] * 3:
            name = f"fewer_{much._meta.model_name}s"
        else:
            name = self.random.choice(self.kinds())
        getattr(self, name)()
        self.made.append(name)
        return name.removeprefix("do_")

    def kinds(self):
        return [name for name in dir(self) if name.startswith("do_")]

    def word(self):
        self.count += 1
        return f"word{self.count}"

    def one(self, rows):
        rows = list(rows.order_by("pk"))
        return self.random.choice(rows) if rows else None

    def live(self):
        return self.one(Article.objects.live())

    def some(self, rows, most=3):
        rows = list(rows.order_by("pk"))
        return self.random.sample(rows, min(len(rows), self.random.randint(0, most)))

    def maybe(self, model):
        return self.random.choice([None, self.one(model.objects.all())])

    def make_story(self, **fields):
        return make_article(
            f"Headline {self.word()}",
            body=f"<p>{self.word()}</p>",
            section=self.one(Section.objects.all()),
            series=self.maybe(Series),
            lead_picture=self.maybe(Picture),
            authors=self.some(Author.objects.all(), 2),
            tags=self.some(Tag.objects.all()),
            **fields,
        )

    # What readers may ask for

    def addresses(self):
        """Return the Address of every page there is, and of those that are gone.

        The plain page of each story, too, and the redirect to it. Readers find the
        other pages of a list by its links.
        """
        months = Article.objects.live().dates("published_at", "month")
        lists = [
            *("/", reverse("articles:archive"), reverse("articles:tags")),
            *(reverse("authors:list"), reverse("most_read"), "/robots.txt"),
            *(reverse("articles:year", args=[y]) for y in {m.year: 0 for m in months}),
            *(reverse("articles:month", args=[m.year, f"{m:%m}"]) for m in months),
            reverse("articles:day", args=[f"{NOON:%Y}", f"{NOON:%m}", f"{NOON:%d}"]),
        ]
        for model in FOLLOWED:
            own = [row.get_absolute_url() for row in model.objects.order_by("pk")]
            lists += [*own, *map(feed_path, own)]
        lists += [f"/sitemaps/articles-{month:%Y-%m}.xml" for month in months]
        lists += [*FILES, feed_path("/", ATOM), feed_path("/", JSON, is_summary=True)]
        corrected = Correction.objects.datetimes("corrected_at", "month")
        lists += [
            reverse("articles:corrections_month", args=[m.year, f"{m:%m}"])
            for m in corrected
        ]
        lists += [feed.get_absolute_url() for feed in PartnerFeed.objects.all()]
        lists += Redirect.objects.filter(match="exact").values_list("key", flat=True)
        articles = Article.objects.exclude(path=None).exclude(status=Status.WORKING)
        stories = [
            row.get_absolute_url()
            for row in (*Page.objects.order_by("pk"), *articles.order_by("pk"))
        ]
        publication = Furniture().publication
        lists += [social.address(row, publication) for row in Article.objects.live()]
        live = [*Page.objects.live().order_by("pk"), *Article.objects.live()]
        return [
            *(Address(HOST, path, "") for path in (*lists, *stories)),
            *(Address(HOST, path, "plain") for path in stories),
            *(Address(HOST, row.get_absolute_url().rstrip("/"), "") for row in live),
        ]
