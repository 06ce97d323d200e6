from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from articles import publishing
from articles.models import Article, Note, Notice
from newsroom.dashboard import dashboard
from newsroom.faults import find_faults
from newsroom.models import Heartbeat
from newsroom.reports.models import Report
from tests.factories import (
    make_article,
    make_author,
    make_picture,
    make_section,
    make_user,
)

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
INDEX = reverse("admin:index")


@pytest.fixture
def editor():
    return make_user("erin", "editor")


@pytest.fixture
def contributor():
    return make_user("cora", "contributor")


def headlines(lines):
    return [line.article.headline for line in lines]


def working_copy(article, user, **fields):
    copy = publishing.open_working_copy(article, user)
    for name, value in fields.items():
        setattr(copy, name, value)
    copy.save()
    return copy


def send_back(article, **fields):
    return Note.objects.create(article=article, is_send_back=True, **fields)


class TestWaiting:
    def test_for_an_editor_is_what_was_submitted_the_oldest_first(self, editor):
        now = timezone.now()
        make_article("Second", status="review", submitted_at=now - DAY)
        live = make_article("Live")
        working_copy(live, editor, headline="First", submitted_at=now - 2 * DAY)
        working_copy(make_article("Untold"), editor)
        make_article("A draft", status="draft")
        lines = dashboard(editor)["waiting"]
        assert headlines(lines) == ["First", "Second"]
        assert lines[0].address.endswith(f"/{live.pk}/change/")
        assert "live article" in lines[0].mark

    def test_for_a_contributor_is_what_was_sent_back_to_them(self, contributor, editor):
        mine = make_article("Mine", status="draft", created_by=contributor)
        send_back(mine, text="Who says so?", written_by_name="Erin")
        send_back(make_article("Hers", status="draft", created_by=editor), text="No")
        make_article("Others’ review", status="review")
        again = make_article("Again", status="review", created_by=contributor)
        send_back(again, text="Submitted again since")
        lines = dashboard(contributor)["waiting"]
        assert headlines(lines) == ["Mine"]
        assert "Erin" in lines[0].words
        assert "Who says so?" in lines[0].words

    def test_a_settled_note_waits_for_nobody(self, contributor):
        mine = make_article("Mine", status="draft", created_by=contributor)
        send_back(mine, text="Why?", resolved_at=timezone.now())
        assert dashboard(contributor)["waiting"] == []

    def test_what_lies_in_the_trash_waits_for_nobody(self, editor):
        live = make_article("Live")
        working_copy(live, editor, submitted_at=timezone.now())
        publishing.move_to_trash(Article.objects.get(pk=live.pk), editor)
        shown = dashboard(editor)
        assert shown["waiting"] == []
        assert shown["mine"] == []


def test_my_own_are_drafts_and_unpublished_changes(contributor, editor):
    author = make_author(user=contributor)
    make_article("With my byline", status="draft", authors=[author])
    working_copy(make_article("Live"), contributor, headline="Changed")
    make_article("Somebody’s", status="draft", created_by=editor)
    lines = dashboard(contributor)["mine"]
    assert sorted(headlines(lines)) == ["Changed", "With my byline"]
    assert {line.mark for line in lines} == {"", "Unpublished changes"}


def test_both_ways_of_asking_for_own_articles_agree(contributor):
    author = make_author(user=contributor)
    make_article("Begun", created_by=contributor)
    make_article("Written", authors=[author], status="draft")
    make_article("Neither", authors=[make_author()])
    by, looking = (
        set(rows.values_list("headline", flat=True))
        for rows in (
            Article.objects.by(contributor),
            Article.objects.by_looking(contributor),
        )
    )
    assert by == looking == {"Begun", "Written"}


def test_what_comes_next_is_publications_ends_and_changes_in_order(editor, contributor):
    now = timezone.now()
    make_article("Goes out", published_at=now + 3 * DAY)
    make_article("Ends", expires_at=now + 2 * DAY)
    working_copy(make_article("Live"), editor, headline="New", changes_due_at=now + DAY)
    make_article("Over", expires_at=now - DAY)
    assert headlines(dashboard(editor)["next"]) == ["New", "Ends", "Goes out"]
    assert dashboard(contributor)["next"] == []


