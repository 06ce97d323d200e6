"""Notes on articles: written, resolved, sent back with; never for readers."""

import json

import lxml.html
from django.test import Client, TestCase
from django.urls import reverse
from django.utils import timezone

from articles import publishing
from articles.admin import notes
from articles.models import Article, Note, Notice
from tests.articles.test_admin_form import change_url, filled_form
from tests.factories import make_article, make_author, make_user

Status = Article.Status


def notes_url(article):
    return reverse("admin:articles_article_notes", args=[article.pk])


def verb_url(verb, note):
    name = f"admin:articles_article_note_{verb}"
    return reverse(name, args=[note.article_id, note.pk])


class World(TestCase):
    def setUp(self):
        self.writer = make_user(
            "con", "contributor", first_name="Cy", last_name="de la Cruz"
        )
        self.article = make_article(
            "Rain",
            status=Status.DRAFT,
            authors=[make_author(user=self.writer)],
            body="<p>It rained on Tuesday.</p>",
        )
        self.editor = make_user("erin", "editor")
        self.client.force_login(self.editor)

    def note(self, text="Check the date.", by=None, **fields):
        by = by or self.editor
        fields = {"article": self.article, "written_by_name": str(by)} | fields
        return Note.objects.create(text=text, written_by=by, **fields)

    def ask(self, url, **sent):
        return self.client.post(
            url,
            json.dumps(sent),
            content_type="application/json",
            headers={"Accept": "application/json"},
        )


class Writing(World):
    def test_a_note_stands_in_the_panel_with_who_when_and_where(self):
        answer = self.ask(
            notes_url(self.article),
            note_text="Which Tuesday?\n\nAsk <Ada>.",
            note_paragraph="  It rained\n on Tuesday. " + "x" * 300,
        )
        note = Note.objects.get()
        self.assertEqual(note.paragraph[:22], "It rained on Tuesday. ")
        self.assertEqual(len(note.paragraph), 200)
        self.assertEqual((note.written_by, note.article), (self.editor, self.article))
        self.assertIn("Ask &lt;Ada&gt;.", answer.json()["html"])
        self.assertEqual(answer.json()["count"], 1)
        page = self.client.get(change_url(self.article))
        self.assertContains(page, "Ask &lt;Ada&gt;.")
        self.assertContains(page, "<bdi>erin</bdi>")
        self.assertNotContains(page, "<Ada>")

    def test_a_plain_form_comes_back_to_the_article(self):
        page = self.client.post(notes_url(self.article), {"note_text": "By hand"})
        self.assertRedirects(
            page, change_url(self.article) + "#notes", fetch_redirect_response=False
        )
        self.assertEqual(Note.objects.get().text, "By hand")

    def test_the_panel_belongs_to_a_form_of_its_own(self):
        self.note()
        page = lxml.html.fromstring(
            self.client.get(change_url(self.article)).content.decode()
        )
        own = page.get_element_by_id("notes-form")
        article_form = page.get_element_by_id("article_form")
        self.assertNotIn(article_form, own.iterancestors())
        nested = article_form.xpath(".//form[not(ancestor::template)]")
        self.assertEqual(nested, [])
        panel = page.get_element_by_id("notes")
        fields = panel.xpath(
            ".//textarea | .//button[@type='submit'] | .//input[@name]"
        )
        self.assertGreater(len(fields), 3)
        self.assertEqual({field.get("form") for field in fields}, {"notes-form"})

    def test_what_cannot_be_a_note_is_refused_with_a_sentence(self):
        for text, sentence in (
            ("", "The note is empty."),
            ("   ", "The note is empty."),
            ("x" * 5001, "at most 5000 characters"),
            ("a\0b", "Null characters are not allowed."),
        ):
            with self.subTest(text=text[:5]):
                answer = self.ask(notes_url(self.article), note_text=text)
                self.assertEqual(answer.status_code, 400)
                self.assertIn(sentence, answer.json()["message"])
        for body in ("[]", "nonsense", '{"note_text": null}'):
            answer = self.client.post(
                notes_url(self.article),
                body,
                content_type="application/json",
                headers={"Accept": "application/json"},
            )
            self.assertIn(answer.status_code, (200, 400))
        page = self.client.post(
            notes_url(self.article), {"note_text": " "}, follow=True
        )
        self.assertContains(page, "The note is empty.")
        self.assertFalse(Note.objects.exclude(text="None").exists())

    def test_half_a_character_is_left_out(self):
        answer = self.client.post(
            notes_url(self.article),
            '{"note_text": "half \\ud83d here"}',
            content_type="application/json",
            headers={"Accept": "application/json"},
        )
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(Note.objects.get().text, "half  here")

    def test_those_concerned_are_told_but_not_the_one_who_wrote(self):
        self.ask(notes_url(self.article), note_text="Check the date.")
        notice = Notice.objects.get()
        self.assertEqual(notice.user, self.writer)
        self.assertIn("Check the date.", notice.text)

    def test_a_note_belongs_to_the_live_row_while_a_copy_is_edited(self):
        live = make_article("Out", authors=[make_author()])
        copy = publishing.open_working_copy(live, self.editor)
        self.ask(notes_url(live), note_text="Look again.")
        self.assertEqual(live.notes.count(), 1)
        self.assertFalse(copy.notes.exists())
        self.assertContains(self.client.get(change_url(live)), "Look again.")


