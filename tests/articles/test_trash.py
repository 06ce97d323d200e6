"""Nothing is deleted by mistake: the trash, its undo, and who may empty it."""

from datetime import timedelta
from io import StringIO

import lxml.html
import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from articles import publishing, revisions
from articles.models import Article, Correction, Note, Origin, Revision
from articles.trash import destroy
from tests.factories import (
    make_article,
    make_author,
    make_section,
    make_tag,
    make_user,
)

LIST = reverse("admin:articles_article_changelist")
TRASH = reverse("admin:articles_article_trash")
RESTORE = reverse("admin:articles_article_restore")
DESTROY = reverse("admin:articles_article_destroy")
Status = Article.Status


def change_url(article):
    return reverse("admin:articles_article_change", args=[article.pk])


def delete_url(article):
    return reverse("admin:articles_article_delete", args=[article.pk])


def state_of(article):
    return Article.objects.get(pk=article.pk).state()


def told(response):
    return " | ".join(str(message) for message in get_messages(response.wsgi_request))


def undo_in(page):
    """Return (address, fields) of the undo button in a page's messages."""
    form = lxml.html.fromstring(page.content.decode()).find_class("undo")[0]
    return form.action, dict(form.form_values())


class World(TestCase):
    def setUp(self):
        self.contributor = make_user("con", "contributor")
        self.author = make_author(user=self.contributor)
        self.draft = make_article(
            "My draft", status=Status.DRAFT, created_by=self.contributor
        )
        self.live = make_article("My live one", authors=[self.author])
        self.others = make_article("Somebody’s draft", status=Status.DRAFT)

    def log_in(self, *groups):
        user = make_user(None, *groups)
        self.client.force_login(user)
        return user

    def bulk(self, *articles, **more):
        return self.client.post(
            LIST,
            {
                "action": "delete_selected",
                "_selected_action": [article.pk for article in articles],
                "index": 0,
                **more,
            },
            follow=True,
        )


