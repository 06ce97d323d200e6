from django.core.files.base import ContentFile
from django.test import TestCase
from django.urls import reverse

from articles.models import Article, Picture
from newsroom.blocks.models import AdvertiseBlock
from tests.articles.test_admin_form import filled_form
from tests.factories import (
    image_file,
    make_article,
    make_page,
    make_picture,
    make_user,
)

ADD = reverse("admin:articles_picture_add")


class Uploading(TestCase):
    def setUp(self):
        self.client.force_login(make_user("erin", "editor"))

    def post(self, url=ADD, **fields):
        form = filled_form(self.client, url, "picture_form")
        return self.client.post(url, form | fields)

    def test_stores_a_picture_with_its_sizes(self):
        self.post(upload=image_file(900, 600), alt="The river")
        picture = Picture.objects.get()
        self.assertEqual((picture.width, picture.height), (900, 600))
        self.assertTrue(picture.renditions)
        self.assertNotIn("drawn", picture.file.name)

    def test_what_is_no_picture_is_said_at_the_field_and_typed_words_stay(self):
        page = self.post(
            upload=ContentFile(b"<script>", name="x.png"), alt="The river", credit="Ada"
        )
        self.assertContains(page, "This is not a picture we can read.")
        self.assertContains(page, 'value="The river"')
        self.assertContains(page, 'value="Ada"')
        self.assertFalse(Picture.objects.exists())

    def test_the_words_may_follow_later(self):
        self.post(upload=image_file(name="river.png"))
        picture = Picture.objects.get()
        self.assertEqual((picture.alt, picture.is_decorative), ("", False))
        self.assertEqual(picture.uploaded_name, "river.png")
        self.assertEqual(picture.uploaded_by.username, "erin")

    def test_a_decorative_picture_needs_no_words(self):
        self.post(upload=image_file(), is_decorative="on")
        self.assertEqual(Picture.objects.get().alt_text, "")
        self.assertNotEqual(Picture.objects.get().width, 0)

    def test_words_change_without_a_new_file(self):
        picture = make_picture(alt="Old")
        url = reverse("admin:articles_picture_change", args=[picture.pk])
        self.post(url, alt="New", focal_x="0.2")
        picture.refresh_from_db()
        self.assertEqual((picture.alt, picture.focal_x), ("New", 0.2))
        self.assertEqual(picture.width, 900)

    def test_the_same_file_again_is_said_at_the_field(self):
        here = make_picture(40, 30, title="An old one")
        page = self.post(upload=image_file(40, 30), alt="The river")
        self.assertContains(page, "This picture is in the library already:")
        self.assertContains(page, "An old one")
        self.assertContains(page, 'value="The river"')
        self.assertEqual(Picture.objects.get(), here)

    def test_a_form_that_asked_for_a_new_one_may_have_the_old_one(self):
        here = make_picture(40, 30)
        answer = self.client.post(ADD, {"_popup": "1", "_use": here.pk})
        self.assertContains(answer, f"&quot;value&quot;: &quot;{here.pk}&quot;")
        answer = self.client.post(ADD, {"_use": here.pk})
        self.assertRedirects(
            answer, reverse("admin:articles_picture_change", args=[here.pk])
        )
        self.assertEqual(Picture.objects.count(), 1)

    def test_another_file_keeps_words_and_uses_and_asks_for_the_focal_point(self):
        picture = make_picture(60, 40, alt="Old", focal_x=0.2, focal_y=0.9)
        article = make_article(lead_picture=picture)
        url = reverse("admin:articles_picture_change", args=[picture.pk])
        self.post(url, upload=image_file(80, 60, color="red"), keeps_focal_point="on")
        picture.refresh_from_db()
        self.assertEqual((picture.width, picture.alt), (80, "Old"))
        self.assertEqual((picture.focal_x, picture.focal_y), (0.2, 0.9))
        form = filled_form(self.client, url, "picture_form")
        del form["keeps_focal_point"]
        file = image_file(90, 60, color="blue", name="blue.png")
        self.client.post(url, form | {"upload": file})
        picture.refresh_from_db()
        self.assertEqual((picture.width, picture.uploaded_name), (90, "blue.png"))
        self.assertEqual((picture.focal_x, picture.focal_y), (0.5, 0.5))
        article.refresh_from_db()
        self.assertEqual(article.lead_picture, picture)

    def test_another_file_that_another_picture_has_is_refused(self):
        make_picture(40, 30, title="An old one")
        picture = make_picture(60, 40)
        url = reverse("admin:articles_picture_change", args=[picture.pk])
        page = self.post(url, upload=image_file(40, 30))
        self.assertContains(page, "An old one")
        picture.refresh_from_db()
        self.assertEqual(picture.width, 60)

    def test_the_thumbnail_leads_to_a_file(self):
        picture = make_picture()
        url = reverse("admin:articles_picture_thumbnail", args=[picture.pk])
        self.assertEqual(self.client.get(url)["Location"], picture.url_near(400))
        self.client.logout()
        self.assertNotIn(picture.url_near(400), self.client.get(url)["Location"])


class Deleting(TestCase):
    def setUp(self):
        self.client.force_login(make_user("pat", "publisher"))

    def delete(self, picture):
        url = reverse("admin:articles_picture_delete", args=[picture.pk])
        return self.client.post(url, {"post": "yes"}, follow=True)

    def test_what_nothing_shows_goes(self):
        picture = make_picture()
        self.delete(picture)
        self.assertFalse(Picture.objects.exists())

    def test_what_is_shown_stays_and_says_where(self):
        lead, social, body, page_body, ad = [make_picture() for _ in range(5)]
        make_article("With a lead", lead_picture=lead)
        make_article("With a social picture", social_picture=social)
        figure = f'<figure data-picture="{body.pk}"><img src="/x.jpg" alt=""></figure>'
        make_article("With it in the text", body=figure)
        figure = f'<figure data-picture="{page_body.pk}"><img src="/x" alt=""></figure>'
        make_page("A page with it", body=figure)
        AdvertiseBlock.objects.create(
            name="With an ad", placement="sidebar", picture=ad, link_url="/"
        )
        for picture, where in [
            (lead, "With a lead"),
            (social, "With a social picture"),
            (body, "With it in the text"),
            (page_body, "A page with it"),
            (ad, "With an ad"),
        ]:
            with self.subTest(where=where):
                url = reverse("admin:articles_picture_delete", args=[picture.pk])
                page = self.client.get(url)
                self.assertContains(page, "is in use and stays")
                self.assertContains(page, where)
                self.assertNotContains(page, "Are you sure")
                self.assertContains(self.delete(picture), "is in use and stays")
                self.assertTrue(Picture.objects.filter(pk=picture.pk).exists())
        self.assertEqual(Article.objects.exclude(lead_picture=None).count(), 1)

    def test_a_number_that_begins_alike_is_another_picture(self):
        picture = make_picture()
        figure = f'<figure data-picture="{picture.pk}0"><img src="/x" alt=""></figure>'
        make_article("Another one", body=figure)
        url = reverse("admin:articles_picture_change", args=[picture.pk])
        page = self.client.get(url)
        self.assertContains(page, "Nowhere yet.")
        self.assertNotContains(page, "Another one")
