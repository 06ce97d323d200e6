"""Simple pages: on the desk, and as readers get them."""

import json
import uuid

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.test import TestCase, TransactionTestCase
from django.urls import reverse
from django.utils import timezone

from articles import pages
from articles.models import Page, PageAutosave, PageRevision
from tests.factories import (
    NOON,
    make_article,
    make_menu,
    make_page,
    make_picture,
    make_user,
)

ADD = reverse("admin:articles_page_add")
LIST = reverse("admin:articles_page_changelist")


def url(name, page, *args):
    return reverse(f"admin:articles_page_{name}", args=[page.pk, *args])


def press(client, address, button="_save", follow=True, **typed):
    """Open a form, type, press a button."""
    form = client.get(address).context["adminform"].form
    data = {name: form[name].value() or "" for name in form.fields}
    data = {name: value for name, value in data.items() if value is not False}
    base = {"_base": json.dumps(form.base)} if form.instance.pk else {}
    return client.post(address, {**data, **base, **typed, button: "1"}, follow=follow)


class Desk(TestCase):
    def setUp(self):
        self.editor = make_user("erin", "editor")
        self.client.force_login(self.editor)


class Writing(Desk):
    def test_a_draft_is_seen_when_it_is_published_and_gone_when_withdrawn(self):
        press(self.client, ADD, title="Ethics  and\nmore", body="<p>Be kind.</p>")
        page = Page.objects.get()
        self.assertEqual(
            (page.title, page.path), ("Ethics and more", "/ethics-and-more/")
        )
        self.assertEqual(self.client.get(page.path).status_code, 404)
        press(self.client, url("change", page), "_publish")
        self.assertContains(self.client.get(page.path), "Be kind.")
        press(self.client, url("change", page), body="<p>Be kinder.</p>")
        self.assertContains(self.client.get(page.path), "Be kinder.")
        press(self.client, url("change", page), "_withdraw")
        self.assertEqual(self.client.get(page.path).status_code, 404)
        events = list(page.revisions.values_list("event", flat=True))
        self.assertEqual(events, ["withdrawn", "saved", "published", "saved"])

    def test_the_date_readers_see_moves_with_the_text_alone(self):
        page = make_page("About", updated_at=NOON, body="<p>Us.</p>")
        shown = 'Last updated <time datetime="2024-05-17'
        press(self.client, url("change", page), seo_description="Who we are")
        self.assertContains(self.client.get(page.path), shown)
        press(self.client, url("change", page), body="<p>Us!</p>", is_small_change="on")
        self.assertContains(self.client.get(page.path), shown)
        press(self.client, url("change", page), body="<p>All of us.</p>")
        self.assertNotContains(self.client.get(page.path), shown)

    def test_addresses_that_are_taken_or_impossible_are_refused(self):
        make_article("Rain", path="/2024/05/rain/")
        make_page("Taken", path="/taken/")
        for path in (
            *("/2024/05/rain/", "/taken/", "/admin/x/", "about", "/a b/", "/a?b/"),
            *("/../x/", "//elsewhere/", "/" + "x" * 300),
        ):
            with self.subTest(path=path):
                answer = press(self.client, ADD, title="New", path=path)
                self.assertEqual(answer.status_code, 200)
                self.assertTrue(answer.context["errors"])
        self.assertEqual(Page.objects.count(), 1)
        answer = press(self.client, ADD, title="…", path="")
        self.assertContains(answer, "A page has an address")

    def test_a_hostile_body_is_cleaned_and_loss_is_told(self):
        answer = press(
            self.client,
            ADD,
            "_publish",
            title="Bad",
            body='<p onclick="x()">Hello <a href="javascript:x()">you</a></p>'
            "<script>alert(1)</script>",
        )
        page = Page.objects.get()
        self.assertNotIn("script", page.body)
        self.assertNotIn("onclick", page.body)
        self.assertContains(answer, "Saved. Readers see it now.")

    def test_two_editors_are_merged_and_a_clash_shows_both(self):
        page = make_page("About", body="<p>Us.</p>", standfirst="Old")
        address = url("change", page)
        form = self.client.get(address).context["adminform"].form
        mine = {
            **{n: form[n].value() or "" for n in ("title", "path", "language", "body")},
            "_base": json.dumps(form.base),
            "_save": "1",
        }
        press(self.client, address, body="<p>Them.</p>")
        self.client.post(address, {**mine, "standfirst": "New"})
        page.refresh_from_db()
        self.assertEqual((page.body, page.standfirst), ("<p>Them.</p>", "New"))
        answer = self.client.post(
            address, {**mine, "standfirst": "New", "body": "<p>Mine.</p>"}
        )
        self.assertContains(answer, "Somebody else changed this too")
        self.assertContains(answer, "Mine.")
        page.refresh_from_db()
        self.assertEqual(page.body, "<p>Them.</p>")

    def test_what_is_typed_is_kept_offered_and_dropped_by_the_save(self):
        page = make_page("About")
        token, tab = str(uuid.uuid4()), str(uuid.uuid4())
        sent = {
            "article": page.pk,
            "token": token,
            "page": tab,
            "data": [["title", "Abroad"]],
        }
        address = reverse("admin:articles_page_autosave_keep")
        for _ in range(2):
            answer = self.client.post(address, sent, content_type="application/json")
            self.assertEqual(answer.status_code, 200)
        self.assertEqual(PageAutosave.objects.get().page, page)
        form = self.client.get(url("change", page))
        self.assertTrue(form.context["saving"]["has_kept"])
        self.assertContains(form, 'data-kind="page"')
        self.assertContains(form, address)
        kept = self.client.get(
            reverse("admin:articles_page_autosave_kept"), {"article": page.pk}
        )
        self.assertEqual(kept.json()["buffers"][0]["data"], [["title", "Abroad"]])
        page.refresh_from_db()
        self.assertEqual(page.title, "About")
        compared = self.client.post(
            reverse("admin:articles_page_autosave_compare"),
            {
                "article": page.pk,
                "stored": [["title", "About"]],
                "kept": [["title", "Abroad"]],
            },
            content_type="application/json",
        )
        self.assertIn("Abroad", compared.json()["html"])
        press(self.client, url("change", page), autosave_token=token)
        self.assertFalse(PageAutosave.objects.exists())

    def test_an_articles_number_keeps_nothing_for_a_page(self):
        article = make_article()
        sent = {"article": article.pk + 50, "token": str(uuid.uuid4()), "data": []}
        address = reverse("admin:articles_page_autosave_keep")
        answer = self.client.post(address, sent, content_type="application/json")
        self.assertEqual(answer.status_code, 404)


