"""Two sides of one form: what each saved stands, or both are shown."""

import json

import lxml.html
import pytest
from django.test import Client
from django.urls import reverse

from articles import publishing
from articles.models import Article, Correction
from authors.models import AuthorLink
from tests.articles.test_admin_form import change_url, filled_form, values_of
from tests.factories import (
    make_article,
    make_author,
    make_section,
    make_tag,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann():
    return logged_in_as(make_user("ann", "publisher"))


@pytest.fixture
def ben():
    return logged_in_as(make_user("ben", "publisher"))


def logged_in_as(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def draft():
    return make_article(
        "Rain",
        status="draft",
        standfirst="It came.",
        body="<p>One two three.</p>",
        tags=[make_tag("weather")],
        authors=[make_author("Ada")],
    )


def save(client, url, form, **changes):
    return client.post(url, form | changes | {"_save": "1"})


def text_of(response):
    return lxml.html.fromstring(response.content.decode()).text_content()


class TestFields:
    def test_changed_by_one_side_each_are_merged(self, ann, ben, draft):
        url = change_url(draft)
        anns, bens = filled_form(ann, url), filled_form(ben, url)
        save(ann, url, anns, headline="Rain at last")
        response = save(ben, url, bens, body="<p>One two four.</p>")
        assert response.status_code == 302
        page = ben.get(response.url).content.decode()
        assert "Merged with what somebody else saved meanwhile: Headline" in page
        draft.refresh_from_db()
        assert draft.headline == "Rain at last"
        assert draft.body == "<p>One two four.</p>"
        assert "three" not in draft.body

    def test_changed_by_both_are_shown_and_nothing_is_saved(self, ann, ben, draft):
        url = change_url(draft)
        anns, bens = filled_form(ann, url), filled_form(ben, url)
        save(ann, url, anns, headline="Rain at last", standfirst="Ann’s.")
        page = save(ben, url, bens, headline="No rain", body="<p>Ben’s body.</p>")
        assert page.status_code == 200
        assert "Two of you changed the same" in text_of(page)
        assert "ann saved this" in text_of(page)
        tree = lxml.html.fromstring(page.content.decode())
        (clash,) = tree.find_class("clash")
        assert clash.xpath(".//ins") and clash.xpath(".//del")
        values = values_of(page)
        assert values["headline"] == "No rain"
        assert values["body"] == "<p>Ben’s body.</p>"
        draft.refresh_from_db()
        assert draft.headline == "Rain at last"
        assert "Ben" not in draft.body

    @pytest.mark.parametrize(
        ("choice", "headline"), [("mine", "No rain"), ("theirs", "Rain at last")]
    )
    def test_stand_as_was_chosen(self, ann, ben, draft, choice, headline):
        url = change_url(draft)
        anns, bens = filled_form(ann, url), filled_form(ben, url)
        save(ann, url, anns, headline="Rain at last", standfirst="Ann’s.")
        page = save(ben, url, bens, headline="No rain", body="<p>Ben’s body.</p>")
        shown = values_of(page)
        again = save(ben, url, shown)
        assert again.status_code == 200  # no choice is none
        response = save(ben, url, values_of(again), **{"_choice-headline": choice})
        assert response.status_code == 302
        draft.refresh_from_db()
        assert draft.headline == headline
        assert draft.standfirst == "Ann’s."
        assert draft.body == "<p>Ben’s body.</p>"

    def test_are_asked_again_where_a_third_was_faster_than_the_choice(
        self, ann, ben, draft
    ):
        url = change_url(draft)
        anns, bens = filled_form(ann, url), filled_form(ben, url)
        save(ann, url, anns, headline="First")
        page = save(ben, url, bens, headline="Mine")
        save(ann, url, filled_form(ann, url), headline="Second")
        asked = save(ben, url, values_of(page), **{"_choice-headline": "mine"})
        assert asked.status_code == 200
        assert "Second" in text_of(asked)
        draft.refresh_from_db()
        assert draft.headline == "Second"

    def test_one_persons_two_tabs_are_two_sides(self, ann, draft):
        url = change_url(draft)
        first, second = filled_form(ann, url), filled_form(ann, url)
        save(ann, url, first, headline="In one tab")
        page = save(ann, url, second, headline="In the other")
        assert "Two of you changed the same" in text_of(page)
        draft.refresh_from_db()
        assert draft.headline != "In the other"

    def test_equal_changes_are_no_clash(self, ann, ben, draft):
        url = change_url(draft)
        anns, bens = filled_form(ann, url), filled_form(ben, url)
        save(ann, url, anns, headline="Rain at last")
        assert save(ben, url, bens, headline="Rain at last").status_code == 302


class TestRows:
    def test_tags_of_both_sides_come_together(self, ann, ben, draft):
        url = change_url(draft)
        anns, bens = filled_form(ann, url), filled_form(ben, url)
        save(ann, url, anns, tags="weather, rivers")
        response = save(ben, url, bens, tags="floods")
        assert "saved meanwhile: Tags" in text_of(ben.get(response.url))
        assert sorted(draft.tags.names()) == ["floods", "rivers"]

    def test_bylines_that_both_changed_are_asked(self, ann, ben, draft):
        url = change_url(draft)
        anns, bens = filled_form(ann, url), filled_form(ben, url)
        cleo, dan = make_author("Cleo"), make_author("Dan")
        save(ann, url, anns, **{"bylines-0-author": cleo.pk})
        page = save(ben, url, bens, **{"bylines-0-author": dan.pk})
        tree = lxml.html.fromstring(page.content.decode())
        (clash,) = tree.find_class("clash")
        assert "Cleo" in clash.text_content()
        assert "Dan" in clash.text_content()
        assert draft.bylines.get().author == cleo
        name = clash.xpath(".//input/@name")[0]
        assert save(ben, url, values_of(page), **{name: "mine"}).status_code == 302
        assert draft.bylines.get().author == dan

    def test_corrections_of_both_sides_stay(self, ann, ben):
        article = make_article("Rain")
        correction = Correction.objects.create(article=article, text="Wrong year.")
        url = change_url(article)
        anns, bens = filled_form(ann, url), filled_form(ben, url)
        save(ann, url, anns, **{"corrections-0-text": "Wrong year: it was 2019."})
        assert save(ben, url, bens, headline="Snow").status_code == 302
        copy = publishing.working_row(Article.objects.get(pk=article.pk))
        assert copy.corrections.get().text == "Wrong year: it was 2019."
        correction.refresh_from_db()
        assert correction.text == "Wrong year."

    def test_a_link_that_was_deleted_comes_back_if_it_was_changed(self, ann, ben):
        author = make_author("Ada")
        for position, title in enumerate(("First book", "Second book", "Third book")):
            AuthorLink.objects.create(
                author=author, kind="book", title=title, position=position
            )
        url = reverse("admin:authors_author_change", args=[author.pk])
        bens = filled_form(ben, url, "author_form")
        author.links.filter(title__in=["First book", "Second book"]).delete()
        response = save(ben, url, bens, **{"links-1-title": "Second book, revised"})
        assert response.status_code == 302
        titles = sorted(author.links.values_list("title", flat=True))
        assert titles == ["Second book, revised", "Third book"]

    def test_a_link_that_somebody_changed_is_not_deleted_unseen(self, ann, ben):
        author = make_author("Ada")
        link = AuthorLink.objects.create(author=author, kind="book", title="A book")
        url = reverse("admin:authors_author_change", args=[author.pk])
        bens = filled_form(ben, url, "author_form")
        AuthorLink.objects.filter(pk=link.pk).update(title="A better book")
        page = save(ben, url, bens, **{"links-0-DELETE": "on"})
        assert "A better book" in text_of(page)
        assert author.links.exists()
        again = values_of(page, "author_form")
        assert save(ben, url, again, **{"links-0-DELETE": "on"}).status_code == 302
        assert not author.links.exists()


class TestOtherHands:
    def test_a_bulk_action_against_an_open_form(self, ann, ben, draft):
        url = change_url(draft)
        bens = filled_form(ben, url)
        section = make_section("City")
        ann.post(
            reverse("admin:articles_article_changelist"),
            {
                "action": "set_section",
                "_selected_action": [draft.pk],
                "section": section.pk,
                "_do": "1",
                "index": 0,
            },
        )
        assert save(ben, url, bens, headline="Snow").status_code == 302
        draft.refresh_from_db()
        assert (draft.section, draft.headline) == (section, "Snow")

    def test_a_story_that_went_out_under_an_open_form(self, ben, draft):
        url = change_url(draft)
        bens = filled_form(ben, url)
        Article.objects.get(pk=draft.pk).publish()
        response = save(ben, url, bens, headline="Snow")
        assert "Readers still see" in text_of(ben.get(response.url))
        draft.refresh_from_db()
        assert draft.state() == "changed"
        assert draft.headline == "Rain"
        assert publishing.working_row(draft).headline == "Snow"

    def test_changes_that_were_published_under_an_open_form(self, ann, ben):
        article = make_article("Rain", authors=[make_author("Ada")])
        url = change_url(article)
        save(ann, url, filled_form(ann, url), headline="Rain at last")
        bens = filled_form(ben, url)
        ann.post(url, filled_form(ann, url) | {"_publish": "1"})
        article.refresh_from_db()
        assert (article.headline, article.state()) == ("Rain at last", "live")
        assert save(ben, url, bens, standfirst="Ben’s.").status_code == 302
        row = publishing.working_row(Article.objects.get(pk=article.pk))
        assert (row.headline, row.standfirst) == ("Rain at last", "Ben’s.")
        assert row.byline_text() == "Ada"

    def test_an_import_and_a_working_copy_that_changed_the_same_are_asked(self, ann):
        article = make_article("Rain")
        url = change_url(article)
        save(ann, url, filled_form(ann, url), headline="Mine")
        article.refresh_from_db()
        article.headline = "The import’s"
        article.save(update_fields=["headline"])
        first = ann.post(url, filled_form(ann, url) | {"_publish": "1"})
        assert "changed meanwhile" in text_of(ann.get(first.url))
        article.refresh_from_db()
        assert article.headline == "The import’s"
        ann.post(url, filled_form(ann, url) | {"_publish": "1"})
        article.refresh_from_db()
        assert article.headline == "Mine"
        said = [r.snapshot["headline"] for r in article.revisions.all()]
        assert {"Rain", "Mine", "The import’s"} <= set(said)

    def test_an_import_under_a_working_copy_names_rows_too(self, ann):
        article = make_article("Rain", authors=[make_author("Ada")])
        url = change_url(article)
        cleo, dan = make_author("Cleo"), make_author("Dan")
        save(ann, url, filled_form(ann, url), **{"bylines-0-author": cleo.pk})
        article.bylines.update(author=dan)
        first = ann.post(url, filled_form(ann, url) | {"_publish": "1"})
        assert "in: Bylines" in text_of(ann.get(first.url))
        assert article.bylines.get().author == dan

    def test_a_row_that_is_gone_gives_back_what_was_typed(self, ben):
        author = make_author("Ada")
        url = reverse("admin:authors_author_change", args=[author.pk])
        form = filled_form(ben, url, "author_form")
        author.delete()
        page = save(ben, url, form, bio="An hour of work.")
        assert page.status_code == 410
        assert "An hour of work." in text_of(page)

    def test_a_form_without_a_base_writes_what_it_sends(self, ann, ben, draft):
        url = change_url(draft)
        bens = filled_form(ben, url)
        save(ann, url, filled_form(ann, url), headline="Ann’s")
        save(ben, url, bens | {"_base": "garbled"}, headline="Ben’s")
        draft.refresh_from_db()
        assert draft.headline == "Ben’s"
        assert json.loads(bens["_base"])["headline"]


def test_a_biography_that_both_wrote_is_shown_word_by_word(ann, ben):
    author = make_author("Ada", bio="She writes about rivers.")
    url = reverse("admin:authors_author_change", args=[author.pk])
    bens = filled_form(ben, url, "author_form")
    anns = filled_form(ann, url, "author_form")
    save(ann, url, anns, bio="She writes about wide rivers.")
    page = save(ben, url, bens, bio="She writes about rivers and <b>bridges</b>.")
    (clash,) = lxml.html.fromstring(page.content.decode()).find_class("clash")
    assert "wide" in clash.xpath(".//del")[0].text_content()
    assert "bridges" in clash.xpath(".//ins")[0].text_content()
    assert not clash.xpath(".//b")
    author.refresh_from_db()
    assert "bridges" not in author.bio
