"""The history of an article at the desk: listed, named, compared, restored."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from articles import publishing, revisions
from articles.models import Article, Revision
from tests.factories import (
    make_article,
    make_author,
    make_section,
    make_series,
    make_tag,
    make_user,
)

pytestmark = pytest.mark.django_db
Event = Revision.Event
DRAFT = Article.Status.DRAFT


def address(name, article, *args, **query):
    query = "&".join(f"{key}={value}" for key, value in query.items())
    path = reverse(f"admin:articles_article_{name}", args=[article.pk, *args])
    return f"{path}?{query}" if query else path


def write(article, user=None, event=Event.SAVED, tags=None, *, fields=None, **words):
    """Change an article's row and record the version."""
    for name, value in words.items():
        setattr(article, name, value)
    article.save()
    if tags is not None:
        article.tags.set(tags)
    return revisions.record(article, user, event, **(fields or {}))


@pytest.fixture
def editor(client):
    user = make_user("eva", "editor", first_name="Eva", last_name="Editor")
    client.force_login(user)
    return user


@pytest.fixture
def written(editor):
    """A live article with an unnamed, a named and a published version."""
    article = make_article("First headline", status=DRAFT, body="<p>One.</p>")
    write(article, editor)
    write(article, editor, body="<p>Two.</p>", fields={"name": "For the lawyer"})
    article.publish()
    write(article, editor, Event.PUBLISHED, body="<p>Three.</p>")
    return article


def rows_of(response):
    return [revision.number for revision in response.context["rows"]]


class TestTheList:
    def test_shows_named_and_published_versions_and_on_demand_all(
        self, client, written
    ):
        some = client.get(address("history", written))
        every = client.get(address("history", written, all=1))

        assert rows_of(some) == [3, 2]
        assert rows_of(every) == [3, 2, 1]
        assert "For the lawyer" in some.text
        assert "Eva Editor" in some.text
        assert "Show all 3" in some.text
        assert "Show all 3" not in every.text

    def test_marks_what_readers_see_and_what_only_the_desk_does(
        self, client, editor, written
    ):
        copy = publishing.open_working_copy(written, editor)
        write(copy, editor, body="<p>Four, not out yet.</p>")

        rows = client.get(address("history", written)).context["rows"]

        assert [(r.number, r.is_seen, r.is_now) for r in rows] == [
            (4, False, True),
            (3, True, False),
            (2, False, False),
        ]

    def test_a_draft_has_no_version_that_readers_see(self, client, editor):
        article = make_article(status=DRAFT)
        write(article, editor)

        page = client.get(address("history", article))

        assert rows_of(page) == [1]
        assert "What readers see" not in page.text

    def test_an_article_without_versions_says_so(self, client, editor):
        page = client.get(address("history", make_article()))

        assert "No version has been recorded yet" in page.text
        assert "history-table" not in page.text

    def test_asks_the_same_for_500_versions_as_for_two_and_loads_no_snapshot(
        self, client, written
    ):
        client.get(address("history", written, all=1))  # permissions, content types
        with CaptureQueriesContext(connection) as for_three:
            client.get(address("history", written, all=1))
        Revision.objects.bulk_create(
            Revision(
                article=written,
                number=number,
                snapshot={"body": "long text " * 500},
                was_public=number % 2 == 0,
                restored_from=written.revisions.last(),
            )
            for number in range(4, 504)
        )
        with CaptureQueriesContext(connection) as for_many:
            page = client.get(address("history", written, all=1))

        # session, user, permissions of user and groups, the article; the newest
        # two, the readers' version, the counts, the page's count and rows; the
        # desk's own: the publication, the notices
        assert len(for_many) == len(for_three) <= 12
        assert len(page.context["rows"]) == 50
        columns = [query["sql"].split(" FROM ")[0] for query in for_many]
        assert not any("snapshot" in column for column in columns)
        second = client.get(address("history", written, all=1, page=2))
        assert rows_of(second)[0] == 453

    def test_names_are_shown_as_text(self, client, written):
        write(written, body="<p>Now.</p>", fields={"name": "<script>alert(1)</script>"})

        page = client.get(address("history", written))

        assert "&lt;script&gt;alert(1)" in page.text
        assert "<script>alert(1)" not in page.text

    def test_times_are_the_newsrooms(self, client, editor, settings):
        settings.TIME_ZONE = "Asia/Tokyo"
        article = make_article(status=DRAFT)
        moment = datetime(2026, 3, 1, 20, 30, tzinfo=UTC)
        write(article, editor, fields={"created_at": moment})

        page = client.get(address("history", article))

        assert "2 Mar 2026, 05:30" in page.text
        assert "20:30" not in page.text


