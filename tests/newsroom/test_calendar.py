from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone, translation

from articles import publishing
from articles.models import Article
from newsroom.calendar import weeks_of
from newsroom.moving import CannotMove, move_entry
from tests.factories import make_article, make_author, make_section, make_user

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
CALENDAR, MOVE = reverse("admin:calendar"), reverse("admin:calendar_move")
NOW = datetime(2027, 3, 10, 9, tzinfo=UTC)
BERLIN = override_settings(TIME_ZONE="Europe/Berlin")


@pytest.fixture
def publisher():
    return make_user("pat", "publisher")


@pytest.fixture
def contributor():
    return make_user("cora", "contributor")


def entries(page):
    """Return {(kind, headline): day as YYYY-MM-DD} of a page of the calendar."""
    return {
        (entry.kind, entry.article.headline): f"{day.date}"
        for day in page.context["days"]
        for entry in day.entries
    }


def middle():
    """Return noon on the 15th of next month: the page of one month shows it all."""
    first = (timezone.localdate().replace(day=1) + timedelta(days=32)).replace(day=15)
    return datetime.combine(first, time(12), tzinfo=timezone.get_current_timezone())


def scheduled(headline="Story", at=NOW + 5 * DAY, **fields):
    return make_article(headline, published_at=at, **fields)


def on(day):
    return date.fromisoformat(day)


class TestMonth:
    def test_shows_what_is_planned_scheduled_changed_ended_and_published(
        self, publisher, client
    ):
        at = middle()
        make_article("Plan", status="draft", planned_for=at.date())
        make_article("Begin", published_at=at + DAY)
        make_article("End", expires_at=at + 2 * DAY)
        copy = publishing.open_working_copy(make_article("Live"), publisher)
        copy.changes_due_at = at + 3 * DAY
        copy.save()
        publishing.move_to_trash(
            make_article("Trash", status="draft", planned_for=at.date()), publisher
        )
        client.force_login(publisher)
        page = client.get(CALENDAR, {"month": f"{at:%Y-%m}"})
        assert entries(page) == {
            ("plan", "Plan"): f"{at:%Y-%m-15}",
            ("begin", "Begin"): f"{at:%Y-%m-16}",
            ("end", "End"): f"{at:%Y-%m-17}",
            ("change", "Live"): f"{at:%Y-%m-18}",
        }

    def test_shows_a_contributor_their_own_and_what_is_published(
        self, contributor, client
    ):
        now, at = timezone.now(), timezone.localdate()
        author = make_author(user=contributor)
        make_article("Mine", status="draft", planned_for=at, created_by=contributor)
        make_article("Hers", status="draft", planned_for=at)
        make_article("Her next", published_at=now + timedelta(minutes=5))
        make_article(
            "My next", published_at=now + timedelta(minutes=5), authors=[author]
        )
        out = make_article("Out", published_at=now - timedelta(minutes=5))
        make_article("Over", published_at=now - 2 * DAY, expires_at=now - DAY)
        client.force_login(contributor)
        page = client.get(CALENDAR)
        assert {headline for _kind, headline in entries(page)} == {
            *("Mine", "My next", "Out")
        }
        html = page.content.decode()
        assert f'href="{out.get_absolute_url()}"' in html
        assert f"/{out.pk}/change/" not in html
        assert html.count('name="kind"') == 1
        assert '<input type="hidden" name="kind" value="plan">' in html

    def test_is_for_those_who_may_see_articles(self, client):
        client.force_login(make_user("addi", "advertising manager"))
        assert client.get(CALENDAR).status_code == 403

    def test_filters_by_section_with_those_under_it(self, publisher, client):
        parent, today = make_section("News"), timezone.localdate()
        child = make_section("Local", parent=parent)
        make_article("In", status="draft", planned_for=today, section=child)
        make_article("Elsewhere", status="draft", planned_for=today)
        client.force_login(publisher)
        page = client.get(CALENDAR, {"section": parent.pk})
        assert {headline for _kind, headline in entries(page)} == {"In"}
        assert f"section={parent.pk}" in page.context["next"]

    def test_marks_today_and_leads_to_the_months_beside(self, publisher, client):
        client.force_login(publisher)
        page = client.get(CALENDAR, {"month": "2026-12"})
        assert page.context["previous"].endswith("?month=2026-11")
        assert page.context["next"].endswith("?month=2027-01")
        today = client.get(CALENDAR).content.decode()
        assert today.count('aria-current="date"') == 1

    @pytest.mark.parametrize("typed", ["", "x", "2026-13", "0000-01", "9999-99"])
    def test_nonsense_shows_this_month(self, typed, publisher, client):
        client.force_login(publisher)
        others = {"section": "x", "day": "2026-02-31"}
        page = client.get(CALENDAR, {"month": typed} | others)
        assert page.context["month"] == timezone.localdate().replace(day=1)

    def test_a_full_day_leaves_the_rest_to_a_page_of_its_own(self, publisher, client):
        today = timezone.localdate()
        for number in range(9):
            make_article(f"Plan {number}", status="draft", planned_for=today)
        client.force_login(publisher)
        page = client.get(CALENDAR).content.decode()
        assert "3 more" in page
        assert "Plan 8" not in page
        assert "Plan 8" in client.get(CALENDAR, {"day": f"{today}"}).content.decode()

    def test_weeks_begin_as_the_language_does(self):
        for language, name in (("en", "Sunday"), ("de", "Monday"), ("fa", "Saturday")):
            with translation.override(language):
                assert f"{weeks_of(date(2026, 11, 1))[0][0]:%A}" == name