class ThrowingAway(World):
    def test_the_form_has_a_button_that_moves_to_the_trash_and_destroys_nothing(self):
        self.log_in("publisher")
        page = lxml.html.fromstring(
            self.client.get(change_url(self.draft)).content.decode()
        )
        form = page.get_element_by_id("trash-form")
        self.assertTrue(page.xpath("//button[@form='trash-form']"))
        self.client.post(form.action, dict(form.form_values()))
        self.draft.refresh_from_db()
        self.assertEqual(self.draft.state(), "trashed")
        self.assertEqual(self.draft.trashed_from, "draft")
        self.assertEqual(self.draft.version, 2)
        self.assertEqual(Article.objects.count(), 3)

    def test_looking_at_the_address_throws_nothing_away(self):
        self.log_in("publisher")
        page = self.client.get(delete_url(self.live))
        self.assertContains(page, "Readers no longer see it then.")
        self.assertEqual(state_of(self.live), "live")

    def test_no_spelling_of_the_address_reaches_a_view_that_destroys(self):
        self.log_in("publisher")
        url = delete_url(self.draft).replace(
            f"/{self.draft.pk}/", f"/ {self.draft.pk}/"
        )
        self.client.post(url, {"post": "yes"})
        self.assertEqual(state_of(self.draft), "trashed")
        self.client.post(url, {"post": "yes"})
        self.assertTrue(Article.objects.filter(pk=self.draft.pk).exists())

    def test_undo_brings_it_back_as_it_was_for_its_reader_too(self):
        self.log_in("publisher")
        url = self.live.get_absolute_url()
        page = self.client.post(delete_url(self.live), follow=True)
        self.assertContains(page, "“My live one” is in the trash.")
        self.assertEqual(self.client.get(url).status_code, 404)
        self.assertNotContains(self.client.get(LIST), "My live one")
        page = self.client.post(*undo_in(page), follow=True)
        self.assertContains(page, "“My live one” is back: live.")
        self.assertEqual(page.request["PATH_INFO"], change_url(self.live))
        self.assertContains(self.client.get(url), "My live one")
        self.live.refresh_from_db()
        self.assertEqual((self.live.trashed_at, self.live.trashed_by), (None, None))

    def test_undo_of_many_brings_back_these_and_no_others(self):
        self.log_in("publisher")
        self.client.post(delete_url(self.others), follow=True)
        page = self.bulk(self.draft, self.live, post="yes")
        self.assertContains(page, "2 articles are in the trash.")
        self.client.post(*undo_in(page))
        states = [state_of(a) for a in (self.draft, self.live, self.others)]
        self.assertEqual(states, ["draft", "live", "trashed"])

    def test_an_undo_belongs_to_who_threw_it_away(self):
        self.log_in("publisher")
        page = self.client.post(delete_url(self.draft), follow=True)
        address, fields = undo_in(page)
        self.log_in("publisher")
        page = self.client.post(address, fields, follow=True)
        self.assertContains(page, "Nothing was brought back")
        self.assertEqual(state_of(self.draft), "trashed")

    def test_the_lists_own_action_says_what_it_did_and_what_it_left(self):
        self.log_in("editor")
        page = self.bulk(self.draft, self.live, self.others)
        self.assertContains(page, "2 articles are in the trash.")
        self.assertContains(page, "1 was left, because only who may publish")
        self.assertContains(page, "“My live one”")
        self.assertEqual(state_of(self.live), "live")
        self.assertEqual(Article.objects.count(), 3)

    def test_all_pages_of_the_list_at_once(self):
        self.log_in("publisher")
        self.bulk(self.draft, select_across="1")
        self.assertEqual(Article.objects.in_trash().count(), 3)
        self.assertFalse(Article.objects.originals().exists())

    def test_a_contributor_throws_away_their_own_unpublished_only(self):
        self.client.force_login(self.contributor)
        self.assertEqual(self.client.post(delete_url(self.live)).status_code, 403)
        self.client.post(delete_url(self.others))
        self.bulk(self.others, self.live)
        self.assertEqual(state_of(self.others), "draft")
        self.assertEqual(state_of(self.live), "live")
        self.client.post(delete_url(self.draft))
        self.assertEqual(state_of(self.draft), "trashed")

    def test_a_form_without_the_right_has_no_button(self):
        self.client.force_login(self.contributor)
        page = self.client.get(change_url(self.live))
        self.assertNotContains(page, "trash-form")
        self.assertContains(self.client.get(change_url(self.draft)), "trash-form")

    def test_what_is_in_the_trash_is_nowhere_else(self):
        section, tag = make_section("Rivers"), make_tag("ferry")
        article = make_article(
            "Gone story", section=section, tags=[tag], authors=[self.author]
        )
        publishing.open_working_copy(article, None)
        self.log_in("publisher")
        counts = {
            "articles_section": 'field-articles">1<',
            "articles_tag": 'field-articles">1<',
            "authors_author": 'field-written">2<',
        }
        for name, count in counts.items():
            page = self.client.get(reverse(f"admin:{name}_changelist"))
            self.assertContains(page, count)
        self.client.post(delete_url(article))
        self.client.get(LIST)  # which shows the message and its headline
        for name, count in counts.items():
            page = self.client.get(reverse(f"admin:{name}_changelist"))
            self.assertNotContains(page, count)
        for url in (LIST, reverse("admin:index"), "/", tag.get_absolute_url()):
            with self.subTest(url=url):
                response = self.client.get(url)
                self.assertNotContains(
                    response, "Gone story", status_code=response.status_code
                )

    def test_its_address_stays_its_own(self):
        path = self.live.path
        publishing.move_to_trash(self.live, None)
        again = make_article("My live one")
        self.assertNotEqual(again.path, path)
        self.assertEqual(Article.objects.get(path=path), self.live)

    def test_its_scheduled_changes_do_not_go_out(self):
        copy = publishing.open_working_copy(self.live, None)
        copy.changes_due_at = timezone.now() - timedelta(hours=1)
        copy.save()
        self.assertIn(copy, Article.objects.with_changes_due())
        publishing.move_to_trash(self.live, None)
        self.assertNotIn(copy, Article.objects.with_changes_due())


