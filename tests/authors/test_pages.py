from django.test import TestCase

from articles.models import Article, Byline
from authors.models import AuthorLink
from tests.factories import make_article, make_author


class AuthorPage(TestCase):
    def test_shows_the_box_and_the_stories(self):
        ada = make_author("Ada Byron", tagline="Columnist", lives_in="Marcus")
        AuthorLink.objects.create(author=ada, kind="book", title="River")
        make_article("Hers", authors=[make_author(), ada])
        make_article("Somebody else’s", authors=[make_author()])
        page = self.client.get("/authors/ada-byron/")
        for words in ("Columnist", "Marcus", "River", "Hers"):
            self.assertContains(page, words)
        self.assertNotContains(page, "Somebody else")

    def test_shows_a_story_once_to_whoever_wrote_and_photographed_it(self):
        ada = make_author("Ada Byron")
        article = make_article("Hers", authors=[ada])
        Byline.objects.create(article=article, author=ada, role="Photographs")
        page = self.client.get("/authors/ada-byron/")
        self.assertEqual(list(page.context["page"]), [article])

    def test_keeps_a_private_e_mail_address_private(self):
        make_article(authors=[make_author("Ada", email="ada@example.org")])
        self.assertNotContains(self.client.get("/authors/ada/"), "ada@example.org")

    def test_an_unknown_author_is_not_found(self):
        self.assertEqual(self.client.get("/authors/nobody/").status_code, 404)

    def test_an_author_whose_first_story_is_not_out_is_not_found(self):
        make_article(authors=[make_author("Dora")], status=Article.Status.DRAFT)
        page = self.client.get("/authors/dora/")
        self.assertNotContains(page, "Dora", status_code=404)


class AuthorIndex(TestCase):
    def test_lists_authors_of_live_stories_by_sort_name_with_their_number(self):
        zoe, ada = make_author("Zoe Abel"), make_author("Ada Zorn")
        drafting = make_author("Dora Draft")
        twice = make_article(authors=[ada])
        Byline.objects.create(article=twice, author=ada, role="Photographs")
        make_article(authors=[ada, zoe])
        make_article(authors=[ada, drafting], status=Article.Status.DRAFT)
        page = self.client.get("/authors/")
        found = [(a.sort_name, a.story_count) for a in page.context["page"]]
        self.assertEqual(found, [("Abel, Zoe", 1), ("Zorn, Ada", 2)])
        self.assertNotContains(page, "Dora")

    def test_takes_three_queries_however_long(self):
        for _ in range(3):
            make_article(authors=[make_author(), make_author()])
        # The count, the authors with their numbers, furniture.
        with self.assertNumQueries(3):
            self.client.get("/authors/")