class TestMoving:
    def test_a_plan_changes_its_day_and_is_recorded(self, contributor):
        article = make_article(
            status="draft", planned_for=on("2027-03-12"), created_by=contributor
        )
        told = move_entry(
            contributor, "plan", article, on("2027-03-12"), on("2027-03-20"), now=NOW
        )
        article.refresh_from_db()
        assert article.planned_for == on("2027-03-20")
        assert "20 March 2027" in told
        newest = article.revisions.first()
        assert newest.snapshot["planned_for"] == "2027-03-20"
        assert newest.created_by == contributor
        assert article.revisions.last().snapshot["planned_for"] == "2027-03-12"

    @BERLIN
    def test_what_is_scheduled_keeps_its_hour_over_a_change_of_the_clocks(
        self, publisher
    ):
        # 18:30 in Berlin, before and after the clocks go forward on 28 March 2027.
        article = scheduled(at=datetime(2027, 3, 20, 17, 30, tzinfo=UTC))
        move_entry(
            publisher, "begin", article, on("2027-03-20"), on("2027-03-30"), now=NOW
        )
        article.refresh_from_db()
        assert article.published_at == datetime(2027, 3, 30, 16, 30, tzinfo=UTC)
        assert article.revisions.first().event == "scheduled"

    @BERLIN
    @pytest.mark.parametrize(
        ("moment", "day", "words"),
        [
            ((2027, 3, 20, 1, 30), "2027-03-28", "There is no 02:30 on 28 March 2027"),
            ((2027, 3, 20, 1, 30), "2027-10-31", "02:30 happens twice"),
            ((2027, 3, 20, 1, 30), "2027-03-09", "is over already"),
            ((2027, 3, 20, 6, 0), "2027-03-10", "is over already"),
            ((2027, 3, 20, 6, 0), "2027-03-14", "under embargo until 15 March 2027"),
            ((2027, 3, 20, 6, 0), "2027-12-02", "would go out after its end"),
        ],
    )
    def test_what_cannot_be_is_refused_with_a_sentence(
        self, moment, day, words, publisher
    ):
        begin = datetime(*moment, tzinfo=UTC)
        article = scheduled(
            at=begin,
            embargo_until=datetime(2027, 3, 15, tzinfo=UTC) if "14" in day else None,
            expires_at=datetime(2027, 12, 1, tzinfo=UTC),
        )
        with pytest.raises(CannotMove, match=words):
            move_entry(publisher, "begin", article, on("2027-03-20"), on(day), now=NOW)
        article.refresh_from_db()
        assert article.published_at == begin
        assert not article.revisions.exists()

    def test_only_who_may_publish_moves_what_is_scheduled(self):
        editor = make_user("erin", "editor")
        article = scheduled()
        with pytest.raises(CannotMove, match="may publish"):
            move_entry(
                editor, "begin", article, on("2027-03-15"), on("2027-03-16"), now=NOW
            )
        article.refresh_from_db()
        assert article.published_at == NOW + 5 * DAY

    def test_who_was_slower_than_a_colleague_changes_nothing(self, publisher):
        article = make_article(status="draft", planned_for=on("2027-03-12"))
        stale = Article.objects.get(pk=article.pk)
        move_entry(
            publisher, "plan", article, on("2027-03-12"), on("2027-03-20"), now=NOW
        )
        with pytest.raises(CannotMove, match="was moved to 20 March 2027 meanwhile"):
            move_entry(
                publisher, "plan", stale, on("2027-03-12"), on("2027-03-14"), now=NOW
            )
        article.refresh_from_db()
        assert article.planned_for == on("2027-03-20")

    def test_what_went_out_meanwhile_stays(self, publisher):
        article = scheduled(at=NOW - DAY)
        with pytest.raises(CannotMove, match="not scheduled any more"):
            move_entry(
                publisher, "begin", article, on("2027-03-09"), on("2027-03-16"), now=NOW
            )

    def test_an_end_and_scheduled_changes_move_too(self, publisher):
        article = make_article("Live", expires_at=NOW + 2 * DAY)
        move_entry(
            publisher, "end", article, on("2027-03-12"), on("2027-03-13"), now=NOW
        )
        copy = publishing.open_working_copy(article, publisher)
        copy.changes_due_at = NOW + DAY
        copy.save()
        move_entry(
            publisher, "change", article, on("2027-03-11"), on("2027-03-12"), now=NOW
        )
        article.refresh_from_db()
        copy.refresh_from_db()
        assert article.expires_at == NOW + 3 * DAY
        assert copy.changes_due_at == NOW + 2 * DAY

    def test_changes_wait_for_the_live_articles_embargo_too(self, publisher):
        article = make_article("Live")
        copy = publishing.open_working_copy(article, publisher)
        copy.changes_due_at = NOW + 5 * DAY
        copy.save()
        article.embargo_until = NOW + 4 * DAY
        article.save(update_fields=["embargo_until"])
        with pytest.raises(CannotMove, match="under embargo"):
            move_entry(
                publisher,
                "change",
                article,
                on("2027-03-15"),
                on("2027-03-12"),
                now=NOW,
            )
        copy.refresh_from_db()
        assert copy.changes_due_at == NOW + 5 * DAY


