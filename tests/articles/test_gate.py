from datetime import timedelta

import lxml.html
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from articles import gate, publishing, revisions
from articles.models import Article, PublishCheck, Revision
from newsroom.redirects.models import Redirect
from tests.articles.test_admin_form import change_url, press
from tests.factories import (
    make_article,
    make_author,
    make_page,
    make_picture,
    make_section,
    make_user,
)

Status = Article.Status
QUOTE = "<blockquote><p>It rained.</p><footer><cite>Ada</cite></footer></blockquote>"
TEXT = "<p>It rained on Tuesday.</p>"


def make_sound_draft(headline="Rain", **fields):
    """A draft in which no check finds anything."""
    fields.setdefault("body", TEXT)
    fields.setdefault("standfirst", "It came on Tuesday.")
    fields.setdefault("status", Status.DRAFT)
    if "section" not in fields:
        fields["section"] = make_section()
    return make_article(headline, authors=[make_author()], **fields)


def checks_of(article, at=None):
    return [finding.check for finding in gate.findings(article, at)]


def anchors_of(article):
    return [finding.anchor for finding in gate.findings(article)]


class WhatIsFound(TestCase):
    def test_a_sound_story_passes_every_check(self):
        story = make_sound_draft(
            body=f"{TEXT}<h2>Then</h2>{QUOTE}<h3>Later</h3><h2>End</h2>",
            lead_picture=make_picture(),
        )
        self.assertEqual(gate.findings(story), [])
        lines = gate.checklist(story)
        self.assertEqual(len(lines), len(gate.CHECKS))
        self.assertEqual({line.state for line in lines}, {"ok"})

    def test_each_check_finds_its_own_and_nothing_else(self):
        long = "x" * (gate.MAX_STANDFIRST + 1)
        cases = [
            ({"headline": "x" * (gate.MAX_HEADLINE + 1)}, "headline_length"),
            ({"standfirst": ""}, "standfirst"),
            ({"standfirst": long}, "standfirst"),
            ({"body": ""}, "text"),
            ({"section": None}, "section"),
            ({"body": TEXT + "<h2>A</h2><h4>B</h4>"}, "heading_order"),
            ({"body": TEXT + "<h3>B</h3>"}, "heading_order"),
            ({"body": TEXT + "<blockquote><p>Rain</p></blockquote>"}, "quotation"),
            ({"body": TEXT + '<p><a href="#">here</a></p>'}, "empty_link"),
            ({"embargo_until": timezone.now() + timedelta(hours=1)}, "embargo"),
            ({"embargo_until": timezone.now() - timedelta(hours=1)}, ()),
        ]
        for fields, expected in cases:
            with self.subTest(fields=fields):
                found = checks_of(make_sound_draft(**fields))
                self.assertEqual(found, [expected] if expected else [])

    def test_a_story_nobody_signed(self):
        story = make_sound_draft()
        story.bylines.all().delete()
        (finding,) = gate.findings(story)
        self.assertEqual((finding.check, finding.field), ("byline", "bylines"))

    def test_a_finding_names_its_place(self):
        story = make_sound_draft(
            body=TEXT + '<h4>Too deep</h4><p><a href="/2024/05/gone/">old story</a></p>'
        )
        found = {f.check: (f.field, f.anchor, f.message) for f in gate.findings(story)}
        field, anchor, _ = found["heading_order"]
        self.assertEqual((field, anchor), ("body", "text:Too deep"))
        field, anchor, message = found["unpublished_link"]
        self.assertEqual((field, anchor), ("body", "link:/2024/05/gone/"))
        self.assertIn("old story", message)
        self.assertEqual(len(found), 2)

    def test_empty_links(self):
        for link, is_empty in (
            ('<a href="#">here</a>', True),
            ('<a href="">here</a>', True),
            ('<a href="https://example.net/x">&nbsp;</a>', True),
            ('<a href="#h-then">here</a>', False),
            ('<a href="mailto:a@example.net">write</a>', False),
        ):
            with self.subTest(link=link):
                story = make_sound_draft(body=f"<p>Rain, {link} and there.</p>")
                self.assertEqual("empty_link" in checks_of(story), is_empty)

    def test_a_quotation_is_said_by_somebody_or_comes_from_somewhere(self):
        sourced = '<blockquote cite="https://example.net/x"><p>A</p></blockquote>'
        pulled = '<aside class="pullquote"><p>It rained.</p></aside>'
        story = make_sound_draft(body=TEXT + QUOTE + sourced + pulled)
        self.assertEqual(checks_of(story), [])
        story = make_sound_draft(body=TEXT + QUOTE + "<blockquote>Wet</blockquote>")
        (finding,) = gate.findings(story)
        self.assertEqual(finding.anchor, "text:Wet")


