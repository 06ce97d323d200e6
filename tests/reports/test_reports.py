"""Readers report errors; the desk hears of them."""

import re
from copy import copy
from datetime import timedelta
from unittest.mock import patch

from django.core import mail, signing
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from articles.models import Article, Notice
from newsroom.reports import forms
from newsroom.reports.forms import PER_ADDRESS
from newsroom.reports.models import Report
from tests.factories import NOON, make_article, make_user

State = Report.State


def signed(article, seconds=60):
    """The moment in a form that was opened so many seconds ago."""
    moment = timezone.now().timestamp() - seconds
    with patch("django.core.signing.time.time", return_value=moment):
        return forms.moment_for(article)


class Reported(TestCase):
    def setUp(self):
        forms.repeats = forms.Repeats(most=PER_ADDRESS)
        self.editor = make_user("ed", "editor", email="ed@paper.test")
        self.article = make_article("The mill", path="/mill/")
        self.url = f"/report-error/{self.article.pk}/"

    def send(self, text="It was a Tuesday.", **fields):
        fields.setdefault("moment", signed(self.article))
        with self.captureOnCommitCallbacks(execute=True):
            return self.client.post(self.url, {"text": text, **fields})


class ForReaders(Reported):
    def test_a_story_leads_to_its_form(self):
        self.assertContains(self.client.get("/mill/"), f'href="{self.url}"')
        page = self.client.get(self.url)
        self.assertContains(page, '<a href="/mill/">')
        self.assertContains(page, 'name="robots" content="noindex"')

    def test_the_form_is_no_page_that_is_kept_and_sets_no_cookie(self):
        page = self.client.get(self.url)
        self.assertIn("no-store", page["Cache-Control"])
        self.assertFalse(page.cookies)
        self.assertFalse(self.send().cookies)

    def test_what_is_sent_reaches_the_desk(self):
        answer = self.send(email="reader@home.test")
        self.assertRedirects(answer, f"{self.url}?sent")
        self.assertContains(self.client.get(f"{self.url}?sent"), "Thank you")
        report = Report.objects.get()
        self.assertEqual(report.text, "It was a Tuesday.")
        self.assertEqual(report.email, "reader@home.test")
        self.assertEqual(report.state, State.NEW)
        notice = Notice.objects.get(user=self.editor)
        self.assertIn("It was a Tuesday.", notice.text)
        (message,) = mail.outbox
        self.assertIn("It was a Tuesday.", message.body)

    def test_what_is_missing_is_said_and_nothing_written_is_lost(self):
        page = self.send("", email="reader@home")
        self.assertContains(page, "Please say what is wrong.")
        self.assertContains(page, 'value="reader@home"')
        page = self.send("Half a <b>thought", email="nonsense")
        self.assertContains(page, "Half a &lt;b&gt;thought</textarea>")
        self.assertFalse(Report.objects.exists())

    def test_of_a_story_that_is_not_out_there_is_no_form(self):
        for state in (
            {"status": Article.Status.DRAFT},
            {"status": Article.Status.WITHDRAWN, "published_at": NOON},
            {"published_at": timezone.now() + timedelta(days=1)},
        ):
            article = make_article("Secret", **state)
            page = self.client.get(f"/report-error/{article.pk}/")
            self.assertNotContains(page, "Secret", status_code=404)


class AgainstSpam(Reported):
    def test_a_program_that_fills_in_every_field_is_spam(self):
        self.assertEqual(self.send(website="https://x.test/").status_code, 302)
        self.assertEqual(Report.objects.get().state, State.SPAM)
        self.assertFalse(Notice.objects.exists())

    def test_spam_closes_the_form_for_nobody(self):
        spam = Report(article=self.article, text="Buy", state=State.SPAM)
        Report.objects.bulk_create([copy(spam) for _ in range(forms.PER_HOUR)])
        self.assertEqual(self.send().status_code, 302)
        self.assertTrue(Report.objects.filter(state=State.NEW).exists())

    def test_an_advertisement_is_spam(self):
        self.send("See https://a.test https://b.test and www.c.test")
        self.assertEqual(Report.objects.get().state, State.SPAM)

    def test_a_form_that_nobody_read_is_shown_again_with_what_was_written(self):
        later = re.search(
            r'name="moment" value="([^"]+)"', self.client.get(self.url).content.decode()
        )[1]
        other = make_article("Another")
        for moment in (
            *("", "nonsense", "1:2:3", later, signed(other)),
            signed(self.article, 13 * 3600),
            signing.TimestampSigner(salt="else").sign(str(self.article.pk)),
        ):
            with self.subTest(moment=moment):
                page = self.send("Kept words", moment=moment)
                self.assertContains(page, "Kept words</textarea>")
                self.assertContains(page, 'role="alert"')
        self.assertFalse(Report.objects.exists())

    def test_one_address_is_heard_so_often_a_day(self):
        for _ in range(PER_ADDRESS):
            self.assertEqual(self.send().status_code, 302)
        page = self.send("One more")
        self.assertContains(page, "One more</textarea>", status_code=429)
        self.assertContains(page, "many reports just now", status_code=429)
        self.assertEqual(Report.objects.count(), PER_ADDRESS)

    def test_so_is_one_story(self):
        Report.objects.bulk_create(
            Report(article=self.article, text="x") for _ in range(forms.PER_STORY)
        )
        self.assertEqual(self.send().status_code, 429)

    def test_any_bytes_are_answered(self):
        for text in ("\0", "\ud800".encode("utf-8", "surrogatepass"), "x" * 9000):
            self.assertIn(self.send(text).status_code, (200, 302))


class TheInbox(Reported):
    def setUp(self):
        super().setUp()
        self.list = reverse("admin:reports_report_changelist")
        self.report = Report.objects.create(article=self.article, text="It was <i>")
        self.client.force_login(self.editor)

    def test_shows_what_is_new_and_the_rest_where_it_is_asked_for(self):
        Report.objects.create(article=self.article, text="Buy", state=State.SPAM)
        page = self.client.get(self.list)
        self.assertContains(page, "It was &lt;i&gt;")
        self.assertNotContains(page, "Buy")
        self.assertContains(self.client.get(f"{self.list}?show=spam"), "Buy")
        self.assertContains(self.client.get(f"{self.list}?show=all"), "Buy")

    def test_an_editor_settles_one_and_many(self):
        address = reverse("admin:reports_report_change", args=[self.report.pk])
        self.client.post(address, {"state": "done", "note": "Corrected."})
        self.report.refresh_from_db()
        self.assertEqual(self.report.state, State.DONE)
        self.assertEqual(self.report.settled_by, self.editor)
        self.assertEqual(self.report.text, "It was <i>")
        chosen = {"action": "mark_new", "_selected_action": [self.report.pk]}
        self.client.post(f"{self.list}?show=all", chosen)
        self.report.refresh_from_db()
        self.assertEqual(self.report.state, State.NEW)
        self.assertIsNone(self.report.settled_by)

    def test_is_not_a_contributors(self):
        self.client.force_login(make_user("con", "contributor"))
        self.assertEqual(self.client.get(self.list).status_code, 403)
