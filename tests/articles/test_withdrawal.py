"""Withdrawn and retracted stories: what readers get, and how editors choose it."""

from datetime import timedelta

import lxml.html
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from articles import publishing, revisions
from articles.models import Article, Correction, Notice, Page
from newsroom.redirects.models import MissingPage, Redirect
from tests.factories import (
    NOON,
    make_article,
    make_author,
    make_page,
    make_section,
    make_user,
)
from tests.structured import things_of

Status = Article.Status


def withdrawn(notice="", answer=410, **fields):
    article = make_article("Secret headline", path="/2024/05/mill/", **fields)
    article.standfirst, article.body = "Secret standfirst", "<p>Secret text</p>"
    article.save(update_fields=["standfirst", "body"])
    article.withdraw(notice, answer)
    return article


class WhatReadersGet(TestCase):
    def test_is_a_notice_and_no_word_of_the_story(self):
        withdrawn("We could not stand by the figures.")
        page = self.client.get("/2024/05/mill/")
        self.assertContains(page, "This story was withdrawn", status_code=410)
        self.assertContains(page, "We could not stand by the figures.", status_code=410)
        self.assertNotContains(page, "Secret", status_code=410)
        self.assertContains(page, 'name="robots" content="noindex"', status_code=410)

    def test_answers_as_the_editor_chose(self):
        withdrawn("Why.", 200)
        self.assertEqual(self.client.get("/2024/05/mill/").status_code, 200)

    def test_is_escaped(self):
        withdrawn("<script>alert(1)</script>")
        page = self.client.get("/2024/05/mill/")
        self.assertContains(page, "&lt;script&gt;alert", status_code=410)

    def test_is_the_same_at_every_spelling_and_as_plain_text(self):
        article = make_article(path="/%7Eada/a.htm")
        article.withdraw("Why.")
        for address in ("/~ada/a.htm", "/%7Eada/a.htm", "/~ada/a.htm?plain"):
            with self.subTest(address=address):
                page = self.client.get(address)
                self.assertContains(page, "Why.", status_code=410)

    def test_is_the_same_without_the_last_slash(self):
        withdrawn("Why.")
        page = self.client.get("/2024/05/mill")
        self.assertContains(page, "Why.", status_code=410)
        make_article("Another", path="/2024/05/mill").withdraw("Because.")
        page = self.client.get("/2024/05/mill")
        self.assertContains(page, "Because.", status_code=410)
        self.assertContains(self.client.get("/2024/05/mill/"), "Why.", status_code=410)

    def test_of_a_story_that_was_never_out_is_nothing(self):
        later = timezone.now() + timedelta(days=1)
        make_article(path="/a/", published_at=later).withdraw("Why.")
        page = self.client.get("/a/")
        self.assertNotContains(page, "was withdrawn", status_code=404)
        self.assertNotContains(page, "Why.", status_code=404)

    def test_stays_while_it_is_a_draft_again_and_goes_when_it_is_published(self):
        article = withdrawn("Why.")
        article.send_back()
        self.assertContains(self.client.get("/2024/05/mill/"), "Why.", status_code=410)
        article.publish()
        page = self.client.get("/2024/05/mill/")
        self.assertContains(page, "Secret headline")
        article.withdraw()
        self.assertNotContains(
            self.client.get("/2024/05/mill/"), "Why.", status_code=410
        )

    def test_leads_on_where_a_redirect_does_and_is_no_missing_page(self):
        withdrawn()
        self.client.get("/2024/05/mill/")
        self.assertFalse(MissingPage.objects.exists())
        Redirect(old="/2024/05/mill/", target="/tags/").save()
        self.assertRedirects(
            self.client.get("/2024/05/mill/"), "/tags/", status_code=301
        )


