"""What a page costs that nobody asked for before, beside a bare Django view.

    export DATA_DIR=/tmp/bench DATABASE_URL=postgres://…
    python manage.py migrate; python manage.py demo --articles 10000
    python benchmarks/cold.py [articles]

Distinct pages go through the whole site (newsroom/wsgi.py), with an empty page cache
in front that keeps what it gets. In turns with them, the bare view shows the same
articles with a plain template and three middlewares of Django's: headline, body as it
is stored, byline, tags, related stories, the two beside it, and a menu. Milliseconds
are of this process's CPU (the database's own are not in it, unless it is SQLite);
medians. Lists, too, are asked in turns with the bare view, because the machine's pace
changes by the minute. The bounds of docs/figures.md are for machines on which the bare
view takes 10 ms; on a slower one they grow with it. Ends with exit code 1 where one is
missed.
"""

import gc
import io
import os
import shutil
import sys
import tempfile
import time
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
PAGES = tempfile.mkdtemp(prefix="newsroom-cold-")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
os.environ.setdefault("SECRET_KEY", "only-for-a-benchmark")
os.environ |= {
    "ALLOWED_HOSTS": "localhost",
    "SITE_URL": "http://localhost",
    "DEBUG": "false",
    "HTTPS": "false",
    "PAGE_CACHE": "true",
    "PAGES_DIR": PAGES,
    "ENV_FILE": os.devnull,
}

import django  # noqa: E402

django.setup()

from django.core.handlers.wsgi import WSGIHandler  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.db.models import Count  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.shortcuts import get_object_or_404  # noqa: E402
from django.template import Context, Engine  # noqa: E402
from django.test import override_settings  # noqa: E402
from django.urls import re_path, reverse  # noqa: E402

from articles.models import Article, Section, Tag  # noqa: E402
from authors.models import Author  # noqa: E402
from authors.shown import change  # noqa: E402

ARTICLES, LISTS = 500, 40
# Milliseconds, on a machine that takes so many for the bare view.
ALLOWED, ALLOWED_LIST, BARE_TAKES = 8, 10, 10
MOST_QUERIES = 8
BOUND = ("home", "tag", "author", "section", "feed")

# The bare view.

BARE = Engine().from_string(
    """<!doctype html><html lang="en"><head><meta charset="utf-8">
<title>{{ article.headline }}</title></head><body>
<ul>{% for s in sections %}
<li><a href="/{{ s.slug }}/">{{ s.name }}</a></li>{% endfor %}
</ul><h1>{{ article.headline }}</h1><p>{{ article.standfirst }}</p>
<p>{% for b in article.bylines.all %}<a href="/{{ b.author.slug }}/">{{ b.author.name }}
</a>{% endfor %} {{ article.published_at|date:"DATE_FORMAT" }}</p>
{{ article.body|safe }}
{% for b in article.bylines.all %}<h3>{{ b.author.name }}</h3>
{{ b.author.bio|linebreaks }}
{% for link in b.author.links.all %}<p><a href="{{ link.url }}">{{ link.title }}</a></p>
{% endfor %}{% endfor %}
<ul>{% for tag in article.tags.all %}
<li><a href="/{{ tag.slug }}/">{{ tag.name }}</a></li>
{% endfor %}</ul><ul>{% for story in related %}<li><a href="{{ story.path }}">
{{ story.headline }}</a>
{{ story.published_at|date:"DATE_FORMAT" }}</li>{% endfor %}</ul>
{% if before %}<a href="{{ before.path }}">{{ before.headline }}</a>{% endif %}
{% if after %}<a href="{{ after.path }}">{{ after.headline }}</a>{% endif %}
</body></html>"""
)


def bare(request, path):
    articles = Article.objects.filter(status="published").select_related("section")
    articles = articles.prefetch_related("bylines__author__links", "tags")
    article = get_object_or_404(articles, path=f"/{path}")
    others = Article.objects.filter(status="published").defer("body")
    around = others.filter(section=article.section_id).exclude(pk=article.pk)
    newer = around.filter(published_at__gte=article.published_at)
    older = around.filter(published_at__lte=article.published_at)
    context = {
        "article": article,
        "sections": Section.objects.all(),
        "related": others.filter(tags__in=list(article.tags.all())[:1]).exclude(
            pk=article.pk
        )[:4],
        "before": older.order_by("-published_at").first(),
        "after": newer.order_by("published_at").first(),
    }
    return HttpResponse(BARE.render(Context(context)))


urlpatterns = [re_path(r"^(?P<path>.+)$", bare)]


class BareSite(WSGIHandler):
    def get_response(self, request):
        request.urlconf = __name__
        return super().get_response(request)


def bare_site():
    with override_settings(
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
        ]
    ):
        return BareSite()


# Asking


class Counting:
    """Counts the queries of a block: `connection.execute_wrapper(Counting())`."""

    count = 0

    def __call__(self, execute, *args):
        self.count += 1
        return execute(*args)


