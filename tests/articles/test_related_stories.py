"""The stories an editor picks: in the form, through every life of an article."""

import json
from datetime import timedelta

import lxml.html
import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from articles import merging, neighbours, publishing, revisions, trash
from articles.admin.history import compare_snapshots
from articles.models import Article, RelatedStory, Revision
from articles.neighbours import neighbours_of
from articles.showing import as_told, render_article
from newsroom import clock
from tests.articles.test_admin_form import change_url, filled_form, press, values_of
from tests.factories import (
    NOON,
    make_article,
    make_author,
    make_section,
    make_series,
    make_tag,
    make_user,
)

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
Status = Article.Status
RELATED = reverse("admin:articles_article_related")


@pytest.fixture
def desk():
    return logged_in_as(make_user("pat", "publisher"))


def logged_in_as(user):
    client = Client()
    client.force_login(user)
    return client


def pick(article, *stories):
    revisions.set_related(article, [story.pk for story in stories])


def picked(article):
    return [pick.story for pick in article.related_stories.select_related("story")]


def line_of(*stories):
    return ", ".join(str(story.pk) for story in stories)


def found(client, **query):
    return [row["key"] for row in client.get(RELATED, query).json()["stories"]]


def related_names(client, article):
    page = lxml.html.fromstring(client.get(article.path).content.decode())
    (part,) = page.find_class("related") or [None]
    return [] if part is None else [a.text_content() for a in part.iter("bdi")]


class TestThePage:
    def test_shows_the_picked_ones_first_in_their_order_then_shared_tags(self, client):
        tag = make_tag()
        article = make_article("Rain", tags=[tag])
        old, older = make_article("Old"), make_article("Older", tags=[tag])
        kindred = make_article("Kindred", tags=[tag], published_at=NOON + DAY)
        pick(article, older, old)
        assert neighbours_of(article)["related"] == [older, old, kindred]
        pick(article, old, older)
        assert neighbours_of(article)["related"] == [old, older, kindred]

    def test_never_shows_a_picked_story_that_readers_cannot_see(self, client):
        article = make_article("Rain")
        now = timezone.now()
        for fields in (
            {"status": Status.DRAFT},
            {"status": Status.REVIEW},
            {"status": Status.WITHDRAWN, "published_at": NOON, "path": "/gone/"},
            {"status": Status.TRASHED},
            {"published_at": now + DAY},
            {"published_at": NOON, "expires_at": NOON + DAY},
        ):
            pick(article, make_article("Secret merger", **fields))
            page = client.get(article.path).content.decode()
            assert "Secret merger" not in page, fields
            assert neighbours_of(article)["related"] == []

    def test_shows_all_that_were_picked_and_fills_up_to_four(self):
        tag = make_tag()
        article = make_article(tags=[tag])
        others = [make_article(tags=[tag]) for _ in range(6)]
        assert len(neighbours_of(article)["related"]) == 4
        pick(article, *others[:5])
        assert neighbours_of(article)["related"] == others[:5]

    def test_keeps_a_pick_that_is_the_previous_story_too_and_drops_it_elsewhere(self):
        section, tag = make_section(), make_tag()
        before = make_article("Before", section=section, tags=[tag])
        article = make_article(section=section, tags=[tag], published_at=NOON + DAY)
        assert neighbours_of(article)["related"] == []  # it is the previous one
        pick(article, before)
        found = neighbours_of(article)
        assert found["related"] == [before]
        assert found["previous"] == before

    def test_isolates_a_title_of_another_direction(self, client):
        article = make_article("Rain")
        pick(article, make_article("المطر", language="ar"))
        page = client.get(article.path).content.decode()
        assert '<bdi lang="ar">المطر</bdi>' in page

    def test_asks_no_more_queries_with_picks_than_without(self, client):
        article = make_article(tags=[make_tag()])
        with CaptureQueriesContext(connection) as without:
            client.get(article.path)
        pick(article, *[make_article() for _ in range(5)])
        with CaptureQueriesContext(connection) as with_picks:
            client.get(article.path)
        assert len(with_picks) == len(without)

    def test_is_never_the_article_itself(self):
        article = make_article()
        RelatedStory.objects.create(article=article, story=article)
        assert neighbours_of(article)["related"] == []


