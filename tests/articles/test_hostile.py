"""Stale forms, double clicks and wrong doors: nothing goes out by accident."""

import threading
from datetime import timedelta

import lxml.html
import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from articles import publishing, revisions
from articles.models import Article, PreviewLink
from tests.articles.test_admin_form import ADD, change_url, in_days, values_of
from tests.factories import make_article, make_author, make_user

pytestmark = pytest.mark.django_db
Status = Article.Status


def logged_in_as(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def ann():
    return logged_in_as(make_user("ann", "publisher"))


@pytest.fixture
def ben():
    return logged_in_as(make_user("ben", "publisher"))


@pytest.fixture
def eve():
    return logged_in_as(make_user("eve", "editor"))


def opened(client, url):
    """Return (the form's fields, {name of a button: its value}), as a page has them."""
    response = client.get(url)
    page = lxml.html.fromstring(response.content.decode())
    buttons = page.find_class("verbs")[0].iter("button")
    return values_of(response), {b.get("name"): b.get("value") for b in buttons}


def press(client, url, form, button, **changes):
    fields, values = form
    return client.post(url, fields | changes | {button: values[button]}, follow=True)


class TestStaleButtons:
    def test_a_schedule_sent_twice_does_not_publish_now(self, ann):
        draft = make_article("Rain", status="draft", body="<p>One.</p>")
        form = opened(ann, change_url(draft))
        for _ in range(2):
            press(ann, change_url(draft), form, "_publish", published_at=in_days(3))
        draft.refresh_from_db()
        assert draft.state() == "scheduled"
        assert draft not in Article.objects.live()

    def test_publish_changes_does_not_republish_what_was_withdrawn(self, ann, ben):
        article = make_article("Rain", body="<p>One.</p>")
        form = opened(ann, change_url(article))
        publishing.withdraw(article, None)
        page = press(
            ann, change_url(article), form, "_publish", body="<p>Two libels.</p>"
        )
        article.refresh_from_db()
        assert article.status == Status.WITHDRAWN
        assert article.body == "<p>Two libels.</p>"
        assert "The rest was left" in page.content.decode()

    def test_publishing_shows_readers_nothing_that_was_not_on_the_screen(
        self, ann, ben
    ):
        article = make_article("Rain", body="<p>One.</p>")
        form = opened(ann, change_url(article))
        press(
            ben,
            change_url(article),
            opened(ben, change_url(article)),
            "_save",
            body="<p>One half of a sen</p>",
        )
        page = press(ann, change_url(article), form, "_publish", headline="Rain!")
        article.refresh_from_db()
        assert article.body == "<p>One.</p>"
        copy = publishing.working_row(article)
        assert copy.body == "<p>One half of a sen</p>"
        assert copy.headline == "Rain!"
        assert "Readers see the changes now" not in page.content.decode()

    def test_a_new_article_sent_twice_is_one_article(self, ann):
        form = opened(ann, ADD)
        for _ in range(2):
            press(ann, ADD, form, "_publish", headline="Rain", body="<p>One.</p>")
        assert Article.objects.originals().count() == 1

    def test_a_discarded_correction_does_not_come_back(self, ann, ben):
        article = make_article("Rain", body="<p>One.</p>")
        fields, values = opened(ann, change_url(article))
        sent = fields | {
            "corrections-TOTAL_FORMS": "1",
            "corrections-0-kind": "correction",
            "corrections-0-place": "bottom",
            "corrections-0-corrected_at": "2026-11-01T10:00",
            "corrections-0-text": "It was not Tuesday.",
            "_save": values["_save"],
        }
        ann.post(change_url(article), sent)
        form = opened(ann, change_url(article))
        article.refresh_from_db()
        publishing.discard_changes(article, None)
        press(ann, change_url(article), form, "_publish", headline="Rain!")
        article.refresh_from_db()
        assert not article.corrections.exists()


class TestComingBack:
    def test_a_schedule_that_passed_in_the_trash_does_not_go_out_by_undo(self, ann):
        article = make_article(
            "Rain", published_at=timezone.now() + timedelta(hours=1), body="<p>x</p>"
        )
        publishing.move_to_trash(article, None)
        Article.objects.filter(pk=article.pk).update(
            published_at=timezone.now() - timedelta(hours=1),
            trashed_at=timezone.now() - timedelta(hours=2),
        )
        ann.post(reverse("admin:articles_article_restore_one", args=[article.pk]))
        article.refresh_from_db()
        assert article.status != Status.TRASHED
        assert not article.is_live()

    def test_changes_whose_moment_passed_in_the_trash_wait(self, ann):
        article = make_article("Rain", body="<p>One.</p>")
        copy = publishing.open_working_copy(article, None)
        Article.objects.filter(pk=copy.pk).update(
            body="<p>Two.</p>", changes_due_at=timezone.now() - timedelta(hours=1)
        )
        publishing.move_to_trash(article, None)
        Article.objects.filter(pk=article.pk).update(
            trashed_at=timezone.now() - timedelta(hours=2)
        )
        ann.post(reverse("admin:articles_article_restore_one", args=[article.pk]))
        assert not Article.objects.with_changes_due().exists()
        article.refresh_from_db()
        assert publishing.working_row(article).body == "<p>Two.</p>"

    def test_a_closed_preview_link_does_not_open_again(self, ann):
        article = make_article("Rain", status="draft")
        link = PreviewLink.objects.create(
            article=article, expires_at=timezone.now() + timedelta(days=3)
        )
        article.publish()
        publishing.announce(article)
        article.refresh_from_db()
        publishing.withdraw(article, None)
        article.publish(at=timezone.now() + timedelta(days=1))
        link = PreviewLink.objects.get(pk=link.pk)
        assert link.why_closed() in ("published", "revoked")

    def test_withdrawing_keeps_what_an_import_wrote_in_the_history(self):
        article = make_article("Rain", body="<p>One.</p>")
        revisions.record(article, None)
        copy = publishing.open_working_copy(article, None)
        Article.objects.filter(pk=copy.pk).update(body="<p>Mine.</p>")
        Article.objects.filter(pk=article.pk).update(body="<p>Imported.</p>")
        publishing.withdraw(Article.objects.get(pk=article.pk), None)
        bodies = [r.snapshot["body"] for r in article.revisions.all()]
        assert "<p>Imported.</p>" in bodies
        assert "<p>Mine.</p>" in bodies


class TestAddresses:
    def test_an_address_that_readers_had_stands_in_a_draft_too(self, ann):
        article = make_article("Rain", body="<p>One.</p>")
        publishing.announce(article)
        address = article.path
        publishing.withdraw(article, None)
        press(ann, change_url(article), opened(ann, change_url(article)), "_send_back")
        article.refresh_from_db()
        assert article.status == Status.DRAFT
        form = opened(ann, change_url(article))
        press(ann, change_url(article), form, "_save", path="/elsewhere/")
        article.refresh_from_db()
        assert article.path == address


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite lets one write at a time"
)
class TestAtTheSameMoment:
    def test_drafts_of_one_headline_go_out_at_addresses_of_their_own(self):
        drafts = [
            make_article("Same rain", status="draft", body="<p>x</p>") for _ in range(4)
        ]
        clients = [logged_in_as(make_user(f"u{n}", "publisher")) for n in range(4)]
        forms = [opened(c, change_url(d)) for c, d in zip(clients, drafts, strict=True)]
        ready, statuses = threading.Barrier(4), []

        def publish(n):
            fields, values = forms[n]
            sent = fields | {"_publish": values["_publish"], "standfirst": f"By {n}"}
            clients[n].raise_request_exception = False
            ready.wait()
            statuses.append(clients[n].post(change_url(drafts[n]), sent).status_code)
            connection.close()

        threads = [threading.Thread(target=publish, args=[n]) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert statuses == [302] * 4
        live = Article.objects.live()
        assert len(set(live.values_list("path", flat=True))) == 4
        assert not live.filter(standfirst="").exists()


class TestOthersArticles:
    """A contributor at every address of the desk that names somebody else's row."""

    def test_open_to_a_contributor_is_none_of_them(self):
        secret = make_article(
            "Xyzzy", status="draft", body="<p>Plugh.</p>", authors=[make_author()]
        )
        revisions.record(secret, None)
        link = PreviewLink.objects.create(
            article=secret, expires_at=timezone.now() + timedelta(days=3)
        )
        spy = logged_in_as(make_user("spy", "contributor"))
        before = revisions.take(secret)
        wide = {
            "article_history": [secret.pk],
            "article_compare": [secret.pk],
            "article_rename": [secret.pk, 1],
            "article_restore": None,
            "article_restore_one": [secret.pk],
            "article_notes": [secret.pk],
            "article_preview": [secret.pk],
            "article_preview_links": [secret.pk],
            "article_preview_revoke": [secret.pk, link.pk],
            "article_delete": [secret.pk],
            "article_change": [secret.pk],
        }
        for name, args in wide.items():
            if args is None:
                continue
            url = reverse(f"admin:articles_{name}", args=args)
            for send in (spy.get, spy.post):
                answer = send(url, follow=True)
                assert "Plugh" not in answer.content.decode(), url
                assert "Xyzzy" not in answer.content.decode(), url
        url = f"/admin/articles/article/{secret.pk}/history/1/restore/"
        assert spy.post(url).status_code == 404
        secret.refresh_from_db()
        assert revisions.take(secret) == before
        assert secret.status == Status.DRAFT
        link.refresh_from_db()
        assert link.revoked_at is None


class TestTampering:
    def test_a_contributor_cannot_send_what_the_form_has_not(self):
        user = make_user("con", "contributor")
        con = logged_in_as(user)
        draft = make_article("Rain", status="draft", created_by=user)
        other = make_article("Other")
        form = opened(con, change_url(draft))
        press(
            con,
            change_url(draft),
            form,
            "_save",
            status="published",
            path="/admin2/",
            published_at="2020-01-01T00:00",
            expires_at="2030-01-01T00:00",
            changes_due_at="2020-01-01T00:00",
            copy_of=str(other.pk),
            trashed_at="",
            created_by="1",
            seo_title="spam",
            _publish="draft",
            _approve="1",
            body="<p>x</p>",
            id=str(other.pk),
            pk=str(other.pk),
        )
        draft.refresh_from_db()
        assert draft.status == Status.DRAFT
        assert (draft.path, draft.published_at, draft.seo_title) == (None, None, "")
        other.refresh_from_db()
        assert other.headline == "Other"


class TestFormsSentInVain:
    """Half an hour's biography, sent when the session was over or the token old."""

    @pytest.fixture
    def author(self):
        return make_author("Ada", bio="Old.")

    def test_a_form_sent_after_the_session_shows_what_was_typed(self, ann, author):
        url = reverse("admin:authors_author_change", args=[author.pk])
        form = values_of(ann.get(url), "author_form")
        ann.logout()
        page = ann.post(url, form | {"bio": "Half an hour’s work. <b>"})
        assert page.status_code == 403
        text = page.content.decode()
        assert "Half an hour’s work. &lt;b&gt;" in text
        assert "Your session is over" in text
        assert "csrfmiddlewaretoken" not in text
        author.refresh_from_db()
        assert author.bio == "Old."

    def test_a_form_with_an_old_token_shows_what_was_typed(self, author):
        client = Client(enforce_csrf_checks=True)
        client.force_login(make_user("cat", "publisher"))
        url = reverse("admin:authors_author_change", args=[author.pk])
        form = values_of(client.get(url), "author_form")
        page = client.post(
            url, form | {"bio": "Mine.", "csrfmiddlewaretoken": "a" * 64}
        )
        assert page.status_code == 403
        assert "Mine.</textarea>" in page.content.decode()
        assert "a" * 64 not in page.content.decode()
        author.refresh_from_db()
        assert author.bio == "Old."
