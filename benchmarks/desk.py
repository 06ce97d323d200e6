"""Milliseconds and queries of the desk's pages at 100,000 articles, for each role.

    export DATA_DIR=/tmp/bench DEBUG=true
    python manage.py migrate
    python manage.py demo --articles 100000 --authors 5000 --tags 100000
    python benchmarks/desk.py [rounds [words of a page's name]]

A publisher, an editor and a contributor with a few hundred articles ask for each
page in turn, in one process, through all of the middleware. The archive is given a
newsroom's daily work first: drafts, articles in review, scheduled and withdrawn ones,
working copies, a trash, a long history. All of it is rolled back.

What is printed: the median, the fastest, this process's own CPU time (the least), the
queries, and the ratio of the fastest to that of the form of one's password, asked for
in between: the same layout, menu and session, and nothing of an article. That ratio
is what to compare between machines.

It ends with exit code 1 where a bound is missed: by a query too many, or by the
fastest. That is the slack: a busy machine slows a page down, but quickens none. A
median above the bound is marked with "over".
"""

import json
import os
import statistics
import sys
import time
import uuid
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
os.environ.setdefault("SECRET_KEY", "only-for-a-benchmark")
# Not setdefault: the client below asks for this host.
os.environ["ALLOWED_HOSTS"] = "testserver"
# Its log of queries would be measured too.
os.environ["DEBUG"] = "false"
os.environ["HTTPS"] = "false"

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth.models import Group, User  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.db.models import Count  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from articles import publishing, revisions  # noqa: E402
from articles.models import Article, Byline, Section, Tag  # noqa: E402
from articles.planner import analyze  # noqa: E402
from authors.models import Author  # noqa: E402
from newsroom.clock import tick  # noqa: E402

ROUNDS = 7
LIST = "/admin/articles/article/"
PLAIN = "/admin/password_change/"
# Milliseconds and queries that each kind of page may take.
LISTED, PAGE, FORM, DASHBOARD, JUMP, AUTOSAVE = (
    (150, 12),
    (150, None),
    (300, None),
    (150, 20),
    (100, None),
    (50, None),
)
# How many articles of the archive become what an archive has few of.
DRAFTS, REVIEWS, SCHEDULED, WITHDRAWN, TRASHED, COPIES = 1500, 100, 200, 300, 500, 150
VERSIONS = 60
BULK = 200
Status = Article.Status


def main(rounds, words):
    settings.STORAGES["staticfiles"]["BACKEND"] = (
        "django.contrib.staticfiles.storage.StaticFilesStorage"
    )
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    print(
        f"{connection.vendor}, {Article.objects.count():,} articles, "
        f"{Author.objects.count():,} authors, {Tag.objects.count():,} tags"
    )
    with transaction.atomic():
        people = make_people()
        story = make_work(people)
        missed = [
            line
            for who, user in people.items()
            for line in measure_role(who, user, story, rounds, words)
        ]
        if not words:
            measure_bulk(people["publisher"])
        transaction.set_rollback(True)
    for line in missed:
        print(f"MISSED: {line}")
    sys.exit(1 if missed else 0)


# The newsroom.


def make_people():
    """Return {who: user}; the contributor has a few hundred articles."""
    people = {}
    for who in ("editor", "contributor", "publisher"):
        people[who] = User.objects.create(username=f"bench-{who}", is_staff=True)
        people[who].groups.add(Group.objects.get(name=who))
    busy = Byline.objects.filter(author__user=None).values("author")
    busy = busy.annotate(count=Count("pk")).filter(count__lte=400)
    author = busy.order_by("-count", "author").first()
    Author.objects.filter(pk=author["author"]).update(user=people["contributor"])
    print(f"the contributor's byline stands on {author['count']:,} articles")
    return people


