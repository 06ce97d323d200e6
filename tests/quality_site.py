"""A site to look at, for `make quality`: the demo, imported pages, every construct.

It is served as a real one is: production's settings, collected static files,
`manage.py serve`. The environment must be set (`prepare`) before Django is.
"""

import io
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MISSING = "/river-summer/"  # nothing stands there
SECRET = b"Taken at 51 N 7 E by a secret source"
LONG = (
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
)
BODY = """
<p>The ferry stopped in <em>spring</em>, by <a href="https://state.example/">one
account</a>.<sup class="footnote" data-footnote="Interview, 3 March.">*</sup></p>
<p>They waited.<sup class="footnote" data-footnote="They say so.">*</sup></p>
<p>They waited on, and the <bdi>نهر</bdi> with them.</p><p>Nobody had decided it.</p>
<h2>The letter</h2><p>It came.</p>
<blockquote cite="https://records.example/1948"><p>The water belongs to the thirsty.</p>
<footer><cite>Chief Bernard</cite></footer></blockquote>
<aside class="pullquote"><p>Nobody had decided it.</p></aside>
<figure data-picture="{0}"><img src="/media/x.png" alt="">
<figcaption>Hay <small>Ada</small></figcaption></figure>
<figure class="gallery">
<figure data-picture="{0}"><img src="/media/x.png" alt=""></figure>
<figure data-picture="{1}"><img src="/media/x.png" alt="">
<figcaption>Rust</figcaption></figure>
<figure data-picture="{2}"><img src="/media/x.png" alt=""></figure>
<figcaption>Three pictures</figcaption></figure>
<h3>Three things</h3><ul><li>Who</li></ul><ol start="2"><li>When</li></ol><hr>
<table><caption>Water, in feet</caption><thead><tr><th scope="col">Month</th>
<th scope="col">Kettle Falls</th><th scope="col">Marcus</th><th scope="col">Northport
</th><th scope="col">Inchelium</th><th scope="col">Hunters</th></tr></thead>
<tbody><tr><th scope="row">June</th><td>1,290.4</td><td>1,288.9</td><td>1,291.2</td>
<td>1,285.0</td><td>1,284.6</td></tr></tbody></table>
<table><tbody><tr><td>July</td></tr></tbody></table>
<figure class="embed" data-embed="https://www.youtube.com/watch?v=aqz-KE-bpKQ">
<a href="https://www.youtube.com/watch?v=aqz-KE-bpKQ">The landing</a></figure>
<figure class="embed" data-embed="https://social.example/@ada/1">
<a href="https://social.example/@ada/1">What Ada wrote</a></figure>
<pre>1 8 14 gauge {3}</pre><div data-raw=""><p>Old</p></div>
"""


@dataclass(frozen=True)
class Pages:
    """Addresses, each beginning with a slash."""

    types: dict[str, str]  # one page of each type, by the type's name
    articles: list[str]  # every live article, imported ones too
    lighthouse: dict[str, str]  # the four that Lighthouse measures