class TestTheSeries:
    def test_leads_to_the_parts_before_and_after(self):
        series = make_series()
        one = make_article("One", series=series, series_position=1)
        draft = make_article(
            "Two", series=series, series_position=2, status=Status.DRAFT
        )
        three = make_article("Three", series=series, series_position=3)
        last = make_article("Unnumbered", series=series, published_at=NOON - 9 * DAY)
        for article, before, after in (
            (one, None, three),
            (three, one, last),
            (last, three, None),
            (draft, one, three),  # as its preview has it
        ):
            found = neighbours_of(article)
            assert (found["previous_part"], found["next_part"]) == (before, after)
        assert neighbours_of(make_article())["next_part"] is None

    def test_leads_on_where_the_series_is_longer_than_its_list(self, monkeypatch):
        monkeypatch.setattr(neighbours, "PARTS", 2)
        series = make_series()
        parts = [
            make_article(series=series, series_position=number) for number in range(5)
        ]
        found = neighbours_of(parts[3])
        assert found["parts"] == parts[:2]
        assert found["previous_part"] == parts[2]
        assert found["next_part"] == parts[4]
        # "Part 2 of 2" would not be true of either.
        assert found["part_number"] is None
        assert neighbours_of(parts[1])["part_number"] is None
        assert neighbours_of(parts[4])["next_part"] is None
        assert neighbours_of(parts[1])["next_part"] == parts[2]

    def test_has_its_parts_in_its_own_list_only(self):
        tag, series = make_tag(), make_series()
        article = make_article(tags=[tag], series=series)
        for _ in range(8):
            make_article(tags=[tag], series=series, published_at=NOON + DAY)
        other = make_article(tags=[tag], section=make_section())
        assert neighbours_of(article)["related"] == [other]


class TestBeforeAndAfter:
    def test_the_key_settles_equal_moments_and_nothing_is_passed_over(self):
        section = make_section()
        stories = [make_article(section=section) for _ in range(4)]  # all at NOON
        seen, at = [], neighbours_of(stories[0])["next"]
        while at:
            seen.append(at)
            at = neighbours_of(Article.objects.get(pk=at.pk))["next"]
        assert seen == stories[1:]
        back = neighbours_of(stories[3])["previous"]
        assert back == stories[2]
        assert neighbours_of(stories[0])["previous"] is None

    def test_stays_in_the_section_and_among_what_is_live(self):
        section, other = make_section(), make_section()
        article = make_article(section=section)
        make_article(section=other, published_at=NOON + DAY)
        make_article(section=section, published_at=timezone.now() + DAY)
        make_article(section=section, published_at=NOON - DAY, expires_at=NOON)
        found = neighbours_of(article)
        assert (found["previous"], found["next"]) == (None, None)


