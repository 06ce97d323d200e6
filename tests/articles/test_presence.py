"""Who has an article open, who types, who asks to take over."""

import json
import uuid
from datetime import timedelta

import pytest
from django.test import Client, TestCase
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from articles.admin import presence
from articles.models import Article, Presence
from tests.articles.test_admin_form import change_url, press
from tests.factories import make_article, make_user


class World(TestCase):
    """Ann and Ben, each with one tab; helpers to beat in their names."""

    def setUp(self):
        self.ann = make_user("ann", "editor", first_name="Ann")
        self.ben = make_user("ben", "editor", first_name="Ben")
        self.article = make_article("Rain", status=Article.Status.DRAFT)
        self.tabs = {self.ann: str(uuid.uuid4()), self.ben: str(uuid.uuid4())}

    def post(self, user, name, **sent):
        self.client.force_login(user)
        return self.client.post(
            reverse(f"admin:articles_article_presence_{name}", args=[self.article.pk]),
            json.dumps(sent),
            content_type="application/json",
        )

    def beat(self, user, **sent):
        answer = self.post(user, "beat", **{"tab": self.tabs[user]} | sent)
        self.assertEqual(answer.status_code, 200, answer.content)
        return answer.json()

    def leave(self, user):
        self.client.force_login(user)
        url = reverse("admin:articles_article_presence_leave", args=[self.article.pk])
        return self.client.post(url, {"tab": self.tabs[user]})


class BeingThere(World):
    def test_each_sees_the_other_and_not_themselves(self):
        self.assertEqual(self.beat(self.ann)["others"], [])
        (other,) = self.beat(self.ben)["others"]
        self.assertEqual(other["name"], "Ann")
        self.assertFalse(other["is_you"])
        self.assertFalse(other["is_typing"])
        self.assertRegex(other["since"], r"^\d\d:\d\d$")

    def test_typing_shows_for_fifteen_seconds(self):
        self.beat(self.ann, typed=True)
        self.assertTrue(self.beat(self.ben)["others"][0]["is_typing"])
        Presence.objects.update(typed_at=timezone.now() - timedelta(seconds=16))
        self.assertFalse(self.beat(self.ben)["others"][0]["is_typing"])

    def test_without_a_beat_for_half_a_minute_somebody_is_gone(self):
        self.beat(self.ann)
        rows = Presence.objects.filter(user=self.ann)
        rows.update(seen_at=timezone.now() - timedelta(seconds=29))
        self.assertEqual(len(self.beat(self.ben)["others"]), 1)
        rows.update(seen_at=timezone.now() - timedelta(seconds=31))
        self.assertEqual(self.beat(self.ben)["others"], [])

    def test_leaving_takes_ones_own_tab_away_and_nobody_elses(self):
        self.beat(self.ann)
        self.beat(self.ben)
        self.tabs[self.ben], own = self.tabs[self.ann], self.tabs[self.ben]
        self.leave(self.ben)
        self.assertEqual(Presence.objects.count(), 2)
        self.tabs[self.ben] = own
        self.leave(self.ben)
        self.assertEqual(Presence.objects.get().user, self.ann)

    def test_two_tabs_of_one_person_are_told_as_such(self):
        self.beat(self.ann)
        (other,) = self.beat(self.ann, tab=str(uuid.uuid4()))["others"]
        self.assertTrue(other["is_you"])

    def test_nobody_without_the_article_learns_who_is_there(self):
        self.beat(self.ann)
        stranger = make_user("con", "contributor")
        for name in ("beat", "ask", "answer"):
            answer = self.post(stranger, name, tab=str(uuid.uuid4()), person=1)
            self.assertEqual(answer.status_code, 404)
            self.assertNotIn("Ann", answer.content.decode())
        self.assertEqual(Presence.objects.count(), 1)

    def test_a_beat_without_a_tab_leaves_nothing(self):
        for tab in (None, "", "x", 7):
            self.assertEqual(self.post(self.ann, "beat", tab=tab).status_code, 404)
        self.assertFalse(Presence.objects.exists())

    def test_says_when_somebody_saved_meanwhile_and_who(self):
        first = self.beat(self.ben)
        self.client.force_login(self.ann)
        press(self.client, change_url(self.article), "_save", headline="Snow")
        second = self.beat(self.ben)
        self.assertNotEqual(second["stamp"], first["stamp"])
        self.assertEqual(second["saved"]["name"], "Ann")
        self.assertEqual(self.beat(self.ben)["stamp"], second["stamp"])

    def test_the_changes_of_a_live_article_count_as_saves_of_it(self):
        self.article = make_article("Flood")
        first = self.beat(self.ben)
        self.client.force_login(self.ann)
        press(self.client, change_url(self.article), "_save", headline="Floods")
        self.assertNotEqual(self.beat(self.ben)["stamp"], first["stamp"])