def prepare(folder, port):
    """Set the environment of this process and its children; return the address."""
    for name in ("DATABASE_URL", "MEDIA_ROOT", "STATIC_ROOT", "TIME_ZONE", "DEBUG"):
        os.environ.pop(name, None)
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "newsroom.settings",
        "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
        "ENV_FILE": os.devnull,
        "DATA_DIR": str(folder),
        "SECRET_KEY": "only-for-make-quality",
        "ALLOWED_HOSTS": "127.0.0.1",
        "HTTPS": "false",
        "SITE_URL": f"http://127.0.0.1:{port}",
        "LANGUAGE_CODE": "en-gb",
        "EMAIL_URL": "dummymail://",
    }
    return os.environ["SITE_URL"]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def fill():
    """Make the demo, the imported pages and one story with every construct."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    from articles.models import Article

    if Article.objects.filter(path="/every-construct/").exists():
        return find_pages()
    quiet = io.StringIO()
    call_command("demo", stdout=quiet)
    # The empty page is there to be refused.
    files = [p for p in (ROOT / "tests/data/pages").rglob("*.*") if p.stat().st_size]
    with open(os.devnull, "w") as nowhere:
        call_command(
            "import_articles",
            *map(str, sorted(files)),
            section="news",
            source="pages",
            stdout=quiet,
            stderr=nowhere,
        )
    make_stories()
    return find_pages()


def make_stories():
    """Save the stories that hold every construct, and words that fit no line."""
    from django.core.files.base import ContentFile

    from articles.models import Article, Picture
    from authors.models import Author
    from tests.factories import make_article, make_section, make_tag

    shown = Picture.objects.exclude(alt="").order_by("pk")
    pictures = list(shown[:3])
    photograph = Picture(alt="A field, at night", caption="A field", credit="Ada")
    photograph.take(ContentFile(telltale_photograph(), name="field.jpg"))
    photograph.save()
    full = Article.objects.live().filter(series__isnull=False).first()
    make_article(
        "Every construct",
        path="/every-construct/",
        standfirst="It stood on dry ground.",
        body=BODY.format(*(picture.pk for picture in pictures), LONG),
        lead_picture=photograph,
        section=full.section,
        series=full.series,
        sources="Minutes of the council",
        ai_use="None",
        first_published_in="The Quarterly",
        canonical_url="https://quarterly.example/",
        authors=list(Author.objects.all()[:2]),
        tags=list(full.tags.all()),
    )
    make_article(
        LONG * 3,
        path="/long/",
        standfirst=LONG,
        section=make_section(LONG, slug="long"),
        tags=[make_tag(LONG, slug="long")],
        authors=[Author.objects.create(name=LONG, slug="long", lives_in=LONG)],
        body=f"<p>{LONG}</p><h2>{LONG}</h2><ul><li>{LONG}</li></ul>",
        lead_picture=photograph,
    )


def telltale_photograph():
    """Return a JPEG file as a telephone writes it: place, comment, turned, XMP."""
    from PIL import Image

    drawn = Image.effect_noise((1600, 1200), 60).convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = 6  # Orientation: turn it right
    exif[0x010E] = SECRET.decode()
    exif[0x8825] = {1: "N", 2: (51.0, 30.0, 0.0), 3: "E", 4: (7.0, 27.0, 0.0)}
    out = io.BytesIO()
    drawn.save(
        out,
        "JPEG",
        quality=85,
        exif=exif,
        comment=SECRET,
        xmp=b'<x:xmpmeta xmlns:x="adobe:ns:meta/">' + SECRET + b"</x:xmpmeta>",
    )
    return out.getvalue()


def find_pages():
    """Choose a page of each type: the fullest one, where there are several."""
    from django.db.models import Count
    from django.urls import NoReverseMatch, reverse

    from articles.models import Article, Page, Section, Series, Tag
    from authors.models import Author

    live = Article.objects.live()
    story = live.exclude(corrections=None).first().get_absolute_url()
    many = {"number": Count("articles")}
    section = Section.objects.annotate(**many).order_by("-number").first()
    tag = Tag.objects.order_by("pk").filter(pk__in=live.values("tags")).first()
    series = Series.objects.annotate(**many).order_by("-number").first()
    author = (
        Author.objects.annotate(books=Count("links"))
        .filter(pk__in=live.values("authors"))
        .order_by("-books")
        .first()
    )
    newest = live.newest_first().first().published_at
    page = Page.objects.live().first().get_absolute_url()
    types = {
        "home": "/",
        "article": story,
        "article, every construct": "/every-construct/",
        "article, right to left": live.get(language="ar").get_absolute_url(),
        "article, long words": "/long/",
        "section": section.get_absolute_url(),
        "section, page 2": f"{section.get_absolute_url()}?page=2",
        "section, long words": "/sections/long/",
        "tag": tag.get_absolute_url(),
        "tags": reverse("articles:tags"),
        "series": series.get_absolute_url(),
        "author": author.get_absolute_url(),
        "author, long words": "/authors/long/",
        "authors": reverse("authors:list"),
        "archive": reverse("articles:archive"),
        "year": reverse("articles:year", args=[newest.year]),
        "month": reverse("articles:month", args=[newest.year, f"{newest.month:02}"]),
        "simple page": page,
        "not found": MISSING,
        "plain article": f"{story}?plain",
        "plain, every construct": "/every-construct/?plain",
        "plain page": f"{page}?plain",
    }
    with suppress(NoReverseMatch):
        types["most read"] = reverse("most_read")
    measured = ("home", "article", "section", "author")
    return Pages(
        types=types,
        articles=[article.get_absolute_url() for article in live],
        lighthouse={name: types[name] for name in measured},
    )


def finish_pictures(seconds=300):
    """Wait until the clock has made every size of every picture; say how many not."""
    from articles.models import Picture

    unfinished = Picture.objects.filter(is_unfinished=True)
    left, end = unfinished.count(), time.monotonic() + seconds
    since = time.monotonic()
    # Where none is finished for half a minute, waiting longer brings no more.
    while left and time.monotonic() < end and time.monotonic() < since + 30:
        time.sleep(1)
        if (now := unfinished.count()) < left:
            left, since = now, time.monotonic()
    return left


@contextmanager
def serving(address, log):
    """Run `manage.py serve`; the output goes to the file `log`."""
    place = address.removeprefix("http://")
    process = subprocess.Popen(
        [sys.executable, ROOT / "manage.py", "serve", place], stdout=log, stderr=log
    )
    try:
        wait_for(f"{address}/health", process)
        yield
    finally:
        process.terminate()
        process.wait(30)


def wait_for(address, process, seconds=60):
    """Return as soon as the address answers; RuntimeError if it does not."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        with suppress(urllib.error.URLError, ConnectionError):
            urllib.request.urlopen(address, timeout=5).close()
            return
        time.sleep(0.2)
    raise RuntimeError(f"{address} does not answer")