class TestClock:
    def test_says_when_it_last_ran(self, editor, client):
        beat_at = timezone.now() - timedelta(seconds=4)
        Heartbeat.objects.create(name="clock", beat_at=beat_at)
        client.force_login(editor)
        page = client.get(INDEX)
        assert not page.context["clock"]["is_late"]
        assert "The publisher last ran" in page.content.decode()
        assert 'role="alert"' not in page.content.decode()

    @pytest.mark.parametrize("ago", [None, timedelta(minutes=5)])
    def test_warns_loudly_when_it_is_late_or_never_ran(self, ago, editor, client):
        if ago:
            beat_at = timezone.now() - ago
            Heartbeat.objects.create(name="clock", beat_at=beat_at)
        client.force_login(editor)
        html = client.get(INDEX).content.decode()
        assert 'role="alert"' in html
        assert "The publisher is late." in html

    def test_tells_what_it_could_not_do(self, editor, client):
        Heartbeat.objects.create(
            name="clock", beat_at=timezone.now(), trouble="“A” could not <go> out."
        )
        client.force_login(editor)
        html = client.get(INDEX).content.decode()
        assert "“A” could not &lt;go&gt; out." in html
        assert "The publisher is late." not in html


class TestFaults:
    def kinds(self):
        return {
            (fault["kind"], Article.objects.get(pk=fault["article"]).headline)
            for fault in find_faults()
        }

    def test_are_found_in_what_readers_see_and_in_what_lies_about(self, editor):
        now, today = timezone.now(), timezone.localdate()
        over = make_picture(rights_expire_on=today - DAY)
        soon = make_picture(rights_expire_on=today + 5 * DAY)
        make_article("Over", lead_picture=over)
        make_article("Soon", lead_picture=soon)
        make_article("Silent", body='<p><img src="/media/x.png" alt=""></p>')
        make_article("Gone", body='<figure data-picture="999"><img src="/x"></figure>')
        make_article("Link", body='<p><a href="/nowhere/">x</a></p>')
        copied = make_article("Copied")
        working_copy(copied, editor, created_at=now - 15 * DAY)
        old = make_article("Old", status="draft")
        Article.objects.filter(pk=old.pk).update(updated_at=now - 31 * DAY)
        assert self.kinds() == {
            ("rights_over", "Over"),
            ("rights_end", "Soon"),
            ("alt", "Silent"),
            ("missing", "Gone"),
            ("link", "Link"),
            ("copy", "Copied"),
            ("draft", "Old"),
        }

    def test_rights_are_looked_at_in_old_stories_and_social_pictures_too(
        self, monkeypatch
    ):
        monkeypatch.setattr("newsroom.faults.NEWEST", 1)
        today = timezone.localdate()
        over = make_picture(40, 30, rights_expire_on=today - DAY)
        fine = make_picture(40, 30, rights_expire_on=today + 60 * DAY)
        earlier = timezone.now() - 900 * DAY
        make_article("Long ago", lead_picture=over, published_at=earlier)
        make_article("Shared", social_picture=over, published_at=earlier)
        make_article("Fine", lead_picture=fine, published_at=earlier)
        make_article("Draft", status="draft", lead_picture=over)
        make_article("Newest", lead_picture=over)
        found = [fault for fault in find_faults() if fault["kind"] == "rights_over"]
        names = [Article.objects.get(pk=f["article"]).headline for f in found]
        assert sorted(names) == ["Long ago", "Newest", "Shared"]

    def test_are_not_found_where_all_is_well(self):
        good = make_picture()
        target = make_article("Target", path="/2020/01/target/")
        make_article(
            "Fine",
            lead_picture=good,
            body=f'<p><a href="{target.path}?a=1#b">x</a> <a href="https://x.example/">'
            f'y</a></p><figure data-picture="{good.pk}"><img src="/x" alt=""></figure>',
        )
        make_article("Hidden", status="draft", body='<a href="/nowhere/">x</a>')
        assert find_faults() == []

    def test_are_shown_until_they_are_gone_and_to_editors_only(
        self, editor, contributor
    ):
        article = make_article("Link", body='<p><a href="/nowhere/">x</a></p>')
        find_faults()
        assert headlines(dashboard(editor)["faults"]) == ["Link"]
        assert "faults" not in dashboard(contributor)
        publishing.move_to_trash(article, editor)
        assert dashboard(editor)["faults"] == []

    def test_can_be_looked_for_now_by_an_editor(self, editor, contributor, client):
        make_article("Link", body='<p><a href="/nowhere/">x</a></p>')
        address = reverse("admin:look_for_faults")
        client.force_login(contributor)
        assert client.post(address).status_code == 403
        assert not Heartbeat.objects.exists()
        client.force_login(editor)
        assert client.get(address).status_code == 405
        page = client.post(address, follow=True)
        assert "1 fault was found." in page.content.decode()
        assert "Nothing stands at /nowhere/." in page.content.decode()


