"""Reads: what is counted, what is not, and the lists made of it."""

import re
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from articles import publishing, reads
from articles.models import Article, ReadCount
from newsroom import clock, dashboard, most_read
from tests.factories import NOON, make_article, make_series, make_user

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Status = Article.Status
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
HERE = {
    "HTTP_SEC_FETCH_SITE": "same-origin",
    "HTTP_ORIGIN": "http://testserver",
    "HTTP_USER_AGENT": FIREFOX,
}


@pytest.fixture(autouse=True)
def buffer(monkeypatch):
    """A buffer that is written when the test says so."""
    buffer = reads.Buffer(flushed_after=None)
    monkeypatch.setattr(reads, "buffer", buffer)
    return buffer


def send(client, body, content_type="text/plain;charset=UTF-8", **headers):
    return client.post("/read/", str(body), content_type, **(HERE | headers))


def counted(article):
    reads.buffer.flush()
    return sum(article.read_counts.values_list("count", flat=True))


def make_reads(article, count, ago=HOUR, now=None):
    hour = reads.hour_of((now or timezone.now()) - ago)
    return ReadCount.objects.create(article=article, hour=hour, count=count)


class TestTheBeacon:
    def test_counts_a_read_in_the_row_of_its_hour_and_sets_no_cookie(self, client):
        article = make_article()
        response = send(client, article.pk)
        assert (response.status_code, response.content) == (204, b"")
        assert not response.cookies
        assert "Cookie" not in response.get("Vary", "")
        assert counted(article) == 1
        row = ReadCount.objects.get()
        assert timezone.now() - row.hour < HOUR + timedelta(seconds=5)
        assert (row.hour.minute, row.hour.second) == (0, 0)

    def test_asks_the_database_nothing(self, client, django_assert_num_queries):
        article = make_article()
        with django_assert_num_queries(0):
            send(client, article.pk)

    def test_adds_to_what_was_counted_before(self, client):
        article = make_article()
        for address in ("192.0.2.1", "192.0.2.2"):
            send(client, article.pk, REMOTE_ADDR=address)
            reads.buffer.flush()
        assert ReadCount.objects.get().count == 2

    def test_takes_a_browser_without_fetch_metadata_by_its_origin(self, client):
        article = make_article()
        old = {"HTTP_SEC_FETCH_SITE": ""}
        send(client, article.pk, **old)
        assert counted(article) == 1
        send(client, article.pk, **old, HTTP_ORIGIN="http://other.example")
        send(client, article.pk, **old, HTTP_ORIGIN="null")
        send(client, article.pk, **old, HTTP_ORIGIN="")
        assert counted(article) == 1

    @pytest.mark.parametrize(
        "headers",
        [
            {"HTTP_SEC_FETCH_SITE": "cross-site"},
            {"HTTP_SEC_FETCH_SITE": "same-site"},
            {"HTTP_SEC_FETCH_SITE": "none"},
            {"HTTP_SEC_PURPOSE": "prefetch;prerender"},
            {"HTTP_USER_AGENT": ""},
            {"HTTP_USER_AGENT": "Mozilla/5.0 (compatible; Searchbot/2.1)"},
            {"HTTP_USER_AGENT": "Mozilla/5.0 HeadlessChrome/140.0 Safari/537.36"},
            {"HTTP_USER_AGENT": "Mozilla/5.0 Chrome-Lighthouse"},
            {"HTTP_USER_AGENT": "python-requests/2.32"},
            {"HTTP_USER_AGENT": "curl/8.5"},
        ],
    )
    def test_counts_nobody_who_is_no_reader_of_our_page(self, client, headers):
        article = make_article()
        assert send(client, article.pk, **headers).status_code == 204
        assert counted(article) == 0

    def test_counts_people_whose_telephone_sounds_like_a_robot(self, client):
        article = make_article()
        agent = "Mozilla/5.0 (Linux; Android 14; CUBOT X70) Chrome/140.0 Mobile"
        send(client, article.pk, HTTP_USER_AGENT=agent)
        assert counted(article) == 1

    def test_counts_no_member_of_staff(self, client):
        article = make_article()
        client.force_login(make_user("erin", "editor"))
        send(client, article.pk)
        assert counted(article) == 0

    @pytest.mark.parametrize(
        "body", ["", "x", "1x", "-1", "1.5", "９", "9" * 19, "1" * 100_000, "{}", " 1"]
    )
    def test_takes_no_nonsense_and_says_nothing_of_it(self, client, body, buffer):
        assert send(client, body).status_code == 204
        assert not buffer.waiting

    def test_reads_no_long_body(self, client):
        request = RequestFactory().post(
            "/read/", "1" * 5000, content_type="text/plain", **HERE
        )
        request.read = lambda *args: pytest.fail("It was read.")
        assert most_read.count(request).status_code == 204

    def test_of_what_readers_cannot_see_counts_nothing(self, client):
        now = timezone.now()
        unseen = [
            make_article(status=Status.DRAFT),
            make_article(status=Status.TRASHED),
            make_article(published_at=now + DAY),
            make_article(published_at=NOON, expires_at=NOON + DAY),
        ]
        for article in unseen:
            send(client, article.pk)
        send(client, 987654321)
        reads.buffer.flush()
        assert not ReadCount.objects.exists()

    def test_is_for_posting_only_and_for_no_article(self, client):
        assert client.get("/read/").status_code == 405

    def test_needs_no_token_where_others_are_asked_for_one(self):
        from django.test import Client

        article = make_article()
        send(Client(enforce_csrf_checks=True), article.pk)
        assert counted(article) == 1