class LinksToOldAddresses(TestCase):
    def setUp(self):
        self.moved = make_article("The weir", path="/2024/05/weir/")
        Redirect(old="/old/weir.htm", target="/2024/05/weir/").save()
        Redirect(old="/news/", target="/2024/05/", match="prefix").save()
        Redirect(old="/shop/", target="https://shop.example/", match="prefix").save()
        Redirect(old="/story.php?id=7", target="/2024/05/weir/").save()
        Redirect(old="/gone.htm", answer=Redirect.Answer.GONE).save()
        Redirect(old="/lost.htm", target="/2024/05/lost/").save()

    def told(self, *links):
        body = "".join(f'<p>Read <a href="{link}">{link}</a>.</p>' for link in links)
        found = gate.findings(make_sound_draft(body=TEXT + body))
        return [one.anchor for one in found if one.check == "unpublished_link"]

    def test_that_a_redirect_leads_on_from_are_fine(self):
        links = ("/old/weir.htm", "/news/weir/", "/shop/hats", "/story.php?id=7")
        self.assertEqual(self.told(*links), [])

    def test_that_lead_to_nothing_are_told(self):
        links = ("/gone.htm", "/lost.htm", "/news/other/", "/story.php?id=8")
        self.assertEqual(self.told(*links), [f"link:{link}" for link in links])

    def test_a_story_that_is_told_by_its_query_alone_is_found(self):
        make_article("Eight", path="/story.php?id=8")
        self.assertEqual(self.told("/story.php?id=8", "/2024/05/weir/?x=1"), [])

    def test_are_asked_for_with_a_few_queries_however_many(self):
        links = {f"/moved/{number}.htm" for number in range(30)}
        for link in links:
            Redirect(old=link, target="/2024/05/weir/").save()
        # stories and pages; redirects; what stands at their ends
        with self.assertNumQueries(3):
            self.assertEqual(gate.readable(links, timezone.now()), links)


class Pictures(TestCase):
    def body(self, picture, alt=""):
        return (
            f'{TEXT}<figure data-picture="{picture.pk}">'
            f'<img src="/media/x.png" alt="{alt}"></figure>'
        )

    def test_a_picture_says_what_it_shows_or_is_decorative(self):
        said, ornament = make_picture(), make_picture(alt="", is_decorative=True)
        for body in (
            self.body(said),
            self.body(ornament),
            f'{TEXT}<p><img src="/media/x.png" alt="A dog"></p>',
        ):
            with self.subTest(body=body):
                self.assertEqual(checks_of(make_sound_draft(body=body)), [])
        bare = make_sound_draft(body=f'{TEXT}<p><img src="/media/x.png"></p>')
        (finding,) = gate.findings(bare)
        self.assertEqual(finding.check, "alternative_text")
        self.assertEqual(finding.anchor, "image:/media/x.png")
        self.assertTrue(finding.is_blocking)

    def test_pictures_of_galleries_are_looked_at_one_by_one(self):
        said = make_picture(title="Said")
        bare = make_picture(alt="", title="Bare")
        gone = make_picture()
        hired = make_picture(rights_expire_on=timezone.localdate() - timedelta(days=1))
        figures = "".join(
            f'<figure data-picture="{picture.pk}"><img src="/x.png" alt=""></figure>'
            for picture in (said, bare, gone, hired)
        )
        body = f'{TEXT}<figure class="gallery">{figures}</figure>'
        story = make_sound_draft(body=body)
        gone.delete()
        found = [(f.check, f.anchor) for f in gate.findings(story)]
        self.assertIn(("alternative_text", f"picture:{bare.pk}"), found)
        self.assertNotIn(("alternative_text", f"picture:{said.pk}"), found)
        self.assertIn(("rights", f"picture:{hired.pk}"), found)
        self.assertEqual([check for check, _ in found].count("missing_picture"), 1)

    def test_a_deleted_picture_is_told(self):
        picture = make_picture()
        story = make_sound_draft(body=self.body(picture, "A dog"))
        picture.delete()
        self.assertEqual(checks_of(story), ["missing_picture"])

    def test_expired_rights_block_in_the_text_the_lead_and_for_social_media(self):
        yesterday = timezone.localdate() - timedelta(days=1)
        expired = make_picture(rights_expire_on=yesterday, title="Hired")
        today = make_picture(rights_expire_on=timezone.localdate())
        cases = [
            ({"lead_picture": expired}, "lead_picture", ""),
            ({"social_picture": expired}, "social_picture", ""),
            ({"body": self.body(expired)}, "body", f"picture:{expired.pk}"),
        ]
        for fields, field, anchor in cases:
            with self.subTest(field=field):
                (finding,) = gate.blocking(make_sound_draft(**fields))
                self.assertEqual((finding.check, finding.field), ("rights", field))
                self.assertEqual(finding.anchor, anchor)
                self.assertIn("Hired", finding.message)
        self.assertEqual(gate.blocking(make_sound_draft(lead_picture=today)), [])
        # What is scheduled must still be allowed on its day.
        later = timezone.now() + timedelta(days=2)
        story = make_sound_draft(lead_picture=today)
        self.assertEqual(checks_of(story, later), ["rights"])