class TestTheForm:
    def test_keeps_the_picked_stories_in_their_order(self, desk):
        article = make_article("Rain", status=Status.DRAFT)
        one, two = make_article("One"), make_article("Two", status=Status.DRAFT)
        press(desk, change_url(article), "_save", related=line_of(two, one))
        assert picked(article) == [two, one]
        form = filled_form(desk, change_url(article))
        assert form["related"] == line_of(two, one)
        press(desk, change_url(article), "_save", related=line_of(one))
        assert picked(article) == [one]

    def test_takes_them_with_a_new_article(self, desk):
        one = make_article("One")
        add = reverse("admin:articles_article_add")
        press(desk, add, "_save", headline="New", related=line_of(one))
        assert picked(Article.objects.get(headline="New")) == [one]

    def test_says_of_a_picked_story_what_it_is_where_it_is_not_live(self, desk):
        article = make_article("Rain", status=Status.DRAFT)
        pick(article, make_article("One"), make_article("Two", status=Status.DRAFT))
        page = lxml.html.fromstring(desk.get(change_url(article)).content.decode())
        (stories,) = page.find_class("related-stories")
        assert [(li.get("data-state"), li.text) for li in stories] == [
            ("live", "One"),
            ("draft", "Two"),
        ]

    @pytest.mark.parametrize("line", ["12x", "99999", "one", "-1", "9" * 30])
    def test_refuses_what_is_no_article_and_loses_nothing(self, desk, line):
        article = make_article("Rain", status=Status.DRAFT)
        page = press(desk, change_url(article), "_save", related=line, standfirst="So")
        assert page.status_code == 200
        values = values_of(page)
        assert (values["related"], values["standfirst"]) == (line, "So")
        assert not RelatedStory.objects.exists()

    def test_refuses_the_article_itself_and_a_working_copy(self, desk):
        article = make_article("Rain")
        other = make_article("Snow")
        press(desk, change_url(other), "_save", headline="Snow!")
        copy = Article.objects.get(copy_of=other)
        for row in (article, copy):
            page = press(desk, change_url(article), "_save", related=line_of(row))
            assert page.status_code == 200
        assert not RelatedStory.objects.exists()

    def test_leaves_them_alone_where_the_field_is_not_sent(self, desk):
        article = make_article("Rain", status=Status.DRAFT)
        pick(article, make_article())
        form = filled_form(desk, change_url(article))
        del form["related"]
        desk.post(change_url(article), form | {"_save": "1", "headline": "Snow"})
        article.refresh_from_db()
        assert article.headline == "Snow"
        assert article.related_stories.count() == 1

    def test_finds_by_words_and_by_address_newest_first(self, desk):
        old = make_article("The river in May", path="/river/may.htm")
        new = make_article("May on the river", status=Status.DRAFT)
        make_article("The lake")
        assert found(desk, q="river may") == [new.pk, old.pk]
        assert found(desk, q="https://example.org/river/may.htm?x=1") == [old.pk]
        assert found(desk, q="/river/may.htm") == [old.pk]
        assert found(desk, q="") == found(desk, q="ocean") == []
        assert found(desk, q="http://[") == []

    def test_contributors_find_their_own_and_what_is_live(self):
        carla = make_user("carla", "contributor")
        client = logged_in_as(carla)
        own = make_article("River, mine", status=Status.DRAFT, created_by=carla)
        live = make_article("River, live")
        secret = make_article("River, secret", status=Status.DRAFT)
        assert set(found(client, q="river")) == {own.pk, live.pk}
        page = press(client, change_url(own), "_save", related=line_of(secret))
        assert page.status_code == 200
        assert "secret" not in page.content.decode()
        press(client, change_url(own), "_save", related=line_of(live))
        assert picked(own) == [live]
        # What an editor picked stays, and stays unknown.
        pick(own, secret, live)
        page = client.get(change_url(own)).content.decode()
        assert "A story that you cannot see" in page
        assert "secret" not in page
        press(client, change_url(own), "_save", headline="River, still mine")
        assert picked(own) == [secret, live]

    def test_is_nothing_to_the_public(self, client):
        assert client.get(RELATED, {"q": "river"}).status_code == 302


class TestTwoSides:
    def test_what_one_side_changed_stands(self, desk):
        ben = logged_in_as(make_user("ben", "publisher"))
        article = make_article("Rain", status=Status.DRAFT)
        one = make_article("One")
        url = change_url(article)
        anns, bens = filled_form(desk, url), filled_form(ben, url)
        desk.post(url, anns | {"_save": "1", "related": line_of(one)})
        response = ben.post(url, bens | {"_save": "1", "headline": "Snow"})
        assert response.status_code == 302
        assert picked(article) == [one]

    @pytest.mark.parametrize("choice", ["mine", "theirs"])
    def test_what_both_changed_is_asked_by_headlines(self, desk, choice):
        ben = logged_in_as(make_user("ben", "publisher"))
        article = make_article("Rain", status=Status.DRAFT)
        one, two = make_article("Story one"), make_article("Story two")
        url = change_url(article)
        anns, bens = filled_form(desk, url), filled_form(ben, url)
        desk.post(url, anns | {"_save": "1", "related": line_of(one)})
        page = ben.post(url, bens | {"_save": "1", "related": line_of(two)})
        assert page.status_code == 200
        (clash,) = lxml.html.fromstring(page.content.decode()).find_class("clash")
        assert "Story one" in clash.text_content()
        assert "Story two" in clash.text_content()
        assert picked(article) == [one]
        sent = values_of(page) | {"_save": "1", "_choice-related": choice}
        assert ben.post(url, sent).status_code == 302
        assert picked(article) == [two if choice == "mine" else one]