class TestOneAddress:
    def test_cannot_push_a_story(self, client):
        article, other = make_article(), make_article()
        for _ in range(50):
            send(client, article.pk)
        send(client, other.pk)
        send(client, article.pk, REMOTE_ADDR="192.0.2.9")
        assert counted(article) == reads.REPEATS + 1
        assert counted(other) == 1

    def test_of_a_network_of_version_six_is_one(self, client):
        article = make_article()
        for number in range(9):
            send(client, article.pk, REMOTE_ADDR=f"2001:db8:1:1::{number}")
        send(client, article.pk, REMOTE_ADDR="2001:db8:1:2::1")
        assert counted(article) == reads.REPEATS + 1

    def test_is_the_readers_behind_a_proxy_on_this_machine(self, client):
        article = make_article()
        for number in range(9):
            # The first is what the reader claims, the last what the proxy saw.
            forwarded = f"203.0.113.{number}, 198.51.100.7"
            send(client, article.pk, HTTP_X_FORWARDED_FOR=forwarded)
        assert counted(article) == reads.REPEATS
        for number in range(9):
            send(client, article.pk, HTTP_X_FORWARDED_FOR=f"203.0.113.{number}")
        assert counted(article) == reads.REPEATS + 9

    def test_says_nothing_for_others_where_no_proxy_is_trusted(self, client, settings):
        article = make_article()

        def sent(number):
            forwarded = f"203.0.113.{number}"
            send(
                client,
                article.pk,
                REMOTE_ADDR="192.0.2.1",
                HTTP_X_FORWARDED_FOR=forwarded,
            )

        for number in range(9):
            sent(number)
        assert counted(article) == reads.REPEATS
        settings.TRUST_PROXY = True
        for number in range(9):
            sent(number)
        assert counted(article) == reads.REPEATS + 9

    def test_may_be_nonsense(self, client):
        article = make_article()
        send(client, article.pk, HTTP_X_FORWARDED_FOR="unknown, <script>")
        assert counted(article) == 1

    def test_is_forgotten_the_next_day_and_never_kept_in_words(self):
        repeats = reads.Repeats(most=1)
        assert not repeats.is_too_many("192.0.2.77", 5, NOON)
        assert repeats.is_too_many("192.0.2.77", 5, NOON)
        key = repeats.key
        assert b"192.0.2.77" not in b"".join(repeats.seen)
        assert {len(number) for number in repeats.seen} == {8}
        assert not repeats.is_too_many("192.0.2.77", 5, NOON + DAY)
        assert repeats.key != key
        assert len(repeats.seen) == 1

    def test_is_remembered_among_a_bounded_number(self):
        repeats = reads.Repeats(most=1, remembered=10)
        for number in range(100):
            assert not repeats.is_too_many(f"192.0.2.{number}", 5, NOON)
        assert len(repeats.seen) == 10
        assert repeats.is_too_many("192.0.2.99", 5, NOON)


