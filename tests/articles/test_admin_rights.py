"""Who sees and does what at the desk: a small world, asked over HTTP."""

from datetime import timedelta

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from articles import publishing
from articles.models import Article, Origin, Tag
from tests.articles.test_admin_form import ADD, change_url, filled_form, press
from tests.factories import (
    image_file,
    make_article,
    make_author,
    make_picture,
    make_section,
    make_user,
)

LIST = reverse("admin:articles_article_changelist")
Status = Article.Status


class World(TestCase):
    def setUp(self):
        self.contributor = make_user("con", "contributor")
        self.author = make_author("Cy de la Cruz", user=self.contributor)
        self.stranger = make_user("sam", "contributor")
        self.begun = make_article(
            "Begun by me", status=Status.DRAFT, created_by=self.contributor
        )
        self.written = make_article(
            "With my byline", status=Status.REVIEW, authors=[self.author]
        )
        self.mine_live = make_article("Mine and live", authors=[self.author])
        self.mine_scheduled = make_article(
            "Mine and scheduled",
            authors=[self.author],
            published_at=timezone.now() + timedelta(days=1),
        )
        self.secret = make_article(
            "The secret", status=Status.DRAFT, created_by=self.stranger
        )
        self.client.force_login(self.contributor)

    def log_in(self, *groups):
        user = make_user(None, *groups)
        self.client.force_login(user)
        return user


