import json

import lxml.html
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from articles import publishing, revisions
from articles.models import Article, Autosave, Tag
from newsroom.blocks.models import AdvertiseBlock, ShareBlock, ShareNetwork
from tests.articles.test_admin_form import change_url, filled_form
from tests.factories import (
    make_article,
    make_author,
    make_picture,
    make_section,
    make_tag,
    make_user,
)

CSP = "Content-Security-Policy"
Status = Article.Status


def preview_url(article):
    return reverse("admin:articles_article_preview", args=[article.pk])


def page_url(article):
    return reverse("admin:articles_article_preview_page", args=[article.pk])


def directives(response):
    parts = (part.split(None, 1) for part in response[CSP].split("; "))
    return {name: value for name, value in parts}


def text_shown(response):
    page = lxml.html.fromstring(response.content.decode())
    return page.xpath("//meta[@name='preview-text']/@content")[0]


class WhoSeesIt(TestCase):
    def test_nobody_without_a_login_and_no_contributor_who_has_no_part_in_it(self):
        draft = make_article("Rain at last", status=Status.DRAFT)
        for url in (preview_url(draft), page_url(draft)):
            with self.subTest(url=url):
                self.client.logout()
                self.assertRedirects(
                    self.client.get(url), f"{reverse('admin:login')}?next={url}"
                )
                self.client.force_login(make_user(None, "contributor"))
                answer = self.client.get(url)
                self.assertEqual(answer.status_code, 404)
                self.assertNotContains(answer, "Rain at last", status_code=404)
                self.client.force_login(make_user(None, "editor"))
                self.assertContains(self.client.get(url), "Rain at last")

    def test_what_is_in_the_trash_has_none(self):
        draft = make_article("Rain at last", status=Status.DRAFT)
        user = make_user("erin", "editor")
        publishing.move_to_trash(draft, user)
        self.client.force_login(user)
        self.assertEqual(self.client.get(page_url(draft)).status_code, 404)