class Links(TestCase):
    def check(self, *hrefs, **fields):
        links = " ".join(f'<a href="{href}">that</a>' for href in hrefs)
        return anchors_of(make_sound_draft(body=f"<p>See {links} here.</p>", **fields))

    def test_to_what_readers_can_open(self):
        live = make_article("Snow in May")
        old = make_article("Old", path="/news/caf%C3%A9.htm")
        page = make_page(path="/about/")
        self.assertEqual(
            self.check(
                live.path,
                live.path.rstrip("/"),
                f"{live.path}?from=mail#h-then",
                f"http://testserver{live.path}",
                old.path,
                "/news/café.htm",
                page.path,
                *("/", "/tags/rain/", "/media/a.pdf", "https://example.net/gone/"),
                *("mailto:a@example.net", "tel:+15550100", "#h-then"),
            ),
            [],
        )

    def test_to_what_they_cannot(self):
        draft = make_article(status=Status.DRAFT, path="/2024/05/draft/")
        hidden = make_page(path="/hidden/", is_published=False)
        hrefs = [
            draft.path,
            hidden.path,
            "/2024/05/gone/",
            "http://testserver/2024/06/gone/",
        ]
        anchors = [f"link:{href}" for href in hrefs]
        self.assertEqual(self.check(*hrefs), anchors)

    def test_the_others_moment_counts_as_of_the_publication(self):
        soon = timezone.now() + timedelta(hours=1)
        other = make_article(published_at=soon)
        later = soon + timedelta(hours=1)
        self.assertEqual(self.check(other.path, published_at=later), [])
        self.assertEqual(self.check(other.path), [f"link:{other.path}"])

    def test_a_story_may_link_to_itself(self):
        self.assertEqual(self.check("/2024/05/own/", path="/2024/05/own/"), [])

    def test_nonsense_is_no_error_of_the_gate(self):
        self.assertEqual(
            self.check("http://[", "//", "http://exa mple/", "javascript:x"), []
        )


class WhatReadersSeeAlready(TestCase):
    """A correction must not wait for the alternative text of an old picture."""

    def setUp(self):
        self.user = make_user("erin", "editor")
        self.bare = '<p><img src="/media/old.png"></p>'
        self.live = make_sound_draft(
            "Rain", status=Status.PUBLISHED, body=TEXT + self.bare
        )

    def copy(self, **fields):
        copy = publishing.open_working_copy(self.live, self.user)
        for name, value in fields.items():
            setattr(copy, name, value)
        copy.save()
        return Article.objects.get(pk=copy.pk)

    def test_is_advice_for_its_changes_and_what_is_new_blocks(self):
        copy = self.copy(headline="Rain after all")
        self.assertEqual(gate.blocking(copy), [])
        self.assertEqual(checks_of(copy), ["alternative_text"])
        copy.body += '<p><img src="/media/new.png"></p>'
        copy.save()
        (finding,) = gate.blocking(copy)
        self.assertIn("new.png", finding.message)

    def test_an_embargo_blocks_all_the_same(self):
        self.live.embargo_until = timezone.now() + timedelta(hours=1)
        self.live.save()
        copy = self.copy()
        self.assertEqual([f.check for f in gate.blocking(copy)], ["embargo"])
        copy = self.copy(embargo_until=timezone.now() + timedelta(hours=1))
        self.assertEqual([f.check for f in gate.blocking(copy)], ["embargo"])

    def test_a_byline_that_the_changes_drop_blocks_where_the_site_says_so(self):
        PublishCheck.objects.create(check_name="byline", level="blocking")
        copy = self.copy()
        self.assertEqual(gate.blocking(copy), [])
        copy.bylines.all().delete()
        self.assertEqual([f.check for f in gate.blocking(copy)], ["byline"])