def make_work(people):
    """Give the archive what a newsroom's day leaves; return a story with a history."""
    now, editor = timezone.now(), people["editor"]
    own = list(Article.objects.live().by(people["contributor"])[:40])
    keys = iter(Article.objects.live().values_list("pk", flat=True)[::20])

    def take(count):
        return Article.objects.filter(pk__in=[next(keys) for _ in range(count)])

    take(DRAFTS).update(status=Status.DRAFT, published_at=None)
    take(REVIEWS).update(status=Status.REVIEW, submitted_at=now)
    take(WITHDRAWN).update(status=Status.WITHDRAWN)
    take(SCHEDULED).update(published_at=now + timedelta(days=1), announced_at=None)
    take(TRASHED).update(
        status=Status.TRASHED,
        trashed_from=Status.PUBLISHED,
        trashed_at=now - timedelta(days=3),
        trashed_by=editor,
    )
    for article in [*take(COPIES), *own[1:10]]:
        copy = publishing.open_working_copy(article, editor)
        copy.headline = f"{copy.headline}, changed"
        copy.save(update_fields=["headline"])
    for article in own[10:20]:
        publishing.move_to_trash(article, people["contributor"])
    story = own[0]
    for number in range(VERSIONS):
        story.headline = f"The story, take {number}"
        story.save(update_fields=["headline"])
        revisions.record(story, editor)
    tick()
    analyze()
    return story


# The pages.


