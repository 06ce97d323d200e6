"""A plan publishes nothing, and an embargo lets nothing out, in the article's form."""

from datetime import timedelta

from django.test import TestCase
from django.utils import timezone

from articles import publishing
from articles.models import Article
from tests.articles.test_admin_form import change_url, filled_form
from tests.factories import make_article, make_user

DAY = timedelta(days=1)
Status = Article.Status


def typed(moment):
    return f"{timezone.localtime(moment):%Y-%m-%dT%H:%M}"


class Planning(TestCase):
    def setUp(self):
        self.client.force_login(make_user("pat", "publisher"))
        self.now = timezone.now()

    def press(self, article, button, **changes):
        form = filled_form(self.client, change_url(article))
        page = self.client.post(
            change_url(article), form | changes | {button: "1"}, follow=True
        )
        article.refresh_from_db()
        return page

    def test_a_plan_is_kept_and_publishes_nothing(self):
        article = make_article(status=Status.DRAFT)
        self.press(article, "_save", planned_for="2026-01-02")
        self.assertEqual(f"{article.planned_for}", "2026-01-02")
        self.assertEqual(article.status, Status.DRAFT)

    def test_nothing_goes_out_before_its_embargo_and_the_text_stays(self):
        until = typed(self.now + 2 * DAY)
        for published_at in ("", typed(self.now + DAY)):
            with self.subTest(published_at=published_at):
                article = make_article("As stored", status=Status.DRAFT)
                page = self.press(
                    article,
                    "_publish",
                    headline="Just typed",
                    embargo_until=until,
                    published_at=published_at,
                )
                self.assertContains(page, "It cannot go out before the embargo ends")
                self.assertContains(page, "Just typed")
                self.assertEqual(article.headline, "As stored")
                self.assertEqual(article.status, Status.DRAFT)

    def test_it_can_be_saved_under_embargo_and_scheduled_for_its_end(self):
        article = make_article(status=Status.DRAFT)
        until = self.now + DAY
        page = self.press(article, "_save", embargo_until=typed(until))
        self.assertNotContains(page, "It cannot go out")
        self.assertIsNotNone(article.embargo_until)
        page = self.press(article, "_publish", published_at=typed(until))
        self.assertNotContains(page, "It cannot go out")
        self.assertEqual(article.state(), "scheduled")

    def test_what_is_scheduled_cannot_be_moved_before_its_embargo(self):
        article = make_article(published_at=self.now + 3 * DAY)
        before = article.published_at
        page = self.press(
            article,
            "_save",
            embargo_until=typed(self.now + 2 * DAY),
            published_at=typed(self.now + DAY),
        )
        self.assertContains(page, "It cannot go out before the embargo ends")
        self.assertEqual(article.published_at, before)
        page = self.press(article, "_publish", embargo_until=typed(self.now + 2 * DAY))
        self.assertContains(page, "It cannot go out before the embargo ends")
        self.assertEqual(article.state(), "scheduled")

    def test_changes_to_a_live_article_wait_for_the_embargo(self):
        article = make_article("As published")
        changes = {
            "headline": "Changed",
            "embargo_until": typed(self.now + 2 * DAY),
        }
        for button, due in (
            ("_publish", ""),
            ("_publish", typed(self.now + DAY)),
            ("_save", typed(self.now + DAY)),
        ):
            with self.subTest(button=button, due=due):
                page = self.press(article, button, changes_due_at=due, **changes)
                self.assertContains(page, "It cannot go out before the embargo ends")
                self.assertEqual(article.headline, "As published")
        self.press(article, "_save", changes_due_at="", **changes)
        self.assertEqual(article.headline, "As published")
        self.assertEqual(publishing.working_row(article).headline, "Changed")

    def test_contributors_are_not_asked_for_plans(self):
        user = make_user("con", "contributor")
        article = make_article(status=Status.DRAFT, created_by=user)
        self.client.force_login(user)
        form = filled_form(self.client, change_url(article))
        for name in ("planned_for", "embargo_until"):
            self.assertNotIn(name, form)