class TheTrash(World):
    def test_says_what_who_when_and_from_which_state(self):
        publisher = make_user("paula", "publisher")
        publishing.move_to_trash(self.live, publisher)
        self.client.force_login(publisher)
        page = self.client.get(TRASH)
        self.assertContains(page, "My live one")
        self.assertContains(page, "paula")
        self.assertContains(page, "state-published")
        self.assertNotContains(page, "My draft")
        self.assertContains(self.client.get(LIST), ">Trash</a>")

    def test_a_contributor_sees_their_own_only(self):
        for article in (self.draft, self.others):
            publishing.move_to_trash(article, None)
        self.client.force_login(self.contributor)
        page = self.client.get(TRASH)
        self.assertContains(page, "My draft")
        self.assertNotContains(page, "Somebody’s draft")
        self.assertNotContains(page, "Delete for good")
        page = self.client.get(change_url(self.others), follow=True)
        self.assertNotContains(page, "Somebody’s draft")

    def test_is_searched(self):
        for article in (self.draft, self.others):
            publishing.move_to_trash(article, None)
        self.log_in("publisher")
        page = self.client.get(TRASH, {"q": "somebody"})
        self.assertContains(page, "Somebody’s draft")
        self.assertNotContains(page, "My draft")

    def test_its_queries_do_not_grow(self):
        user = self.log_in("publisher")
        publishing.move_to_trash(self.live, user)
        self.client.get(TRASH)
        with CaptureQueriesContext(connection) as before:
            self.client.get(TRASH)
        for _ in range(5):
            publishing.move_to_trash(make_article(authors=[self.author]), user)
        with self.assertNumQueries(len(before)):
            self.assertContains(self.client.get(TRASH), "state-published", 6)

    def test_restores_many(self):
        for article in (self.draft, self.live, self.others):
            publishing.move_to_trash(article, None)
        self.log_in("publisher")
        ticked = {"_selected_action": [self.draft.pk, self.live.pk]}
        page = self.client.post(RESTORE, ticked, follow=True)
        self.assertContains(page, "2 articles are back.")
        states = [state_of(a) for a in (self.draft, self.live, self.others)]
        self.assertEqual(states, ["draft", "live", "trashed"])

    def test_who_may_not_publish_brings_back_a_published_one_withdrawn(self):
        publishing.move_to_trash(self.live, None)
        self.log_in("editor")
        page = self.client.post(
            RESTORE, {"_selected_action": [self.live.pk]}, follow=True
        )
        self.assertContains(page, "it is withdrawn now, because publishing is not")
        self.assertEqual(state_of(self.live), "withdrawn")
        self.assertNotIn(self.live, Article.objects.live())

    def test_nobody_restores_what_they_cannot_see(self):
        publishing.move_to_trash(self.others, None)
        self.client.force_login(self.contributor)
        self.client.post(RESTORE, {"_selected_action": [self.others.pk]})
        url = reverse("admin:articles_article_restore_one", args=[self.others.pk])
        self.client.post(url)
        self.assertEqual(state_of(self.others), "trashed")

    def test_odd_requests_are_refused_and_change_nothing(self):
        publishing.move_to_trash(self.draft, None)
        self.log_in("publisher")
        self.assertEqual(self.client.get(RESTORE).status_code, 405)
        self.assertEqual(self.client.get(DESTROY).status_code, 405)
        for moment in ("", "yesterday", "2024-13-45T00:00+00:00", "2024-01-01T00:00"):
            with self.subTest(moment=moment):
                answer = self.client.post(RESTORE, {"trashed_at": moment})
                self.assertEqual(answer.status_code, 400)
        self.client.post(RESTORE, {"_selected_action": ["x", "9" * 40, "-1", "²"]})
        self.assertEqual(state_of(self.draft), "trashed")


class TheFormOfATrashedArticle(World):
    def setUp(self):
        super().setUp()
        self.form = self.filled(self.client)
        publishing.move_to_trash(self.live, make_user("paula", "publisher"))

    def filled(self, client):
        client.force_login(make_user("fill", "publisher"))
        page = lxml.html.fromstring(client.get(change_url(self.live)).content.decode())
        form = page.get_element_by_id("article_form")
        return {name: value.removeprefix("\n") for name, value in form.form_values()}

    def test_says_where_it_is_and_who_moved_it(self):
        page = self.client.get(change_url(self.live))
        self.assertContains(page, "paula moved this article to the trash on")
        self.assertContains(page, "It was published.")
        self.assertNotContains(page, "article_form")
        page = self.client.post(
            reverse("admin:articles_article_restore_one", args=[self.live.pk]),
            follow=True,
        )
        self.assertContains(page, "article_form")
        self.assertEqual(state_of(self.live), "live")

    def test_a_save_that_came_too_late_loses_nothing_and_can_be_sent_again(self):
        standfirst = "Typed\n\nfor an hour & a “half” <b>"
        sent = self.form | {"standfirst": standfirst, "_save": "1"}
        page = self.client.post(change_url(self.live), sent)
        self.assertEqual(page.status_code, 409)
        self.assertContains(page, "is not lost", status_code=409)
        self.live.refresh_from_db()
        self.assertNotEqual(self.live.standfirst, standfirst)

        page = lxml.html.fromstring(page.content.decode())
        form = next(f for f in page.forms if (f.action or "").endswith("?save=1"))
        fields = {name: value.removeprefix("\n") for name, value in form.form_values()}
        self.assertEqual(fields["standfirst"], standfirst)
        answer = self.client.post(form.action, fields)
        self.assertEqual(answer.status_code, 307)
        self.client.post(answer["Location"], fields)
        self.live.refresh_from_db()
        written = publishing.working_row(self.live).standfirst
        self.assertEqual(" ".join(written.split()), " ".join(standfirst.split()))
        self.assertEqual(self.live.state(), "changed")

    def test_an_article_that_never_was_is_another_matter(self):
        page = self.client.get(
            reverse("admin:articles_article_change", args=[10**9]), follow=True
        )
        self.assertNotContains(page, "moved this article to the trash")


