from django.core.files.base import ContentFile
from django.test import TestCase
from django.urls import reverse

from authors.models import Author
from tests.articles.test_admin_form import filled_form
from tests.factories import image_file, make_article, make_author, make_user

LIST = reverse("admin:authors_author_changelist")
ADD = reverse("admin:authors_author_add")


class Authors(TestCase):
    def setUp(self):
        self.client.force_login(make_user("erin", "editor"))

    def form(self, url=ADD):
        return filled_form(self.client, url, "author_form")

    def change_url(self, author):
        return reverse("admin:authors_author_change", args=[author.pk])

    def test_a_new_author_gets_a_page_and_links_in_order(self):
        links = {
            "links-TOTAL_FORMS": "2",
            "links-0-kind": "blog",
            "links-0-url": "notes.example",
            "links-0-position": "1",
            "links-1-kind": "book",
            "links-1-title": "The Long Thaw",
            "links-1-position": "0",
        }
        self.client.post(ADD, self.form() | {"name": "Ada Lindqvist"} | links)
        author = Author.objects.get()
        self.assertEqual(author.sort_name, "Lindqvist, Ada")
        self.assertEqual([link.kind for link in author.links.all()], ["book", "blog"])
        self.assertEqual(author.links.last().url, "https://notes.example")
        self.assertIsNone(author.user)

    def test_the_list_counts_articles_and_is_searched_by_other_spellings(self):
        ada, ben = make_author("Ada Lindqvist"), make_author("Ben Okafor")
        ada.aliases.create(name="A. Lindquist")
        make_article(authors=[ada, ben])
        make_article(authors=[ada])
        page = self.client.get(LIST, {"q": "lindquist"})
        (found,) = page.context["cl"].result_list
        self.assertEqual((found.name, found.article_count), ("Ada Lindqvist", 2))
        self.assertNotContains(page, "Ben Okafor")

    def test_a_portrait_is_cleaned_and_a_bad_one_is_said_at_the_field(self):
        author = make_author("Ada")
        url = self.change_url(author)
        page = self.client.post(
            url, self.form(url) | {"photo": ContentFile(b"%PDF", name="ada.jpg")}
        )
        self.assertContains(page, "This is not a picture we can read.")
        self.client.post(url, self.form(url) | {"photo": image_file()})
        author.refresh_from_db()
        self.assertTrue(author.photo.name.endswith(".jpg"))
        self.assertNotIn("drawn", author.photo.name)

    def test_an_author_with_articles_is_not_deleted_and_it_says_why(self):
        self.client.force_login(make_user("pat", "publisher"))
        author = make_author("Ada")
        make_article("Rain", authors=[author])
        url = reverse("admin:authors_author_delete", args=[author.pk])
        page = self.client.get(url)
        self.assertContains(page, "is in use and stays until nothing uses it")
        self.assertNotContains(page, "Are you sure")
        self.client.post(url, {"post": "yes"})
        self.assertTrue(Author.objects.exists())