class ARetraction(TestCase):
    def setUp(self):
        self.user = make_user("pat", "publisher")
        self.section, self.author = make_section("News"), make_author("Ada")
        self.article = make_article(
            "The mill", path="/mill/", section=self.section, authors=[self.author]
        )
        self.other = make_article("The weir", path="/weir/", section=self.section)

    def test_leaves_the_story_with_a_notice_above_it_and_a_mark_in_lists(self):
        self.assertNotContains(self.client.get("/"), "Retracted")
        publishing.retract(self.article, self.user, "Nobody had asked the miller.")
        page = self.client.get("/mill/").content.decode().partition("</head>")
        story = things_of(page[0])["NewsArticle"]
        page = page[2]
        notice = page.index("Nobody had asked the miller.")
        self.assertLess(page.index("<h1>"), notice)
        self.assertLess(notice, page.index('<div class="body">'))
        self.assertIn("The mill", page)
        for address in ("/", "/sections/news/", "/authors/ada/", "/weir/"):
            with self.subTest(address=address):
                listed = self.client.get(address)
                self.assertContains(listed, '<b class="mark">Retracted</b>', 1)
        self.assertEqual(story["creativeWorkStatus"], "Retracted")
        self.assertEqual(story["correction"][0]["name"], "Retraction")
        self.assertContains(self.client.get("/feed/"), "Retracted: The mill")
        self.assertContains(self.client.get("/mill/?plain"), "<title>Retracted: ")
        self.assertNotContains(self.client.get("/weir/?plain"), "Retracted")

    def test_made_in_the_form_of_corrections_counts_as_well(self):
        row = Correction.objects.create(article=self.article, text="No.")
        self.article.refresh_from_db()
        self.assertIsNone(self.article.retracted_at)
        row.kind = Correction.Kind.RETRACTION
        row.save()
        self.article.refresh_from_db()
        self.assertEqual(self.article.retracted_at, row.corrected_at)
        row.kind = Correction.Kind.CORRECTION
        row.save()
        self.article.refresh_from_db()
        self.assertIsNone(self.article.retracted_at)

    def test_of_a_working_copy_waits_until_it_is_published(self):
        copy = publishing.open_working_copy(self.article, self.user)
        Correction.objects.create(article=copy, kind="retraction", text="No.")
        self.assertNotContains(self.client.get("/"), "Retracted")
        publishing.publish_changes(self.article, self.user)
        self.assertContains(self.client.get("/"), "Retracted")

    def test_does_not_disturb_changes_that_wait(self):
        copy = publishing.open_working_copy(self.article, self.user)
        Article.objects.filter(pk=copy.pk).update(headline="The mill, again")
        publishing.retract(self.article, self.user, "No.")
        publishing.publish_changes(self.article, self.user)
        self.assertEqual(self.article.corrections.count(), 1)
        page = self.client.get("/mill/")
        self.assertContains(page, "The mill, again")
        self.assertContains(page, "<p>No.</p>")


class OnTheDesk(TestCase):
    def setUp(self):
        self.user = make_user("pat", "publisher")
        self.client.force_login(self.user)
        writer = make_user("ada", "contributor")
        self.article = make_article("The mill", path="/mill/", created_by=writer)
        self.url = reverse("admin:articles_article_change", args=[self.article.pk])

    def press(self, **values):
        """Send the form as a browser would, with this button and these values."""
        page = lxml.html.fromstring(self.client.get(self.url).content.decode())
        form = page.get_element_by_id("article_form")
        sent = {n: (v or "").removeprefix("\n") for n, v in form.form_values()}
        answer = self.client.post(self.url, sent | values, follow=True)
        self.article.refresh_from_db()
        return answer

    def test_a_notice_and_an_answer_are_chosen_with_the_button(self):
        self.press(_withdraw="live", ending="notice", ending_notice="Why.")
        self.assertEqual(self.article.status, Status.WITHDRAWN)
        self.assertEqual(self.article.withdrawal_notice, "Why.")
        self.assertEqual(self.article.withdrawal_answer, 200)

    def test_the_button_alone_withdraws(self):
        self.press(_withdraw="live")
        self.assertEqual(self.article.status, Status.WITHDRAWN)
        self.assertEqual(self.article.withdrawal_answer, 410)

    def test_retracting_leaves_it_and_tells_its_author(self):
        answer = self.press(_withdraw="live", ending="retracted", ending_notice="No.")
        self.assertContains(answer, "Retracted: readers see the notice")
        self.assertEqual(self.article.status, Status.PUBLISHED)
        self.assertEqual(self.article.corrections.get().text, "No.")
        self.assertIsNotNone(self.article.retracted_at)
        self.assertIn("retracted it", Notice.objects.get().text)

    def test_retracting_needs_a_notice(self):
        answer = self.press(_withdraw="live", ending="retracted")
        self.assertContains(answer, "Say in a notice why it is retracted")
        self.assertEqual(self.article.status, Status.PUBLISHED)
        self.assertIsNone(self.article.retracted_at)

    def test_the_notice_can_be_changed_afterwards(self):
        self.assertNotContains(self.client.get(self.url), "withdrawal_notice")
        self.press(_withdraw="live")
        self.assertContains(self.client.get(self.url), "withdrawal_notice")
        self.press(_save="withdrawn", withdrawal_notice="Later.")
        self.assertEqual(self.article.withdrawal_notice, "Later.")
        self.assertContains(self.client.get("/mill/"), "Later.", status_code=410)