class TestTheBuffer:
    def test_writes_everything_in_a_few_statements(self, django_assert_num_queries):
        articles = [make_article() for _ in range(20)]
        buffer = reads.Buffer(flushed_after=None)
        for number in range(200):
            buffer.add(articles[number % 20].pk, f"192.0.2.{number}", NOON)
        with django_assert_num_queries(2):  # which are live; one upsert
            buffer.flush()
        with django_assert_num_queries(0):
            buffer.flush()
        assert set(ReadCount.objects.values_list("count", flat=True)) == {10}
        assert {row.hour for row in ReadCount.objects.all()} == {NOON}

    def test_keeps_what_the_database_refuses_for_the_next_time(self, monkeypatch):
        article = make_article()
        buffer = reads.Buffer(flushed_after=None)
        buffer.add(article.pk, "192.0.2.1")

        def locked(counts):
            raise DatabaseError("database is locked")

        with monkeypatch.context() as patch:
            patch.setattr(reads, "write", locked)
            buffer.flush()
        assert not ReadCount.objects.exists()
        buffer.add(article.pk, "192.0.2.2")
        buffer.flush()
        assert ReadCount.objects.get().count == 2

    def test_has_a_bound(self, monkeypatch):
        monkeypatch.setattr(reads, "MOST_WAITING", 5)
        buffer = reads.Buffer(flushed_after=None)
        for number in range(50):
            buffer.add(number, "192.0.2.1")
        assert len(buffer.waiting) == 5
        buffer.add(1, "192.0.2.2")
        assert buffer.waiting.total() == 6

    def test_is_written_by_itself_after_a_while(self, monkeypatch):
        written = []
        done = threading.Event()

        def note(counts):
            written.append(dict(counts))
            done.set()

        monkeypatch.setattr(reads, "write", note)
        buffer = reads.Buffer(flushed_after=0.05)
        for number in range(5):
            buffer.add(7, f"192.0.2.{number}", NOON)
        assert done.wait(10)
        assert written == [{(NOON, 7): 5}]

    def test_of_eight_processes_adds_up(self):
        article = make_article()
        for _ in range(8):
            reads.write({(NOON, article.pk): 3})
        assert ReadCount.objects.get().count == 24


class TestTheRanking:
    def test_counts_the_window_alone_and_live_articles_alone(self):
        week, today, gone = make_article("W"), make_article("T"), make_article("G")
        make_reads(week, 50, 3 * DAY)
        make_reads(today, 20, 2 * HOUR)
        make_reads(gone, 90)
        gone.withdraw()
        assert reads.most_read(reads.DAY) == [today]
        assert reads.most_read(reads.WEEK) == [week, today]
        assert reads.most_read(reads.MONTH) == [week, today]

    def test_gives_way_to_a_longer_window_where_there_is_too_little(self):
        articles = [make_article(str(number)) for number in range(5)]
        assert reads.most_read_now() == (reads.MONTH, [])
        for number, article in enumerate(articles):
            make_reads(article, 10 - number, 20 * DAY)
        assert reads.most_read_now() == (reads.MONTH, articles)
        for number, article in enumerate(reversed(articles)):
            make_reads(article, 10 - number, 3 * DAY)
        assert reads.most_read_now() == (reads.WEEK, articles[::-1])
        for number, article in enumerate(articles):
            make_reads(article, 10 - number)
        assert reads.most_read_now() == (reads.DAY, articles)

    def test_is_kept_for_a_while_but_shows_nothing_that_was_withdrawn(self, settings):
        settings.CACHES = {
            "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
        }
        cache.clear()
        one, two = make_article("One"), make_article("Two")
        make_reads(one, 9)
        make_reads(two, 5)
        assert reads.most_read(reads.DAY) == [one, two]
        ReadCount.objects.filter(article=two).update(count=50)
        assert reads.most_read(reads.DAY) == [one, two]
        one.withdraw()
        assert reads.most_read(reads.DAY) == [two]
        cache.clear()

    def test_of_equals_has_the_newer_first(self):
        one, two = make_article(), make_article()
        make_reads(one, 5)
        make_reads(two, 5)
        assert reads.most_read(reads.DAY) == [two, one]