class ThePage(TestCase):
    def setUp(self):
        self.editor = make_user("erin", "editor")
        self.client.force_login(self.editor)

    def test_is_the_readers_own_with_its_blocks_and_nothing_of_the_desk(self):
        share = ShareBlock.objects.create(name="S", placement="after_body", call="Pass")
        network = ShareNetwork.objects.create(
            name="Net", url_pattern="https://net.example/?u={url}"
        )
        share.block_networks.create(network=network)
        AdvertiseBlock.objects.create(
            name="A", placement="after_body", headline="Buy boots", link_url="/"
        )
        author, picture = make_author("Ada Lindqvist"), make_picture()
        live = make_article(
            "Rain at last",
            body="<p>It rained.</p>",
            authors=[author],
            tags=[make_tag("weather")],
            section=make_section("Valley"),
            lead_picture=picture,
        )
        page = self.client.get(page_url(live))
        for shown in ("Ada Lindqvist", "weather", "Valley", "Buy boots", "It rained."):
            self.assertContains(page, shown)
        # It extends the readers' own.
        self.assertTemplateUsed(page, "articles/article_preview.html")
        self.assertContains(page, '<article class="story" lang="en" dir="ltr">')
        self.assertNotContains(page, "admin_desk")
        address = f"http://testserver{live.get_absolute_url()}"
        self.assertContains(page, f'<link rel="canonical" href="{address}">')
        self.assertContains(page, "u=http%3A%2F%2Ftestserver%2F2024%2F05%2Frain-at-la")

    def test_may_be_framed_by_the_desk_alone_is_kept_by_nobody_and_is_not_indexed(self):
        draft = make_article("Rain", status=Status.DRAFT)
        page = self.client.get(page_url(draft))
        self.assertEqual(page["X-Frame-Options"], "SAMEORIGIN")
        self.assertEqual(page["X-Robots-Tag"], "noindex")
        self.assertIn("no-store", page["Cache-Control"])
        public = directives(self.client.get("/robots.txt"))
        self.assertEqual(directives(page), {**public, "frame-ancestors": "'self'"})
        self.assertEqual(public["frame-ancestors"], "'none'")
        self.assertEqual(self.client.get("/robots.txt")["X-Frame-Options"], "DENY")

    def test_two_frames_of_it_stand_side_by_side(self):
        draft = make_article("Rain", status=Status.DRAFT)
        shell = self.client.get(preview_url(draft))
        page = lxml.html.fromstring(shell.content.decode())
        self.assertEqual(
            [frame.get("src") for frame in page.iter("iframe")], [page_url(draft)] * 2
        )
        self.assertEqual(directives(shell)["frame-src"], "'self'")
        self.assertEqual(shell["X-Frame-Options"], "DENY")

    def test_shows_the_working_copy_at_the_live_rows_address(self):
        live = make_article("Rain at last", tags=[make_tag("weather")])
        other = make_article("Snow in May", tags=[make_tag("snow")])
        copy = publishing.open_working_copy(live, self.editor)
        copy.headline = "Rain after all"
        copy.tags.add("snow")
        copy.save()
        page = self.client.get(page_url(live))
        self.assertContains(page, "<h1>Rain after all</h1>")
        self.assertNotContains(page, "Rain at last")
        address = f"http://testserver{live.get_absolute_url()}"
        self.assertContains(page, f'<link rel="canonical" href="{address}">')
        # Its neighbours are live stories, and never the story itself.
        self.assertContains(page, other.get_absolute_url())
        self.assertNotContains(page, f'"{live.get_absolute_url()}"')
        self.assertContains(self.client.get(live.get_absolute_url()), "Rain at last")

    def test_a_draft_stands_where_it_would_and_stores_no_address(self):
        draft = make_article("Rain at last", status=Status.DRAFT)
        page = self.client.get(page_url(draft))
        self.assertContains(page, f"/{timezone.localtime():%Y/%m}/rain-at-last/")
        self.assertNotContains(page, "/admin/")
        draft.refresh_from_db()
        self.assertIsNone(draft.path)

    def test_an_older_version_is_shown_by_its_number_and_no_other_articles(self):
        draft = make_article("Rain", status=Status.DRAFT)
        revision = revisions.record(draft, self.editor)
        draft.headline = "Snow"
        draft.save()
        page = self.client.get(f"{page_url(draft)}?version={revision.pk}")
        self.assertContains(page, "<h1>Rain</h1>")
        self.assertNotContains(page, "Snow")
        other = make_article(status=Status.DRAFT)
        for wrong in (f"{page_url(other)}?version={revision.pk}", "?version=x"):
            with self.subTest(wrong=wrong):
                url = wrong if wrong.startswith("/") else page_url(draft) + wrong
                self.assertEqual(self.client.get(url).status_code, 404)

    def test_names_what_is_gone_since(self):
        author = make_author("Ada Lindqvist")
        draft = make_article(
            status=Status.DRAFT, authors=[author], section=make_section("Valley")
        )
        revision = revisions.record(draft, self.editor)
        draft.bylines.all().delete()
        Article.objects.update(section=None)
        author.delete()
        revision.refresh_from_db()
        page = self.client.get(f"{page_url(draft)}?version={revision.pk}")
        self.assertContains(page, "No longer there: Ada Lindqvist")
        self.assertContains(page, "Valley")


