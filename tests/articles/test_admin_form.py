from datetime import timedelta

import lxml.html
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from articles import publishing
from articles.models import Article, Correction
from tests.factories import (
    NOON,
    make_article,
    make_author,
    make_page,
    make_section,
    make_tag,
    make_user,
)

ADD = reverse("admin:articles_article_add")
Status = Article.Status


def change_url(article):
    return reverse("admin:articles_article_change", args=[article.pk])


def filled_form(client, url, form_id="article_form"):
    """What a browser would send of the form at this address, unchanged."""
    return values_of(client.get(url), form_id)


def values_of(response, form_id="article_form"):
    page = lxml.html.fromstring(response.content.decode())
    form = page.get_element_by_id(form_id)
    # Browsers drop the line break after <textarea> (HTML, 4.10.11); lxml does not.
    return {name: value.removeprefix("\n") for name, value in form.form_values()}


def press(client, url, button, **changes):
    """Fill fields of the form, as its page shows it, and press a button."""
    return client.post(url, filled_form(client, url) | changes | {button: "1"})


def buttons(client, url):
    page = lxml.html.fromstring(client.get(url).content.decode())
    return [
        button.text_content() for button in page.find_class("verbs")[0].iter("button")
    ]


def in_days(days):
    moment = timezone.localtime() + timedelta(days=days)
    return moment.strftime("%Y-%m-%dT%H:%M")


class Writing(TestCase):
    def setUp(self):
        self.editor = make_user("erin", "editor")
        self.client.force_login(self.editor)

    def test_a_new_article_is_a_draft_of_who_wrote_it_with_everything_typed(self):
        section, author = make_section(), make_author()
        press(
            self.client,
            ADD,
            "_save",
            headline="Rain at last",
            standfirst="It came on Tuesday.",
            body="<p>It rained.</p>",
            section=section.pk,
            tags='weather, "Smith, John"',
            **{"bylines-0-author": author.pk, "bylines-0-role": "Photographs"},
        )
        article = Article.objects.get()
        self.assertEqual(article.created_by, self.editor)
        self.assertEqual(article.body, "<p>It rained.</p>")
        self.assertEqual(article.section, section)
        self.assertEqual(set(article.tags.names()), {"weather", "Smith, John"})
        self.assertEqual(article.bylines.get().role, "Photographs")
        self.assertEqual(article.status, Status.DRAFT)
        self.assertIsNone(article.path)

    def test_bad_input_loses_nothing_and_says_what_is_wrong_at_the_field(self):
        author = make_author("Ada Lindqvist")
        response = press(
            self.client,
            ADD,
            "_save",
            headline="",
            standfirst="A standfirst",
            body="<p>Half an hour of work</p>",
            tags='climate, "Smith, John"',
            **{"bylines-0-author": author.pk, "bylines-0-credit": "A. L."},
        )
        page = lxml.html.fromstring(response.content.decode())
        values = values_of(response)
        self.assertEqual(values["body"], "<p>Half an hour of work</p>")
        self.assertEqual(values["standfirst"], "A standfirst")
        self.assertEqual(values["tags"], 'climate, "Smith, John"')
        self.assertEqual(values["bylines-0-author"], str(author.pk))
        self.assertEqual(values["bylines-0-credit"], "A. L.")
        (row,) = page.find_class("field-headline")
        self.assertIn("required", row.find_class("errorlist")[0].text_content())
        (row,) = page.find_class("field-body")
        self.assertFalse(row.find_class("errorlist"))
        self.assertFalse(Article.objects.exists())

    def test_warns_of_what_the_text_lost_and_only_then(self):
        article = make_article(body="<p>One.</p>", status=Status.DRAFT)
        url = change_url(article)
        body = '<p>Two.</p><iframe src="https://video.example.org/7"></iframe>'
        page = self.client.get(press(self.client, url, "_save", body=body).url)
        self.assertContains(page, "without what an article cannot hold")
        self.assertContains(page, "https://video.example.org/7")
        kept = press(self.client, url, "_save", body="<p>Three, <b>four</b>.</p>")
        self.assertNotContains(self.client.get(kept.url), "cannot hold")

    def test_an_empty_row_of_bylines_makes_none_though_it_has_a_position(self):
        press(self.client, ADD, "_save", headline="Rain", **{"bylines-0-position": "3"})
        self.assertFalse(Article.objects.get().bylines.exists())

    def test_bylines_stand_in_the_order_of_their_positions(self):
        first, second = make_author("Ada"), make_author("Ben")
        article = make_article(status=Status.DRAFT, authors=[first, second])
        press(
            self.client,
            change_url(article),
            "_save",
            **{"bylines-0-position": "1", "bylines-1-position": "0"},
        )
        names = [byline.author.name for byline in article.bylines.all()]
        self.assertEqual(names, ["Ben", "Ada"])

    def test_saving_what_nobody_changed_writes_nothing(self):
        for status in (Status.DRAFT, Status.PUBLISHED):
            article = make_article(
                "Rain", status=status, tags=[make_tag()], authors=[make_author()]
            )
            with self.subTest(status=status):
                press(self.client, change_url(article), "_save")
                saved = Article.objects.get(pk=article.pk)
                self.assertEqual(saved.updated_at, article.updated_at)
                self.assertFalse(saved.has_unpublished_changes)
                press(self.client, change_url(article), "_save", headline="Snow")
                saved.refresh_from_db()
                row = publishing.working_row(saved)
                self.assertEqual(row.headline, "Snow")
                self.assertNotEqual(row.updated_at, article.updated_at)

    def test_an_address_of_a_page_is_refused_at_the_field(self):
        make_page(path="/about/")
        response = press(self.client, ADD, "_save", headline="Rain", path="/about/")
        self.assertContains(response, "A page stands at this address.")
        self.assertFalse(Article.objects.exists())

    def test_the_address_of_a_published_article_cannot_be_typed(self):
        article = make_article("Rain")
        form = filled_form(self.client, change_url(article))
        self.assertNotIn("path", form)
        self.client.post(
            change_url(article), form | {"path": "/elsewhere/", "_save": "1"}
        )
        article.refresh_from_db()
        self.assertEqual(article.path, "/2024/05/rain/")

    def test_corrections_are_added_but_never_deleted(self):
        self.client.force_login(make_user("root", is_superuser=True))
        article = make_article()
        correction = Correction.objects.create(article=article, text="Wrong year")
        form = filled_form(self.client, change_url(article))
        self.assertNotIn("corrections-0-DELETE", form)
        self.client.post(
            change_url(article), form | {"corrections-0-DELETE": "on", "_save": "1"}
        )
        self.assertTrue(Correction.objects.filter(pk=correction.pk).exists())