def test_notices_stand_on_the_desk_until_they_are_seen(contributor, client):
    article = make_article("Mine", created_by=contributor, status="draft")
    Notice.objects.create(user=contributor, article=article, text="Erin sent it back.")
    seen = timezone.now()
    Notice.objects.create(user=contributor, article=article, text="Old", seen_at=seen)
    client.force_login(contributor)
    page = client.get(INDEX)
    assert "Erin sent it back." in page.content.decode()
    assert [notice.text for notice in page.context["notices"]] == ["Erin sent it back."]


def test_an_advertising_manager_learns_nothing_of_articles(client):
    make_article("Secret", status="review")
    make_article("Out")
    client.force_login(make_user("addi", "advertising manager"))
    page = client.get(INDEX)
    html = page.content.decode()
    assert "Advertisements running now" in html
    assert "waiting" not in page.context
    assert "Secret" not in html
    assert "Out</a>" not in html
    assert "Articles per day" not in html


def test_an_editor_sees_what_is_going_on_and_nobodys_drafts(editor, client):
    make_article("Mine", status="draft", created_by=editor)
    make_article("Somebody’s", status="draft")
    make_article("Out", section=make_section("News"), published_at=timezone.now())
    client.force_login(editor)
    page = client.get(INDEX)
    html = page.content.decode()
    assert headlines(page.context["mine"]) == ["Mine"]
    assert headlines(page.context["published"]) == ["Out"]
    assert "Write an article" in html
    assert "Nothing is scheduled." in html
    assert "Somebody’s" not in html


def test_the_section_chart_reaches_back_as_far_as_asked(editor, client):
    make_article(
        section=make_section("Long ago"), published_at=timezone.now() - 60 * DAY
    )
    client.force_login(editor)
    assert client.get(INDEX).context["per_section"].bars == []
    page = client.get(INDEX, {"days": "90"})
    assert [bar.label for bar in page.context["per_section"].bars] == ["Long ago"]
    assert len(page.context["per_day"].bars) == 30
    assert client.get(INDEX, {"days": "x"}).context["section_days"] == 30


class TestReports:
    def test_are_counted_and_the_newest_named(self, editor, client):
        mill, trashed = make_article("The mill"), make_article(status="trashed")
        for number in range(8):
            Report.objects.create(article=mill, text=f"Wrong {number}")
        for state in ("done", "spam"):
            Report.objects.create(article=mill, text=f"Settled {state}", state=state)
        Report.objects.create(article=trashed, text="Settled with its article")
        client.force_login(editor)
        page = client.get(INDEX)
        assert b"8 reports of readers wait." in page.content
        shown = [line.said for line in page.context["reports"]["lines"]]
        assert shown[0] == "“Wrong 7” · just now"
        assert len(shown) == 6
        assert b"Settled" not in page.content
        newest = Report.objects.get(text="Wrong 7")
        address = reverse("admin:reports_report_change", args=[newest.pk])
        assert f'href="{address}"' in page.content.decode()

    def test_are_no_business_of_a_contributor(self, contributor, client):
        mine = make_article("Mine", created_by=contributor)
        Report.objects.create(article=mine, text="Wrong")
        client.force_login(contributor)
        page = client.get(INDEX)
        assert "reports" not in page.context
        assert b"Wrong" not in page.content


@pytest.mark.parametrize("group", ["editor", "contributor"])
def test_query_count_does_not_grow_with_what_goes_on(group, client):
    user = make_user("uma", group)
    now = timezone.now()
    for number in range(5):
        own = {"created_by": user, "authors": [make_author(), make_author()]}
        send_back(make_article(status="draft", **own), text="Why?")
        make_article(status="review", **own)
        make_article(published_at=now + DAY, **own)
        live = make_article(section=make_section(), expires_at=now + DAY, **own)
        working_copy(live, user, changes_due_at=now + 2 * DAY)
        Notice.objects.create(user=user, article=live, text=f"{number}")
        for _ in range(2):
            Report.objects.create(article=live, text="It was a Tuesday.")
    find_faults()
    client.force_login(user)
    client.get(INDEX)
    # session, user, two of permissions, heartbeats, notes and their articles, in
    # review, mine, begins, ends, changes, published, notices, bylines, the chart's,
    # faulty articles, reports, missing pages, advertisements, the
    # publication, the count of notices
    with CaptureQueriesContext(connection) as queries:
        client.get(INDEX)
    assert len(queries) <= 22
    assert not any('"articles_article"."body"' in query["sql"] for query in queries)