class AboutThisArticle(TestCase):
    def test_says_how_it_came_about(self):
        make_article(
            path="/mill/",
            sources="The records of 1934\nThe miller",
            checked_by="Bo Lind, against the records",
            ai_use="A machine wrote down the talks.",
            first_published_in="The Weir",
            canonical_url="https://weir.example/mill",
        )
        page = self.client.get("/mill/").content.decode()
        about = page[page.index("About this article") :]
        for words in (
            "The records of 1934<br>The miller",
            "Bo Lind, against the records",
            "A machine wrote down the talks.",
            '<a href="https://weir.example/mill" rel="external noopener">',
            f'datetime="{NOON.isoformat()}"',
        ):
            self.assertIn(words, about)

    def test_an_old_version_that_knows_nothing_of_the_check_can_be_restored(self):
        article = make_article(path="/mill/", status=Status.DRAFT, checked_by="Bo")
        revision = revisions.record(article, None)
        del revision.snapshot["checked_by"], revision.snapshot["related"]
        revision.save()
        revisions.restore(article, revision, None)
        article.refresh_from_db()
        self.assertEqual(article.checked_by, "")


class TheLogOfCorrections(TestCase):
    def setUp(self):
        self.mill = make_article("The mill", path="/mill/")
        self.weir = make_article("The weir", path="/weir/")
        for day, text in ((1, "In May."), (40, "In June.")):
            Correction.objects.create(
                article=self.mill, text=text, corrected_at=NOON + timedelta(days=day)
            )

    def test_shows_the_latest_and_the_way_to_each_month(self):
        page = self.client.get("/corrections/").content.decode()
        self.assertLess(page.index("In June."), page.index("In May."))
        self.assertIn('href="/corrections/2024/06/"', page)
        for row in self.mill.corrections.all():
            self.assertIn(f'href="/mill/#{row.anchor}"', page)
            self.assertContains(self.client.get("/mill/"), f'id="{row.anchor}"')

    def test_of_a_month_shows_its_own(self):
        page = self.client.get("/corrections/2024/05/")
        self.assertContains(page, "In May.")
        self.assertNotContains(page, "In June.")
        for address in ("/corrections/2024/04/", "/corrections/9999/12/"):
            self.assertEqual(self.client.get(address).status_code, 404)

    def test_names_no_story_that_readers_may_not_see(self):
        draft = make_article("Secret", status=Status.DRAFT)
        Correction.objects.create(article=draft, text="Secret", corrected_at=NOON)
        copy = publishing.open_working_copy(self.weir, None)
        Correction.objects.create(article=copy, text="Secret", corrected_at=NOON)
        self.mill.withdraw()
        self.assertNotContains(self.client.get("/corrections/"), "Secret")
        page = self.client.get("/corrections/")
        self.assertContains(page, "Nothing has been corrected yet.")
        self.assertEqual(self.client.get("/corrections/2024/05/").status_code, 404)

    def test_leads_to_the_policy(self):
        make_page("How we correct", path="/p/", purpose=Page.Purpose.CORRECTIONS)
        self.assertContains(self.client.get("/corrections/"), 'href="/p/"')

    def test_query_count_does_not_grow(self):
        for number in (2, 5):
            for _ in range(number):
                article = make_article()
                Correction.objects.create(
                    article=article, text="No.", corrected_at=NOON
                )
            # the months, the policy, the latest, furniture
            with self.assertNumQueries(4):
                self.client.get("/corrections/")
            # the count, the corrections, furniture
            with self.assertNumQueries(3):
                self.client.get("/corrections/2024/05/")