class Buttons(TestCase):
    """Each says what it does, and only those who may do it see it."""

    def setUp(self):
        self.publisher = make_user("pat", "publisher")
        self.client.force_login(self.publisher)

    def test_each_state_offers_its_own(self):
        future, past = timezone.now() + timedelta(days=1), NOON + timedelta(hours=1)
        cases = [
            ({"status": Status.DRAFT}, ["Save draft", "Submit for review", "Publish"]),
            ({"status": Status.REVIEW}, ["Save", "Send back", "Publish"]),
            ({}, ["Save changes", "Publish changes", "Withdraw"]),
            ({"published_at": future}, ["Save", "Publish now", "Back to draft"]),
            ({"expires_at": past}, ["Save", "Withdraw"]),
            ({"status": Status.WITHDRAWN}, ["Save", "Publish again", "Back to draft"]),
        ]
        for fields, expected in cases:
            with self.subTest(fields=fields):
                article = make_article(**fields)
                self.assertEqual(buttons(self.client, change_url(article)), expected)

    def test_an_editor_corrects_live_articles_but_does_not_publish(self):
        self.client.force_login(make_user("erin", "editor"))
        draft, live = make_article(status=Status.DRAFT), make_article("Rain")
        self.assertEqual(
            buttons(self.client, change_url(draft)), ["Save draft", "Submit for review"]
        )
        self.assertEqual(
            buttons(self.client, change_url(live)),
            ["Save changes", "Submit changes for review"],
        )

    def test_publishing_saves_what_was_typed_and_shows_it(self):
        draft = make_article("Rain", status=Status.DRAFT)
        response = press(self.client, change_url(draft), "_publish", headline="Snow")
        self.assertRedirects(response, change_url(draft))
        draft.refresh_from_db()
        self.assertEqual(draft.headline, "Snow")
        self.assertTrue(draft.is_live())
        self.assertIn("/snow/", draft.path)

    def test_publishing_with_a_date_in_the_future_schedules(self):
        draft = make_article("Rain", status=Status.DRAFT)
        response = press(
            self.client, change_url(draft), "_publish", published_at=in_days(3)
        )
        self.assertContains(self.client.get(response.url), "Scheduled: readers see it")
        draft.refresh_from_db()
        self.assertEqual(draft.state(), "scheduled")
        self.assertFalse(draft.is_live())

    def test_publish_now_does_not_wait_for_the_scheduled_date(self):
        article = make_article(published_at=timezone.now() + timedelta(days=3))
        press(self.client, change_url(article), "_publish")
        article.refresh_from_db()
        self.assertTrue(article.is_live())

    def test_withdraw_and_send_back_do_so(self):
        article = make_article()
        press(self.client, change_url(article), "_withdraw")
        article.refresh_from_db()
        self.assertEqual(article.status, Status.WITHDRAWN)
        self.assertFalse(article.is_live())
        press(self.client, change_url(article), "_send_back")
        article.refresh_from_db()
        self.assertEqual(article.status, Status.DRAFT)

    def test_a_published_article_cannot_lose_its_date(self):
        article = make_article()
        response = press(self.client, change_url(article), "_save", published_at="")
        self.assertContains(response, "To take it offline, withdraw it.")
        article.refresh_from_db()
        self.assertIsNotNone(article.published_at)

    def test_an_end_before_the_beginning_is_refused_at_the_field(self):
        article = make_article()
        response = press(
            self.client, change_url(article), "_save", expires_at="2001-01-01T10:00"
        )
        page = lxml.html.fromstring(response.content.decode())
        (row,) = page.find_class("field-expires_at")
        self.assertIn("The end must be after", row.text_content())
        article.refresh_from_db()
        self.assertIsNone(article.expires_at)

    def test_saving_keeps_the_seconds_of_the_publication(self):
        moment = NOON.replace(second=41)
        article = make_article(published_at=moment)
        press(self.client, change_url(article), "_save", headline="Snow")
        row = publishing.working_row(Article.objects.get(pk=article.pk))
        self.assertEqual(row.published_at, moment)
        self.assertEqual(row.headline, "Snow")
        newest, before = article.revisions.all()
        self.assertEqual(
            newest.snapshot["published_at"], before.snapshot["published_at"]
        )
        self.assertNotEqual(newest.snapshot["headline"], before.snapshot["headline"])

    def test_a_button_that_came_too_late_saves_the_text_and_says_so(self):
        draft = make_article("Rain", status=Status.DRAFT)
        form = filled_form(self.client, change_url(draft))
        Article.objects.get(pk=draft.pk).publish()
        response = self.client.post(
            change_url(draft),
            form | {"headline": "Snow", "_submit": "1"},
        )
        self.assertContains(
            self.client.get(response.url), "“Live, with unpublished changes” by now"
        )
        draft.refresh_from_db()
        self.assertEqual(draft.headline, "Rain")
        self.assertEqual(publishing.working_row(draft).headline, "Snow")
        self.assertNotEqual(draft.status, Status.REVIEW)