class TheHistory(Desk):
    def test_lists_names_compares_and_restores(self):
        page = make_page("About", body="<p>First words.</p>", path="/about/")
        press(self.client, url("change", page), body="<p>Second words.</p>")
        press(
            self.client, url("change", page), revision_name="After lunch", path="/us/"
        )
        self.assertContains(
            self.client.get(url("history", page) + "?all=1"), "After lunch"
        )
        compared = self.client.get(url("compare", page), {"old": 1, "new": "now"})
        self.assertContains(compared, "[removed: </bdi>First")
        self.client.post(url("rename", page, 1), {"name": "The beginning"})
        self.assertEqual(page.revisions.last().name, "The beginning")
        asked = self.client.get(url("restore", page, 1))
        self.assertContains(asked, "What will change")
        self.client.post(url("restore", page, 1))
        page.refresh_from_db()
        # What was written comes back; where it stands does not move.
        self.assertEqual((page.body, page.path), ("<p>First words.</p>", "/us/"))
        newest = page.revisions.first()
        self.assertEqual((newest.event, newest.restored_from.number), ("restored", 1))
        self.assertEqual(page.revisions.count(), 4)

    def test_restoring_names_a_picture_that_is_gone(self):
        picture = make_picture(60, 40, title="The office")
        page = make_page("About", lead_picture=picture)
        pages.record(page, self.editor)
        press(self.client, url("change", page), lead_picture="")
        picture.delete()
        self.assertContains(
            self.client.get(url("restore", page, 1)), "no longer exists"
        )
        self.client.post(url("restore", page, 1))
        self.assertIsNone(Page.objects.get().lead_picture)

    def test_a_version_that_is_none_is_not_found(self):
        page = make_page()
        for name, number in (("restore", 9), ("rename", 9)):
            answer = self.client.post(url(name, page, number), {"name": "x"})
            self.assertEqual(answer.status_code, 404)

    def test_a_save_without_a_change_makes_no_version(self):
        page = make_page("About")
        for _ in range(2):
            press(self.client, url("change", page))
        self.assertEqual(PageRevision.objects.count(), 1)


class ThePreview(Desk):
    def test_shows_what_is_typed_and_stores_nothing(self):
        page = make_page("About", is_published=False, body="<p>Old.</p>")
        self.assertContains(self.client.get(url("preview", page)), "<iframe")
        typed = [["body", "<p>New<script>x()</script>.</p>"], ["title", ""]]
        shown = self.client.post(
            url("preview_page", page), {"typed": json.dumps(typed)}
        )
        self.assertContains(shown, "New.")
        self.assertContains(shown, "About</h1>")
        self.assertNotContains(shown, "x()")
        self.assertEqual(shown["X-Robots-Tag"], "noindex")
        page.refresh_from_db()
        self.assertEqual(page.body, "<p>Old.</p>")
        self.client.logout()
        self.assertEqual(self.client.get(url("preview_page", page)).status_code, 302)