class Life(World):
    def test_is_resolved_and_reopened(self):
        note = self.note()
        answer = self.ask(verb_url("resolve", note))
        self.assertEqual(answer.json()["count"], 0)
        self.assertIn("1 resolved note", answer.json()["html"])
        self.assertIn("resolved by erin", answer.json()["html"])
        note.refresh_from_db()
        first = note.resolved_at
        self.assertEqual(note.resolved_by, self.editor)
        self.client.force_login(self.writer)
        self.ask(verb_url("resolve", note))
        note.refresh_from_db()
        self.assertEqual((note.resolved_at, note.resolved_by), (first, self.editor))
        answer = self.ask(verb_url("reopen", note))
        self.assertNotIn("resolved", answer.json()["html"])
        note.refresh_from_db()
        self.assertIsNone(note.resolved_at)

    def test_only_who_wrote_it_deletes_it(self):
        note = self.note()
        self.client.force_login(self.writer)
        page = self.client.get(change_url(self.article))
        self.assertNotContains(page, verb_url("delete", note))
        answer = self.ask(verb_url("delete", note))
        self.assertEqual(answer.status_code, 400)
        self.assertIn("You can resolve it.", answer.json()["message"])
        self.assertTrue(Note.objects.filter(pk=note.pk).exists())
        self.client.force_login(self.editor)
        self.ask(verb_url("delete", note))
        self.assertFalse(Note.objects.exists())

    def test_a_note_of_another_article_is_not_found_under_this_one(self):
        other = make_article(status=Status.DRAFT)
        note = self.note(article=other)
        url = verb_url("resolve", note).replace(
            f"/{other.pk}/notes", f"/{self.article.pk}/notes"
        )
        self.assertEqual(self.ask(url).status_code, 404)
        note.refresh_from_db()
        self.assertIsNone(note.resolved_at)

    def test_nothing_happens_by_looking_at_an_address(self):
        note = self.note()
        for verb in ("resolve", "reopen", "delete"):
            self.assertEqual(self.client.get(verb_url(verb, note)).status_code, 405)
        self.assertEqual(self.client.get(notes_url(self.article)).status_code, 405)
        note.refresh_from_db()
        self.assertIsNone(note.resolved_at)

    def test_the_writer_of_a_note_stays_named_when_the_account_is_gone(self):
        self.note(written_by_name="Erin Gone", resolved_at=timezone.now())
        Note.objects.update(written_by=None)
        page = self.client.get(change_url(self.article))
        self.assertContains(page, "Erin Gone")
        self.assertNotContains(page, "resolved by")