class TestNames:
    def test_are_given_changed_and_taken_away(self, client, written):
        path = address("rename", written, 1)

        for name, kept in (("  Draft one ", "Draft one"), ("Draft 1", "Draft 1")):
            client.post(path, {"name": name})
            assert written.revisions.get(number=1).name == kept
        client.post(path, {"name": ""})

        assert written.revisions.get(number=1).name == ""
        assert written.revisions.get(number=2).name == "For the lawyer"

    def test_too_long_a_name_is_refused_in_a_sentence(self, client, written):
        path = address("rename", written, 2)

        page = client.post(path, {"name": "x" * 101}, follow=True)

        assert "at most 100 characters" in page.text
        assert written.revisions.get(number=2).name == "For the lawyer"

    def test_a_look_is_no_change(self, client, written):
        assert client.get(address("rename", written, 2)).status_code == 405


class TestComparing:
    def test_shows_words_of_the_text_and_values_elsewhere(self, client, editor):
        city, world = make_section("City"), make_section("World")
        article = make_article(
            "Old bridge closed",
            status=DRAFT,
            section=city,
            body="<p>The old bridge is closed since Monday.</p>",
            tags=[make_tag("rivers"), make_tag("traffic")],
        )
        write(article, editor)
        write(
            article,
            editor,
            section=world,
            is_no_index=True,
            body="<p>The old bridge is closed since Tuesday.</p>",
            tags=[make_tag("repairs"), article.tags.get(name="traffic")],
        )

        page = client.get(address("compare", article, old=1, new=2))
        shown = {field["label"]: field["html"] for field in page.context["fields"]}

        assert list(shown) == ["Body", "Hide from search engines", "Section", "Tags"]
        assert "Monday" in shown["Body"].split("<ins>")[0]
        assert ">Tuesday<" in shown["Body"]
        assert "City" in shown["Section"] and "World" in shown["Section"]
        assert ">yes<" in shown["Hide from search engines"]
        assert shown["Tags"].count("<del>") == shown["Tags"].count("<ins>") == 1
        assert "Headline" not in shown

    def test_puts_the_older_version_first_and_takes_the_text_of_now(
        self, client, editor, written
    ):
        swapped = client.get(address("compare", written, old=3, new=1))
        assert swapped.context["old"].number == 1
        assert swapped.context["new"].number == 3

        copy = publishing.open_working_copy(written, editor)
        copy.body = "<p>Not saved as a version.</p>"
        copy.save()
        now = client.get(address("compare", written, old=3, new="now"))
        assert ">Not saved as a version.<" in now.text
        assert "One." not in now.text

    def test_names_what_was_deleted_since(self, client, editor):
        section = make_section("City desk")
        article = make_article(status=DRAFT, section=section)
        write(article, editor)
        write(article, editor, section=None)
        section.delete()

        page = client.get(address("compare", article, old=1, new=2))

        assert "City desk" in page.text
        assert "None" not in page.context["fields"][0]["html"]

    def test_shows_what_one_version_changed(self, client, written):
        page = client.get(address("compare", written, new=3))

        assert (page.context["old"].number, page.context["new"].number) == (2, 3)
        assert (page.context["earlier"], page.context["later"]) == (1, None)
        assert "One." not in page.text

    @pytest.mark.parametrize(
        "query",
        [
            {},
            {"new": 1},
            {"old": 1},
            {"old": 2, "new": 2},
            {"old": "x", "new": 2},
            {"old": "9" * 40, "new": 2},
            {"old": "now", "new": "now"},
        ],
    )
    def test_a_bad_choice_is_answered_in_a_sentence(self, client, written, query):
        page = client.get(address("compare", written, **query), follow=True)

        assert "Choose two different versions" in page.text
        assert rows_of(page)

    def test_a_version_that_is_not_there_is_not_found(self, client, written):
        assert client.get(address("compare", written, old=1, new=99)).status_code == 404

    def test_texts_of_a_version_are_never_markup(self, client, editor):
        article = make_article(status=DRAFT, standfirst="plain")
        write(article, editor)
        write(article, editor, standfirst="<img src=x onerror=alert(1)>")

        for view in ("sides", "running"):
            page = client.get(address("compare", article, old=1, new=2, view=view))
            assert "onerror" in page.text
            assert "<img src=x" not in page.text


