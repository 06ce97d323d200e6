"""Sitemaps (sitemaps.org, with Google's picture and news extensions).

Not by django.contrib.sitemaps, which counts and skips through the whole archive for
each file: ours are by month, and a month costs what it shows. The index counts the
months in the index of what is published.
"""

from bisect import bisect
from collections import Counter
from datetime import timedelta

from django.core.files.storage import default_storage
from django.db.models import Exists, Max, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from articles.models import Article, ArticleTag, Byline, Page, Section, Series, Tag
from articles.paths import quoted as quoted_path
from authors.addresses import whole
from authors.models import Author
from authors.shown import note, note_until
from newsroom.feeds.formats import line, text

# In one file. The protocol allows 50,000; files stay under a second and a megabyte.
SIZE = 5_000
NEWS_FOR = timedelta(hours=48)
NEWS_MOST = 1_000  # Google's bound
INDEXES = ("archive", "tags", "corrections")
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
IMAGE = "http://www.google.com/schemas/sitemap-image/1.1"
NEWS = "http://www.google.com/schemas/sitemap-news/0.9"
# Stories that search engines are not to list: hidden, or at home elsewhere.
HIDDEN = Q(is_no_index=True) | ~Q(canonical_url="")


def listed():
    """Articles readers may see and search engines may list."""
    note("mapped")
    return Article.objects.live().exclude(HIDDEN)