class TestTheWorkingCopy:
    def test_readers_see_the_picks_when_the_changes_are_published(self, desk, client):
        article, one = make_article("Rain"), make_article("One")
        press(desk, change_url(article), "_save", related=line_of(one))
        assert picked(article) == []
        assert related_names(client, article) == []
        copy = publishing.working_row(Article.objects.get(pk=article.pk))
        assert picked(copy) == [one]
        press(desk, change_url(article), "_publish")
        assert picked(article) == [one]
        assert related_names(client, article) == ["One"]
        assert not Article.objects.filter(copy_of=article).exists()

    def test_begins_with_the_picks_of_the_live_article(self, desk):
        article, one, two = make_article("Rain"), make_article("1"), make_article("2")
        pick(article, two, one)
        press(desk, change_url(article), "_save", headline="Snow")
        copy = publishing.working_row(Article.objects.get(pk=article.pk))
        assert picked(copy) == [two, one]

    def test_of_which_nothing_changed_is_none(self, desk):
        article, one = make_article("Rain"), make_article("One")
        press(desk, change_url(article), "_save", related=line_of(one))
        press(desk, change_url(article), "_save", related="")
        assert not Article.objects.filter(copy_of=article).exists()

    def test_that_is_discarded_leaves_the_picks_and_the_history_has_both(self, desk):
        article, one, two = make_article("Rain"), make_article("1"), make_article("2")
        pick(article, one)
        press(desk, change_url(article), "_save", related=line_of(two))
        press(desk, change_url(article), "_discard")
        assert picked(article) == [one]
        said = [revision.snapshot["related"] for revision in article.revisions.all()]
        assert [{"id": two.pk, "name": "2"}] in said

    def test_goes_out_by_the_clock_with_its_picks(self):
        article, one = make_article("Rain"), make_article("One")
        copy = publishing.open_working_copy(article, None)
        pick(copy, one)
        Article.objects.filter(pk=copy.pk).update(changes_due_at=NOON)
        assert clock.tick(NOON + DAY).changed == 1
        assert picked(article) == [one]

    def test_is_folded_in_when_the_article_is_withdrawn(self, desk):
        article, one = make_article("Rain"), make_article("One")
        press(desk, change_url(article), "_save", related=line_of(one))
        press(desk, change_url(article), "_withdraw")
        assert picked(article) == [one]

    def test_takes_in_what_changed_in_the_live_row_alone(self):
        article, one = make_article("Rain"), make_article("One")
        copy = publishing.open_working_copy(article, None)
        pick(article, one)
        assert publishing.rebase(copy) == []
        assert picked(copy) == [one]

    def test_is_told_of_picks_that_both_sides_changed(self):
        article, one, two = make_article("Rain"), make_article("1"), make_article("2")
        copy = publishing.open_working_copy(article, None)
        pick(article, one)
        pick(copy, two)
        with pytest.raises(publishing.Clash) as clash:
            publishing.publish_changes(article, None)
        assert clash.value.fields == ["related"]
        assert picked(article) == [one]

    def test_takes_a_new_headline_of_a_picked_story_for_no_change(self):
        article, one, two = make_article("Rain"), make_article("1"), make_article("2")
        pick(article, one)
        copy = publishing.open_working_copy(article, None)
        pick(copy, two)
        Article.objects.filter(pk=one.pk).update(headline="One, corrected")
        publishing.publish_changes(article, None)
        assert picked(article) == [two]

    def test_from_before_there_were_picks_is_published_with_them(self):
        article, one = make_article("Rain"), make_article("One")
        copy = publishing.open_working_copy(article, None)
        del copy.base["related"]
        copy.save(update_fields=["base"])
        pick(copy, one)
        publishing.publish_changes(article, None)
        assert picked(article) == [one]

    def test_stays_in_step_through_a_merge_of_authors(self):
        ada, bo = make_author("Ada"), make_author("Bo")
        article, one = make_article("Rain", authors=[ada]), make_article("One")
        copy = publishing.open_working_copy(article, None)
        pick(copy, one)
        merging.merge(ada, bo)
        publishing.publish_changes(Article.objects.get(pk=article.pk), None)
        assert picked(article) == [one]