class TestUpkeep:
    def test_adds_up_old_hours_and_changes_no_sum_of_days(self):
        now = datetime(2026, 3, 20, 9, 30, tzinfo=UTC)
        article, other = make_article(), make_article()
        for hours in range(24 * 6):
            make_reads(article, 1 + hours % 3, hours * HOUR, now)
        make_reads(other, 7, 3 * DAY, now)
        before = reads.reads_of(article, now), reads.reads_of(other, now)
        rows = ReadCount.objects.count()
        reads.tidy(now)
        assert (reads.reads_of(article, now), reads.reads_of(other, now)) == before
        assert ReadCount.objects.count() < rows / 2
        again = list(ReadCount.objects.order_by("pk").values_list())
        reads.tidy(now)
        assert list(ReadCount.objects.order_by("pk").values_list()) == again
        # The last two days keep their hours.
        assert ReadCount.objects.filter(hour__gt=now - 2 * DAY).count() == 48

    def test_deletes_what_is_too_old_and_nothing_else(self):
        article = make_article()
        make_reads(article, 5, reads.KEPT + 2 * DAY)
        kept = make_reads(article, 5, reads.KEPT - 2 * DAY)
        reads.tidy()
        assert list(ReadCount.objects.all()) == [kept]

    def test_is_done_by_the_clock(self):
        article = make_article()
        make_reads(article, 5, reads.KEPT + 2 * DAY)
        clock.tick()
        assert not ReadCount.objects.exists()

    def test_is_done_by_a_command(self, capsys):
        article = make_article()
        make_reads(article, 5, 50 * DAY)
        make_reads(article, 5)
        call_command("prune_read_counts", older_than=30)
        assert "1 counts deleted" in capsys.readouterr().out
        assert ReadCount.objects.count() == 1