class OwnByline(TestCase):
    def test_a_contributor_with_an_author_starts_with_their_byline(self):
        contributor = make_user("con", "contributor")
        author = make_author("Cy de la Cruz", user=contributor)
        self.client.force_login(contributor)
        press(self.client, ADD, "_submit", headline="Rain")
        article = Article.objects.get()
        self.assertEqual(article.bylines.get().author, author)
        self.assertEqual(article.status, Status.REVIEW)
        self.assertNotEqual(article.created_by, None)

    def test_an_editor_writes_for_others_and_starts_with_none(self):
        editor = make_user("erin", "editor")
        make_author("Erin Moss", user=editor)
        self.client.force_login(editor)
        self.assertNotContains(self.client.get(ADD), "Erin Moss")


class TagsOfAnArticle(TestCase):
    def setUp(self):
        self.client.force_login(make_user("erin", "editor"))

    def test_a_synonym_becomes_its_tag_and_capitals_do_not_matter(self):
        tag = make_tag("climate")
        tag.synonyms.create(name="Global Warming")
        press(
            self.client, ADD, "_save", headline="Rain", tags="global warming, CLIMATE"
        )
        self.assertEqual(list(Article.objects.get().tags.names()), ["climate"])
        self.assertFalse(type(tag).objects.filter(name__icontains="global").exists())

    def test_names_with_commas_and_quotes_come_back_unchanged(self):
        names = ["Smith, John", 'the "new" left', "plain"]
        article = make_article(
            status=Status.DRAFT, tags=[make_tag(name) for name in names]
        )
        press(self.client, change_url(article), "_save", headline="Snow")
        self.assertEqual(set(article.tags.names()), set(names))
        self.assertEqual(article.tags.count(), 3)


class NonsenseIsAnswered(TestCase):
    """Nobody types this; a broken browser or an attacker sends it."""

    def setUp(self):
        self.client.force_login(make_user("erin", "editor"))

    def test_a_choice_that_is_no_key_is_an_error_of_its_field(self):
        sentences = {
            "abc": "Select a valid choice.",
            "a\0b": "Null characters are not allowed.",
        }
        for field in ("series", "lead_picture", "bylines-0-author"):
            for value, sentence in sentences.items():
                with self.subTest(field=field, value=value):
                    page = press(
                        self.client, ADD, "_save", headline="Kept", **{field: value}
                    )
                    self.assertContains(page, "Kept")
                    self.assertContains(page, sentence)
        self.assertFalse(Article.objects.exists())

    def test_a_nul_in_an_address_is_a_bad_request(self):
        for name in (
            "articles_article_changelist",
            "articles_tag_suggest",
            "articles_picture_chooser",
        ):
            with self.subTest(name=name):
                response = self.client.get(reverse(f"admin:{name}") + "?q=%00")
                self.assertEqual(response.status_code, 400)
                response = self.client.get(reverse(f"admin:{name}") + "?q=ok")
                self.assertEqual(response.status_code, 200)

    def test_an_action_on_what_is_no_row_is_a_bad_request(self):
        url = reverse("admin:articles_article_changelist")
        for key in ("abc", "\0"):
            response = self.client.post(
                url, {"action": "submit", "_selected_action": [key]}
            )
            self.assertEqual(response.status_code, 400)