class AContributor(World):
    def test_sees_only_their_own_articles(self):
        page = self.client.get(LIST)
        mine = (self.begun, self.written, self.mine_live, self.mine_scheduled)
        for article in mine:
            self.assertContains(page, article.headline)
        self.assertNotContains(page, self.secret.headline)

    def test_changes_what_is_published_in_a_working_copy_only(self):
        for article in (self.mine_live, self.mine_scheduled):
            before = article.headline
            page = press(self.client, change_url(article), "_save", headline="Better")
            self.assertContains(
                self.client.get(page.url), "Readers still see the published text"
            )
            article.refresh_from_db()
            self.assertEqual(article.headline, before)
            self.assertEqual(publishing.working_row(article).headline, "Better")
            press(self.client, change_url(article), "_publish")
            article.refresh_from_db()
            self.assertNotEqual(article.headline, "Better")

    def test_changes_their_own(self):
        press(self.client, change_url(self.written), "_save", headline="Better")
        self.written.refresh_from_db()
        self.assertEqual(self.written.headline, "Better")
        self.assertNotEqual(self.written.status, Status.PUBLISHED)

    def test_finds_nothing_by_guessing(self):
        for article in [self.secret]:
            for view in ("change", "history", "delete", "preview"):
                with self.subTest(view=view, article=article.headline):
                    url = reverse(f"admin:articles_article_{view}", args=[article.pk])
                    response = self.client.get(url, follow=True)
                    self.assertNotContains(
                        response, "created_by", status_code=response.status_code
                    )
                    self.assertNotIn("articles_article", response.request["PATH_INFO"])
                    self.assertNotContains(
                        response, article.headline, status_code=response.status_code
                    )

    def test_cannot_post_to_what_they_cannot_see(self):
        form = filled_form(self.client, change_url(self.begun))
        url = change_url(self.secret)
        page = self.client.post(url, form | {"headline": "Taken over", "_save": "1"})
        self.secret.refresh_from_db()
        self.assertEqual(self.secret.headline, "The secret")
        # What was typed is given back, the secret is not told.
        self.assertContains(page, "Taken over", status_code=410)
        self.assertNotContains(page, "The secret", status_code=410)

    def test_cannot_publish_by_any_door(self):
        form = filled_form(self.client, change_url(self.begun))
        self.client.post(change_url(self.begun), form | {"_publish": "1"})
        self.client.post(
            change_url(self.begun),
            form | {"status": "published", "published_at": "2024-01-01T10:00"},
        )
        self.client.post(
            LIST, {"action": "publish", "_selected_action": [self.begun.pk], "index": 0}
        )
        self.begun.refresh_from_db()
        self.assertEqual(self.begun.status, Status.DRAFT)
        self.assertIsNone(self.begun.published_at)

    def test_actions_do_not_reach_other_peoples_articles(self):
        self.client.post(
            LIST,
            {
                "action": "submit",
                "_selected_action": [self.secret.pk, self.begun.pk],
                "index": 0,
            },
        )
        self.secret.refresh_from_db()
        self.begun.refresh_from_db()
        self.assertEqual(self.begun.status, Status.REVIEW)
        self.assertEqual(self.secret.status, Status.DRAFT)

    def test_autocomplete_does_not_tell_headlines(self):
        url = reverse("admin:autocomplete")
        query = {
            "app_label": "articles",
            "model_name": "correction",
            "field_name": "article",
            "term": "",
        }
        found = self.client.get(url, query).json()["results"]
        self.assertNotIn("The secret", [row["text"] for row in found])
        self.assertIn("Begun by me", [row["text"] for row in found])

    def test_sees_no_flags_addresses_or_dates_and_cannot_send_them(self):
        form = filled_form(self.client, change_url(self.begun))
        hidden = ["path", "is_no_index", "seo_title", "published_at", "canonical_url"]
        for name in hidden:
            self.assertNotIn(name, form)
        self.assertIn("sources", form)
        self.client.post(
            change_url(self.begun),
            form
            | {"path": "/mine/", "is_no_index": "on", "seo_title": "X", "_save": "1"},
        )
        self.begun.refresh_from_db()
        self.assertIsNone(self.begun.path)
        self.assertFalse(self.begun.is_no_index)
        self.assertEqual(self.begun.seo_title, "")

    def test_tags_with_old_and_new_words_and_adds_pictures(self):
        press(self.client, change_url(self.begun), "_save", tags="a new word")
        self.assertTrue(Tag.objects.filter(name="a new word").exists())
        add = reverse("admin:articles_picture_add")
        form = filled_form(self.client, add, "picture_form")
        self.client.post(add, form | {"upload": image_file(), "alt": "A square"})
        self.assertEqual(self.client.get(add).status_code, 200)
        self.assertEqual(
            self.client.get(reverse("admin:articles_series_add")).status_code, 403
        )

    def test_does_not_learn_private_addresses_of_authors(self):
        other = make_author("Ada", email="ada@private.example")
        url = reverse("admin:authors_author_change", args=[other.pk])
        page = self.client.get(url)
        self.assertContains(page, "Ada")
        self.assertNotContains(page, "ada@private.example")

    def test_does_not_learn_of_articles_through_a_picture_they_use(self):
        picture = make_picture()
        Article.objects.filter(pk=self.secret.pk).update(lead_picture=picture)
        Article.objects.filter(pk=self.begun.pk).update(lead_picture=picture)
        url = reverse("admin:articles_picture_change", args=[picture.pk])
        page = self.client.get(url)
        self.assertContains(page, "Begun by me")
        self.assertContains(page, "and 1 more")
        self.assertNotContains(page, "The secret")

    def test_has_no_detour_that_answers_for_any_row(self):
        kind = ContentType.objects.get_for_model(Article).pk
        url = f"/admin/r/{kind}/{self.mine_scheduled.pk}/"
        self.assertEqual(self.client.get(url).status_code, 404)
        self.assertEqual(self.client.get(LIST).status_code, 200)

    def test_reads_nothing_of_others_on_the_dashboard(self):
        page = self.client.get(reverse("admin:index"))
        self.assertContains(page, "Begun by me")
        self.assertContains(page, "Mine and live")  # as any reader does
        self.assertNotContains(page, "The secret")