class WhatIsTyped(TestCase):
    """The preview shows the open form, not only what was saved."""

    def setUp(self):
        self.editor = make_user("erin", "editor")
        self.client.force_login(self.editor)
        self.section = make_section("Valley")
        self.draft = make_article(
            "Rain at last",
            status=Status.DRAFT,
            standfirst="It came on Tuesday.",
            body="<p>It rained.</p>",
            authors=[make_author("Ada Lindqvist")],
            tags=[make_tag("weather")],
        )
        self.form = filled_form(self.client, change_url(self.draft))

    def typed(self, **changes):
        fields = [[name, value] for name, value in (self.form | changes).items()]
        return self.client.post(page_url(self.draft), {"typed": json.dumps(fields)})

    def test_everything_typed_is_shown_and_nothing_is_stored(self):
        author, picture = make_author("Ben Okafor"), make_picture(alt="A wet dog")
        page = self.typed(
            headline="Snow in May",
            standfirst="On Wednesday it was white.",
            body="<p>It snowed.</p><script>alert(1)</script>",
            section=str(self.section.pk),
            lead_picture=str(picture.pk),
            tags='weather, "never, used"',
            **{"bylines-0-author": str(author.pk), "bylines-0-credit": "B. Okafor"},
        )
        for shown in (
            *("<h1>Snow in May</h1>", "On Wednesday it was white.", "It snowed."),
            *("Valley", "A wet dog", "never, used", "B. Okafor"),
        ):
            self.assertContains(page, shown)
        for gone in ("Rain at last", "It rained.", "Ada Lindqvist", "alert(1)"):
            self.assertNotContains(page, gone)
        self.assertEqual(text_shown(page), "typed")
        self.draft.refresh_from_db()
        self.assertEqual(self.draft.headline, "Rain at last")
        self.assertEqual(self.draft.version, 1)
        self.assertFalse(Tag.objects.filter(name="never, used").exists())
        self.assertFalse(Autosave.objects.exists())

    def test_a_form_that_nobody_touched_shows_the_saved_text(self):
        page = self.typed()
        self.assertContains(page, "Rain at last")
        self.assertContains(page, "Ada Lindqvist")
        self.assertEqual(text_shown(page), "stored")

    def test_a_field_that_is_wrong_keeps_its_stored_value_beside_the_right_ones(self):
        page = self.typed(headline="", standfirst="New words.", section="99999999")
        self.assertContains(page, "<h1>Rain at last</h1>")
        self.assertContains(page, "New words.")

    def test_bylines_come_in_their_order_without_the_deleted(self):
        ben, cyd = make_author("Ben Okafor"), make_author("Cyd Marsh")
        page = self.typed(
            **{
                "bylines-TOTAL_FORMS": "3",
                "bylines-0-DELETE": "on",
                "bylines-1-author": str(ben.pk),
                "bylines-1-position": "2",
                "bylines-2-author": str(cyd.pk),
                "bylines-2-position": "1",
            }
        )
        text = lxml.html.fromstring(page.content.decode())
        (byline,) = text.find_class("byline")
        self.assertEqual(byline.text_content(), "By Cyd Marsh and Ben Okafor")

    def test_without_an_open_form_shows_what_the_autosave_kept_for_this_user_only(self):
        fields = [[n, v] for n, v in (self.form | {"headline": "Snow"}).items()]
        Autosave.objects.create(article=self.draft, user=self.editor, data=fields)
        page = self.client.get(page_url(self.draft))
        self.assertContains(page, "<h1>Snow</h1>")
        self.assertEqual(text_shown(page), "kept")
        self.client.force_login(make_user("olga", "editor"))
        page = self.client.get(page_url(self.draft))
        self.assertContains(page, "<h1>Rain at last</h1>")
        self.assertEqual(text_shown(page), "stored")

    def test_what_are_no_fields_is_a_bad_request(self):
        for typed in ("", "{", "7", "[1]", '["ab", "c"]', '[["a", 1]]', "null"):
            with self.subTest(typed=typed):
                answer = self.client.post(page_url(self.draft), {"typed": typed})
                self.assertIn(answer.status_code, (200, 400))
                if typed != '["ab", "c"]':
                    self.assertEqual(answer.status_code, 400)

    def test_nonsense_in_the_fields_changes_nothing(self):
        for name in ("section", "lead_picture", "bylines-0-author", "published_at"):
            for value in ("abc", "a\0b", "9" * 30):
                with self.subTest(name=name, value=value):
                    page = self.typed(**{name: value})
                    self.assertContains(page, "Rain at last")