class WhatGotLost(TestCase):
    TABLE = "<table><tbody><tr><td>1</td></tr></tbody></table>"

    def test_a_table_and_a_third_of_the_words_are_missed_but_a_trim_is_not(self):
        words = "".join(f"<p>word{number} and more</p>" for number in range(100))
        live = make_sound_draft(status=Status.PUBLISHED, body=words + self.TABLE)
        copy = publishing.open_working_copy(live, make_user())
        copy.body = words.replace("<p>word7 and more</p>", "") + self.TABLE
        copy.save()
        self.assertEqual(checks_of(copy), [])
        copy.body = words[: len(words) // 2]
        copy.save()
        (finding,) = gate.findings(copy)
        self.assertEqual(finding.check, "lost_text")
        self.assertIn("tables: 1", finding.message)
        self.assertIn("of 301 words", finding.message)
        self.assertFalse(finding.is_blocking)

    def test_a_draft_is_compared_with_what_was_handed_in(self):
        draft = make_sound_draft(body=TEXT + self.TABLE)
        revisions.record(draft, None, Revision.Event.SUBMITTED)
        draft.body = TEXT
        draft.save()
        revisions.record(draft, None)
        self.assertEqual(checks_of(draft), ["lost_text"])
        fresh = make_sound_draft(body=TEXT + self.TABLE)
        revisions.record(fresh, None)
        fresh.body = TEXT
        fresh.save()
        self.assertEqual(checks_of(fresh), [])


class TheMoment(TestCase):
    def test_an_embargo_is_kept_at_the_moment_of_publication(self):
        noon = timezone.now() + timedelta(days=1)
        story = make_sound_draft(embargo_until=noon)
        self.assertEqual([f.check for f in gate.blocking(story)], ["embargo"])
        self.assertEqual(gate.blocking(story, noon), [])
        story.published_at = noon + timedelta(hours=1)
        self.assertEqual(gate.blocking(story), [])
        self.assertTrue(gate.blocking(story, timezone.now()))


class TheLevels(TestCase):
    def test_are_the_sites_own_except_of_an_embargo(self):
        story = make_sound_draft(
            standfirst="",
            body=f'{TEXT}<p><img src="/media/x.png"></p>',
            embargo_until=timezone.now() + timedelta(hours=1),
        )
        blocking = {finding.check for finding in gate.blocking(story)}
        self.assertEqual(blocking, {"embargo", "alternative_text"})
        for name, level in (
            ("standfirst", "blocking"),
            ("alternative_text", "off"),
            ("embargo", "off"),
        ):
            PublishCheck.objects.create(check_name=name, level=level)
        blocking = {finding.check for finding in gate.blocking(story)}
        self.assertEqual(blocking, {"embargo", "standfirst"})
        self.assertNotIn("alternative_text", checks_of(story))

    def test_take_few_queries_however_much_there_is_to_look_at(self):
        live = make_sound_draft(
            status=Status.PUBLISHED,
            lead_picture=make_picture(),
            body="".join(
                f'<p><a href="/2024/05/{number}/">x</a></p>'
                f'<figure data-picture="{number + 1}"><img src="/x"></figure>'
                for number in range(50)
            ),
        )
        publishing.open_working_copy(live, make_user())
        copy = Article.objects.get(copy_of=live)
        # levels, live row, pictures, linked articles and pages, redirects of those that
        # lead nowhere, bylines
        with self.assertNumQueries(6):
            self.assertGreater(len(gate.findings(copy)), 90)
        draft = make_sound_draft(body=live.body)
        draft = Article.objects.get(pk=draft.pk)
        # the levels, the pictures, the links, redirects of those that lead nowhere, the
        # last version, the bylines
        with self.assertNumQueries(6):
            gate.findings(draft)


class AtTheForm(TestCase):
    """What blocks stops the button; the text is saved all the same."""

    def setUp(self):
        self.client.force_login(make_user("pat", "publisher"))
        self.bare = f'{TEXT}<p><img src="/media/x.png"></p>'

    def panel(self, article):
        page = lxml.html.fromstring(
            self.client.get(change_url(article)).content.decode()
        )
        (panel,) = page.find_class("gate")
        return panel

    def test_a_blocked_publication_saves_the_text_and_says_where_to_look(self):
        draft = make_sound_draft()
        answer = press(
            self.client, change_url(draft), "_publish", headline="Snow", body=self.bare
        )
        page = self.client.get(answer.url)
        self.assertContains(page, "Saved, but not published")
        self.assertContains(page, 'data-anchor="image:/media/x.png"')
        draft.refresh_from_db()
        self.assertEqual(draft.headline, "Snow")
        self.assertEqual(draft.status, Status.DRAFT)
        self.assertIsNone(draft.path)

    def test_advice_needs_no_second_press(self):
        draft = make_sound_draft(standfirst="", section=None)
        press(self.client, change_url(draft), "_publish")
        draft.refresh_from_db()
        self.assertTrue(draft.is_live())
        self.assertEqual(gate.blocking(draft), [])

    def test_changes_that_are_blocked_stay_changes(self):
        live = make_sound_draft("Rain", status=Status.PUBLISHED)
        press(self.client, change_url(live), "_publish", body=self.bare)
        live.refresh_from_db()
        self.assertNotIn("x.png", live.body)
        self.assertIn("x.png", publishing.working_row(live).body)

    def test_publish_now_does_not_outrun_an_embargo(self):
        noon = timezone.now() + timedelta(days=2)
        story = make_sound_draft(
            status=Status.PUBLISHED, published_at=noon, embargo_until=noon
        )
        press(self.client, change_url(story), "_publish")
        story.refresh_from_db()
        self.assertEqual(story.state(), "scheduled")

    def test_the_checklist_stands_beside_the_form_before_anything_is_pressed(self):
        draft = make_sound_draft(body=self.bare, standfirst="")
        panel = self.panel(draft)
        text = panel.text_content()
        self.assertIn("One thing blocks publication", text)
        self.assertIn("There is no standfirst.", text)
        self.assertEqual(
            len(panel.find_class("gate-all")[0].findall(".//li")), len(gate.CHECKS)
        )
        panel = self.panel(make_sound_draft())
        self.assertIn("Everything is in order", panel.text_content())
        self.assertNotIn("blocks publication", panel.text_content())
        new = self.client.get(reverse("admin:articles_article_add"))
        self.assertNotContains(new, "data-gate")

    def test_it_is_asked_again_by_those_who_see_the_article_only(self):
        draft = make_sound_draft(standfirst="")
        url = reverse("admin:articles_article_gate", args=[draft.pk])
        self.assertContains(self.client.get(url), "There is no standfirst.")
        self.client.force_login(make_user("con", "contributor"))
        self.assertEqual(self.client.get(url).status_code, 404)


class ThePageOfChecks(TestCase):
    URL = reverse("admin:articles_publishcheck_changelist")

    def test_lists_every_check_and_keeps_what_differs_from_the_usual(self):
        self.client.force_login(make_user("pat", "publisher"))
        page = self.client.get(self.URL)
        for check in gate.CHECKS:
            self.assertContains(page, str(check.label))
        levels = {check.name: check.level for check in gate.CHECKS}
        answer = self.client.post(
            self.URL, levels | {"byline": "blocking", "embargo": "off"}
        )
        self.assertRedirects(answer, self.URL)
        rows = PublishCheck.objects.values_list("check_name", "level")
        self.assertEqual(list(rows), [("byline", "blocking")])
        self.client.post(self.URL, levels)
        self.assertFalse(PublishCheck.objects.exists())

    def test_a_level_that_is_none_changes_nothing(self):
        self.client.force_login(make_user("pat", "publisher"))
        page = self.client.post(self.URL, {"byline": "off", "section": "strict"})
        self.assertContains(page, "Nothing was changed")
        self.assertFalse(PublishCheck.objects.exists())

    def test_an_editor_neither_sees_nor_sets_them(self):
        self.client.force_login(make_user("erin", "editor"))
        self.assertEqual(self.client.get(self.URL).status_code, 403)
        answer = self.client.post(self.URL, {"byline": "off"})
        self.assertEqual(answer.status_code, 403)
        self.assertFalse(PublishCheck.objects.exists())
