import io
import re
from collections import Counter
from datetime import timedelta
from itertools import pairwise

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import SimpleTestCase, TestCase
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from lxml.html import fragment_fromstring

from articles.html import clean, word_count
from articles.models import (
    Article,
    Correction,
    Origin,
    Page,
    Picture,
    ReadCount,
    Section,
    Tag,
)
from authors.models import Author
from newsroom.blocks.models import AdvertiseBlock, ShareBlock, ShareNetwork
from newsroom.demo.bulk import make_bulk
from newsroom.demo.drawings import DRAWINGS, draw
from newsroom.demo.fill import make_sample
from newsroom.demo.stories import read_background, read_stories, read_table
from newsroom.models import Publication
from tests.factories import make_article, make_author

Status = Article.Status


def demo(*arguments):
    """Run the command with tiny pictures; return what it said."""
    out = io.StringIO()
    call_command("demo", *arguments, picture_width=60, stdout=out)
    return out.getvalue()


def parts(body, path):
    return fragment_fromstring(body, create_parent="div").xpath(path)


def everything():
    """How many rows of each kind there are."""
    models = (Article, Author, Tag, Section, Picture, Page, Correction, Origin)
    models += (AdvertiseBlock, ShareBlock, ShareNetwork, User, Publication)
    return {model.__name__: model.objects.count() for model in models}


