"""Articles in several languages lead to one another."""

import re
from datetime import timedelta

import pytest
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from articles import translations
from articles.models import Article, Translation
from articles.translations import CannotLink, link, name_of, part
from tests.factories import make_article, make_user
from tests.structured import things_of

Status = Article.Status


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        ("de", "Deutsch"),
        ("de-AT", "Deutsch"),
        ("pt-BR", "Português Brasileiro"),
        ("zh-Hant", "繁體中文"),
        ("ar", "العربيّة"),
        ("tlh", "tlh"),
    ],
)
def test_a_language_is_called_what_it_calls_itself(tag, name):
    assert name_of(tag) == name


class Linked(TestCase):
    def setUp(self):
        self.en = make_article("The mill", path="/mill/", language="en")
        self.de = make_article("Die Mühle", path="/muehle/", language="de")
        self.fr = make_article("Le moulin", path="/moulin/", language="fr")

    def languages(self, path):
        """The languages that a page's head and its line "Also in" lead to."""
        page = self.client.get(path)
        others = Article.objects.get(path=path).live_translations
        told = [other.language for other in others]
        for other in others:
            address = f"http://testserver{other.path}"
            self.assertContains(
                page,
                f'<link rel="alternate" hreflang="{other.language}" href="{address}">',
            )
            self.assertContains(page, f'<a href="{other.path}" hreflang=')
        return told


class ForReaders(Linked):
    def test_each_leads_to_all_others_and_names_itself(self):
        self.assertNotContains(self.client.get("/mill/"), "hreflang")
        link(self.en, self.de)
        link(self.fr, self.de)
        self.assertEqual(self.languages("/mill/"), ["de", "fr"])
        self.assertEqual(self.languages("/moulin/"), ["de", "en"])
        page = self.client.get("/mill/")
        self.assertContains(page, 'hreflang="en" href="http://testserver/mill/"')
        self.assertContains(page, 'lang="de"><bdi>Deutsch</bdi></a>')
        story = things_of(page.content.decode())["NewsArticle"]
        self.assertIn(
            {"@id": "http://testserver/muehle/#story"}, story["workTranslation"]
        )

    def hreflang(self, path):
        page = self.client.get(path).content.decode()
        told = re.findall(
            r'<link rel="alternate" hreflang="([^"]+)" href="([^"]+)">', page
        )
        return {
            language: href.removeprefix("http://testserver") for language, href in told
        }

    def test_search_engines_hear_of_none_that_they_are_not_to_list(self):
        link(self.en, self.de)
        link(self.en, self.fr)
        both = {"en": "/mill/", "fr": "/moulin/"}
        for fields in ({"is_no_index": True}, {"canonical_url": "https://a.example/"}):
            with self.subTest(fields=fields):
                Article.objects.filter(pk=self.de.pk).update(**fields)
                self.assertEqual(self.hreflang("/mill/"), both)
                self.assertEqual(self.hreflang("/moulin/"), both)
                # Named by none, it names none; readers are led there and back.
                self.assertEqual(self.hreflang("/muehle/"), {})
                page = self.client.get("/mill/")
                self.assertContains(page, '<a href="/muehle/" hreflang="de"')
                told = things_of(page.content.decode())["NewsArticle"]
                self.assertNotIn("/muehle/", str(told))
                page = self.client.get("/muehle/")
                self.assertContains(page, '<a href="/mill/" hreflang="en"')
                Article.objects.filter(pk=self.de.pk).update(
                    is_no_index=False, canonical_url=""
                )
        self.assertEqual(self.hreflang("/muehle/"), {**both, "de": "/muehle/"})

    def test_one_that_is_left_alone_names_nobody(self):
        link(self.en, self.de)
        Article.objects.filter(pk=self.de.pk).update(is_no_index=True)
        self.assertEqual(self.hreflang("/mill/"), {})

    def test_costs_no_query(self):
        link(self.en, self.de)
        # the article with all that stands beside it, its neighbours, furniture
        with self.assertNumQueries(3):
            self.client.get("/mill/")

    def test_one_that_is_not_out_is_not_named(self):
        link(self.en, self.de)
        later = timezone.now() + timedelta(days=1)
        for fields in (
            {"status": Status.DRAFT, "published_at": None},
            {"status": Status.WITHDRAWN},
            {"status": Status.TRASHED},
            {"published_at": later},
        ):
            with self.subTest(fields=fields):
                Article.objects.filter(pk=self.de.pk).update(**fields)
                self.assertNotContains(self.client.get("/mill/"), "/muehle/")


class Linking(Linked):
    def test_two_groups_become_one(self):
        es = make_article("El molino", path="/molino/", language="es")
        link(self.en, self.de)
        link(self.fr, es)
        link(self.en, self.fr)
        self.assertEqual(Translation.objects.values("group").distinct().count(), 1)
        self.assertEqual(self.languages("/molino/"), ["de", "en", "fr"])

    def test_a_language_stands_in_a_group_once(self):
        other = make_article("Noch eine", language="DE")
        link(self.en, self.de)
        with self.assertRaises(CannotLink):
            link(self.en, other)
        with self.assertRaises(CannotLink):
            link(self.en, self.en)
        self.assertEqual(Translation.objects.count(), 2)

    def test_parting_leaves_the_others_and_nobody_alone(self):
        link(self.en, self.de)
        link(self.en, self.fr)
        part(self.de)
        self.assertEqual(self.languages("/mill/"), ["fr"])
        self.assertEqual(self.languages("/muehle/"), [])
        part(self.en)
        self.assertFalse(Translation.objects.exists())


class OnTheDesk(Linked):
    def setUp(self):
        super().setUp()
        self.client.force_login(make_user("ed", "editor"))
        name = "admin:articles_article_translations"
        self.url = reverse(name, args=[self.en.pk])
        self.part = reverse(f"{name}_part", args=[self.en.pk, self.de.pk])

    def test_an_editor_links_and_parts(self):
        form = reverse("admin:articles_article_change", args=[self.en.pk])
        self.assertContains(self.client.get(form), f'href="{self.url}"')
        self.client.post(self.url, {"other": self.de.pk})
        page = self.client.get(self.url)
        self.assertContains(page, "Deutsch")
        self.assertContains(page, "Die Mühle")
        self.assertContains(self.client.get(form), "Die Mühle")
        self.assertRedirects(self.client.post(self.part), self.url)
        self.assertFalse(translations.members_of(self.en).exists())
        self.assertEqual(self.client.post(self.part).status_code, 404)

    def test_what_cannot_be_is_said(self):
        other = make_article("Another", language="en")
        for key, words in (
            (other.pk, "in one language"),
            ("", "This field is required"),
            ("12345", "Choose an article of the list"),
            ("9" * 40, "Choose an article of the list"),
        ):
            with self.subTest(key=key):
                page = self.client.post(self.url, {"other": key})
                self.assertContains(page, words)

    def test_is_not_a_contributors(self):
        writer = make_user("con", "contributor")
        Article.objects.filter(pk=self.en.pk).update(created_by=writer)
        self.client.force_login(writer)
        self.assertEqual(self.client.get(self.url).status_code, 403)