class DestroyingForGood(World):
    def setUp(self):
        super().setUp()
        self.corrected = make_article("With a correction")
        Correction.objects.create(article=self.corrected, text="It was Tuesday.")
        for article in (self.draft, self.corrected):
            publishing.move_to_trash(article, None)

    def confirmed(self, sent):
        """Press the button of the page that asks; return its answer."""
        page = self.client.post(DESTROY, sent)
        form = lxml.html.fromstring(page.content.decode()).xpath(
            "//form[.//button[@name='_do']]"
        )[0]
        fields = {}
        for name, value in form.form_values():
            fields.setdefault(name, []).append(value)
        return page, self.client.post(DESTROY, fields | {"_do": "1"}, follow=True)

    def test_needs_its_own_permission(self):
        self.log_in("editor")
        sent = {"all": "1", "_do": "1"}
        self.assertEqual(self.client.post(DESTROY, sent).status_code, 403)
        self.assertNotContains(self.client.get(TRASH), "Empty the trash")
        self.assertEqual(Article.objects.in_trash().count(), 2)

    def test_asks_first_and_names_what_goes_and_what_cannot(self):
        self.log_in("publisher")
        asked, done = self.confirmed({"all": "1"})
        self.assertContains(asked, "My draft")
        self.assertContains(asked, "corrections are never deleted")
        self.assertContains(done, "1 article was deleted for good.")
        self.assertContains(done, "1 was kept")
        self.assertFalse(Article.objects.filter(pk=self.draft.pk).exists())
        self.assertEqual(state_of(self.corrected), "trashed")
        self.assertEqual(Correction.objects.count(), 1)
        self.assertTrue(LogEntry.objects.filter(action_flag=3).exists())
        self.assertEqual(state_of(self.live), "live")

    def test_asking_destroys_nothing(self):
        self.log_in("publisher")
        self.client.post(DESTROY, {"all": "1"})
        self.assertEqual(Article.objects.in_trash().count(), 2)

    def test_everything_means_what_the_page_counted(self):
        self.log_in("publisher")
        page = lxml.html.fromstring(
            self.client.post(DESTROY, {"all": "1"}).content.decode()
        )
        until = page.xpath("//input[@name='until']")[0].value
        publishing.move_to_trash(self.others, None)
        self.client.post(DESTROY, {"all": "1", "until": until, "_do": "1"})
        self.assertEqual(state_of(self.others), "trashed")
        self.assertFalse(Article.objects.filter(pk=self.draft.pk).exists())

    def test_ticked_ones_only_and_never_what_is_not_in_the_trash(self):
        publishing.move_to_trash(self.others, None)
        self.log_in("publisher")
        self.confirmed({"_selected_action": [self.others.pk, self.live.pk]})
        left = set(Article.objects.values_list("pk", flat=True))
        self.assertEqual(left, {self.draft.pk, self.live.pk, self.corrected.pk})

    def test_takes_everything_that_belongs_to_the_article(self):
        copy = publishing.open_working_copy(self.live, None)
        Correction.objects.create(article=copy, text="Not said to anybody yet.")
        Note.objects.create(article=self.live, text="Call her.")
        Origin.objects.create(article=self.live, system="x", identifier="1")
        revisions.record(self.live, None)
        publishing.move_to_trash(self.live, None)
        self.assertEqual(destroy(Article.objects.filter(pk=self.live.pk)), 1)
        for model in (Note, Origin, Revision):
            self.assertFalse(model.objects.exists())
        self.assertFalse(Article.objects.filter(pk=copy.pk).exists())
        self.assertEqual(Correction.objects.get().article, self.corrected)

    def test_does_not_touch_what_was_restored_meanwhile(self):
        publishing.take_from_trash(self.draft, as_it_was=True)
        everything = Article.objects.exclude(pk=self.corrected.pk)
        self.assertEqual(destroy(everything), 0)
        self.assertEqual(state_of(self.draft), "draft")


