"""What is done to many articles at once, from their list."""

from datetime import timedelta
from unittest import mock

from django.core import mail
from django.db import connection
from django.db.models.signals import post_save
from django.test import TestCase, TransactionTestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from articles import publishing
from articles.admin import bulk
from articles.models import Article, PublishCheck, Revision
from articles.signals import article_went_out
from tests.factories import (
    NOON,
    make_article,
    make_author,
    make_section,
    make_tag,
    make_user,
)

LIST = reverse("admin:articles_article_changelist")
DAY = timedelta(days=1)
Status = Article.Status
Event = Revision.Event


class Desk(TestCase):
    def setUp(self):
        self.user = make_user("pat", "publisher", email="pat@example.org")
        self.client.force_login(self.user)

    def log_in(self, *groups, **fields):
        self.user = make_user(None, *groups, **fields)
        self.client.force_login(self.user)
        return self.user

    def act(self, action, articles, follow=True, **fields):
        keys = {"_selected_action": [article.pk for article in articles]}
        with self.captureOnCommitCallbacks(execute=True):
            return self.client.post(
                LIST, {"action": action} | keys | fields, follow=follow
            )

    def told(self, page):
        return [str(message) for message in page.context["messages"]]


class Publishing(Desk):
    def test_says_what_it_did_and_what_it_left_and_why(self):
        drafts = [make_article(status=Status.DRAFT) for _ in range(2)]
        live = make_article("Old one")
        to_come = make_article("To come", published_at=timezone.now() + DAY)
        ended = make_article("Over", expires_at=NOON + DAY)
        held = make_article(
            "Held back", status=Status.REVIEW, embargo_until=timezone.now() + DAY
        )
        page = self.act("publish", [*drafts, live, to_come, ended, held])
        told = self.told(page)
        self.assertEqual(told[0], "2 articles were published.")
        for sentence in (
            "1 article was left – already out: “Old one”",
            "1 article was left – already scheduled; open one to publish it now: "
            "“To come”",
            "1 article was left – over before that moment; set another end first: "
            "“Over”",
        ):
            self.assertIn(sentence, told)
        self.assertTrue(any("under embargo until" in sentence for sentence in told))
        for draft in drafts:
            draft.refresh_from_db()
            self.assertTrue(draft.is_live())
        live.refresh_from_db()
        held.refresh_from_db()
        self.assertEqual(live.published_at, NOON)
        self.assertEqual(held.status, Status.REVIEW)
        self.assertFalse(held.revisions.filter(event=Event.PUBLISHED).exists())

    def test_what_the_checklist_stops_stays_and_its_checks_are_named(self):
        PublishCheck.objects.create(check_name="section", level="blocking")
        bare = make_article("No section", status=Status.DRAFT)
        filed = make_article(status=Status.DRAFT, section=make_section())
        told = self.told(self.act("publish", [bare, filed]))
        self.assertEqual(told[0], "1 article was published.")
        self.assertIn("stopped by the checklist (Section): “No section”", told[1])
        bare.refresh_from_db()
        self.assertEqual(bare.status, Status.DRAFT)

    def test_many_of_one_headline_get_addresses_of_their_own(self):
        drafts = [make_article("Rain", status=Status.DRAFT) for _ in range(53)]
        self.act("publish", drafts)
        paths = set(Article.objects.live().values_list("path", flat=True))
        self.assertEqual(len(paths), 53)
        self.assertTrue(any(path.endswith("/rain/") for path in paths))
        self.assertTrue(any(path.endswith("/rain-53/") for path in paths))
        self.assertFalse(any(path.endswith("/rain-1/") for path in paths))

    def test_it_is_announced_once_and_stands_in_the_history(self):
        heard = []

        def hear(sender, article, user=None, **kwargs):
            heard.append((article.pk, user))

        article_went_out.connect(hear)
        self.addCleanup(article_went_out.disconnect, hear)
        draft, live = make_article(status=Status.DRAFT), make_article()
        self.act("publish", [draft, live])
        self.assertEqual(heard, [(draft.pk, self.user)])
        events = list(draft.revisions.values_list("event", "created_by"))
        self.assertEqual(
            events, [(Event.PUBLISHED, self.user.pk), (Event.BEFORE, None)]
        )
        draft.refresh_from_db()
        self.assertIsNotNone(draft.announced_at)

    def test_one_that_breaks_leaves_the_others_done_and_is_named(self):
        articles = [
            make_article(f"Story {number}", status=Status.DRAFT) for number in range(3)
        ]

        def break_one(sender, instance, **kwargs):
            if instance.headline == "Story 1":
                raise RuntimeError("A disk is full.")

        post_save.connect(break_one, Article)
        self.addCleanup(post_save.disconnect, break_one, Article)
        with self.assertLogs("articles.admin.bulk", "ERROR") as logged:
            page = self.act("publish", articles)
        told = self.told(page)
        self.assertEqual(told[0], "2 articles were published.")
        self.assertIn("something went wrong", told[1])
        self.assertIn("“Story 1”", told[1])
        self.assertNotIn("“Story 0”", told[1])
        self.assertIn("A disk is full.", logged.output[0])
        self.assertEqual(Article.objects.live().count(), 2)