class TestTheForm:
    def post(self, client, article, day, **fields):
        posted = {
            "article": article.pk,
            "kind": "plan",
            "was": f"{article.planned_for}",
            "day": f"{day}",
        }
        return client.post(MOVE, posted | fields, follow=True)

    def test_moves_answers_with_a_sentence_and_shows_that_month(
        self, contributor, client
    ):
        today = timezone.localdate()
        article = make_article(
            "Mine", status="draft", planned_for=today, created_by=contributor
        )
        client.force_login(contributor)
        page = self.post(client, article, today + 70 * DAY)
        article.refresh_from_db()
        assert article.planned_for == today + 70 * DAY
        assert "“Mine” is now planned for" in page.content.decode()
        assert ("plan", "Mine") in entries(page)
        assert page.redirect_chain[0][0].endswith(f"#plan-{article.pk}")

    def test_finds_only_what_the_user_may_change(self, contributor, client):
        today = timezone.localdate()
        article = make_article("Hers", status="draft", planned_for=today)
        client.force_login(contributor)
        assert self.post(client, article, today + DAY).status_code == 404
        client.force_login(make_user("addi", "advertising manager"))
        assert self.post(client, article, today + DAY).status_code == 404
        article.refresh_from_db()
        assert article.planned_for == today

    @pytest.mark.parametrize("day", ["", "x", "2026-02-31", "99999-01-01", "\x00"])
    def test_asks_for_a_day_where_there_is_none(self, day, contributor, client):
        today = timezone.localdate()
        article = make_article(
            status="draft", planned_for=today, created_by=contributor
        )
        client.force_login(contributor)
        page = self.post(client, article, day)
        assert "Choose a day: nothing was moved." in page.content.decode()
        article.refresh_from_db()
        assert article.planned_for == today

    def test_knows_no_other_kinds_and_no_get(self, publisher, client):
        article = make_article(status="draft", planned_for=timezone.localdate())
        client.force_login(publisher)
        answer = self.post(client, article, timezone.localdate(), kind="out")
        assert answer.status_code == 404
        assert client.get(MOVE).status_code == 405

    def test_asks_for_the_csrf_token(self, publisher, client):
        client.handler.enforce_csrf_checks = True
        client.force_login(publisher)
        article = make_article(status="draft", planned_for=timezone.localdate())
        assert self.post(client, article, timezone.localdate()).status_code == 403