class TheTrash(Desk):
    def setUp(self):
        super().setUp()
        self.publisher = make_user("pat", "publisher")
        self.page = make_page("About", path="/about/")
        make_menu(self.page)

    def test_asks_names_the_menus_and_can_be_undone(self):
        self.client.force_login(self.publisher)
        asked = self.client.get(url("delete", self.page))
        self.assertContains(asked, "header")
        self.assertContains(asked, "/about/")
        self.client.post(url("delete", self.page))
        self.assertEqual(self.client.get("/about/").status_code, 404)
        self.assertNotContains(self.client.get("/"), "/about/")
        self.assertNotContains(self.client.get(LIST), "/about/")
        self.assertContains(self.client.get(LIST, {"state": "trashed"}), "/about/")
        self.client.post(url("bring_back", self.page))
        self.page.refresh_from_db()
        self.assertEqual(self.page.state(), "draft")
        press(self.client, url("change", self.page), "_publish")
        self.assertContains(self.client.get("/"), 'href="/about/"')

    def test_takes_several_from_the_list_and_destroys_none(self):
        self.client.force_login(self.publisher)
        page = self.client.get(LIST)
        self.assertNotContains(page, "delete_selected")
        chosen = {"action": "trash_selected", "_selected_action": [self.page.pk]}
        self.client.post(LIST, chosen)
        self.page.refresh_from_db()
        self.assertEqual(self.page.state(), "trashed")

    def test_only_what_is_in_the_trash_is_deleted_for_good(self):
        self.client.force_login(self.publisher)
        self.client.post(url("delete", self.page), {"post": "yes"})
        self.assertEqual(Page.objects.count(), 1)
        self.client.post(url("delete", self.page), {"post": "yes"})
        self.assertEqual(Page.objects.count(), 0)

    def test_is_for_publishers(self):
        self.assertEqual(self.client.get(url("delete", self.page)).status_code, 403)
        self.assertEqual(self.client.post(url("delete", self.page)).status_code, 403)
        self.client.force_login(make_user("noor", "contributor"))
        for name in ("change", "delete", "preview", "preview_page", "history"):
            with self.subTest(name=name):
                status = self.client.get(url(name, self.page)).status_code
                self.assertIn(status, (403, 404))
        self.assertEqual(
            self.client.post(url("bring_back", self.page)).status_code, 403
        )
        self.page.refresh_from_db()
        self.assertEqual(self.page.state(), "live")


class TheTrashOutsideATest(TransactionTestCase):
    """A lock needs a transaction, which the other tests' own would be."""

    def test_takes_a_page_and_deletes_it_for_good(self):
        self.client.force_login(User.objects.create_superuser("root"))
        page = make_page("About")
        self.client.post(url("delete", page))
        page.refresh_from_db()
        self.assertEqual(page.state(), "trashed")
        self.client.post(url("delete", page), {"post": "yes"})
        self.assertFalse(Page.objects.filter(pk=page.pk).exists())


class TheReadersPage(TestCase):
    def test_has_everything_its_form_asked_for(self):
        picture = make_picture(800, 600, caption="The office", credit="Tom")
        page = make_page(
            *("عنّا",),
            **{"path": "/ar/about/", "language": "ar", "body": "<p>نحن.</p>"},
            standfirst="من نحن",
            lead_picture=picture,
            updated_at=timezone.now(),
        )
        make_menu(page, menu="footer")
        shown = self.client.get("/ar/about/")
        self.assertContains(shown, '<article class="story" lang="ar" dir="rtl">')
        self.assertContains(shown, '<p class="standfirst">من نحن</p>')
        self.assertContains(shown, '<meta name="description" content="من نحن">')
        self.assertContains(shown, "The office")
        self.assertContains(shown, "Last updated")
        self.assertContains(shown, 'href="/ar/about/" aria-current="page"')
        self.assertNotContains(shown, 'class="byline"')
        self.assertFalse(shown.cookies)

    def test_takes_three_queries(self):
        make_menu(make_page(), make_page(path="/about/"), make_page())
        self.client.get("/about/")
        # No article; the page with its picture; furniture. Its text shows none.
        with self.assertNumQueries(3):
            self.client.get("/about/")


class PagesThatAreOffered(TestCase):
    def test_each_is_begun_with_lines_to_rewrite_until_it_is_there(self):
        self.client.force_login(make_user("ed", "editor"))
        add = reverse("admin:articles_page_add")
        listed = reverse("admin:articles_page_changelist")
        for purpose in ("masthead", "ethics", "corrections"):
            with self.subTest(purpose=purpose):
                self.assertContains(
                    self.client.get(listed), f'href="{add}?purpose={purpose}"'
                )
                form = self.client.get(f"{add}?purpose={purpose}")
                initial = form.context["adminform"].form.initial
                self.assertEqual(initial["purpose"], purpose)
                self.assertIn("<h2>", initial["body"])
                make_page(path=initial["path"], purpose=purpose)
                self.assertNotContains(self.client.get(listed), f"purpose={purpose}")
        self.assertEqual(self.client.get(f"{add}?purpose=else").status_code, 200)

    def test_no_two_have_one_purpose(self):
        make_page(purpose="ethics")
        with self.assertRaises(ValidationError):
            Page(title="B", path="/b/", purpose="ethics").full_clean()