class TestRestoring:
    def test_is_asked_first_and_shows_what_will_change(self, client, written):
        page = client.get(address("restore", written, 1))

        assert [field["name"] for field in page.context["fields"]] == ["body"]
        assert "Readers see nothing of it" in page.text
        assert written.revisions.count() == 3
        written.refresh_from_db()
        assert written.body == "<p>Three.</p>"

    def test_of_a_live_article_goes_to_the_working_copy(self, client, written):
        page = client.post(address("restore", written, 1), follow=True)

        written.refresh_from_db()
        copy = written.working_copy
        newest = written.revisions.first()
        assert copy.body == "<p>One.</p>"
        assert written.body == "<p>Three.</p>"
        assert newest.event == Event.RESTORED
        assert newest.restored_from.number == 1
        assert newest.created_by_name == "Eva Editor"
        assert not newest.was_public
        assert "as version 4" in page.text
        assert "Readers see nothing of it" in page.text

    def test_of_a_draft_goes_into_it_and_keeps_dates_and_corrections(
        self, client, editor
    ):
        author, tag = make_author("Ada Ash"), make_tag("old tag")
        article = make_article(
            "Then", status=DRAFT, body="<p>Then.</p>", authors=[author], tags=[tag]
        )
        write(article, editor)
        article.bylines.all().delete()
        plan = timezone.localdate()
        write(article, editor, headline="Now", planned_for=plan, tags=[])
        before = article.version

        client.post(address("restore", article, 1))

        article = Article.objects.get(pk=article.pk)
        assert article.headline == "Then"
        assert article.byline_text() == "Ada Ash"
        assert [tag.name for tag in article.tags.all()] == ["old tag"]
        assert article.planned_for == plan
        assert article.version > before
        assert article.revisions.get(number=2).snapshot["headline"] == "Now"

    def test_says_by_name_what_is_gone(self, client, editor):
        section, series = make_section("City"), make_series("Rivers")
        author, tag = make_author("Ada Ash"), make_tag("bridges")
        article = make_article(
            status=DRAFT, section=section, series=series, authors=[author], tags=[tag]
        )
        write(article, editor)
        article.bylines.all().delete()
        write(article, editor, section=None, series=None, tags=[])
        for row in (section, series, author, tag):
            row.delete()

        asked = client.get(address("restore", article, 1))
        done = client.post(address("restore", article, 1), follow=True)

        for page in (asked, done):
            assert "“City” no longer exists" in page.text
            assert "“Rivers” no longer exists" in page.text
            assert "The author “Ada Ash” no longer exists" in page.text
            assert "The tag “bridges” no longer exists and is made again" in page.text
        article.refresh_from_db()
        assert article.section is None
        assert [tag.name for tag in article.tags.all()] == ["bridges"]

    def test_keeps_what_no_version_tells_of(self, client, editor):
        article = make_article(status=DRAFT, body="<p>First.</p>")
        write(article, editor)
        article.body = "<p>An import wrote this.</p>"
        article.save()

        client.post(address("restore", article, 1))

        events = article.revisions.values_list("number", "event")
        assert list(events) == [
            (3, Event.RESTORED),
            (2, Event.BEFORE),
            (1, Event.SAVED),
        ]
        kept = article.revisions.get(number=2)
        assert kept.snapshot["body"] == "<p>An import wrote this.</p>"

    def test_of_what_stands_already_makes_no_version(self, client, written):
        page = client.post(address("restore", written, 3), follow=True)

        assert "reads like this version already" in page.text
        written.refresh_from_db()
        assert not written.has_unpublished_changes
        assert written.revisions.count() == 3

    def test_of_a_version_from_before_a_field_was_made(self, client, editor):
        article = make_article(status=DRAFT, body="<p>Then.</p>", ai_use="Spelling")
        old = write(article, editor)
        del old.snapshot["ai_use"], old.snapshot["tags"]
        old.save()
        write(article, editor, body="<p>Now.</p>", tags=[make_tag("kept")])

        client.post(address("restore", article, 1))

        article.refresh_from_db()
        assert article.body == "<p>Then.</p>"
        assert article.ai_use == "Spelling"
        assert article.tags.count() == 1