def pages_for(user, story):
    """Return [(name, bounds, address)]; every address answers to a GET."""
    section = Section.objects.annotate(n=Count("articles")).order_by("-n").first()
    lines = Byline.objects.values("author").annotate(n=Count("pk"))
    author = lines.order_by("-n").first()["author"]
    used = Article.tags.through.objects.values("tag").annotate(n=Count("pk"))
    tag = used.order_by("-n").first()["tag"]
    year = timezone.localdate().year - 1
    word = "council"
    # A contributor's list ends before that.
    far = min(1000, Article.objects.for_desk(user).live().count() // 50)
    queries = {
        "": "",
        "page 2": "p=2",
        f"page {far}": f"p={far}",
        "state live": "state=live",
        f"state live, page {far}": f"state=live&p={far}",
        "state changed": "state=changed",
        "state scheduled": "state=scheduled",
        "state draft": "state=draft",
        "state review": "state=review",
        "state expired": "state=expired",
        "state withdrawn": "state=withdrawn",
        "largest section": f"section={section.pk}",
        "busiest author": f"author={author}",
        "commonest tag": f"tag={tag}",
        "last year": f"year={year}",
        "language": "language=en",
        "by date": "o=6",
        "live, section, year": f"state=live&section={section.pk}&year={year}",
        "a frequent word": f"q={word}",
        "a rare word": "q=zzzz",
        "two words": f"q={word}+harbour",
        "word in drafts": f"state=draft&q={word}",
        "word in a section": f"section={section.pk}&q={word}",
    }
    pages = [
        (f"list, {name}" if name else "list", LISTED, f"{LIST}?{query}")
        for name, query in queries.items()
    ]
    copied = Article.objects.for_desk(user).filter(has_unpublished_changes=True).first()
    shown = reverse("admin:articles_article_preview_page", args=[story.pk])
    return [
        *pages,
        ("list of the trash", PAGE, f"{LIST}trash/"),
        ("form, new", FORM, f"{LIST}add/"),
        ("form, live", FORM, f"{LIST}{story.pk}/change/"),
        ("form, working copy", FORM, f"{LIST}{copied.pk}/change/"),
        ("history", PAGE, f"{LIST}{story.pk}/history/?all"),
        ("preview, both frames", PAGE, f"{LIST}{story.pk}/preview/"),
        ("preview, the page", PAGE, shown),
        ("dashboard", DASHBOARD, "/admin/"),
        ("dashboard, 90 days", DASHBOARD, "/admin/?days=90"),
        ("calendar", PAGE, "/admin/calendar/"),
        ("palette, nothing typed", JUMP, "/admin/jump/?q="),
        ("palette, a frequent word", JUMP, "/admin/jump/?q=the"),
        ("palette, a rare word", JUMP, "/admin/jump/?q=zzzz"),
        ("palette, two words", JUMP, f"/admin/jump/?q=harbour+{word}"),
        ("tags, while typing", JUMP, _choices("articletag", "tag", "cou")),
        ("authors, while typing", JUMP, _choices("byline", "author", "ada")),
    ]


def _choices(model, field, typed):
    """Return the address that a choice by typing asks."""
    asked = f"app_label=articles&model_name={model}&field_name={field}&term={typed}"
    return f"/admin/autocomplete/?{asked}"


def requests_of(client, user, story, words):
    """Return [(name, bounds, a function that asks for it)]."""
    asked = [
        (name, bounds, lambda address=address: client.get(address))
        for name, bounds, address in pages_for(user, story)
    ]
    form = [["headline", "Typed"], ["body", story.body]]
    form += [[f"field-{at}", "a value"] for at in range(60)]
    token, page = str(uuid.uuid4()), str(uuid.uuid4())
    sent = {"article": story.pk, "token": token, "page": page, "data": form}
    keep = reverse("admin:articles_article_autosave_keep")

    def autosave():
        # Other words each time: what is kept already is not written again.
        form[0][1] += "."
        body = json.dumps(sent)
        return client.post(keep, body, content_type="application/json")

    asked.append(("autosave", AUTOSAVE, autosave))
    return [row for row in asked if words in row[0]]


def measure_role(who, user, story, rounds, words):
    """Print the figures of every page for one person; return what missed its bound."""
    client = Client()
    client.force_login(user)
    asked = requests_of(client, user, story, words)
    plain = ("plain", (None, None), lambda: client.get(PLAIN))
    times = {name: [] for name, _bounds, _ask in [plain, *asked]}
    used = {name: [] for name in times}
    queries = {}
    for name, _bounds, ask in [plain, *asked]:
        # The first one loads templates, modules and the pages of the database.
        ask()
        with CaptureQueriesContext(connection) as captured:
            ask()
        queries[name] = len(captured)
    for _round in range(rounds):
        for name, _bounds, ask in [plain, *asked]:
            start, begun = time.perf_counter(), time.process_time()
            response = ask()
            times[name].append((time.perf_counter() - start) * 1000)
            used[name].append((time.process_time() - begun) * 1000)
            if response.status_code != 200:
                raise SystemExit(f"{name}: the site answered {response.status_code}.")
    floor = min(times["plain"])
    print(f"\n{who}: {floor:.0f} ms and {queries['plain']} queries for the plain form")
    missed = []
    for name, (most, most_queries), _ask in asked:
        median, fastest = statistics.median(times[name]), min(times[name])
        line = (
            f"{name:<27} {median:>5.0f} ms (fastest {fastest:>4.0f}, "
            f"CPU {min(used[name]):>4.0f}, at most {most:>3}) "
            f"{queries[name]:>3} queries {fastest / floor:>5.1f} of plain"
        )
        print(line + ("  over" if median > most else ""), flush=True)
        if fastest > most or (most_queries and queries[name] > most_queries):
            missed.append(f"{who}, {line}")
    return missed


def measure_bulk(user):
    """Print what moving an article from the list to another section takes."""
    client = Client()
    client.force_login(user)
    section = Section.objects.first()
    articles = Article.objects.live().exclude(section=section)
    cases = {
        "imported, without a history": articles.filter(revisions=None),
        "changed before": None,
        "with a working copy": articles.filter(has_unpublished_changes=True),
    }
    print(f"\nsetting the section of up to {BULK} articles from their list:")
    for name, chosen in cases.items():
        if chosen is not None:
            keys = list(chosen.order_by().values_list("pk", flat=True)[:BULK])
        else:
            section = Section.objects.exclude(pk=section.pk).first()
        sent = {
            "action": "set_section",
            "_selected_action": keys,
            "section": section.pk,
            "_do": "1",
        }
        start, begun = time.perf_counter(), time.process_time()
        with CaptureQueriesContext(connection) as captured:
            response = client.post(LIST, sent)
        wall, cpu = time.perf_counter() - start, time.process_time() - begun
        assert response.status_code == 302, response.status_code
        moved = Article.objects.filter(pk__in=keys, section=section).count()
        assert moved == len(keys), f"{moved} of {len(keys)} were moved"
        print(
            f"{name:<28} {len(keys):>4} articles: {wall * 1000 / len(keys):>5.1f} ms, "
            f"{cpu * 1000 / len(keys):>5.1f} of them CPU, "
            f"{len(captured) / len(keys):>5.1f} queries each"
        )


if __name__ == "__main__":
    main(
        int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS,
        sys.argv[2] if len(sys.argv) > 2 else "",
    )