class TheSample(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.said = demo()

    def test_has_been_read_and_has_picked_stories(self):
        page = self.client.get("/")
        ranked = page.content.decode().split('ranked">')[1].split("</ol>")[0]
        self.assertEqual(ranked.count("<li>"), 5)
        self.assertContains(page, "In the last 24 hours")
        newest = Article.objects.live().newest_first().first()
        self.assertEqual(newest.related_stories.count(), 2)
        unseen = Article.objects.exclude(pk__in=Article.objects.live())
        self.assertFalse(ReadCount.objects.filter(article__in=unseen).exists())

    def test_holds_what_the_readme_says(self):
        counts = everything()
        self.assertEqual(counts["Article"], 121)
        self.assertEqual(counts["Section"], 8)
        self.assertEqual(counts["Tag"], 60)
        self.assertGreaterEqual(counts["Author"], 12)
        self.assertGreaterEqual(counts["Picture"], 30)
        self.assertEqual(counts["Publication"], 1)
        self.assertGreaterEqual(counts["ShareNetwork"], 6)

    def test_spreads_over_ten_years_up_to_now(self):
        live = Article.objects.live().newest_first()
        now = timezone.now()
        self.assertGreater(live[0].published_at, now - timedelta(days=2))
        years = live.dates("published_at", "year")
        self.assertGreaterEqual(len(years), 10)
        self.assertGreater(live.last().published_at, now - timedelta(days=3750))

    def test_has_every_state_an_article_can_be_in(self):
        states = Counter(Article.objects.values_list("status", flat=True))
        self.assertGreaterEqual(states[Status.DRAFT], 2)
        self.assertEqual(states[Status.REVIEW], 1)
        self.assertEqual(states[Status.WITHDRAWN], 1)
        self.assertEqual(Article.objects.scheduled().count(), 1)
        self.assertEqual(Article.objects.expired().count(), 1)
        self.assertTrue(Article.objects.filter(has_no_ads=True).exists())
        self.assertTrue(Article.objects.exclude(canonical_url="").exists())
        self.assertTrue(Article.objects.exclude(ai_use="").exists())
        self.assertTrue(Article.objects.exclude(material_update_at=None).exists())
        self.assertFalse(Article.objects.live().exclude(status="published").exists())

    def test_has_corrections_of_every_kind_above_and_below(self):
        kinds = set(Correction.objects.values_list("kind", flat=True))
        self.assertEqual(kinds, set(Correction.Kind.values))
        places = set(Correction.objects.values_list("place", flat=True))
        self.assertEqual(places, set(Correction.Place.values))
        future = Correction.objects.filter(corrected_at__gt=timezone.now())
        self.assertFalse(future.exists())

    def test_is_written_in_three_scripts_and_both_directions(self):
        articles = Article.objects.exclude(language="en")
        self.assertEqual({a.direction for a in articles}, {"ltr", "rtl"})
        self.assertFalse(any(a.path != a.get_absolute_url() for a in articles))

    def test_two_articles_are_translations_of_each_other(self):
        german = Article.objects.live().get(language="de")
        page = self.client.get(german.path)
        english = Article.objects.live().get(
            translation__group=german.translation.group, language="en"
        )
        self.assertContains(page, f'href="{english.path}" hreflang="en"')
        self.assertGreater(german.published_at, english.published_at)

    def test_a_section_and_a_series_have_a_picture(self):
        for address in ("/sections/culture/", "/series/night-work/"):
            self.assertContains(self.client.get(address), 'class="of-subject"')
        self.assertNotContains(self.client.get("/sections/news/"), 'class="of-subject"')

    def test_has_two_articles_at_old_addresses(self):
        old = Article.objects.filter(path__endswith=".htm")
        self.assertEqual(old.count(), 2)
        for article in old:
            self.assertEqual(int(article.path[1:5]), article.published_at.year)

    def test_every_quotation_says_who_spoke(self):
        quotations = 0
        for article in Article.objects.all():
            for quote in parts(article.body, ".//blockquote"):
                quotations += 1
                cites = quote.xpath("./footer/cite")
                self.assertTrue(cites and cites[0].text_content().strip(), article)
        self.assertGreater(quotations, 150)

    def test_every_article_has_an_author_tags_and_a_section(self):
        self.assertFalse(Article.objects.filter(bylines=None).exists())
        self.assertFalse(Article.objects.filter(tags=None).exists())
        self.assertFalse(Article.objects.filter(section=None).exists())
        self.assertFalse(Article.objects.filter(standfirst="").exists())

    def test_no_two_articles_have_one_body_or_one_headline(self):
        for field in ("body", "headline"):
            values = Counter(Article.objects.values_list(field, flat=True))
            self.assertEqual([v for v, count in values.items() if count > 1], [])

    def test_twenty_stories_are_long_ones(self):
        lengths = sorted(word_count(a.body) for a in Article.objects.live())
        self.assertGreater(lengths[-15], 350)
        self.assertGreater(lengths[10], 150)

    def test_neighbours_in_the_archive_show_different_pictures(self):
        pictures = Article.objects.live().newest_first().values_list("lead_picture")
        repeated = sum(one == other for one, other in pairwise(pictures))
        self.assertLess(repeated, 4)

    def test_every_part_of_the_vocabulary_is_shown_somewhere(self):
        bodies = "".join(Article.objects.values_list("body", flat=True))
        for part in (
            *("<h2", "<h3", "<ul", "<ol", "<table", "<caption", "<hr", "<em"),
            *('<aside class="pullquote"', '<sup class="footnote"', "<figcaption"),
            *('<figure class="embed"', "data-picture=", "<blockquote cite="),
        ):
            self.assertIn(part, bodies)

    def test_pictures_in_bodies_are_pictures_of_the_site(self):
        known = {str(pk) for pk in Picture.objects.values_list("pk", flat=True)}
        shown = set()
        for article in Article.objects.all():
            shown |= set(parts(article.body, ".//figure/@data-picture"))
        self.assertTrue(shown)
        self.assertEqual(shown - known, set())

    def test_pictures_say_what_they_show_and_who_drew_them(self):
        self.assertFalse(Picture.objects.filter(alt="").exists())
        self.assertFalse(Picture.objects.filter(caption="").exists())
        self.assertEqual(
            Picture.objects.filter(credit__startswith="Illustration: ").count(),
            Picture.objects.count(),
        )

    def test_links_inside_the_site_lead_to_something(self):
        addresses = {
            *AdvertiseBlock.objects.values_list("link_url", flat=True),
            *ShareBlock.objects.exclude(link_url="").values_list("link_url", flat=True),
        }
        for page in Page.objects.all():
            addresses |= set(parts(page.body, ".//a/@href"))
        inside = {address for address in addresses if address.startswith("/")}
        self.assertLessEqual({"/advertise/", "/share-our-stories/"}, inside)
        for address in inside:
            with self.subTest(address=address):
                self.assertEqual(self.client.get(address).status_code, 200)

    def test_addresses_elsewhere_are_examples_or_share_networks(self):
        bodies = "\n".join(
            [
                *Article.objects.values_list("body", flat=True),
                *Page.objects.values_list("body", flat=True),
                *Author.objects.values_list("email", flat=True),
                *Author.objects.values_list("links__url", flat=True),
            ]
        )
        hosts = re.findall(r"(?://|@)([a-z0-9.-]+\.[a-z]+)", bodies)
        foreign = [
            h for h in hosts if not re.search(r"(^|\.)example\.(org|com|net)$", h)
        ]
        self.assertTrue(hosts)
        self.assertEqual(foreign, [])

    def test_authors_have_complete_boxes(self):
        for author in Author.objects.prefetch_related("links"):
            with self.subTest(author=author.name):
                self.assertTrue(author.lives_in and author.bio and author.tagline)
                self.assertTrue(author.contact or author.is_email_public)
                self.assertTrue(author.photo.storage.exists(author.photo.name))
                self.assertTrue(author.links.all())
                self.assertTrue(author.articles.exists())
        kinds = set(Author.objects.values_list("links__kind", flat=True))
        self.assertLessEqual({"book", "blog", "show", "social"}, kinds)

    def test_blocks_stand_everywhere_and_one_has_ended(self):
        live = AdvertiseBlock.objects.live()
        placements = set(live.values_list("placement", flat=True))
        self.assertLessEqual(
            {"above_article", "between_paragraphs", "sidebar", "home", "footer"},
            placements,
        )
        self.assertEqual(AdvertiseBlock.objects.count() - live.count(), 1)
        self.assertTrue(live.exclude(sections=None).exists())
        self.assertTrue(live.exclude(not_tags=None).exists())

    def test_prints_each_password_once_and_they_open_the_desk(self):
        lines = re.findall(r"^  (\w+) +(\S{16})  (.+)$", self.said, re.M)
        self.assertEqual(len(lines), 5)
        self.assertEqual(len({password for _, password, _ in lines}), 5)
        for username, password, role in lines:
            with self.subTest(username=username):
                self.assertEqual(self.said.count(password), 1)
                self.assertTrue(self.client.login(username=username, password=password))
                user = User.objects.get(username=username)
                groups = [group.name for group in user.groups.all()]
                self.assertEqual(groups or ["superuser"], [role])
                self.assertIs(user.is_superuser, username == "admin")

    def test_the_contributor_is_an_author_with_drafts(self):
        user = User.objects.get(username="contributor")
        self.assertTrue(user.author.name)
        drafts = Article.objects.by(user).exclude(status=Status.PUBLISHED)
        self.assertGreaterEqual(drafts.count(), 3)

    def test_a_second_run_adds_nothing_and_keeps_what_people_edited(self):
        article = Article.objects.live().first()
        Article.objects.filter(pk=article.pk).update(headline="Edited")
        Picture.objects.update(title="Renamed")
        AdvertiseBlock.objects.update(name="Renamed")
        User.objects.filter(username="editor").delete()
        before = everything()
        said = demo()
        self.assertEqual(everything(), before)
        self.assertIn("nothing was added", said)
        self.assertNotIn("Logins", said)
        article.refresh_from_db()
        self.assertEqual(article.headline, "Edited")

    def test_more_articles_are_not_made_over_real_content(self):
        make_article("A real story")
        with pytest.raises(CommandError, match="1 articles, 0 authors"):
            demo("--articles", "130")
        self.assertEqual(Article.objects.count(), 122)
        demo("--articles", "130", "--yes")
        self.assertEqual(Article.objects.count(), 130)

    def test_three_hundred_articles_are_one_batch_of_few_queries(self):
        # authors and tags are counted; sections, tags, authors, pictures and the
        # highest number are read; then four INSERTs, each split where SQLite's
        # limit of variables asks for it; and savepoints.
        with CaptureQueriesContext(connection) as queries:
            batches = list(make_bulk(179))
        self.assertEqual(batches, [179])
        self.assertLess(len(queries), 30)
        self.assertEqual(Article.objects.count(), 300)
        made = Article.objects.filter(origin__identifier__startswith="bulk-")
        self.assertFalse(made.filter(bylines=None).exists())
        self.assertFalse(made.filter(tags=None).exists())
        for article in made[:20]:
            self.assertGreater(len(article.body), 2500)

    def test_generated_articles_go_on_where_the_last_run_ended(self):
        demo("--articles", "125")
        demo("--articles", "130")
        self.assertEqual(Article.objects.count(), 130)
        self.assertTrue(Origin.objects.filter(identifier="bulk-9").exists())
        self.assertFalse(Origin.objects.filter(identifier="bulk-10").exists())


class RealContent(TestCase):
    def test_is_not_mixed_with_the_demo_unasked(self):
        make_author("Ada Real")
        before = everything()
        with pytest.raises(CommandError, match="0 articles, 1 authors"):
            demo()
        self.assertEqual(everything(), before)

    def test_stays_as_it_is_when_somebody_says_yes(self):
        publication = Publication.objects.create(name="The Real Paper")
        user = User.objects.create_user("admin", password="theirs")
        article = make_article("A real story")
        said = demo("--yes")
        self.assertEqual(Article.objects.count(), 122)
        publication.refresh_from_db()
        self.assertEqual(publication.name, "The Real Paper")
        user.refresh_from_db()
        self.assertTrue(user.check_password("theirs"))
        self.assertFalse(user.is_superuser)
        self.assertNotIn("admin", said)
        article.refresh_from_db()
        self.assertEqual(article.headline, "A real story")

    def test_rows_of_the_same_address_or_name_are_used_as_they_are(self):
        page = Page.objects.create(path="/about/", title="Ours")
        network = ShareNetwork.objects.create(name="Reddit", url_pattern="theirs")
        Section.objects.create(slug="news", name="Ours")
        demo()
        page.refresh_from_db()
        self.assertEqual(page.title, "Ours")
        network.refresh_from_db()
        self.assertEqual(network.url_pattern, "theirs")
        self.assertEqual(Section.objects.count(), 8)


class AnInterruptedRun(TestCase):
    def test_leaves_nothing_but_pictures_and_can_be_run_again(self):
        def stop_near_the_end(done, total):
            if done == total - 2:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            make_sample(picture_width=60, on_step=stop_near_the_end)
        counts = everything()
        pictures = counts.pop("Picture")
        self.assertEqual(pictures, len(DRAWINGS))
        self.assertEqual(set(counts.values()), {0})

        demo()
        self.assertEqual(Article.objects.count(), 121)
        self.assertEqual(Picture.objects.count(), pictures)


class TheTexts(SimpleTestCase):
    def test_name_only_drawings_that_exist_and_use_all_of_them(self):
        shown = {name for story in read_stories() for name in story.pictures}
        shown |= {
            block["picture"]
            for block in read_table("blocks")["advertise"]
            if "picture" in block
        }
        self.assertEqual(shown, set(DRAWINGS))
        self.assertEqual(shown, set(read_table("pictures")))

    def test_use_every_tag_and_section(self):
        table = read_table("publication")
        stories = read_stories()
        used = {tag for story in stories for tag in story.tags}
        self.assertEqual(used, set(table["tags"]))
        sections = {section["slug"] for section in table["sections"]}
        self.assertEqual({story.section for story in stories}, sections)

    def test_are_the_same_every_time(self):
        self.assertEqual(read_stories(), read_stories())

    def test_a_drawing_is_the_same_every_time(self):
        once, again = draw("harbour", 60), draw("harbour", 60)
        self.assertEqual(once.tobytes(), again.tobytes())
        self.assertNotEqual(once.tobytes(), draw("storm", 60).tobytes())

    def test_background_is_clean_already_so_that_cleaning_costs_no_words(self):
        for part in read_background():
            self.assertEqual(clean(part), part)
