"""What is typed and not saved, as the server keeps it."""

import json
import uuid
from datetime import timedelta

from django.db import connection
from django.test import Client, TestCase, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from articles.admin import autosave
from articles.models import Article, Autosave, Revision
from tests.articles.test_admin_form import ADD, change_url, filled_form, press
from tests.factories import make_article, make_author, make_picture, make_user

Status = Article.Status
TOKEN, PAGE = str(uuid.uuid4()), str(uuid.uuid4())


def url(name):
    return reverse(f"admin:articles_article_autosave_{name}")


def post(client, name, **sent):
    return client.post(url(name), json.dumps(sent), content_type="application/json")


def keep(client, article=None, data=(("headline", "Rain"),), **sent):
    sent = {"token": TOKEN, "page": PAGE, "data": data} | sent
    return post(client, "keep", article=article.pk if article else "", **sent)


class Keeping(TestCase):
    def setUp(self):
        self.editor = make_user("erin", "editor")
        self.client.force_login(self.editor)
        self.draft = make_article("Drought", status=Status.DRAFT)

    def test_keeps_one_buffer_per_article_and_user_and_leaves_the_article(self):
        for headline in ("Rain", "Rain at last"):
            response = keep(self.client, self.draft, [["headline", headline]])
            self.assertRegex(response.json()["at"], r"^\d\d:\d\d$")
        buffer = Autosave.objects.get()
        self.assertEqual(buffer.data, [["headline", "Rain at last"]])
        self.assertEqual(buffer.article, self.draft)
        self.draft.refresh_from_db()
        self.assertEqual(self.draft.headline, "Drought")
        self.assertEqual(self.draft.version, 1)

    def test_never_shows_in_the_history(self):
        press(self.client, change_url(self.draft), "_save", headline="Snow")
        before = Revision.objects.count()
        keep(self.client, self.draft)
        self.assertEqual(Revision.objects.count(), before)
        self.assertFalse(Revision.objects.filter(snapshot__headline="Rain").exists())

    def test_a_new_article_is_kept_by_its_token_and_makes_no_row(self):
        other = str(uuid.uuid4())
        keep(self.client)
        keep(self.client, token=other)
        keep(self.client, data=[["headline", "Hail"]])
        tokens = Autosave.objects.values_list("token", "article")
        self.assertEqual(sorted(tokens), sorted([(TOKEN, None), (other, None)]))
        self.assertEqual(Article.objects.count(), 1)
        offered = self.client.get(url("kept")).json()["buffers"]
        self.assertEqual([b["token"] for b in offered], [TOKEN, other])

    def test_another_user_gets_a_buffer_of_their_own_and_nothing_of_mine(self):
        keep(self.client, self.draft)
        self.client.force_login(make_user("ben", "editor"))
        answer = self.client.get(f"{url('kept')}?article={self.draft.pk}").json()
        self.assertEqual(answer["buffers"], [])
        keep(self.client, self.draft, [["headline", "Ben’s"]])
        mine = Autosave.objects.get(user=self.editor)
        self.assertEqual(mine.data, [["headline", "Rain"]])

    def test_a_text_that_no_database_takes_is_kept_without_what_it_refuses(self):
        response = keep(self.client, self.draft, [["body", "a\0b\ud800c"]])
        self.assertEqual(response.status_code, 200)
        self.assertEqual(Autosave.objects.get().data, [["body", "abc"]])

    def test_what_is_no_form_is_refused_with_a_sentence(self):
        for sent in ({"data": "x"}, {"data": [["a"]]}, {"data": [[1, 2]]}):
            with self.subTest(sent=sent):
                response = keep(self.client, self.draft, **sent)
                self.assertEqual(response.status_code, 400)
                self.assertIn("did not arrive", response.json()["message"])
        self.assertEqual(keep(self.client, token="x").status_code, 400)
        broken = self.client.post(url("keep"), "{", content_type="application/json")
        self.assertEqual(broken.status_code, 400)
        self.assertFalse(Autosave.objects.exists())

    def test_a_text_too_large_is_refused_with_a_sentence(self):
        response = keep(self.client, self.draft, [["body", "x" * autosave.LIMIT]])
        self.assertEqual(response.status_code, 413)
        self.assertIn("too large", response.json()["message"])
        many = [["x", ""]] * (autosave.MOST_FIELDS + 1)
        self.assertEqual(keep(self.client, self.draft, many).status_code, 413)
        self.assertFalse(Autosave.objects.exists())

    def test_whatever_can_be_kept_can_be_saved(self):
        # Each character is six in a form, two in JSON.
        body = "ж" * ((autosave.LIMIT - 1000) // 2)
        body = f"<p>{body}</p>"
        self.assertEqual(
            self.client.post(
                url("keep"),
                json.dumps(
                    {
                        "article": self.draft.pk,
                        "token": TOKEN,
                        "page": PAGE,
                        "data": [["body", body]],
                    },
                    ensure_ascii=False,
                ).encode(),
                content_type="application/json",
            ).status_code,
            200,
        )
        form = filled_form(self.client, change_url(self.draft)) | {"body": body}
        response = self.client.post(change_url(self.draft), form | {"_save": "1"})
        self.assertEqual(response.status_code, 302)

    def test_costs_the_same_few_queries_whatever_is_kept(self):
        keep(self.client, self.draft)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            keep(self.client, self.draft, [["body", "x" * 50_000]])
        # session, user, two of permissions, article, UPDATE of the buffer
        self.assertLessEqual(len(queries), 6, queries.captured_queries)


class WhoKeeps(TestCase):
    def setUp(self):
        self.user = make_user("con", "contributor")
        self.client.force_login(self.user)
        self.foreign = make_article("Foreign", status=Status.DRAFT)

    def test_nobody_keeps_anything_of_an_article_they_do_not_see(self):
        for name in ("keep", "compare", "drop"):
            response = post(
                self.client,
                name,
                article=self.foreign.pk,
                token=TOKEN,
                page=PAGE,
                data=[],
                stored=[],
                kept=[],
            )
            self.assertEqual(response.status_code, 404, name)
        answer = self.client.get(f"{url('kept')}?article={self.foreign.pk}")
        self.assertEqual(answer.status_code, 404)
        self.assertFalse(Autosave.objects.exists())

    def test_whoever_is_not_logged_in_is_told_so_and_gets_todays_token(self):
        self.client.logout()
        response = keep(self.client, self.foreign)
        self.assertEqual(response.status_code, 401)
        self.assertTrue(response.json()["csrf"])
        self.assertFalse(Autosave.objects.exists())

    def test_nothing_is_kept_in_the_name_of_somebody_else(self):
        other = make_user("ben", "editor", first_name="Ben", last_name="Other")
        self.client.force_login(other)
        response = self.client.post(
            url("keep"),
            json.dumps({"token": TOKEN, "page": PAGE, "data": []}),
            content_type="application/json",
            headers={"X-Desk-User": str(self.user.pk)},
        )
        self.assertEqual(response.status_code, 409)
        self.assertEqual(response.json()["message"], "Ben Other")
        self.assertFalse(Autosave.objects.exists())

    def test_the_form_of_a_reader_of_it_has_no_autosave(self):
        page = self.client.get(ADD)
        self.assertContains(page, 'id="saving"')
        reader = make_user("rea")
        reader.user_permissions.set(
            make_user("e", "editor")
            .groups.get()
            .permissions.filter(codename__in=["view_article", "edit_all_articles"])
        )
        self.client.force_login(reader)
        page = self.client.get(change_url(self.foreign))
        self.assertEqual(page.status_code, 200)
        self.assertNotContains(page, 'id="saving"')


class LoggingInHere(TestCase):
    def setUp(self):
        self.user = make_user("erin", "editor")

    def log_in(self, client=None, **sent):
        sent = {"username": "erin", "password": "password", "user": self.user.pk} | sent
        return (client or self.client).post(url("login"), sent)

    def test_the_owner_of_the_form_logs_in_and_gets_a_token_that_works(self):
        client = Client(enforce_csrf_checks=True)
        token = client.get(url("check")).json()["csrf"]
        refused = self.log_in(client)
        self.assertEqual(refused.status_code, 403)
        answer = self.log_in(client, csrfmiddlewaretoken=token)
        self.assertEqual(answer.status_code, 200)
        fresh = answer.json()["csrf"]
        kept = client.post(
            url("keep"),
            json.dumps({"token": TOKEN, "page": PAGE, "data": []}),
            content_type="application/json",
            headers={"X-CSRFToken": fresh},
        )
        self.assertEqual(kept.status_code, 200)

    def test_nobody_else_does_and_a_wrong_password_does_not(self):
        make_user("ben", "editor")
        make_user("old", is_staff=False)
        for sent in (
            {"username": "ben"},
            {"password": "wrong"},
            {"username": "old"},
            {"user": ""},
        ):
            with self.subTest(sent=sent):
                answer = self.log_in(**sent)
                self.assertEqual(answer.status_code, 400)
                self.assertTrue(answer.json()["message"])
                self.assertEqual(self.client.get(url("check")).status_code, 401)

    def test_obeys_what_the_authentication_backends_say(self):
        with override_settings(
            AUTHENTICATION_BACKENDS=["tests.articles.test_autosave.Locked"]
        ):
            self.assertEqual(self.log_in().status_code, 400)


class Locked:
    """Somebody who tried too often, as a package like django-axes tells it."""

    def authenticate(self, request, username=None, password=None):
        assert request.path == url("login")

    def get_user(self, key):
        return None


class Saving(TestCase):
    def setUp(self):
        self.editor = make_user("erin", "editor")
        self.client.force_login(self.editor)
        self.draft = make_article("Drought", status=Status.DRAFT)

    def test_a_real_save_drops_the_buffer_and_names_the_page_once(self):
        keep(self.client, self.draft)
        press(
            self.client,
            change_url(self.draft),
            "_save",
            headline="Rain",
            autosave_page=PAGE,
        )
        self.assertFalse(Autosave.objects.exists())
        page = self.client.get(change_url(self.draft))
        self.assertContains(page, f'data-saved-pages="{PAGE}"')
        self.assertNotContains(self.client.get(change_url(self.draft)), PAGE)

    def test_a_refused_save_drops_nothing_and_names_no_page(self):
        keep(self.client, self.draft)
        response = press(
            self.client,
            change_url(self.draft),
            "_save",
            headline="",
            autosave_page=PAGE,
        )
        self.assertContains(response, f'data-sent-page="{PAGE}"')
        self.assertContains(response, 'data-saved-pages=""')
        self.assertTrue(Autosave.objects.exists())

    def test_saving_a_new_article_drops_its_own_buffer_only(self):
        other = str(uuid.uuid4())
        keep(self.client)
        keep(self.client, token=other)
        press(self.client, ADD, "_save", headline="Rain", autosave_token=TOKEN)
        self.assertEqual(Autosave.objects.get().token, other)

    def test_saving_leaves_what_others_typed(self):
        ben = make_user("ben", "editor")
        Autosave.objects.create(user=ben, article=self.draft, data=[["a", "b"]])
        press(self.client, change_url(self.draft), "_save", headline="Rain")
        self.assertEqual(Autosave.objects.get().user, ben)

    def test_the_buffer_of_a_live_article_belongs_to_the_live_row(self):
        live = make_article("Flood")
        form = self.client.get(change_url(live))
        self.assertContains(form, f'data-article="{live.pk}"')
        keep(self.client, live)
        press(self.client, change_url(live), "_save", headline="Floods")
        self.assertFalse(Autosave.objects.exists())

    def test_throwing_away_leaves_what_another_page_kept_since(self):
        keep(self.client, self.draft)
        sent = {"article": self.draft.pk, "token": TOKEN}
        post(self.client, "drop", **sent, page=str(uuid.uuid4()))
        self.assertTrue(Autosave.objects.exists())
        post(self.client, "drop", **sent, page=PAGE)
        self.assertFalse(Autosave.objects.exists())


class Comparing(TestCase):
    def setUp(self):
        self.client.force_login(make_user("erin", "editor"))
        self.ada, self.ben = make_author("Ada Lovel"), make_author("Ben Okri")
        self.picture = make_picture(alt="A flooded street")
        self.draft = make_article(
            "Rain", status=Status.DRAFT, body="<p>It was dry.</p>", authors=[self.ada]
        )

    def compare(self, **changes):
        stored = filled_form(self.client, change_url(self.draft))
        kept = stored | changes
        answer = post(
            self.client,
            "compare",
            article=self.draft.pk,
            stored=[list(pair) for pair in stored.items()],
            kept=[list(pair) for pair in kept.items()],
        )
        self.assertEqual(answer.status_code, 200, answer.content)
        return answer.json()

    def test_shows_what_differs_word_by_word_and_nothing_else(self):
        html = self.compare(body="<p>It was wet.</p>")["html"]
        self.assertIn("<ins>", html)
        self.assertIn("wet", html)
        self.assertIn("Body", html)
        self.assertNotIn("Headline", html)
        self.assertNotIn("Bylines", html)

    def test_names_what_the_form_holds_by_key_and_gives_the_browser_the_names(self):
        answer = self.compare(
            **{
                "lead_picture": str(self.picture.pk),
                "bylines-0-author": str(self.ben.pk),
                "bylines-0-role": "Text",
            }
        )
        self.assertIn("Ben Okri, Text", answer["html"])
        self.assertIn(str(self.picture), answer["html"])
        self.assertEqual(
            answer["options"]["bylines-0-author"], [str(self.ben.pk), "Ben Okri"]
        )
        self.assertIn("lead_picture", answer["options"])

    def test_what_was_deleted_meanwhile_has_no_name_to_choose(self):
        answer = self.compare(lead_picture="987654")
        self.assertIn("deleted meanwhile", answer["html"])
        self.assertNotIn("lead_picture", answer["options"])

    def test_markup_that_was_typed_is_shown_not_run(self):
        html = self.compare(headline="<script>alert(1)</script>")["html"]
        self.assertNotIn("<script", html)
        self.assertIn("&lt;script", html)

    def test_tells_when_nothing_differs(self):
        self.assertIn("only the order", self.compare()["html"])


def test_an_article_takes_its_buffers_along_and_leaves_none(db):
    article = make_article(status=Status.DRAFT)
    Autosave.objects.create(
        user=make_user(), article=article, saved_at=timezone.now() - timedelta(days=1)
    )
    article.delete()
    assert not Autosave.objects.exists()
