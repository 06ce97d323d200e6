from datetime import timedelta

import lxml.html
from django.contrib.auth.models import Permission
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from articles import publishing, revisions
from articles.models import Article, PreviewLink
from tests.articles.test_admin_form import change_url
from tests.factories import (
    make_article,
    make_author,
    make_section,
    make_tag,
    make_user,
)

Status = Article.Status
HOUR = timedelta(hours=1)


def links_url(article):
    return reverse("admin:articles_article_preview_links", args=[article.pk])


def make_link(article, **fields):
    fields.setdefault("expires_at", timezone.now() + HOUR)
    return PreviewLink.objects.create(article=article, **fields)


def address(link):
    return f"/preview/{link.token}/"


class Opening(TestCase):
    """What somebody without a login gets."""

    def test_shows_the_newest_text_with_a_banner_and_sets_no_cookie(self):
        draft = make_article(
            "Rain at last",
            status=Status.DRAFT,
            authors=[make_author("Ada Lindqvist")],
            body="<p>It rained.</p>",
        )
        link = make_link(draft, label="our lawyer")
        page = self.client.get(address(link))
        for shown in ("Rain at last", "Ada Lindqvist", "It rained.", "Not for publ"):
            self.assertContains(page, shown)
        self.assertNotContains(page, "our lawyer")
        self.assertNotContains(page, "/admin/")
        self.assertFalse(page.cookies)
        self.assertNotIn("Cookie", page.get("Vary", ""))
        Article.objects.filter(pk=draft.pk).update(headline="Snow in May")
        self.assertContains(self.client.get(address(link)), "Snow in May")

    def test_is_found_by_nobody_and_kept_nowhere(self):
        link = make_link(make_article(status=Status.DRAFT))
        closed = make_link(make_article(status=Status.DRAFT), revoked_at=timezone.now())
        for page in (self.client.get(address(link)), self.client.get(address(closed))):
            self.assertIn("noindex", page["X-Robots-Tag"])
            self.assertIn("no-store", page["Cache-Control"])
            self.assertEqual(page["Referrer-Policy"], "no-referrer")
            self.assertEqual(page["X-Frame-Options"], "DENY")

    def test_nothing_on_the_page_passes_its_own_address_on(self):
        draft = make_article("Rain at last", status=Status.DRAFT)
        link = make_link(draft)
        page = self.client.get(address(link))
        self.assertNotContains(page, link.token)
        self.assertContains(page, "/rain-at-last/")

    def test_leads_to_no_other_unpublished_story(self):
        section, tag = make_section(), make_tag()
        draft = make_article("Rain", status=Status.DRAFT, section=section, tags=[tag])
        for number, status in enumerate((Status.DRAFT, Status.WITHDRAWN)):
            make_article(f"Secret {number}", status=status, section=section, tags=[tag])
        make_article(
            "Secret plan",
            published_at=timezone.now() + HOUR,
            section=section,
            tags=[tag],
        )
        make_article("Open story", section=section, tags=[tag])
        page = self.client.get(address(make_link(draft)))
        self.assertContains(page, "Open story")
        self.assertNotContains(page, "Secret")

    def test_a_pinned_version_stays_what_it_was_and_writes_nothing(self):
        user = make_user("erin", "editor")
        draft = make_article(
            "Rain", status=Status.DRAFT, authors=[make_author("Ada Lindqvist")]
        )
        link = make_link(draft, revision=revisions.record(draft, user))
        draft.headline = "Snow"
        draft.save()
        draft.bylines.all().delete()
        version = Article.objects.get(pk=draft.pk).version
        page = self.client.get(address(link))
        self.assertContains(page, "<h1>Rain</h1>")
        self.assertContains(page, "Ada Lindqvist")
        self.assertNotContains(page, "Snow")
        stored = Article.objects.get(pk=draft.pk)
        self.assertEqual((stored.headline, stored.version), ("Snow", version))
        self.assertFalse(stored.bylines.exists())

    def test_what_is_typed_and_not_saved_stays_on_the_desk(self):
        user = make_user("erin", "editor")
        draft = make_article("Rain", status=Status.DRAFT)
        draft.autosaves.create(user=user, data=[["headline", "Snow"]])
        self.client.force_login(user)
        page = self.client.get(address(make_link(draft)))
        self.assertContains(page, "Rain")
        self.assertNotContains(page, "Snow")

    def test_an_unknown_one_is_a_missing_page_like_any_other(self):
        link = make_link(make_article("Rain at last", status=Status.DRAFT))
        for path in ("/preview/x/", f"/preview/{link.token}x/", "/preview/"):
            with self.subTest(path=path):
                page = self.client.get(path)
                self.assertContains(page, "This page is not here", status_code=404)
                self.assertNotContains(page, "Rain at last", status_code=404)

    def test_posting_to_it_is_refused(self):
        link = make_link(make_article(status=Status.DRAFT))
        self.assertEqual(self.client.post(address(link)).status_code, 405)

    def test_people_are_counted_and_robots_and_the_closed_are_not(self):
        link = make_link(make_article(status=Status.DRAFT))
        for agent in ("Mozilla/5.0 Firefox/140.0", "Mozilla/5.0 (iPhone) Safari/604.1"):
            self.client.get(address(link), headers={"user-agent": agent})
        for robot in (
            "Slackbot-LinkExpanding 1.0",
            "facebookexternalhit/1.1",
            "WhatsApp/2.23",
            "TelegramBot (like TwitterBot)",
            "Mozilla/5.0 (compatible; Googlebot/2.1)",
        ):
            page = self.client.get(address(link), headers={"user-agent": robot})
            self.assertEqual(page.status_code, 200)
        self.client.head(address(link))
        link.refresh_from_db()
        self.assertEqual(link.openings, 2)
        self.assertIsNotNone(link.last_opened_at)
        PreviewLink.objects.update(revoked_at=timezone.now())
        self.client.get(address(link))
        link.refresh_from_db()
        self.assertEqual(link.openings, 2)