class PublishingChanges(Desk):
    def changed(self, headline, **fields):
        article = make_article(**fields)
        copy = publishing.open_working_copy(article, self.user)
        copy.headline = headline
        copy.save(update_fields=["headline"])
        return article, copy

    def test_moves_the_working_copies_out(self):
        article, _copy = self.changed("Better")
        plain = make_article("As it was")
        told = self.told(self.act("publish_changes", [article, plain]))
        self.assertEqual(
            told,
            [
                "The changes of 1 article were published.",
                "1 article was left – no unpublished changes: “As it was”",
            ],
        )
        article.refresh_from_db()
        self.assertEqual(article.headline, "Better")
        self.assertFalse(article.has_unpublished_changes)
        self.assertFalse(Article.objects.filter(copy_of=article).exists())

    def test_a_clash_is_left_with_the_name_of_the_field(self):
        article, copy = self.changed("Mine")
        Article.objects.filter(pk=article.pk).update(headline="The import’s")
        told = self.told(self.act("publish_changes", [article]))
        self.assertEqual(len(told), 1)
        self.assertIn("changed in the same fields (headline)", told[0])
        article.refresh_from_db()
        copy.refresh_from_db()
        self.assertEqual((article.headline, copy.headline), ("The import’s", "Mine"))

    def test_what_goes_out_by_the_clock_or_after_an_embargo_waits(self):
        planned, copy = self.changed("Planned")
        copy.changes_due_at = timezone.now() + DAY
        copy.save(update_fields=["changes_due_at"])
        held, copy = self.changed("Held")
        copy.embargo_until = timezone.now() + DAY
        copy.save(update_fields=["embargo_until"])
        told = " ".join(self.told(self.act("publish_changes", [planned, held])))
        self.assertIn("already scheduled", told)
        self.assertIn("under embargo until", told)
        self.assertNotIn("were published", told)
        self.assertFalse(
            Article.objects.filter(headline__in=["Planned", "Held"])
            .exclude(status=Status.WORKING)
            .exists()
        )

    def test_an_editor_who_may_not_publish_is_not_offered_it(self):
        article, _copy = self.changed("Better")
        self.log_in("editor")
        self.act("publish_changes", [article])
        article.refresh_from_db()
        self.assertNotEqual(article.headline, "Better")


class Submitting(Desk):
    def test_takes_drafts_and_unpublished_changes_and_leaves_the_rest(self):
        draft, live = make_article(status=Status.DRAFT), make_article("Old one")
        changed = make_article()
        copy = publishing.open_working_copy(changed, self.user)
        told = self.told(self.act("submit", [draft, live, changed]))
        self.assertIn("2 articles were submitted for review.", told)
        self.assertIn("“Old one”", told[-1])
        draft.refresh_from_db()
        copy.refresh_from_db()
        changed.refresh_from_db()
        self.assertEqual(draft.status, Status.REVIEW)
        self.assertIsNotNone(copy.submitted_at)
        self.assertEqual(changed.state(), "changed")
        again = self.told(self.act("submit", [changed]))
        self.assertIn("already waiting for an editor", again[0])