class TestWhoMayWhat:
    @pytest.fixture
    def contributor(self, client):
        user = make_user("carl", "contributor")
        client.force_login(user)
        return user

    def test_contributors_see_the_history_of_their_own_articles_only(
        self, client, contributor
    ):
        own = make_article(status=DRAFT, created_by=contributor)
        other = make_article(status=DRAFT, body="<p>Secret.</p>")
        for article in (own, other):
            write(article)
            write(article, body="<p>Changed.</p>")

        for name, args, query in (
            ("history", (), {}),
            ("compare", (), {"old": 1, "new": 2}),
            ("restore", (1,), {}),
        ):
            assert client.get(address(name, own, *args, **query)).status_code == 200
            assert client.get(address(name, other, *args, **query)).status_code == 404
        assert (
            client.post(address("rename", other, 1), {"name": "x"}).status_code == 404
        )
        assert client.post(address("restore", other, 1)).status_code == 404
        assert other.revisions.count() == 2

    def test_a_contributor_restores_only_what_the_form_gives_them(
        self, client, contributor
    ):
        author = make_author(user=contributor)
        article = make_article(
            "Then", body="<p>Then.</p>", is_no_index=False, authors=[author]
        )
        write(article)
        write(article, headline="Now", is_no_index=True)

        client.post(address("restore", article, 1))

        article.refresh_from_db()
        assert article.headline == "Now"
        assert article.working_copy.headline == "Then"
        assert article.working_copy.is_no_index is True

    def test_what_a_contributor_restores_does_not_go_out_by_the_clock(
        self, client, contributor
    ):
        author = make_author(user=contributor)
        article = make_article("Then", authors=[author])
        write(article)
        copy = publishing.open_working_copy(article, None)
        copy.changes_due_at = timezone.now() + timedelta(hours=1)
        write(copy, headline="Approved")

        page = client.post(address("restore", article, 1), follow=True)

        copy.refresh_from_db()
        assert copy.headline == "Then"
        assert copy.changes_due_at is None
        assert "no longer go out by themselves" in page.text

        publisher = make_user("petra", "publisher")
        client.force_login(publisher)
        due_at = timezone.now() + timedelta(hours=1)
        Article.objects.filter(pk=copy.pk).update(changes_due_at=due_at)
        client.post(address("restore", article, 2))
        copy.refresh_from_db()
        assert copy.headline == "Approved"
        assert copy.changes_due_at == due_at

    def test_who_may_only_look_is_offered_nothing_and_refused(self, client, written):
        user = make_user("lea", "editor")
        user.groups.clear()
        names = ("view_article", "edit_all_articles")
        user.user_permissions.set(Permission.objects.filter(codename__in=names))
        client.force_login(user)

        page = client.get(address("history", written))

        assert rows_of(page) == [3, 2]
        assert "Restore…" not in page.text
        assert "Keep the name" not in page.text
        assert client.get(address("restore", written, 1)).status_code == 403
        assert client.post(address("restore", written, 1)).status_code == 403
        assert client.post(address("rename", written, 1), {}).status_code == 403
        assert written.revisions.count() == 3

    def test_a_version_of_another_article_is_not_found(self, client, editor, written):
        stranger = make_article(status=DRAFT)
        write(stranger, editor)

        assert client.post(address("restore", stranger, 3)).status_code == 404
        assert stranger.revisions.count() == 1


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
class TestInTheBrowser:
    @pytest.fixture
    def article(self):
        article = make_article(
            "Ferry late", status=DRAFT, body="<p>The ferry left.</p>"
        )
        write(article)
        write(article, body="<p>The ferry never left.</p>")
        write(article, body="<p>The ferry never left the pier.</p>")
        return article

    def test_an_editor_compares_names_and_restores(
        self, logged_in, live_server, article
    ):
        page = logged_in(make_user("eva", "editor"))
        page.goto(live_server.url + address("history", article))
        page.get_by_label("Compare from version 1").check()
        page.get_by_role("button", name="Compare the chosen two").click()
        expect(page.locator("ins").filter(has_text="never").first).to_be_visible()

        page.go_back()
        page.locator("summary").filter(has_text="version 2").click()
        page.get_by_label("Name of version 2").fill("Before the pier")
        page.get_by_label("Name of version 2").press("Enter")
        expect(page.locator("tr").filter(has_text="Before the pier")).to_have_count(1)

        page.locator("tr").filter(has_text="Before the pier").get_by_role(
            "link", name="Restore"
        ).click()
        page.get_by_role("button", name="Restore version 2").click()
        expect(page.locator(".messagelist")).to_contain_text("Version 2 is back")
        article.refresh_from_db()
        assert article.body == "<p>The ferry never left.</p>"
        assert article.revisions.count() == 4

    def test_two_columns_stand_beside_each_other_or_on_a_phone_below(
        self, logged_in, live_server, article
    ):
        page = logged_in(make_user("eva", "editor"))
        for width, is_beside in ((1366, True), (390, False)):
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(live_server.url + address("compare", article, old=1, new=3))
            old, new = (cell.bounding_box() for cell in page.locator(CELLS).all())
            assert (old["x"] < new["x"]) is is_beside
            assert (old["y"] < new["y"]) is not is_beside
            wide = "document.documentElement.scrollWidth"
            assert page.evaluate(wide) <= width


CELLS = ".compare-columns td"