class Closing(TestCase):
    def setUp(self):
        self.user = make_user("erin", "editor")

    def assert_closed(self, link, says, headline="Rain at last"):
        page = self.client.get(address(link))
        self.assertContains(page, says, status_code=410)
        self.assertNotContains(page, headline, status_code=410)

    def test_when_its_time_is_over_when_revoked_and_with_its_article_in_the_trash(self):
        now = timezone.now()
        draft = make_article("Rain at last", status=Status.DRAFT)
        self.assert_closed(make_link(draft, expires_at=now - HOUR), "is over")
        self.assert_closed(make_link(draft, revoked_at=now), "no longer be opened")
        link = make_link(draft)
        self.assertContains(self.client.get(address(link)), "Rain at last")
        publishing.move_to_trash(draft, self.user)
        self.assert_closed(link, "no longer be opened")

    def test_when_the_story_is_published_and_leads_there(self):
        draft = make_article("Rain at last", status=Status.DRAFT)
        link = make_link(draft)
        draft.publish(at=timezone.now() + HOUR)
        self.assertContains(self.client.get(address(link)), "Rain at last")
        draft.publish(at=timezone.now() - HOUR)
        page = self.client.get(address(link))
        self.assertContains(page, "This story is published", status_code=410)
        self.assertContains(page, draft.get_absolute_url(), status_code=410)
        # Changes begun later are somebody else's business.
        live = Article.objects.get(pk=draft.pk)
        copy = publishing.open_working_copy(live, self.user)
        Article.objects.filter(pk=copy.pk).update(headline="Secret change")
        page = self.client.get(address(link))
        self.assertNotContains(page, "Secret change", status_code=410)

    def test_when_it_was_out_and_was_withdrawn_since(self):
        draft = make_article("Rain at last", status=Status.DRAFT)
        link = make_link(draft)
        draft.publish()
        publishing.announce(draft)
        Article.objects.get(pk=draft.pk).withdraw()
        self.assert_closed(link, "no longer be opened")

    def test_when_the_changes_it_was_made_for_are_published_or_thrown_away(self):
        for end in (publishing.publish_changes, publishing.discard_changes):
            with self.subTest(end=end.__name__):
                live = make_article("Rain at last")
                copy = publishing.open_working_copy(live, self.user)
                copy.headline = "Rain after all"
                copy.save()
                link = make_link(live)
                self.assertContains(
                    self.client.get(address(link)), "<h1>Rain after all</h1>"
                )
                end(live, self.user)
                page = self.client.get(address(link))
                self.assertContains(page, live.get_absolute_url(), status_code=410)
                later = publishing.open_working_copy(
                    Article.objects.get(pk=live.pk), self.user
                )
                self.assertNotEqual(later.pk, copy.pk)
                self.assertEqual(self.client.get(address(link)).status_code, 410)


