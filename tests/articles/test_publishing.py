from datetime import timedelta

from django.test import TestCase

from articles.models import Article
from tests.factories import NOON, make_article

HOUR = timedelta(hours=1)
Status = Article.Status


class WhoSeesAnArticle(TestCase):
    def test_queryset_and_instance_agree(self):
        cases = [
            (Status.PUBLISHED, NOON - HOUR, None, True),
            (Status.PUBLISHED, NOON, None, True),
            (Status.PUBLISHED, NOON + HOUR, None, False),
            (Status.PUBLISHED, NOON - HOUR, NOON, False),
            (Status.PUBLISHED, NOON - HOUR, NOON + HOUR, True),
            (Status.DRAFT, None, None, False),
            (Status.REVIEW, None, None, False),
            (Status.WITHDRAWN, NOON - HOUR, None, False),
        ]
        for status, published_at, expires_at, seen in cases:
            with self.subTest(status=status, published_at=published_at):
                article = make_article(
                    status=status, published_at=published_at, expires_at=expires_at
                )
                self.assertIs(article.is_live(at=NOON), seen)
                self.assertIs(article in Article.objects.live(at=NOON), seen)


class Addresses(TestCase):
    def test_a_new_article_gets_its_address_at_its_first_publication(self):
        article = make_article("Rain at last", status=Status.DRAFT)
        self.assertIsNone(article.path)
        article.publish(at=NOON)
        self.assertEqual(article.path, "/2024/05/rain-at-last/")

    def test_equal_headlines_get_different_addresses(self):
        first, second = make_article("Rain"), make_article("Rain")
        self.assertEqual(
            [first.path, second.path], ["/2024/05/rain/", "/2024/05/rain-2/"]
        )

    def test_publishing_again_keeps_date_and_address(self):
        article = make_article("Rain")
        article.withdraw()
        article.headline = "Snow"
        article.publish()
        article.refresh_from_db()
        self.assertEqual(article.published_at, NOON)
        self.assertEqual(article.path, "/2024/05/rain/")

    def test_a_headline_in_another_script_gets_a_readable_address(self):
        article = make_article("عودة المطر")
        self.assertEqual(article.path, "/2024/05/عودة-المطر/")
        self.assertNotIn("عودة", article.get_absolute_url())