class Withdrawing(Desk):
    def test_takes_only_what_is_published(self):
        draft, article = make_article(status=Status.DRAFT), make_article()
        told = self.told(self.act("withdraw", [draft, article]))
        self.assertEqual(told[0], "1 article was withdrawn.")
        self.assertIn("not published", told[1])
        article.refresh_from_db()
        draft.refresh_from_db()
        self.assertEqual(article.status, Status.WITHDRAWN)
        self.assertEqual(draft.status, Status.DRAFT)
        self.assertEqual(article.revisions.first().event, Event.WITHDRAWN)


class Scheduling(Desk):
    def setUp(self):
        super().setUp()
        self.at = (timezone.localtime() + 2 * DAY).replace(second=0, microsecond=0)
        self.typed = {"at": f"{self.at:%Y-%m-%dT%H:%M}", "_do": "1"}

    def test_asks_for_a_moment_and_does_nothing_yet(self):
        draft = make_article(status=Status.DRAFT)
        page = self.act("schedule", [draft])
        self.assertContains(page, 'type="datetime-local"')
        self.assertContains(page, "This changes 1 article:")
        draft.refresh_from_db()
        self.assertEqual(draft.status, Status.DRAFT)

    def test_schedules_drafts_and_moves_what_is_scheduled(self):
        draft = make_article(status=Status.DRAFT)
        moved = make_article(published_at=timezone.now() + DAY)
        live = make_article("Old one")
        told = self.told(self.act("schedule", [draft, moved, live], **self.typed))
        self.assertIn("2 articles were scheduled for", told[0])
        self.assertIn("already out: “Old one”", told[1])
        for article in (draft, moved):
            article.refresh_from_db()
            self.assertEqual(article.published_at, self.at)
            self.assertEqual(article.state(), "scheduled")
            self.assertIsNone(article.announced_at)
        self.assertEqual(draft.revisions.first().event, Event.SCHEDULED)
        self.assertFalse(Article.objects.live().filter(pk=draft.pk).exists())

    def test_an_embargo_counts_at_the_moment_of_publication(self):
        soon = make_article(status=Status.DRAFT, embargo_until=self.at - DAY)
        late = make_article("Held", status=Status.DRAFT, embargo_until=self.at + DAY)
        ending = make_article("Short", status=Status.DRAFT, expires_at=self.at - DAY)
        told = self.told(self.act("schedule", [soon, late, ending], **self.typed))
        self.assertIn("1 article was scheduled", told[0])
        self.assertIn("under embargo until", " ".join(told))
        ending.refresh_from_db()
        self.assertIsNotNone(ending.expires_at)
        self.assertEqual(ending.status, Status.DRAFT)

    def test_a_moment_that_has_passed_or_is_none_is_asked_again(self):
        draft = make_article(status=Status.DRAFT)
        for at, sentence in (
            ("2020-01-01T10:00", "This moment has passed"),
            ("9999-12-31T10:00", "The year must be between"),
            ("soon", "Enter a valid date/time."),
            ("", "This field is required."),
        ):
            with self.subTest(at=at):
                page = self.act("schedule", [draft], at=at, _do="1")
                self.assertContains(page, sentence)
        draft.refresh_from_db()
        self.assertEqual(draft.status, Status.DRAFT)