class Making(TestCase):
    def setUp(self):
        self.editor = make_user("erin", "editor")
        self.client.force_login(self.editor)
        self.draft = make_article("Rain at last", status=Status.DRAFT)

    def make(self, **fields):
        fields = {"label": "", "hours": "168", "revision": "", **fields}
        return self.client.post(links_url(self.draft), fields)

    def test_lasts_seven_days_unless_told_otherwise_and_is_unguessable(self):
        page = self.client.get(links_url(self.draft))
        form = lxml.html.fromstring(page.content.decode()).forms
        (hours,) = [f.fields["hours"] for f in form if "hours" in f.fields]
        self.assertEqual(hours, "168")
        self.assertRedirects(self.make(label="our lawyer"), links_url(self.draft))
        link = PreviewLink.objects.get()
        self.assertGreaterEqual(len(link.token), 32)
        self.assertEqual(link.made_by, self.editor)
        left = link.expires_at - timezone.now()
        self.assertAlmostEqual(left / HOUR, 168, delta=0.1)
        page = self.client.get(links_url(self.draft))
        self.assertContains(page, f"http://testserver{address(link)}")
        self.assertContains(page, "our lawyer")
        self.assertContains(page, "Not opened yet")

    def test_pins_a_version_of_this_article_only(self):
        revision = revisions.record(self.draft, self.editor)
        other = make_article(status=Status.DRAFT)
        strange = revisions.record(other, self.editor)
        page = self.make(revision=strange.pk)
        self.assertContains(page, "Select a valid choice")
        self.assertFalse(PreviewLink.objects.exists())
        self.make(revision=revision.pk)
        self.assertEqual(PreviewLink.objects.get().revision, revision)

    def test_nonsense_is_an_error_of_its_field_and_makes_no_link(self):
        for fields in (
            {"hours": "0"},
            {"hours": "2161"},
            {"hours": "x"},
            {"hours": ""},
            {"revision": "x"},
            {"label": "x" * 101},
        ):
            with self.subTest(fields=fields):
                page = self.make(**fields)
                self.assertContains(page, "errorlist")
        self.assertFalse(PreviewLink.objects.exists())

    def test_a_live_story_without_changes_has_nothing_to_show_early(self):
        live = make_article("Snow in May")
        page = self.client.get(links_url(live))
        self.assertContains(page, "nothing to show early")
        self.assertContains(page, live.get_absolute_url())
        self.client.post(links_url(live), {"hours": "168"})
        self.assertFalse(PreviewLink.objects.exists())

    def test_revoking_closes_it_for_good_and_needs_a_post(self):
        link, other = make_link(self.draft), make_link(make_article(status="draft"))
        name = "admin:articles_article_preview_revoke"
        url = reverse(name, args=[self.draft.pk, link.pk])
        self.assertEqual(self.client.get(url).status_code, 405)
        self.assertRedirects(self.client.post(url), links_url(self.draft))
        link.refresh_from_db()
        self.assertIsNotNone(link.revoked_at)
        self.assertContains(self.client.get(links_url(self.draft)), "revoked")
        strange = reverse(name, args=[self.draft.pk, other.pk])
        self.assertEqual(self.client.post(strange).status_code, 404)
        other.refresh_from_db()
        self.assertIsNone(other.revoked_at)

    def test_only_who_may_change_the_article_makes_sees_or_revokes_them(self):
        link = make_link(self.draft)
        revoke = reverse(
            "admin:articles_article_preview_revoke", args=[self.draft.pk, link.pk]
        )
        stranger = make_user("con", "contributor")
        viewer = make_user("vic")
        viewer.user_permissions.set(_permissions("view_article", "edit_all_articles"))
        for user, status in ((stranger, 404), (viewer, 403)):
            with self.subTest(user=user):
                self.client.force_login(user)
                for answer in (
                    self.client.get(links_url(self.draft)),
                    self.client.post(links_url(self.draft), {"hours": "1"}),
                    self.client.post(revoke),
                ):
                    self.assertEqual(answer.status_code, status)
        self.assertEqual(PreviewLink.objects.get(revoked_at=None), link)

    def test_a_contributor_shares_their_own_draft(self):
        contributor = make_user("con", "contributor")
        own = make_article(status=Status.DRAFT, created_by=contributor)
        self.client.force_login(contributor)
        self.client.post(links_url(own), {"hours": "1"})
        self.assertEqual(PreviewLink.objects.get().article, own)

    def test_beside_the_form_stand_the_links_that_open_and_no_others(self):
        make_link(self.draft, label="our lawyer")
        make_link(self.draft, label="old friend", revoked_at=timezone.now())
        page = self.client.get(change_url(self.draft))
        self.assertContains(page, "our lawyer")
        self.assertContains(page, links_url(self.draft))
        self.assertNotContains(page, "old friend")


def _permissions(*codenames):
    return Permission.objects.filter(codename__in=codenames)