def index():
    """Return the index: every file that holds at least one address."""
    files, changed = ["pages"], {}
    listed_months = months()
    moments = last_moments([month for month, _count in listed_months])
    for month, count in listed_months:
        own = [
            f"articles-{month:%Y-%m}" + (f"-{part}" if part > 1 else "")
            for part in range(1, -(-count // SIZE) + 1)
        ]
        files += own
        changed |= dict.fromkeys(own, moments.get(month))
    for name, rows in (("tags", shown_tags()), ("authors", shown_authors())):
        last = rows.model.objects.aggregate(last=Max("pk"))["last"] or 0
        files += [
            f"{name}-{part}"
            for part in range(1, last // SIZE + 2)
            if part_of(rows, part).exists()
        ]
    if recent := newest():
        files.append("news")
        changed["news"] = recent[0].published_at
    entries = [
        f"<sitemap><loc>{text(file_address(f))}</loc>{lastmod(changed.get(f))}</sitemap>"
        for f in files
    ]
    return wrap("sitemapindex", entries)


def last_moments(begins):
    """Return {moment a month begins: when a story in it came out or was updated last}.

    The last of each month is found in the index of what is published; updates are
    few, and all looked through. To group all rows took 0.4 s at 100,000.
    """
    if not begins:
        return {}
    note(*(f"mapped-{timezone.localtime(month):%Y-%m}" for month in begins))
    last = dict(zip(begins, listed().last_published(begins), strict=True))
    updates = listed().exclude(material_update_at=None).order_by()
    starts = sorted(begins)
    for at, updated in updates.values_list("published_at", "material_update_at"):
        month = starts[bisect(starts, at) - 1]
        last[month] = max(last[month] or updated, updated)
    return last


def file_address(name):
    return whole(reverse("crawlers:sitemap", args=[name]))


def months():
    """Return [(moment a month begins, how many are listed)], the newest first."""
    counted = Article.objects.live().counted_by_month()
    note("mapped")
    moments = Article.objects.live().filter(HIDDEN).order_by()
    hidden = Counter(
        f"{timezone.localtime(at):%Y-%m}"
        for at in moments.values_list("published_at", flat=True)
    )
    left = [
        (row["month"], row["count"] - hidden[f"{row['month']:%Y-%m}"])
        for row in counted
    ]
    return [(month, count) for month, count in left if count > 0]


def month(year, number, part=1):
    """Return the file of a month's articles, the oldest first; "" without one."""
    note(f"mapped-{int(year)}-{int(number):02}")
    rows = (
        listed()
        .in_month(year, number)
        .order_by("published_at", "pk")
        .values_list(
            *("path", "published_at", "material_update_at", "lead_picture__file")
        )[(part - 1) * SIZE : part * SIZE]
    )
    entries = [
        url(quoted_path(path), max(published, updated or published), _image(picture))
        for path, published, updated, picture in rows
    ]
    return wrap("urlset", entries, image=IMAGE) if entries else ""


def _image(name):
    if not name:
        return ""
    address = text(whole(default_storage.url(name)))
    return f"<image:image><image:loc>{address}</image:loc></image:image>"


def newest():
    """Return the articles of the last 48 hours, the newest first.

    Where there are none, the newest of all: a file without an address is not valid.
    """
    note("latest")
    now = timezone.now()
    told = ("path", "headline", "language", "published_at", "retracted_at")
    rows = listed().newest_first().only(*told)
    recent = list(rows.filter(published_at__gt=now - NEWS_FOR)[:NEWS_MOST])
    if recent:
        note_until(recent[-1].published_at + NEWS_FOR)
    return recent or list(rows[:1])


def news(publication):
    """Return the news sitemap; what is older than 48 hours stands there without news.

    So Google asks for it ("Create a news sitemap").
    """
    since = timezone.now() - NEWS_FOR
    entries = [
        url(
            article.get_absolute_url(),
            more=_news(article, publication) if article.published_at > since else "",
        )
        for article in newest()
    ]
    return wrap("urlset", entries, news=NEWS) if entries else ""


def _news(article, publication):
    moment = timezone.localtime(article.published_at).isoformat(timespec="seconds")
    return (
        "<news:news><news:publication>"
        f"<news:name>{line(publication.name)}</news:name>"
        f"<news:language>{news_language(article.language)}</news:language>"
        "</news:publication>"
        f"<news:publication_date>{moment}</news:publication_date>"
        f"<news:title>{line(article.marked_headline)}</news:title></news:news>"
    )


def news_language(tag):
    """Return a language as Google's schema has it: two or three letters, or zh-cn."""
    tag = tag.lower()
    first = tag.partition("-")[0]
    if first == "zh":
        return "zh-tw" if {"hant", "tw", "hk"} & set(tag.split("-")) else "zh-cn"
    return text(first)


def shown_tags():
    """Tags with a live story: the name of another could give a plan away."""
    note("tags")
    live = ArticleTag.objects.filter(tag=OuterRef("pk")).live().order_by()
    return Tag.objects.filter(Exists(live)).order_by("pk")


def shown_authors():
    """Authors of live stories."""
    note("authors")
    live = Byline.objects.filter(author=OuterRef("pk")).live().order_by()
    return Author.objects.filter(Exists(live)).order_by("pk")


def shown_series():
    """Series of live stories."""
    note("series")
    live = Article.objects.live().filter(series=OuterRef("pk")).order_by()
    return Series.objects.filter(Exists(live)).order_by("pk")


def part_of(rows, part):
    """Return the rows of a file: by key, so that no file costs more for the others."""
    return rows.filter(pk__gte=(part - 1) * SIZE, pk__lt=part * SIZE)


def subjects(name, part):
    """Return a file of tags or authors; "" where it would be empty."""
    rows = {"tags": shown_tags, "authors": shown_authors}[name]()
    # Without their keys: the two above say when a name in the file changes.
    slugs = part_of(rows, part).values_list("slug", flat=True)
    entries = [url(rows.model(slug=slug).get_absolute_url()) for slug in slugs]
    return wrap("urlset", entries) if entries else ""


def filled_sections():
    """Sections with a live story, of their own or of one that stands under them."""
    note("sections")
    live = Article.objects.live().filter(section=OuterRef("pk")).order_by()
    rows = list(Section.objects.defer("description").annotate(is_filled=Exists(live)))
    over = {row.parent_id for row in rows if row.is_filled}
    return [row for row in rows if row.is_filled or row.pk in over]


def pages():
    """Return the file of the home page, sections, series, simple pages and indexes."""
    note("pages")
    entries = [url("/")]
    entries += [url(reverse(f"articles:{name}")) for name in INDEXES]
    entries.append(url(reverse("authors:list")))
    entries += [url(section.get_absolute_url()) for section in filled_sections()]
    series = shown_series().defer("description")
    entries += [url(row.get_absolute_url()) for row in series]
    # Without lastmod: nothing tells a page's mended comma from a change that matters.
    live = Page.objects.live().only("path").order_by("pk")
    entries += [url(page.get_absolute_url()) for page in live]
    return wrap("urlset", entries)


def url(address, changed_at=None, more=""):
    """Return one entry; its day is of a change that matters to readers, or none."""
    at = lastmod(changed_at)
    return f"<url><loc>{text(whole(address))}</loc>{at}{more}</url>"


def lastmod(moment):
    return f"<lastmod>{moment:%Y-%m-%dT%H:%M:%S+00:00}</lastmod>" if moment else ""


def wrap(root, entries, **namespaces):
    """Return a whole file."""
    more = "".join(f' xmlns:{name}="{uri}"' for name, uri in namespaces.items())
    inner = "\n".join(entries)
    return f'{HEAD}<{root} xmlns="{SITEMAP}"{more}>\n{inner}\n</{root}>\n'