class Filing(Desk):
    def test_set_section_asks_first(self):
        section = make_section("100 % local")
        articles = [make_article(), make_article()]
        page = self.act("set_section", articles)
        self.assertContains(page, "This changes 2 articles:")
        self.assertFalse(section.articles.exists())
        page = self.act("set_section", articles, section=section.pk, _do="1")
        self.assertContains(page, "2 articles moved to “100 % local”.")
        self.assertEqual(section.articles.count(), 2)
        self.assertEqual(articles[0].revisions.first().event, Event.BULK)

    def test_set_section_without_a_choice_asks_again(self):
        page = self.act("set_section", [make_article()], section="", _do="1")
        self.assertContains(page, "This field is required.")
        self.assertNotContains(page, "moved to")

    def test_tags_are_added_and_removed(self):
        old, article, bare = make_tag("old"), make_article(), make_article("Bare")
        article.tags.add(old)
        page = self.act("add_tags", [article], tags='"Smith, John", new', _do="1")
        self.assertContains(page, "1 article was tagged.")
        self.assertEqual(set(article.tags.names()), {"old", "Smith, John", "new"})
        page = self.act("remove_tags", [article, bare], tags="old", _do="1")
        self.assertContains(page, "1 article lost the tags.")
        self.assertContains(page, "without these tags: “Bare”")
        self.assertNotIn("old", article.tags.names())
        again = self.told(self.act("add_tags", [article], tags="NEW", _do="1"))
        self.assertIn("already tagged so", again[0])

    def test_a_live_article_and_its_working_copy_change_alike_and_do_not_clash(self):
        section, first = make_section("New"), make_tag("first")
        article = make_article(tags=[first])
        copy = publishing.open_working_copy(article, self.user)
        copy.headline = "Better"
        copy.save(update_fields=["headline"])
        self.act("set_section", [article], section=section.pk, _do="1")
        self.act("add_tags", [article], tags="second", _do="1")
        for row in (article, copy):
            row.refresh_from_db()
            self.assertEqual(row.section, section)
            self.assertEqual(set(row.tags.names()), {"first", "second"})
        self.assertNotEqual(article.headline, "Better")
        newest = article.revisions.first()
        self.assertEqual(newest.snapshot["headline"], "Better")
        self.assertEqual(publishing.changed_on_both_sides(copy), ([], []))

    def test_tags_of_a_copy_that_has_its_own_stay_its_own(self):
        article = make_article(tags=[make_tag("first")])
        copy = publishing.open_working_copy(article, self.user)
        copy.tags.add("own")
        self.act("add_tags", [article], tags="second", _do="1")
        copy.refresh_from_db()
        self.assertEqual(publishing.changed_on_both_sides(copy), ([], []))
        publishing.publish_changes(article, self.user)
        self.assertEqual(set(article.tags.names()), {"first", "second", "own"})

    def test_who_may_not_publish_changes_the_working_copy_alone(self):
        section, article = make_section("New"), make_article()
        draft = make_article(status=Status.DRAFT)
        self.log_in("editor")
        told = self.told(
            self.act("set_section", [article, draft], section=section.pk, _do="1")
        )
        self.assertIn("2 articles moved to “New”.", told)
        self.assertIn("readers see nothing of it", " ".join(told))
        article.refresh_from_db()
        draft.refresh_from_db()
        self.assertEqual(draft.section, section)
        self.assertIsNone(article.section)
        self.assertTrue(article.has_unpublished_changes)
        self.assertEqual(publishing.working_row(article).section, section)

    def test_changing_nothing_leaves_no_working_copy_behind(self):
        section = make_section()
        article = make_article(section=section)
        self.log_in("editor")
        self.act("set_section", [article], section=section.pk, _do="1")
        article.refresh_from_db()
        self.assertFalse(article.has_unpublished_changes)
        self.assertFalse(Article.objects.filter(copy_of=article).exists())

    def test_each_change_counts_as_a_version(self):
        article = make_article()
        self.act("add_tags", [article], tags="new", _do="1")
        before = article.version
        article.refresh_from_db()
        self.assertGreater(article.version, before)


