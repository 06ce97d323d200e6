import gzip
import re

from django.test import TestCase

from articles.models import Byline, Correction
from authors.models import AuthorLink
from newsroom.blocks.models import AdvertiseBlock, ShareBlock
from tests.factories import (
    NOON,
    make_article,
    make_author,
    make_page,
    make_picture,
    make_section,
)


def text_of(markup):
    return re.sub(r"\s+", " ", re.sub(r"<style>.*?</style>|<[^>]+>", " ", markup))


class ThePlainPage(TestCase):
    def test_has_the_whole_story_and_nothing_beside_it(self):
        ada = make_author("Ada Byron", tagline="Reporter")
        AuthorLink.objects.create(
            author=ada, kind="blog", title="Slack", url="https://s.example/"
        )
        picture = make_picture(90, 60, caption="Hay", credit="D. Eye", alt="Wet hay")
        article = make_article(
            "The ferry",
            standfirst="It stopped.",
            authors=[ada],
            section=make_section("River", back_label="More of the river"),
            lead_picture=make_picture(60, 40, caption="The landing"),
            material_update_at=NOON,
            material_update_note="with the answer",
            sources="Minutes",
            ai_use="None",
            first_published_in="The Quarterly",
            body=f'<p>One<sup class="footnote" data-footnote="Aside">1</sup></p>'
            f'<figure data-picture="{picture.pk}"><img src="x.png" alt=""></figure>'
            '<figure class="embed" data-embed="https://video.example/1">'
            '<a href="https://video.example/1">The film</a></figure>'
            "<table><tbody><tr><td>June</td></tr></tbody></table><p>Last</p>",
        )
        bo = make_author("Bo")
        Byline.objects.create(article=article, author=bo, role="Photographs")
        for place in ("top", "bottom"):
            Correction.objects.create(article=article, text=f"At {place}", place=place)
        for placement in ("above_article", "after_body", "sidebar", "footer"):
            AdvertiseBlock.objects.create(placement=placement, headline="Boots")
            ShareBlock.objects.create(placement=placement, call="Pass it on")

        page = self.client.get(article.path + "?plain").content.decode()
        shown = text_of(page)
        position = 0
        for part in (
            *("More of the river", "The ferry", "It stopped.", "Ada Byron", "Bo"),
            *("May 17, 2024", "Updated", "with the answer", "The landing", "At top"),
            *("One", "Hay", "D. Eye", "The film", "June", "Last", "Aside", "At bottom"),
            *("The Quarterly", "Minutes", "None", "Ada Byron", "Reporter", "Slack"),
        ):
            with self.subTest(part=part):
                self.assertIn(part, shown[position:])
                position = shown.index(part, position) + len(part)
        self.assertNotRegex(
            page, r"<(img|script|picture|iframe|svg|button|link rel=.sty)"
        )
        self.assertNotIn("Boots", page)
        self.assertNotIn("Pass it on", page)
        self.assertIn(f'href="{picture.sources(near=800).url}"', page)

    def test_leads_to_the_page_with_pictures_which_machines_are_to_know(self):
        article = make_article("Rain", path="/rain/")
        page = self.client.get("/rain/?plain")
        self.assertContains(
            page, '<link rel="canonical" href="http://testserver/rain/">'
        )
        self.assertContains(page, '<meta name="robots" content="noindex">')
        self.assertContains(
            page, f'<a href="{article.path}">This page with pictures</a>'
        )
        self.assertContains(self.client.get("/rain/"), 'href="/rain/?plain"')

    def test_a_republished_piece_points_to_the_original(self):
        make_article(path="/r/", canonical_url="https://quarterly.example/river")
        self.assertContains(
            self.client.get("/r/?plain"),
            '<link rel="canonical" href="https://quarterly.example/river">',
        )

    def test_is_small(self):
        body = "".join(
            f"<p>{n} {' '.join(map(str, range(n, n + 60)))}</p>" for n in range(40)
        )
        make_article("Long", path="/long/", body=body)
        page = self.client.get("/long/?plain").content
        self.assertLess(len(gzip.compress(page)), 10 * 1024)
        frame = page.decode().partition("<article")[0]
        self.assertLess(len(frame.encode()), 2 * 1024)

    def test_a_simple_page_has_one_too(self):
        make_page("About", path="/about/", body="<p>Us.</p>")
        page = self.client.get("/about/?plain")
        self.assertContains(page, "<p>Us.</p>")
        self.assertContains(page, '<meta name="robots" content="noindex">')
        self.assertNotContains(page, "<script")
        self.assertContains(self.client.get("/about/"), 'href="/about/?plain"')

    def test_shows_no_story_readers_may_not_see(self):
        make_article("Secret", path="/secret/", status="draft")
        page = self.client.get("/secret/?plain")
        self.assertEqual(page.status_code, 404)
        self.assertNotContains(page, "Secret", status_code=404)

    def test_costs_the_story_and_the_furniture(self):
        article = make_article(authors=[make_author()])
        # The article with all that belongs to it, and the furniture.
        with self.assertNumQueries(2):
            self.client.get(article.path + "?plain")

    def test_is_the_same_for_everybody(self):
        page = self.client.get(make_article().path + "?plain")
        self.assertFalse(page.cookies)
        self.assertNotIn("Cookie", page.get("Vary", ""))