class TestTheHistory:
    def test_brings_an_older_choice_back(self, desk):
        article = make_article("Rain", status=Status.DRAFT)
        one, two = make_article("1"), make_article("2")
        press(desk, change_url(article), "_save", related=line_of(one, two))
        press(desk, change_url(article), "_save", related="")
        version = next(r for r in article.revisions.all() if r.snapshot["related"])
        url = reverse(
            "admin:articles_article_restore", args=[article.pk, version.number]
        )
        page = desk.get(url).content.decode()
        assert "Related stories" in page
        desk.post(url)
        assert picked(article) == [one, two]

    def test_says_which_picked_story_is_gone(self, desk):
        article = make_article("Rain", status=Status.DRAFT)
        gone, stays = make_article("Gone for good"), make_article("Stays")
        press(desk, change_url(article), "_save", related=line_of(gone, stays))
        press(desk, change_url(article), "_save", related="")
        publishing.move_to_trash(gone, None)
        assert trash.destroy(Article.objects.filter(pk=gone.pk)) == 1
        version = next(r for r in article.revisions.all() if r.snapshot["related"])
        url = reverse(
            "admin:articles_article_restore", args=[article.pk, version.number]
        )
        words = "The related story “Gone for good” no longer exists"
        assert words in desk.get(url).content.decode()
        desk.post(url)
        assert picked(article) == [stays]

    def test_compares_them_by_their_headlines(self):
        old = {"related": [{"id": 1, "name": "First"}, {"id": 2, "name": "Second"}]}
        new = {"related": [{"id": 2, "name": "Second"}, {"id": 3, "name": "Third"}]}
        (field,) = compare_snapshots(old, new, ["related"])
        assert field["label"] == "Related stories"
        shown = lxml.html.fromstring(field["html"])
        assert [d.text_content() for d in shown.iter("del")] == ["[removed: First]"]
        assert [i.text_content() for i in shown.iter("ins")] == ["[added: Third]"]

    def test_makes_no_version_of_a_save_without_changes(self, desk):
        article = make_article("Rain", status=Status.DRAFT)
        pick(article, make_article())
        press(desk, change_url(article), "_save")
        count = article.revisions.count()
        press(desk, change_url(article), "_save")
        assert article.revisions.count() == count

    def test_takes_a_version_from_before_there_were_picks_for_one_without(self):
        article = make_article("Rain", status=Status.DRAFT)
        version = revisions.record(article, None)
        del version.snapshot["related"]
        version.save(update_fields=["snapshot"])
        assert revisions.record(article, None) == version
        revisions.put(article, version.snapshot, ["headline"])
        assert Revision.objects.count() == 1

    def test_an_article_taken_from_the_trash_has_its_picks(self):
        article, one = make_article("Rain"), make_article("One")
        pick(article, one)
        publishing.move_to_trash(article, None)
        publishing.take_from_trash(article, as_it_was=True)
        assert picked(article) == [one]


class TestThePreview:
    def test_shows_the_picks_of_a_snapshot(self):
        article, one, two = make_article("Rain"), make_article("1"), make_article("2")
        draft = make_article("Hidden", status=Status.DRAFT)
        pick(article, one)
        snapshot = revisions.take(article)
        snapshot["related"] = [
            {"id": story.pk, "name": ""} for story in (two, draft, one)
        ]
        told, gone = as_told(article, snapshot)
        assert neighbours_of(told)["related"] == [two, one]
        assert gone == []
        page = render_article(RequestFactory().get("/p/"), told)
        assert "Hidden" not in page.content.decode()

    def test_shows_what_is_typed_and_not_saved(self, desk):
        article, one = make_article("Rain"), make_article("The picked one")
        form = filled_form(desk, change_url(article)) | {"related": line_of(one)}
        page = desk.post(
            reverse("admin:articles_article_preview_page", args=[article.pk]),
            {"typed": json.dumps(list(form.items()))},
        )
        assert "The picked one" in page.content.decode()
        assert not RelatedStory.objects.exists()

    def test_says_saved_where_nothing_was_typed(self, desk):
        article = make_article("Rain")
        pick(article, make_article())
        form = filled_form(desk, change_url(article))
        page = desk.post(
            reverse("admin:articles_article_preview_page", args=[article.pk]),
            {"typed": json.dumps(list(form.items()))},
        )
        assert '<meta name="preview-text" content="stored">' in page.content.decode()


class TestTheAutosave:
    def test_says_in_headlines_what_it_kept(self, desk):
        article = make_article("Rain", status=Status.DRAFT)
        one = make_article("The picked one")
        form = filled_form(desk, change_url(article)) | {"related": ""}
        kept = form | {"related": line_of(one)}
        answer = desk.post(
            reverse("admin:articles_article_autosave_compare"),
            json.dumps(
                {
                    "article": article.pk,
                    "stored": list(form.items()),
                    "kept": list(kept.items()),
                }
            ),
            content_type="application/json",
        ).json()
        assert "The picked one" in answer["html"]