class Reach(Desk):
    def test_select_across_reaches_what_the_filter_shows_and_no_more(self):
        inside, outside = make_section(), make_section()
        for _ in range(3):
            make_article(status=Status.DRAFT, section=inside)
        other = make_article(status=Status.DRAFT, section=outside)
        first = inside.articles.first()
        self.client.post(
            f"{LIST}?section={inside.pk}",
            {
                "action": "publish",
                "_selected_action": [first.pk],
                "select_across": "1",
                "index": "0",
            },
        )
        self.assertEqual(inside.articles.live().count(), 3)
        other.refresh_from_db()
        self.assertEqual(other.status, Status.DRAFT)

    def test_keys_of_other_peoples_articles_reach_nothing(self):
        stranger = make_user("sam", "contributor")
        secret = make_article("Secret", status=Status.DRAFT, created_by=stranger)
        user = self.log_in("contributor")
        own = make_article(status=Status.DRAFT, created_by=user)
        tags = {"tags": "mine", "_do": "1"}
        make_tag("mine")
        section = make_section()
        for action, fields in (
            ("add_tags", tags),
            ("submit", {}),
            ("publish", {}),
            ("schedule", {"at": "2199-01-01T10:00", "_do": "1"}),
            ("set_section", {"section": section.pk, "_do": "1"}),
            ("withdraw", {}),
        ):
            page = self.act(action, [secret, own], **fields)
            self.assertNotContains(page, "Secret")
        for article in (secret, own):
            article.refresh_from_db()
        self.assertEqual(own.status, Status.REVIEW)
        self.assertEqual(list(own.tags.names()), ["mine"])
        self.assertIsNone(own.section)
        self.assertEqual(secret.status, Status.DRAFT)
        self.assertFalse(secret.tags.exists())
        self.assertFalse(secret.revisions.exists())

    def test_working_copies_and_what_is_in_the_trash_are_no_articles_here(self):
        article = make_article()
        copy = publishing.open_working_copy(article, self.user)
        gone = make_article(status=Status.DRAFT)
        publishing.move_to_trash(gone, self.user)
        self.act("publish", [copy, gone])
        copy.refresh_from_db()
        gone.refresh_from_db()
        self.assertEqual(copy.status, Status.WORKING)
        self.assertEqual(gone.status, Status.TRASHED)

    def test_too_many_are_refused_before_anything_is_done(self):
        drafts = [make_article(status=Status.DRAFT) for _ in range(3)]
        with mock.patch.object(bulk, "MOST", 2):
            told = self.told(self.act("publish", drafts))
        self.assertEqual(
            told, ["Nothing was changed: choose at most 2 articles at a time."]
        )
        self.assertFalse(Article.objects.live().exists())

    def test_many_reasons_and_headlines_still_fit_into_a_message(self):
        lives = [make_article("Long " * 50) for _ in range(12)]
        told = self.told(self.act("publish", lives))
        self.assertEqual(len(told), 1)
        self.assertTrue(told[0].endswith("and 4 more"))
        self.assertLess(len(told[0]), 1000)


class Cost(Desk):
    def queries(self, action, count, **fields):
        articles = [
            make_article(
                status=Status.DRAFT,
                section=make_section(),
                authors=[make_author(), make_author()],
                tags=[make_tag(), make_tag()],
            )
            for _ in range(count)
        ]
        with CaptureQueriesContext(
            connection,
        ) as captured:
            self.act(action, articles, follow=False, **fields)
        return len(captured)

    def test_the_queries_of_an_article_are_few_and_always_the_same(self):
        section = make_section()
        for action, fields, most in (
            ("publish", {}, 48),
            ("set_section", {"section": section.pk, "_do": "1"}, 25),
            ("add_tags", {"tags": "good", "_do": "1"}, 30),
        ):
            with self.subTest(action=action):
                self.queries(action, 1, **fields)
                two = self.queries(action, 2, **fields)
                eight = self.queries(action, 8, **fields)
                self.assertEqual((eight - two) % 6, 0)
                self.assertLessEqual((eight - two) / 6, most)


class WithCommits(TransactionTestCase):
    def setUp(self):
        self.client.force_login(make_user("root", is_superuser=True))

    def publish(self, articles):
        keys = [article.pk for article in articles]
        self.client.post(LIST, {"action": "publish", "_selected_action": keys})

    def test_every_article_is_a_transaction_of_its_own(self):
        articles = [make_article(status=Status.DRAFT) for _ in range(3)]
        seen = []

        def watch(sender, instance, **kwargs):
            seen.append(connection.in_atomic_block)
            if instance.article_id == articles[1].pk:
                raise RuntimeError("Nothing of this one is kept.")

        post_save.connect(watch, Revision)
        self.addCleanup(post_save.disconnect, watch, Revision)
        with self.assertLogs("articles.admin.bulk", "ERROR"):
            self.publish(articles)
        self.assertTrue(all(seen))
        live = Article.objects.live().values_list("pk", flat=True)
        self.assertEqual(set(live), {articles[0].pk, articles[2].pk})
        self.assertFalse(articles[1].revisions.exists())
        announced = Article.objects.exclude(announced_at=None)
        self.assertEqual(set(announced), {articles[0], articles[2]})

    def test_who_is_told_gets_one_mail_however_many_articles(self):
        writer = make_user("con", "contributor", email="con@example.org")
        author = make_author(user=writer)
        drafts = [make_article(status=Status.DRAFT, authors=[author]) for _ in range(3)]
        make_article("Not theirs", status=Status.DRAFT)
        self.publish(Article.objects.all())
        (letter,) = [one for one in mail.outbox if one.to == ["con@example.org"]]
        for draft in drafts:
            self.assertIn(draft.headline, letter.body)
        self.assertNotIn("Not theirs", letter.body)