class TestThePages:
    def test_mark_a_retracted_story(self, client):
        wrong, right = make_article("Eels"), make_article("Rain")
        for article in (wrong, right):
            make_reads(article, 3)
        publishing.retract(wrong, make_user("pat", "publisher"), "There were none.")
        for path in ("/most-read/list/", "/"):
            page = client.get(path).content.decode()
            most_read = page[page.index('class="headlines ranked"') :]
            assert most_read.count('<b class="mark">Retracted</b> <a') == 1

    def test_the_home_page_lists_what_is_read_most(self, client):
        articles = [make_article(f"Story {number}") for number in range(6)]
        for number, article in enumerate(articles):
            make_reads(article, 10 + number)
        page = client.get("/")
        html = page.content.decode()
        ranked = html.split('ranked">')[1].split("</ol>")[0]
        assert re.findall(r"Story \d", ranked) == [
            article.headline for article in articles[:0:-1]
        ]
        assert f'<a href="{reverse("most_read")}">Most read</a>' in html
        assert "In the last 24 hours" in html
        assert "15" not in html.split('id="most-read"')[1].split("</section>")[0]

    def test_the_home_page_has_no_list_where_nothing_was_read(self, client):
        make_article()
        assert "Most read" not in client.get("/").content.decode()

    def test_the_page_has_a_list_for_each_window_that_has_one(self, client):
        now, old = make_article("Of today"), make_article("Of the month")
        draft = make_article("Hidden", status=Status.DRAFT)
        make_reads(now, 3)
        make_reads(old, 9, 20 * DAY)
        make_reads(draft, 99)
        page = client.get("/most-read/").content.decode()
        assert page.count("Of today") == 3
        assert page.count("Of the month") == 1
        assert "Hidden" not in page
        assert '<link rel="canonical" href="http://testserver/most-read/">' in page

    def test_the_page_works_before_anything_is_read(self, client):
        page = client.get("/most-read/").content.decode()
        assert "Nothing has been read yet." in page

    def test_the_list_alone_is_for_other_pages_and_no_search_engine(self, client):
        make_reads(make_article("ماء", language="ar"), 3)
        response = client.get("/most-read/list/")
        html = response.content.decode()
        assert '<bdi lang="ar">ماء</bdi>' in html
        assert "<html" not in html
        assert response["X-Robots-Tag"] == "noindex"
        assert "max-age=60" in response["Cache-Control"]
        assert not response.cookies
        robots = client.get("/robots.txt").content.decode()
        assert "Disallow: /most-read/list/\n" in robots

    def test_an_article_leads_to_the_list_and_says_where_its_reads_go(self, client):
        article = make_article()
        page = client.get(article.path).content.decode()
        assert f'data-read="/read/" data-article="{article.pk}"' in page
        assert 'data-list="/most-read/list/"' in page
        assert '<a href="/most-read/">Most read</a>' in page

    def test_a_preview_counts_nothing(self, client):
        article = make_article()
        client.force_login(make_user("erin", "editor"))
        url = reverse("admin:articles_article_preview_page", args=[article.pk])
        assert 'data-read="' not in client.get(url).content.decode()

    def test_pages_are_the_same_for_everybody(self, client):
        make_reads(make_article(series=make_series()), 3)
        for address in ("/", "/most-read/", "/most-read/list/"):
            response = client.get(address)
            assert not response.cookies
            assert "Cookie" not in response.get("Vary", "")


class TestTheDesk:
    def test_says_beside_the_form_how_often_a_story_was_read(self, client):
        article = make_article()
        make_reads(article, 41)
        make_reads(article, 500, 4 * DAY)
        make_reads(article, 7000, 99 * DAY)
        client.force_login(make_user("erin", "editor"))
        url = reverse("admin:articles_article_change", args=[article.pk])
        page = client.get(url)
        assert page.context["reads"] == {
            "day": 41,
            "week": 541,
            "month": 541,
            "total": 7541,
        }
        assert "<dd>541</dd>" in page.content.decode()

    def test_says_nothing_of_a_story_that_nobody_read(self, client):
        client.force_login(make_user("erin", "editor"))
        for article in (make_article(), make_article(status=Status.DRAFT)):
            url = reverse("admin:articles_article_change", args=[article.pk])
            assert "article-reads" not in client.get(url).content.decode()

    def test_lists_what_is_read_most_today_on_its_first_page(self, client):
        article, old = make_article("Ferry"), make_article("Yesteryear")
        make_reads(article, 1)
        make_reads(old, 99, 3 * DAY)
        erin = make_user("erin", "editor")
        lines = dashboard.dashboard(erin)["most_read"]
        assert [(line.article, line.words) for line in lines] == [(article, "1 read")]
        client.force_login(erin)
        page = client.get(reverse("admin:index")).content.decode()
        assert "Most read in the last 24 hours" in page


def test_the_table_answers_from_its_index():
    """The ranking of a day reads the rows of that day, however many there are."""
    article = make_article()
    rows = [
        ReadCount(article=article, hour=NOON - HOUR * number, count=1)
        for number in range(3000)
    ]
    ReadCount.objects.bulk_create(rows)
    counts = ReadCount.objects.filter(hour__gte=reads.since(reads.DAY, NOON))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    plan = counts.order_by().values_list("article").explain()
    assert "hour>?" in plan or "read_count_once" in plan, plan