@contextmanager
def no_collections():
    """Collect garbage before and after, so that it falls on no page by chance."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def ask(site, path):
    """Return (CPU in ms, wall in ms, queries, bytes) of a page. It must be a 200."""
    path, _mark, query = path.partition("?")
    environ = {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": path.encode().decode("latin-1"),  # PEP 3333
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "HTTP_HOST": "localhost",
        "HTTP_ACCEPT_ENCODING": "gzip, deflate, br",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
    }
    answered = []
    counting = Counting()
    with connection.execute_wrapper(counting):
        wall, cpu = time.perf_counter(), time.process_time()
        chunks = site(environ, lambda *told: answered.append(told))
        size = sum(map(len, chunks))
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    if hasattr(chunks, "close"):
        chunks.close()
    if not answered[0][0].startswith("200"):
        raise SystemExit(f"{path}: {answered[0][0]}")
    return cpu * 1000, wall * 1000, counting.count, size


def purge():
    """Throw away, as a change does, all pages that have the site's furniture."""
    with transaction.atomic():
        change("furniture", "latest")


def measure(site, paths):
    """Return the medians of `ask` over paths never asked before."""
    with no_collections():
        return medians([ask(site, path) for path in paths])


# What is asked for


def article_paths(count):
    """Return the addresses of so many live articles, evenly from the whole archive."""
    live = Article.objects.live().order_by("pk").values_list("path", flat=True)
    step = max(1, live.count() // count)
    return list(live[: step * count : step])


def list_paths():
    """Return {kind: addresses of distinct pages}, the fullest lists first."""
    live = Article.objects.live()
    tags = Tag.objects.annotate(n=Count("articletag_items")).order_by("-n")[:LISTS]
    authors = Author.objects.filter(bylines__article__in=live[:2000]).distinct()[:LISTS]
    months = live.dates("published_at", "month", order="DESC")[1 : LISTS + 1]
    return {
        "home": ["/"],
        "tag": [tag.get_absolute_url() for tag in tags],
        "author": [author.get_absolute_url() for author in authors],
        "section": [section.get_absolute_url() for section in Section.objects.all()],
        "feed": [f"{tag.get_absolute_url()}feed/" for tag in tags],
        "month": [
            reverse("articles:month", args=[f"{m:%Y}", f"{m:%m}"]) for m in months
        ],
        "archive": [reverse("articles:archive")],
        "tags": [reverse("articles:tags")],
        "authors": [reverse("authors:list")],
    }


def medians(answers):
    return [median(column) for column in zip(*answers, strict=True)]


def show(kind, ours, bare):
    """Print the medians of a kind's answers, and its share of the bare view's."""
    cpu, wall, queries, size = medians(ours)
    print(
        f"{kind:<10}{cpu:>8.2f}{cpu / medians(bare)[0]:>9.2f}{wall:>8.1f}"
        f"{queries:>9.0f}{size:>9,.0f}"
    )


def is_within(bound, ours, bare):
    pace = max(1, medians(bare)[0] / BARE_TAKES)
    return medians(ours)[0] <= bound * pace


def main(count):
    if not (Path(django.conf.settings.STATIC_ROOT) / "staticfiles.json").exists():
        call_command("collectstatic", interactive=False, verbosity=0)
    from newsroom.wsgi import application

    plain = bare_site()
    print(f"{connection.vendor}: {Article.objects.count():,} articles")
    paths = article_paths(count + 10)
    for path in paths[-10:]:  # what is loaded once: templates, addresses, statements
        ask(application, path)
        ask(plain, path)
    print(f"{'':<10}{'CPU ms':>8}{'of bare':>9}{'wall':>8}{'queries':>9}{'bytes':>9}")
    ours, theirs = [], []
    with no_collections():
        for path in paths[:count]:
            ours.append(ask(application, path))
            theirs.append(ask(plain, path))
    show("bare", theirs, theirs)
    show("article", ours, theirs)
    missed = [] if is_within(ALLOWED, ours, theirs) else ["article"]
    if max(queries for _cpu, _wall, queries, _size in ours) > MOST_QUERIES:
        missed.append("queries of an article")
    beside = cycle(paths)
    for kind, asked in list_paths().items():
        # The first one loads what is loaded once.
        ask(application, asked[0])
        purge()
        rounds = asked if len(asked) > 10 else asked * (LISTS // len(asked))
        ours, theirs = [], []
        with no_collections():
            for path in rounds:
                if len(rounds) > len(asked):
                    purge()
                ours.append(ask(application, path))
                theirs.append(ask(plain, next(beside)))
        show(kind, ours, theirs)
        if kind in BOUND and not is_within(ALLOWED_LIST, ours, theirs):
            missed.append(kind)
    return missed


if __name__ == "__main__":
    try:
        missed = main(int(sys.argv[1]) if len(sys.argv) > 1 else ARTICLES)
    finally:
        shutil.rmtree(PAGES, ignore_errors=True)
    if missed:
        sys.exit(f"Over the bounds: {', '.join(missed)}.")