class WhoMay(World):
    def test_a_contributor_reads_and_writes_on_their_own_alone(self):
        strange = make_article("Secret", status=Status.DRAFT)
        secret = self.note("Whisper", article=strange)
        self.note("For the writer")
        self.client.force_login(self.writer)
        page = self.client.get(change_url(self.article))
        self.assertContains(page, "For the writer")
        self.assertEqual(
            self.ask(notes_url(self.article), note_text="Me").status_code, 200
        )
        for url in (notes_url(strange), verb_url("resolve", secret)):
            answer = self.ask(url, note_text="In")
            self.assertEqual(answer.status_code, 404)
            self.assertNotContains(answer, "Whisper", status_code=404)
            self.assertEqual(
                self.client.post(url, {"note_text": "In"}).status_code, 404
            )
        secret.refresh_from_db()
        self.assertIsNone(secret.resolved_at)
        self.assertEqual(strange.notes.count(), 1)

    def test_a_session_that_ended_says_so_to_a_script_and_leads_a_form_to_login(self):
        self.client.logout()
        answer = self.ask(notes_url(self.article), note_text="Lost?")
        self.assertEqual(answer.status_code, 401)
        self.assertIn("expired", answer.json()["message"])
        page = self.client.post(notes_url(self.article), {"note_text": "Lost?"})
        self.assertEqual(page.status_code, 302)
        self.assertFalse(Note.objects.exists())

    def test_a_foreign_page_cannot_write_notes(self):
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(self.editor)
        for headers in ({}, {"Accept": "application/json"}):
            answer = strict.post(
                notes_url(self.article), {"note_text": "Forged"}, headers=headers
            )
            self.assertEqual(answer.status_code, 403)
        self.assertFalse(Note.objects.exists())

    def test_readers_never_see_a_note(self):
        live = make_article(
            "Out", authors=[make_author("Ada")], body="<p>It rained on Tuesday.</p>"
        )
        self.note("UNSPEAKABLE", article=live, paragraph="It rained on Tuesday.")
        self.note("UNSPEAKABLE", article=live, is_send_back=True)
        self.client.logout()
        author = live.authors.get()
        for address in (
            live.get_absolute_url(),
            author.get_absolute_url(),
            reverse("home"),
        ):
            page = self.client.get(address)
            self.assertContains(page, "Out")
            self.assertNotContains(page, "UNSPEAKABLE")


class SendingBack(World):
    def test_keeps_what_is_said_as_a_note_of_the_live_row(self):
        live = make_article()
        copy = publishing.open_working_copy(live, self.editor)
        note = notes.send_back(copy, self.editor, "  Shorter, please.\0 ")
        self.assertEqual((note.article, note.text), (live, "Shorter, please."))
        self.assertTrue(note.is_send_back)
        page = self.client.get(change_url(live))
        self.assertContains(page, "Sent back")
        self.assertIsNone(notes.send_back(live, self.editor, "  "))
        self.assertEqual(Note.objects.count(), 1)

    def test_the_form_asks_for_it_only_where_it_can_be_sent_back(self):
        self.assertNotContains(
            self.client.get(change_url(self.article)), "send_back_note"
        )
        self.article.submit()
        form = filled_form(self.client, change_url(self.article))
        self.assertEqual(form["send_back_note"], "")

    def test_a_form_with_mistakes_keeps_the_note(self):
        self.article.submit()
        form = filled_form(self.client, change_url(self.article))
        page = self.client.post(
            change_url(self.article),
            form | {"headline": "", "send_back_note": "Too long.", "_send_back": "1"},
        )
        self.assertContains(page, "Too long.</textarea>")
        self.assertFalse(Note.objects.exists())

    def test_the_button_sends_it_along(self):
        self.article.submit()
        form = filled_form(self.client, change_url(self.article))
        self.client.post(
            change_url(self.article),
            form | {"send_back_note": "Too long.", "_send_back": "1"},
        )
        self.article.refresh_from_db()
        self.assertEqual(self.article.status, Status.DRAFT)
        note = self.article.notes.get()
        self.assertTrue(note.is_send_back)
        self.assertEqual((note.text, note.written_by), ("Too long.", self.editor))

    def test_a_button_that_came_too_late_keeps_the_note(self):
        self.article.submit()
        form = filled_form(self.client, change_url(self.article))
        self.article.send_back()
        page = self.client.post(
            change_url(self.article),
            form | {"send_back_note": "Too long.", "_send_back": "1"},
            follow=True,
        )
        self.assertContains(page, "The rest was left")
        self.assertEqual(self.article.notes.get().text, "Too long.")