class AnEditor(World):
    def setUp(self):
        super().setUp()
        self.editor = self.log_in("editor")

    def test_sees_and_changes_everything(self):
        page = self.client.get(LIST)
        for article in Article.objects.all():
            self.assertContains(page, article.headline)
        press(self.client, change_url(self.secret), "_save", headline="No secret")
        press(self.client, change_url(self.mine_live), "_save", headline="Corrected")
        self.assertTrue(Article.objects.filter(headline="No secret").exists())
        row = publishing.working_row(Article.objects.get(pk=self.mine_live.pk))
        self.assertEqual(row.headline, "Corrected")
        self.assertFalse(Article.objects.live().filter(headline="Corrected").exists())

    def test_neither_publishes_nor_withdraws_nor_trashes_what_is_out(self):
        form = filled_form(self.client, change_url(self.secret))
        self.client.post(change_url(self.secret), form | {"_publish": "1"})
        form = filled_form(self.client, change_url(self.mine_live))
        self.client.post(
            change_url(self.mine_live),
            form | {"_withdraw": "1", "expires_at": "2024-06-01T10:00"},
        )
        self.secret.refresh_from_db()
        self.mine_live.refresh_from_db()
        self.assertEqual(self.secret.status, Status.DRAFT)
        self.assertTrue(self.mine_live.is_live())
        delete = reverse("admin:articles_article_delete", args=[self.mine_live.pk])
        self.assertEqual(self.client.get(delete).status_code, 403)
        page = self.client.get(LIST)
        self.assertNotContains(page, 'value="publish"')
        self.assertContains(page, 'value="set_section"')

    def test_does_not_hand_articles_to_a_login_by_linking_it_to_an_author(self):
        url = reverse("admin:authors_author_change", args=[self.author.pk])
        form = filled_form(self.client, url, "author_form")
        self.assertNotIn("user", form)
        self.client.post(url, form | {"user": self.stranger.pk})
        self.author.refresh_from_db()
        self.assertEqual(self.author.user, self.contributor)


class APublisher(World):
    def test_publishes_and_trashes_also_what_was_imported(self):
        self.log_in("publisher")
        press(self.client, change_url(self.secret), "_publish")
        self.secret.refresh_from_db()
        self.assertTrue(self.secret.is_live())
        Origin.objects.create(article=self.secret, system="x", identifier="1")
        delete = reverse("admin:articles_article_delete", args=[self.secret.pk])
        self.client.post(delete, {"post": "yes"})
        self.secret.refresh_from_db()
        self.assertEqual(self.secret.state(), "trashed")
        self.assertFalse(self.secret.is_live())
        self.assertTrue(LogEntry.objects.filter(object_repr="The secret").exists())


class AnAdvertisingManager(World):
    def test_has_advertisements_and_pictures_and_nothing_of_the_stories(self):
        self.log_in("advertising manager")
        for name in ("blocks_advertiseblock", "articles_picture"):
            self.assertEqual(
                self.client.get(reverse(f"admin:{name}_add")).status_code, 200
            )
        for name in ("articles_article", "authors_author", "blocks_shareblock"):
            url = reverse(f"admin:{name}_changelist")
            self.assertEqual(self.client.get(url).status_code, 403)
        page = self.client.get(reverse("admin:index"))
        self.assertContains(page, "Advertisements running now")
        self.assertNotContains(page, "Mine and live")


class AStranger(World):
    def test_without_a_group_sees_no_article(self):
        self.log_in()
        self.assertEqual(self.client.get(LIST).status_code, 403)
        self.assertEqual(self.client.get(ADD).status_code, 403)
        suggest = reverse("admin:articles_tag_suggest")
        self.assertEqual(self.client.get(suggest, {"q": "a"}).status_code, 403)
        self.assertNotContains(self.client.get(reverse("admin:index")), "Mine and live")

    def test_without_a_login_is_sent_to_the_login_page(self):
        self.client.logout()
        for url in (LIST, ADD, change_url(self.begun)):
            response = self.client.get(url)
            self.assertRedirects(response, f"{reverse('admin:login')}?next={url}")
            self.assertNotIn(b"Begun by me", response.content)


def test_sections_are_chosen_not_made_by_contributors(client, db):
    make_section("News")
    client.force_login(make_user("con", "contributor"))
    page = client.get(ADD).content.decode()
    assert "News" in page
    assert "add_id_section" not in page