class EmptyingByCommand(World):
    def run_it(self, *arguments):
        out = StringIO()
        call_command("empty_trash", *arguments, stdout=out)
        return out.getvalue()

    def throw_away(self, article, days):
        at = timezone.now() - timedelta(days=days)
        publishing.move_to_trash(article, None, at)

    def test_deletes_what_is_old_enough_and_says_how_many(self):
        self.throw_away(self.draft, 31)
        self.throw_away(self.others, 29)
        dry = self.run_it("--older-than", "30", "--dry-run")
        self.assertEqual(dry, "1 would be deleted. Nothing was changed.\n")
        self.assertTrue(Article.objects.filter(pk=self.draft.pk).exists())
        self.assertEqual(self.run_it("--older-than", "30"), "1 deleted for good.\n")
        self.assertFalse(Article.objects.filter(pk=self.draft.pk).exists())
        self.assertEqual(state_of(self.others), "trashed")

    def test_keeps_corrections_and_says_so(self):
        Correction.objects.create(article=self.live, text="It was Tuesday.")
        self.throw_away(self.live, 99)
        out = self.run_it("--older-than", "30")
        self.assertEqual(
            out, "0 deleted for good.\n1 kept: corrections are never deleted.\n"
        )
        self.assertTrue(Article.objects.filter(pk=self.live.pk).exists())

    def test_answers_bad_input_with_one_sentence(self):
        self.throw_away(self.draft, 400)
        for wrong in ("", "-1", "1.5", "soon", "9" * 400, "²"):
            with self.subTest(wrong=wrong[:9]), self.assertRaises(CommandError) as told:
                self.run_it(f"--older-than={wrong}")
            self.assertNotIn("Traceback", str(told.exception))
            self.assertNotIn("\n", str(told.exception))
        with self.assertRaisesMessage(CommandError, "--older-than 30"):
            self.run_it()
        self.assertTrue(Article.objects.filter(pk=self.draft.pk).exists())


@pytest.fixture
def plain_page(browser, live_server, client):
    """Return a function that logs a user in on a page without JavaScript."""
    context = browser.new_context(java_script_enabled=False)

    def log_in(user):
        client.force_login(user)
        cookie = client.cookies["sessionid"].value
        context.add_cookies(
            [{"name": "sessionid", "value": cookie, "url": live_server.url}]
        )
        return context.new_page()

    yield log_in
    context.close()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
class TestInABrowserWithoutAScript:
    def test_an_article_is_thrown_away_and_brought_back(self, plain_page, live_server):
        article = make_article("Rain at last", status=Status.DRAFT)
        page = plain_page(make_user("pat", "publisher"))
        page.goto(live_server.url + change_url(article))
        page.get_by_role("button", name="Move to trash").click()
        expect(page.get_by_text("“Rain at last” is in the trash.")).to_be_visible()
        assert state_of(article) == "trashed"
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_text("is back: draft.")).to_be_visible()
        assert state_of(article) == "draft"
        assert not Article.objects.in_trash().exists()

    def test_a_save_into_the_trash_is_restored_and_saved_with_one_button(
        self, plain_page, live_server
    ):
        article = make_article("Rain at last", status=Status.DRAFT)
        page = plain_page(make_user("pat", "publisher"))
        page.goto(live_server.url + change_url(article))
        page.get_by_label("Standfirst").fill("It came on a Tuesday.")
        publishing.move_to_trash(Article.objects.get(pk=article.pk), None)
        page.get_by_role("button", name="Save draft").click()
        page.get_by_role("button", name="Restore it and save what I typed").click()
        expect(page.get_by_label("Standfirst")).to_have_value("It came on a Tuesday.")
        article.refresh_from_db()
        assert article.standfirst == "It came on a Tuesday."
        assert article.status == Status.DRAFT