class HandingOver(World):
    def setUp(self):
        super().setUp()
        self.beat(self.ann)
        self.beat(self.ben)

    def test_the_one_who_is_asked_is_told_and_nobody_else(self):
        answer = self.post(self.ben, "ask", person=self.ann.pk)
        self.assertTrue(answer.json()["asked"])
        self.assertEqual(self.beat(self.ann)["asked"], "Ben")
        self.assertIsNone(self.beat(self.ben)["asked"])
        self.assertTrue(self.beat(self.ben)["others"][0]["was_asked"])

    def test_not_now_is_told_once(self):
        self.post(self.ben, "ask", person=self.ann.pk)
        self.post(self.ann, "answer", yes=False)
        self.assertIsNone(self.beat(self.ann)["asked"])
        (told,) = self.beat(self.ben)["answers"]
        self.assertEqual((told["name"], told["yes"]), ("Ann", False))
        # Until the browser has heard it.
        self.assertEqual(len(self.beat(self.ben)["answers"]), 1)
        self.assertEqual(self.beat(self.ben, heard=[told["key"]])["answers"], [])
        self.assertEqual(len(self.beat(self.ben)["others"]), 1)

    def test_hearing_an_answer_does_not_take_back_the_next_question(self):
        self.post(self.ben, "ask", person=self.ann.pk)
        self.post(self.ann, "answer", yes=False)
        (told,) = self.beat(self.ben)["answers"]
        self.post(self.ben, "ask", person=self.ann.pk)
        self.beat(self.ben, heard=[told["key"]])
        self.assertEqual(self.beat(self.ann)["asked"], "Ben")

    def test_yes_is_told_and_whoever_handed_over_is_gone(self):
        self.post(self.ben, "ask", person=self.ann.pk)
        self.post(self.ann, "answer", yes=True)
        self.leave(self.ann)
        answer = self.beat(self.ben)
        self.assertEqual(answer["others"], [])
        self.assertTrue(answer["answers"][0]["yes"])

    def test_nobody_asks_themselves_or_somebody_who_is_not_there(self):
        carl = make_user("carl", "editor")
        self.assertEqual(
            self.post(self.ben, "ask", person=self.ben.pk).status_code, 404
        )
        answer = self.post(self.ben, "ask", person=carl.pk)
        self.assertFalse(answer.json()["asked"])
        self.assertFalse(Presence.objects.exclude(asked_by=None).exists())

    def test_an_answer_to_no_question_tells_nobody_anything(self):
        self.post(self.ann, "answer", yes=True)
        self.assertEqual(self.beat(self.ben)["answers"], [])
        self.assertEqual(len(self.beat(self.ben)["others"]), 1)


class Pruning(World):
    def test_deletes_what_is_older_than_a_day_and_nothing_younger(self):
        self.beat(self.ann)
        self.beat(self.ben)
        old = timezone.now() - timedelta(days=1, minutes=1)
        Presence.objects.filter(user=self.ann).update(seen_at=old)
        self.assertEqual(presence.prune(), 1)
        self.assertEqual(Presence.objects.get().user, self.ben)
        self.assertEqual(presence.prune(timezone.now() + timedelta(days=2)), 1)

    def test_a_new_tab_prunes_too(self):
        self.beat(self.ann)
        Presence.objects.update(seen_at=timezone.now() - timedelta(days=2))
        self.beat(self.ben)
        self.assertEqual(Presence.objects.get().user, self.ben)


# In two browsers.


@pytest.fixture
def two(browser, live_server):
    """Return a function that opens an article's form in a browser of one's own."""
    contexts = []

    def open_as(user, article):
        # Another client each: a second login in one ends the first one's session.
        client = Client()
        client.force_login(user)
        context = browser.new_context()
        contexts.append(context)
        cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value}
        context.add_cookies([cookie | {"url": live_server.url}])
        page = context.new_page()
        page.goto(live_server.url + change_url(article))
        expect(page.locator("#saving")).to_have_attribute("data-ready", "true")
        return page

    yield open_as
    for context in contexts:
        context.close()


def hurry(page):
    """Let the next beat come at once instead of in ten seconds."""
    page.evaluate("document.dispatchEvent(new Event('desk:beat'))")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_ann_hands_over_to_ben_and_her_text_is_saved(two):
    expect.set_options(timeout=20_000)
    article = make_article("Rain", status=Article.Status.DRAFT)
    ann = two(make_user("ann", "editor", first_name="Ann"), article)
    ben = two(make_user("ben", "editor", first_name="Ben"), article)
    ben.get_by_role("button", name="Ask to hand over").click()
    expect(ben.locator("#presence")).to_contain_text("You asked to take over.")
    hurry(ann)
    expect(ann.locator("#presence")).to_contain_text("Ben would like to take over.")
    ann.get_by_role("button", name="Not now").click()
    expect(ann.locator("#presence")).not_to_contain_text("take over")
    hurry(ben)
    expect(ben.locator("#presence")).to_contain_text("Ann would rather not")
    ben.get_by_role("button", name="OK").click()
    ben.get_by_role("button", name="Ask to hand over").click()
    ann.fill("#id_headline", "Rain at last")
    hurry(ben)
    expect(ben.locator("#presence")).to_contain_text("Ann is typing")
    hurry(ann)
    ann.get_by_role("button", name="Hand over", exact=True).click()
    expect(ann.locator(".messagelist")).to_contain_text("handed over to Ben")
    assert ann.url.endswith(reverse("admin:articles_article_changelist"))
    article.refresh_from_db()
    assert article.headline == "Rain at last"
    hurry(ben)
    expect(ben.locator("#presence")).to_contain_text("handed it over to you")
    expect(ben.locator("#presence")).to_contain_text("Ann saved this at")
    expect(ben.locator("#presence")).not_to_contain_text("has this open")
